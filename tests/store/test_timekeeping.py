"""What falls due is carried out once, in order, through the door; what cannot be stands in the blocked queue."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.cases.clock_queries import ClockQueries
from engine.cases.timekeeping import AGAIN, End, Timekeeper
from engine.rules.clocks import deadlines, running
from engine.store.casefile import read_case
from engine.store.tables import blocked, cases, history, timers
from tests import township as t
from tests.store.tiers import TIERS
from tests.store.world import World, refusal, rules


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


class Timed(World):
    def __init__(self, store, **parts: str) -> None:
        super().__init__(store, rules(**{**TIERS, **parts}))
        self.keeper = Timekeeper(self.office)

    def begin(self, moment: str = "03-02T09:00", **data) -> str:
        self.clock.at = at(moment)
        return self.opened("zuzhang", t.GROUP, "begin", data, workflow="small").identity.id

    def run(self, moment: str) -> dict[End, int]:
        self.clock.at = at(moment)
        return self.keeper.run_due()

    def seen(self, case: str) -> tuple[str, int]:
        held = self.held(case)
        return held.state.state, held.state.version

    def held(self, case: str):
        with self.store.read() as tx:
            return read_case(tx, case)

    def blocked(self) -> list[tuple[str, int]]:
        with self.store.read() as tx:
            return [(row.code, row.tries) for row in tx.execute(sa.select(blocked))]


@pytest.fixture
def world(store):
    return Timed(store)


def test_three_tiers_breached_one_after_the_other_make_one_hop_each(world):
    case = world.begin()

    assert world.run("03-09T17:29") == {}
    assert world.run("03-09T17:30") == {End.FIRED: 1}
    assert world.seen(case) == ("middle", 2)
    assert world.run("03-23T17:29") == {}  # ten working days from then
    assert world.run("03-23T17:30") == {End.FIRED: 1}
    assert world.seen(case) == ("high", 3)


def test_the_third_with_nowhere_to_go_stands_in_the_blocked_queue_until_it_can(world):
    case = world.begin()
    world.run("03-09T17:30")
    world.run("03-23T17:30")

    assert world.run("04-21T17:30") == {End.BLOCKED: 1}  # twenty working days, over the holiday of 6 April
    assert (world.seen(case), world.blocked()) == (("high", 3), [("field:text", 1)])
    view = ClockQueries(world.office).blocked("township_secretary")[0]
    assert (view.number, view.found.facts["share"]) == (world.held(case).identity.number, 100)
    assert view.found.attend_by == at("04-22T17:30")

    world.clock.at += AGAIN
    assert world.keeper.run_due() == {End.BLOCKED: 1}
    assert world.blocked() == [("field:text", 2)]
    world.fire("zuzhang", case, "change", text="有了说明")
    assert world.keeper.run_due() == {End.FIRED: 1}  # at once, now that the case went on
    assert world.blocked() == []


def test_what_waits_is_gone_from_the_queue_when_the_case_ends_or_its_clock_moves_on(world):
    ended, later = world.begin(), world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)
    assert len(world.blocked()) == 2

    world.fire("zuzhang", ended, "finish")
    world.fire("zuzhang", later, "extend", due="2026-05-29")
    assert world.keeper.run_due() == {End.OVERTAKEN: 1}
    assert world.blocked() == []
    assert world.held(later).deadlines.due == at("05-29T17:30")


def test_a_case_that_cannot_be_taken_up_keeps_no_other_waiting(world, monkeypatch):
    broken, sound = world.begin(), world.begin("03-02T09:01")
    carry_out = Timekeeper._carry_out

    def failing(keeper, tx, lookups, taken):
        if taken.held.identity.id == broken:
            raise ZeroDivisionError
        return carry_out(keeper, tx, lookups, taken)

    monkeypatch.setattr(Timekeeper, "_carry_out", failing)
    assert world.run("03-09T17:30") == {End.BLOCKED: 1, End.FIRED: 1}
    assert (world.seen(broken), world.seen(sound), world.blocked()) == (("low", 1), ("middle", 2), [("broken", 1)])

    monkeypatch.undo()
    world.clock.at += AGAIN
    assert world.keeper.run_due() == {End.FIRED: 1}
    assert world.blocked() == []


def test_a_case_whose_last_row_is_later_than_the_clock_waits_for_it_and_keeps_no_other_waiting(world):
    """As the server's clock was set far ahead by mistake, and then back."""
    ahead, sound = world.begin(), world.begin("03-02T09:01")
    world.clock.at = at("03-09T18:30")
    world.fire("zuzhang", ahead, "change", text="钟快了")

    assert world.run("03-09T17:30") == {End.BLOCKED: 1, End.FIRED: 1}
    assert (world.seen(ahead), world.seen(sound), world.blocked()) == (("low", 2), ("middle", 2), [("clock_behind", 1)])
    assert world.run("03-09T18:30") == {End.FIRED: 1}
    assert (world.seen(ahead), world.blocked()) == (("middle", 3), [])


def test_who_may_not_read_the_case_sees_nothing_blocked(world):
    case = world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)

    queries = ClockQueries(world.office)
    assert [view.found.case_id for view in queries.blocked("zuzhang")] == [case]
    assert queries.blocked("village_secretary_2") == []
    assert [queries.blocked_count(person) for person in ("zuzhang", "village_secretary_2")] == [1, 0]


def test_after_downtime_each_falls_due_once_and_in_order(world):
    first, second = world.begin("03-02T09:00"), world.begin("03-03T09:00")

    assert world.run("03-20T12:00") == {End.FIRED: 2, End.SKIPPED: 2}  # two steps are for the township alone
    assert world.run("03-20T12:00") == {}
    with world.store.read() as tx:
        rows = tx.execute(sa.select(history.c.case_id).where(history.c.trigger == "rise"))
        assert sorted(rows.scalars()) == sorted([first, second])


def test_a_step_whose_condition_does_not_hold_is_not_for_this_case(world):
    case = world.begin()

    assert world.run("03-09T17:30") == {End.FIRED: 1}
    world.fire("zuzhang", case, "park")
    assert world.run("12-31T17:30") == {}


def test_a_step_of_the_level_just_left_is_not_for_the_next_one(store):
    steps = "    - {at: 100%, when: {level: [village, township]}, fire: mark}\n        "
    mark = "- {trigger: mark, T, from: [middle, high], to: same, by: system}\n        "
    world = Timed(store, clocks=TIERS["clocks"] + steps, transitions=TIERS["transitions"] + mark)
    case = world.begin()

    assert world.run("03-09T17:30") == {End.FIRED: 1, End.SKIPPED: 1}
    assert world.seen(case) == ("middle", 2)


def test_a_step_that_fell_due_before_the_case_went_on_is_overtaken(world):
    case = world.begin()
    world.clock.at = at("03-09T18:00")  # nobody swept in time
    world.fire("zuzhang", case, "park")

    assert world.keeper.run_due() == {End.OVERTAKEN: 1}
    assert world.seen(case)[0] == "parked"


def test_a_pause_takes_its_steps_away_and_the_return_brings_them_back_later(world):
    case = world.begin()
    world.clock.at = at("03-04T17:30")
    world.fire("zuzhang", case, "park")
    assert (world.held(case).deadlines.due, world.run("03-16T17:29")) == (None, {})

    world.fire("zuzhang", case, "resume")
    assert world.held(case).deadlines.due == at("03-19T17:29")
    assert world.run("03-19T17:29") == {End.FIRED: 1}


def test_more_urgent_it_falls_due_earlier(world):
    case = world.begin()
    world.clock.at = at("03-02T10:00")
    world.fire("zuzhang", case, "change", urgency="urgent")

    assert world.run("03-03T09:00") == {End.FIRED: 1}


def test_what_is_finished_falls_due_no_more(world):
    case = world.begin()
    world.fire("zuzhang", case, "finish")

    assert world.run("12-31T17:30") == {}
    with world.store.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(timers)).scalar() == 0


def test_any_number_of_workers_fire_each_once(world):
    cases_open = [world.begin() for _ in range(12)]
    world.clock.at = at("03-09T17:30")
    keepers = [Timekeeper(world.office) for _ in range(4)]
    threads = [threading.Thread(target=keeper.run_due) for keeper in keepers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {world.seen(case) for case in cases_open} == {("middle", 2)}


def test_the_deadline_that_lists_sort_by_is_the_one_that_is_explained(world):
    world.begin()
    world.begin(urgency="urgent")
    case = world.begin("03-05T11:00")
    world.fire("zuzhang", case, "park")
    world.run("03-09T17:30")

    with world.store.read() as tx:
        kept = {row.id: row.due_at for row in tx.execute(sa.select(cases.c.id, cases.c.due_at))}
    compiled = world.office.rulebook.version("small", 1)
    for ident, due in kept.items():
        held = world.held(ident)
        assert deadlines(running(compiled.workflow, held.state, compiled.work(held.unit))).due == due
    assert verify(world.store, world.office.rulebook).flaws == ()


def test_a_case_out_of_reach_has_no_clocks(world):
    case = world.begin()

    assert refusal(lambda: ClockQueries(world.office).clocks("village_secretary_2", case)).code == "case_not_found"
    (found,) = ClockQueries(world.office).clocks("village_secretary", case).clocks
    assert found.reckoning.deadline == at("03-09T17:30")


def test_what_waits_is_not_tried_before_its_moment_when_the_time_is_set_back(world):
    case = world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)
    assert world.blocked() == [("field:text", 1)]

    world.clock.at = at("04-20T09:00")
    world.fire("zuzhang", case, "change", text="有了说明")
    assert (world.keeper.run_due(), world.blocked()) == ({}, [])
    assert world.run("04-21T17:30") == {End.FIRED: 1}


def test_what_waits_goes_from_the_queue_though_its_moment_changed_in_between(world):
    case = world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)
    world.fire("zuzhang", case, "change", urgency="urgent")  # it would have been due in March
    assert world.blocked() == [("field:text", 1)]

    world.fire("zuzhang", case, "extend", due="2026-05-29")
    world.fire("zuzhang", case, "finish")
    assert (world.keeper.run_due(), world.blocked()) == ({}, [])
