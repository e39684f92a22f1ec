"""Dates as people say them: with the weekday, without the year where it is this one, in the time of the rules."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ZH = "一二三四五六日"
_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Calendar:
    """Says moments in one language and one zone, seen from `today`."""

    def __init__(self, english: bool, now: datetime, zone: str) -> None:
        self.english, self.zone = english, ZoneInfo(zone)
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()

    def local(self, moment: datetime | str) -> datetime:
        """The moment in the zone of the rules; a string is RFC 3339."""
        return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(self.zone)

    def day(self, found: date | str) -> str:
        """`3月12日（周四）`, `Thu 12 Mar`."""
        found = date.fromisoformat(found[:10]) if isinstance(found, str) else found
        other = found.year != self.today.year
        if self.english:
            return f"{_EN[found.weekday()]} {found.day} {_MONTHS[found.month - 1]}" + f" {found.year}" * other
        return f"{found.year}年" * other + f"{found.month}月{found.day}日（周{_ZH[found.weekday()]}）"

    def at(self, moment: datetime | str) -> str:
        """`3月12日（周四）17:30`; 今天 and 明天 are said so."""
        local = self.local(moment)
        day = self.near(local.date())
        return f"{day}{'' if day.endswith('）') else ' '}{self.clock(local)}"

    def until(self, moment: datetime | str) -> str:
        """The same as a deadline: midnight is the end of the day before, 24:00."""
        local = self.local(moment)
        if local.time() != time(0, 0):
            return self.at(moment)
        day = self.near(local.date() - timedelta(days=1))
        return f"{day}{'' if day.endswith('）') else ' '}24:00"

    def near(self, found: date) -> str:
        """The day, with 今天, 明天, 昨天 by that name."""
        names = {0: ("今天", "today"), 1: ("明天", "tomorrow"), -1: ("昨天", "yesterday")}
        name = names.get((found - self.today).days)
        return name[self.english] if name else self.day(found)

    def exact(self, moment: datetime | str) -> str:
        """`3月12日（周四）17:30`, without 今天: for what is kept and printed."""
        local = self.local(moment)
        return f"{self.day(local.date())}{' ' if self.english else ''}{self.clock(local)}"

    def full(self, moment: datetime | str, *, end: bool = False) -> str:
        """`2026年3月12日 17:30`, with the year and without the weekday: for the file. `end`: midnight as the end of the
        day before, 24:00."""
        local = self.local(moment)
        last = end and local.time() == time(0, 0)
        day, clock = (local.date() - timedelta(days=1), "24:00") if last else (local.date(), self.clock(local))
        if self.english:
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year} {clock}"
        return f"{day.year}年{day.month}月{day.day}日 {clock}"

    def clock(self, local: datetime) -> str:
        """`17:30`."""
        return f"{local:%H:%M}"
