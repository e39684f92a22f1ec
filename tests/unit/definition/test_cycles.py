"""What bounds a cycle, and what only seems to."""

from __future__ import annotations

import pytest

from engine.definition.check import examine
from tests.soundness.writing import written

_STATES = "working: {T, level: village}; waiting: {T, level: village}; done: {T, final: true}"
_TIMED = "working: {T, level: village, runs: each}; waiting: {T, level: village, runs: each}; done: {T, final: true}"
_REMIND = "limits: 3 natural days, steps: {at: 100%, remind: head}"


def codes(text):
    return [finding.code.value for finding in examine(text.encode(), "file.yaml").findings]


def cycle(wait="", go_on="", *more, states=_STATES, **sections):
    rows = ("report start working", "finish [working,waiting] done", f"wait working waiting | {wait}",
            f"go_on waiting working | {go_on}", *more)  # fmt: skip
    return written(*rows, states=states, **sections)


@pytest.mark.parametrize(
    ("when", "counter", "bounded"),
    [
        ("when: {counter: turns, at_most: 2}", "of: go_on, per: case", True),
        ("when: {counter: turns, at_most: 2}", "of: wait, per: case", True),
        ("when: {counter: turns, at_most: 2}", "of: wait, per: level", True),
        ("when: {counter: turns, at_most: 2}", "of: every, per: case", True),
        ("when: {not: {counter: turns, at_least: 3}}", "of: go_on, per: case", True),
        ("when: {any: [{counter: turns, at_most: 2}, {actor: clerk}]}", "of: go_on, per: case", True),
        ("when: {counter: turns, at_least: 1}", "of: note, per: case", False),
        ("when: {counter: turns, at_most: 2}", "of: note, per: case", False),
        ("when: {counter: turns, at_most: 2}", "of: note, per: stay", False),
        ("when: {counter: turns, at_most: 2}", "of: go_on, per: case, distinct: days", False),
        ("when: {counter: turns, at_most: 2}", "of: go_on, per: case, where: {actor: clerk}", False),
    ],
)
def test_a_counter_bounds_that_counts_the_cycle_and_goes_on_counting(when, counter, bounded):
    text = cycle("by: head", when, "note waiting same | takes: gist", counters=f"turns: {{T, {counter}}}")

    assert codes(text) == ([] if bounded else ["S36"])


@pytest.mark.parametrize(("target", "bounded"), [("done", True), ("waiting", False)])
def test_an_earlier_destination_by_count_bounds_unless_it_is_a_cycle_itself(target, bounded):
    to = f"[{{when: {{counter: turns, at_least: 2}}, to: {target}}}, {{to: working}}]"
    text = cycle(counters="turns: {T, of: go_on, per: case}")
    text = text.replace("from: waiting, to: working", f"from: waiting, to: {to}")

    assert codes(text) == ([] if bounded else ["S36"])


def test_the_way_of_the_cycle_that_is_not_guarded_is_told():
    text = cycle("by: head", "when: {counter: turns, at_most: 2}", "slip waiting working",
                 counters="turns: {T, of: go_on, per: case}")  # fmt: skip

    (finding,) = examine(text.encode(), "file.yaml").findings
    assert [step.trigger for step in finding.witness] == ["report", "wait", "slip"]


@pytest.mark.parametrize(
    ("clock", "go_on", "bounded"),
    [
        (f"per: case, {_REMIND}", "", True),
        (f"per: level, {_REMIND}", "", True),
        (f"per: stay, {_REMIND}", "", False),
        ("per: case, limits: 3 natural days", "", False),
        (f"per: case, {_REMIND}, when: {{level: village}}", "", False),
        (f"per: case, {_REMIND.replace('3 natural days', 'none')}", "", False),
        (f"per: case, {_REMIND}", "restarts: each", False),
        ("per: stay, limits: 3 natural days, steps: {at: 100%, fire: close}", "", True),
        ("per: stay, limits: 3 natural days, steps: {at: 100%, fire: hurry}", "", False),
    ],
)
def test_a_clock_bounds_that_adds_up_or_takes_the_case_away(clock, go_on, bounded):
    text = cycle("by: head", go_on, "close [working,waiting] done | by: [head, system]",
                 "hurry [working,waiting] same | by: [head, system]", states=_TIMED,
                 clocks=f"each: {{T, {clock}}}")  # fmt: skip

    assert codes(text) == ([] if bounded else ["S22"])


@pytest.mark.parametrize(
    ("more", "bounded"),
    [
        ("", False),
        (", at_most: 2", False),
        (", at_most: 2, then: {fire: close}", True),
        (", at_most: 2, then: {fire: hurry}", False),
    ],
)
def test_a_meeting_bounds_that_takes_the_case_away_once_it_was_carried_over_so_often(more, bounded):
    states = _STATES.replace("working: {T, level: village}", "working: {T, level: village, gate: weekly}")
    meeting = "weekly: {T, level: village, members: head, chair: head, quorum: 50%, carry_over: {trigger: later"
    text = cycle("via: weekly", "", "later working same | via: weekly, by: [head, system]",
                 "close working done | by: [head, system]", "hurry working same | by: [head, system]",
                 states=states, meetings=f"{meeting}{more}}}}}")  # fmt: skip

    assert codes(text) == ([] if bounded else ["S36"])


def test_a_case_that_is_reopened_has_ended_each_time():
    text = written("report start working", "finish working done", "again done working | reopens: true",
                   states="working: {T, level: village}; done: {T, final: true}")  # fmt: skip

    assert codes(text) == []


def test_what_one_turn_does_may_keep_a_case_from_the_next():
    once = "when: {not: {field: ok, is: true}}, sets: {ok: true}"
    text = cycle("by: head", once, fields="gist: {T, type: text, max_length: 20}; ok: {T, type: flag}")

    assert codes(text) == []
