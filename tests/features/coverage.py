"""Which scenario shows that a row of the rules happens, and which that it refuses: a table for people, and its gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.definition.model import Row, Workflow
from tests.features.tally import Example, Title

Found = Mapping[Title, set[Example]]

_HEAD = """# Every row of the rules by example

Written by the scenarios of [`features/v2`](../features/v2) as they run, checked in each run: for every row of version 2
one scenario in which it happens, and one in which it refuses by a field or condition of its own. A row that has neither
fields nor conditions refuses by whom it keeps out (`never`), by how often it may be (`carry_over`) or by its `role`.

| row | act | happens in | is refused in | by |
|---|---|---|---|---|
"""


def lacking(workflow: Workflow, found: Found) -> list[str]:
    """Rows of the file that happen in no scenario, and lines of the rule book of which no row refuses in any."""
    lacks = [f"{row.ref} {row.title.zh}: happens nowhere" for row in workflow.rows if not _happens(workflow, row, found)]
    refs = sorted({row.ref or "" for row in workflow.rows})
    return lacks + [f"{ref}: refuses nowhere" for ref in refs if not any(_refuses(workflow, ref, found))]


def table(workflow: Workflow, found: Found) -> str:
    """Markdown; a row of the rule book that is several in the file has a line for each, its refusal at the first."""
    rows = sorted(workflow.rows, key=lambda row: (row.ref or "", row.index))
    lines, told = [], set()
    for row in rows:
        refused = next(_refuses(workflow, row.ref or "", found), None) if row.ref not in told else None
        told.add(row.ref)
        lines.append(_line(row, min(_happens(workflow, row, found), default=None), refused))
    return _HEAD + "".join(lines)


def _line(row: Row, happens: Title | None, refused: tuple[Title, str] | None) -> str:
    place, code = refused or (None, "")
    return f"| {row.ref} | {row.title.zh} | {_shown(happens)} | {_shown(place)} | {f'`{code}`' if code else ''} |\n"


def _shown(title: Title | None) -> str:
    return f"{title[0].removeprefix('v2/').removesuffix('.feature')}：{title[1]}" if title else ""


def _happens(workflow: Workflow, row: Row, found: Found) -> list[Title]:
    wanted = Example(workflow=workflow.name, line=row.mark.line)
    return [title for title, examples in found.items() if wanted in examples]


def _refuses(workflow: Workflow, ref: str, found: Found) -> Iterator[tuple[Title, str]]:
    """(scenario, code), in the order of the titles."""
    lines = {row.mark.line for row in workflow.rows if row.ref == ref}
    for title, examples in sorted(found.items()):
        codes = sorted(each.refused_by for each in examples if each.line in lines and each.refused_by)
        yield from ((title, code) for code in codes)
