"""The conditions that look at a clock: T36 (in time, no further than twice the limit), T22 (180 days in sum)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.case import happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    ACCOUNT,
    GUIDED,
    LEAD,
    OPEN_STATES,
    TO_VILLAGE,
    on_account,
    petition,
    reported,
    township_on_account,
    township_queued,
    village_queued,
)

# --- T36: before the limit has run out, up to twice the limit; a petition by half its sixty days ---

#: state -> (who extends, the last day of twice the limit); cases begin on Monday, 2 March 2026, and so does each level.
TWICE = {
    "wuchang_handling": ("village_secretary", "2026-03-16"),
    "village_handling": ("township_leader", "2026-03-30"),
    "township_handling": ("township_secretary", "2026-04-28"),
}
LATER = {"2026-03-16": "2026-03-17", "2026-03-30": "2026-03-31", "2026-04-28": "2026-04-29"}


def extension(day: str) -> dict[str, object]:
    return {"reason": "等农闲", "due": day}


@pytest.mark.parametrize("state", TWICE)
def test_t36_to_twice_the_limit_at_most(state):
    case, (who, last) = OPEN_STATES[state](), TWICE[state]

    assert refused(case.ask(who, "extend", **extension(LATER[last])), "field:due")
    assert happened(case.ask(who, "extend", **extension(last)))


@pytest.mark.parametrize("state", TWICE)
def test_t36_what_is_overdue_is_not_extended(state):
    case, who = OPEN_STATES[state](), TWICE[state][0]
    case.wait(days=45)

    assert refused(case.ask(who, "extend", **extension("2026-05-20")), "clock:handle")


def test_t36_a_reply_that_is_overdue_is_not_extended():
    case = OPEN_STATES["county_tracking"]()
    data = DATA[("extend", "county_tracking")]
    assert happened(case.ask("township_secretary", "extend", **data))
    case.wait(days=22)

    assert refused(case.ask("township_secretary", "extend", **data | {"expected_reply": "2026-05-20"}), "clock:reply")


#: After 85 days at a gate each level has time before it; thirty days beyond the sixty of a petition end on 31 May.
GATES: dict[str, tuple[Callable[[Case], Case], str, str, dict[str, object]]] = {
    "wuchang_handling": (village_queued, "village_secretary", "return_to_wuchang", GUIDED),
    "village_handling": (village_queued, "village_secretary", "assign_in_village", TO_VILLAGE),
    "township_handling": (township_queued, "township_leader", "assign_in_township", LEAD),
}


def after_long_waiting(state: str, case: Case) -> Case:
    gate, chair, trigger, data = GATES[state]
    case = gate(case)
    case.wait(days=85)
    dated = {**data, "due": case.today.isoformat()} if "due" in data else data
    assert happened(case.decide_in_meeting(chair, trigger, **dated))
    return case


@pytest.mark.parametrize("state", GATES)
def test_t36_a_petition_by_thirty_days_more_at_most(state):
    who = TWICE[state][0]
    pressed, plain = after_long_waiting(state, petition()), after_long_waiting(state, reported())

    assert happened(pressed.ask(who, "extend", **extension("2026-05-31")))
    assert refused(pressed.ask(who, "extend", **extension("2026-06-02")), "field:is_petition")
    assert happened(plain.ask(who, "extend", **extension("2026-06-02")))


# --- T22: 180 days on account in sum; the last is 29 August 2026, a Saturday, so Monday the 31st ---


def rested(case: Case, days: int) -> Case:
    """Back at the gate after so many days on account."""
    case.wait(days=days)
    assert happened(case.fire("system", "resume", resume_code="review_day"))
    return case


def account(case: Case) -> dict[str, object]:
    return {**ACCOUNT, "review_on": case.today.isoformat()}


def test_t22_the_village_puts_nothing_on_account_beyond_180_days():
    fresh, used = rested(on_account(), 178), rested(on_account(), 184)

    assert happened(fresh.ask_in_meeting("village_secretary", "put_on_account", **account(fresh)))
    assert refused(used.ask_in_meeting("village_secretary", "put_on_account", **account(used)), "clock:account_sum")


def test_t22_beyond_180_days_the_township_secretary_decides():
    fresh, used = rested(township_on_account(), 178), rested(township_on_account(), 184)

    assert happened(fresh.ask_in_meeting("township_leader", "put_on_account", **account(fresh)))
    assert refused(used.ask_in_meeting("township_leader", "put_on_account", **account(used)), "clock:account_sum")
    assert happened(used.ask_in_meeting("township_secretary", "put_on_account", **account(used)))
