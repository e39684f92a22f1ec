"""Kept answers: the same Idempotency-Key gets the first answer again, as the case and row it made. Real time only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.tables import idempotency

KEPT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """`request` is a keyed fingerprint of the body: it tells another body from the same one, and nothing else."""

    token: str
    key: str
    request: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    request: str
    case_id: str
    seq: int


_HERE = (
    idempotency.c.home == sa.bindparam("home"),
    idempotency.c.token == sa.bindparam("token"),
    idempotency.c.key == sa.bindparam("key"),
)
_FIND = sa.select(idempotency).where(*_HERE)
_DROP = sa.delete(idempotency).where(*_HERE)


def find_answer(tx: Tx, home: str, key: Key, now: datetime) -> Kept | None:
    here = {"home": home, "token": key.token, "key": key.key}
    row = tx.execute(_FIND, here).first()
    if row is None:
        return None
    if row.kept_at < now - KEPT:
        tx.execute(_DROP, here)
        return None
    return Kept(request=row.request, case_id=row.case_id, seq=row.seq)


def keep_answer(tx: Tx, home: str, key: Key, case_id: str, seq: int, now: datetime) -> None:
    """A second request with this key that is in flight waits here, loses, and finds this answer when it is retried."""
    row = {"home": home, "token": key.token, "key": key.key, "request": key.request}
    tx.execute(sa.insert(idempotency), row | {"case_id": case_id, "seq": seq, "kept_at": now})


def keep_answers(tx: Tx, answered: Sequence[tuple[str, Key, str, int]], now: datetime) -> None:
    """The same for several: (home, key, case id, seq) of each."""
    rows = [
        {"home": home, "token": key.token, "key": key.key, "request": key.request, "case_id": case, "seq": seq}
        for home, key, case, seq in answered
    ]
    if rows:
        tx.execute(sa.insert(idempotency), [row | {"kept_at": now} for row in rows])


def forget_answers(tx: Tx, home: str, now: datetime) -> None:
    """Delete what is older than it need be kept."""
    tx.execute(sa.delete(idempotency).where(idempotency.c.home == home, idempotency.c.kept_at < now - KEPT))
