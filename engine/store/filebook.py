"""The one writer of `files`: uploads, whose they are, and which case an act has attached them to.

An upload is kept in three steps, so that no bytes are ever left behind that no row knows: its row, its bytes, `stored`.
Until an act names it in a field it belongs to who sent it; then to that case for good. One that waits too long expires.
Real time only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.store.casefile import by_home, home_of
from engine.store.db import Tx, any_of
from engine.store.tables import files

WAITS = timedelta(hours=24)
#: The bytes of an expired upload are removed later than no act can name it any more.
MARGIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRow:
    """One upload. `case_id` is None until an act attaches it; `size` in bytes."""

    home: str
    id: str
    person: str
    kind: str
    type: str
    size: int
    sha256: str
    uploaded_at: datetime
    stored: bool = False
    case_id: str | None = None

    @property
    def expires_at(self) -> datetime:
        """When it can be attached no longer, if nothing did before."""
        return self.uploaded_at + WAITS

    @property
    def kept(self) -> dict[str, Value]:
        """As a field of a case keeps it: the hash in the case's chain proves which bytes were attached."""
        return {"id": self.id, "kind": self.kind, "type": self.type, "size": self.size, "sha256": self.sha256}


_HOME: sa.BindParameter[str] = sa.bindparam("at_home")
_THESE = (files.c.home == _HOME, files.c.id.in_(any_of("ids")))
_FIND = sa.select(files).where(*_THESE)
_LOCK = _FIND.order_by(files.c.id).with_for_update()
_STORED = sa.update(files).where(*_THESE).values(stored=True)
_ATTACH = sa.update(files).where(*_THESE, files.c.case_id.is_(None)).values(case_id=sa.bindparam("case"))
_WAITING = (files.c.home == _HOME, files.c.case_id.is_(None))
_COUNT = sa.select(sa.func.count()).where(*_WAITING, files.c.person == sa.bindparam("who"))
_EXPIRED = (
    sa.select(files.c.id)
    .where(*_WAITING, files.c.uploaded_at < sa.bindparam("before"))
    .order_by(files.c.uploaded_at)
    .limit(100)
)
_FORGET = sa.delete(files).where(*_THESE, files.c.case_id.is_(None))


def insert_file(tx: Tx, row: FileRow) -> None:
    tx.execute(sa.insert(files), asdict(row))


def mark_stored(tx: Tx, file_id: str) -> None:
    tx.execute(_STORED, {"at_home": home_of(file_id), "ids": [file_id]})


def read_file(tx: Tx, file_id: str) -> FileRow | None:
    """The upload; None where there is none, or its bytes have not arrived."""
    row = tx.execute(_FIND, {"at_home": home_of(file_id), "ids": [file_id]}).first()
    return _row(row) if row is not None and row.stored else None


def _row(row: Any) -> FileRow:
    return FileRow(**row._mapping)


def waiting_of(tx: Tx, home: str, person: str) -> int:
    """How many uploads of this person no act has named yet."""
    return int(tx.execute(_COUNT, {"at_home": home, "who": person}).scalar_one())


def usable_files(tx: Tx, ids: Iterable[str], person: str, case_id: str, now: datetime) -> dict[str, FileRow]:
    """Of these uploads those that an act of this person on this case may name: his own that wait, and what the case
    has already. They stay locked, so that no other case can take them meanwhile."""
    found: dict[str, FileRow] = {}
    for home, mine in by_home(ids).items():
        rows = map(_row, tx.execute(_LOCK, {"at_home": home, "ids": mine}).all())
        found |= {row.id: row for row in rows if row.stored and _is_usable(row, person, case_id, now)}
    return found


def _is_usable(row: FileRow, person: str, case_id: str, now: datetime) -> bool:
    if row.case_id is not None:
        return row.case_id == case_id
    return row.person == person and row.uploaded_at > now - WAITS


def attach(tx: Tx, claims: Mapping[str, str]) -> None:
    """File id -> the case whose it is from now on. The rows are locked by `usable_files`."""
    for home, mine in by_home(claims).items():
        for case_id in sorted({claims[each] for each in mine}):
            ids = [each for each in mine if claims[each] == case_id]
            tx.execute(_ATTACH, {"at_home": home, "ids": ids, "case": case_id})


def expired_files(tx: Tx, home: str, now: datetime) -> list[str]:
    """Ids of uploads of this home that nobody can attach any more; some at a time."""
    return list(tx.execute(_EXPIRED, {"at_home": home, "before": now - WAITS - MARGIN}).scalars())


def homes_with_files(tx: Tx) -> list[str]:
    """Every home that an upload was sent from."""
    return list(tx.execute(sa.select(files.c.home).distinct().order_by(files.c.home)).scalars())


def forget_files(tx: Tx, home: str, ids: list[str]) -> None:
    """Their bytes are gone."""
    tx.execute(_FORGET, {"at_home": home, "ids": ids})
