"""A calendar learns of a year: open cases are counted by it through the door, once each, and histories say so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from engine.audit.verify import verify
from engine.cases.clock_queries import ClockQueries
from engine.cases.recounting import Recounted, Recounting
from engine.cases.timekeeping import Timekeeper
from engine.rules.days import Note
from engine.store.tables import blocked
from tests import township as t
from tests.store.counted import LOCAL, NEXT_YEAR, Counted, at, calendar
from tests.store.world import refusal


@pytest.fixture
def world(store):
    return Counted(store)


def test_a_year_arrives_and_the_case_tells_its_old_and_its_new_deadline(world):
    case = world.begin()
    assert (world.row(case).due_at, world.row(case).due_provisional) == (at("2027-01-04T17:30"), True)

    world.arrives(calendar(2, NEXT_YEAR))
    assert world.recounting.sweep() == Recounted(changed=1)

    row = world.row(case)
    assert (row.due_at, row.due_provisional, row.calendar_version) == (at("2027-01-05T17:30"), False, 2)
    assert world.rows(case) == ["begin", "recompute_deadlines"]
    facts = world.last_facts(case)
    assert facts["calendar"] == {
        "code": "cn", "version": 2, "former": 1, "sha256": calendar(2, NEXT_YEAR).sha256,
    }  # fmt: skip
    assert facts["due"] == {"before": "2027-01-04T09:30:00.000000Z", "after": "2027-01-05T09:30:00.000000Z"}
    assert facts["provisional"] == {"before": True, "after": False}
    assert at("2027-01-05T17:30") in world.steps(case)
    assert verify(world.store, world.office.rulebook).flaws == ()


def test_each_case_is_counted_once_a_version(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))

    assert [world.recounting.sweep() for _ in range(2)] == [Recounted(changed=1), Recounted()]
    world.arrives(calendar(3, NEXT_YEAR))
    assert world.recounting.sweep() == Recounted(same=1)
    assert (world.rows(case), world.row(case).calendar_version) == (["begin", "recompute_deadlines"], 3)


def test_a_date_that_stays_is_sure_from_then_on_and_the_history_says_so(world):
    world.clock.at = at("2026-12-21T09:00")
    case = world.begin(urgency="normal")
    world.fire("zuzhang", case, "rise")  # ten working days
    assert world.row(case).due_at == at("2027-01-04T17:30")
    year = NEXT_YEAR.replace("{from: 2027-01-01, to: 2027-01-03}", "{from: 2027-02-01, to: 2027-02-03}")
    world.arrives(calendar(2, year))

    assert world.recounting.sweep() == Recounted(changed=1)
    facts = world.last_facts(case)
    assert facts["due"]["before"] == facts["due"]["after"]
    assert facts["provisional"] == {"before": True, "after": False}


def test_a_case_closed_or_at_rest_or_due_before_has_no_row(world):
    world.clock.at = at("2026-12-01T09:00")
    closed, parked, sooner = world.begin(), world.begin(), world.begin()
    world.fire("zuzhang", closed, "finish")
    world.fire("zuzhang", parked, "park")
    world.arrives(calendar(2, NEXT_YEAR))

    assert world.recounting.sweep() == Recounted(same=2)
    assert [world.row(case).calendar_version for case in (closed, parked, sooner)] == [1, 2, 2]
    assert world.rows(closed)[-1] == "finish"


def test_an_act_that_comes_first_has_the_row_before_it_and_keeps_the_version_that_was_seen(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))

    held = world.fire("zuzhang", case, "change", text="催一下")
    assert (held.state.version, held.counted_by, held.deadlines.due) == (3, 2, at("2027-01-05T17:30"))
    assert world.rows(case) == ["begin", "recompute_deadlines", "change"]
    assert world.recounting.sweep() == Recounted()
    assert verify(world.store, world.office.rulebook).flaws == ()


def test_a_refused_act_leaves_the_case_to_the_sweep(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))

    assert refusal(lambda: world.fire("village_clerk", case, "park")).code == "role"
    assert world.rows(case) == ["begin"]
    assert world.recounting.sweep() == Recounted(changed=1)


def test_what_was_done_by_the_old_date_stays_done(world):
    case = world.begin()
    world.clock.at = at("2027-01-04T17:30")
    Timekeeper(world.office).run_due()
    assert world.rows(case) == ["begin", "rise"]

    world.arrives(calendar(2, NEXT_YEAR))
    world.recounting.sweep()
    world.clock.at = at("2027-01-05T17:30")
    assert Timekeeper(world.office).run_due() == {}
    assert world.rows(case) == ["begin", "rise", "recompute_deadlines"]


def test_a_killed_run_goes_on_where_it_stopped(world, monkeypatch):
    found = [world.begin() for _ in range(3)]
    world.arrives(calendar(2, NEXT_YEAR))
    monkeypatch.setattr("engine.cases.recounting._AT_ONCE", 1)
    count, done = Recounting._count, []

    def killed(self, ids):
        if done:
            raise KeyboardInterrupt
        done.append(count(self, ids))
        return done[0]

    with monkeypatch.context() as patch:
        patch.setattr(Recounting, "_count", killed)
        with pytest.raises(KeyboardInterrupt):
            world.recounting.sweep()

    assert world.recounting.sweep() == Recounted(changed=2)
    assert [world.rows(case) for case in found] == [["begin", "recompute_deadlines"]] * 3


def test_a_case_that_cannot_be_taken_up_waits_in_the_queue_and_keeps_no_other_waiting(world, monkeypatch):
    broken, sound = world.begin(), world.begin()
    world.arrives(calendar(2, NEXT_YEAR))
    count = Recounting._count

    def failing(self, ids):
        if broken in ids:
            raise ZeroDivisionError
        return count(self, ids)

    with monkeypatch.context() as patch:
        patch.setattr(Recounting, "_count", failing)
        assert world.recounting.sweep() == Recounted(changed=1, failed=1)
    with world.store.read() as tx:
        assert [(row.kind, row.code, row.case_id) for row in tx.execute(sa.select(blocked))] == [
            ("calendar", "broken", broken)
        ]
    assert world.rows(sound)[-1] == "recompute_deadlines"
    assert world.recounting.sweep() == Recounted(changed=1)
    with world.store.read() as tx:
        assert tx.execute(sa.select(blocked)).all() == []


def test_a_case_whose_last_row_is_later_than_the_clock_is_counted_when_that_has_caught_up(world):
    ahead, sound = world.begin(), world.begin()
    world.clock.at += timedelta(hours=1)
    world.fire("zuzhang", ahead, "change", text="钟快了")
    world.clock.at -= timedelta(hours=1)
    world.arrives(calendar(2, NEXT_YEAR))

    assert world.recounting.sweep() == Recounted(changed=1, failed=1)
    assert world.rows(sound)[-1] == "recompute_deadlines"
    with world.store.read() as tx:
        assert tx.execute(sa.select(blocked.c.code)).scalars().all() == ["clock_behind"]

    world.clock.at += timedelta(hours=1)
    assert world.recounting.sweep() == Recounted(changed=1)


def test_an_older_calendar_undoes_nothing(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))
    world.recounting.sweep()

    world.arrives(calendar(1))
    assert world.recounting.sweep() == Recounted()
    assert world.row(case).due_at == at("2027-01-05T17:30")


@pytest.mark.parametrize(("unit", "moved"), [(t.COUNTY, (True, True)), (t.VILLAGE, (True, False))])
def test_local_days_that_arrive_move_the_deadlines_of_all_places_below_their_unit(world, unit, moved):
    here, elsewhere = world.begin(), world.begin("zuzhang_other", f"{t.OTHER_WUCHANG}g1")
    world.arrives(calendar(2, LOCAL.format(unit=unit)))

    assert world.recounting.sweep() == Recounted(changed=sum(moved), same=2 - sum(moved))
    dates = {True: at("2027-01-05T17:30"), False: at("2027-01-04T17:30")}
    assert [world.row(case).due_at for case in (here, elsewhere)] == [dates[each] for each in moved]
    assert world.row(here).due_provisional  # 2027 is still to come


def test_the_clocks_name_the_local_day_and_a_closed_case_keeps_the_calendar_it_was_counted_by(world):
    world.arrives(calendar(2, LOCAL.format(unit=t.VILLAGE)))
    case = world.begin()
    world.clock.at = at("2027-01-05T09:00")
    world.fire("zuzhang", case, "finish")
    world.arrives(calendar(3, NEXT_YEAR))  # the market was elsewhere after all
    world.recounting.sweep()

    (clock,) = ClockQueries(world.office).clocks("zuzhang", case).clocks
    market = next(line for line in clock.days if line.day.date == date(2026, 12, 29))
    assert (market.note, market.day.title.zh, market.day.title.en) == (Note.OFF, "赶圩", "Market day")


def test_nobody_can_ask_for_it(world):
    case = world.begin()
    world.arrives(calendar(2, NEXT_YEAR))

    found = refusal(lambda: world.fire("zuzhang", case, "recompute_deadlines"))
    assert found.problems[0].code == "unknown_trigger"


def test_workers_at_once_and_an_act_among_them_leave_one_row_a_case(world):
    found = [world.begin() for _ in range(6)]
    world.arrives(calendar(2, NEXT_YEAR))
    act = lambda: world.fire("zuzhang", found[3], "change", text="催一下")  # noqa: E731 - beside the sweeps

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(world.recounting.sweep) for _ in range(3)] + [pool.submit(act)]:
            each.exception()  # the act may have come too late for the version it saw

    assert world.recounting.sweep() == Recounted()
    assert [world.rows(case).count("recompute_deadlines") for case in found] == [1] * 6
    assert verify(world.store, world.office.rulebook).flaws == ()
