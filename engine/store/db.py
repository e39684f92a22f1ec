"""The database: transactions, and what happens when it is busy or gone. Core only, one connection a transaction."""

from __future__ import annotations

import functools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from engine.store.connecting import BUSY_MS, connect_args, looking_url, watch

P = ParamSpec("P")
T = TypeVar("T")
Tx = Connection
_RETRIED = ("40001", "40P01")
#: Classes of SQLSTATE that are about the server, not about us: connection, resources, shutdown, its disk; and what a
#: standby or a server that gave up waiting for us says.
_AWAY = ("08", "53", "57", "58", "25006", "25P03")
_MISFIT = ("42P01", "42703")
_MISFIT_WORDS = ("no such table", "no such column", "has no column named")
ATTEMPTS = 6


class Unavailable(Exception):
    """Not now: the database cannot be reached, is too busy, or is full. Nothing was changed, unless the connection was
    lost in the very COMMIT: then the same request under the same key finds out. `code` is what surfaces say, `wait` the
    seconds after which it is worth trying again."""

    code, wait = "unavailable", 5

    def __init__(self, *, full: bool = False) -> None:
        super().__init__("database is full" if full else "database is not available")
        self.full = full
        if full:
            self.code, self.wait = "storage_full", 300


class Broken(RuntimeError):
    """The database refused a statement of ours: a defect. Tells the kind and place, never the values: a driver's own
    words hold whole rows."""

    def __init__(self, error: DBAPIError) -> None:
        diagnosis = getattr(error.orig, "diag", None)
        place = [getattr(diagnosis, name, None) for name in ("table_name", "column_name", "constraint_name")]
        kind = _state(error) or getattr(error.orig, "sqlite_errorname", None) or ""
        #: A table or column that is not there: perhaps the schema is another than this release's.
        self.misfit = _state(error) in _MISFIT or any(words in str(error.orig) for words in _MISFIT_WORDS)
        super().__init__(" ".join(part for part in (type(error).__name__, kind, *place) if part))


class Store:
    """One database. `url` as SQLAlchemy reads it (`sqlite:////path`, `postgresql://…`). `throwaway`: nobody needs what
    is in it after a crash of the machine, so an SQLite file does not wait for the disk. `patience`: seconds after which
    PostgreSQL gives up a statement, None where it may take as long as it takes. `read_only`: nothing is written, and
    beside a copy of an SQLite file no other is left."""

    def __init__(self, url: str, *, pool_size: int = 10, throwaway: bool = False,
                 patience: float | None = None, read_only: bool = False) -> None:  # fmt: skip
        self.url = looking_url(normal_url(url)) if read_only else normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = sa.create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=10,
            pool_timeout=20,
            connect_args=connect_args(self.url, patience),
            hide_parameters=True,  # an error that reaches the log must not carry anybody's words
        )
        self.began_to_write = False  # a writing transaction was begun, whatever became of it
        self._writer = threading.Lock()
        watch(self.engine, throwaway=throwaway, read_only=read_only)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A writing transaction: commits when the block ends, rolls back when it raises. Raises Unavailable."""
        self.began_to_write = True
        with (
            self._turn() if self.is_sqlite else nullcontext(),
            _told_plainly(),
            self._connect(write=True) as tx,
            tx.begin(),
        ):
            self._say(tx, "BEGIN IMMEDIATE")
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A reading transaction; what it sees does not change while it runs. Raises Unavailable."""
        with _told_plainly(), self._connect(write=False) as tx, tx.begin():
            self._say(tx, "BEGIN")
            yield tx

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer at a time. Whoever waits behind one that waits for another process does not wait for ever."""
        if not self._writer.acquire(timeout=BUSY_MS / 1000):
            raise Unavailable
        try:
            yield
        finally:
            self._writer.release()

    def _connect(self, *, write: bool) -> Connection:
        connection = self.engine.connect().execution_options(minqing_write=write)
        if write or self.is_sqlite:
            return connection
        return connection.execution_options(isolation_level="REPEATABLE READ")

    def _say(self, tx: Tx, begin: str) -> None:
        """SQLite's driver begins nothing by itself. Said here and not by an event of the engine: with one, every
        statement goes the slow way past all hooks."""
        if self.is_sqlite:
            tx.exec_driver_sql(begin)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other thread of this process writes to an SQLite file meanwhile."""
        with self._turn() if self.is_sqlite else nullcontext():
            yield

    def dispose(self) -> None:
        self.engine.dispose()


def normal_url(url: str) -> str:
    """`postgresql://` means psycopg 3 here."""
    for old in ("postgresql://", "postgres://"):
        if url.startswith(old):
            return "postgresql+psycopg://" + url.removeprefix(old)
    return url


def any_of(name: str) -> sa.BindParameter[Any]:
    """A bound list, for `column.in_(any_of("ids"))` in a statement that is built once."""
    return sa.bindparam(name, expanding=True)


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (sa.exc.TimeoutError, sa.exc.PendingRollbackError) as error:
        raise Unavailable from error
    except DBAPIError as error:
        if _lost(error):
            raise
        broken = Broken(error)
        if _is_away(error) and not broken.misfit:
            raise Unavailable(full=_is_full(error)) from error
        raise broken from None


def _is_away(error: DBAPIError) -> bool:
    told = isinstance(error, OperationalError | InterfaceError)
    return told or error.connection_invalidated or (_state(error) or "").startswith(_AWAY)


def _state(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _is_full(error: Exception) -> bool:
    return _state(error) == "53100" or "database or disk is full" in str(error)


def is_taken(error: IntegrityError) -> bool:
    """A unique key was taken: told by SQLSTATE on PostgreSQL, by the extended result code on SQLite."""
    code = getattr(error.orig, "sqlite_errorname", None)
    return _state(error) == "23505" or code in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


def retried(method: Callable[P, T]) -> Callable[P, T]:
    """Run a service method again, with jitter, when its transaction lost to another: a deadlock, a serialisation
    failure, or a unique key that somebody else took first (the second try then finds it)."""

    @functools.wraps(method)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return method(*args, **kwargs)
            except DBAPIError as error:
                if not _lost(error):
                    raise
                if attempt == ATTEMPTS:
                    raise (Unavailable() if _state(error) in _RETRIED else Broken(error)) from None
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    return tried


def _lost(error: DBAPIError) -> bool:
    return _state(error) in _RETRIED or (isinstance(error, IntegrityError) and is_taken(error))
