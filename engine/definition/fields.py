"""The section `fields`: what data a row may carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.definition.findings import Code
from engine.definition.model import DateRange, Field, FieldType, Pii, Slot, Title
from engine.definition.nodes import Kind
from engine.definition.properties import Properties, entries, properties, title
from engine.definition.reading import Place, integer, natural, one_of
from engine.definition.values import TYPE_NAMES, literal

KEYS = (
    "title",
    "type",
    "choices",
    "of",
    "min_length",
    "max_length",
    "at_least",
    "at_most",
    "range",
    "pii",
    "default",
    "fills",
)
REQUIRED = ("title", "type")
_LONGEST_TEXT, _LONGEST_LIST = 8000, 200

#: Which types (of the field) a key is for; `choices` and `pii` go by the type of an entry.
FOR: Mapping[str, tuple[FieldType, ...]] = {
    "of": (FieldType.LIST,),
    "min_length": (FieldType.TEXT, FieldType.LIST),
    "max_length": (FieldType.TEXT, FieldType.LIST),
    "at_least": (FieldType.INTEGER, FieldType.MONEY),
    "at_most": (FieldType.INTEGER, FieldType.MONEY),
    "range": (FieldType.DATE,),
    "default": (FieldType.CHOICE, FieldType.FLAG, FieldType.INTEGER),
}
FOR_ENTRIES: Mapping[str, tuple[FieldType, ...]] = {
    "choices": (FieldType.CHOICE,),
    "pii": (FieldType.TEXT, FieldType.PERSON, FieldType.HOUSEHOLD),
}

#: What each slot takes: the types, and whether a list of them.
SLOTS: Mapping[Slot, tuple[tuple[FieldType, ...], bool]] = {
    Slot.RESPONSIBLE: ((FieldType.PERSON, FieldType.UNIT), True),
    Slot.PARTY: ((FieldType.PERSON,), True),
    Slot.RECUSED: ((FieldType.PERSON,), True),
    Slot.UNITS: ((FieldType.UNIT,), True),
    Slot.DUE: ((FieldType.DATE,), False),
    Slot.PRIMARY: ((FieldType.CASE,), False),
}


def read_fields(place: Place) -> dict[str, Field | None]:
    """The fields by code; None for one whose type could not be read."""
    return {code: _field(code, entry) for code, entry in entries(place)}


def _field(code: str, place: Place) -> Field | None:
    keys = properties(place, KEYS, required=REQUIRED)
    name = keys.title()
    kind = keys.read("type", lambda entry: one_of(entry, FieldType), None)
    if kind is None:
        return None
    of = keys.read("of", _entry_type, None) if kind is FieldType.LIST else None
    _refuse_misfits(keys, kind, of)
    choices = keys.read("choices", _choices, {})
    if (kind is FieldType.LIST and of is None) or ((of or kind) is FieldType.CHOICE and not choices):
        return None
    bare = Field(
        code=code,
        title=name,
        type=kind,
        of=of,
        choices=choices,
        min_length=keys.read("min_length", natural, 1),
        max_length=keys.read("max_length", natural, _LONGEST_LIST if of else _LONGEST_TEXT),
        at_least=keys.read("at_least", integer, None),
        at_most=keys.read("at_most", integer, None),
        range=keys.read("range", lambda entry: one_of(entry, DateRange), None) or DateRange.ANY,
        pii=keys.read("pii", lambda entry: one_of(entry, Pii), None),
        fills=keys.read("fills", lambda entry: one_of(entry, Slot), None),
        mark=place.start,
    )
    _refuse_contradictions(keys, bare)
    return _with_default(keys, bare)


def _entry_type(place: Place) -> FieldType | None:
    kind = one_of(place, FieldType)
    if kind is FieldType.LIST:
        place.fail(Code.S11, "列表中不能再放列表", "a list cannot hold lists")
        return None
    return kind


def _choices(place: Place) -> dict[str, Title]:
    return {code: title(entry) for code, entry in entries(place, least=1)}


def _refuse_misfits(keys: Properties, kind: FieldType, of: FieldType | None) -> None:
    """Keys that this type has no use for, and keys it cannot do without."""
    for key, kinds in FOR.items():
        if kind not in kinds:
            keys.misplaced(key, *_only_for(kinds))
    for key, kinds in FOR_ENTRIES.items():
        if (of or kind) not in kinds:
            keys.misplaced(key, *_only_for(kinds))
    if kind is FieldType.LIST:
        keys.lacking(("of",), "列表须写明各项的类型", "a list says the type of its entries")
    if (of or kind) is FieldType.CHOICE:
        keys.lacking(("choices",), "须写明可选的值", "a choice says what may be chosen")


def _only_for(kinds: tuple[FieldType, ...]) -> tuple[str, str]:
    zh = "、".join(f"{TYPE_NAMES[kind]}（{kind}）" for kind in kinds)
    return f"只用于{zh}字段", f"is only for fields of type {', '.join(kinds)}"


def _refuse_contradictions(keys: Properties, field: Field) -> None:
    _refuse_crossed(keys, "min_length", "max_length", field.min_length, field.max_length)
    _refuse_crossed(keys, "at_least", "at_most", field.at_least, field.at_most)
    if field.fills:
        _refuse_misfilled(keys["fills"], field, field.fills)


def _refuse_crossed(keys: Properties, low: str, high: str, least: int | None, most: int | None) -> None:
    """A lower bound above the upper one, unless one of them could not be read."""
    written = [keys[key] for key in (low, high) if key in keys]
    if least is None or most is None or least <= most or not all(place.scalar(Kind.INTEGER) for place in written):
        return
    written[0].fail(Code.S11, f"{low}（{least}）大于 {high}（{most}）", f"{low} ({least}) is above {high} ({most})")


def _refuse_misfilled(place: Place, field: Field, slot: Slot) -> None:
    """S23: a slot takes certain types only."""
    kinds, lists = SLOTS[slot]
    if field.entry_type in kinds and (lists or field.type is not FieldType.LIST):
        return
    zh = "、".join(TYPE_NAMES[kind] for kind in kinds) + ("，或它们的列表" if lists else "")
    en = " or ".join(kinds) + (", or a list of these" if lists else "")
    zh = f"'{slot}' 只能由{zh}填入，这个字段是{TYPE_NAMES[field.type]}"
    kind = kinds[0] if field.type is not FieldType.LIST or not lists else f"list, of: {kinds[0]}"
    hint = Title(zh=f"写 type: {kind}，或去掉 fills", en=f"write type: {kind}, or drop `fills`")
    place.fail(Code.S23, zh, f"'{slot}' is filled by a {en}; this is of type {field.type}", hint=hint)


def _with_default(keys: Properties, field: Field) -> Field:
    if "default" not in keys or field.type not in FOR["default"]:
        return field
    value = literal(keys["default"], field, Code.S20)
    return replace(field, default=value)
