"""By when somebody should have looked at what is blocked: one working day there, whatever waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from engine.cases.attending import attend_by
from engine.cases.office import Office
from engine.definition.calendar import Calendar, DayKind
from engine.definition.model import Title
from engine.rules.attempt import Unit
from engine.rules.rulebook import Rulebook
from tests import township as t
from tests.store.tiers import TIERS
from tests.store.world import rules

VILLAGE = Unit(code="v1", kind="village", line=(("township", "t1"), ("village", "v1")))
FAIR = {date(2026, 3, 9): (DayKind.LOCAL_OFF, Title(zh="赶集", en="Fair"))}
CN = t.calendars()["cn"]
TIMED, PLAIN = rules(**TIERS), rules(key="plain", **TIERS | {"business_hours": 'open: "08:00"\nclose: "16:00"'})


def office(*workflows: Any, calendar: Calendar | None = CN) -> Office:
    book = Rulebook.of(workflows, {"cn": calendar} if calendar else {})
    return Office(store=None, rulebook=book, home_level="township", secret="")  # type: ignore[arg-type]


def by(found: Office, since: str, workflow: str = "small") -> str:
    moment = attend_by(found, workflow, 1, VILLAGE, at(since))
    return f"{moment:%m-%d %H:%M}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("03-05 09:00", "03-06 17:30"),
        ("03-05 23:30", "03-06 17:30"),  # late in the evening
        ("03-06 09:00", "03-09 17:30"),  # a Friday
        ("03-07 09:00", "03-09 17:30"),  # a Saturday
        ("09-30 09:00", "10-08 17:30"),  # before the holiday
    ],
)
def test_it_is_the_end_of_the_next_working_day(since: str, until: str):
    assert by(office(TIMED), since) == until


def test_it_goes_by_the_local_days_of_the_unit():
    assert by(office(TIMED, calendar=replace(CN, local={"v1": FAIR})), "03-06 09:00") == "03-10 17:30"
    assert by(office(TIMED, calendar=replace(CN, local={"v2": FAIR})), "03-06 09:00") == "03-09 17:30"


def test_it_goes_by_the_hours_of_the_rules_it_is_about():
    assert by(office(TIMED, PLAIN), "03-06 09:00", "plain") == "03-09 16:00"


def test_where_these_are_gone_it_goes_by_the_first_that_count_working_time():
    assert by(office(PLAIN, TIMED), "03-06 09:00", "gone") == "03-09 16:00"


def test_rules_without_business_hours_have_the_whole_day():
    assert by(office(replace(TIMED, business_hours=None)), "03-06 09:00") == "03-10 00:00"


@pytest.mark.parametrize("found", [office(), office(TIMED, calendar=None)])
def test_where_nothing_says_which_days_are_worked_it_is_a_day(found: Office):
    assert by(found, "03-06 09:00") == "03-07 09:00"
