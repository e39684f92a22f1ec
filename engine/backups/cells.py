"""How a row is written: one JSON array a line, the same bytes whichever database it came from."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.columns import Utc

#: What a column holds, as the head of a backup says it.
KINDS: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "moment": Utc,
    "date": sa.Date,
    "flag": sa.Boolean,
    "number": sa.Integer,
    "bytes": sa.LargeBinary,
    "json": sa.JSON,
    "text": sa.String,
}


def kind_of(column: sa.Column[Any]) -> str:
    """Raises LookupError for a type that no table had when this was written."""
    return next(kind for kind, type_ in KINDS.items() if isinstance(column.type, type_))


def type_for(kind: str, *, nullable: bool) -> sa.types.TypeEngine[Any]:
    """Where a column may be empty, None is its emptiness; elsewhere it is JSON's null."""
    if kind != "json":
        return KINDS[kind]()
    return sa.JSON(none_as_null=nullable).with_variant(JSONB(none_as_null=nullable), "postgresql")


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.utcoffset() is None:
        raise ValueError("a moment without offset")
    return found


def _is(kind: type) -> Callable[[Any], Any]:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"not {kind.__name__}")
        return value

    return same


_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "moment": lambda value: value.astimezone(UTC).isoformat(),
    "date": lambda value: value.isoformat(),
    "bytes": lambda value: base64.b64encode(value).decode(),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "moment": _moment,
    "date": date.fromisoformat,
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "flag": _is(bool),
    "number": _is(int),
    "text": _is(str),
}


def line_of(kinds: Sequence[str], row: Sequence[Any]) -> bytes:
    """One row as a line."""
    told = [_told(kind, value) for kind, value in zip(kinds, row, strict=True)]
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _told(kind: str, value: Any) -> Any:
    return value if value is None or kind not in _WRITE else _WRITE[kind](value)


def row_of(kinds: Sequence[str], line: bytes) -> list[Any]:
    """The row of a line. Raises ValueError, TypeError where it is none."""
    told = json.loads(line)
    if not isinstance(told, list):
        raise TypeError("not a row")
    return [_meant(kind, value) for kind, value in zip(kinds, told, strict=True)]


def _meant(kind: str, value: Any) -> Any:
    return value if value is None or kind not in _READ else _READ[kind](value)
