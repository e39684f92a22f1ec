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

| row | act | happens in | is refused in | by |
|---|---|---|---|---|
"""


def lacking(workflow: Workflow, found: Found) -> list[str]:
    """Rows of the file that happen in no scenario, and lines of the rule book of which no row refuses in any."""
    lacks = [
        f"{row.ref} {row.title.zh}: happens nowhere" for row in workflow.rows if not _happens(workflow, row, found)
    ]
    refs = sorted({row.ref or "" for row in workflow.rows})
    return lacks + [f"{ref}: refuses nowhere" for ref in refs if not _refuses(workflow, ref, found)]


def table(workflow: Workflow, found: Found) -> str:
    """Markdown; a row of the rule book that is several in the file has a line for each, its refusal at the first."""
    rows = sorted(workflow.rows, key=lambda row: (row.ref or "", row.index))
    lines, told = [], set()
    for row in rows:
        refused = next(iter(_refuses(workflow, row.ref or "", found)), None) if row.ref not in told else None
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


def _refuses(workflow: Workflow, ref: str, found: Found) -> list[tuple[Title, str]]:
    """(scenario, code): what is missing and what does not hold before what is merely miswritten."""
    lines = {row.mark.line for row in workflow.rows if row.ref == ref}
    refused = [(title, each.refused_by) for title, examples in found.items() for each in examples
               if each.refused_by and each.workflow == workflow.name and each.line in lines]  # fmt: skip
    return sorted(refused, key=lambda each: (" " in each[1] and not each[1].endswith(" missing"), each))
