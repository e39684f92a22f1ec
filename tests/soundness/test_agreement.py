"""Checker and engine agree about random small workflows, and a checker with a fault in it is found out.

`make drill` takes ten thousand (MINQING_TEST_WORKFLOWS).
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

import engine.definition.answers
import engine.definition.check_states
import engine.definition.facts
import engine.definition.moving
import engine.definition.travel
from tests.soundness.agreeing import Both
from tests.soundness.random_rules import random_rules

COUNT = int(os.environ.get("MINQING_TEST_WORKFLOWS", "100"))
PARTS = 4  # so that two cores can share them
_FAULTY = 120  # workflows in which a fault must show


@pytest.mark.parametrize("part", range(PARTS))
def test_checker_and_engine_agree(part):
    told, missed, whole = Counter(), 0, 0
    numbers = range(part, COUNT, PARTS)
    for number in numbers:
        both = Both(random_rules(str(number)))
        assert not list(both.disagreements()), f"seed {number}"
        told.update({finding.code.value for finding in both.findings})
        missed += bool(both.missed)
        whole += both.explored.whole

    assert {"S02", "S03", "S08", "S34", "S36"} <= set(told)
    assert whole > len(numbers) * 0.7
    assert missed <= max(1, len(numbers) * 0.03)


#: 6431, 8037, 8519: a lost destination hung on a count of what an act gave, and no way to it was shown.
#: 9457: who was found to be a leader was still taken for one who may be no holder.
@pytest.mark.parametrize("number", [973, 1315, 1588, 2821, 3412, 5426, 5509, 5669, 5968, 6431, 8037, 8519, 9457])
def test_files_about_which_they_once_disagreed(number):
    assert not list(Both(random_rules(str(number))).disagreements())


def found_out() -> bool:
    return any(disagreeing(number) for number in range(_FAULTY))


def disagreeing(number: int) -> bool:
    return any(True for _ in Both(random_rules(str(number))).disagreements())


def test_without_a_fault_nothing_is_found():
    assert not any(disagreeing(number) for number in range(12))


@pytest.mark.parametrize(
    ("module", "name", "instead"),
    [
        pytest.param(engine.definition.travel, "joined_env", lambda one, _: one, id="one way in is enough"),
        pytest.param(engine.definition.travel, "back_states", lambda _: frozenset(), id="nobody knows where from"),
        pytest.param(engine.definition.moving, "assume_not_all", lambda *_: None, id="first destination alone"),
        pytest.param(engine.definition.check_states, "_unreached", lambda *_: (), id="unreached not told"),
        pytest.param(engine.definition.answers, "implies", lambda *_: True, id="everybody is everybody"),
        pytest.param(engine.definition.facts.Met, "bounds", lambda *_: (0, 0), id="counters never count"),
    ],
)
def test_a_checker_with_a_fault_is_found_out(monkeypatch, module, name, instead):
    monkeypatch.setattr(module, name, instead)

    assert found_out()
