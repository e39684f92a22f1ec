"""Which scenario shows that a row of the rules happens, and which that it refuses: a table for people, and its gaps."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.model import Row, Workflow
from tests.features.tally import Example, Title

Found = Mapping[Title, set[Example]]

_HEAD = """# Every row of the rules by example

Written by the scenarios of [`features/v2`](../features/v2) as they run, checked in each run: for every row of version 2
one scenario in which it happens, and one in which it refuses by a field or condition of its own. A row that has neither
fields nor conditions refuses by whom it keeps out (`never`), by how often it may be (`carry_over`) or by its `role`.
Several lines of one `ref` are several rows of the file.

| row | act | happens in | is refused in | by |
|---|---|---|---|---|
"""


def lacking(workflow: Workflow, found: Found) -> list[str]:
    """Rows of the file that happen in no scenario, or refuse in none."""
    shows = {"happens": _happens, "refuses": _refuses}
    return [
        f"{row.ref} {row.title.zh}: {what} nowhere"
        for what, shown in shows.items()
        for row in workflow.rows
        if not shown(workflow, row, found)
    ]


def table(workflow: Workflow, found: Found) -> str:
    """Markdown; a row of the rule book that is several in the file has a line for each."""
    rows = sorted(workflow.rows, key=lambda row: (row.ref or "", row.index))
    return _HEAD + "".join(_line(row, *_best(workflow, row, found)) for row in rows)


def _best(workflow: Workflow, row: Row, found: Found) -> tuple[Title | None, tuple[Title, str] | None]:
    """Where it happens and where it refuses: if there is one, a scenario that shows both."""
    refused = _refuses(workflow, row, found)
    happens = sorted(_happens(workflow, row, found))
    both = [each for each in refused if each[0] in happens and not _miswritten(each[1])]
    if both:
        return both[0][0], both[0]
    return next(iter(happens), None), next(iter(refused), None)


def _line(row: Row, happens: Title | None, refused: tuple[Title, str] | None) -> str:
    place, code = refused or (None, "")
    return f"| {row.ref} | {row.title.zh} | {_shown(happens)} | {_shown(place)} | {f'`{code}`' if code else ''} |\n"


def _shown(title: Title | None) -> str:
    return f"{title[0].removeprefix('v2/').removesuffix('.feature')}：{title[1]}" if title else ""


def _happens(workflow: Workflow, row: Row, found: Found) -> list[Title]:
    wanted = Example(workflow=workflow.name, line=row.mark.line)
    return [title for title, examples in found.items() if wanted in examples]


def _refuses(workflow: Workflow, row: Row, found: Found) -> list[tuple[Title, str]]:
    """(scenario, code): what is missing and what does not hold before what is merely miswritten."""
    refused = [(title, each.refused_by) for title, examples in found.items() for each in examples
               if each.refused_by and (each.workflow, each.line) == (workflow.name, row.mark.line)]  # fmt: skip
    return sorted(refused, key=lambda each: (_miswritten(each[1]), each))


def _miswritten(code: str) -> bool:
    return " " in code and not code.endswith(" missing")
