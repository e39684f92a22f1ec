"""Values written in a file: whether a field can hold them, and the form they travel in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from engine.definition.days import as_day
from engine.definition.findings import Code
from engine.definition.model import ACTOR, SYSTEM, Field, FieldType, Setting, Value
from engine.definition.names import Names
from engine.definition.nodes import Kind, ListNode, Scalar
from engine.definition.properties import entries
from engine.definition.reading import Place, unknown, word
from engine.definition.words import CHOICE, FIELD

TYPE_NAMES: Mapping[FieldType, str] = {
    FieldType.TEXT: "文字",
    FieldType.CHOICE: "选项",
    FieldType.FLAG: "是非",
    FieldType.INTEGER: "整数",
    FieldType.MONEY: "金额",
    FieldType.DATE: "日期",
    FieldType.PERSON: "人员",
    FieldType.UNIT: "单位",
    FieldType.HOUSEHOLD: "户",
    FieldType.CASE: "事项",
    FieldType.FILE: "文件",
    FieldType.LIST: "列表",
}

_MONEY = re.compile(r"-?\d{1,15}\.\d\d\Z", re.ASCII)

_EXPECTED: Mapping[FieldType, tuple[str, str]] = {
    FieldType.TEXT: ("文字", "a text"),
    FieldType.CHOICE: ("这个字段的选项之一", "one of the choices of this field"),
    FieldType.FLAG: ("是非值 true 或 false", "true or false"),
    FieldType.INTEGER: ("整数", "a whole number"),
    FieldType.MONEY: (
        '带两位小数、加引号的金额，如 "1250.00"',
        'an amount with two decimal places in quotes, as "1250.00"',
    ),
    FieldType.DATE: ("日期，如 2026-03-06", "a date, as 2026-03-06"),
}


def literal(place: Place, field: Field, misfit: Code) -> Value:
    """The value for this field; `misfit` is the finding if the field cannot hold it, an unknown choice is S01."""
    if field.type is FieldType.LIST:
        return _list(place, field, misfit)
    if field.type not in _EXPECTED:
        zh, en = "的值不能写在文件里", "cannot be named in a file"
        place.fail(misfit, f"{TYPE_NAMES[field.type]}字段{zh}", f"the value of a {field.type} field {en}")
        return None
    value = _scalar(place, field)
    if value is None:
        no_number = place.scalar(Kind.DECIMAL) or place.scalar(Kind.HUGE)
        place.wrong(*_EXPECTED[field.type], Code.S11 if no_number else misfit)
    elif misfit is Code.S20:
        _refuse_out_of_bounds(place, field, value)
    return value


def _list(place: Place, field: Field, misfit: Code) -> list[Value]:
    if not isinstance(place.node, ListNode):
        place.wrong("列表", "a list", misfit)
        return []
    size = len(place.node.items)
    if not field.min_length <= size <= field.max_length:
        zh = f"列表须有 {field.min_length} 到 {field.max_length} 项，却有 {size} 项"
        place.fail(misfit, zh, f"the list needs {field.min_length} to {field.max_length} entries, found {size}")
    entry = replace(field, type=field.entry_type, of=None, min_length=1, max_length=8000)
    return [literal(_item(place, number), entry, misfit) for number in range(size)]


def _item(place: Place, number: int) -> Place:
    assert isinstance(place.node, ListNode)
    node = place.node.items[number]
    return Place(node, f"{place.path}[{number}]", node.mark, place.report)


def _scalar(place: Place, field: Field) -> Value:
    """The value in its form, None if the field cannot hold it; an unknown choice is reported here and let through."""
    node = place.node
    if not isinstance(node, Scalar):
        return None
    if field.type is FieldType.FLAG:
        return node.value if node.kind is Kind.FLAG else None
    if field.type is FieldType.INTEGER:
        return node.value if node.kind is Kind.INTEGER else None
    if node.kind is not Kind.TEXT:
        return None
    if field.type is FieldType.CHOICE and node.text not in field.choices:
        unknown(place, CHOICE.zh, CHOICE.en, node.text, field.choices)
    return node.text if _is_formed(node.text, field.type) else None


def _is_formed(text: str, kind: FieldType) -> bool:
    if kind is FieldType.MONEY:
        return bool(_MONEY.match(text))
    if kind is FieldType.DATE:
        return as_day(text) is not None
    return True


def _refuse_out_of_bounds(place: Place, field: Field, value: Value) -> None:
    """S20: length of a text, bounds of an integer or an amount."""
    if field.type is FieldType.TEXT:
        _refuse_outside(place, "长度", "the length", len(value.strip()), (field.min_length, field.max_length))
    elif field.type in (FieldType.INTEGER, FieldType.MONEY):
        _refuse_outside(place, "值", "the value", Decimal(value), (field.at_least, field.at_most))


def _refuse_outside(place: Place, zh: str, en: str, size: int | Decimal, bounds: tuple[int | None, int | None]) -> None:
    low, high = bounds
    if low is not None and size < low:
        place.fail(Code.S20, f"{zh} {size} 小于 {low}", f"{en} {size} is under {low}")
    if high is not None and size > high:
        place.fail(Code.S20, f"{zh} {size} 大于 {high}", f"{en} {size} is over {high}")


# --- maps of values: `sets` and `with` -----------------------------------------------------------------------------


def read_sets(place: Place, names: Names) -> tuple[Setting, ...]:
    """The values a row fixes: literals; for a person `actor` or a role."""
    return tuple(_setting(code, field, entry, names) for code, field, entry in _assigned(place, names))


def read_with(place: Place, names: Names) -> dict[str, Value]:
    """The values a step hands to the trigger it fires: literals only."""
    return {code: literal(entry, field, Code.S20) for code, field, entry in _assigned(place, names)}


def _assigned(place: Place, names: Names) -> list[tuple[str, Field, Place]]:
    """Code, field and value of each entry whose field is known."""
    result = []
    for code, entry in entries(place):
        if code not in names.fields:
            unknown(entry.named(code), FIELD.zh, FIELD.en, code, names.fields)
        elif field := names.fields[code]:
            result.append((code, field, entry))
    return result


def _setting(code: str, field: Field, place: Place, names: Names) -> Setting:
    if field.type is not FieldType.PERSON:
        return Setting(field=code, value=literal(place, field, Code.S20), mark=place.start)
    name = word(place)
    if name == ACTOR:
        return Setting(field=code, actor=True, mark=place.start)
    if name == SYSTEM:
        place.fail(
            Code.S20, "system 不是人，不能填入人员字段", "system is no person and cannot stand in a person field"
        )
    elif name and name not in names.roles:
        unknown(place, "角色（或 actor）", "role (or actor)", name, (*names.roles, ACTOR))
    return Setting(field=code, role=name, mark=place.start)
