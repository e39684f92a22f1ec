"""Rows of the history as plain values, the same from both databases, for whoever recomputes them: JSON and moments as
text, flags as numbers. Nothing is made of them on the way, so what nobody of ours wrote can be read too.

A row is hashed as all its columns but `hash`: `hashed_form` says how, `quick_hash` is the same for many rows. It puts
the canonical forms of the parts together instead of making one value of them.
"""

from __future__ import annotations

import hashlib
from collections import namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.rules.chain import canonical, canonical_text
from engine.rules.state import Charge, Event, Move, PostHeld
from engine.store.columns import Utc
from engine.store.tables import cases, history

COLUMNS = tuple(column.name for column in history.c)
Plain = Any
_made: Any = namedtuple  # whose fields are those of a table
#: A row of the history as it is read here, a payload, a case row. Rows of SQLAlchemy take ten times as long to say what
#: is in a column.
PlainRow: Any = _made("PlainRow", COLUMNS)
PlainPayload: Any = _made("PlainPayload", ("case_id", "seq", "body", "salt"))
PlainCase: Any = _made("PlainCase", [column.name for column in cases.c])
_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"BC'
#: So many different values of one kind are remembered while rows are read.
_REMEMBERED = 20_000


def plain(column: sa.ColumnElement[Any], *, sqlite: bool) -> sa.ColumnElement[Any]:
    """The column as it is read here: a moment as `moment` of chain.py writes it, JSON as it lies there."""
    if isinstance(column.type, Utc):
        return _moment(column, sqlite=sqlite).label(column.key)
    if isinstance(column.type, sa.JSON):
        return _as(sa.Text(), column, sqlite=sqlite)
    if isinstance(column.type, sa.Boolean):
        return _as(sa.Integer(), column, sqlite=sqlite)
    return column


def _as(kind: sa.types.TypeEngine[Any], column: sa.ColumnElement[Any], *, sqlite: bool) -> sa.ColumnElement[Any]:
    """SQLite keeps both as what they are here."""
    return (sa.type_coerce(column, kind) if sqlite else sa.cast(column, kind)).label(column.key)


def _moment(column: sa.ColumnElement[Any], *, sqlite: bool) -> sa.ColumnElement[Any]:
    """One text for each that can lie there: SQLite keeps any, and years before our era have the digits of ours."""
    if sqlite:
        kept = sa.func.replace(sa.type_coerce(column, sa.String), "T", "t")
        return sa.func.replace(kept, " ", "T").concat("Z")
    return sa.func.replace(sa.func.to_char(sa.func.timezone("UTC", column), _MOMENT), "ZAD", "Z")


def plain_columns(columns: Iterable[sa.ColumnElement[Any]], *, sqlite: bool) -> list[sa.ColumnElement[Any]]:
    return [plain(each, sqlite=sqlite) for each in columns]


# --- what is hashed --------------------------------------------------------------------------------------------------

_TIMES = tuple(column.name for column in history.c if isinstance(column.type, Utc))
_JSONS = tuple(column.name for column in history.c if isinstance(column.type, sa.JSON))
_FLAG = {0: False, 1: True}


def hashed_form(row: Plain) -> dict[str, Value]:
    """What the hash of the row is taken of. Raises ValueError, KeyError or TypeError where it cannot be read."""
    form = {name: getattr(row, name) for name in COLUMNS if name != "hash"}
    for name in _JSONS:
        form[name] = canonical_text(form[name])[1]
    return form | {"proxy": _FLAG[row.proxy]}


def careful_hash(row: Plain) -> str:
    return hashlib.sha256(canonical(hashed_form(row))).hexdigest()


class _Forms(dict[str, str]):
    """JSON as it lies in a column -> its canonical form: most rows say one of a few things."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[text] = canonical_text(text)[0].decode()
        return found


_forms = _Forms()
_ORDER = sorted(set(COLUMNS) - {"hash"})
_KINDS = {column.name: column for column in history.c}
_NUMBERS = tuple(name for name in _ORDER if isinstance(_KINDS[name].type, sa.Integer) and not _KINDS[name].nullable)
_WORDS = tuple(name for name in _ORDER if name not in (*_JSONS, "proxy") and name not in _NUMBERS)
_SURE = tuple(name for name in _WORDS if not _KINDS[name].nullable)
_PERHAPS = tuple(name for name in _WORDS if _KINDS[name].nullable)
_PARTS = (*_SURE, *_PERHAPS, *_NUMBERS, *_JSONS, "proxy")
#: The canonical row with its keys, and a place for each value after its key.
_FORM = [text for at, name in enumerate(_ORDER) for text in (f'{"," if at else "{"}"{name}":', "")] + ["}"]
_in_order = itemgetter(*(_PARTS.index(name) for name in _ORDER))
_sure, _perhaps, _numbers, _jsons = (
    itemgetter(*(COLUMNS.index(name) for name in names)) for names in (_SURE, _PERHAPS, _NUMBERS, _JSONS)
)
_PROXY, _FLAG_FORM = COLUMNS.index("proxy"), {0: "false", 1: "true"}


def quick_hash(row: Sequence[Any]) -> str:
    """As `careful_hash`, of a row whose columns are those of the history first, in three times the speed. Where it
    gives the hash of the row, the careful one does; raises TypeError, ValueError or KeyError where that may be
    otherwise."""
    parts = [
        *map(encode_basestring, _sure(row)),
        *["null" if each is None else _quoted(each) for each in _perhaps(row)],
        *map(int.__repr__, _numbers(row)),
        *[_forms[each] for each in _jsons(row)],
        _FLAG_FORM[row[_PROXY]],
    ]
    form = _FORM.copy()
    form[1::2] = _in_order(parts)
    return hashlib.sha256("".join(form).encode()).hexdigest()


def _quoted(value: Any) -> str:
    """A text, or the one number that a row may lack."""
    return encode_basestring(value) if isinstance(value, str) else int.__repr__(value)


# --- as events -------------------------------------------------------------------------------------------------------


class _Charges(dict[str, Charge]):
    def __missing__(self, text: str) -> Charge:
        if len(self) >= _REMEMBERED:
            self.clear()
        data = canonical_text(text)[1]
        found = self[text] = Charge(people=tuple(data["people"]), units=tuple(data["units"]))
        return found


class _Values(dict[str, Any]):
    """Whoever folds events changes nothing of what they hold."""

    def __missing__(self, text: str) -> Any:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[text] = canonical_text(text)[1]
        return found


_charges, _values = _Charges(), _Values()
_MOVES = {move.value: move for move in Move}


class _Posts(dict[tuple[str | None, str, str], PostHeld | None]):
    def __missing__(self, held: tuple[str | None, str, str]) -> PostHeld | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        post, role, place = held
        found = self[held] = PostHeld(id=post, role=role, place=place) if post else None
        return found


_posts = _Posts()


def event_of(row: Plain) -> Event:
    """The event of a row, without its payload. Raises ValueError, KeyError or TypeError where it cannot be read.

    Made field by field: the way of a frozen value to make itself takes twice as long, and this is done for each row.
    """
    recorded = datetime.fromisoformat(row.recorded_at)
    same = row.occurred_at == row.recorded_at
    event = object.__new__(Event)
    for put, value in zip(_PUT_AS_IT_IS, _as_it_is(row), strict=True):
        put(event, value)
    for put, value in zip(
        _PUT_AS_READ,
        (
            _MOVES[row.move],
            _posts[row.post, row.post_role, row.post_place],
            _FLAG[row.proxy],
            _charges[row.responsible],
            _charges[row.successor],
            _values[row.facts],
            tuple(_values[row.texts]),
            {},
            recorded if same else datetime.fromisoformat(row.occurred_at),
            recorded,
            datetime.fromisoformat(row.client_at) if row.client_at else None,
        ),
        strict=True,
    ):
        put(event, value)
    return event


_READ = ("move", "post", "proxy", "responsible", "successor", "facts", "texts", "payload", "occurred_at", "recorded_at",
         "client_at")  # fmt: skip
_AS_IT_IS = tuple(field.name for field in fields(Event) if field.name not in _READ)
_as_it_is = itemgetter(*(COLUMNS.index(name) for name in _AS_IT_IS))
_PUT_AS_IT_IS, _PUT_AS_READ = ([getattr(Event, name).__set__ for name in names] for names in (_AS_IT_IS, _READ))
