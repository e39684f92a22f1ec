"""Tests that every rules file has: who may fire each row, from where to where, with which fields, through which
meeting, and which posts keep one out. A folder of rule tests fills a `Table` by hand and makes a class of `RowTests`.

The grid has a line a row and source: ref, trigger, from, to, and a mark for each role (`+` may, `-` may not, `!` is
kept out by `never`, `x` does not see the case; `|` is for the eye). `to` is the state afterwards in the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from engine.rules.attempt import Actor
from tests.rules.case import Answer, Case, code_of, happened, kind_of, mark
from tests.rules.people import holding_both


@dataclass(frozen=True)
class Line:
    ref: str
    trigger: str
    source: str
    target: str
    marks: tuple[str, ...]

    @property
    def act(self) -> tuple[str, str]:
        return self.trigger, self.source


@dataclass(frozen=True, kw_only=True)
class Table:
    """`ways`: state -> a new case brought there. `prepared`: (trigger, from) -> a case for which the row is possible,
    where the way alone does not do. `who`: by act or trigger, somebody who may where no role may. `needs` and `data`
    are by act, else by trigger; `takes` by trigger, or act where the rows differ. `posts_out`: (trigger, from) -> posts
    that keep out whoever else holds one of `by`. `closed`: the final states."""

    grid: str
    roles: tuple[str, ...]
    levels: Mapping[str, str]
    ways: Mapping[str, Callable[[], Case]]
    closed: tuple[str, ...]
    good: Mapping[str, object]
    data: Mapping[object, Mapping[str, object]]
    needs: Mapping[object, tuple[str, ...]]
    takes: Mapping[object, tuple[str, ...]]
    decisions: Mapping[tuple[str, str], str]
    wrong_meeting: str
    posts_out: Mapping[tuple[str, str], tuple[str, ...]]
    prepared: Mapping[tuple[str, str], Callable[[], Case]] = field(default_factory=dict)
    who: Mapping[object, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        rows = (line.split() for line in self.grid.strip().splitlines())
        return [Line(*row[:4], tuple(sign for sign in row[4:] if sign != "|")) for row in rows]

    def before(self, line: Line) -> Case:
        return self.prepared.get(line.act, self.ways[line.source])()

    def actor(self, line: Line) -> str:
        named = self.who.get(line.act) or self.who.get(line.trigger)
        return named or self.roles[line.marks.index("+")]

    def given(self, line: Line) -> Mapping[str, object]:
        return self.data.get(line.act) or self.data.get(line.trigger) or {}

    def needed(self, line: Line) -> tuple[str, ...]:
        return self.needs.get(line.act) or self.needs.get(line.trigger) or ()

    def taken(self, line: Line) -> tuple[str, ...]:
        return self.takes.get(line.act) or self.takes.get(line.trigger) or ()

    def both(self, line: Line, post: str) -> Actor:
        """Somebody with this post beside the one of who may."""
        return holding_both(self.ways["start"]().bench.people, self.actor(line), post)


def _marked(answer: Answer, role: str) -> str:
    return "!" if code_of(answer) == f"never:{role}" else mark(answer)


class RowTests:
    """Parametrised by `line` (each of the grid), `decision`, `kept_out` and `state` of the class's table."""

    table: ClassVar[Table]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        lines = self.table.lines
        decisions = [line for line in lines if line.act in self.table.decisions]
        values = {
            "line": [(f"{line.trigger}-{line.source}", (line,)) for line in lines],
            "decision": [(f"{line.trigger}-{line.source}", (line,)) for line in decisions],
            "kept_out": [(f"{line.trigger}-{line.source}-{post}", (line, post)) for line in lines
                         for post in self.table.posts_out.get(line.act, ())],
            "state": [(state, (state,)) for state in self.table.ways],
        }  # fmt: skip
        for name, found in values.items():
            if name in metafunc.fixturenames:
                single = [each[1] if name == "kept_out" else each[1][0] for each in found]
                metafunc.parametrize(name, single, ids=[each[0] for each in found])

    # --- who, from where, to where ---

    def test_each_role_may_or_may_not(self, line: Line) -> None:
        case = self.table.before(line)

        answers = [case.ask_either(role, line.trigger, **self.table.given(line)) for role in self.table.roles]

        assert tuple(map(_marked, answers, self.table.roles)) == line.marks
        assert {answer.event.ref for answer in answers if mark(answer) == "+"} <= {line.ref}

    def test_where_it_leads_and_at_which_level_the_case_is_then(self, line: Line) -> None:
        case = self.table.before(line)
        before = case.level if case.state else None

        assert happened(case.act(self.table.actor(line), line.trigger, **self.table.given(line)))

        level = before if line.target == line.source else self.table.levels.get(line.target, before)
        assert (case.at, case.level, case.events[-1].ref) == (line.target, level, line.ref)

    def test_only_these_acts_are_possible_in_a_state(self, state: str) -> None:
        case = self.table.ways[state]()
        assert case.at == state
        here = {line.trigger for line in self.table.lines if line.source == state}

        for line in self.table.lines:
            answer = case.ask_either(self.table.roles[0], line.trigger, **self.table.given(line))
            assert (code_of(answer) == "state") is (line.trigger not in here), line.trigger

    def test_a_case_is_closed_in_its_final_states_alone(self, state: str) -> None:
        case = self.table.ways[state]()

        closed = case.state is not None and case.state.closed_at == case.now
        assert closed is (state in self.table.closed)

    # --- fields ---

    def test_what_it_needs_is_named_when_missing(self, line: Line) -> None:
        case, who, given = self.table.before(line), self.table.actor(line), self.table.given(line)

        for name in self.table.needed(line):
            answer = case.ask_either(who, line.trigger, **{key: each for key, each in given.items() if key != name})
            assert (kind_of(answer), code_of(answer)) == ("invalid", f"{name}: missing")

    def test_with_all_it_needs_it_can_be_fired_and_keeps_it(self, line: Line) -> None:
        case, needed = self.table.before(line), self.table.needed(line)
        given = {name: self.table.given(line)[name] for name in needed}

        answer = case.ask_either(self.table.actor(line), line.trigger, **given)

        assert happened(answer)
        kept = {**answer.event.facts, **answer.event.payload.get("data", {})}
        assert {name: kept.get(name) for name in needed} == given

    def test_what_it_takes_may_be_given_and_every_other_field_is_refused(self, line: Line) -> None:
        case, who = self.table.before(line), self.table.actor(line)
        takes = self.table.taken(line)

        for name in self.table.good.keys() - set(self.table.needed(line)):
            data = {**self.table.given(line), name: self.table.good[name]}
            answer = case.ask_either(who, line.trigger, **data)
            assert code_of(answer) == ("done" if name in takes else f"{name}: unknown_field"), name

    # --- meetings ---

    def test_a_decision_is_refused_outside_of_its_meeting(self, decision: Line) -> None:
        case = self.table.before(decision)

        answer = case.ask(self.table.actor(decision), decision.trigger, **self.table.given(decision))
        assert (kind_of(answer), code_of(answer)) == ("conflict", "only_in_meeting")

    def test_the_meeting_decides_and_without_a_quorum_only_carries_over(self, decision: Line) -> None:
        case, who, given = self.table.before(decision), self.table.actor(decision), self.table.given(decision)
        carries = decision.trigger in case.bench.carrying

        answer = case.ask_in_meeting(who, decision.trigger, quorate=False, **given)
        assert code_of(answer) == ("done" if carries else "quorum")
        assert happened(case.decide_in_meeting(who, decision.trigger, **given))
        assert (case.events[-1].meeting, case.events[-1].agenda_no) == ("meeting-1", 1)

    def test_another_meeting_does_not_decide_it(self, decision: Line) -> None:
        case = self.table.before(decision)
        meetings = {*self.table.decisions.values(), self.table.wrong_meeting}

        for other in meetings - {self.table.decisions[decision.act]}:
            answer = case.ask_in_meeting(
                self.table.actor(decision), decision.trigger, meeting=other, **self.table.given(decision)
            )
            assert code_of(answer) == "only_in_meeting"

    def test_what_is_no_decision_is_not_decided_in_a_meeting(self, line: Line) -> None:
        case = self.table.before(line)
        if line.act in self.table.decisions or line.source not in case.bench.gates:
            return
        answer = case.ask_in_meeting(self.table.actor(line), line.trigger, **self.table.given(line))
        assert (kind_of(answer), code_of(answer)) == ("conflict", "not_a_decision")

    # --- who is kept out by a post he holds beside the one that may ---

    def test_a_post_keeps_out_who_could_otherwise(self, kept_out: tuple[Line, str]) -> None:
        line, post = kept_out
        case = self.table.before(line)

        answer = case.ask_either(self.table.both(line, post), line.trigger, **self.table.given(line))
        assert (kind_of(answer), code_of(answer)) == ("forbidden", f"never:{post}")

    # --- the table itself ---

    def test_the_table_speaks_of_nothing_that_is_not_in_the_grid(self) -> None:
        acts = {line.act for line in self.table.lines}
        triggers = {line.trigger for line in self.table.lines}
        by_act = {*self.table.decisions, *self.table.posts_out, *self.table.prepared}
        by_either = {*self.table.needs, *self.table.takes, *self.table.data, *self.table.who}

        assert by_act <= acts
        assert by_either <= acts | triggers
        assert {line.source for line in self.table.lines} | set(self.table.closed) == set(self.table.ways)
