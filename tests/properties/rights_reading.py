"""Every surface on which somebody reads cases, held to the model of permissions: nothing more, and nothing less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from engine.audit.queries import HistoryFilter
from engine.cases.narrowing import CaseFilter
from engine.messages.inbox import MessageFilter
from engine.rules.refusals import Forbidden, NotFound
from tests.properties import permission_model as model
from tests.properties.rights_facts import Case, Meeting
from tests.properties.rights_world import WORDS, Rights

MOST = 200


def reads_as_the_model_says(world: Rights, person: str, turn: int) -> None:
    """One person reads every case, its history, and the list of all; and what else he may read from, by turns. Raises
    AssertionError."""
    whole = {ident for ident, case in world.cases.items() if world.reads_whole(person, case)}
    for ident, case in world.cases.items():
        _one(world, person, ident, case, turn)
    page = world.served.case_queries.page(person, CaseFilter(limit=MOST))
    assert Counter(view.identity.id for view in page.cases) == Counter(whole), person
    SURFACES[turn % len(SURFACES)](world, person, whole)


def _one(world: Rights, person: str, ident: str, case: Case, turn: int) -> None:
    """The case itself, its history, its clocks, its calls, who may be picked for it: all or none."""
    served = world.served
    more: list[Callable[[], Any]] = [
        lambda: served.case_queries.triggers(person, ident),
        lambda: served.clocks.clocks(person, ident),
        lambda: served.calls.calls(person, ident),
        lambda: served.picks.people_for(person, ident),
        lambda: served.picks.units_for(person, ident),
        lambda: served.case_files.read(person, ident),
        lambda: _supervised(world, person, ident),
    ]
    asked: list[Callable[[], Any]] = [
        lambda: served.case_queries.get(person, ident),
        lambda: served.case_queries.history(person, ident),
        more[turn % len(more)],
    ]
    rows = world.rows_read(person, case)
    if not rows:
        assert [_absent(each) for each in asked] == [True] * len(asked), f"{person} reads {case}"
        return
    view, history, _ = (each() for each in asked)
    assert (view.state.version, len(history)) == (rows, rows), f"{person} reads not {rows} rows of {case}"
    primary = world.cases.get(case.primary or "")
    follows = rows == case.version and primary is not None and world.reads_whole(person, primary)
    assert (view.follows is not None) is follows, f"{person} of {case} that follows {primary}"


def _supervised(world: Rights, person: str, ident: str) -> Any:
    """Who looked at the case: for those alone who supervise it."""
    try:
        return world.served.accesses.of_case(person, ident, None, MOST)
    except Forbidden:
        return None


def _absent(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except NotFound:
        return True
    return False


def _searched(world: Rights, person: str, whole: set[str]) -> None:
    """Search and counts find what he reads whole, and each once."""
    queries = world.served.case_queries
    everything, searched = CaseFilter(limit=MOST), CaseFilter(limit=MOST, q=WORDS)
    saying = {ident for ident in whole if world.cases[ident].values.get("words")}
    assert Counter(view.identity.id for view in queries.page(person, searched).cases) == Counter(saying), person
    assert queries.counts(person, {"all": everything, "q": searched}) == {"all": len(whole), "q": len(saying)}


def _narrowed(world: Rights, person: str, whole: set[str]) -> None:
    queries = world.served.case_queries
    for narrow in ({"mine": True}, {"waiting": True}, {"reported": True}):
        assert {view.identity.id for view in queries.page(person, CaseFilter(limit=MOST, **narrow)).cases} <= whole
    for state in sorted({case.state for case in world.cases.values()}):
        found = {view.identity.id for view in queries.page(person, CaseFilter(limit=MOST, state=(state,))).cases}
        assert found == {ident for ident in whole if world.cases[ident].state == state}, (person, state)


def _many(world: Rights, person: str, whole: set[str]) -> None:
    """What may be done with several at once is offered for those alone."""
    choices = world.served.case_queries.choices(person, list(world.cases))
    assert {each.view.identity.id for each in choices} == whole, person


def _rows_of(world: Rights, whole: set[str]) -> Counter[str]:
    return Counter({ident: world.cases[ident].version for ident in whole})


def _history(world: Rights, person: str, whole: set[str]) -> None:
    """The history across cases has every row of these, and no other."""
    history = world.served.audit.history(person, HistoryFilter(limit=MOST)).rows
    assert Counter(row.case_id for row in history) == _rows_of(world, whole), person


def _feed(world: Rights, person: str, whole: set[str]) -> None:
    found = Counter(row["case"] for row in world.served.feed.after(person, None, MOST).facts)
    assert found == _rows_of(world, whole), person


def _moves(world: Rights, person: str, whole: set[str]) -> None:
    moves = world.served.moves.page(person, HistoryFilter(limit=MOST))
    assert set(moves.cases) == whole, person
    assert Counter(row.case_id for row in moves.rows) == _rows_of(world, whole)


def _told(world: Rights, person: str, whole: set[str]) -> None:
    """Messages and what is blocked speak of no other case."""
    inbox = world.served.inbox.page(person, MessageFilter(limit=MOST))
    assert {message.case_id for message in inbox.messages} <= whole
    assert {view.found.case_id for view in world.served.clocks.blocked(person)} <= whole | {None}


def _refused(world: Rights, person: str, whole: set[str]) -> None:
    """Of what one was refused oneself the record stays, unless the case is hidden by now; of others one reads what was
    refused about cases that one reads."""
    refusals, _ = world.served.audit.refusals(person, limit=MOST)
    for each in (view.denial for view in refusals):
        if each.case_id is None or each.case_id in whole:
            continue
        case = world.cases[each.case_id]
        hidden = model.is_hidden(world.land, case, person, world.day) or person in case.recused
        assert each.person == person, f"{person} reads of {each.person} at {case}"
        assert not hidden, f"{person} reads of his own act at {case}"


def _meetings(world: Rights, person: str, whole: set[str]) -> None:
    """Meetings at his units and below, and on their agendas the cases that he reads whole."""
    seen = {
        ident: meeting for ident, meeting in world.meetings.items()
        if model.sees_meeting(world.land, meeting, person, world.day)
    }  # fmt: skip
    views, _ = world.served.meeting_queries.page(person, limit=MOST)
    assert {view.meeting.id for view in views} == set(seen), person
    for ident, meeting in world.meetings.items():
        if ident not in seen:
            assert _absent(lambda at=ident: world.served.meeting_queries.get(person, at))  # type: ignore[misc]
            continue
        view = world.served.meeting_queries.get(person, ident)
        shown = {item.item.case_id for item in view.items}
        assert shown == set(_agenda(world, meeting)) & whole, f"{person} at {meeting}"
        assert {late.identity.id for late in world.served.hall.late(person, ident)} <= whole
        for case in set(world.cases) - whole:
            assert _absent(lambda at=ident, c=case: world.served.hall.tabled(person, at, c))  # type: ignore[misc]


def _agenda(world: Rights, meeting: Meeting) -> list[str]:
    return world.waiting(meeting) if meeting.status == "planned" else list(meeting.agenda)


Surface = Callable[[Rights, str, set[str]], None]
SURFACES: tuple[Surface, ...] = (
    _searched, _narrowed, _many, _history, _feed, _moves, _told, _refused, _meetings, _meetings, _refused,
)  # fmt: skip
