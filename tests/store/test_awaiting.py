"""What waits for me as the next step, what I reported, what is due and in which order, and how many: on both
databases, against a plain reading of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.cases.listing import by_opened, dated, narrow, reach_of
from engine.cases.narrowing import CaseFilter
from engine.definition.model import SYSTEM, Row
from engine.meetings.service import NewDecision
from engine.rules.attempt import Attempt
from engine.rules.people import is_one, only_reads
from engine.rules.refusals import NotFound
from engine.store.db import Store
from engine.store.tables import cases
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.features.ways import CALL_BACK, ON_ACCOUNT
from tests.store.alarms import Night
from tests.store.test_lists import PERSONS, in_reach, listed, meant, pages
from tests.store.tiers import TIERS
from tests.store.world import World, refusal, rules, varied


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with fresh_store(request.param) as store:
        yield varied(store)


# --- what waits for me -----------------------------------------------------------------------------------------------

_TOLD = {"handler", "opener", "reporter_side", "responsible", "successor"}


def is_next(attempt: Attempt) -> bool:
    """Said once more in the words of `Attempt`: an alarm apart, for which see below."""
    workflow, case = attempt.workflow, attempt.case.state
    state = workflow.states[case.state]
    if state.final or state.gate or only_reads(attempt):
        return False
    rows = workflow.rows_from(case.state)
    worked = state.handling or any({"responsible", "successor"} & set(row.by) for row in rows)
    if worked and (is_one("responsible", attempt) or is_one("successor", attempt)):
        return True
    return not state.handling and any(_steps_in(row, attempt) for row in rows)


def _steps_in(row: Row, attempt: Attempt) -> bool:
    """Somebody may take this ordinary step."""
    roles = set(attempt.workflow.roles)
    if row.stays or row.via or SYSTEM in row.by or len(row.sources) > 1:
        return False
    kept_out = any(is_one(name, attempt) for name in set(row.never) & (_TOLD | roles))
    return not kept_out and any(is_one(name, attempt) for name in set(row.by) & ({"opener", "reporter_side"} | roles))


def test_what_waits_is_what_the_rules_say_for_every_role(world: World):
    answers = {person: listed(world, person, waiting=True) for person in PERSONS}

    assert answers == {person: meant(in_reach(world, person), is_next) for person in PERSONS}
    assert {person for person, found in answers.items() if found} >= {
        "linzhang", "zuzhang", "village_clerk", "council_member", "township_station", "zhangsan", "waterman",
    }  # fmt: skip
    assert [answers[person] for person in ("auditor_township", "auditor_county", "former")] == [[], [], []]


def test_what_waits_is_much_less_than_what_could_be_moved_on(world: World):
    for person in ("village_secretary", "township_leader", "township_party_office"):
        waiting, mine = set(listed(world, person, waiting=True)), set(listed(world, person, mine=True))
        assert waiting < mine, person


def states(world: World, person: str) -> set[str]:
    found = world.queries.page(person, CaseFilter(limit=200, waiting=True)).cases
    return {view.state.state for view in found}


@pytest.fixture
def book(store: Store) -> tuple[World, dict[str, str]]:
    """One case in each of these states, under version 2."""
    world = World(store, t.whole_book())
    t.settle_whole_book(store)
    found = {name: world.bring(name) for name in ("reported", "need_info", "village_queued", "verifying")}
    found["on_account"] = world.bring("village_queued")
    person, trigger, data = ON_ACCOUNT
    world.meet(person, "village_weekly", NewDecision(case_id=found["on_account"], trigger=trigger, data=dict(data)))
    assert world.state(found["on_account"]) == "on_account"
    return world, found


def test_a_gate_waits_for_its_meeting_and_an_account_for_its_day(book: tuple[World, dict[str, str]]):
    world, _ = book

    assert states(world, "village_secretary") == states(world, "township_party_office") == {"verifying"}
    assert states(world, "township_leader") == states(world, "township_secretary") == set()
    assert states(world, "village_clerk") == {"reported", "need_info", "verifying"}


def test_who_opened_a_case_is_waited_for_where_facts_are_asked_of_him(book: tuple[World, dict[str, str]]):
    world, _ = book

    assert states(world, "linzhang") == {"need_info"}


def test_a_handler_is_not_shown_what_he_may_not_verify(book: tuple[World, dict[str, str]]):
    world, found = book
    world.posts("pianzhang", "village_cadre", t.VILLAGE, "2025-01-01")  # who handled it, and may verify others

    assert found["verifying"] not in listed(world, "pianzhang", waiting=True)
    assert found["verifying"] in listed(world, "village_cadre1", waiting=True)
    world.go(found["verifying"], CALL_BACK)
    assert found["verifying"] in listed(world, "village_clerk", waiting=True)


def test_an_alarm_waits_for_whom_it_paged_and_for_whom_its_clocks_called_since(store: Store):
    night = Night(store)
    case = night.alarm()
    called = ("village_cadre1", "stationed_cadre", "township_secretary")

    assert [listed(night, person, waiting=True) for person in ("village_secretary", "township_duty")] == [[case]] * 2
    assert [listed(night, person, waiting=True) for person in called] == [[], [], []]
    night.run_until("03-07 02:20")
    assert [listed(night, person, waiting=True) for person in called] == [[case], [], []]
    night.run_until("03-07 02:40")
    assert [listed(night, person, waiting=True) for person in called] == [[case], [case], [case]]
    assert listed(night, "village_clerk", waiting=True) == []

    night.act("township_duty", case, "control_danger")
    assert [listed(night, person, waiting=True) for person in ("township_duty", *called)] == [[]] * 4
    night.act("zuzhang", case, "raise_alarm")
    assert listed(night, "stationed_cadre", waiting=True) == []  # not called in this paging


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (CaseFilter(waiting=True), "ix_cases_open (home=?"),
        (CaseFilter(mine=True), "ix_cases_open (home=?"),
        (CaseFilter(due_until=datetime(2026, 3, 9, tzinfo=UTC), order="due"), "ix_cases_home_due (home=? AND due_at"),
        (CaseFilter(), "ix_cases_home_opened (home=?"),
        (CaseFilter(order="due"), "ix_cases_home_due (home=? AND due_at"),
    ],
)
def test_a_list_walks_its_index_and_never_all_cases(sqlite_store: Store, wanted: CaseFilter, index: str):
    world = World(sqlite_store, *t.all_rules())
    world.open("pianzhang")
    with world.store.read() as tx:
        mine = reach_of(tx, world.office, "pianzhang")
        query = narrow(tx, world.office, mine, wanted, sa.select(cases))
        query = by_opened(query, wanted) if wanted.order == "opened" else dated(query, wanted)
        sql = str(query.compile(tx, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]

    (step,) = [each for each in plan if " cases " in f"{each} "]
    assert not any("TEMP B-TREE" in each for each in plan), plan
    assert step.startswith(f"SEARCH cases USING INDEX {index}"), plan


# --- what I reported -------------------------------------------------------------------------------------------------


def test_reported_is_what_i_opened_or_what_was_opened_for_me(world: World):
    def by(attempt: Attempt) -> bool:
        return attempt.actor.person in (attempt.case.state.opener, attempt.case.state.behalf)

    answers = {person: listed(world, person, reported=True) for person in (*PERSONS, "lishen")}

    assert answers == {person: meant(in_reach(world, person), by) for person in answers}
    assert {person for person, found in answers.items() if found} >= {"linzhang", "zuzhang", "lishen"}


# --- deadlines and their order ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=BACKENDS)
def timed(request: pytest.FixtureRequest) -> Iterator[World]:
    """Cases of five working days opened on several days, two of a moment, some closed, and three without a deadline."""
    with fresh_store(request.param) as store:
        world = World(store, *t.default_rules(), rules(**TIERS))
        for day in ("05", "03", "02", "03", "04"):
            world.clock.at = datetime.fromisoformat(f"2026-03-{day}T09:00:00+08:00")
            world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small")
        done = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
        world.fire("zuzhang", done, "finish")
        world.wait(days=3)
        for _ in range(3):
            world.open()
        yield world


def in_order(world: World, person: str, **wanted: object) -> list[str]:
    """All in reach, as the order by deadline is meant: without a deadline last, then by id."""
    far = datetime(2200, 1, 1, tzinfo=UTC)
    held = [each for each, _ in in_reach(world, person)]
    return [each.identity.id for each in sorted(held, key=lambda h: (h.deadlines.due or far, h.identity.id))]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 200])
def test_the_earliest_deadline_comes_first_and_none_last_in_pages_of_every_size(timed: World, size: int):
    meant_order = in_order(timed, "pianzhang")

    assert len(meant_order) == 9
    assert pages(timed, "pianzhang", CaseFilter(limit=size, order="due")) == meant_order
    assert listed(timed, "pianzhang", order="due") == meant_order != listed(timed, "pianzhang")


def test_due_until_is_what_is_open_and_due_by_then(timed: World):
    dues = sorted({h.deadlines.due for h, _ in in_reach(timed, "pianzhang") if h.deadlines.due})
    for until in (dues[0] - timedelta(microseconds=1), dues[0], dues[1], dues[-1]):
        expected = {
            held.identity.id
            for held, _ in in_reach(timed, "pianzhang")
            if held.state.closed_at is None and held.deadlines.due and held.deadlines.due <= until
        }
        assert set(listed(timed, "pianzhang", due_until=until)) == expected
        assert set(listed(timed, "pianzhang", due_until=until, order="due")) == expected
    assert listed(timed, "pianzhang_2", due_until=dues[-1]) == []


def test_pages_by_deadline_narrow_as_every_list(timed: World):
    wanted = CaseFilter(order="due", overdue=False, workflow="small")

    for size in (1, 2, 50):
        assert pages(timed, "pianzhang", replace(wanted, limit=size)) == [
            case for case in in_order(timed, "pianzhang") if case in listed(timed, "pianzhang", overdue=False,
                                                                            workflow="small")
        ]  # fmt: skip


# --- counts and what is new ------------------------------------------------------------------------------------------


def test_counts_are_the_lengths_of_the_lists_and_go_no_further_than_told(world: World):
    filters = {
        "all": CaseFilter(), "waiting": CaseFilter(waiting=True), "mine": CaseFilter(mine=True, limit=1),
        "said": CaseFilter(q="排水沟"), "due": CaseFilter(order="due"), "none": CaseFilter(unit="nowhere"),
    }  # fmt: skip
    for person in ("village_clerk", "auditor_county", "nobody"):
        lengths = {n: len(world.queries.page(person, replace(f, limit=200)).cases) for n, f in filters.items()}
        assert world.queries.counts(person, filters) == lengths
        assert world.queries.counts(person, filters, most=2) == {n: min(length, 3) for n, length in lengths.items()}
    assert world.queries.counts("village_clerk", {}) == {}


def test_what_happened_since_a_version_is_the_rest_of_the_history(world: World):
    case = next(row.id for row in world.rows(cases) if row.version > 2 and row.state == "verifying")
    whole = world.queries.history("village_clerk", case)

    for version in range(len(whole) + 1):
        later = world.queries.history("village_clerk", case, after=version)
        assert [each.hash for each in later] == [each.hash for each in whole[version:]]
    assert isinstance(refusal(lambda: world.queries.history("linzhang_2", case, after=1)), NotFound)
