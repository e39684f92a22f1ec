"""What each row asks for, takes and refuses, and what each field can hold."""

from __future__ import annotations

import pytest

from tests.rules_v1.acts import DATA, GOOD, NEEDS, TAKES
from tests.rules_v1.test_who import GRID, PREPARED
from tests.rules_v1.village import TODAY, Case, code_of, happened, kind_of
from tests.rules_v1.ways import REPORT, WAYS, reported, unsigned, village_queued

#: Somebody who may fire the row.
WHO = {
    "report": "linzhang",
    "accept": "zuzhang",
    "ask_for_more": "village_clerk",
    "supply_more": "zuzhang",
    "finish_on_spot": "linzhang",
    "finish_in_wuchang": "zuzhang",
    "refer_to_village": "zuzhang",
    "assign_in_village": "village_secretary",
    "return_to_wuchang": "village_secretary",
    "refer_to_township": "village_secretary",
    "carry_over": "village_secretary",
    "settle_before_meeting": "pianzhang",
    "finish_in_village": "village_clerk",
    "assign_in_township": "township_leader",
    "return_to_village": "township_leader",
    "sign_for": "township_station",
    "finish_in_township": "township_leader",
    "record_callback": "village_clerk",
    "strike_off": "village_clerk",
    "redo": "village_clerk",
    "decline": "village_secretary",
    "void": "village_clerk",
    "record_measure": "zuzhang",
    "correct": "village_clerk",
    "note": "village_clerk",
}
ACTS = sorted(NEEDS)


def case_before(trigger: str, state: str) -> Case:
    if trigger == "sign_for":
        return unsigned()
    return PREPARED.get((trigger, state), WAYS[state])()


def who_fires(trigger: str, state: str) -> str:
    if (trigger, state) == ("carry_over", "township_queued"):
        return "township_leader"
    if trigger == "bring_back":
        return "village_secretary" if state == "village_handling" else "township_leader"
    return WHO[trigger]


@pytest.mark.parametrize(("trigger", "state"), ACTS)
def test_what_a_row_needs_is_named_when_it_is_missing(trigger, state):
    case, who = case_before(trigger, state), who_fires(trigger, state)

    for name in NEEDS[trigger, state]:
        lacking = {field: value for field, value in DATA[trigger].items() if field != name}
        answer = case.ask_either(who, trigger, **lacking)
        assert (kind_of(answer), code_of(answer)) == ("invalid", f"{name}: missing")


@pytest.mark.parametrize(("trigger", "state"), ACTS)
def test_with_all_it_needs_a_row_can_be_fired_and_keeps_what_it_was_given(trigger, state):
    case, who = case_before(trigger, state), who_fires(trigger, state)
    needed = {name: DATA[trigger][name] for name in NEEDS[trigger, state]}

    answer = case.ask_either(who, trigger, **needed)

    assert happened(answer)
    kept = {**answer.event.facts, **answer.event.payload.get("data", {})}
    assert {name: kept.get(name) for name in needed} == needed


@pytest.mark.parametrize(("trigger", "state"), ACTS)
def test_what_a_row_takes_may_be_given_and_every_other_field_is_refused(trigger, state):
    case, who = case_before(trigger, state), who_fires(trigger, state)
    takes = TAKES.get(trigger, ())

    for name in GOOD.keys() - NEEDS[trigger, state]:
        answer = case.ask_either(who, trigger, **{**DATA[trigger], name: GOOD[name]})
        assert code_of(answer) == ("done" if name in takes else f"{name}: unknown_field")


def test_every_row_of_the_grid_has_its_fields_here():
    rows = {(line.split()[1], line.split()[2]) for line in GRID.strip().splitlines()}

    assert rows | {("sign_for", "township_handling")} == set(ACTS)


def test_all_that_is_wrong_with_the_fields_is_said_at_once():
    answer = Case().ask("linzhang", "report", gist="短", source="radio", colour="red")

    assert code_of(answer) == (
        "colour: unknown_field, category: missing, gist: too_short, source: not_a_choice, heard_on: missing"
    )


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", None])
def test_blank_is_not_given(blank):
    assert code_of(reported().ask("village_clerk", "note", text=blank)) == "text: missing"


# --- lengths, in characters after trimming ---------------------------------------------------------------------------

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
}
FROM = dict(reversed(ACTS))


@pytest.mark.parametrize("name", LENGTHS)
def test_a_text_has_its_lengths(name):
    trigger, least, most = LENGTHS[name]
    case, who = case_before(trigger, FROM[trigger]), who_fires(trigger, FROM[trigger])

    def giving(text: str) -> str:
        return code_of(case.ask_either(who, trigger, **{**DATA[trigger], name: text}))

    assert giving("渠" * least) == "done"
    assert giving("渠" * most) == "done"
    assert giving("  " + "渠" * most + "  ") == "done"
    assert giving("渠" * (most + 1)) == f"{name}: too_long"
    if least > 1:
        assert giving(" " + "渠" * (least - 1) + " ") == f"{name}: too_short"


# --- choices ---------------------------------------------------------------------------------------------------------

CHOICES = {
    "source": ("report", "visit call talk came hotline chat"),
    "category": (
        "report",
        "unclear dispute hazard hardship infra environment policy conduct industry suggest other",
    ),
    "urgency": ("report", "normal urgent critical"),
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
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_one_of_its_choices(name):
    trigger, choices = CHOICES[name]
    case, who = case_before(trigger, FROM[trigger]), who_fires(trigger, FROM[trigger])

    for choice in choices.split():
        assert happened(case.ask_either(who, trigger, **{**DATA[trigger], name: choice}))
    answer = case.ask_either(who, trigger, **{**DATA[trigger], name: "radio"})
    assert code_of(answer) == f"{name}: not_a_choice"
    assert answer.problems[0].facts == {"choices": choices.split()}


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "trigger"), [("heard_on", "report"), ("done_on", "record_measure")])
def test_what_happened_is_not_after_today(name, trigger):
    case, who = case_before(trigger, FROM[trigger]), WHO[trigger]

    def on(day: str) -> str:
        return code_of(case.ask(who, trigger, **{**DATA[trigger], name: day}))

    assert on(TODAY) == on("2026-03-01") == on("1999-12-31") == "done"
    assert on("2026-03-03") == f"{name}: after_today"
    assert on("2026-02-30") == f"{name}: no_such_day"


@pytest.mark.parametrize(("trigger", "state"), [("assign_in_village", "village_queued"),
                                                ("assign_in_township", "township_queued")])  # fmt: skip
def test_what_is_due_is_not_before_the_meeting_day(trigger, state):
    case, who = WAYS[state](), WHO[trigger]

    def due(day: str) -> str:
        return code_of(case.ask_in_meeting(who, trigger, **{**DATA[trigger], "due": day}))

    assert due(TODAY) == due("2027-01-01") == "done"
    assert due("2026-03-01") == "due: before_today"


def test_today_is_the_day_in_shanghai():
    late = Case()
    late.wait(hours=14, minutes=59)  # 23:59 there
    assert code_of(late.ask("linzhang", "report", **{**REPORT, "heard_on": "2026-03-03"})) == "heard_on: after_today"
    late.wait(minutes=1)
    assert happened(late.ask("linzhang", "report", **{**REPORT, "heard_on": "2026-03-03"}))


# --- people and units ------------------------------------------------------------------------------------------------


def test_the_reporter_is_registered_or_a_name_with_a_telephone_or_nobody():
    def by(reporter: object) -> str:
        return code_of(Case().ask("linzhang", "report", **REPORT, reporter=reporter))

    assert by("villager") == by({"name": "王小明"}) == by({"name": "王小明", "phone": "13812341234"}) == "done"
    assert by(None) == "done"
    assert by("nobody-known") == "reporter: unknown_person"
    assert by({"name": "王小明", "phone": "138123412345"}) == "reporter: bad_phone"
    assert by({"name": "王小明😀"}) == "reporter: bad_name"


def test_who_is_in_charge_is_registered():
    case = village_queued()

    for somebody in ({"name": "王主任"}, "nobody-known"):
        data = {**DATA["assign_in_village"], "responsible": somebody}
        answer = case.ask_in_meeting("village_secretary", "assign_in_village", **data)
        assert code_of(answer) == "responsible: unknown_person"


@pytest.mark.parametrize("name", ["lead_unit", "suggested_unit"])
def test_a_unit_is_one_of_those_there_are(name):
    trigger = "assign_in_township" if name == "lead_unit" else "refer_to_township"
    case = WAYS[FROM[trigger]]()

    answer = case.ask_in_meeting(WHO[trigger], trigger, **{**DATA[trigger], name: "430482109-S9"})
    assert code_of(answer) == f"{name}: unknown_unit"


@pytest.mark.parametrize("given", ["yes", 1, "true"])
def test_a_flag_is_true_or_false(given):
    answer = reported().ask("village_secretary", "decline", **{**DATA["decline"], "told_reporter": given})

    assert code_of(answer) == "told_reporter: not_a_flag"
