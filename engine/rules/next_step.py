"""Which of the acts that somebody may do is the next step, and which are only possible: so that a page has one button.

Rows say no more about themselves than the file does: a row from one state alone is ordinary there; one from many
(merging, recusing, sealing) is an exception wherever it stands. Among ordinary rows that lead on, the one nearest to a
final state is the step: who may finish, finishes; who may only accept, accepts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.definition.model import Row, Workflow
from engine.rules.explain import Offer
from engine.rules.people import RELATED
from engine.rules.refusals import ConditionRefused
from engine.rules.state import CaseState

_FEW = 3  # a row from more states is an exception
_FAR = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """`main` is the next step, if this person has one; `beside` are ordinary acts; `seldom` the exceptions. All may be
    fired, given their fields. `blocked` may not, ordinary ones first."""

    main: Offer | None
    beside: tuple[Offer, ...]
    seldom: tuple[Offer, ...]
    blocked: tuple[Offer, ...]


def steps_of(workflow: Workflow, case: CaseState, offers: Sequence[Offer]) -> Steps:
    """The offers of one case, sorted by what they are to this person."""
    allowed = [offer for offer in offers if offer.refusal is None]
    main = _main(workflow, case, offers, allowed)
    rest = [offer for offer in allowed if offer is not main]
    beside = sorted((o for o in rest if _is_beside(o.row)), key=lambda o: (not o.row.handles, len(o.row.sources)))
    blocked = sorted((o for o in offers if o.refusal is not None), key=lambda o: len(o.row.sources) > _FEW)
    return Steps(
        main=main,
        beside=tuple(beside),
        seldom=tuple(offer for offer in rest if not _is_beside(offer.row)),
        blocked=tuple(blocked),
    )


def _is_beside(row: Row) -> bool:
    return row.handles or len(row.sources) <= _FEW


def _main(workflow: Workflow, case: CaseState, offers: Sequence[Offer], allowed: Sequence[Offer]) -> Offer | None:
    state = workflow.states[case.state]
    if state.final or state.follows:
        return None
    answer = next((o for o in allowed if _answers(o.row) and not _done_here(workflow, case, o.row)), None)
    if answer is not None or state.gate:
        return answer
    return _leading_on(workflow, case.state, offers, allowed)


def _answers(row: Row) -> bool:
    """An act of one who was called or handed something: to sign for it, to say that he heard."""
    return row.stays and bool(row.by) and all(name in RELATED and name in ("successor", "paged") for name in row.by)


def _done_here(workflow: Workflow, case: CaseState, row: Row) -> bool:
    """Somebody fired it since the case entered its state, as far as a counter tells."""
    counting = [name for name, counter in workflow.counters.items() if row.trigger in counter.of]
    return any(mark.seq > case.stay.seq for name in counting for mark in case.counts.get(name, ()))


def _leading_on(workflow: Workflow, state: str, offers: Sequence[Offer], allowed: Sequence[Offer]) -> Offer | None:
    """The ordinary row nearest to the end, of those that come nearer to it at all; where a condition still stands in
    its way, the act beside it that may."""
    reach = _distances(workflow)
    here = reach.get(state, _FAR + 1)
    leading = [offer for offer in offers if _may_lead(workflow, offer) and _nearest(reach, offer.row) < here]
    for offer in sorted(leading, key=lambda o: (len(o.row.sources) > 1, _nearest(reach, o.row))):
        if offer.refusal is None:
            return offer
        if isinstance(offer.refusal, ConditionRefused):
            before = next((o for o in allowed if o.row.stays and len(o.row.sources) <= 2 and o.row.needs), None)
            if before is not None and _counts_for(workflow, before.row):
                return before
    return None


def _may_lead(workflow: Workflow, offer: Offer) -> bool:
    row = offer.row
    if row.stays or row.via or len(row.sources) > _FEW:
        return False
    return len(row.sources) == 1 or not _ends(workflow, row)


def _ends(workflow: Workflow, row: Row) -> bool:
    """Leads to an end at once: from several states that is a withdrawal, not a step."""
    finals = {code for code, state in workflow.states.items() if state.final}
    return all(target.to in finals for target in row.targets)


def _counts_for(workflow: Workflow, row: Row) -> bool:
    return any(row.trigger in counter.of for counter in workflow.counters.values())


def _nearest(reach: Mapping[str, int], row: Row) -> int:
    return min((reach.get(target.to, _FAR) for target in row.targets), default=_FAR)


def _distances(workflow: Workflow) -> Mapping[str, int]:
    """State -> ordinary steps from there to a final state."""
    found = {code: 0 for code, state in workflow.states.items() if state.final}
    changed = True
    while changed:
        changed = False
        for row in filter(_is_ordinary, workflow.rows):
            near = 1 + _nearest(found, row)
            for source in row.sources:
                if near < found.get(source, _FAR):
                    found[source], changed = near, True
    return found


def _is_ordinary(row: Row) -> bool:
    return not row.stays and len(row.sources) == 1
