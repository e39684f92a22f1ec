"""The rhythm of meetings on the State Council's calendar of 2026: weeks, months, the four rules of holidays, units that
set their own day, and the moment of the cut-off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.cases.rules_folder import open_calendars
from engine.definition.calendar import Calendar, DayKind
from engine.definition.model import Duration, Meeting, OnHoliday, TimeUnit, Title, Turn
from engine.rules.rhythm import OwnRhythm, Sitting, cutoff_of, earlier, named_in, turns
from engine.rules.worktime import Worktime
from tests.township import WORKFLOWS

ZONE = ZoneInfo("Asia/Shanghai")
NAME = Title(zh="会", en="Meeting")
CN = open_calendars(WORKFLOWS)["cn"]
WORK = Worktime(calendar=CN, opens=time(8, 30), closes=time(17, 30), zone=ZONE)
PREVIOUS, NEXT, SAME_WEEK, SKIP = (
    OnHoliday.PREVIOUS, OnHoliday.NEXT, OnHoliday.PREVIOUS_SAME_WEEK, OnHoliday.SKIP,
)  # fmt: skip
FRIDAY, SATURDAY = 4, 5


def weekly(rule: OnHoliday = SAME_WEEK, weekday: int = FRIDAY, cutoff: Duration | None = None) -> Meeting:
    return _meeting(Turn(weekday=weekday, at=time(15, 0)), rule, cutoff)


def monthly(day: int, rule: OnHoliday = NEXT) -> Meeting:
    return _meeting(Turn(monthday=day, at=time(9, 0)), rule, None)


def _meeting(every: Turn | None, rule: OnHoliday | None, cutoff: Duration | None) -> Meeting:
    return Meeting(
        code="board", title=NAME, level="village", members=("boss",), chair=("boss",), quorum=50, every=every,
        on_holiday=rule, cutoff=cutoff,
    )  # fmt: skip


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def sittings(
    meeting: Meeting, first: str, last: str, own: OwnRhythm | None = None, work: Worktime = WORK
) -> list[Sitting]:
    """From the beginning of the first day to the end of the last."""
    return turns(meeting, work, own, local(f"{first} 00:00"), local(f"{last} 00:00") + timedelta(days=1))


def days(meeting: Meeting, first: str, last: str, **rest: object) -> list[str]:
    return [each.at.date().isoformat() for each in sittings(meeting, first, last, **rest)]


def off(first: str, last: str) -> Worktime:
    """The place rests from the first to the last day."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    rest = {start + timedelta(days=n): (DayKind.LOCAL_OFF, NAME) for n in range((end - start).days + 1)}
    return replace(WORK, calendar=replace(CN, here=rest))


# --- weeks -----------------------------------------------------------------------------------------------------------


def test_a_weekly_meeting_sits_once_a_week_at_its_hour():
    found = sittings(weekly(), "2026-03-01", "2026-03-31")

    assert [each.at for each in found] == [local(f"2026-03-{day:02} 15:00") for day in (6, 13, 20, 27)]
    assert [each.period for each in found] == ["2026-W10", "2026-W11", "2026-W12", "2026-W13"]
    assert not any(each.provisional for each in found)


def test_what_is_asked_for_begins_with_the_start_and_ends_before_the_end():
    friday = local("2026-03-06 15:00")

    assert [each.at for each in turns(weekly(), WORK, None, friday, friday + timedelta(days=7))] == [friday]
    assert turns(weekly(), WORK, None, friday + timedelta(seconds=1), friday + timedelta(days=7)) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (PREVIOUS, ["2026-02-13", "2026-02-14", "2026-02-27"]),
        (NEXT, ["2026-02-13", "2026-02-24", "2026-02-27"]),
        (SAME_WEEK, ["2026-02-13", "2026-02-27"]),
        (SKIP, ["2026-02-13", "2026-02-27"]),
    ],
)
def test_spring_festival_leaves_a_week_without_a_working_day(rule: OnHoliday, found: list[str]):
    """Off from Sunday 15 to Monday 23 February; Saturday 14 is worked for it."""
    assert days(weekly(rule), "2026-02-09", "2026-03-01") == found


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (PREVIOUS, ["2026-09-24", "2026-09-30", "2026-10-09"]),
        (NEXT, ["2026-09-28", "2026-10-08", "2026-10-09"]),
        (SAME_WEEK, ["2026-09-24", "2026-09-30", "2026-10-09"]),
        (SKIP, ["2026-10-09"]),
    ],
)
def test_mid_autumn_and_national_day_move_two_fridays_running(rule: OnHoliday, found: list[str]):
    """Off are 25 to 27 September and 1 to 7 October."""
    assert days(weekly(rule), "2026-09-21", "2026-10-11") == found


def test_a_worked_saturday_is_a_day_to_sit_on_and_an_ordinary_one_is_not():
    assert days(weekly(SKIP, SATURDAY), "2026-02-09", "2026-03-08") == ["2026-02-14", "2026-02-28"]
    assert days(weekly(PREVIOUS, SATURDAY), "2026-02-23", "2026-03-08") == ["2026-02-28", "2026-03-06"]


def test_a_turn_keeps_its_week_wherever_a_holiday_moves_it():
    moved = sittings(weekly(NEXT), "2026-10-08", "2026-10-08")

    assert [(each.named, each.period) for each in moved] == [(date(2026, 10, 2), "2026-W40")]


def test_over_the_end_of_the_year_weeks_go_on():
    """1 to 3 January 2026 are off, Sunday 4 is worked."""
    found = sittings(weekly(NEXT), "2025-12-22", "2026-01-11")

    assert [(each.at.date().isoformat(), each.period) for each in found] == [
        ("2025-12-26", "2025-W52"),
        ("2026-01-04", "2026-W01"),
        ("2026-01-09", "2026-W02"),
    ]


# --- months ----------------------------------------------------------------------------------------------------------


def test_a_month_without_that_day_has_its_last():
    found = days(monthly(31, PREVIOUS), "2026-01-01", "2026-06-30")

    # 31 January is a Saturday, 28 February worked, 30 May to 31 a weekend
    assert found == ["2026-01-30", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-29", "2026-06-30"]


def test_the_twenty_ninth_of_february_is_there_in_leap_years():
    assert days(monthly(30, SKIP), "2024-02-01", "2024-02-29") == ["2024-02-29"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (PREVIOUS, ["2026-09-24", "2026-10-23"]),
        (NEXT, ["2026-09-28", "2026-10-26"]),
        (SAME_WEEK, ["2026-09-24", "2026-10-23"]),
        (SKIP, []),
    ],
)
def test_a_monthly_meeting_keeps_clear_of_holidays_and_weekends(rule: OnHoliday, found: list[str]):
    assert days(monthly(25, rule), "2026-09-01", "2026-10-31") == found


def test_a_turn_moved_past_the_end_of_the_month_stays_that_months():
    found = sittings(monthly(31, NEXT), "2026-02-01", "2026-02-05")

    assert [(each.at.date().isoformat(), each.period) for each in found] == [("2026-02-02", "2026-01")]


# --- never two on one day --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [PREVIOUS, NEXT])
def test_two_turns_in_one_long_rest_are_one(rule: OnHoliday):
    """Off from 1 to 26 March: three Fridays move to one day, the last before or the first after it."""
    resting = off("2026-03-01", "2026-03-26")

    found = days(weekly(rule), "2026-02-26", "2026-04-03", work=resting)

    assert (
        found
        == {
            PREVIOUS: ["2026-02-27", "2026-02-28", "2026-03-27", "2026-04-03"],
            NEXT: ["2026-02-27", "2026-03-27", "2026-04-03"],
        }[rule]
    )


@pytest.mark.parametrize("rule", list(OnHoliday))
@pytest.mark.parametrize("weekday", range(7))
def test_of_three_years_no_day_has_two_turns_and_the_order_is_kept(rule: OnHoliday, weekday: int):
    found = sittings(weekly(rule, weekday), "2024-01-01", "2026-12-31")

    moments = [each.at for each in found]
    assert moments == sorted(moments)
    assert len({each.at.date() for each in found}) == len(found)
    assert len({each.period for each in found}) == len(found)
    assert [each.named for each in found] == sorted(each.named for each in found)
    assert all(CN.is_working(each.at.date()) for each in found)


def test_any_part_of_the_year_has_the_turns_of_the_whole():
    whole = days(weekly(NEXT), "2026-01-01", "2026-12-31")
    parts = [days(weekly(NEXT), f"2026-{m:02}-01", f"2026-{m:02}-{28 if m == 2 else 30}") for m in range(1, 13)]

    ends = [day for day in whole if day.endswith("-31")]
    assert sorted([*(day for part in parts for day in part), *ends]) == whole


def test_where_nothing_is_worked_for_months_nothing_sits():
    assert days(weekly(NEXT), "2026-03-01", "2026-03-31", work=off("2026-01-01", "2026-12-31")) == []


# --- what a unit sets for itself, what the calendar does not know ----------------------------------------------------


def test_a_unit_may_have_another_day_and_hour():
    own = OwnRhythm(weekday=2, at=time(19, 30))

    assert [each.at for each in sittings(weekly(), "2026-03-02", "2026-03-08", own)] == [local("2026-03-04 19:30")]
    assert days(monthly(25), "2026-03-01", "2026-03-31", own=OwnRhythm(monthday=10)) == ["2026-03-10"]


def test_a_weekday_says_nothing_to_a_monthly_meeting_nor_a_day_to_a_weekly_one():
    assert days(monthly(25), "2026-03-01", "2026-03-31", own=OwnRhythm(weekday=2)) == ["2026-03-25"]
    assert days(weekly(), "2026-03-02", "2026-03-08", own=OwnRhythm(monthday=4)) == ["2026-03-06"]


def test_local_days_of_the_place_move_its_turns():
    assert days(weekly(), "2026-03-02", "2026-03-15", work=off("2026-03-06", "2026-03-06")) == [
        "2026-03-05",
        "2026-03-13",
    ]


def test_a_turn_that_was_moved_tells_the_day_that_moved_it():
    market = off("2026-03-06", "2026-03-06")
    moved, plain = sittings(weekly(), "2026-03-02", "2026-03-15", work=market)

    assert (moved.off.date, moved.off.title, moved.off.kind) == (date(2026, 3, 6), NAME, DayKind.LOCAL_OFF)
    assert plain.off is None


@pytest.mark.parametrize(("meeting", "period", "day"), [
    (weekly(), "2026-W10", date(2026, 3, 6)), (monthly(25), "2026-03", date(2026, 3, 25)),
    (monthly(31), "2026-02", date(2026, 2, 28)),
])  # fmt: skip
def test_the_day_that_the_rhythm_names_in_a_week_or_month(meeting, period, day):
    assert named_in(meeting, WORK, None, period).date == day
    assert named_in(_meeting(None, None, None), WORK, None, period) is None


def test_a_year_without_data_is_provisional():
    bare = replace(WORK, calendar=Calendar(code="cn", version=1, title=NAME, years={2026: CN.years[2026]}))

    found = sittings(monthly(1, PREVIOUS), "2026-12-01", "2027-02-28", work=bare)

    assert [(each.at.date().isoformat(), each.provisional) for each in found] == [
        ("2026-12-01", False),
        ("2027-01-01", True),
        ("2027-02-01", True),
    ]


def test_a_meeting_that_is_called_has_no_turns():
    assert days(_meeting(None, None, None), "2026-01-01", "2026-12-31") == []


# --- the cut-off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "number", "unit", "found"),
    [
        ("2026-03-06 15:00", 3, TimeUnit.HOURS, "2026-03-06 12:00"),
        ("2026-03-06 15:00", 90, TimeUnit.MINUTES, "2026-03-06 13:30"),
        ("2026-03-09 09:00", 2, TimeUnit.BUSINESS_HOURS, "2026-03-06 16:00"),  # half an hour on Monday
        ("2026-03-06 20:00", 2, TimeUnit.BUSINESS_HOURS, "2026-03-06 15:30"),
        ("2026-02-24 09:00", 1, TimeUnit.BUSINESS_HOURS, "2026-02-14 17:00"),  # past Spring Festival
        ("2026-03-06 15:00", 2, TimeUnit.WORKING_DAYS, "2026-03-04 17:30"),
        ("2026-02-25 15:00", 2, TimeUnit.WORKING_DAYS, "2026-02-14 17:30"),
        ("2026-03-09 15:00", 2, TimeUnit.NATURAL_DAYS, "2026-03-08 00:00"),
        ("2026-03-06 15:00", 0, TimeUnit.WORKING_DAYS, "2026-03-06 15:00"),
        ("2026-03-06 15:00", 0, TimeUnit.BUSINESS_HOURS, "2026-03-06 15:00"),
    ],
)
def test_so_long_before_a_meeting(at: str, number: int, unit: TimeUnit, found: str):
    assert earlier(WORK, local(at), Duration(number=number, unit=unit)) == local(found)


def test_the_cut_off_is_that_of_the_file_or_none():
    friday = local("2026-03-06 15:00")
    three_hours = Duration(number=3, unit=TimeUnit.HOURS)

    assert cutoff_of(weekly(cutoff=three_hours), WORK, friday) == local("2026-03-06 12:00")
    assert cutoff_of(weekly(), WORK, friday) is None
