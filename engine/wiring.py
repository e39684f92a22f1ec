"""What the surfaces need of the database without knowing the store: to open it, to migrate it, to tell its state."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from engine.store.db import Store, Unavailable
from engine.store.schema import grant, is_current, migrate

__all__ = ["Store", "Unavailable", "grant", "is_current", "migrate", "open_database"]


def open_database(url: str, *, pool_size: int = 10) -> Store:
    """The database behind `url`. Nothing is connected yet; the folder of an SQLite file is made."""
    store = Store(url, pool_size=pool_size)
    file = sa.make_url(store.url).database
    if store.is_sqlite and file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    return store
