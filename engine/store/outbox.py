"""The one writer of `outbox`: what is to be said waits there, written in the transaction of what it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.tables import outbox

TELL, PAGE, REMIND, EVENT = "tell", "page", "remind", "event"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Something to be said about the case at version `seq`.

    `id` is `<home>-<ULID>`. `kind`: `tell` and `page` (a row's), `remind` (a step's), `event` (to a receiver of
    webhooks). `names` are the roles and relations as the row or step names them; an `event` has a `receiver` instead.
    `cause` is the trigger, or of a reminder the clock, and `share` the percent of it. `actor` is who did it, and is not
    told himself; None for what the system does. `notice` is {zh, en}. Times are of the rules, but `next_try_at` of an
    `event` is real time.
    """

    home: str
    id: str
    case_id: str
    seq: int
    kind: str
    names: tuple[str, ...]
    cause: str
    created_at: datetime
    next_try_at: datetime
    receiver: str | None = None
    share: int | None = None
    actor: str | None = None
    notice: Mapping[str, str] | None = None
    tries: int = 0


_FIELDS = tuple(each.name for each in fields(Letter))
_BLANK: Mapping[str, None] = {"done_at": None, "dead_at": None, "code": None}


_POST = sa.insert(outbox)


def post(tx: Tx, letters: Sequence[Letter]) -> None:
    """Put the letters into the outbox; nothing is said before the transaction is through."""
    if letters:
        tx.execute(_POST, [_row(letter) for letter in letters])


def _row(letter: Letter) -> dict[str, Any]:
    row = {name: getattr(letter, name) for name in _FIELDS}
    notice = dict(letter.notice) if letter.notice else None
    return {**row, **_BLANK, "names": list(letter.names), "notice": notice}


def _letter(row: Any) -> Letter:
    found = {name: getattr(row, name) for name in _FIELDS}
    return Letter(**{**found, "names": tuple(row.names)})


# --- what is due ---------------------------------------------------------------------------------------------------

_COLUMNS = [outbox.c[name] for name in _FIELDS]
_DUE = sa.and_(outbox.c.next_try_at <= sa.bindparam("now"))
_IN_ORDER = (outbox.c.next_try_at, outbox.c.home, outbox.c.id)
_TO_PEOPLE = sa.select(*_COLUMNS).where(outbox.c.receiver.is_(None), _DUE).order_by(*_IN_ORDER)
_TO_RECEIVER = (
    sa.select(*_COLUMNS).where(outbox.c.receiver == sa.bindparam("to"), _DUE).order_by(*_IN_ORDER)
)  # fmt: skip
_RECEIVERS = sa.select(outbox.c.receiver).where(outbox.c.receiver.is_not(None), _DUE).distinct()
_HERE = sa.and_(outbox.c.home == sa.bindparam("at_home"), outbox.c.id == sa.bindparam("letter"))
_CLAIMED = (
    sa.select(*_COLUMNS)
    .where(_HERE, outbox.c.next_try_at <= sa.bindparam("now"))
    .with_for_update(skip_locked=True)
)  # fmt: skip
_CHANGE = sa.update(outbox).where(_HERE)


def due_letters(tx: Tx, now: datetime, limit: int) -> list[Letter]:
    """Letters to people to try now, the longest due first. Takes no lock."""
    return [_letter(row) for row in tx.execute(_TO_PEOPLE.limit(limit), {"now": now})]


def due_events(tx: Tx, receiver: str, now: datetime, limit: int) -> list[Letter]:
    """Letters to one receiver of webhooks to try now (real time), the longest due first. Takes no lock."""
    return [_letter(row) for row in tx.execute(_TO_RECEIVER.limit(limit), {"to": receiver, "now": now})]


def receivers_due(tx: Tx, now: datetime) -> list[str]:
    """Receivers for whom something is to be tried now, also those that the settings no longer name."""
    return sorted(tx.execute(_RECEIVERS, {"now": now}).scalars())


def claim(tx: Tx, letter: Letter, now: datetime) -> Letter | None:
    """The letter as it is now, locked for this transaction; None where another worker has it or had it."""
    row = tx.execute(_CLAIMED, {"at_home": letter.home, "letter": letter.id, "now": now}).first()
    return _letter(row) if row else None


def settle(tx: Tx, letter: Letter, now: datetime, *, code: str | None = None) -> None:
    """It is done; `code` says why nobody was told, where that is so."""
    _change(tx, letter, next_try_at=None, done_at=now, tries=letter.tries + 1, code=code)


def put_off(tx: Tx, letter: Letter, until: datetime, *, code: str) -> None:
    """It could not be delivered: try again later."""
    _change(tx, letter, next_try_at=until, tries=letter.tries + 1, code=code)


def lease(tx: Tx, letter: Letter, until: datetime) -> None:
    """Who holds it tries it now; should he be gone by then, another does."""
    _change(tx, letter, next_try_at=until)


def give_up(tx: Tx, letter: Letter, now: datetime, *, code: str) -> None:
    """It was tried often enough: never again."""
    _change(tx, letter, next_try_at=None, dead_at=now, tries=letter.tries + 1, code=code)


def _change(tx: Tx, letter: Letter, **values: Any) -> None:
    tx.execute(_CHANGE, {"at_home": letter.home, "letter": letter.id, **values})


def forget(tx: Tx, home: str, before: datetime) -> None:
    """Letters of the home that were done before this moment; what was given up stays to be seen."""
    tx.execute(_FORGET, {"at_home": home, "before": before})


_FORGET = sa.delete(outbox).where(outbox.c.home == sa.bindparam("at_home"), outbox.c.done_at < sa.bindparam("before"))
