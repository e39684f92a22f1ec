"""Conditions: one shape for each place they may stand in, by the same subjects and tests that the loader knows."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.conditions import CLOCK_WHEN, COUNTER_WHERE, NESTING, VISIBILITY_WHEN, WHEN, Scope, tests_of
from engine.definition.schema import words
from engine.definition.schema.parts import (
    CODE,
    DURATION,
    NATURAL,
    SHARE,
    TITLE,
    VALUE,
    WHOLE,
    Schema,
    closed,
    either,
    one_or_many,
    ref,
)
from engine.definition.subjects import SUBJECTS

#: The name of each place, as the schema calls the conditions that may stand there.
SCOPES: dict[str, Scope] = {
    "condition": WHEN,
    "clockCondition": CLOCK_WHEN,
    "counterCondition": COUNTER_WHERE,
    "visibilityCondition": VISIBILITY_WHEN,
}

_BOUND = either(WHOLE, DURATION, SHARE)
_PEOPLE = ref("people")

#: What a subject names, and what a test of it takes.
_SHAPES: dict[str, dict[str, Schema]] = {
    "field": {
        "field": CODE,
        "is": one_or_many(VALUE),
        "given": {"enum": [True, "now"]},
        "at_least": either(WHOLE, DURATION),
        "at_most": _BOUND,
        "of": CODE,
        "change": words.one_of(words.WAYS),
    },
    "counter": {"counter": CODE, "at_least": NATURAL, "at_most": NATURAL},
    "clock": {"clock": CODE, "past": SHARE},
    "since": {"since": either(words.one_of(words.EVENTS), CODE), "at_least": DURATION, "at_most": DURATION},
    "level": {"level": one_or_many(CODE)},
    "actor": {"actor": _PEOPLE},
    "person": {"person": CODE, "is": _PEOPLE},
    "case": {"case": CODE, "is": one_or_many(words.one_of(words.CASES))},
    "state": {"state": ref("states")},
}


def conditions() -> dict[str, Schema]:
    """`condition` and its narrower kin, by the name of their definition."""
    return {name: {"title": "条件 / a condition", "anyOf": list(_kinds(name, scope))} for name, scope in SCOPES.items()}


def _kinds(name: str, scope: Scope) -> Iterator[Schema]:
    refusal = ("refuse",) if scope.refuses else ()
    for subject in SUBJECTS:
        if subject in scope.subjects:
            yield _asked(subject, scope, refusal)
    for subject in NESTING:
        inner = ref(name) if subject == "not" else one_or_many(ref(name))
        yield closed("when", (subject, *refusal), {subject: inner, "refuse": TITLE}, (subject,))


def _asked(subject: str, scope: Scope, refusal: tuple[str, ...]) -> Schema:
    tests = tests_of(subject, scope)
    shapes = {**_SHAPES[subject], "refuse": TITLE, **({} if scope.acting else {"given": {"const": True}})}
    shape = closed("when", (subject, *tests, *refusal), shapes, (subject,))
    if subject == "field":
        shape["oneOf"] = list(_one_test(tests))
    elif tests:
        shape["anyOf"] = [{"required": [test]} for test in tests]
    if "of" in tests:
        shape["dependentRequired"] = {"of": ["at_most"]}
    return shape


def _one_test(tests: tuple[str, ...]) -> Iterator[Schema]:
    """A field is asked one thing; the two bounds together are one."""
    bounds = ("at_least", "at_most")
    yield from ({"required": [test]} for test in tests if test not in (*bounds, "of"))
    yield {"anyOf": [{"required": [bound]} for bound in bounds]}
