"""What each subject of a condition may be asked, and what does not fit it (S18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.definition.durations import duration, share
from engine.definition.field_tests import field_condition
from engine.definition.findings import Code
from engine.definition.model import (
    CLOSED,
    ENTERED,
    OPENED,
    ActorIs,
    AllOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    FieldType,
    LevelIs,
    PersonIs,
    Since,
    StateIs,
    Title,
)
from engine.definition.names import Names, refer, unique
from engine.definition.properties import Properties
from engine.definition.reading import Place, natural, word
from engine.definition.several import named
from engine.definition.values import TYPE_NAMES
from engine.definition.words import EVENT, allowed, guess, shown

_BOUNDS = ("at_least", "at_most")
CASE_KINDS = ("open", "other", "alike_sealed")
_NOTHING = AllOf(conditions=())
_SINCE_EXAMPLE = Title(zh="例如 at_most: 3 natural days", en="as at_most: 3 natural days")
_CASE_EXAMPLE = Title(zh="例如 is: [open, other]", en="as is: [open, other]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    tests: tuple[str, ...]
    reader: Callable[[Properties, Names], Condition]


def _counter(keys: Properties, names: Names) -> Condition:
    keys.lacking(_BOUNDS, "须写界限", "a bound is needed")
    return CounterBound(
        counter=keys.read("counter", names.counter, ""),
        at_least=keys.read("at_least", natural, None),
        at_most=keys.read("at_most", natural, None),
    )


def _clock(keys: Properties, names: Names) -> Condition:
    keys.lacking(("past",), "如 past: 80%", "as past: 80%")
    return ClockPast(clock=keys.read("clock", names.clock, ""), past=keys.read("past", share, 0))


def _since(keys: Properties, names: Names) -> Condition:
    keys.lacking(_BOUNDS, "须写界限", "a bound is needed", _SINCE_EXAMPLE)
    known = (OPENED, ENTERED, CLOSED, *names.triggers)
    return Since(
        event=keys.read("since", lambda place: refer(place, EVENT, known), ""),
        at_least=keys.read("at_least", duration, None),
        at_most=keys.read("at_most", duration, None),
    )


def _level(keys: Properties, names: Names) -> Condition:
    return LevelIs(levels=names.level_list(keys["level"]))


def _actor(keys: Properties, names: Names) -> Condition:
    return ActorIs(people=names.people_list(keys["actor"]))


def _state(keys: Properties, names: Names) -> Condition:
    return StateIs(states=names.state_list(keys["state"]))


def _person(keys: Properties, names: Names) -> Condition:
    keys.lacking(("is",), "须写明是谁", "say who it must be")
    people = keys.read("is", names.people_list, ())
    return PersonIs(field=_typed(keys["person"], names, FieldType.PERSON), people=people)


def _case(keys: Properties, names: Names) -> Condition:
    keys.lacking(
        ("is",),
        "open、other、alike_sealed 中的一个或几个",
        "one or several of open, other, alike_sealed",
        _CASE_EXAMPLE,
    )
    kinds = keys.read("is", lambda place: unique(filter(None, map(_case_kind, named(place)))), ())
    return CaseIs(field=_typed(keys["case"], names, FieldType.CASE), kinds=kinds)


def _case_kind(place: Place) -> str:
    name = word(place)
    if name and name not in CASE_KINDS:
        zh, en = allowed(CASE_KINDS, guess(name, CASE_KINDS))
        place.fail(Code.S11, f"不认识 {shown(name)}{zh}", f"{shown(name)} is not known{en}")
    return name


def _typed(place: Place, names: Names, kind: FieldType) -> str:
    """A field of this type; S18 for another."""
    code = names.field(place)
    field = names.fields.get(code)
    if field is not None and field.type is not kind:
        zh = f"须是{TYPE_NAMES[kind]}字段，{shown(code)} 是{TYPE_NAMES[field.type]}字段"
        place.fail(Code.S18, zh, f"needs a {kind} field; {shown(code)} is of type {field.type}")
    return code


SUBJECTS: Mapping[str, Subject] = {
    "field": Subject(tests=("is", "given", "at_least", "at_most", "of", "change"), reader=field_condition),
    "counter": Subject(tests=_BOUNDS, reader=_counter),
    "clock": Subject(tests=("past",), reader=_clock),
    "since": Subject(tests=_BOUNDS, reader=_since),
    "level": Subject(tests=(), reader=_level),
    "actor": Subject(tests=(), reader=_actor),
    "person": Subject(tests=("is",), reader=_person),
    "case": Subject(tests=("is",), reader=_case),
    "state": Subject(tests=(), reader=_state),
}

#: Every word that asks something of some subject.
TESTS = tuple(dict.fromkeys(test for subject in SUBJECTS.values() for test in subject.tests))
