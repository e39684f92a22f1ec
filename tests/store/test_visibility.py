"""What is hidden is hidden in every list as it is in the case itself; who is recused reads up to that row; a merged
case follows its primary. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from engine.audit.queries import HistoryFilter
from engine.cases.door import Act
from engine.cases.lookups import Lookups
from engine.cases.narrowing import CaseFilter
from engine.cases.reading import attempt_to_read
from engine.cases.service import Caller
from engine.meetings.service import Attendance
from engine.rules.attempt import Command
from engine.rules.reading import reads_whole
from engine.rules.refusals import ConditionRefused, Conflict, FieldsRefused, NotFound, Recused
from engine.store.casefile import read_cases
from engine.store.db import Store
from engine.store.tables import case_ties, cases
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.world import World, everybody, refusal, rules

RULES = {
    "fields": """
        kind: {T, type: choice, default: plain, choices: {plain: {zh: 平, en: Plain}, child: {zh: 童, en: Child}}}
        checked: {T, type: flag}
        words: {T, type: text}
        about: {T, type: person, fills: recused}
        friend: {T, type: person}
        charge: {T, type: person, fills: responsible}
        station: {T, type: unit, fills: responsible}
        primary: {T, type: case, fills: primary}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        waits: {T, level: village, gate: board}
        sealed: {T, final: true}
        merged: {T, final: true, follows: primary}
        done: {T, final: true}
        """,
    "meetings": "board: {T, level: village, members: [village_clerk, village_secretary], "
                "chair: village_secretary, quorum: 50%, carry_over: {trigger: carry}}",
    "visibility": """
        - {T, when: {state: sealed}, only_to: [auditor_county, township_secretary]}
        - {T, when: {field: kind, is: child}, only_to: [opener, responsible, village_secretary]}
        - {T, when: [{field: checked, is: true}, {not: {field: words, given: true}}], never_to: [pianzhang, opener]}
        - {T, when: {any: [{person: about, is: village_clerk}, {person: friend, is: [village_clerk, zuzhang]}]},
           never_to: village_clerk}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: [zuzhang, village_clerk],
           takes: [kind, checked, words, about, friend, charge, station]}
        - {trigger: note, T, from: new, to: same, by: [reader, opener, responsible],
           takes: [kind, checked, words, about, friend, charge, station]}
        - {trigger: up, T, from: new, to: waits, by: [zuzhang, village_clerk]}
        - {trigger: settle, T, from: waits, to: done, by: village_secretary, via: board}
        - {trigger: carry, T, from: waits, to: same, by: [village_secretary, system], via: board}
        - {trigger: seal, T, from: [new, waits], to: sealed, by: [zuzhang, township_secretary]}
        - {trigger: seal, T, from: start, to: sealed, by: zuzhang}
        - {trigger: merge, T, from: new, to: merged, by: [zuzhang, village_secretary], needs: primary,
           when: {case: primary, is: [open, other, alike_sealed]}}
        - {trigger: split, T, from: merged, to: back, by: village_secretary, reopens: true}
        - {trigger: finish, T, from: new, to: done, by: zuzhang}
        """,
}  # fmt: skip
FILLED = [
    {}, {"kind": "child"}, {"kind": "child", "charge": "council_member"}, {"checked": True}, {"checked": False},
    {"checked": True, "words": "看过"}, {"about": "village_clerk"}, {"about": "zuzhang_2"}, {"friend": "village_clerk"},
    {"friend": "zuzhang"}, {"friend": "lishen"}, {"station": t.STATION}, {"kind": "child", "checked": True},
    {"kind": "child", "station": t.STATION},
]  # fmt: skip


def small(store: Store) -> World:
    return World(store, rules(**RULES))


def begun(world: World, person: str = "zuzhang", **data: object) -> str:
    return world.opened(person, t.NEIGHBOURHOOD, "begin", data, workflow="small").identity.id


@pytest.fixture(scope="module", params=BACKENDS)
def filled(request: pytest.FixtureRequest) -> Iterator[World]:
    """Cases that each rule hides, does not hide, or would hide but for another value; some sealed, some merged."""
    with fresh_store(request.param) as store:
        world = small(store)
        ids = [begun(world, **data) for data in FILLED]
        world.fire("zuzhang", begun(world), "seal")
        world.fire("zuzhang", begun(world), "merge", primary=ids[0])
        world.fire("zuzhang", begun(world), "note", about="village_secretary")
        yield world


def test_lists_show_everybody_exactly_what_he_may_read_whole(filled: World):
    """The clause in SQL answers like the rule in Python."""
    for person in everybody(filled):
        with filled.store.read() as tx:
            lookups = Lookups(tx, filled.office)
            held = read_cases(tx, tx.execute(sa.select(cases.c.id)).scalars().all())
            readable = {
                case for case, each in held.items()
                if reads_whole(attempt_to_read(tx, filled.office, each, person, lookups=lookups))
            }  # fmt: skip
        assert {view.identity.id for view in filled.queries.page(person, CaseFilter(limit=200)).cases} == readable, (
            person
        )
        seen = filled.audit.history(person, HistoryFilter(limit=200)).rows
        assert {row.case_id for row in seen} == readable, person


def test_the_rules_of_the_fixture_hide_something_from_some(filled: World):
    counts = {len(filled.queries.page(person, CaseFilter(limit=200)).cases) for person in everybody(filled)}

    assert len(counts) > 5


# --- sealing ---------------------------------------------------------------------------------------------------------


def test_what_is_sealed_is_absent_to_all_but_those(store: Store):
    world = small(store)
    case = begun(world)
    world.fire("zuzhang", case, "seal")

    assert isinstance(refusal(lambda: world.queries.get("zuzhang", case)), NotFound)
    assert isinstance(refusal(lambda: world.fire("zuzhang", case, "note", words="一")), NotFound)
    assert world.queries.get("auditor_county", case).state.state == "sealed"
    assert isinstance(refusal(lambda: begun_merged(world, case)), FieldsRefused)


def begun_merged(world: World, primary: str) -> None:
    world.fire("zuzhang", begun(world), "merge", primary=primary)


def test_sent_again_the_act_that_hid_the_case_is_done_again_for_nobody(store: Store):
    """The same key gets the same answer, which shows nothing; who may not read for another reason hears of no case."""
    world = small(store)
    case = begun(world)
    caller, command = Caller(person="zuzhang", token="t", key="k", request=["seal"]), Command(trigger="seal", data={})
    first = world.sent(caller, case, command, 1)
    again = world.sent(caller, case, command, 1)

    assert (first.state.version, again.state.version) == (2, 2)
    for held in (first, again):
        assert isinstance(refusal(lambda h=held: world.queries.present("zuzhang", h)), NotFound)


def test_a_hidden_case_is_not_on_the_agenda_that_others_see(store: Store):
    world = small(store)
    open_case, hidden = begun(world), begun(world, kind="child")
    for case in (open_case, hidden):
        world.fire("zuzhang", case, "up")
    meeting = world.plan("village_secretary", "board", t.VILLAGE, workflow="small")

    def agenda(person: str) -> list[str]:
        return [item.item.case_id for item in world.minutes.get(person, meeting).items]

    assert agenda("village_secretary") == [open_case, hidden]
    assert agenda("village_clerk") == [open_case]
    world.meetings.open("village_secretary", meeting, 1)
    world.meetings.attend("village_secretary", meeting, 2, Attendance(present=world.row(meeting).expected))
    world.close("village_secretary", meeting)
    assert (agenda("village_secretary"), agenda("village_clerk")) == ([open_case, hidden], [open_case])


def test_what_was_refused_on_a_hidden_case_is_hidden_too(store: Store):
    world = small(store)
    sealed, plain, of_his = (begun(world) for _ in range(3))
    for case in (sealed, plain, of_his):
        refusal(lambda c=case: world.fire("village_clerk", c, "finish"))

    def seen(person: str) -> set[str | None]:
        return {view.denial.case_id for view in world.audit.refusals(person)[0]}

    assert seen("village_clerk") == seen("auditor_county") == {sealed, plain, of_his}
    world.fire("zuzhang", sealed, "seal")
    world.fire("zuzhang", of_his, "note", friend="village_clerk")
    assert seen("village_clerk") == {plain}
    assert seen("auditor_county") == {sealed, plain, of_his}


# --- recusal ---------------------------------------------------------------------------------------------------------


def test_who_is_recused_keeps_what_he_read_before_and_nothing_more(store: Store):
    world = small(store)
    case = begun(world, words="一")
    world.fire("village_secretary", case, "note", about="village_clerk", words="二")
    view = world.queries.get("village_secretary", case)

    assert (view.state.version, view.data["words"]) == (2, "二")
    seen = world.queries.get("pianzhang", case)
    assert seen.state.version == 2
    world.fire("village_secretary", case, "note", about="pianzhang", words="三")
    seen = world.queries.get("pianzhang", case)
    assert (seen.state.version, seen.data["words"]) == (2, "二")
    assert [event.event.seq for event in world.queries.history("pianzhang", case)] == [1, 2]
    assert world.queries.triggers("pianzhang", case).offers == ()
    assert isinstance(refusal(lambda: world.fire("pianzhang", case, "note", words="四")), Recused)
    assert case not in {each.identity.id for each in world.queries.page("pianzhang", CaseFilter()).cases}


# --- following -------------------------------------------------------------------------------------------------------


def test_a_merged_case_shows_its_primary_to_who_may_read_that(store: Store):
    world = small(store)
    primary, case = begun(world), begun(world)
    world.fire("zuzhang", case, "merge", primary=primary)

    followed = world.queries.get("zuzhang", case).follows
    assert followed is not None
    assert (followed.identity.id, followed.state.state) == (primary, "new")

    world.fire("township_secretary", primary, "seal")
    assert world.queries.get("zuzhang", case).follows is None

    world.fire("village_secretary", case, "split")
    assert world.state(case) == "new"
    assert not [row for row in world.rows(case_ties) if row.slot == "primary"]


@pytest.mark.parametrize(("how", "kind"), [("itself", ConditionRefused), ("closed", ConditionRefused),
                                           ("other_village", FieldsRefused), ("child", ConditionRefused)])  # fmt: skip
def test_no_case_follows_what_it_may_not(store: Store, how: str, kind: type[Exception]):
    world = small(store)
    case, primary = begun(world), begun(world)
    if how == "itself":
        primary = case
    elif how == "closed":
        world.fire("zuzhang", primary, "finish")
    elif how == "child":
        world.fire("zuzhang", primary, "note", kind="child")
    else:
        primary = world.opened("village_clerk_2", t.SIBLING_WUCHANG, "begin", {}, workflow="small").identity.id

    assert type(refusal(lambda: world.fire("zuzhang", case, "merge", primary=primary))) is kind


def test_a_case_that_is_followed_follows_none_until_they_are_split_off(store: Store):
    world = small(store)
    first, second, third = (begun(world) for _ in range(3))
    world.fire("zuzhang", first, "merge", primary=second)

    refused = refusal(lambda: world.fire("zuzhang", second, "merge", primary=third))
    assert isinstance(refused, Conflict)
    assert refused.code == "is_followed"
    world.fire("village_secretary", first, "split")
    world.fire("zuzhang", second, "merge", primary=third)


@pytest.mark.parametrize("turned", [False, True])
def test_acts_of_one_request_see_what_those_before_them_did(store: Store, turned: bool):
    """Else a bulk could make a chain: the first follows the second, which follows the third."""
    world = small(store)
    first, second, third = (begun(world) for _ in range(3))
    acts = [_merging(first, second), _merging(second, third)]

    outcomes = world.cases.fire_many(list(reversed(acts)) if turned else acts)

    codes = [outcome.refusal.code if outcome.refusal else None for outcome in outcomes]
    assert codes == ([None, "case:primary"] if turned else [None, "is_followed"])


def test_two_cases_of_one_request_do_not_follow_each_other(store: Store):
    world = small(store)
    first, second = begun(world), begun(world)
    outcomes = world.cases.fire_many([_merging(first, second), _merging(second, first)])

    assert [outcome.refusal is None for outcome in outcomes] == [True, False]


def test_what_is_split_off_in_a_request_is_free_in_it(store: Store):
    world = small(store)
    first, second, third = (begun(world) for _ in range(3))
    world.fire("zuzhang", first, "merge", primary=second)
    split = Act(person="village_secretary", command=Command(trigger="split", data={}), case_id=first)

    outcomes = world.cases.fire_many([split, _merging(second, third)])

    assert [outcome.refusal for outcome in outcomes] == [None, None]


def _merging(case: str, primary: str) -> Act:
    return Act(person="zuzhang", command=Command(trigger="merge", data={"primary": primary}), case_id=case)


def test_a_key_used_before_tells_nothing_of_a_case_out_of_reach(store: Store):
    world = small(store)
    mine = begun(world)
    theirs = world.opened("village_clerk_2", t.SIBLING_WUCHANG, "begin", {}, workflow="small").identity.id
    absent = theirs[:-4] + "0000"
    note = Command(trigger="note", data={"words": "一"})
    world.sent(Caller(person="zuzhang", token="t", key="k", request=["first"]), mine, note, 1)

    for case in (theirs, absent):
        other = Caller(person="zuzhang", token="t", key="k", request=["other"])
        assert isinstance(refusal(lambda c=case, w=other: world.sent(w, c, note, 1)), NotFound)


def test_a_bulk_sent_again_answers_the_act_that_hid_its_case_as_done(store: Store):
    world = small(store)
    hidden, plain = begun(world), begun(world, "village_clerk")  # who opened a case reads it for good
    acts = [
        Act(person="zuzhang", command=Command(trigger="seal", data={}), case_id=hidden, expected=1),
        Act(person="zuzhang", command=Command(trigger="note", data={"words": "一"}), case_id=plain, expected=1),
    ]
    caller = Caller(person="zuzhang", token="t", key="k", request=["bulk"])

    first, again = (world.cases.fire_many(acts, caller=caller) for _ in range(2))

    assert [each.refusal for each in (*first, *again)] == [None] * 4
    assert [each.held.state.version for each in again] == [2, 2]
    world.ends("zuzhang", date(2026, 3, 5))
    late = world.cases.fire_many(acts, caller=caller)
    assert [each.refusal.code if each.refusal else None for each in late] == [None, "case_not_found"]


def test_a_case_that_names_a_sealed_one_does_not_say_which(store: Store):
    """In the case itself, in lists and in its history; who reads sealed cases finds the link from their side."""
    world = small(store)
    sealed, follower = begun(world), begun(world)
    world.fire("zuzhang", follower, "merge", primary=sealed)
    assert world.queries.get("zuzhang", follower).data["primary"] == sealed
    world.fire("township_secretary", sealed, "seal")

    (listed,) = world.queries.page("zuzhang", CaseFilter()).cases
    rows = [*world.queries.history("zuzhang", follower), *world.audit.history("zuzhang", HistoryFilter()).rows]
    for view in (world.queries.get("zuzhang", follower), listed, *rows):
        assert sealed not in repr(view.data)
    assert "primary" not in world.queries.get("zuzhang", follower).state.values
