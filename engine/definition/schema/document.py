"""The JSON Schema of a rules file, for editors: made from the keys, words and patterns that the loader itself reads by.

A schema sees one value at a time: it completes keys and words and marks what is misspelt, misplaced or missing. Whether
names exist and the rules hang together is for `minqing check`."""

from __future__ import annotations

import json

from engine.definition import header, loader
from engine.definition.schema import words
from engine.definition.schema.conditions import conditions
from engine.definition.schema.parts import (
    CODE,
    FLAG,
    HOUR,
    POSITIVE,
    TEXT,
    TITLE,
    VALUE,
    Schema,
    closed,
    either,
    mapped,
    one_or_many,
    ref,
    texts,
)
from engine.definition.schema.sections import sections

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Schema:
    """The whole schema. Raises KeyError for a key of the language that it has no shape or sentence for."""
    keys = (*header.KEYS, *loader.SECTIONS)
    head = closed("head", keys, {**_head(), **_sections()}, (*header.REQUIRED, *loader.REQUIRED))
    clocked = {"required": ["clocks"], "properties": {"clocks": {"minProperties": 1}}}
    return {
        "$schema": _DIALECT,
        "title": "民情流程规则 / minqing workflow",
        "description": "流程规则文件，写法见 workflows/README.md / A rules file; see workflows/README.md",
        **head,
        "if": clocked,
        "then": {"required": ["business_hours"]},
        "$defs": {**texts(), **sections(), **conditions(), "sets": _sets()},
    }


def written() -> str:
    """The schema as the file `workflows/schema.json` holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _head() -> dict[str, Schema]:
    hours = closed("hours", header.HOURS_KEYS, dict.fromkeys(header.HOURS_KEYS, HOUR), header.HOURS_KEYS)
    replaced = {"version": POSITIVE, "states": mapped(CODE)}
    return {
        "workflow": ref("key"),
        "version": POSITIVE,
        "draft": FLAG,
        "title": TITLE,
        "timezone": {**TEXT, "examples": ["Asia/Shanghai"]},
        "calendar": ref("key"),
        "business_hours": hours,
        "currency": ref("currency"),
        "replaces": closed("replaces", header.REPLACES_KEYS, replaced, ("version",)),
    }


def _sections() -> dict[str, Schema]:
    free = ref("freeCode")
    return {
        "levels": mapped(TITLE, least=1),
        "roles": mapped(ref("role"), named=free),
        "fields": mapped(ref("field")),
        "states": mapped(ref("state"), named=free),
        "transitions": {"type": "array", "items": ref("row"), "minItems": 1},
        "groups": ref("groups"),
        "counters": mapped(ref("counter")),
        "clocks": mapped(ref("clock")),
        "meetings": mapped(ref("meeting")),
        "visibility": one_or_many(ref("visibilityRule")),
    }


def _sets() -> Schema:
    return mapped(either(words.one_of(words.ACTING), VALUE))
