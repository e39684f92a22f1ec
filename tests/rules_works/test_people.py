"""Relations: who may or may not because of what he did or is in this project, and who sits in the meetings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.case import code_of, happened, kind_of
from tests.rules.people import holding_both
from tests.rules_works.project import (
    DONE,
    GATES,
    GOOD_WORK,
    IN_ORDER,
    WAYS,
    Case,
    accepting,
    building,
    checked,
    proposed,
    reviewing,
    with_money,
)
from tests.rules_works.table import MONEY, TABLE

# --- the builder ---


def test_the_builder_named_is_responsible_and_so_a_handler():
    assert building().responsible == ("villager",)
    assert building().handlers == {"villager"}


@pytest.mark.parametrize("trigger", ["record_progress", "finish_building"])
def test_the_builder_acts_without_any_post(trigger):
    case = building()

    assert happened(case.ask("villager", trigger, **DONE))
    assert kind_of(case.ask("reporter", trigger, **DONE)) == "not_found"


@pytest.mark.parametrize("who", ["household_rep", "treasurer", "village_secretary"])
def test_only_the_builder_reports_the_works_as_finished(who):
    assert code_of(building().ask(who, "finish_building", **DONE)) == "role"


def test_a_new_builder_takes_over_at_once_and_the_former_stays_a_handler():
    case = building()
    assert happened(case.fire("council_head", "replace_builder", builder="reporter", reason="原来的人外出了"))

    assert case.responsible == ("reporter",)
    assert case.handlers == {"villager", "reporter"}
    assert kind_of(case.ask("villager", "finish_building", **DONE)) == "not_found"


def built_by(builder: str) -> Case:
    case = with_money()
    assert happened(case.fire("council_head_2", "start_building", builder=builder, due="2026-06-30"))
    return case


@pytest.mark.parametrize("trigger", MONEY)
def test_the_builder_keeps_no_books_even_if_he_becomes_treasurer(trigger):
    both = holding_both(Case.bench.people, "household_rep", "treasurer")
    start = {"builder": "household_rep", "due": "2026-06-30"}
    case = with_money()
    assert happened(case.fire("council_head_2", "start_building", **start))

    me = replace(both, person="household_rep")
    for _ in range(2):
        assert code_of(case.ask(me, trigger, **TABLE.data[trigger])) == "never:responsible"
        if case.at == "building":
            assert happened(case.fire("household_rep", "finish_building", **DONE))
    assert happened(case.ask("treasurer", trigger, **TABLE.data[trigger]))


# --- who built accepts nothing ---

ACCEPTING = [("check_books", IN_ORDER), ("accept_works", GOOD_WORK), ("have_mended", {"findings": "有裂缝"})]


@pytest.mark.parametrize(("trigger", "data"), ACCEPTING)
def test_who_built_neither_checks_nor_accepts(trigger, data):
    case = built_by("household_rep")
    assert happened(case.fire("household_rep", "finish_building", **DONE))
    assert happened(case.fire("village_supervision_2", "check_books", **IN_ORDER))

    assert code_of(case.ask("household_rep", trigger, **data)) == "never:handler"
    may = "village_supervision" if trigger == "check_books" else "household_rep_2"
    assert happened(case.ask(may, trigger, **data))


def test_who_recorded_progress_is_a_handler_and_who_checked_the_books_is_none():
    case = building()
    assert happened(case.fire("council_member", "record_progress", **DONE))
    assert case.handlers == {"villager", "council_member"}

    assert checked().handlers == {"villager"}


# --- who proposed it does not approve it ---


def test_the_secretary_does_not_approve_what_he_proposed_as_a_household():
    people = Case.bench.people
    both = holding_both(people, "village_secretary", "household_rep")
    case = Case()
    assert happened(case.fire(both, "propose", **TABLE.data["propose"]))
    reviewing(case)

    assert code_of(case.ask_in_meeting(both, "approve")) == "never:opener"
    assert happened(case.ask_in_meeting("village_secretary", "approve"))
    assert happened(reviewing().ask_in_meeting(both, "approve"))


# --- the system, readers, and those from elsewhere ---


@pytest.mark.parametrize("state", ["voting", "reviewing"])
def test_the_system_carries_over_what_a_meeting_did_not_reach(state):
    case = WAYS[state]()

    assert happened(case.decide_in_meeting("system", "carry_over", quorate=False))
    assert (case.at, case.state.stay.carried, case.events[-1].actor) == (state, 1, "system")


@pytest.mark.parametrize("line", [line for line in TABLE.lines if line.trigger not in ("complete", "carry_over")],
                         ids=lambda line: f"{line.trigger}-{line.source}")  # fmt: skip
def test_the_system_fires_nothing_else(line):
    case = TABLE.before(line)

    assert code_of(case.ask_either("system", line.trigger, **TABLE.given(line))) == "role"


@pytest.mark.parametrize("state", sorted(WAYS.keys() - {"start", "completed", "dropped"}))
def test_who_has_neither_a_post_nor_a_part_in_it_does_not_find_it(state):
    assert code_of(WAYS[state]().ask("reporter", "note", text="在吗")) == "case_not_found"


def test_a_note_is_for_readers_by_a_post():
    assert code_of(accepting().ask("villager", "note", text="在吗")) == "role"


# --- the meetings ---


@pytest.mark.parametrize(("code", "members", "chair", "level", "quorum"), [
    ("cluster_meeting", {"household_rep", "council_head"}, {"council_head"}, "wuchang", 67),
    ("village_meeting", {"village_clerk", "village_secretary"}, {"village_secretary"}, "village", 50),
])  # fmt: skip
def test_who_sits_in_a_meeting_and_who_chairs_it(rules, code, members, chair, level, quorum):
    meeting = rules.workflow.meetings[code]

    assert (set(meeting.members), set(meeting.chair), meeting.level) == (members, chair, level)
    assert (meeting.quorum, meeting.carry_over.trigger, meeting.carry_over.at_most) == (quorum, "carry_over", None)


def test_each_gate_has_its_meeting(rules):
    assert {code: state.gate[0] for code, state in rules.workflow.states.items() if state.gate} == GATES


def test_what_was_asked_of_the_case_is_kept_as_given():
    case = proposed()

    assert (case.state.opener, case.state.values["kind"]) == ("household_rep_2", "water")
