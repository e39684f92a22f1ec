"""The section `clocks`: deadlines, and the tables of their limits (S15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.definition.conditions import CLOCK_WHEN, read_conditions
from engine.definition.durations import positive, share
from engine.definition.findings import Code
from engine.definition.model import NO_LIMIT, Clock, Duration, FieldType, Per, State
from engine.definition.names import Names, refer, unique
from engine.definition.nodes import MapNode, Scalar
from engine.definition.properties import Properties, entries, properties
from engine.definition.reading import Place, flag, one_of, unknown
from engine.definition.several import named
from engine.definition.steps import read_steps
from engine.definition.words import CHOICE, LEVEL, Noun

KEYS = ("title", "per", "limits", "by", "until", "when", "grace", "total", "steps")
REQUIRED = ("title", "per")
_LEVEL = "level"

Limits = dict[tuple[str, ...], Duration | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension:
    """What a table goes by; `needed` are the values that can occur where the clock runs."""

    code: str
    noun: Noun
    known: tuple[str, ...]
    needed: tuple[str, ...]


def read_clocks(place: Place, names: Names, states: Mapping[str, State]) -> dict[str, Clock]:
    found = entries(place)
    totals = [entry for _, entry in found if _is_total(entry)]
    for entry in totals[1:]:
        zh, en = "只能有一个总时限（total）", "only one clock may be the total"
        entry.fail(Code.S11, zh, en, at=entry.start)
    return {code: _clock(code, entry, names, states) for code, entry in found}


def _is_total(place: Place) -> bool:
    node = place.node.get("total") if isinstance(place.node, MapNode) else None
    return isinstance(node, Scalar) and node.value is True


def _clock(code: str, place: Place, names: Names, states: Mapping[str, State]) -> Clock:
    keys = properties(place, KEYS, required=REQUIRED)
    by = keys.read("by", lambda entry: _by(entry, names), ())
    _refuse_both_or_neither(keys)
    known = "" not in by
    dimensions = [_dimension(name, code, names, states) for name in by if known]
    return Clock(
        code=code,
        title=keys.title(),
        per=keys.read("per", lambda entry: one_of(entry, Per), None) or Per.CASE,
        by=by,
        limits=keys.read("limits", lambda entry: _limits(entry, dimensions) if known else {}, {}),
        until=keys.read("until", lambda entry: _date_field(entry, names), None),
        when=keys.read("when", lambda entry: read_conditions(entry, names, CLOCK_WHEN), ()),
        grace=keys.read("grace", lambda entry: share(entry, most=100), 30),
        total=keys.read("total", flag, False),
        steps=keys.read("steps", lambda entry: read_steps(entry, names), ()),
        mark=place.start,
    )


def _refuse_both_or_neither(keys: Properties) -> None:
    both = "limits" in keys and "until" in keys
    neither = "limits" not in keys and "until" not in keys
    if (both or neither) and isinstance(keys.place.node, MapNode):
        zh, en = "时限须有 limits 或 until 之一", "a clock has either `limits` or `until`"
        keys.place.fail(
            Code.S15,
            f"{zh}，{'不能两样都写' if both else '两样都没有写'}",
            f"{en}, {'not both' if both else 'this has neither'}",
            at=keys.place.start,
        )
    if "until" in keys:
        keys.misplaced("by", "只与 limits 同用", "stands beside `limits` only")


def _date_field(place: Place, names: Names) -> str:
    code = names.field(place)
    field = names.fields.get(code)
    if field is not None and field.type is not FieldType.DATE:
        place.fail(Code.S11, "until 须指一个日期字段", "until names a date field")
    return code


# --- tables --------------------------------------------------------------------------------------------------------


def _by(place: Place, names: Names) -> tuple[str, ...]:
    """`level` and choice fields, in the order of the table; "" for what is neither."""
    return unique(_by_one(item, names) for item in named(place))


def _by_one(place: Place, names: Names) -> str:
    code = refer(place, Noun(zh="字段（或 level）", en="field (or level)"), (_LEVEL, *names.fields))
    field = names.fields.get(code) if code != _LEVEL else None
    if field is not None and field.type is not FieldType.CHOICE:
        place.fail(Code.S11, "by 只能写 level 和选项字段", "by holds `level` and choice fields")
        return ""
    return code


def _dimension(name: str, clock: str, names: Names, states: Mapping[str, State]) -> Dimension:
    if name == _LEVEL:
        return Dimension(code=name, noun=LEVEL, known=names.levels, needed=_levels_run(clock, names, states.values()))
    field = names.fields[name]
    choices = tuple(field.choices) if field else ()
    return Dimension(code=name, noun=CHOICE, known=choices, needed=choices)


def _levels_run(clock: str, names: Names, states: Iterable[State]) -> tuple[str, ...]:
    """The levels a case can have where the clock runs; all if that cannot be told."""
    levels = [state.level for state in states if clock in state.runs]
    if not levels or None in levels:
        return names.levels
    return tuple(level for level in names.levels if level in levels)


def _limits(place: Place, dimensions: list[Dimension]) -> Limits:
    if not dimensions:
        return _single(place)
    first, *rest = dimensions
    if isinstance(place.node, Scalar):
        zh, en = f"这里须按 '{first.code}' 分别写明时限", f"a table by '{first.code}' is needed here"
        place.fail(Code.S15, zh, en)
        return {}
    found = entries(place)
    limits: Limits = {}
    for name, entry in found:
        if name not in first.known:
            unknown(entry.named(name), first.noun.zh, first.noun.en, name, first.known)
        limits.update({(name, *key): limit for key, limit in _limits(entry, rest).items()})
    _refuse_gaps(place, first, {name for name, _ in found})
    return limits


def _single(place: Place) -> Limits:
    if isinstance(place.node, MapNode):
        zh, en = "写成表时须用 by 写明按什么分", "a table needs `by`, which says what it goes by"
        place.fail(Code.S15, zh, en)
        return {}
    scalar = place.node
    if isinstance(scalar, Scalar) and scalar.text == NO_LIMIT:
        return {(): None}
    return {(): positive(place)}


def _refuse_gaps(place: Place, dimension: Dimension, written: set[str]) -> None:
    gaps = [name for name in dimension.needed if name not in written]
    if gaps and isinstance(place.node, MapNode):
        zh = f"表中缺少{dimension.noun.zh} {'、'.join(gaps)}（没有时限请写 none）"
        en = f"the table lacks the {dimension.noun.en} {', '.join(gaps)} (write none for no limit)"
        place.fail(Code.S15, zh, en, at=place.start)
