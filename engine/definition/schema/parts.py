"""The pieces a schema is made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from engine.definition import durations, header, reading
from engine.definition.model import RELATIONS, RESERVED, TimeUnit
from engine.definition.schema.texts import KEY_TEXTS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S"}
FLAG: Schema = {"type": "boolean"}
NATURAL: Schema = {"type": "integer", "minimum": 0}
POSITIVE: Schema = {"type": "integer", "minimum": 1}
WHOLE: Schema = {"type": "integer"}
VALUE: Schema = {"type": ["string", "integer", "boolean", "array"]}
TITLE: Schema = {"$ref": "#/$defs/title"}
CODE: Schema = {"$ref": "#/$defs/code"}
DURATION: Schema = {"$ref": "#/$defs/duration"}
SHARE: Schema = {"$ref": "#/$defs/share"}
HOUR: Schema = {"$ref": "#/$defs/hour"}


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def either(*shapes: Schema) -> Schema:
    return {"anyOf": list(shapes)}


def one_or_many(shape: Schema) -> Schema:
    """One is written plain, several as a list."""
    return either(shape, {"type": "array", "items": shape, "minItems": 1})


def closed(place: str, keys: Collection[str], shapes: Mapping[str, Schema], required: Collection[str] = ()) -> Schema:
    """A map of the keys that the loader knows there. Raises KeyError for a key without its shape or sentence."""
    told = {key: {"description": _told(place, key), **shapes[key]} for key in keys}
    return {"type": "object", "properties": told, "required": list(required), "additionalProperties": False}


def _told(place: str, key: str) -> str:
    zh, en = KEY_TEXTS[f"{place}.{key}"]
    return f"{zh}\n\n{en}"


def mapped(shape: Schema, *, named: Schema = CODE, least: int = 0) -> Schema:
    """A map from the author's own codes."""
    bounds = {"minProperties": least} if least else {}
    return {"type": "object", "propertyNames": named, "additionalProperties": shape, **bounds}


def needs(key: str, *others: str) -> Schema:
    """Beside `key` one of the others must stand."""
    return {"if": {"required": [key]}, "then": either(*({"required": [other]} for other in others))}


def excludes(key: str, *others: str) -> Schema:
    """Beside `key` none of the others may stand."""
    return {"if": {"required": [key]}, "then": {"not": either(*({"required": [other]} for other in others))}}


def pattern(expression: re.Pattern[str]) -> str:
    """A pattern of the loader, as a schema writes it."""
    return "^(?:" + expression.pattern.replace(r"\Z", "") + ")$"


def _units() -> str:
    plural = "|".join(unit.value for unit in TimeUnit)
    singular = "|".join(unit.value.removesuffix("s") for unit in TimeUnit)
    return f"(?:[0-9]{{1,4}} (?:{plural})|0{{0,3}}1 (?:{singular}))"


def texts() -> dict[str, Schema]:
    """The forms of texts: codes, titles, durations, shares, hours."""
    return {
        "title": {
            "title": "名称 {zh, en} / a name in both languages",
            **closed("title", ("zh", "en"), {"zh": TEXT, "en": TEXT}, ("zh", "en")),
        },
        "code": {"title": "代码 / a code", "type": "string", "pattern": pattern(reading.CODE)},
        "freeCode": {"title": "代码，不用保留字 / a code, no word of the language", **_free()},
        "key": {"title": "代码，可含 - / a code, - allowed", "type": "string", "pattern": pattern(header.WORKFLOW)},
        "currency": {"title": "如 CNY / as CNY", "type": "string", "pattern": pattern(header.CURRENCY)},
        "duration": {
            "title": "时长，如 5 working days / a duration, as 5 working days",
            "type": "string",
            "pattern": f"^{_units()}$",
            "examples": [f"5 {unit.value}" for unit in TimeUnit],
        },
        "offset": {
            "title": "提前量，如 3 hours before / an offset, as 3 hours before",
            "type": "string",
            "pattern": f"^{_units()} before$",
            "examples": ["3 hours before"],
        },
        "share": {"title": "百分数，如 80% / a share, as 80%", "type": "string", "pattern": pattern(durations.SHARE)},
        "hour": {"title": '时刻，如 "08:30" / an hour', "type": "string", "pattern": pattern(durations.HOUR)},
    }


def _free() -> Schema:
    return {"allOf": [CODE, {"not": {"enum": [*RESERVED, *RELATIONS]}}]}
