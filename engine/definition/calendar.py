"""The calendar: which days are worked, and why, for everybody and at a place (`workflows/README.md`, Calendars)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from engine.definition.model import Title

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day is worked or not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MADE_UP = "made_up"  #: a weekend worked for a holiday (调休)
    LOCAL_OFF = "local_off"
    LOCAL_WORK = "local_work"

    @property
    def working(self) -> bool:
        return self in _WORKED


_WORKED = frozenset({DayKind.WORKING, DayKind.MADE_UP, DayKind.LOCAL_WORK})

#: The local days of one unit, or of a place.
LocalDays = Mapping[date, tuple[DayKind, Title]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """`title` names the holiday, for which a weekend is worked too, or the local occasion; an ordinary day has none. A
    `provisional` day lies in a year of which the calendar knows nothing yet."""

    date: date
    kind: DayKind
    title: Title | None
    provisional: bool

    @property
    def working(self) -> bool:
        return self.kind.working


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The notice that a year is taken from."""

    title: Title
    number: str
    date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """`holidays` are days off by holiday, their weekends too; `made_up` the weekends worked, by the same holidays."""

    number: int
    source: Source
    holidays: Mapping[date, Title]
    made_up: Mapping[date, Title]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One version of one calendar. `local` holds the local days of units by their codes; `here` those of the place that
    `of_line` chose, none in the calendar of a file. `data` are the file's bytes, `sha256` is their hash."""

    code: str
    version: int
    title: Title
    years: Mapping[int, Year]
    local: Mapping[str, LocalDays] = field(default_factory=dict)
    here: LocalDays = field(default_factory=dict)
    sha256: str = ""
    data: bytes = field(default=b"", repr=False, compare=False)

    def day(self, date: date) -> Day:
        """What this day is; in a year without data it goes by its weekday (and local days) and is provisional."""
        if found := self._marked.get(date):
            return found
        return _ordinary(date, provisional=not self.covers(date.year))

    def is_working(self, date: date) -> bool:
        found = self._marked.get(date)
        return found.working if found else date.weekday() < _SATURDAY

    def next_working(self, date: date) -> date:
        """The first working day at or after this one."""
        while not self.is_working(date):
            date += _ONE_DAY
        return date

    def covers(self, year: int) -> bool:
        return year in self.years

    def of_line(self, units: Iterable[str]) -> Calendar:
        """The calendar of a place: with the local days of the units on its line, given from the root down to the place
        itself; of two that speak of one day the nearer wins. The same line gives the same calendar again."""
        codes = tuple(code for code in units if code in self.local)
        if codes not in self._placed:
            here = {day: local for code in codes for day, local in self.local[code].items()}
            self._placed[codes] = self if here == self.here else replace(self, here=here)
        return self._placed[codes]

    @cached_property
    def _placed(self) -> dict[tuple[str, ...], Calendar]:
        return {}

    @cached_property
    def _marked(self) -> Mapping[date, Day]:
        """The days that are something else than their weekday says. A local day counts only where it changes whether
        the day is worked, so that a market on a legal holiday leaves it one."""
        days: dict[date, Day] = {}
        for year in self.years.values():
            days |= {at: self._special(at, DayKind.HOLIDAY, title) for at, title in year.holidays.items()}
            days |= {at: self._special(at, DayKind.MADE_UP, title) for at, title in year.made_up.items()}
        for at, (kind, title) in self.here.items():
            worked = days[at].working if at in days else at.weekday() < _SATURDAY
            if kind.working != worked:
                days[at] = self._special(at, kind, title)
        return days

    def _special(self, at: date, kind: DayKind, title: Title) -> Day:
        return Day(date=at, kind=kind, title=title, provisional=not self.covers(at.year))


@lru_cache(maxsize=4096)
def _ordinary(at: date, *, provisional: bool) -> Day:
    """A day that is what its weekday says: the same in every calendar, and asked for most."""
    kind = DayKind.WEEKEND if at.weekday() >= _SATURDAY else DayKind.WORKING
    return Day(date=at, kind=kind, title=None, provisional=provisional)
