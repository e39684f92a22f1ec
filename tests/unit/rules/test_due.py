"""A date given in place of a clock's is no later than the rule allows, unless the row extends that clock."""

from __future__ import annotations

from engine.rules.refusals import FieldsRefused
from tests.unit.rules.small import BOSS, said
from tests.unit.rules.timed import CALENDAR, Timed, local


def asked(case: Timed, trigger: str, moment: str, **data: object):
    case.now = local(moment)
    return case.ask(BOSS, trigger, **data)


def test_later_than_the_rule_it_is_refused_with_the_latest_day():
    case = Timed().at_time("03-02 09:00", "begin")
    refused = asked(case, "change", "03-03 09:00", due="2026-03-10")

    assert isinstance(refused, FieldsRefused)
    assert (refused.problems[0].code, refused.problems[0].facts) == ("after_limit", {"latest": "2026-03-09"})
    assert said(asked(case, "change", "03-03 09:00", due="2026-03-09")) == "done"


def test_a_row_that_extends_may_give_a_later_one():
    case = Timed().at_time("03-02 09:00", "begin")

    assert said(asked(case, "extend", "03-03 09:00", due="2026-03-31")) == "done"


def test_at_the_opening_and_with_a_return_it_is_measured_from_the_state_entered():
    case = Timed()
    assert said(asked(case, "begin", "03-02 09:00", due="2026-03-10")) == "due: after_limit"

    case.at_time("03-02 09:00", "begin").at_time("03-06 17:30", "refer")
    assert (
        said(asked(case, "return", "03-20 09:00", due="2026-03-24")) == "due: after_limit"
    )  # a day and a half is left
    assert said(asked(case, "return", "03-20 09:00", due="2026-03-23")) == "done"


def test_where_no_clock_runs_any_date_does():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "refer")

    assert said(asked(case, "change", "03-04 09:00", due="2027-03-31")) == "done"


def test_the_calendar_of_the_tests_is_that_of_the_rules():
    assert Timed().compiled.calendar is CALENDAR


def test_after_an_extension_a_date_up_to_it_holds():
    case = Timed().at_time("03-02 09:00", "begin").at_time("03-03 09:00", "extend", due="2026-03-31")
    assert said(asked(case, "change", "03-04 09:00", due="2026-04-01")) == "due: after_limit"

    assert case.at_time("03-04 09:00", "change", due="2026-03-20").deadline() == "03-20 17:30"
