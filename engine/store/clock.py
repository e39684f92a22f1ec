"""What time it is for the rules. Sessions, tokens and idempotency always use real time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from engine.store.db import Tx
from engine.store.settings import read_setting, write_setting


class Clock(Protocol):
    """Tells the time of the rules inside a transaction."""

    def now(self, tx: Tx) -> datetime:
        """Aware, in UTC."""


class HeldClock:
    """A time that stands still until it is moved: for tests and for driving a demo through a year."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, tx: Tx) -> datetime:  # noqa: ARG002 - it needs no database
        return self.at.astimezone(UTC)


class DatabaseClock:
    """The time held in the database where it is simulated, else the real one."""

    def now(self, tx: Tx) -> datetime:
        held = read_setting(tx, "clock")
        return datetime.fromisoformat(held).astimezone(UTC) if held else real_now()


def real_now() -> datetime:
    return datetime.now(UTC)


def hold(tx: Tx, moment: datetime) -> None:
    """Hold the simulated time at `moment`. Only on a database marked demo or test: the caller checks."""
    write_setting(tx, "clock", moment.astimezone(UTC).isoformat())


def is_running(clock: Clock, tx: Tx) -> bool:
    """The time of the rules goes on by itself."""
    return isinstance(clock, DatabaseClock) and read_setting(tx, "clock") is None
