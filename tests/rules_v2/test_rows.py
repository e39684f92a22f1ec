"""Each row of version 2: who, from where to where, with what, through which meeting."""

from __future__ import annotations

import pytest

from tests.rules.case import code_of, happened
from tests.rules.rows import Line, RowTests
from tests.rules_v2.table import BY, NOTHING_SAID, SYSTEM_ONLY, TABLE
from tests.rules_v2.township import GATES, SPECIAL


def who_could(line: Line) -> set[str]:
    roles = {role for role, sign in zip(TABLE.roles, line.marks, strict=True) if sign == "+"}
    named = BY.get(line.act) or BY.get(line.trigger)
    return set(named.split()) if named else roles


@pytest.mark.parametrize("state", list(TABLE.ways))
def test_who_could_is_named_as_in_the_rule_book(state):
    case = TABLE.ways[state]()
    here = [line for line in TABLE.lines if line.source == state and line.trigger not in SYSTEM_ONLY]

    offers = case.offers("township_discipline")

    told = {trigger: {could.name for could in offer.could} for trigger, offer in offers.items()}
    assert told == {line.trigger: who_could(line) for line in here}


class TestRows(RowTests):
    table = TABLE

    def test_where_it_leads_and_at_which_level_the_case_is_then(self, line: Line) -> None:
        case, given = self.table.before(line), self.table.given(line)
        before = case.level if case.state else "wuchang"  # the lowest, where the state of the opening names none

        assert happened(case.act(self.table.actor(line), line.trigger, **given))

        level = before if line.target == line.source else self.table.levels.get(line.target, before)
        event = case.events[-1]
        assert (case.at, case.level, event.ref) == (line.target, level, line.ref)
        kept = {**event.facts, **event.payload.get("data", {})}
        assert {name: kept.get(name) for name in given} == given
        assert set(self.table.needed(line)) <= set(given)

    test_with_all_it_needs_it_can_be_fired_and_keeps_it = None  # the one above does, for not all goes without the rest

    def test_only_these_acts_are_possible_in_a_state(self, state: str) -> None:
        case = self.table.ways[state]()
        assert case.at == state
        here = {line.trigger for line in self.table.lines if line.source == state}
        who = "township_discipline" if state == "sealed" else "linzhang"

        for trigger in {line.trigger for line in self.table.lines}:
            answer = case.ask_either(who, trigger, **self.table.data[trigger])
            assert (code_of(answer) == "state") is (trigger not in here), trigger

    def test_what_it_needs_is_named_when_missing(self, line: Line) -> None:
        """And what it takes is not, while every other field is refused."""
        case, who, known = (
            self.table.before(line),
            self.table.actor(line),
            {*self.table.needed(line), *self.table.taken(line)},
        )

        missing = ", ".join(f"{name}: missing" for name in self.table.needed(line))
        nothing_said = NOTHING_SAID.get(line.trigger, "done")
        assert code_of(case.ask_either(who, line.trigger)) == (missing or nothing_said)
        refused = code_of(case.ask_either(who, line.trigger, **self.table.good))
        assert set(refused.split(", ")) == {f"{name}: unknown_field" for name in self.table.good.keys() - known}

    test_a_post_keeps_out_who_could_otherwise = None  # no row of version 2 names a role in `never`
    test_what_it_takes_may_be_given_and_every_other_field_is_refused = None  # all at once, in the one above

    def test_what_is_no_decision_is_not_decided_in_a_meeting(self) -> None:
        waiting = [line for line in self.table.lines if line.source in GATES and line.act not in self.table.decisions]

        for line in waiting:
            case = self.table.before(line)
            answer = case.ask_in_meeting(self.table.actor(line), line.trigger, **self.table.given(line))
            assert code_of(answer) == "not_a_decision", line.trigger

    def test_the_special_meeting_decides_it_too_but_carries_nothing_over(self, decision: Line) -> None:
        case, who, given = self.table.before(decision), self.table.actor(decision), self.table.given(decision)
        meeting = SPECIAL[decision.source]
        carries = decision.trigger == "carry_over"

        answer = case.ask_in_meeting(who, decision.trigger, meeting=meeting, **given)
        assert code_of(answer) == ("only_in_meeting" if carries else "done")
        if not carries:
            answer = case.ask_in_meeting(who, decision.trigger, meeting=meeting, quorate=False, **given)
            assert code_of(answer) == "quorum"


def test_every_row_has_the_line_of_the_rule_book_it_implements(rules):
    refs = {line.ref for line in TABLE.lines}

    assert refs == {f"T{number:02}" for number in range(1, 51)}
    assert {row.ref for row in rules.workflow.rows} == refs


def test_every_field_is_given_by_some_row_or_set(rules):
    assert set(rules.workflow.fields) == set(TABLE.good)


@pytest.mark.parametrize("state", list(TABLE.ways))
def test_no_row_is_fired_from_a_state_that_the_grid_does_not_name(rules, state):
    listed = {line.trigger for line in TABLE.lines if line.source == state}

    assert {row.trigger for row in rules.workflow.rows_from(state)} == listed
