"""The keys of the hall: which decisions a case may get here, each on a number that stays the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.present import title
from api.problems import detail
from engine.cases.views import CaseView
from engine.definition.model import Row, Slot, Workflow
from engine.meetings.hall import Tabled
from engine.meetings.queries import MeetingView
from engine.rules.explain import Offer
from engine.rules.refusals import NotQuorate

_HANDLE, _BELOW, _ABOVE, _REST, _MERGE, _CARRY = "1", "2", "3", "4", "5", "0"
_MORE = "6789"
_FEW = 4  # a row from more states is an exception wherever it stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """`direct`: no decision of the meeting, it takes effect at once. `why` is set where it is not possible now."""

    key: str
    row: Row
    title: str
    direct: bool
    why: str = ""
    quorum: bool = False
    left: int | None = None


def keys_of(view: MeetingView, case: CaseView, tabled: Tabled, similar: int, english: bool) -> list[Key]:
    """In the order of the numbers, carrying over last."""
    found = [_key(view, case, offer, False, english) for offer in tabled.decisions]
    direct = [_key(view, case, offer, True, english) for offer in tabled.others if _is_offered(case.workflow, offer)]
    placed = _placed([*found, *direct])
    placed = [_merging(each, similar) if each.key == _MERGE else each for each in placed]
    return [_carrying(view, tabled, each) if each.key == _CARRY else each for each in placed]


def _key(view: MeetingView, case: CaseView, offer: Offer, direct: bool, english: bool) -> Key:
    why = detail(offer.refusal)[english] if offer.refusal else ""
    return Key(
        key=_slot(view, case, offer.row),
        row=offer.row,
        title=title(offer.row.title, english),
        direct=direct,
        why=why,
        quorum=isinstance(offer.refusal, NotQuorate),
    )


def _is_offered(workflow: Workflow, offer: Offer) -> bool:
    """Of what is no decision of the meeting: merging, and what the reader may do that leads on and is no exception."""
    row = offer.row
    if fills_primary(workflow, row):
        return True
    leads_on = any(target.to in workflow.states for target in row.targets)
    return offer.refusal is None and leads_on and len(row.sources) <= _FEW


def fills_primary(workflow: Workflow, row: Row) -> bool:
    return any(workflow.fields[name].fills is Slot.PRIMARY for name in row.needs)


def _slot(view: MeetingView, case: CaseView, row: Row) -> str:
    """The number that this kind of decision always has; empty for one of the further ones."""
    carry, workflow = view.rules.carry_over, case.workflow
    if carry is not None and row.trigger == carry.trigger:
        return _CARRY
    if fills_primary(workflow, row):
        return _MERGE
    state = workflow.states.get(row.targets[-1].to)
    if state is None or state.final:
        return ""
    if state.level is None:
        return _REST if row.via else ""
    return _by_level(workflow, case.state.level, state.level, state.handling)


def _by_level(workflow: Workflow, here: str, there: str, handling: bool) -> str:
    order = list(workflow.levels)
    step = order.index(there) - order.index(here)
    if step:
        return _ABOVE if step > 0 else _BELOW
    return _HANDLE if handling else ""


def _placed(found: Sequence[Key]) -> list[Key]:
    """The first of a kind has its number, all others the next free one; past the nine there is none."""
    taken: dict[str, Key] = {}
    rest: list[Key] = []
    for each in found:
        if each.key and each.key not in taken:
            taken[each.key] = each
        else:
            rest.append(each)
    free = iter(_MORE)
    more = [replace(each, key=number) for each, number in zip(rest, free, strict=False)]
    return [*(taken[key] for key in sorted(taken) if key != _CARRY), *more, *_last(taken)]


def _last(taken: dict[str, Key]) -> Iterator[Key]:
    if _CARRY in taken:
        yield taken[_CARRY]


def _merging(key: Key, similar: int) -> Key:
    return replace(key, left=similar)


def _carrying(view: MeetingView, tabled: Tabled, key: Key) -> Key:
    carry = view.rules.carry_over
    most = carry.at_most if carry else None
    return replace(key, left=None if most is None else max(0, most - tabled.carried))
