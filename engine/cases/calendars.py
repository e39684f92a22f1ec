"""Which version of a calendar the deadlines of a case were counted by."""

from __future__ import annotations

from functools import lru_cache

from engine.definition.calendar import Calendar
from engine.definition.calendar_file import read_calendar
from engine.rules.machine import Compiled
from engine.store.calendarbook import calendar_data
from engine.store.casefile import Held
from engine.store.db import Tx


def counted_by(tx: Tx, compiled: Compiled, held: Held) -> Calendar | None:
    """The calendar as it was for this case, read from what the database keeps; that of the rules where it is the same,
    or which it was is not known. None where the rules have none."""
    here = compiled.calendar
    if here is None or held.counted_by in (None, here.version):
        return here
    data = calendar_data(tx, here.code, held.counted_by or 0)
    return _read(data, here.code) or here if data is not None else here


@lru_cache(maxsize=16)
def _read(data: bytes, code: str) -> Calendar | None:
    return read_calendar(data, f"{code}.yaml").calendar
