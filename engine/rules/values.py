"""Reading the values of an act: every problem named by field, nothing half-taken.

Text is kept as it was typed (tabs, line breaks, spaces); only its length is counted after trimming. Money becomes
"1250.00". Blank text, an empty list and null count as not given.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.definition.model import DateRange, Field, FieldType, Row, Value, Workflow
from engine.rules.identity import has_identity_number
from engine.rules.refusals import FieldProblem

NOTE_LENGTH = 2000
NAME_LENGTH = 40
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}-[0-9A-Z]{26}", re.ASCII)
_MOBILE = re.compile(r"\d{11}", re.ASCII)
_LAND_LINE = re.compile(r"0\d{2,3}-?\d{7,8}", re.ASCII)
_MONEY = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Bad(ValueError):
    """One value does not fit its field; `code` names how, `facts` what the text shows."""

    def __init__(self, code: str, **facts: Value) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Values that fit, and the problems of those that do not. Both in the order of the row."""

    values: Mapping[str, Value]
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What values are measured by: the local day, (type, value) of what exists for this case, and the uploads that may
    be attached to it, by id, each as it is kept."""

    today: date
    known: frozenset[tuple[str, str]]
    files: Mapping[str, Value] = dataclasses.field(default_factory=dict)


def read_values(workflow: Workflow, row: Row, data: Mapping[str, Value], frame: Frame) -> Reading:
    """Judge all of `data` at once: missing and unknown fields, then each value by its field."""
    allowed = (*row.needs, *row.takes)
    problems = [FieldProblem(field=name, code="unknown_field") for name in data if name not in allowed]
    values: dict[str, Value] = {}
    for name in allowed:
        try:
            value = _read(workflow.fields[name], data.get(name), frame)
        except Bad as bad:
            problems.append(FieldProblem(field=name, code=bad.code, facts=bad.facts))
            continue
        if value is not None:
            values[name] = value
        elif name in row.needs:
            problems.append(FieldProblem(field=name, code="missing"))
    return Reading(values=values, problems=tuple(problems))


def _read(field: Field, raw: Value, frame: Frame) -> Value:
    """The value as it is kept; None where nothing was given. Raises Bad."""
    if raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, list) and not raw):
        return None
    if field.type is FieldType.LIST:
        return _list(field, raw, frame)
    return _READERS[field.type](field, raw, frame)


def _list(field: Field, raw: Value, frame: Frame) -> list[Value]:
    if not isinstance(raw, list):
        raise Bad("not_a_list")
    _length(field, len(raw))
    return [_READERS[field.entry_type](field, entry, frame) for entry in raw]


def _length(field: Field, found: int) -> None:
    if found < field.min_length:
        raise Bad("too_short", min_length=field.min_length, found=found)
    if found > field.max_length:
        raise Bad("too_long", max_length=field.max_length, found=found)


def _text(field: Field, raw: Value, _: Frame) -> str:
    text = clean(raw)
    if field.type is FieldType.TEXT:
        _length(field, len(text.strip()))
    return text


def clean(raw: Value) -> str:
    """Text that every database and screen can hold: no control characters but tab and line breaks; and that no identity
    number stands in, for none is kept. Raises Bad."""
    if not isinstance(raw, str):
        raise Bad("not_text")
    if any(_unwritable(character) for character in raw):
        raise Bad("control_character")
    if has_identity_number(raw):
        raise Bad("id_number")
    return raw


def _unwritable(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r"


def _choice(field: Field, raw: Value, _: Frame) -> str:
    if not isinstance(raw, str) or raw not in field.choices:
        raise Bad("not_a_choice", choices=list(field.choices))
    return raw


def _flag(_field: Field, raw: Value, _: Frame) -> bool:
    if not isinstance(raw, bool):
        raise Bad("not_a_flag")
    return raw


def _integer(field: Field, raw: Value, _: Frame) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) >= 10**15:
        raise Bad("not_an_integer")
    _bounds(field, Decimal(raw))
    return raw


def _money(field: Field, raw: Value, _: Frame) -> str:
    if not isinstance(raw, str) or not _MONEY.fullmatch(raw):
        raise Bad("not_money")
    amount = Decimal(raw) + 0  # no "-0.00"
    _bounds(field, amount)
    return f"{amount:.2f}"


def _bounds(field: Field, found: Decimal) -> None:
    if field.at_least is not None and found < field.at_least:
        raise Bad("under", at_least=field.at_least)
    if field.at_most is not None and found > field.at_most:
        raise Bad("over", at_most=field.at_most)


def _date(field: Field, raw: Value, frame: Frame) -> str:
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        raise Bad("not_a_date")
    try:
        day = date.fromisoformat(raw)
    except ValueError as error:
        raise Bad("no_such_day", given=raw) from error
    if field.range is DateRange.PAST and day > frame.today:
        raise Bad("after_today", today=frame.today.isoformat())
    if field.range is DateRange.FUTURE and day < frame.today:
        raise Bad("before_today", today=frame.today.isoformat())
    return raw


def _person(field: Field, raw: Value, frame: Frame) -> Value:
    if isinstance(raw, dict) and field.fills != "responsible":
        return stranger(raw)
    return _reference(FieldType.PERSON, raw, frame)


def stranger(raw: Mapping[str, Value]) -> dict[str, str]:
    """Somebody who is not registered: a name, and a telephone if known. Raises Bad."""
    if set(raw) - {"name", "phone"} or "name" not in raw:
        raise Bad("not_a_person")
    name = clean(raw["name"]).strip()
    if not name or len(name) > NAME_LENGTH or not all(_in_name(character) for character in name):
        raise Bad("bad_name", max_length=NAME_LENGTH)
    phone = raw.get("phone")
    if phone is None:
        return {"name": name}
    if not isinstance(phone, str) or not (_MOBILE.fullmatch(phone) or _LAND_LINE.fullmatch(phone)):
        raise Bad("bad_phone")
    return {"name": name, "phone": phone}


def _in_name(character: str) -> bool:
    """Letters of any script, digits and the few marks names are written with; no emoji, no line breaks."""
    return unicodedata.category(character)[0] in "LMN" or character in " ·•.-'’()（）"


def _reference(kind: FieldType, raw: Value, frame: Frame) -> str:
    if not isinstance(raw, str) or not _well_formed(raw) or (kind.value, raw) not in frame.known:
        raise Bad(f"unknown_{kind.value}")
    return raw


def _unit(_field: Field, raw: Value, frame: Frame) -> str:
    return _reference(FieldType.UNIT, raw, frame)


def _household(_field: Field, raw: Value, frame: Frame) -> str:
    return _reference(FieldType.HOUSEHOLD, raw, frame)


def _case(_field: Field, raw: Value, frame: Frame) -> str:
    return _reference(FieldType.CASE, raw, frame)


def _file(_field: Field, raw: Value, frame: Frame) -> Value:
    """Named by its id; kept with kind, size and hash, which so stand in the chain."""
    if not isinstance(raw, str) or raw not in frame.files:
        raise Bad("unknown_file")
    return frame.files[raw]


_READERS: dict[FieldType, Callable[[Field, Value, Frame], Value]] = {
    FieldType.TEXT: _text,
    FieldType.CHOICE: _choice,
    FieldType.FLAG: _flag,
    FieldType.INTEGER: _integer,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.PERSON: _person,
    FieldType.UNIT: _unit,
    FieldType.HOUSEHOLD: _household,
    FieldType.CASE: _case,
    FieldType.FILE: _file,
}


def runs_now(kind: FieldType) -> bool:
    """This release reads such values."""
    return kind in _READERS


def read_behalf(raw: Value, frame: Frame) -> Value:
    """Whom the act is done for (代报): the id of a registered person, or {name, phone}. Raises Bad."""
    return stranger(raw) if isinstance(raw, dict) else _reference(FieldType.PERSON, raw, frame)


def read_note(raw: Value) -> str:
    """Raises Bad."""
    note = clean(raw)
    if len(note) > NOTE_LENGTH:
        raise Bad("too_long", max_length=NOTE_LENGTH, found=len(note))
    return note


def named(workflow: Workflow, row: Row, data: Mapping[str, Value], behalf: Value) -> frozenset[tuple[str, str]]:
    """(type, value) of every person, unit, household and case that the act names, for the shell to look up."""
    pairs = [(field, entry) for field in _referring(workflow, row) for entry in _entries(data.get(field.code))]
    found = [(field.entry_type.value, entry) for field, entry in pairs if _well_formed(entry)]
    return frozenset(found + ([("person", behalf)] if _well_formed(behalf) else []))


_REFERRING = (FieldType.PERSON, FieldType.UNIT, FieldType.HOUSEHOLD, FieldType.CASE)


def named_files(workflow: Workflow, row: Row, data: Mapping[str, Value]) -> frozenset[str]:
    """What may be the ids of uploads, for the shell to look up."""
    fields = (workflow.fields[name] for name in (*row.needs, *row.takes))
    found = (entry for f in fields if f.entry_type is FieldType.FILE for entry in _entries(data.get(f.code)))
    return frozenset(entry for entry in found if isinstance(entry, str) and _ID.fullmatch(entry))


def _referring(workflow: Workflow, row: Row) -> Iterable[Field]:
    fields = (workflow.fields[name] for name in (*row.needs, *row.takes))
    return (f for f in fields if f.entry_type in _REFERRING)


def _entries(raw: Value) -> list[Value]:
    return raw if isinstance(raw, list) else [raw]


def _well_formed(entry: Value) -> bool:
    return isinstance(entry, str) and bool(_CODE.fullmatch(entry) or _ID.fullmatch(entry))


def holds_text(field: Field, value: Value) -> bool:
    """Whether a value goes to the erasable payload: texts, files, and people who are not registered."""
    if field.entry_type in (FieldType.TEXT, FieldType.FILE):
        return True
    return any(isinstance(entry, dict) for entry in _entries(value))
