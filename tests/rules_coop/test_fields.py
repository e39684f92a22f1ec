"""What each field of a cooperative can hold."""

from __future__ import annotations

import pytest

from tests.rules.case import TODAY, code_of
from tests.rules_coop.table import TABLE

LENGTHS = {
    "name": ("propose", 4, 60),
    "business": ("propose", 1, 500),
    "place": ("propose", 1, 200),
    "licence_no": ("register", 18, 18),
    "spent_on": ("record_spending", 1, 200),
    "voucher": ("record_income", 1, 40),
    "findings": ("check_accounts", 1, 1000),
    "posted_at": ("confirm_payment", 1, 100),
    "reason": ("call_meeting", 1, 500),
    "text": ("note", 1, 2000),
}
CHOICES = {
    "member_kind": ("admit_member", "farmer other"),
    "papers": ("check_papers", "complete incomplete"),
    "income": ("record_income", "sales service rent subsidy other"),
    "income_year": ("close_year", "y2026 y2027 y2028 y2029 y2030"),
    "verdict": ("check_accounts", "in_order not_in_order"),
}


def giving(trigger: str, name: str, value: object) -> str:
    line = next(line for line in TABLE.lines if line.trigger == trigger)
    data = {**TABLE.given(line), name: value}
    return code_of(TABLE.before(line).ask_either(TABLE.actor(line), trigger, **data))


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_has_its_lengths(name):
    trigger, least, most = LENGTHS[name]

    assert giving(trigger, name, "茶" * least) == giving(trigger, name, "茶" * most) == "done"
    assert giving(trigger, name, "茶" * (most + 1)) == f"{name}: too_long"
    if least > 1:
        assert giving(trigger, name, "茶" * (least - 1)) == f"{name}: too_short"


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_choices(name):
    trigger, choices = CHOICES[name]

    assert {giving(trigger, name, choice) for choice in choices.split()} == {"done"}
    assert giving(trigger, name, "radio") == f"{name}: not_a_choice"


def test_years_stand_in_their_order(rules):
    assert list(rules.workflow.fields["income_year"].choices) == CHOICES["income_year"][1].split()


@pytest.mark.parametrize(("trigger", "name", "least"), [
    ("record_share", "amount", "1.00"), ("pay_dividend", "amount", "1.00"), ("record_income", "amount", "1.00"),
    ("close_year", "year_income", "0.00"), ("close_year", "year_spending", "0.00"), ("close_year", "surplus", "0.00"),
    ("decide_dividend", "reserve", "0.00"),
])  # fmt: skip
def test_an_amount_is_money_with_its_bound(trigger, name, least):
    below = "0.99" if least == "1.00" else "-0.01"

    assert giving(trigger, name, least) == giving(trigger, name, "1250.5") == "done"
    assert giving(trigger, name, below) == f"{name}: under"
    assert giving(trigger, name, "1,250.00") == f"{name}: not_money"


@pytest.mark.parametrize("name", ["votes_for", "votes_other"])
def test_votes_are_counted(name):
    assert giving("found", name, 0) == "done"
    assert giving("found", name, -1) == f"{name}: under"


def test_a_share_of_farmers_is_a_percentage():
    assert giving("call_founding", "farmers_percent", 100) == "done"
    assert giving("call_founding", "farmers_percent", 101) == "farmers_percent: over"
    assert giving("call_founding", "members_total", -1) == "members_total: under"


@pytest.mark.parametrize(("trigger", "name"), [("record_income", "booked_on"), ("register", "registered_on"),
                                               ("dissolve", "struck_off_on")])  # fmt: skip
def test_what_happened_is_not_after_today(trigger, name):
    assert giving(trigger, name, TODAY) == giving(trigger, name, "1999-12-31") == "done"
    assert giving(trigger, name, "2026-03-03") == f"{name}: after_today"


def test_a_member_and_who_was_paid_are_registered_or_a_name():
    assert (
        giving("admit_member", "member", {"name": "王小明"}) == giving("record_spending", "payee", "reporter") == "done"
    )
    assert giving("admit_member", "member", "nobody-known") == "member: unknown_person"


@pytest.mark.parametrize(("trigger", "name"), [("admit_member", "voluntary"), ("found", "passed"),
                                               ("decide_dividend", "distributes")])  # fmt: skip
def test_a_flag_is_true_or_false(trigger, name):
    assert giving(trigger, name, "yes") == f"{name}: not_a_flag"


def test_personal_texts_are_marked(rules):
    marked = {name: field.pii for name, field in rules.workflow.fields.items() if field.pii}

    assert marked == {"member": "name", "payee": "name", "reason": "free_text", "text": "free_text"}
