"""What the surfaces need of the database without knowing the store: to open it, to migrate it, to tell its state."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.util import CommandError

from engine.people.errors import Wrong
from engine.store import schema
from engine.store.db import Broken, Store, Unavailable

__all__ = [
    "Broken", "Store", "Unavailable", "database_file", "grant", "is_current", "migrate", "open_database",
    "open_to_look",
]  # fmt: skip


def open_database(url: str, *, pool_size: int = 10, throwaway: bool = False, patience: float | None = None) -> Store:
    """The database behind `url`; `throwaway` where nobody needs it after a crash; after `patience` seconds PostgreSQL
    gives up a statement. Nothing is connected yet; the folder of an SQLite file is made. Raises `Wrong`."""
    try:
        store = Store(url, pool_size=pool_size, throwaway=throwaway, patience=patience)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise Wrong("bad_database_url") from error  # without the URL: it may hold a password
    except ModuleNotFoundError as error:
        raise Wrong("missing_driver", module=error.name) from error
    file = database_file(store)
    if file is not None:
        _make_folder(file.parent)
        _keep_private(file)
    return store


def database_file(store: Store) -> Path | None:
    """The file of SQLite; None for PostgreSQL, and for a database in memory."""
    file = sa.make_url(store.url).database
    return Path(file) if store.is_sqlite and file and file != ":memory:" else None


def open_to_look(url: str) -> Store:
    """The database behind `url`, to read it alone: a copy stays byte for byte as it is. Raises `Wrong`, also where
    there is no such file."""
    try:
        store = Store(url, read_only=True)
        file = sa.make_url(url).database
    except (sa.exc.ArgumentError, ValueError) as error:
        raise Wrong("bad_database_url") from error
    except ModuleNotFoundError as error:
        raise Wrong("missing_driver", module=error.name) from error
    if store.is_sqlite and not Path(file or "").is_file():
        raise Wrong("no_database", file=file)
    return store


def _keep_private(file: Path) -> None:
    """A new database is its owner's alone from its first byte: it will hold what villagers said."""
    try:
        file.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise Wrong("no_folder", folder=str(file.parent), reason=error.strerror) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong("no_folder", folder=str(folder), reason=error.strerror) from error


def migrate(store: Store) -> None:
    """Bring the database to the present schema. Raises `Wrong` where it comes from a later release, `Unavailable`."""
    try:
        schema.migrate(store)
    except CommandError as error:
        raise Wrong("unknown_revision", reason=str(error)) from error


def is_current(store: Store) -> bool:
    """The database has exactly the present schema. Raises `Unavailable`."""
    return schema.is_current(store)


def grant(store: Store, role: str) -> None:
    """Give the application's role on PostgreSQL what it needs, and no way to change history. Raises `Wrong`."""
    if store.is_sqlite:
        raise Wrong("no_roles")
    try:
        schema.grant(store, role)
    except Broken as error:
        raise Wrong("grant_refused", role=role, reason=str(error)) from error
