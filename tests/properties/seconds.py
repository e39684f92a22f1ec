"""Time counted second by second: every second of working time of some months of 2026 and 2027, in a row.

Moments are seconds since midnight of the first day, in Shanghai, which has known no summer time since 1991. The days
off are written here once more, from the State Council's notice, so that no line is shared with the engine.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST, DAYS = date(2026, 9, 1), 365
HOUR, DAY = 3600, 86_400
OPENS, CLOSES = 17 * HOUR // 2, 35 * HOUR // 2  # 08:30 to 17:30
#: One of each unit in seconds of its own measure: a working day is nine hours of work.
ONE = {
    "minutes": 60,
    "hours": HOUR,
    "business hours": HOUR,
    "natural days": DAY,
    "working days": CLOSES - OPENS,
}
AT_WORK = ("business hours", "working days")
WHOLE_DAYS = ("natural days", "working days")
_OFF = {date(2026, 9, day) for day in (25, 26, 27)} | {date(2026, 10, day) for day in range(1, 8)}
_WORKED = {date(2026, 9, 20), date(2026, 10, 10)}
_ZERO = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZoneInfo("Asia/Shanghai"))


def second(moment: datetime) -> int:
    """The moment as this module counts it; it has no parts of a second."""
    past = moment - _ZERO
    assert past.microseconds == 0, moment
    return past.days * DAY + past.seconds


def moment(at: int) -> datetime:
    return _ZERO + timedelta(seconds=at)


def day_number(day: str) -> int:
    """Of an ISO date."""
    return (date.fromisoformat(day) - FIRST).days


def is_worked(number: int) -> bool:
    day = FIRST + timedelta(days=number)
    return day in _WORKED or (day.weekday() < 5 and day not in _OFF)


@lru_cache(maxsize=1)
def _at_work() -> array[int]:
    """Every second in which somebody is at work."""
    found = array("I")
    for number in range(DAYS):
        if is_worked(number):
            found.extend(range(number * DAY + OPENS, number * DAY + CLOSES))
    return found


def passed(unit: str, start: int, end: int) -> int:
    """How many seconds of the unit lie between the two."""
    if unit not in AT_WORK:
        return max(0, end - start)
    return max(0, bisect_left(_at_work(), end) - bisect_left(_at_work(), start))


def after(unit: str, start: int, count: int) -> int:
    """When so many seconds of the unit are over, counted from the start; the start for none."""
    if count <= 0:
        return start
    return _at_work()[bisect_left(_at_work(), start) + count - 1] + 1 if unit in AT_WORK else start + count


def day_end(unit: str, number: int) -> int:
    """When a day is over for the unit."""
    return number * DAY + (CLOSES if unit in AT_WORK else DAY)


def past_days_off(end: int) -> int:
    """A last day on which nobody works does not count as the last."""
    last = number = (end - 1) // DAY
    while not is_worked(number):
        number += 1
    return end if number == last else (number + 1) * DAY
