"""The one writer of `calendar_versions`: the versions of calendars that deadlines were counted by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.definition.calendar import Calendar
from engine.store.db import Tx
from engine.store.tables import calendar_versions


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptCalendar:
    """One version of a calendar, in use since then."""

    calendar: str
    version: int
    sha256: str
    first_used_at: datetime


def kept_calendars(tx: Tx) -> list[KeptCalendar]:
    """Every version that was ever in use, by code and number."""
    table = calendar_versions.c
    columns = (table.calendar, table.version, table.sha256, table.first_used_at)
    rows = tx.execute(sa.select(*columns).order_by(table.calendar, table.version))
    return [KeptCalendar(**row._mapping) for row in rows]


def keep_calendars(tx: Tx, calendars: Iterable[Calendar], now: datetime) -> None:
    """Keep these, none of which is kept yet, as in use from now on. Whoever loses a race for the key tries again."""
    for each in calendars:
        row = {"calendar": each.code, "version": each.version, "sha256": each.sha256, "data": each.data}
        tx.execute(sa.insert(calendar_versions).values(**row, first_used_at=now))


def calendar_data(tx: Tx, calendar: str, version: int) -> bytes | None:
    """The file of one version as it was; None where it was never in use here."""
    table = calendar_versions.c
    found: bytes | None = tx.execute(
        sa.select(table.data).where(table.calendar == calendar, table.version == version)
    ).scalar()
    return found


def newest(kept: Sequence[KeptCalendar], calendar: str) -> KeptCalendar | None:
    """The highest version in use of one calendar."""
    mine = [each for each in kept if each.calendar == calendar]
    return max(mine, key=lambda each: each.version, default=None)
