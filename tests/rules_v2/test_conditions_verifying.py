"""The conditions of verifying and of what comes after: striking off, opening again, appealing."""

from __future__ import annotations

import pytest

from tests.rules.case import Answer, happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    DONE,
    anonymous,
    not_accepted,
    reached,
    reported,
    step,
    struck_off,
    verifying,
    village_verifying,
)


def called(case: Case, outcome: str, *, method: str = "call", days: float = 0) -> Case:
    case.wait(days=days)
    assert happened(case.fire("village_clerk_2", "record_callback", method=method, outcome=outcome))
    return case


def strike_off(case: Case, satisfaction: str = "good") -> Answer:
    return case.ask("village_clerk", "strike_off", satisfaction=satisfaction)


# --- T27 ---


def test_t27_one_callback_that_reached_the_reporter_is_needed_and_enough():
    assert refused(strike_off(verifying()), "counter:reached")
    for method in ("call", "visit", "on_site"):
        assert happened(strike_off(called(verifying(), "reached", method=method)))


@pytest.mark.parametrize("outcome", ["not_reached", "refused"])
def test_t27_three_tries_on_two_days_do_instead(outcome):
    case = called(called(verifying(), outcome), outcome)

    assert refused(strike_off(called(case.copy(), outcome)), "counter:reached")
    assert happened(strike_off(called(case.copy(), outcome, days=1), "not_reached"))
    assert refused(strike_off(called(called(verifying(), outcome), outcome, days=1)), "counter:reached")


def test_t27_an_anonymous_case_needs_a_check_on_site_instead():
    case = verifying(anonymous())

    assert refused(strike_off(case), "counter:reached")
    assert refused(strike_off(called(case.copy(), "not_reached")), "counter:reached")
    assert happened(strike_off(called(case, "not_reached", method="on_site")))


@pytest.mark.parametrize("reporter", ["reporter", {"name": "王小明"}])
def test_t27_with_a_reporter_a_check_on_site_does_not_replace_reaching_him(reporter):
    case = called(verifying(reported(reporter=reporter)), "not_reached", method="on_site")

    assert refused(strike_off(case), "counter:reached")


def test_t27_dissatisfied_is_never_struck_off():
    case = reached(verifying())

    assert refused(strike_off(case, "bad"), "field:satisfaction")
    for satisfaction in ("good", "fair", "not_reached", "no_answer"):
        assert happened(strike_off(case, satisfaction))


@pytest.mark.parametrize("way", [reported, anonymous])
def test_t27_a_hazard_needs_a_check_on_site_by_a_second_person(way):
    case = called(verifying(way(category="hazard")), "reached")

    assert refused(strike_off(case), "field:category")
    assert happened(strike_off(called(case, "not_reached", method="on_site")))


def test_t27_what_began_as_an_alarm_needs_a_check_on_site_whatever_its_category():
    case = reported(category="infra")
    assert happened(case.fire("linzhang", "raise_alarm", danger_type="road"))
    assert happened(case.fire("township_duty", "control_danger", **{**DATA["control_danger"], "residual_risk": "none"}))
    called(case, "reached")

    assert refused(strike_off(case), "field:category")
    assert happened(strike_off(called(case, "not_reached", method="on_site")))


def test_t27_what_was_called_before_a_redo_does_not_count_after_it():
    case = called(verifying(), "reached")
    assert happened(case.fire("village_clerk", "redo", whats_wrong="又堵了"))
    assert happened(case.fire("zuzhang_2", "finish_in_wuchang", **DONE))

    assert refused(strike_off(case), "counter:reached")


# --- T29: within 30 days; T26: within 15 ---


def test_t29_a_case_is_opened_again_within_30_days():
    case = struck_off()
    case.wait(days=30, hours=14)  # to the last hour of that day in Shanghai
    assert happened(case.ask("petition_clerk", "reopen", reason="又堵了"))
    case.wait(hours=1, seconds=1)
    assert refused(case.ask("petition_clerk", "reopen", reason="又堵了"), "since:closed")


def test_t29_opened_again_it_is_handled_where_it_was_finished():
    case = reached(village_verifying())
    assert happened(case.fire("village_clerk_2", "strike_off", satisfaction="good"))
    assert happened(case.fire("village_secretary", "reopen", reason="又堵了"))

    assert (case.at, case.level, case.state.closed_at) == ("village_handling", "village", None)


def test_t26_an_appeal_comes_within_15_days_and_goes_to_the_townships_meeting():
    case = not_accepted()
    case.wait(days=15, hours=14)
    assert happened(case.ask("petition_clerk", "appeal", reason="他不服"))
    late = case.copy()
    late.wait(hours=1, seconds=1)
    assert refused(late.ask("petition_clerk", "appeal", reason="他不服"), "since:closed")

    assert happened(case.fire("township_party_office", "appeal", reason="他不服"))
    assert (case.at, case.level, case.state.closed_at) == ("township_queued", "township", None)


def test_callbacks_of_a_merged_case_go_on():
    case = step(verifying, "village_clerk", "redo", DATA["redo"])()
    assert happened(case.fire("village_clerk_2", "merge", **DATA["merge"]))

    assert happened(case.fire("council_member", "record_callback", method="call", outcome="reached"))
