"""The sections of a file, each by the keys that its reader in the loader knows."""

from __future__ import annotations

from engine.definition import clocks, counters, declared, fields, meetings, rows, states, steps
from engine.definition.model import FieldType
from engine.definition.schema import words
from engine.definition.schema.parts import (
    CODE,
    DURATION,
    FLAG,
    HOUR,
    NATURAL,
    SHARE,
    TEXT,
    TITLE,
    VALUE,
    WHOLE,
    Schema,
    closed,
    either,
    excludes,
    mapped,
    needs,
    one_or_many,
    ref,
)

_PEOPLE, _CODES = ref("people"), one_or_many(CODE)
_CONDITIONS = one_or_many(ref("condition"))
_VALUES = mapped(VALUE)


def sections() -> dict[str, Schema]:
    """The shape of one entry of each section, and of what stands in it, by the name of its definition."""
    return {
        "people": one_or_many(either(words.one_of(words.PEOPLE), CODE)),
        "states": one_or_many(either(words.one_of(words.STATES), CODE)),
        "role": {"title": "角色 / a role", **_role()},
        "groups": {"title": "群组 / groups", **_groups()},
        "field": {"title": "字段 / a field", **_field()},
        "state": {"title": "状态 / a state", **_state()},
        "row": {"title": "流转行 / a row", **_row()},
        "destination": either(words.one_of(words.DESTINATIONS), CODE),
        "target": {"title": "去向 / a destination", **_target()},
        "counter": {"title": "计数 / a counter", **_counter()},
        "clock": {"title": "时限 / a clock", **_clock()},
        "limits": either(words.one_of(words.UNLIMITED), DURATION, mapped(ref("limits"))),
        "step": {"title": "时限的一步 / a step of a clock", **_step()},
        "action": closed("action", steps.ACTION_KEYS, {"fire": CODE, "with": _VALUES}, ("fire",)),
        "meeting": {"title": "会议 / a meeting", **_meeting()},
        "turn": {"title": "会期 / a rhythm", **_turn()},
        "carryOver": _carry_over(),
        "visibilityRule": {"title": "可见范围 / a rule of visibility", **_visibility()},
    }


def _role() -> Schema:
    shapes = {"title": TITLE, "level": CODE, "by_unit": FLAG, "read_only": FLAG}
    return closed("role", states.ROLE_KEYS, shapes, states.ROLE_REQUIRED)


def _groups() -> Schema:
    shapes = {key: mapped(_CODES, named=ref("freeCode")) for key in ("states", "clocks")}
    people = mapped(_PEOPLE, named=ref("freeCode"))
    return closed("groups", declared.GROUP_KEYS, {"people": people, **shapes})


def _field() -> Schema:
    kind = words.one_of(words.TYPES)
    shapes = {
        "title": TITLE,
        "type": kind,
        "choices": mapped(TITLE, least=1),
        "of": {"allOf": [kind, {"not": {"const": FieldType.LIST.value}}]},
        "min_length": NATURAL,
        "max_length": NATURAL,
        "at_least": WHOLE,
        "at_most": WHOLE,
        "range": words.one_of(words.RANGES),
        "pii": words.one_of(words.PII),
        "default": {"type": ["string", "boolean", "integer"]},
        "fills": words.one_of(words.SLOTS),
    }
    return {**closed("field", fields.KEYS, shapes, fields.REQUIRED), "allOf": _misfits()}


def _misfits() -> list[Schema]:
    """Which keys go with which type."""
    found = [{"if": {"required": [key]}, "then": _typed(kinds)} for key, kinds in fields.FOR.items()]
    found += [
        {"if": {"required": [key]}, "then": either(_typed(kinds), _list_of(kinds))}
        for key, kinds in fields.FOR_ENTRIES.items()
    ]
    for slot, (kinds, lists) in fields.SLOTS.items():
        fit = either(_typed(kinds), _list_of(kinds)) if lists else _typed(kinds)
        found.append({"if": {"required": ["fills"], "properties": {"fills": {"const": slot.value}}}, "then": fit})
    choices = either(_typed((FieldType.CHOICE,)), _list_of((FieldType.CHOICE,)))
    found.append({"if": choices, "then": {"required": ["choices"]}})
    found.append({"if": _typed((FieldType.LIST,)), "then": {"required": ["of"]}})
    return found


def _typed(kinds: tuple[FieldType, ...]) -> Schema:
    return {"required": ["type"], "properties": {"type": {"enum": [kind.value for kind in kinds]}}}


def _list_of(kinds: tuple[FieldType, ...]) -> Schema:
    entry = {"type": {"const": FieldType.LIST.value}, "of": {"enum": [kind.value for kind in kinds]}}
    return {"required": ["type", "of"], "properties": entry}


def _state() -> Schema:
    shapes = {
        "title": TITLE,
        "level": CODE,
        "handling": FLAG,
        "gate": _CODES,
        "runs": _CODES,
        "final": FLAG,
        "follows": CODE,
    }
    ended, handling = _is_set("final"), _is_set("handling")
    barred = {"properties": {"handling": {"const": False}, "gate": False, "runs": False}}
    return {
        **closed("state", states.STATE_KEYS, shapes, states.STATE_REQUIRED),
        "allOf": [
            {"if": ended, "then": barred, "else": {"properties": {"follows": False}}},
            {"if": handling, "then": {"required": ["level"]}},
        ],
    }


def _is_set(flag: str) -> Schema:
    return {"required": [flag], "properties": {flag: {"const": True}}}


def _row() -> Schema:
    people = dict.fromkeys(("by", "never", "tells", "pages"), _PEOPLE)
    codes = dict.fromkeys(("needs", "takes", "via", "restarts", "extends", "reports_to"), _CODES)
    shapes = {
        **people,
        **codes,
        "trigger": ref("freeCode"),
        "ref": TEXT,
        "title": TITLE,
        "from": one_or_many(either(words.one_of(words.SOURCES), CODE)),
        "to": either(ref("destination"), {"type": "array", "items": ref("target"), "minItems": 1}),
        "when": _CONDITIONS,
        "at_once_if": _CONDITIONS,
        "sets": ref("sets"),
        "hands_over_by": CODE,
        "notice": TITLE,
        "handles": FLAG,
        "reopens": FLAG,
    }
    set_by_target = {"to": {"type": "array", "contains": {"required": ["sets"]}}}
    return {
        **closed("row", rows.KEYS, shapes, rows.REQUIRED),
        "dependentRequired": {"at_once_if": ["via"]},
        "if": {"required": ["to"], "properties": set_by_target},
        "then": {"properties": {"sets": False}},
    }


def _target() -> Schema:
    shapes = {"to": ref("destination"), "when": _CONDITIONS, "sets": ref("sets")}
    return closed("target", rows.TARGET_KEYS, shapes, ("to",))


def _counter() -> Schema:
    shapes = {
        "title": TITLE,
        "of": one_or_many(either(words.one_of(words.COUNTED), CODE)),
        "per": words.one_of(words.PERS),
        "where": one_or_many(ref("counterCondition")),
        "distinct": words.one_of(words.DISTINCT),
    }
    return closed("counter", counters.KEYS, shapes, counters.REQUIRED)


def _clock() -> Schema:
    shapes = {
        "title": TITLE,
        "per": words.one_of(words.PERS),
        "limits": ref("limits"),
        "by": one_or_many(either(words.one_of(words.DIMENSIONS), CODE)),
        "until": CODE,
        "when": one_or_many(ref("clockCondition")),
        "grace": SHARE,
        "total": FLAG,
        "steps": one_or_many(ref("step")),
    }
    one = [{"required": ["limits"]}, {"required": ["until"]}]
    return {
        **closed("clock", clocks.KEYS, shapes, clocks.REQUIRED),
        "oneOf": one,
        "dependentRequired": {"by": ["limits"]},
    }


def _step() -> Schema:
    shapes = {"at": SHARE, "remind": _PEOPLE, "fire": CODE, "with": _VALUES, "when": _CONDITIONS}
    one = [{"required": ["remind"]}, {"required": ["fire"]}]
    return {**closed("step", steps.KEYS, shapes, ("at",)), "oneOf": one, "dependentRequired": {"with": ["fire"]}}


def _meeting() -> Schema:
    shapes = {
        "title": TITLE,
        "level": CODE,
        "members": _CODES,
        "chair": _CODES,
        "quorum": SHARE,
        "every": ref("turn"),
        "on_holiday": words.one_of(words.HOLIDAYS),
        "cutoff": ref("offset"),
        "carry_over": ref("carryOver"),
    }
    rhythm = {"every": ["on_holiday"], "on_holiday": ["every"]}
    return {**closed("meeting", meetings.MEETING_KEYS, shapes, meetings.REQUIRED), "dependentRequired": rhythm}


def _turn() -> Schema:
    month = {"type": "integer", "minimum": 1, "maximum": 31}
    shapes = {"week": words.one_of(words.DAYS), "month": month, "at": HOUR}
    return {
        **closed("turn", meetings.TURN_KEYS, shapes, ("at",)),
        "oneOf": [{"required": ["week"]}, {"required": ["month"]}],
    }


def _carry_over() -> Schema:
    shapes = {"trigger": CODE, "at_most": NATURAL, "then": ref("action")}
    return {**closed("carry_over", meetings.CARRY_OVER_KEYS, shapes, ("trigger",)), **needs("then", "at_most")}


def _visibility() -> Schema:
    when = one_or_many(ref("visibilityCondition"))
    shapes = {"title": TITLE, "when": when, "only_to": _PEOPLE, "never_to": _PEOPLE}
    bare = closed("visibility", meetings.VISIBILITY_KEYS, shapes, ("title", "when"))
    either_of = [{"required": ["only_to"]}, {"required": ["never_to"]}]
    return {**bare, "anyOf": either_of, "allOf": [excludes("only_to", "never_to")]}
