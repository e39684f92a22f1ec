"""Conditions: each form of the table becomes its own value, groups written out, refusals kept."""

from __future__ import annotations

import pytest

from engine.definition.model import (
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    CounterBound,
    Duration,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    LevelIs,
    Mark,
    Not,
    PersonIs,
    Since,
    StateIs,
    TimeUnit,
    Title,
)
from tests.unit.definition.files import FULL, codes_of, full, loaded, reading_of, small

WHEN = "when: {case: main, is: [open, other, alike_sealed]}"


def condition(text):
    """The one condition of the row `merge`, without its place."""
    workflow = loaded(full(WHEN, f"when: {text}"))
    (found,) = workflow.row("merge", "reported").when
    return found


def days(number):
    return Duration(number=number, unit=TimeUnit.NATURAL_DAYS)


@pytest.mark.parametrize(
    ("text", "kind", "facts"),
    [
        ("{field: urgency, is: urgent}", FieldIs, {"field": "urgency", "values": ("urgent",)}),
        ("{field: urgency, is: [normal, urgent]}", FieldIs, {"values": ("normal", "urgent")}),
        ("{field: solved, is: true}", FieldIs, {"values": (True,)}),
        ("{field: people_in, is: [1, 2]}", FieldIs, {"values": (1, 2)}),
        ("{field: cost, is: '12.50'}", FieldIs, {"values": ("12.50",)}),
        ("{field: due, is: 2026-03-06}", FieldIs, {"values": ("2026-03-06",)}),
        ("{field: photos, given: true}", FieldGiven, {"field": "photos", "now": False}),
        ("{field: photos, given: now}", FieldGiven, {"field": "photos", "now": True}),
        ("{field: people_in, at_least: 2}", FieldBound, {"at_least": 2, "at_most": None}),
        ("{field: cost, at_most: 100}", FieldBound, {"at_least": None, "at_most": 100}),
        ("{field: due, at_least: 1 natural day}", FieldBound, {"at_least": days(1), "at_most": None}),
        ("{field: due, at_least: 0 natural days, at_most: 30 natural days}", FieldBound, {"at_most": days(30)}),
        ("{field: due, at_most: 200%, of: handle}", FieldShare, {"field": "due", "at_most": 200, "clock": "handle"}),
        ("{field: urgency, change: up}", FieldChange, {"field": "urgency", "up": True}),
        ("{field: urgency, change: down}", FieldChange, {"up": False}),
        ("{counter: acts, at_most: 0}", CounterBound, {"counter": "acts", "at_least": None, "at_most": 0}),
        ("{clock: handle, past: 80%}", ClockPast, {"clock": "handle", "past": 80}),
        ("{since: entered, at_least: 24 hours}", Since, {"event": "entered", "at_most": None}),
        ("{since: hurry, at_most: 5 working days}", Since, {"event": "hurry", "at_least": None}),
        ("{level: town}", LevelIs, {"levels": ("town",)}),
        ("{level: [village, town]}", LevelIs, {"levels": ("village", "town")}),
        ("{actor: [hall, holder]}", ActorIs, {"people": ("clerk", "head", "holder")}),
        ("{person: reporter, is: hall}", PersonIs, {"field": "reporter", "people": ("clerk", "head")}),
        ("{case: main, is: [open, other]}", CaseIs, {"field": "main", "kinds": ("open", "other")}),
    ],
)  # fmt: skip
def test_each_form_becomes_its_value(text, kind, facts):
    found = condition(text)

    assert type(found) is kind
    assert {name: getattr(found, name) for name in facts} == facts


def test_conditions_nest():
    found = condition("{any: [{all: [{level: town}, {not: {field: solved, is: true}}]}, {level: village}]}")

    assert isinstance(found, AnyOf)
    both, village = found.conditions
    assert isinstance(both, AllOf)
    assert isinstance(both.conditions[1], Not)
    assert isinstance(both.conditions[1].condition, FieldIs)
    assert isinstance(village, LevelIs)


@pytest.mark.parametrize("word", ["any", "all"])
def test_any_and_all_take_one_condition_too(word):
    assert len(condition(f"{{{word}: {{level: town}}}}").conditions) == 1


def test_when_takes_one_condition_or_a_list():
    one = loaded(full(WHEN, "when: {level: town}")).row("merge", "reported")
    two = loaded(full(WHEN, "when: [{level: town}, {actor: head}]")).row("merge", "reported")

    assert [type(found) for found in one.when] == [LevelIs]
    assert [type(found) for found in two.when] == [LevelIs, ActorIs]


def test_a_refusal_is_kept_with_its_condition():
    found = condition("{level: town, refuse: {zh: 只限镇级, en: Town only}}")

    assert found.refuse == Title(zh="只限镇级", en="Town only")
    assert condition("{level: town}").refuse is None


def test_a_condition_knows_where_it_stands():
    workflow = loaded(small("by: head", "by: head, when: {level: village}"))

    assert workflow.rows[1].when[0].mark == Mark(line=18, column=93)


def test_states_may_be_asked_in_visibility_only():
    first = loaded(FULL).visibility[0].when[0]

    assert isinstance(first, StateIs)
    assert first.states == ("village_queued", "town_queued", "merged")


def test_the_field_of_a_condition_that_could_not_be_read_is_not_told_twice():
    text = full("title: {zh: 人数, en: People}, type: integer,", "title: {zh: 人数, en: People}, type: intger,")

    assert codes_of(text) == ["S11"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{field: due, at_most: 30}", "S12"),
        ("{field: due, at_least: 80%, of: handle}", "S18"),
        ("{field: due, of: handle}", "S11"),
        ("{field: units, change: up}", "S18"),
        ("{field: main, is: open}", "S18"),
        ("{field: people_in, at_least: 1.5}", "S11"),
        ("{field: people_in, at_least: many}", "S11"),
        ("{counter: acts, is: 3}", "S18"),
        ("{counter: acts, at_least: -1}", "S11"),
        ("{clock: handle, past: 80}", "S12"),
        ("{since: opened, past: 80%}", "S18"),
        ("{person: reporter, is: nobody}", "S01"),
        ("{case: main, given: true}", "S18"),
        ("{field: photos, given: later}", "S11"),
        ("{any: []}", "S11"),
        ("{not: town}", "S11"),
        ("{}", "S11"),
        ("[]", "S11"),
        ("{level: []}", "S11"),
        ("{level: town, refuse: no}", "S13"),
    ],
)
def test_what_does_not_fit_is_refused(text, code):
    assert codes_of(full(WHEN, f"when: {text}")) == [code]


def test_every_misfit_of_one_condition_is_told():
    text = full(WHEN, "when: {level: town, is: x, change: up}")

    assert [found.zh for found in reading_of(text).findings] == [
        "'is' 不能用于 'level'",
        "'change' 不能用于 'level'",
    ]
