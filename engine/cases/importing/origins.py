"""The part of a map that says where the fields of the opening come from, held against the fields of the rules."""

from __future__ import annotations

from collections.abc import Mapping

from engine.cases.importing.mapparts import column, read_forms, read_person, translations
from engine.cases.importing.mapping import Column, Constant, FromColumn, Origin
from engine.definition.findings import Code
from engine.definition.model import Field, FieldType, Row, Workflow
from engine.definition.nodes import MapNode, Scalar
from engine.definition.properties import Properties, entries, properties
from engine.definition.reading import Place, integer, unknown
from engine.definition.values import TYPE_NAMES, literal
from engine.definition.words import FIELD

_KEYS = ("column", "constant", "values", "default", "first", "formats", "name", "phone")
#: Keys that only some types of fields know.
_ONLY = {
    "first": (FieldType.TEXT,),
    "formats": (FieldType.DATE,),
    "name": (FieldType.PERSON,),
    "phone": (FieldType.PERSON,),
}
_NOT_FROM_A_CELL = (FieldType.LIST, FieldType.CASE, FieldType.FILE)


def read_fields(place: Place, workflow: Workflow, row: Row) -> Mapping[str, Origin]:
    """By the code of the field, in the order of the map; a field that the opening needs and lacks is reported."""
    allowed, found = (*row.needs, *row.takes), {}
    for code, entry in entries(place):
        if code not in allowed:
            unknown(entry.named(code), FIELD.zh, FIELD.en, code, allowed)
        elif origin := _origin(entry, workflow.fields[code]):
            found[code] = origin
    given = {each.key for each in place.node.entries} if isinstance(place.node, MapNode) else set(row.needs)
    for code in row.needs:
        if code not in given:
            title = workflow.fields[code].title
            zh = f"缺少必填的「{title.zh}」（{code}）"
            place.missing(code).fail(Code.S11, zh, f"the required {title.en} ({code}) is missing")
    return found


def _origin(place: Place, field: Field) -> Origin | None:
    if field.type in _NOT_FROM_A_CELL:
        zh, en = f"{TYPE_NAMES[field.type]}字段不能导入", f"a {field.type} field cannot be imported"
        place.fail(Code.S11, zh, en)
        return None
    if isinstance(place.node, Scalar):
        return FromColumn(column=column(place))
    keys = properties(place, _KEYS)
    _refuse_misplaced(keys, field)
    if "constant" in keys:
        return Constant(literal(keys["constant"], field, Code.S20))
    if "name" in keys:
        return read_person(place)
    keys.lacking(("column", "constant"), "从哪一列来，或固定的值", "the column it comes from, or a constant")
    return _from_column(keys, field)


def _from_column(keys: Properties, field: Field) -> FromColumn:
    return FromColumn(
        column=keys.read("column", column, Column("", keys.place)),
        values=keys.read("values", lambda place: translations(place, lambda one: literal(one, field, Code.S20)), {}),
        default=keys.read("default", lambda place: literal(place, field, Code.S20), None),
        first=keys.read("first", lambda place: integer(place, least=field.min_length, most=field.max_length), None),
        forms=keys.read("formats", read_forms, ()),
    )


def _refuse_misplaced(keys: Properties, field: Field) -> None:
    for key, types in _ONLY.items():
        if field.type not in types:
            zh, en = f"只用于{TYPE_NAMES[types[0]]}字段", f"is for {types[0]} fields only"
            keys.misplaced(key, zh, en)
    alone = next((key for key in ("constant", "name") if key in keys), None)
    beside = {"constant": (), "name": ("phone",)}.get(alone or "", _KEYS)
    for key in _KEYS:
        if alone and key != alone and key not in beside:
            keys.misplaced(key, f"不能与 {alone} 同用", f"cannot go with `{alone}`")
