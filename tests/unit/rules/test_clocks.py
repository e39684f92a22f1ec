"""Clocks people can predict (law 4): what is granted, when it stops and goes on, and when it is used up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.definition.model import Duration
from engine.rules.clocks import deadlines, reckon_all, running
from engine.rules.limits import limit_changes, states_of
from engine.rules.reckoning import Why, limit_of
from engine.rules.timers import plan
from tests.unit.rules.timed import Timed, local, shown

HOUR = timedelta(hours=1)
DAY = 9 * HOUR  # a working day, 08:30 to 17:30


def whys(case, code="work"):
    return [grant.why for grant in case.clock(code).grants]


# --- one run ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun", "deadline"),
    [
        ("03-02 09:00", "03-09 17:30"),  # a Monday: the day itself is not counted
        ("03-02 06:00", "03-09 17:30"),
        ("03-02 17:30", "03-09 17:30"),
        ("03-02 23:59", "03-09 17:30"),
        ("03-07 10:00", "03-13 17:30"),  # a Saturday: the five days after it
        ("03-06 16:00", "03-13 17:30"),
        ("01-02 09:00", "01-08 17:30"),  # a holiday; Sunday the 4th is worked for it
        ("09-30 09:00", "10-13 17:30"),  # 8, 9, Saturday 10 (worked), 12, 13 October
    ],
)
def test_working_days_end_with_the_hours_of_the_last_and_the_first_day_is_not_counted(begun, deadline):
    assert Timed().at_time(begun, "begin").deadline() == deadline


def test_hours_run_round_the_clock_and_over_holidays():
    case = Timed().at_time("10-01 20:15", "begin", urgency="urgent")

    assert case.deadline() == "10-02 20:15"
    assert whys(case) == [Why.LIMIT]


@pytest.mark.parametrize(
    ("begun", "deadline"),
    [
        ("03-02 09:00", "04-02 00:00"),  # thirty days: to the end of 1 April
        ("08-31 09:00", "10-01 00:00"),  # 30 September is worked
        ("09-02 09:00", "10-09 00:00"),  # the 30th day is 2 October: to the end of the first day worked after it
        ("03-05 09:00", "04-07 00:00"),  # the 30th day is Saturday 4 April: to the end of Monday
    ],
)
def test_natural_days_end_at_midnight_and_past_a_holiday(begun, deadline):
    assert Timed().at_time(begun, "begin", kind="dispute").deadline("quarrel") == deadline


def test_minutes_and_business_hours():
    clocks = "quick: {T, per: stay, limits: 15 minutes}\ndesk: {T, per: stay, limits: 2 business hours}"
    states = "new: {T, level: low, handling: true, runs: [quick, desk]}\ndone: {T, final: true}"
    case = Timed(clocks, states, "- {trigger: begin, T, from: start, to: new, by: boss}\n"
                 "- {trigger: finish, T, from: new, to: done, by: boss}").at_time("03-06 16:50", "begin")  # fmt: skip

    assert case.deadline("quick") == "03-06 17:05"
    assert case.deadline("desk") == "03-09 09:50"  # 40 minutes on Friday, the rest on Monday


# --- pauses, levels, returns -----------------------------------------------------------------------------------------


def test_it_stops_where_it_is_not_named_and_goes_on_with_what_was_left():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 17:30", "refer")
    assert case.state.clocks["work"][0].runs[-1].stopped == local("03-04 17:30")
    case.at_time("03-11 17:30", "return")

    assert case.clock().used(local("03-11 17:30")) == 2 * DAY + case.clock().grants[1].amount
    assert case.deadline() == "03-16 17:30"  # three working days were left
    assert Why.GRACE not in whys(case)


def test_time_is_conserved_to_the_second_over_any_pause():
    straight = Timed().at_time("03-02 09:00", "begin")
    paused = Timed().at_time("03-02 09:00", "begin")
    paused.at_time("03-03 10:11:12", "park", review="2026-03-20").at_time("03-03 15:00:01", "resume")

    gap = paused.work.measured(straight.clock().unit, local("03-03 10:11:12"), local("03-03 15:00:01"))
    assert paused.clock().granted == straight.clock().granted
    assert paused.work.measured(straight.clock().unit, straight.clock().deadline, paused.clock().deadline) == gap
    assert shown(paused.clock().deadline) == "03-10 13:18:49"


def test_a_case_that_comes_back_has_at_least_its_grace_and_never_comes_overdue():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-09 17:00", "refer").at_time("03-12 09:00", "return")

    assert case.clock().left(local("03-12 09:00")) == 0.3 * 5 * DAY
    assert case.deadline() == "03-13 13:30"  # 13.5 business hours on
    assert whys(case) == [Why.LIMIT, Why.START_DAY, Why.GRACE]
    assert case.clock().grants[-1].amount == 0.3 * 5 * DAY - HOUR / 2


def test_returned_twice_it_gains_its_grace_twice_and_no_more():
    case = Timed().at_time("03-02 09:00", "begin")
    first = case.clock().granted
    case.at_time("03-09 17:30", "refer").at_time("03-10 08:30", "return")  # all was used: a day and a half is granted
    case.at_time("03-11 17:30", "refer").at_time("03-12 08:30", "return")  # two days were used: half a day late

    assert case.clock().granted - first == 1.5 * DAY + 2 * DAY
    assert case.clock().left(case.now) == 1.5 * DAY


def test_each_level_adds_up_for_itself():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 09:00", "refer").at_time("03-06 09:00", "assign")

    assert case.deadline() == "03-20 17:30"  # ten working days at the upper level, begun on Friday
    case.at_time("03-10 17:30", "return")
    assert case.deadline() == "03-16 17:00"  # at the lower level a day and half an hour of the five were used
    assert [each.level for each in case.state.clocks["work"]] == ["low", "high"]


def test_from_one_state_to_another_that_runs_it_nothing_is_paused():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "ask").at_time("03-05 09:00", "answer")

    assert case.deadline() == "03-09 17:30"
    assert len(case.state.clocks["work"][0].runs) == 1


def test_per_stay_begins_anew_with_each_unbroken_run():
    clocks = "work: {T, per: stay, limits: 1 working day}\nwhole: {T, per: case, limits: 9 working days, total: true}\n"
    clocks += "quarrel: {T, per: stay, limits: 9 hours}\nreview: {T, per: stay, until: review}"
    case = (
        Timed(clocks).at_time("03-02 09:00", "begin").at_time("03-03 17:30", "refer").at_time("03-04 09:00", "return")
    )

    assert case.deadline() == "03-05 17:30"
    assert len(case.state.clocks["work"]) == 2


def test_a_restart_begins_the_sum_anew_and_keeps_the_old_one_with_its_lateness():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-10 11:30", "redo")

    old, new = (each for each in reckon_all(case.compiled.workflow, case.state, case.work) if each.clock.code == "work")
    assert -old.left(case.now) == 3 * HOUR
    assert shown(new.deadline) == "03-17 17:30"
    assert case.clock().sum is new.sum


# --- changes of what the limit goes by -------------------------------------------------------------------------------


def test_a_change_of_urgency_sets_the_limit_anew_for_the_same_time_used():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 08:00", "change", urgency="urgent")
    assert case.deadline() == "03-03 09:00"

    case.at_time("03-03 08:30", "change", urgency="normal")
    assert case.deadline() == "03-09 17:30"


@pytest.mark.parametrize("data", [{"kind": "plain"}, {"review": "2026-05-01"}, {}])
def test_no_other_change_moves_it(data):
    case = Timed().at_time("03-02 09:00", "begin")
    before = case.deadline()

    assert case.at_time("03-05 09:00", "change", **data).deadline() == before


# --- dates that somebody gave ----------------------------------------------------------------------------------------


def test_a_due_replaces_the_date_and_later_pauses_move_it():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "change", due="2026-03-05")
    assert case.deadline() == "03-05 17:30"

    case.at_time("03-04 17:30", "park", review="2026-03-20").at_time("03-09 17:30", "resume")
    assert case.deadline() == "03-11 13:00"  # nine hours were left, but the grace is a day and a half
    assert whys(case) == [Why.LIMIT, Why.START_DAY, Why.DUE, Why.GRACE]


def test_a_due_is_never_later_than_the_rule_unless_the_row_extends():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "change", due="2026-03-09")
    case.at_time("03-03 10:00", "refer").at_time("03-03 11:00", "return", due="2026-03-09")
    assert case.deadline() == "03-09 17:30"

    assert case.at_time("03-04 09:00", "extend", due="2026-03-12").deadline() == "03-12 17:30"


def test_an_extension_takes_no_time_away():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 09:00", "extend", due="2026-03-05")

    assert (case.deadline(), whys(case)) == ("03-09 17:30", [Why.LIMIT, Why.START_DAY])


def test_what_was_extended_is_not_overdue_when_it_comes_back_with_a_date():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 09:00", "extend", due="2026-03-20")
    case.at_time("03-13 10:00", "refer").at_time("03-16 10:00", "return", due="2026-03-19")

    assert case.deadline() == "03-19 17:30"


def test_a_due_is_for_the_first_clock_the_state_names():
    case = Timed().at_time("03-02 09:00", "begin", kind="dispute", due="2026-03-04")

    assert (case.deadline(), case.deadline("quarrel"), case.deadline("whole")) == (
        "03-04 17:30", "04-02 00:00", "05-25 17:30",
    )  # fmt: skip


def test_a_date_of_its_own_is_the_deadline():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "park", review="2026-03-20")

    assert case.deadline("review") == "03-20 17:30"
    assert not case.clock().is_running


# --- steps -----------------------------------------------------------------------------------------------------------


def ticking(case):
    return running(case.compiled.workflow, case.state, case.work)


def steps(case, code="work"):
    return [shown(timer.due_at) for timer in plan(ticking(case)) if timer.clock == code]


def test_steps_are_shares_of_the_limit_before_and_after_the_deadline():
    case = Timed().at_time("03-02 09:00", "begin")

    assert steps(case) == ["03-06 17:30", "03-09 17:30", "03-12 13:00"]


def test_beyond_the_deadline_they_count_from_the_one_in_force():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 09:00", "extend", due="2026-03-12")

    assert steps(case) == ["03-11 17:30", "03-12 17:30", "03-17 13:00"]


def test_what_rests_has_no_step_before_it():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 09:00", "refer")

    assert steps(case) == []


def test_what_a_clock_has_used_of_its_limit():
    case = Timed().at_time("03-02 09:00", "begin")
    asked = case.clock()

    assert [asked.is_past(80, local(at)) for at in ("03-06 17:29", "03-06 17:30")] == [False, True]
    assert [asked.is_past(150, local(at)) for at in ("03-12 12:59", "03-12 13:00")] == [False, True]


# --- what lists sort by ----------------------------------------------------------------------------------------------


def test_the_earliest_of_the_others_and_the_total_are_shown():
    case = Timed().at_time("03-02 09:00", "begin", kind="dispute")
    found = deadlines(ticking(case))

    assert (shown(found.due), shown(found.total), found.provisional) == ("03-09 17:30", "05-25 17:30", False)


def test_nothing_is_due_where_no_clock_runs():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "finish")
    found = deadlines(ticking(case))

    assert (found.due, found.total) == (None, None)


def test_a_date_in_a_year_the_calendar_does_not_know_is_provisional():
    case = Timed().at_time("12-30 09:00", "begin")

    assert case.deadline() == "2027-01-06 17:30"
    assert deadlines(ticking(case)).provisional
    assert not Timed().at_time("12-30 09:00", "begin", urgency="urgent").clock().is_provisional


def test_no_limit_no_deadline():
    case = Timed().at_time("03-02 09:00", "begin")
    clock = case.compiled.workflow.clocks["work"]

    assert limit_of(clock, case.state, "nowhere") is None


def test_what_was_used_without_a_limit_is_added_over_all_stays():
    clocks = "work: {T, per: case, limits: none}\nwhole: {T, per: case, limits: none, total: true}\n"
    clocks += "quarrel: {T, per: stay, limits: none}\nreview: {T, per: stay, until: review}"
    case = (
        Timed(clocks).at_time("03-02 09:00", "begin").at_time("03-02 12:00", "refer").at_time("03-03 09:00", "return")
    )

    assert case.clock().used(local("03-03 10:30")) == 4.5 * HOUR


# --- what a reader adds up -------------------------------------------------------------------------------------------


def test_the_first_day_is_neither_used_nor_left():
    case = Timed().at_time("03-02 09:00", "begin")
    clock = case.clock()

    assert [clock.counted(local(f"03-{at}")) / DAY for at in ("02 09:00", "02 17:00", "03 17:30", "05 17:30")] == [
        0, 0, 1, 3,
    ]  # fmt: skip
    assert [clock.still_open(local(f"03-{at}")) / DAY for at in ("02 17:00", "05 17:30", "09 17:30", "10 17:30")] == [
        5, 2, 0, -1,
    ]  # fmt: skip


def changes(case: Timed, code: str = "work") -> list[list[tuple[int, str, str]]]:
    """Of each sum of the clock: (row, limit before, limit after)."""
    assert case.state is not None
    states = list(states_of(case.compiled.workflow, case.events))
    clock, sums = case.compiled.workflow.clocks[code], case.state.clocks[code]
    found = (limit_changes(clock, each, states) for each in sums)
    return [[(each.seq, named(each.before), named(each.after)) for each in those] for those in found]


def named(limit: Duration | None) -> str:
    return f"{limit.number} {limit.unit.value}" if limit else "none"


def test_a_change_of_urgency_shows_the_limit_before_and_after():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "change", urgency="urgent")
    case.at_time("03-03 10:00", "change", kind="dispute").at_time("03-03 11:00", "change", urgency="normal")

    assert changes(case) == [[(2, "5 working days", "24 hours"), (4, "24 hours", "5 working days")]]
    assert changes(case, "whole") == [[]]


def test_each_sum_shows_the_changes_of_its_own_level_and_time():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "redo")
    case.at_time("03-04 09:00", "change", urgency="urgent").at_time("03-04 10:00", "refer")
    case.at_time("03-04 11:00", "assign")

    assert changes(case) == [[], [(3, "5 working days", "24 hours")], []]
