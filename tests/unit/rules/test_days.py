"""A deadline explained day by day."""

from __future__ import annotations

from datetime import timedelta

from engine.rules.days import day_lines
from tests.unit.rules.timed import Timed, local

DAY = timedelta(hours=9)


def lines(case, code="work"):
    return [told(line) for line in day_lines(case.clock(code), case.now)]


def told(line):
    counted = f" {line.counted / DAY:g}" if line.counted else ""
    return f"{line.day.date:%m-%d} {line.note.value}{counted}"


def test_each_day_says_whether_it_was_counted():
    case = Timed().at_time("03-05 09:00", "begin")

    assert lines(case) == [
        "03-05 start", "03-06 counted 1", "03-07 off", "03-08 off", "03-09 counted 1", "03-10 counted 1",
        "03-11 counted 1", "03-12 counted 1",
    ]  # fmt: skip


def test_a_pause_is_shown_with_the_row_that_made_it():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 17:30", "refer").at_time("03-06 08:30", "return")

    assert lines(case)[:5] == ["03-02 start", "03-03 counted 1", "03-04 paused", "03-05 paused", "03-06 counted 1"]
    assert [line.stopped_by for line in day_lines(case.clock(), case.now)][2:4] == [2, 2]


def test_a_day_is_counted_in_part():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 13:00", "refer").at_time("03-05 13:00", "return")

    assert lines(case)[1:4] == ["03-03 counted 0.5", "03-04 paused", "03-05 counted 0.5"]


def test_holidays_and_worked_weekends_have_their_names():
    found = list(day_lines(Timed().at_time("09-30 09:00", "begin").clock(), local("10-01 00:00")))

    assert [line.note.value for line in found[1:8]] == ["off"] * 7
    assert found[1].day.title.en == "Holiday"
    assert (found[10].day.kind, found[10].note) == ("made_up", "counted")


def test_natural_days_roll_past_a_holiday():
    case = Timed().at_time("09-02 09:00", "begin", kind="dispute")

    assert [line.note.value for line in day_lines(case.clock("quarrel"), case.now)][-7:] == ["counted"] + ["rolled"] * 6


def test_what_stopped_ends_with_the_day_it_stopped():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-04 12:00", "finish")

    assert [line.day.date.day for line in day_lines(case.clock(), case.now)] == [2, 3, 4]
