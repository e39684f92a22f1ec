"""When something happened, as a form says it: a day and perhaps a time, in the time of the rules."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.rules.refusals import FieldProblem, FieldsRefused

_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)", re.ASCII)


def occurred(day: str, clock: str, zone: str) -> datetime | None:
    """The moment; None where no day was given. Without a time it is midnight. Raises FieldsRefused."""
    if not day.strip():
        return None
    found = _TIME.fullmatch(clock.strip()) if clock.strip() else None
    if clock.strip() and found is None:
        raise FieldsRefused((FieldProblem(field="occurred_at", code="not_a_time"),))
    at = time(int(found.group(1)), int(found.group(2))) if found else time()
    return datetime.combine(_day(day.strip()), at, ZoneInfo(zone))


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        written = re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII)
        problem = FieldProblem(
            field="occurred_at", code="no_such_day" if written else "not_a_date", facts={"given": given}
        )
        raise FieldsRefused((problem,)) from None
