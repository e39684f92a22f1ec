"""What time it is for the rules. Sessions, tokens and idempotency always use real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from engine.store.db import Tx, Unavailable
from engine.store.settings import read_setting, write_setting

#: By so much two machines of one installation may disagree, or a clock be set back, without anybody noticing.
TOLERATED = timedelta(seconds=60)


class ClockBehind(Unavailable):
    """The time is before what was recorded last: the clock of this machine was set back. Nothing is recorded before the
    row it follows."""

    code = "clock_behind"

    def __init__(self, behind: timedelta) -> None:
        super().__init__()
        self.args = (f"the clock is {behind} behind the last recorded row",)
        self.wait = min(max(int(behind.total_seconds()), 1), 3600)


def not_before(last: datetime | None, now: datetime) -> datetime:
    """The time to record after a row of `last`: now, and where the clock went a little backwards that row's own. Raises
    ClockBehind where it went back further."""
    if last is None or now >= last:
        return now
    if last - now > TOLERATED:
        raise ClockBehind(last - now)
    return last


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
