"""Steps upward by month, as bars of people and of the clock: geometry for a drawing, and the numbers for a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from engine.audit.moves import Month
from engine.audit.queries import HistoryFilter

_MONTHS = 12
WIDTH, HEIGHT = 720, 150
_LEFT, _TOP, _FLOOR = 8, 22, 122
_BAR = 34


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One month: its place in the drawing, people below, the clock on top. `y` is where each part begins."""

    month: date
    people: int
    clock: int
    x: float
    people_y: float
    people_height: float
    clock_y: float
    clock_height: float

    @property
    def total(self) -> int:
        return self.people + self.clock

    @property
    def middle(self) -> float:
        return self.x + _BAR / 2


def months_of(wanted: HistoryFilter, now: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """The last twelve months that the filter reaches, at most; each from its first moment to the next one's."""
    here = ZoneInfo(zone)
    end = min(wanted.until, now) if wanted.until else now
    last = (end - datetime.resolution).astimezone(here).date().replace(day=1)
    first = wanted.since.astimezone(here).date().replace(day=1) if wanted.since else date.min
    found = [month for month in (_earlier(last, back) for back in range(_MONTHS)) if month >= first] or [last]
    return [(_start(month, here), _start(_earlier(month, -1), here)) for month in reversed(found)]


def _earlier(month: date, months: int) -> date:
    whole = month.year * 12 + month.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)


def _start(month: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(month, time(), zone)


def bars(counted: Sequence[Month], zone: str) -> list[Bar]:
    """A bar a month, the tallest filling the height."""
    most = max((each.by_people + each.by_clock for each in counted), default=0) or 1
    step = (WIDTH - 2 * _LEFT) / max(len(counted), 1)
    return [
        _bar(each, _LEFT + place * step + (step - _BAR) / 2, (_FLOOR - _TOP) / most, ZoneInfo(zone))
        for place, each in enumerate(counted)
    ]


def _bar(each: Month, x: float, unit: float, zone: ZoneInfo) -> Bar:
    people, clock = each.by_people * unit, each.by_clock * unit
    return Bar(
        month=each.start.astimezone(zone).date(),
        people=each.by_people,
        clock=each.by_clock,
        x=round(x, 1),
        people_y=round(_FLOOR - people, 1),
        people_height=round(people, 1),
        clock_y=round(_FLOOR - people - clock, 1),
        clock_height=round(clock, 1),
    )
