"""What is known once a condition has been found to hold, or not to: the fields it looks at are narrowed down."""

from __future__ import annotations

from dataclasses import replace

from engine.definition.answers import answer
from engine.definition.facts import ABSENT, Values, joined_env
from engine.definition.model import AllOf, AnyOf, Condition, FieldChange, FieldGiven, FieldIs, Not
from engine.definition.scene import Scene


def assume(asked: Condition, scene: Scene, holds: bool = True) -> Scene | None:
    """The scene in which the condition holds (or does not); None if it cannot be."""
    found = answer(asked, scene)
    if found is not None:
        return scene if found is holds else None
    match asked:
        case Not():
            return assume(asked.condition, scene, not holds)
        case AllOf() | AnyOf():
            together = isinstance(asked, AllOf) is holds
            return (_all if together else _one)(asked.conditions, scene, holds)
        case FieldIs() | FieldGiven():
            return _narrowed(asked, scene, holds)
        case FieldChange() if holds:
            return _changed(asked, scene)
    return scene


def assume_all(conditions: tuple[Condition, ...], scene: Scene) -> Scene | None:
    return _all(conditions, scene, True)


def assume_not_all(conditions: tuple[Condition, ...], scene: Scene) -> Scene | None:
    return _one(conditions, scene, False)


def _all(conditions: tuple[Condition, ...], scene: Scene, holds: bool) -> Scene | None:
    known: Scene | None = scene
    for condition in conditions:
        if known is None:
            return None
        known = assume(condition, known, holds)
    return known


def _one(conditions: tuple[Condition, ...], scene: Scene, holds: bool) -> Scene | None:
    """One of them, nobody knows which: what all of these scenes have in common."""
    scenes = [found for condition in conditions if (found := assume(condition, scene, holds)) is not None]
    if not scenes:
        return None
    env, settled = scenes[0].env, scenes[0].settled
    for other in scenes[1:]:
        env = joined_env(env, other.env)
        settled = {name: gives for name, gives in settled.items() if other.settled.get(name) is gives}
    return replace(scene, env=env, settled=settled)


def _changed(asked: FieldChange, scene: Scene) -> Scene:
    """The choice given stands on that side of one that it may have been before."""
    field = scene.workflow.fields.get(asked.field)
    old, new = scene.before.get(asked.field, ABSENT), scene.values(asked.field)
    if scene.blind or field is None or not old.known or not new.known:
        return scene
    order = list(field.choices)
    olds = [order.index(value) for value in old.known if value in order]
    if not olds:
        return scene
    fitting = order[min(olds) + 1 :] if asked.up else order[: max(olds)]
    known = new.known & frozenset(fitting)
    return replace(scene, env={**scene.env, asked.field: Values(False, known)}) if known else scene


def _narrowed(asked: FieldIs | FieldGiven, scene: Scene, holds: bool) -> Scene | None:
    if scene.blind or asked.field not in scene.workflow.fields:
        return scene
    values = scene.values(asked.field)
    if isinstance(asked, FieldGiven) and asked.now:
        return _settled(asked.field, scene, holds)
    if isinstance(asked, FieldGiven):
        narrow = values.given() if holds else ABSENT
    elif values.known is None:
        narrow = values.given() if holds else values
    elif holds:
        narrow = Values(False, values.known & frozenset(asked.values))
    else:
        narrow = Values(values.missing, values.known - frozenset(asked.values))
    return None if narrow.is_impossible else replace(scene, env={**scene.env, asked.field: narrow})


def _settled(name: str, scene: Scene, gives: bool) -> Scene | None:
    """This act gives the field, or leaves it as it was."""
    values = scene.values(name)
    narrow = values.given() if gives else values.met(scene.before.get(name, ABSENT))
    if narrow.is_impossible:
        return None
    return replace(scene, env={**scene.env, name: narrow}, settled={**scene.settled, name: gives})
