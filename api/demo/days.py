"""When the demo's meetings sat before they had their rhythm: Fridays at 15:00 in the villages; in the township on the
25th at 09:00, or on the working day before where that is a weekend."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from api.demo.acting import ZONE


def next_weekly(now: datetime) -> datetime:
    """The first Friday 15:00 after now."""
    today = now.astimezone(ZONE).date()
    friday = datetime.combine(today + timedelta(days=(4 - today.weekday()) % 7), time(15), ZONE)
    return friday if friday > now else friday + timedelta(days=7)


def next_monthly(now: datetime) -> datetime:
    """The first such morning on a later day."""
    month = now.astimezone(ZONE).date().replace(day=1)
    while (day := _twenty_fifth(month)).date() <= now.astimezone(ZONE).date():
        month = (month + timedelta(days=32)).replace(day=1)
    return day


def _twenty_fifth(month: date) -> datetime:
    day = month.replace(day=25)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return datetime.combine(day, time(9), ZONE)
