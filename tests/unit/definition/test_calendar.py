"""The calendar: every day of three years as an independent source has it, years without data, days of a place."""

from __future__ import annotations

from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from hashlib import sha256

import chinese_calendar
import pytest

from engine.definition.calendar import Calendar, DayKind
from engine.definition.calendar_file import read_calendar
from engine.definition.model import Title
from tests.unit.definition.files import ROOT

FILE = ROOT / "workflows" / "calendars" / "cn.yaml"

TOWN, VILLAGE, CLUSTER = "430482109", "430482109223", "430482109223w01"
LINE = (TOWN, VILLAGE, CLUSTER)
MARKET, FLOOD, HARVEST, DUTY = (Title(zh=zh, en=en) for zh, en in (
    ("赶圩", "Market day"), ("防汛停办", "Flood stop"), ("双抢", "Harvest"), ("值班", "On duty"),
))  # fmt: skip
OFF, WORK = DayKind.LOCAL_OFF, DayKind.LOCAL_WORK


def calendar_of(data: bytes) -> Calendar:
    calendar, findings = read_calendar(data, "cn.yaml")
    assert calendar is not None
    assert not findings
    return calendar


@pytest.fixture(scope="module")
def cn() -> Calendar:
    return calendar_of(FILE.read_bytes())


@pytest.fixture
def placed(cn: Calendar) -> Calendar:
    """The calendar with days of a town and one of its villages, all in 2026 but the last."""
    town = {
        date(2026, 6, 24): (OFF, FLOOD),  # a Wednesday
        date(2026, 6, 25): (OFF, FLOOD),
        date(2026, 10, 3): (OFF, MARKET),  # National Day
        date(2026, 6, 27): (OFF, MARKET),  # a Saturday
        date(2026, 10, 10): (OFF, MARKET),  # a worked Saturday
        date(2027, 3, 3): (OFF, MARKET),
    }
    village = {
        date(2026, 6, 25): (WORK, DUTY),
        date(2026, 6, 24): (OFF, HARVEST),
        date(2026, 2, 17): (WORK, DUTY),  # Spring Festival
        date(2026, 7, 18): (WORK, DUTY),  # a Saturday
    }
    return Calendar(
        code=cn.code, version=cn.version, title=cn.title, years=cn.years, local={TOWN: town, VILLAGE: village}
    )


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


THREE_YEARS = days_of(date(2024, 1, 1), date(2026, 12, 31))


# --- the file of the project ---------------------------------------------------------------------------------------


def test_every_day_of_three_years_is_worked_or_not_as_elsewhere(cn: Calendar):
    wrong = [day for day in THREE_YEARS if cn.is_working(day) is not chinese_calendar.is_workday(day)]

    assert len(THREE_YEARS) == 1096
    assert not wrong


def test_day_and_is_working_never_disagree(cn: Calendar):
    assert [day for day in THREE_YEARS if cn.day(day).working is not cn.is_working(day)] == []


def test_every_holiday_and_worked_weekend_is_known_elsewhere_by_the_same_dates(cn: Calendar):
    holidays = {day for year in cn.years.values() for day in year.holidays}
    made_up = {day for year in cn.years.values() for day in year.made_up}

    assert holidays == {day for day in chinese_calendar.holidays if 2024 <= day.year <= 2026}
    assert made_up == {day for day in chinese_calendar.workdays if 2024 <= day.year <= 2026}


@pytest.mark.parametrize(
    ("year", "worked", "kinds"),
    [
        (2024, 251, {"holiday": 28, "made_up": 8}),
        (2025, 248, {"holiday": 28, "made_up": 5}),
        (2026, 248, {"holiday": 33, "made_up": 6}),
    ],
)
def test_days_by_year(cn: Calendar, year, worked, kinds):
    days = [cn.day(day) for day in THREE_YEARS if day.year == year]
    counted = Counter(day.kind.value for day in days)

    assert sum(day.working for day in days) == worked
    assert {kind: counted[kind] for kind in ("holiday", "made_up")} == kinds
    assert not any(day.provisional for day in days)


@pytest.mark.parametrize(
    ("day", "kind", "zh"),
    [
        (date(2026, 2, 13), DayKind.WORKING, None),
        (date(2026, 2, 14), DayKind.MADE_UP, "春节"),
        (date(2026, 2, 15), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 23), DayKind.HOLIDAY, "春节"),
        (date(2026, 2, 24), DayKind.WORKING, None),
        (date(2026, 3, 1), DayKind.WEEKEND, None),
        (date(2025, 10, 6), DayKind.HOLIDAY, "国庆节、中秋节"),
        (date(2024, 2, 9), DayKind.WORKING, None),  # the eve: encouraged, not given
    ],
)
def test_what_a_day_is_and_why(cn: Calendar, day, kind, zh):
    found = cn.day(day)

    assert (found.date, found.kind, found.title and found.title.zh) == (day, kind, zh)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 2, 14), date(2026, 2, 14)),
        (date(2026, 2, 15), date(2026, 2, 24)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2025, 12, 31), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 4)),
    ],
)
def test_the_first_working_day_at_or_after(cn: Calendar, day, first):
    assert cn.next_working(day) == first


def test_each_year_names_its_notice(cn: Calendar):
    sources = {number: (year.source.number, year.source.date.isoformat()) for number, year in cn.years.items()}

    assert sources == {
        2024: ("国办发明电〔2023〕7号", "2023-10-25"),
        2025: ("国办发明电〔2024〕12号", "2024-11-12"),
        2026: ("国办发明电〔2025〕7号", "2025-11-04"),
    }
    assert all(f"{number}年部分节假日安排" in year.source.title.zh for number, year in cn.years.items())


def test_the_head_and_the_hash(cn: Calendar):
    assert (cn.code, cn.version, cn.title.zh) == ("cn", 1, "全国节假日和调休")
    assert cn.sha256 == sha256(FILE.read_bytes()).hexdigest()
    assert not cn.local


# --- years without data --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2023, 2027])
def test_a_year_without_data_goes_by_weekdays_and_is_provisional(cn: Calendar, year):
    days = [cn.day(day) for day in days_of(date(year, 1, 1), date(year, 12, 31))]

    assert not cn.covers(year)
    assert all(day.provisional for day in days)
    assert {day.kind for day in days} == {DayKind.WORKING, DayKind.WEEKEND}
    assert all(day.working is (day.date.weekday() < 5) for day in days)


def test_the_same_weekday_is_provisional_in_one_calendar_and_not_in_another(cn: Calendar):
    empty = Calendar(code="cn", version=1, title=cn.title, years={})
    monday = date(2026, 3, 2)

    assert (cn.day(monday).provisional, empty.day(monday).provisional, cn.day(monday).provisional) == (
        False, True, False,
    )  # fmt: skip


def test_the_last_day_there_is_can_be_asked_for(cn: Calendar):
    assert cn.next_working(date.max) == date.max  # a Friday


# --- local days ----------------------------------------------------------------------------------------------------


def test_the_calendar_of_no_place_knows_no_local_days(placed: Calendar):
    assert placed.day(date(2026, 6, 24)).kind is DayKind.WORKING


@pytest.mark.parametrize(
    ("day", "kind", "title"),
    [
        (date(2026, 6, 24), OFF, HARVEST),  # the nearer wins, of two reasons too
        (date(2026, 6, 25), DayKind.WORKING, None),  # off in town, worked in the village: as usual
        (date(2026, 10, 10), OFF, MARKET),  # a worked weekend taken off
        (date(2026, 2, 17), WORK, DUTY),
        (date(2026, 7, 18), WORK, DUTY),
        (date(2026, 6, 26), DayKind.WORKING, None),
    ],
)
def test_the_days_of_a_place(placed: Calendar, day, kind, title):
    here = placed.of_line(LINE)

    assert (here.day(day).kind, here.day(day).title) == (kind, title)
    assert here.is_working(day) is here.day(day).working


def test_a_local_day_off_leaves_a_holiday_and_a_weekend_what_they_are(placed: Calendar):
    here = placed.of_line(LINE)

    assert here.day(date(2026, 10, 3)).kind is DayKind.HOLIDAY
    assert here.day(date(2026, 6, 27)).kind is DayKind.WEEKEND


def test_the_town_has_its_own_days_and_none_of_its_villages(placed: Calendar):
    town = placed.of_line([TOWN])

    assert town.day(date(2026, 6, 24)).title == FLOOD
    assert town.day(date(2026, 6, 25)).kind is OFF
    assert town.day(date(2026, 2, 17)).kind is DayKind.HOLIDAY
    assert town.next_working(date(2026, 6, 24)) == date(2026, 6, 26)


def test_a_local_day_of_a_year_without_data_is_provisional(placed: Calendar):
    found = placed.of_line([TOWN]).day(date(2027, 3, 3))

    assert (found.kind, found.provisional) == (OFF, True)


def test_a_line_without_local_days_gives_the_calendar_itself(placed: Calendar):
    assert placed.of_line(["elsewhere"]) is placed
    assert placed.of_line(LINE).of_line([]).day(date(2026, 6, 24)).kind is DayKind.WORKING


def test_the_same_line_gives_the_same_calendar_again(placed: Calendar):
    assert placed.of_line(LINE) is placed.of_line(iter(LINE))
    assert placed.of_line(LINE) is not placed.of_line([TOWN])


def test_a_calendar_and_its_days_are_frozen(cn: Calendar):
    with pytest.raises(FrozenInstanceError):
        cn.version = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        cn.day(date(2026, 1, 1)).kind = DayKind.WORKING  # type: ignore[misc]
