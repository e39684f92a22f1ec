"""How connections are made and watched: how long each side waits for the other, and SQLite's pragmas."""

from __future__ import annotations

import select
from functools import partial
from typing import Any

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


def watch(engine: Engine, *, throwaway: bool) -> None:
    """Set up each connection of SQLite; look at each of PostgreSQL before it is used."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_set_up_sqlite, "OFF" if throwaway else "FULL"))
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


def _set_up_sqlite(synchronous: str, connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own guess comes too late
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
        "trusted_schema=OFF",
        f"busy_timeout={BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
