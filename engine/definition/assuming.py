"""What is known once a condition has been found to hold, or not to: the fields it looks at are narrowed down."""

from __future__ import annotations

from dataclasses import replace

from engine.definition.answers import answer
from engine.definition.facts import ABSENT, Values, joined_env
from engine.definition.model import AllOf, AnyOf, Condition, FieldChange, FieldGiven, FieldIs, Not
from engine.definition.scene import Scene, bare


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
        case FieldChange():
            return _settled(asked, _changed(asked, scene, holds), holds)
    return _settled(asked, scene, holds)


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
        settled = {each: told for each, told in settled.items() if other.settled.get(each) is told}
    return replace(scene, env=env, settled=settled)


def _settled(asked: Condition, scene: Scene, holds: bool) -> Scene:
    return replace(scene, settled={**scene.settled, bare(asked): holds})


def _changed(asked: FieldChange, scene: Scene, holds: bool) -> Scene:
    """The choice given stands on that side of one that it may have been before; or, if not, not beyond all of them."""
    field = scene.workflow.fields.get(asked.field)
    old, new = scene.before.get(asked.field, ABSENT), scene.values(asked.field)
    if scene.blind or field is None or not old.known or not new.known or (old.missing and not holds):
        return scene
    order = list(field.choices)
    olds = [order.index(value) for value in old.known if value in order]
    if not olds:
        return scene
    if holds:
        fitting = order[min(olds) + 1 :] if asked.up else order[: max(olds)]
    else:
        fitting = order[: max(olds) + 1] if asked.up else order[min(olds) :]
    known = new.known & frozenset(fitting)
    missing = new.missing and not holds
    return replace(scene, env={**scene.env, asked.field: Values(missing, known)}) if known else scene


def _narrowed(asked: FieldIs | FieldGiven, scene: Scene, holds: bool) -> Scene | None:
    if scene.blind or asked.field not in scene.workflow.fields:
        return scene
    values = scene.values(asked.field)
    if isinstance(asked, FieldGiven) and asked.now:
        return _given_now(asked, scene, holds)
    if isinstance(asked, FieldGiven):
        narrow = values.given() if holds else ABSENT
    elif values.known is None:
        narrow = values.given() if holds else values
    elif holds:
        narrow = Values(False, values.known & frozenset(asked.values))
    else:
        narrow = Values(values.missing, values.known - frozenset(asked.values))
    return None if narrow.is_impossible else replace(scene, env={**scene.env, asked.field: narrow})


def _given_now(asked: FieldGiven, scene: Scene, holds: bool) -> Scene | None:
    """This act gives the field, or leaves it as it was."""
    values = scene.values(asked.field)
    narrow = values.given() if holds else values.met(scene.before.get(asked.field, ABSENT))
    if narrow.is_impossible:
        return None
    return _settled(asked, replace(scene, env={**scene.env, asked.field: narrow}), holds)
