"""Cursors: opaque to the caller, the last row's sort key inside."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.rules.refusals import FieldProblem, FieldsRefused


def pack(key: tuple[object, ...] | str | None) -> str | None:
    """The cursor of the next page; None on the last."""
    if key is None:
        return None
    parts = [key] if isinstance(key, str) else [_plain(part) for part in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _plain(part: object) -> object:
    return part.isoformat() if isinstance(part, datetime) else part


def unpack(cursor: str | None, *kinds: type, name: str = "cursor") -> tuple[Any, ...] | None:
    """The key, each part of its kind. Raises FieldsRefused, of `name`, where the cursor is none of ours."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_typed(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise FieldsRefused((FieldProblem(field=name, code="bad_cursor"),)) from error


_DUE = "due"


def pack_due(key: tuple[datetime | None, str] | None) -> str | None:
    """As `pack`, of a list by deadline; a case without one stands under no moment."""
    if key is None:
        return None
    due, last = key
    return pack((_DUE, due.isoformat() if due else "", last))


def unpack_due(cursor: str | None) -> tuple[datetime | None, str] | None:
    """The key of a list by deadline. Raises FieldsRefused for a cursor of any other list."""
    key = unpack(cursor, str, str, str)
    if key is None:
        return None
    mark, due, last = key
    try:
        if mark != _DUE:
            raise ValueError(mark)
        return (_typed(due, datetime) if due else None), last
    except (ValueError, TypeError) as error:
        raise FieldsRefused((FieldProblem(field="cursor", code="bad_cursor"),)) from error


def _typed(part: Any, kind: type) -> Any:
    value: Any = datetime.fromisoformat(part) if kind is datetime else part
    if not isinstance(value, kind) or not _FITS[kind](value):
        raise TypeError(kind.__name__)
    return value


#: What a key of ours can be; anything else would only trouble a database.
_FITS: Mapping[type, Callable[[Any], bool]] = {
    datetime: lambda moment: moment.tzinfo is not None and 1900 < moment.year < 2200,
    str: lambda text: text.isascii() and text.isprintable(),
    int: lambda number: 0 <= number < 2**31,
}
