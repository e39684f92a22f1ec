"""Making a database from a backup: all of it, or nothing of what was there has changed.

PostgreSQL takes everything in one transaction. On SQLite a new file is made beside the old one and put in its place at
the very end.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from engine.backups.cells import type_for
from engine.backups.reading import Columns, Contents, Head, read
from engine.files.depots import Depot, Gone
from engine.people.errors import Wrong
from engine.store.clock import real_now
from engine.store.db import Broken, Store, Tx, Unavailable
from engine.store.schema import is_empty, knows, migrate_to, others_connected, wipe
from engine.store.settings import write_setting
from engine.wiring import open_database

#: Tables that migrations themselves write rows to.
_WRITTEN = {"settings", "register_state"}


@dataclass(slots=True)
class _Into:
    """Takes what is read into an open transaction and the depot."""

    tx: Tx
    depot: Depot | None
    secret: bytes | None = None
    tables: dict[str, sa.Table] = field(default_factory=dict)
    put: list[str] = field(default_factory=list)

    def begin(self, head: Head) -> None:
        """The tables of that release. Raises Wrong where this one cannot make them."""
        if not knows(head.revision):
            raise Wrong("backup_later", format=head.release[:20])
        migrate_to(self.tx, head.revision)
        inspected = sa.inspect(self.tx)
        there = set(inspected.get_table_names()) - {"alembic_version"}
        if there != set(head.tables):
            raise Wrong("backup_damaged", reason="its tables are not those of its release")
        self.tables = {name: _table(inspected, name, columns) for name, columns in head.tables.items()}
        for name in _WRITTEN & self.tables.keys():
            self.tx.execute(sa.delete(self.tables[name]))  # that comes from the backup, too

    def rows(self, table: str, columns: Columns, found: list[list[Any]]) -> None:
        names = [name for name, _ in columns]
        self.tx.execute(sa.insert(self.tables[table]), [dict(zip(names, row, strict=True)) for row in found])

    def upload(self, file_id: str, data: bytes) -> None:
        if self.depot is None or _has(self.depot, file_id, data):
            return
        self.put.append(file_id)
        self.depot.put(file_id, data)

    def key(self, data: bytes) -> None:
        self.secret = data

    def take_back(self) -> None:
        """The uploads that were put there, after a failure."""
        for file_id in self.put:
            assert self.depot is not None
            with contextlib.suppress(Unavailable):  # why it failed is what is told; bytes that no row names harm nobody
                self.depot.delete(file_id)


def _table(inspected: sa.Inspector, name: str, columns: Columns) -> sa.Table:
    """As the backup's columns say it. Raises Wrong where the database's are others."""
    nullable = {each["name"]: bool(each["nullable"]) for each in inspected.get_columns(name)}
    if nullable.keys() != {column for column, _ in columns}:
        raise Wrong("backup_damaged", reason=f"{name}: its columns are not those of its release")
    made = (sa.Column(column, type_for(kind, nullable=nullable[column])) for column, kind in columns)
    return sa.Table(name, sa.MetaData(), *made)


def _has(depot: Depot, file_id: str, data: bytes) -> bool:
    try:
        return depot.get(file_id) == data
    except Gone:
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What was restored; `key` is the signing key, where the backup has one."""

    contents: Contents
    key: bytes | None


class RestoreService:
    """Restores into the database behind `url`, and its uploads into `depot` (None: without them)."""

    def __init__(self, url: str, depot: Depot | None) -> None:
        self.url, self.depot = url, depot

    def restore(self, source: IO[bytes], *, replace: bool = False) -> Restored:
        """Raises Wrong: `backup_damaged`, `backup_later`, `database_not_empty` (unless `replace`), `database_in_use`;
        Unavailable; OSError."""
        store = open_database(self.url)
        try:
            return self._over_file(store, source, replace) if store.is_sqlite else self._over(store, source, replace)
        except (Broken, sa.exc.StatementError, OverflowError) as error:  # a row that no database takes
            raise Wrong("backup_damaged", reason=_kind(error)) from error
        finally:
            store.dispose()

    def _over(self, store: Store, source: IO[bytes], replace: bool) -> Restored:
        """Into PostgreSQL."""
        with _taking_back() as kept, store.begin() as tx:
            _must_be_free(empty=is_empty(tx), replace=replace, others=others_connected(tx))
            wipe(tx)
            return self._fill(tx, source, kept)

    def _over_file(self, store: Store, source: IO[bytes], replace: bool) -> Restored:
        """Into an SQLite file."""
        file = Path(str(sa.make_url(store.url).database))
        fresh = file.with_name(f"{file.name}.restoring-{os.getpid()}")
        with _held(file, store, replace), _made(fresh) as new:
            with _taking_back() as kept, new.begin() as tx:
                done = self._fill(tx, source, kept)
                kept.clear()  # what follows is a rename
            _settled(new, fresh)
            fresh.replace(file)
            _sync(file.parent)
            return done

    def _fill(self, tx: Tx, source: IO[bytes], kept: list[_Into]) -> Restored:
        into = _Into(tx, self.depot)
        kept.append(into)
        contents = read(source, into)
        _must_hold(tx, into, contents)
        migrate_to(tx, "head")
        return Restored(contents=contents, key=into.secret)


def _kind(error: Exception) -> str:
    """Never the driver's own words, which hold rows."""
    return str(error) if isinstance(error, Broken) else type(error).__name__


@contextmanager
def _taking_back() -> Iterator[list[_Into]]:
    """Uploads are not part of the transaction: where it fails they go again."""
    kept: list[_Into] = []
    try:
        yield kept
    except BaseException:
        for each in kept:
            each.take_back()
        raise


def _must_be_free(*, empty: bool, replace: bool, others: int) -> None:
    if not empty and not replace:
        raise Wrong("database_not_empty")
    if not empty and others:
        raise Wrong("database_in_use")


def _must_hold(tx: Tx, into: _Into, contents: Contents) -> None:
    """The database has as many rows as the backup said, whatever its triggers and keys made of them."""
    for name, table in into.tables.items():
        found = tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if found != contents.rows[name]:
            raise Wrong("backup_damaged", reason=f"{name}: {found} rows of {contents.rows[name]}")


def note_restored(store: Store, contents: Contents) -> None:
    """That this database was made from that backup, for whoever looks at it later. Raises Unavailable."""
    told = {"at": real_now().isoformat(), "made_at": contents.head.made_at, "manifest": contents.manifest}
    with store.begin() as tx:
        write_setting(tx, "restored", told)


# --- the file of SQLite ----------------------------------------------------------------------------------------------


@contextmanager
def _held(file: Path, store: Store, replace: bool) -> Iterator[None]:
    """Nobody else has the old file open, and nobody opens it meanwhile. Leaving the log (WAL) needs it alone."""
    with store.read() as tx:
        empty = is_empty(tx)
    store.dispose()
    _must_be_free(empty=empty, replace=replace, others=0)
    connection = sqlite3.connect(file, timeout=0.5, isolation_level=None)
    try:
        if connection.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",):
            raise Wrong("database_in_use")
        connection.execute("BEGIN EXCLUSIVE")
        yield
    except sqlite3.OperationalError as error:
        raise Wrong("database_in_use") from error
    finally:
        connection.close()


@contextmanager
def _made(fresh: Path) -> Iterator[Store]:
    """A new file, its owner's alone; what is left of it goes."""
    fresh.touch(mode=0o600, exist_ok=False)
    store = Store(f"sqlite:///{fresh}")
    try:
        yield store
    finally:
        store.dispose()
        for end in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)


def _settled(store: Store, fresh: Path) -> None:
    """All of it in the one file, on the disk."""
    store.dispose()
    connection = sqlite3.connect(fresh, isolation_level=None)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with fresh.open("rb") as file:
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
