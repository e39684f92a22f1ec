"""The shared machine, and what `transitions` 0.9.3 does where we build on it or keep away from it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import product

import pytest
from transitions import Machine, MachineError

from engine.definition.model import Row, Target
from engine.rules.machine import Compiled, Destination, Token, compile_workflow
from tests import township as t
from tests.unit.rules.small import BOSS, HELPER, Matter, rules, said, workflow

FLOW = {
    "states": """
        new: {T, level: low, handling: true}
        aside: {T}
        upper: {T, level: high, handling: true}
        done: {T, final: true}
        """,
    "fields": "text: {T, type: text}\nkind: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}",
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: [helper, boss]}
        - {trigger: note, T, from: [new, aside], to: same, by: reader, takes: text}
        - trigger: fork
          title: {zh: 名, en: Name}
          from: new
          to:
            - {when: {field: kind, is: a}, to: upper}
            - {when: {level: low}, to: aside}
            - {to: done}
          by: [helper, boss]
          takes: kind
        - {trigger: resume, T, from: aside, to: back, by: [helper, boss]}
        - {trigger: up, T, from: [new, aside], to: upper, by: [helper, boss]}
        - {trigger: put, T, from: upper, to: aside, by: boss}
        - {trigger: near, T, from: aside, to: closer, by: [helper, boss]}
        - {trigger: finish, T, from: [new, aside, upper], to: done, by: [helper, boss]}
        """,
}


class Allowing:
    """A judge that lets these (trigger, state) pairs pass, and remembers what it was asked."""

    def __init__(self, *allowed: tuple[str, str]) -> None:
        self.allowed = allowed
        self.asked: list[tuple[str, str, str]] = []

    def allows(self, row: Row, target: Target, state: str) -> bool:
        self.asked.append((row.trigger, target.to, state))
        return (row.trigger, state) in self.allowed


class Answering:
    """A judge with one answer to everything."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def allows(self, row: Row, target: Target, state: str) -> object:
        return self.answer


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return rules(**FLOW)


# --- our machine -----------------------------------------------------------------------------------------------------


def test_a_move_tells_the_entry_and_the_state_it_led_to(compiled: Compiled):
    row = compiled.workflow.row("up", "new")

    assert compiled.move("up", "new", Allowing(("up", "upper"))) == Destination(row.targets[0], "upper")


def test_where_the_judge_allows_nothing_nothing_moves(compiled: Compiled):
    assert compiled.move("up", "new", Allowing()) is None


@pytest.mark.parametrize("answer", [1, "yes", [True], object(), None, False])
def test_only_exactly_true_lets_pass(compiled: Compiled, answer: object):
    assert compiled.move("up", "new", Answering(answer)) is None


def test_entries_are_asked_in_the_order_of_the_file(compiled: Compiled):
    judge = Allowing(("fork", "aside"), ("fork", "done"))

    destination = compiled.move("fork", "new", judge)

    assert destination.state == "aside"
    assert judge.asked == [("fork", "upper", "upper"), ("fork", "aside", "aside")]


def test_staying_is_no_move_of_the_machine(compiled: Compiled):
    destination = compiled.move("note", "aside", Allowing(("note", "aside")))

    assert (destination.state, destination.target.to) == ("aside", "same")


def test_back_and_closer_become_one_entry_for_each_possible_state(compiled: Compiled):
    back, closer = Allowing(("resume", "upper")), Allowing(("near", "upper"))

    assert compiled.move("resume", "aside", back).state == "upper"
    assert [state for _, _, state in back.asked] == ["new", "aside", "upper"]
    assert compiled.move("near", "aside", closer).state == "upper"
    assert [state for _, _, state in closer.asked] == ["new", "upper"]


def test_a_machine_knows_its_rows_by_trigger_and_state(compiled: Compiled):
    pairs = {(row.trigger, source) for row in compiled.workflow.rows for source in row.sources}
    triggers, states = compiled.workflow.triggers | {"no_such"}, ["start", "nowhere", *compiled.workflow.states]

    assert {pair for pair in product(triggers, states) if compiled.knows(*pair)} == pairs


def test_what_it_does_not_know_cannot_be_fired(compiled: Compiled):
    with pytest.raises(MachineError, match="Can't trigger"):
        compiled.move("resume", "new", Answering(True))
    with pytest.raises(KeyError):
        compiled.move("no_such", "new", Answering(True))


def test_a_move_without_a_guard_is_never_taken_for_an_allowed_one(compiled: Compiled):
    machine = Machine(model=None, states=["a", "b"], initial="a", auto_transitions=False, send_event=True)
    machine.add_transition("go", "a", "b")

    with pytest.raises(MachineError, match="without a guard"):
        Compiled(compiled.workflow, machine).move("go", "a", Answering(True))


def test_nothing_of_a_case_stays_in_the_machine(compiled: Compiled):
    for _ in range(3):
        compiled.move("up", "new", Answering(True))

    assert compiled.machine.models == []
    assert not hasattr(Token("new", Answering(True)), "__dict__")


def test_every_guard_of_the_default_rules_is_a_function_and_no_text():
    machine = compile_workflow(t.default_rules()[0]).machine
    entries = [entry for event in machine.events.values() for each in event.transitions.values() for entry in each]

    assert len(entries) > 50
    for entry in entries:
        assert [callable(condition.func) and not isinstance(condition.func, str) for condition in entry.conditions] == [
            True
        ]
        assert entry.dest is None or entry.dest in machine.states
        assert not (entry.before or entry.after or entry.prepare)
    assert not (machine.before_state_change or machine.after_state_change or machine.prepare_event)


def test_one_machine_is_right_under_six_threads(compiled: Compiled):
    """Each thread fires other moves at once; none is ever led where another was going."""
    moves = [
        ("up", "new", "upper"), ("up", "aside", "upper"), ("fork", "new", "done"), ("resume", "aside", "new"),
        ("note", "new", "new"), ("near", "aside", "upper"), ("finish", "upper", "done"), ("put", "upper", "aside"),
    ]  # fmt: skip
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def walk(start: int) -> list[tuple[str, str]]:
        wrong = []
        for turn in range(400):
            trigger, source, target = moves[(start + turn) % len(moves)]
            destination = compiled.move(trigger, source, Allowing((trigger, target)))
            if destination is None or destination.state != target:
                wrong.append((trigger, target))
        return wrong

    try:
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(walk, range(6))) == [[]] * 6
    finally:
        sys.setswitchinterval(before)


# --- through `decide` ------------------------------------------------------------------------------------------------


def test_the_first_destination_whose_conditions_hold_is_taken(compiled: Compiled):
    def ends(who: object, **data: object) -> tuple[str, str]:
        matter = Matter(compiled)
        assert said(matter.fire(who, "begin")) == "done"
        assert said(matter.fire(who, "fork", **data)) == "done"
        return matter.at

    assert ends(HELPER, kind="a") == ("upper", "high")
    assert ends(HELPER, kind="b") == ends(HELPER) == ("aside", "low")


def test_closer_leads_to_the_handling_state_of_the_level_and_back_to_where_it_was(compiled: Compiled):
    matter = Matter(compiled)
    for trigger in ("begin", "up", "put"):
        assert said(matter.fire(BOSS, trigger)) == "done"
    assert said(matter.ask(BOSS, "near")) == "done"
    assert matter.ask(BOSS, "near").event.target == "upper"
    assert matter.ask(BOSS, "resume").event.target == "upper"


def test_an_entry_that_leads_nowhere_is_not_passed_over_for_a_later_one():
    compiled = rules(
        states="new: {T, level: low, handling: true}\ndone: {T, final: true}",
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: helper}
            - trigger: turn
              title: {zh: 名, en: Name}
              from: new
              to:
                - {when: {level: low}, to: back}
                - {to: done}
              by: helper
            - {trigger: finish, T, from: new, to: done, by: helper}
            """,
    )
    matter = Matter(compiled)
    matter.fire(HELPER, "begin")

    assert said(matter.ask(HELPER, "turn")) == "destination"


def test_the_entry_that_is_taken_fixes_its_own_values():
    compiled = rules(
        fields=FLOW["fields"] + "\nwho: {T, type: person}\nhow: {T, type: flag}",
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: [helper, boss]}
            - trigger: fork
              title: {zh: 名, en: Name}
              from: new
              to:
                - {when: {actor: boss}, to: same, sets: {kind: a, how: true, who: actor}}
                - {to: done, sets: {kind: b, who: boss}}
              by: [helper, boss]
            - {trigger: finish, T, from: new, to: done, by: [helper, boss]}
            """,
    )
    matter = Matter(compiled)
    matter.fire(HELPER, "begin")

    assert matter.ask(BOSS, "fork").event.facts == {"kind": "a", "how": True, "who": "boss"}
    assert matter.ask(HELPER, "fork").event.facts == {"kind": "b", "who": "boss"}  # the holder of that role


# --- what `transitions` does -----------------------------------------------------------------------------------------


def bare(*entries: tuple[str, str, str | None, object]) -> Machine:
    machine = Machine(model=None, states=["a", "b", "c"], initial="a", auto_transitions=False, send_event=True)
    for trigger, source, dest, guard in entries:
        machine.add_transition(trigger, source, dest, conditions=[guard])
    return machine


class Model:
    def __init__(self) -> None:
        self.state = "a"


def fired(machine: Machine, trigger: str = "go") -> tuple[bool, str]:
    model = Model()
    return machine.events[trigger].trigger(model), model.state


def test_the_version_is_the_one_these_tests_describe():
    assert version("transitions").startswith("0.9.")


def test_text_given_as_a_condition_would_be_imported_and_called():
    """Why a workflow's own words never reach the machine: this finds, imports and calls a function of Python's."""
    with pytest.raises(TypeError, match=r"gc\.isenabled\(\) takes no arguments"):
        fired(bare(("go", "a", "b", "gc.isenabled")))


def test_a_guard_passes_by_being_equal_to_true():
    answers = [(True, True), (1, True), (2, False), ("yes", False), (None, False), (0, False)]

    for answer, passes in answers:
        assert fired(bare(("go", "a", "b", lambda _, answer=answer: answer)))[0] is passes


def test_of_several_entries_the_first_whose_guard_passes_wins():
    def no(_: object) -> bool:
        return False

    def yes(_: object) -> bool:
        return True

    assert fired(bare(("go", "a", "b", no), ("go", "a", "c", yes), ("go", "a", "b", yes))) == (True, "c")
    assert fired(bare(("go", "a", "b", yes), ("go", "a", "c", yes))) == (True, "b")  # the second, silently, never
    assert fired(bare(("go", "a", "b", no))) == (False, "a")


def test_a_destination_that_does_not_exist_shows_only_when_fired():
    machine = bare(("go", "a", "nowhere", lambda _: True))

    with pytest.raises(ValueError, match="nowhere"):
        fired(machine)


def test_an_internal_entry_keeps_the_state():
    assert fired(bare(("go", "a", None, lambda _: True))) == (True, "a")


def test_a_trigger_from_a_state_it_does_not_leave_is_an_error():
    machine = bare(("go", "a", "b", lambda _: True), ("come", "b", "a", lambda _: True))

    with pytest.raises(MachineError):
        fired(machine, "come")


def test_an_error_in_a_guard_comes_out_as_it_is():
    def broken(_: object) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fired(bare(("go", "a", "b", broken)))


def test_a_model_that_is_never_added_is_not_kept():
    machine = bare(("go", "a", "b", lambda _: True))
    fired(machine)

    assert machine.models == []


def test_the_smallest_workflow_compiles_to_one_entry_for_each_row_state_and_target():
    machine = compile_workflow(workflow()).machine
    entries = {name: {s: len(e) for s, e in event.transitions.items()} for name, event in machine.events.items()}

    assert entries == {"begin": {"start": 1}, "note": {"new": 1}, "finish": {"new": 1}}
