"""Moving open cases from a former version: S24. The former file is handed in by whoever can look for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import Replaces, Workflow

#: Finds the version of a workflow (code, number) that a file says it replaces; None where it is not at hand.
Former = Callable[[str, int], Workflow | None]


def nowhere(_key: str, _version: int) -> None:
    """No former version is at hand."""


def of_replaced(at: At, find: Former) -> Iterator[Finding]:
    """Every open state of the former version has a counterpart: the state named in `states`, else its namesake."""
    replaces = at.workflow.replaces
    former = find(at.workflow.key, replaces.version) if replaces else None
    if replaces is None or former is None:
        return
    for code, state in former.states.items():
        if not state.final and replaces.states.get(code, code) not in at.workflow.states:
            yield _lost(at, replaces, code)


def _lost(at: At, replaces: Replaces, code: str) -> Finding:
    zh = f"第 {replaces.version} 版的未终结状态 '{code}' 在本版没有对应"
    en = f"the open state '{code}' of version {replaces.version} has no counterpart here"
    return at.place(Code.S24, replaces.mark, "replaces", zh, en)
