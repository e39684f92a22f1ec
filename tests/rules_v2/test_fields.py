"""What each field of version 2 can hold, and the meetings that decide."""

from __future__ import annotations

import pytest

from tests.rules.case import TODAY, code_of, kind_of
from tests.rules_v2.table import TABLE

LENGTHS = {
    "gist": ("report", 6, 100),
    "content": ("report", 1, 8000),
    "place": ("report", 1, 200),
    "reason": ("ask_for_more", 1, 500),
    "guidance": ("return_to_wuchang", 1, 500),
    "supplement": ("supply_more", 1, 8000),
    "measure": ("record_measure", 1, 500),
    "measures": ("finish_in_wuchang", 1, 2000),
    "result": ("finish_in_wuchang", 1, 2000),
    "plan": ("assign_in_village", 1, 500),
    "village_opinion": ("refer_to_township", 1, 500),
    "where_to_go": ("decline", 1, 300),
    "whats_wrong": ("redo", 1, 500),
    "text": ("note", 1, 2000),
    "disposition": ("control_danger", 1, 2000),
    "written_no": ("leave_petition", 1, 40),
    "letter_no": ("refer_to_county", 1, 60),
    "reply": ("record_reply", 1, 4000),
    "requirement": ("supervise", 1, 500),
}
CHOICES = {
    "source": ("report", "visit call talk came hotline chat"),
    "category": ("report", "unclear dispute hazard hardship infra environment policy conduct industry suggest other"),
    "urgency": ("report", "normal urgent critical"),
    "protected": ("report", "none minor violence"),
    "danger": ("report", "none controlled uncontrolled"),
    "reason_code": (
        "refer_to_township",
        "beyond_ability no_authority no_funds needs_experts cross_village litigation mediation_failed involves_cadre "
        "other",
    ),
    "return_code": ("ask_for_more", "unclear too_early lower_can other"),
    "decline_code": ("decline", "not_ours in_court answered no_fact"),
    "method": ("record_callback", "call visit on_site"),
    "outcome": ("record_callback", "reached not_reached refused"),
    "satisfaction": ("record_callback", "good fair bad not_reached no_answer"),
    "danger_type": ("raise_alarm", "fire forest_fire geo flood drowning house power road harm other"),
    "residual_risk": ("control_danger", "none some"),
    "agreement": ("finish_in_wuchang", "oral written"),
    "channel": ("refer_to_county", "letter whistle hotline"),
    "account_code": ("put_on_account", "funds season in_court away policy planned"),
    "resume_code": ("resume", "review_day ready other"),
    "recusal_code": ("recuse", "party relative interest"),
    "seal_code": ("seal", "discipline other"),
    "card": ("supervise", "none normal yellow red"),
}

ONLY_FROM_THE_CLUSTER = ("reason_code", "beyond_ability")


def giving(trigger: str, name: str, value: object) -> str:
    line = next(line for line in TABLE.lines if line.trigger == trigger)
    data = {**TABLE.given(line), name: value}
    answer = TABLE.before(line).ask_either(TABLE.actor(line), trigger, **data)
    assert kind_of(answer) in ("done", "invalid"), code_of(answer)
    return code_of(answer)


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_has_its_lengths(name):
    trigger, least, most = LENGTHS[name]

    assert giving(trigger, name, "渠" * least) == giving(trigger, name, "渠" * most) == "done"
    assert giving(trigger, name, "渠" * (most + 1)) == f"{name}: too_long"
    if least > 1:
        assert giving(trigger, name, "渠" * (least - 1)) == f"{name}: too_short"


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_choices_in_their_order(name, rules):
    trigger, choices = CHOICES[name]

    assert list(rules.workflow.fields[name].choices) == choices.split()
    given = [choice for choice in choices.split() if (name, choice) != ONLY_FROM_THE_CLUSTER]
    assert {giving(trigger, name, choice) for choice in given} == {"done"}
    assert giving(trigger, name, "radio") == f"{name}: not_a_choice"


@pytest.mark.parametrize(("trigger", "name"), [("report", "heard_on"), ("record_measure", "done_on"),
                                               ("control_danger", "controlled_on"), ("record_reply", "reply_on"),
                                               ("leave_petition", "delivered_on")])  # fmt: skip
def test_what_happened_is_not_after_today(trigger, name):
    assert giving(trigger, name, TODAY) == giving(trigger, name, "1999-12-31") == "done"
    assert giving(trigger, name, "2026-03-03") == f"{name}: after_today"


@pytest.mark.parametrize(("trigger", "name"), [("assign_in_village", "due"), ("assign_in_township", "due"),
                                               ("refer_to_county", "expected_reply"), ("put_on_account", "review_on"),
                                               ("extend", "due"), ("supervise", "reply_by")])  # fmt: skip
def test_what_is_to_come_is_not_before_today(trigger, name):
    assert giving(trigger, name, TODAY) == "done"
    assert giving(trigger, name, "2026-03-01") == f"{name}: before_today"


@pytest.mark.parametrize(("trigger", "name", "kind"), [
    ("assign_in_village", "responsible", "person"), ("transfer", "responsible", "person"),
    ("report", "about", "person"), ("recuse", "responsible", "person"), ("recuse", "recused_person", "person"),
    ("sign_for", "signed_by", "person"),
    ("assign_in_township", "lead_unit", "unit"), ("refer_to_county", "department", "unit"),
    ("refer_to_township", "suggested_unit", "unit"), ("join_villages", "lead_village", "unit"),
    ("merge", "primary", "case"), ("report", "repeat_of", "case"),
])  # fmt: skip
def test_a_person_a_unit_and_a_case_are_among_those_there_are(trigger, name, kind):
    assert giving(trigger, name, "nothing-known") == f"{name}: unknown_{kind}"


def test_the_villages_concerned_are_a_list_of_units():
    assert giving("join_villages", "villages", "430482109201") == "villages: not_a_list"
    assert giving("join_villages", "villages", ["430482109201", "nothing-known"]) == "villages: unknown_unit"


def test_who_is_concerned_or_reports_need_not_be_registered():
    for trigger, name in (("report", "reporter"), ("report", "about"), ("recuse", "recused_person")):
        assert giving(trigger, name, {"name": "王小明"}) == "done"
    assert giving("transfer", "responsible", {"name": "王小明"}) == "responsible: unknown_person"


@pytest.mark.parametrize(("trigger", "name"), [("record_reply", "solved"), ("withdraw", "confirmed"),
                                               ("put_on_account", "told_reporter"), ("note", "instruction"),
                                               ("report", "is_petition")])  # fmt: skip
def test_a_flag_is_true_or_false(trigger, name):
    assert giving(trigger, name, "yes") == f"{name}: not_a_flag"


def test_personal_texts_are_marked(rules):
    marked = {name: field.pii for name, field in rules.workflow.fields.items() if field.pii}

    free = ("gist", "content", "reason", "supplement", "measure", "measures", "result", "whats_wrong", "text",
            "disposition", "reply")  # fmt: skip
    named = ("reporter", "about", "recused_person")
    assert marked == dict.fromkeys(free, "free_text") | {"place": "address"} | dict.fromkeys(named, "name")


# --- meetings ---

HALL = {"village_clerk", "village_cadre", "village_secretary"}
OFFICES = {"township_party_office", "township_leader", "township_secretary"}
CHAIRS = {"township_leader", "township_secretary"}


@pytest.mark.parametrize(("code", "level", "members", "chair", "carries"), [
    ("village_weekly", "village", HALL, {"village_secretary"}, 2),
    ("village_special", "village", HALL, {"village_secretary"}, None),
    ("township_monthly", "township", OFFICES, CHAIRS, 2),
    ("township_special", "township", OFFICES, CHAIRS, None),
])  # fmt: skip
def test_who_sits_in_a_meeting_and_who_chairs_it(rules, code, level, members, chair, carries):
    meeting = rules.workflow.meetings[code]

    assert (set(meeting.members), set(meeting.chair), meeting.level, meeting.quorum) == (members, chair, level, 50)
    limit = meeting.carry_over
    assert (limit.at_most if limit else None) == carries


def test_each_gate_has_a_meeting_of_its_own_rhythm_and_one_when_called(rules):
    gates = {code: state.gate for code, state in rules.workflow.states.items() if state.gate}

    assert gates == {
        "village_queued": ("village_weekly", "village_special"),
        "township_queued": ("township_monthly", "township_special"),
    }
