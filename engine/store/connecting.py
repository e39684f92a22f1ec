"""How connections are made and watched: how long each side waits for the other, and SQLite's pragmas."""

from __future__ import annotations

import select
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Engine, event

#: How long a writer of SQLite waits for another process.
BUSY_MS = 20_000
#: A server that is away is told within seconds, and a connection that was cut without a word within half a minute; the
#: server finds out about us as fast, and lets go of what we had locked.
_CLIENT = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "minqing",
}
_SERVER = {"tcp_keepalives_idle": "15s", "tcp_keepalives_interval": "5s", "tcp_keepalives_count": "3"}
_LOCK, _IDLE = "20s", "5min"


def connect_args(url: str, patience: float | None) -> dict[str, Any]:
    """What the driver is told beside the address; what stands in the address itself wins."""
    if url.startswith("sqlite"):
        return {}
    given = sa.make_url(url).query
    wanted = {**_CLIENT, "options": _options(patience)}
    return {name: value for name, value in wanted.items() if name not in given}


def _options(patience: float | None) -> str:
    """Settings of the session. Where statements may take as long as they take, so may waiting for locks."""
    found = dict(_SERVER)
    if patience is not None:
        found |= {"statement_timeout": f"{patience:g}s", "lock_timeout": _LOCK}
        found |= {"idle_in_transaction_session_timeout": _IDLE}
    return " ".join(f"-c {name}={value}" for name, value in found.items())


def looking_url(url: str) -> str:
    """To read it alone. An SQLite file without a journal beside it is written to by nobody: it is read as it lies, and
    nothing is left beside it."""
    file = sa.make_url(url).database
    if not url.startswith("sqlite") or not file or file == ":memory:":
        return url
    how = "mode=ro" if Path(f"{file}-wal").exists() else "mode=ro&immutable=1"
    return f"sqlite:///file:{quote(str(Path(file).absolute()))}?{how}&uri=true"


def watch(engine: Engine, *, throwaway: bool, read_only: bool = False) -> None:
    """Set up each connection of SQLite; look at each of PostgreSQL before it is used."""
    if engine.dialect.name == "sqlite":
        kind = _LOOKING if read_only else (*_WRITING, f"synchronous={'OFF' if throwaway else 'FULL'}")
        event.listen(engine, "connect", partial(_set_up_sqlite, kind))
    else:
        event.listen(engine, "checkout", _still_there)


def _still_there(connection: Any, _: Any, __: Any) -> None:
    """A server that went away, or ended this session, has closed its end: something is to be read from a connection
    that nobody asked anything. Looking costs no question to the server. Raises InvalidatePoolError: the pool then
    connects anew."""
    if connection.closed or _has_word(connection.fileno()):
        raise sa.exc.InvalidatePoolError


def _has_word(handle: int) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(0))


_LOOKING = ("query_only=ON",)
_WRITING = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
    "secure_delete=ON",  # what was deleted or changed is overwritten at once
)


def _set_up_sqlite(kind: Sequence[str], connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own guess comes too late
    for pragma in (*kind, "trusted_schema=OFF", f"busy_timeout={BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")
