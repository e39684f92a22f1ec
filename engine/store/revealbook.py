"""The one writer of `reveals`: who had masked personal data of a case shown, which fields, for what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.store.casefile import home_of
from engine.store.db import Tx, any_of
from engine.store.tables import people
from engine.store.trust_tables import reveals


@dataclass(frozen=True, kw_only=True, slots=True)
class Reveal:
    """`fields` are names of fields, `note` and `on_behalf_of`; those of one row of the history as `5:note`."""

    home: str
    id: str
    at: datetime
    login: str
    person: str
    post: str | None
    case_id: str
    fields: tuple[str, ...]
    reason: str
    words: str | None


def record_reveal(tx: Tx, reveal: Reveal) -> None:
    tx.execute(sa.insert(reveals), [asdict(reveal) | {"fields": list(reveal.fields)}])


def reveals_of(tx: Tx, case_id: str) -> list[Reveal]:
    """The newest first."""
    here = (reveals.c.home == home_of(case_id), reveals.c.case_id == case_id)
    rows = tx.execute(sa.select(reveals).where(*here).order_by(reveals.c.id.desc())).mappings()
    return [Reveal(**{**row, "fields": tuple(row["fields"])}) for row in rows]


_KNOWN = sa.select(people).where(people.c.id.in_(any_of("ids")))


def registered_people(tx: Tx, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Id -> what the register says of him, the telephone where it has one."""
    rows = tx.execute(_KNOWN, {"ids": sorted(ids)}) if ids else ()
    return {row.id: {"id": row.id, "name": row.name} | ({"phone": row.phone} if row.phone else {}) for row in rows}
