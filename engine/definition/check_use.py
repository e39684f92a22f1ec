"""What a file declares and nothing uses: S30, S31. Groups, which are gone once a file is read, the loader tells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.used import clocks_used, counters_used, fields_used, meetings_used, people_named


def of_use(at: At) -> Iterator[Finding]:
    workflow = at.workflow
    named = people_named(workflow)
    for role in workflow.roles.values():
        if role.code not in named and not role.read_only:
            zh = "没有一行、一步、一个会议或可见范围写到这个角色"
            en = "no row, step, meeting or rule of visibility names this role"
            yield at.place(Code.S30, role.mark, f"roles.{role.code}", zh, en)
    yield from _unused(at, "fields", "字段", "field", workflow.fields, fields_used(workflow))
    yield from _unused(at, "counters", "计数", "counter", workflow.counters, counters_used(workflow))
    yield from _unused(at, "clocks", "时限", "clock", workflow.clocks, clocks_used(workflow))
    yield from _unused(at, "meetings", "会议", "meeting", workflow.meetings, meetings_used(workflow))


def _unused(
    at: At, section: str, zh: str, en: str, declared: Mapping[str, Any], used: Collection[str]
) -> Iterator[Finding]:
    for code, part in declared.items():
        if code not in used:
            yield at.place(Code.S31, part.mark, f"{section}.{code}", f"没有用到这个{zh}", f"nothing uses this {en}")
