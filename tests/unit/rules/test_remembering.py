"""A refusal out of what the blocked queue kept of it is the refusal that was."""

from __future__ import annotations

import json

import pytest

from api.problems import detail
from engine.rules.refusals import (
    CarriedTooOften,
    ConditionRefused,
    Conflict,
    FieldProblem,
    FieldsRefused,
    KeptOut,
    NoDestination,
    NotInState,
    NotNamed,
    NotQuorate,
    OnlyInMeeting,
    Refusal,
    rule_line,
)
from engine.rules.remembering import again, remembered
from engine.rules.saying import code_of
from tests import township as t

(RULES,) = t.default_rules()
ROW = next(row for row in RULES.rows if row.trigger == "refer_to_village")
COUNTED = next(each for row in RULES.rows for each in row.when if code_of(each).startswith("counter:"))
AT_COUNTED = next(row for row in RULES.rows if COUNTED in row.when)
PROBLEMS = (
    FieldProblem(field="reason", code="missing"),
    FieldProblem(field="reason_code", code="not_a_choice", facts={"choices": ["no_funds"]}),
)

REFUSALS: list[Refusal] = [
    NotInState(RULES, "refer_to_village", "struck"),
    OnlyInMeeting(RULES, ROW),
    NotQuorate(RULES, ROW),
    CarriedTooOften(RULES, ROW, 2),
    KeptOut(RULES, ROW, "handler"),
    NotNamed(RULES, ROW),
    NoDestination(RULES, ROW),
    FieldsRefused(PROBLEMS, workflow=RULES, refused_by=rule_line(RULES, ROW, "needs")),
    ConditionRefused(RULES, AT_COUNTED, code_of(COUNTED), COUNTED, {code_of(COUNTED): 7}),
    Conflict("is_followed"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_it_says_the_same_again_and_names_the_same_line(refusal: Refusal):
    row = AT_COUNTED if isinstance(refusal, ConditionRefused) else ROW
    state = "struck" if isinstance(refusal, NotInState) else row.sources[0]
    kept = json.loads(json.dumps(remembered(refusal)))

    found = again(RULES, row.trigger, state, refusal.code, kept)

    assert type(found) is type(refusal)
    assert (found.code, found.refused_by, detail(found)) == (refusal.code, refusal.refused_by, detail(refusal))
    if isinstance(refusal, FieldsRefused):
        assert found.problems == refusal.problems


def test_a_condition_is_told_with_what_it_found():
    refusal = ConditionRefused(RULES, AT_COUNTED, code_of(COUNTED), COUNTED, {code_of(COUNTED): 7})

    found = again(RULES, AT_COUNTED.trigger, AT_COUNTED.sources[0], refusal.code, remembered(refusal))

    assert " 7，" in detail(found)[0]


def test_a_state_that_has_no_row_of_the_trigger_is_said_to_be_in_the_way():
    assert isinstance(again(RULES, "refer_to_village", "verifying", "state", {"line": None}), NotInState)
