"""What a condition answers, as far as it is certain: True, False, or None where it depends on the case.

Decided over the closed vocabulary and what is known beforehand (`facts.py`); the meaning of each word is that of
`engine/rules/conditions.py`. A condition on what is not known (a field or counter that the file could not be read for)
answers None.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.definition.actors import can_act, can_be, implies, may_fire, only_system
from engine.definition.answers_fields import bound_answer, change_answer, is_answer
from engine.definition.facts import ABSENT
from engine.definition.model import (
    CLOSED,
    ENTERED,
    OPENED,
    SYSTEM,
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    LevelIs,
    Not,
    PersonIs,
    Since,
    StateIs,
)
from engine.definition.scene import Scene, bare
from engine.definition.used import settings

Answer = bool | None


def answer(asked: Condition, scene: Scene) -> Answer:
    """Whether the condition certainly holds (True), certainly does not (False), or may (None)."""
    match asked:
        case Not():
            inner = answer(asked.condition, scene)
            return None if inner is None else not inner
        case AllOf() | AnyOf():
            decisive = isinstance(asked, AnyOf)
            answers = [answer(part, scene) for part in asked.conditions]
            return decisive if decisive in answers else None if None in answers else not decisive
        case LevelIs():
            return scene.level in asked.levels
    if scene.blind:
        return None
    found = _WORDS[type(asked)](asked, scene)
    return scene.settled.get(bare(asked)) if found is None else found


# --- the words -----------------------------------------------------------------------------------------------------


def _field_is(asked: FieldIs, scene: Scene) -> Answer:
    field = scene.workflow.fields.get(asked.field)
    return None if field is None else is_answer(asked, field, scene.values(asked.field))


def _field_given(asked: FieldGiven, scene: Scene) -> Answer:
    if asked.now:
        return scene.gives_now(asked.field)
    values = scene.values(asked.field)
    return False if values.is_absent else None if values.missing else True


def _field_bound(asked: FieldBound, scene: Scene) -> Answer:
    field = scene.workflow.fields.get(asked.field)
    fixed = any(setting.field == asked.field for row in scene.workflow.rows for setting in settings(row))
    # a date fixed in the file need not keep the range of its field
    return None if field is None or fixed else bound_answer(asked, field, scene.values(asked.field))


def _field_share(asked: FieldShare, scene: Scene) -> Answer:
    return False if scene.values(asked.field).is_absent else None


def _field_change(asked: FieldChange, scene: Scene) -> Answer:
    field = scene.workflow.fields.get(asked.field)
    if scene.gives_now(asked.field) is False or scene.level is None:
        return False
    old = scene.before.get(asked.field, ABSENT)
    return None if field is None else change_answer(asked, field, old, scene.values(asked.field))


def _case(asked: CaseIs, scene: Scene) -> Answer:
    return False if scene.values(asked.field).is_absent else None


def _person(asked: PersonIs, scene: Scene) -> Answer:
    possible = [name for name in asked.people if name != SYSTEM and can_be(scene.workflow, name, scene.level)]
    return None if possible and not scene.values(asked.field).is_absent else False


def _counter(asked: CounterBound, scene: Scene) -> Answer:
    counter = scene.workflow.counters.get(asked.counter)
    if counter is None:
        return None
    least, most = scene.past.bounds(counter, scene.level) if scene.level is not None else (0, 0)
    low = _at_least(asked.at_least, least, most)
    high = _at_most(asked.at_most, least, most)
    return False if False in (low, high) else None if None in (low, high) else True


def _at_least(bound: int | None, least: int, most: int | None) -> Answer:
    if bound is None or least >= bound:
        return True
    return False if most is not None and most < bound else None


def _at_most(bound: int | None, least: int, most: int | None) -> Answer:
    if bound is None or (most is not None and most <= bound):
        return True
    return False if least > bound else None


def _clock(asked: ClockPast, scene: Scene) -> Answer:
    running = frozenset(code for code, state in scene.workflow.states.items() if asked.clock in state.runs)
    return None if scene.past.may_have_been_in(running) else False


def _since(asked: Since, scene: Scene) -> Answer:
    return None if _can_have_happened(asked.event, scene) else asked.at_most is None


def _can_have_happened(event: str, scene: Scene) -> bool:
    if scene.level is None:
        return False
    if event == CLOSED:
        return scene.workflow.states[scene.state].final
    return event in (OPENED, ENTERED) or scene.past.may_have_fired(event)


def _actor(asked: ActorIs, scene: Scene) -> Answer:
    told = [(other.people, holds) for other, holds in scene.settled.items() if isinstance(other, ActorIs)]
    refuted = [people for people, holds in told if not holds]
    names = [name for name in may_fire(scene.row) if not any(_are((name,), people, scene) for people in refuted)]
    known = [people for people, holds in told if holds]
    if any(_are(people, asked.people, scene) for people in (names, *known) if people):
        return True
    if any(_are(asked.people, people, scene) for people in refuted):
        return False
    return None if any(_can_fire_as(other, scene) for other in asked.people) else False


def _are(names: Collection[str], others: Collection[str], scene: Scene) -> bool:
    """Whoever is one of the names is certainly one of the others: what was found of an actor tells more of him."""
    return all(any(implies(scene.workflow, name, other, scene.level) for other in others) for name in names)


def _can_fire_as(name: str, scene: Scene) -> bool:
    """Whether somebody whom the row lets act can be this too."""
    if name in scene.row.never:
        return False
    if name == SYSTEM:
        return SYSTEM in scene.row.by
    return not only_system(scene.row) and can_act(scene.workflow, name, scene.level)


def _never_asked(_asked: StateIs, _scene: Scene) -> Answer:
    """`state` stands in `visibility` alone."""
    return None


_WORDS: Mapping[type[Condition], Callable[[Any, Scene], Answer]] = {
    FieldIs: _field_is,
    FieldGiven: _field_given,
    FieldBound: _field_bound,
    FieldShare: _field_share,
    FieldChange: _field_change,
    CaseIs: _case,
    PersonIs: _person,
    CounterBound: _counter,
    ClockPast: _clock,
    Since: _since,
    ActorIs: _actor,
    StateIs: _never_asked,
}
