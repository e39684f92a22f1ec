"""What each field of a works project can hold."""

from __future__ import annotations

import pytest

from tests.rules.case import TODAY, code_of
from tests.rules_works.table import TABLE

LENGTHS = {
    "name": ("propose", 4, 60),
    "purpose": ("propose", 1, 2000),
    "granted_by": ("record_subsidy", 1, 60),
    "spent_on": ("record_spending", 1, 200),
    "voucher": ("record_income", 1, 40),
    "progress": ("record_progress", 1, 1000),
    "findings": ("check_books", 1, 1000),
    "posted_at": ("accept_works", 1, 100),
    "objection": ("object", 1, 1000),
    "reason": ("return_proposal", 1, 500),
    "text": ("note", 1, 2000),
}
CHOICES = {
    "kind": ("propose", "road square light green water"),
    "income": ("record_income", "self_raised donated labour material"),
    "books": ("check_books", "in_order not_in_order"),
}


def giving(trigger: str, name: str, value: object) -> str:
    line = next(line for line in TABLE.lines if line.trigger == trigger)
    data = {**TABLE.given(line), name: value}
    return code_of(TABLE.before(line).ask_either(TABLE.actor(line), trigger, **data))


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_has_its_lengths(name):
    trigger, least, most = LENGTHS[name]

    assert giving(trigger, name, "渠" * least) == giving(trigger, name, "渠" * most) == "done"
    assert giving(trigger, name, "渠" * (most + 1)) == f"{name}: too_long"
    if least > 1:
        assert giving(trigger, name, "渠" * (least - 1)) == f"{name}: too_short"


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_choices(name):
    trigger, choices = CHOICES[name]

    assert {giving(trigger, name, choice) for choice in choices.split()} == {"done"}
    assert giving(trigger, name, "radio") == f"{name}: not_a_choice"


@pytest.mark.parametrize(("trigger", "name"), [("record_income", "amount"), ("put_to_vote", "estimate")])
def test_an_amount_is_money_of_one_yuan_at_least(trigger, name):
    assert giving(trigger, name, "1.00") == giving(trigger, name, "1250.5") == "done"
    assert giving(trigger, name, "0.99") == f"{name}: under"
    assert giving(trigger, name, "1,250.00") == f"{name}: not_money"


@pytest.mark.parametrize(("name", "least"), [("entitled", 1), ("votes_for", 0), ("votes_other", 0)])
def test_votes_are_counted(name, least):
    assert giving("record_vote", name, least) == "done"
    assert giving("record_vote", name, least - 1) == f"{name}: under"
    assert giving("record_vote", name, "三") == f"{name}: not_an_integer"


def test_what_was_paid_is_not_after_today_and_what_is_due_not_before():
    assert giving("record_income", "entered_for", TODAY) == giving("start_building", "due", TODAY) == "done"
    assert giving("record_income", "entered_for", "2026-03-03") == "entered_for: after_today"
    assert giving("start_building", "due", "2026-03-01") == "due: before_today"


def test_who_gave_or_was_paid_is_registered_or_a_name_and_the_builder_is_registered():
    assert (
        giving("record_income", "giver", {"name": "匿名"}) == giving("record_spending", "payee", "reporter") == "done"
    )
    assert giving("record_income", "giver", "nobody-known") == "giver: unknown_person"
    assert giving("start_building", "builder", {"name": "王师傅"}) == "builder: unknown_person"


def test_the_households_that_benefit_are_those_there_are():
    assert giving("put_to_vote", "households", ["h2"]) == "done"
    assert giving("put_to_vote", "households", ["h1", "h9"]) == "households: unknown_household"


@pytest.mark.parametrize(("trigger", "name"), [("record_vote", "passed"), ("record_income", "voluntary")])
def test_a_flag_is_true_or_false(trigger, name):
    assert giving(trigger, name, "yes") == f"{name}: not_a_flag"


def test_personal_texts_are_marked(rules):
    marked = {name: field.pii for name, field in rules.workflow.fields.items() if field.pii}

    assert marked == {"giver": "name", "payee": "name", "objection": "free_text", "reason": "free_text",
                      "text": "free_text"}  # fmt: skip
