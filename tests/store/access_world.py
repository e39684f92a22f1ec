"""Calls for the tests of the log of access."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.audit.access import AccessLog
from engine.store.accessbook import Access, AccessFilter, read_accesses, write_accesses
from engine.store.db import Store
from engine.store.trust_tables import access_log
from tests.store.world import World


def log_of(world: World, folder: Path) -> AccessLog:
    return AccessLog(world.office, folder)


def note(access: AccessLog, **more: Any) -> None:
    """A read of a list by the village's clerk, or as `more` says."""
    said: dict[str, Any] = {"way": "token", "method": "GET", "what": "/v1/cases", "status": 200}
    access.note(**said | {"login": "clerk", "person": "village_clerk"} | more)


def rows(store: Store) -> list[Access]:
    """All of the log, the newest first."""
    with store.read() as tx:
        return read_accesses(tx, AccessFilter(limit=10_000))


def count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(access_log)).scalar_one())


def written_at(store: Store, at: datetime, many: int, home: str = "x") -> None:
    """So many rows of this moment."""
    blank = {"login": None, "person": None, "office": None, "object": None, "code": None, "source": None}
    entries = [
        Access(id=f"{at:%Y%m%d}-{home}-{n}", at=at, way="none", method="GET", what="/", asked=(), status=200, home=home,
               **blank)
        for n in range(many)
    ]  # fmt: skip
    with store.begin() as tx:
        write_accesses(tx, entries)
