"""What folding asks a workflow again and again, looked up once for each: which row a trigger fires from where, which
counters look at it, what fields fill, which clocks a state runs. Pure; it remembers, and forgets when it is much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.definition.model import EVERY, Counter, Row, Slot, Workflow


@dataclass(frozen=True, slots=True)
class Plan:
    """`counters`: by trigger, of those that some counter names; `always` look at every row. `runs`: the clocks that run
    in a state, none in a final one; `asking`: one of them asks for more than that."""

    workflow: Workflow
    rows: Mapping[tuple[str, str], Row]
    counters: Mapping[str, tuple[Counter, ...]]
    always: tuple[Counter, ...]
    fills: Mapping[str, Slot | None]
    runs: Mapping[str, frozenset[str]]
    asking: Mapping[str, bool]

    def counting(self, trigger: str) -> tuple[Counter, ...]:
        return self.counters.get(trigger, self.always)


#: By identity: two workflows of one name may differ, as drafts do. Each plan holds its workflow, so no identity comes
#: again while it is here.
_PLANS: dict[int, Plan] = {}
_MOST = 256


def plan_of(workflow: Workflow) -> Plan:
    found = _PLANS.get(id(workflow))
    if found is None:
        if len(_PLANS) >= _MOST:
            _PLANS.clear()
        found = _PLANS[id(workflow)] = _planned(workflow)
    return found


def _planned(workflow: Workflow) -> Plan:
    rows: dict[tuple[str, str], Row] = {}
    for row in workflow.rows:
        for source in row.sources:
            rows.setdefault((row.trigger, source), row)
    triggers = {trigger for counter in workflow.counters.values() for trigger in counter.of}
    runs = {code: frozenset(() if state.final else state.runs) for code, state in workflow.states.items()}
    return Plan(
        workflow=workflow,
        rows=rows,
        counters={trigger: _counting(workflow, trigger) for trigger in triggers},
        always=_counting(workflow, EVERY),
        fills={name: field.fills for name, field in workflow.fields.items()},
        runs=runs,
        asking={state: any(workflow.clocks[code].when for code in codes) for state, codes in runs.items()},
    )


def _counting(workflow: Workflow, trigger: str) -> tuple[Counter, ...]:
    """In the order of the file."""
    return tuple(each for each in workflow.counters.values() if each.of == (EVERY,) or trigger in each.of)
