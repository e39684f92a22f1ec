"""What a database is told once: its mark, the level of its homes, its secret; and the simulated time of a demo."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.people.acting import by_command
from engine.people.administrators import COMBINED, mode_of
from engine.people.errors import Wrong
from engine.people.journal import keep
from engine.people.kinds import UNIT_KINDS
from engine.store.clock import hold, real_now
from engine.store.db import Store, Tx, retried
from engine.store.settings import read_setting, write_setting

MARKS = ("production", "demo", "test")
SIMULATED = ("demo", "test")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What `init` wrote; the secret stays inside."""

    mark: str
    home_level: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The time of the rules in UTC, whether it is simulated, and whether one person may hold several administrators'
    offices here."""

    now: datetime
    simulated: bool
    combined: bool


class SetupService:
    """Commands on the settings that live in the database. All raise `Wrong`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @retried
    def init(self, mark: str, home_level: str = "township") -> Setup:
        """Mark a fresh database as `production`, `demo` or `test` and name the kind of unit that is a case's home.

        Harmless when it says the same again, refused when it says otherwise: cases already carry their home.
        """
        with self.store.begin() as tx:
            wanted = _checked(mark, home_level)
            found = _setup(tx)
            if found is None:
                _write(tx, wanted)
            elif found != wanted:
                raise Wrong("set_up_otherwise", mark=found.mark, home_level=found.home_level)
            return wanted

    def setup(self) -> Setup | None:
        """What the database was told; None before `init`."""
        with self.store.read() as tx:
            return _setup(tx)

    def clock(self) -> tuple[datetime, bool]:
        """The time of the rules in UTC, and whether it is simulated."""
        with self.store.read() as tx:
            held = _held(tx)
            return held or real_now(), held is not None

    def standing(self) -> Standing:
        """What every page tells its reader."""
        with self.store.read() as tx:
            held = _held(tx)
            combined = mode_of(tx) == COMBINED
            return Standing(now=held or real_now(), simulated=held is not None, combined=combined)

    @retried
    def hold_clock(self, moment: datetime) -> datetime:
        """Hold the time of the rules at `moment` (aware). Only on a demo or test database, and only forward."""
        with self.store.begin() as tx:
            return _move(tx, _aware(moment))

    @retried
    def advance(self, moment: datetime) -> datetime:
        """Move the held time forward to `moment` (aware). Refused where the time is not held."""
        with self.store.begin() as tx:
            if _may_simulate(tx) and _held(tx) is None:
                raise Wrong("clock_not_held")
            return _move(tx, _aware(moment))


def _checked(mark: str, home_level: str) -> Setup:
    if mark not in MARKS:
        raise Wrong("unknown_mark", mark=mark, known=MARKS)
    if home_level not in UNIT_KINDS:
        raise Wrong("unknown_home_level", home_level=home_level, known=UNIT_KINDS)
    return Setup(mark=mark, home_level=home_level)


def _setup(tx: Tx) -> Setup | None:
    mark = read_setting(tx, "mark")
    return Setup(mark=mark, home_level=read_setting(tx, "home_level")) if mark else None


def _write(tx: Tx, wanted: Setup) -> None:
    write_setting(tx, "mark", wanted.mark)
    write_setting(tx, "home_level", wanted.home_level)
    write_setting(tx, "secret", secrets.token_hex(32))
    by = by_command()
    keep(tx, by, by.through(), "set_up", None, mark=wanted.mark, home_level=wanted.home_level)


def _held(tx: Tx) -> datetime | None:
    held = read_setting(tx, "clock")
    return datetime.fromisoformat(held).astimezone(UTC) if held else None


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise Wrong("time_without_offset", moment=moment.isoformat())
    return moment.astimezone(UTC)


def _may_simulate(tx: Tx) -> bool:
    found = _setup(tx)
    if found is None:
        raise Wrong("not_set_up")
    if found.mark not in SIMULATED:
        raise Wrong("clock_is_real", mark=found.mark)
    return True


def _move(tx: Tx, moment: datetime) -> datetime:
    held = _held(tx) if _may_simulate(tx) else None
    if held is not None and moment < held:
        raise Wrong("clock_backwards", moment=moment.isoformat(), held=held.isoformat())
    hold(tx, moment)
    return moment
