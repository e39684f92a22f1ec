"""From a cell to the value of a field, in the form the rules read; whether it is allowed is for the rules alone."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.cases.importing.mapping import FromColumn
from engine.cases.importing.moments import moment, normal
from engine.cases.importing.outcome import CellFault
from engine.cases.importing.sheet import Cell, as_text
from engine.definition.model import Field, FieldType, Value

_FLAGS = {"是": True, "有": True, "true": True, "yes": True, "1": True, "√": True,
          "否": False, "无": False, "false": False, "no": False, "0": False, "×": False}  # fmt: skip
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,2})?", re.ASCII)


def field_value(field: Field, origin: FromColumn, cell: Cell, epoch: datetime, zone: ZoneInfo) -> Value:
    """None where nothing was given. Raises CellFault."""
    text = as_text(cell)
    written = normal(text)
    if written in origin.values:
        return origin.values[written]
    if not written:
        return origin.default
    match field.type:
        case FieldType.TEXT:
            return text if origin.first is None else one_line(text)[: origin.first].rstrip()
        case FieldType.CHOICE:
            return _choice(field, origin, written)
        case FieldType.FLAG:
            return _flag(origin, written)
        case FieldType.INTEGER:
            return _integer(written)
        case FieldType.MONEY:
            return _money(cell, written)
        case FieldType.DATE:
            found = moment(cell, origin.forms, epoch, zone)
            return found.date().isoformat() if found else None
    return text.strip()  # an id, or a code of the register


def _choice(field: Field, origin: FromColumn, written: str) -> Value:
    """The code of a choice, or its name in either language; else the default of the map."""
    for code, title in field.choices.items():
        if written.lower() in (code, normal(title.zh).lower(), normal(title.en).lower()):
            return code
    if origin.default is None:
        known = tuple(title.zh for title in field.choices.values())
        raise CellFault("unknown_value", value=written[:40], known=known)
    return origin.default


def _flag(origin: FromColumn, written: str) -> Value:
    found = _FLAGS.get(written.lower(), origin.default)
    if found is None:
        raise CellFault("not_a_flag", value=written[:40])
    return found


def _integer(written: str) -> int:
    text = written.replace(",", "")
    if not _WHOLE.fullmatch(text):
        raise CellFault("not_an_integer", value=written[:40])
    return int(text)


def _money(cell: Cell, written: str) -> str:
    """A number of the sheet is taken to the cent, as it would be shown; what somebody wrote must be an amount."""
    if isinstance(cell.value, float):
        return f"{Decimal(str(cell.value)):.2f}"
    text = written.removesuffix("元").removeprefix("¥").replace(",", "").strip()
    if not _AMOUNT.fullmatch(text):
        raise CellFault("not_money", value=written[:40])
    return f"{Decimal(text):.2f}"


def one_line(text: str) -> str:
    """As it was typed but for line breaks, tabs and more than one space."""
    return " ".join(text.split())


def phone_number(cell: Cell) -> str | None:
    """Digits without the spaces and hyphens of a mobile number; a land line keeps its hyphen."""
    text = re.sub(r"\s", "", normal(as_text(cell)))
    bare = text.replace("-", "").removeprefix("+86")
    return (bare if bare.startswith("1") else text) or None
