"""When a message is shown: not in the quiet hours, unless danger does not wait. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

QUIET_FROM, QUIET_TO = time(21, 0), time(7, 0)


def shown_at(now: datetime, zone: tzinfo, *, urgent: bool) -> datetime:
    """Now, or in quiet hours (21:00 to 07:00 in the zone) the next 07:00; what is urgent is shown at once."""
    local = now.astimezone(zone)
    if urgent or QUIET_TO <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_TO, zone).astimezone(now.tzinfo)


def digest_day(shown: datetime, zone: tzinfo) -> date:
    """The day whose digest a message belongs to."""
    return shown.astimezone(zone).date()
