"""Steps: what a clock does on its way, and what a meeting does with a case carried over too often."""

from __future__ import annotations

from engine.definition.conditions import read_conditions
from engine.definition.durations import share
from engine.definition.model import Step
from engine.definition.names import Names
from engine.definition.properties import each, properties
from engine.definition.reading import Place
from engine.definition.values import read_with

KEYS = ("at", "remind", "fire", "with", "when")
ACTION_KEYS = ("fire", "with")


def read_steps(place: Place, names: Names) -> tuple[Step, ...]:
    """One step or a list of them."""
    return tuple(_step(entry, names) for entry in each(place, is_section=True))


def _step(place: Place, names: Names) -> Step:
    keys = properties(place, KEYS, required=("at",))
    keys.lacking(("remind", "fire"), "每一步须写明做什么", "a step says what happens")
    if "fire" in keys:
        keys.misplaced("remind", "与 fire 不能同在一步，请分写两步", "and `fire` are two steps: write them apart")
    if "fire" not in keys:
        keys.misplaced("with", "只与 fire 同用", "stands beside `fire` only")
    return Step(
        at=keys.read("at", share, 0),
        remind=keys.read("remind", names.people_list, ()),
        fire=keys.read("fire", names.trigger, None),
        with_values=keys.read("with", lambda entry: read_with(entry, names), {}),
        when=keys.read("when", lambda entry: read_conditions(entry, names), ()),
        mark=place.node.mark,
    )


def read_action(place: Place, names: Names) -> Step:
    """A trigger to fire, with its values, at no time of its own."""
    keys = properties(place, ACTION_KEYS, required=("fire",))
    return Step(
        at=0,
        fire=keys.read("fire", names.trigger, None),
        with_values=keys.read("with", lambda entry: read_with(entry, names), {}),
        mark=place.node.mark,
    )
