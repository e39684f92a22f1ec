"""Conditions on a field: which test suits which type (S18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.definition.durations import duration, looks_like_duration, share
from engine.definition.findings import Code
from engine.definition.model import (
    AllOf,
    Condition,
    Duration,
    Field,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    FieldType,
    TimeUnit,
)
from engine.definition.names import Names
from engine.definition.nodes import Kind
from engine.definition.properties import Properties, each
from engine.definition.reading import Place, integer, word
from engine.definition.several import named
from engine.definition.values import TYPE_NAMES, literal
from engine.definition.words import shown

_NUMBERS = (FieldType.INTEGER, FieldType.MONEY)
_BOUNDED = (*_NUMBERS, FieldType.DATE)
_COMPARED = (FieldType.CHOICE, FieldType.FLAG, *_BOUNDED)
_TEST_OF = {"is": "is", "given": "given", "change": "change", "at_least": "bound", "at_most": "bound"}
_NOTHING = AllOf(conditions=())

#: What to write instead of `is` for a field it does not fit.
_INSTEAD = {FieldType.PERSON: "{person: …, is: …}", FieldType.CASE: "{case: …, is: …}"}


def field_condition(keys: Properties, names: Names) -> Condition:
    code = keys.read("field", names.field, "")
    test = _one_test(keys)
    field = names.fields.get(code)
    if test not in (None, "bound"):
        keys.misplaced("of", "只与 at_most 同用", "stands beside at_most only")
    if field is None or test is None:
        return _NOTHING
    if test == "bound" and "of" in keys:
        return _share(keys, field, names)
    return _TESTS[test](keys, field)


def _one_test(keys: Properties) -> str | None:
    """The one test that was written; `at_least` and `at_most` count as one."""
    found = {test for key, test in _TEST_OF.items() if key in keys}
    if len(found) == 1:
        return found.pop()
    zh, en = "、".join(_TEST_OF), ", ".join(_TEST_OF)
    if found:
        keys.place.fail(Code.S11, f"一个条件只能有一项检验（{zh}）", f"a condition has one test ({en})")
    else:
        keys.place.fail(Code.S11, f"条件缺少检验：{zh}", f"the condition lacks a test: {en}")
    return None


def _is(keys: Properties, field: Field) -> Condition:
    if not _fits(keys["is"], field, "is", _COMPARED):
        return _NOTHING
    items = named if field.type is FieldType.CHOICE else each
    return FieldIs(field=field.code, values=tuple(literal(item, field, Code.S18) for item in items(keys["is"])))


def _given(keys: Properties, field: Field) -> Condition:
    place = keys["given"]
    scalar = place.scalar(Kind.FLAG)
    if not is_now(place) and (scalar is None or scalar.value is not True):
        instead = "{not: {field: …, given: true}}"
        place.wrong(" true 或 now", "true or now", hint=(f"要否定请写 {instead}", f"else write {instead}"))
    return FieldGiven(field=field.code, now=is_now(place))


def is_now(place: Place) -> bool:
    """`given: now`: in this very act."""
    scalar = place.scalar(Kind.TEXT)
    return scalar is not None and scalar.value == "now"


def _change(keys: Properties, field: Field) -> Condition:
    place = keys["change"]
    if not _fits(place, field, "change", (FieldType.CHOICE,)):
        return _NOTHING
    way = word(place)
    if way and way not in ("up", "down"):
        place.wrong(" up 或 down", "up or down")
    return FieldChange(field=field.code, up=way == "up")


def _bound(keys: Properties, field: Field) -> Condition:
    first = keys["at_least"] if "at_least" in keys else keys["at_most"]
    if not _fits(first, field, first.path.rpartition(".")[2], _BOUNDED):
        return _NOTHING
    reader = _number_bound if field.type in _NUMBERS else _day_bound
    return FieldBound(
        field=field.code,
        at_least=keys.read("at_least", reader, None),
        at_most=keys.read("at_most", reader, None),
    )


def _number_bound(place: Place) -> int | Duration:
    if looks_like_duration(place):
        zh, en = "数字字段的界限是整数，不是时长", "the bound of a number is a whole number, not a duration"
        place.fail(Code.S18, zh, en)
        return 0
    return integer(place)


def _day_bound(place: Place) -> int | Duration:
    bound = duration(place)
    if looks_like_duration(place) and bound.unit not in (TimeUnit.NATURAL_DAYS, TimeUnit.WORKING_DAYS):
        zh, en = (
            "日期的界限按天计：natural days 或 working days",
            "the bound of a date counts days: natural days or working days",
        )
        place.fail(Code.S18, zh, en)
    return bound


def _share(keys: Properties, field: Field, names: Names) -> Condition:
    clock = keys.read("of", names.clock, "")
    if field.type is not FieldType.DATE or "at_least" in keys or "at_most" not in keys:
        zh = "时限的百分数只能写作 {field: 日期字段, at_most: 200%, of: 时限}"
        en = "a share of a clock is written {field: a date, at_most: 200%, of: a clock}"
        keys.place.fail(Code.S18, zh, en, at=keys["of"].start)
        return _NOTHING
    return FieldShare(field=field.code, at_most=share(keys["at_most"]), clock=clock)


_TESTS: Mapping[str, Callable[[Properties, Field], Condition]] = {
    "is": _is,
    "given": _given,
    "change": _change,
    "bound": _bound,
}


def _fits(place: Place, field: Field, test: str, kinds: tuple[FieldType, ...]) -> bool:
    """Whether this test suits the type of the field; S18 if not."""
    if field.type in kinds:
        return True
    instead = f"，请写 {_INSTEAD[field.type]}" if test == "is" and field.type in _INSTEAD else ""
    zh = f"{TYPE_NAMES[field.type]}字段 {shown(field.code)} 不能用 '{test}'{instead}"
    instead = f": write {_INSTEAD[field.type]}" if instead else ""
    place.fail(
        Code.S18, zh, f"'{test}' does not fit the {field.type} field {shown(field.code)}{instead}", at=place.start
    )
    return False
