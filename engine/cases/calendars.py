"""The versions of calendars that deadlines were counted by: kept with the first, and found again for a case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from engine.cases.office import Office
from engine.definition.calendar import Calendar
from engine.definition.calendar_file import read_calendar
from engine.rules.machine import Compiled
from engine.store.calendarbook import calendar_data, keep_calendars, kept_calendars
from engine.store.casefile import Held
from engine.store.clock import real_now
from engine.store.db import Tx


def keep_used(tx: Tx, office: Office, counted: Iterable[Compiled]) -> None:
    """Deadlines are written that these count: the files of their calendars are kept, so that they can be told again.
    Each is looked for until a transaction found it there."""
    used = (each.calendar for each in counted if each.calendar and each.workflow.clocks)
    calendars = {(each.code, each.version): each for each in used}
    unsure = calendars.keys() - office.kept_calendars
    if unsure:
        kept = {(each.calendar, each.version) for each in kept_calendars(tx)}
        keep_calendars(tx, [calendars[each] for each in sorted(unsure - kept)], real_now())
        office.kept_calendars.update(unsure & kept)


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
