"""A deadline as the case page shows it: the sum in a sentence, and its days as a calendar of weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.clock_texts import KINDS, NOTES, amount_text, limit_text
from api.present import title
from api.web.dates import Calendar
from engine.cases.clock_queries import CaseClocks, Explained
from engine.definition.calendar import DayKind
from engine.definition.model import TimeUnit
from engine.rules.days import DayLine, Note

_LONGEST = 84  # days that are drawn; a longer sum is told by its sentence
_WHOLE = (TimeUnit.WORKING_DAYS, TimeUnit.NATURAL_DAYS)
_SPECIAL = {DayKind.MADE_UP: ("班", "work"), DayKind.LOCAL_WORK: ("班", "work")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One day: `kind` is a class of `mq-days`, `words` what stands below its number."""

    day: int
    kind: str
    words: str


def clocks_shown(found: CaseClocks, when: Calendar, english: bool) -> list[dict[str, Any]]:
    """The running clocks, the nearest deadline first."""
    running = [each for each in found.clocks if each.reckoning.is_running]
    running.sort(key=lambda each: (each.reckoning.deadline is None, each.reckoning.deadline))
    return [_shown(found, each, when, english) for each in running]


def _shown(found: CaseClocks, each: Explained, when: Calendar, english: bool) -> dict[str, Any]:
    told = each.reckoning
    return {
        "title": title(told.clock.title, english),
        "deadline": told.deadline,
        "provisional": told.is_provisional,
        "said": _said(found, each, english),
        "weeks": list(_weeks(each, when, english)) if told.unit in _WHOLE and len(each.days) <= _LONGEST else [],
        "aloud": "; ".join(_aloud(line, when, english) for line in each.days),
    }


def _said(found: CaseClocks, each: Explained, english: bool) -> str:
    told = each.reckoning
    used = amount_text(told, told.counted(found.at))[english]
    limit = limit_text(told.limit)[english]
    if told.deadline is None:
        return f"{used} used" if english else f"已用 {used}"
    late = -told.still_open(found.at)
    if late > timedelta():
        over = amount_text(told, late)[english]
        return f"{limit} in all: {used} used, {over} over" if english else f"共 {limit}，已用 {used}，超出 {over}"
    return f"{limit} in all: {used} used" if english else f"共 {limit}，已用 {used}"


def _aloud(line: DayLine, when: Calendar, english: bool) -> str:
    return f"{when.day(line.day.date)} {KINDS[line.day.kind][english]} {NOTES[line.note][english]}"


def _weeks(each: Explained, when: Calendar, english: bool) -> Iterator[list[Cell]]:
    """Whole weeks from the Monday of the first day to the Sunday of the last."""
    lines = {line.day.date: line for line in each.days}
    if not lines:
        return
    first, last = min(lines), max(lines)
    numbers = _numbers(each.days)
    start = first - timedelta(days=first.weekday())
    while start <= last:
        week = [start + timedelta(days=n) for n in range(7)]
        yield [_cell(each, lines.get(day), day, numbers, last, when, english) for day in week]
        start += timedelta(days=7)


def _numbers(days: Sequence[DayLine]) -> dict[date, int]:
    """The how manieth counted day each is."""
    counted = [line.day.date for line in days if line.note is Note.COUNTED]
    return {day: place for place, day in enumerate(counted, 1)}


def _cell(each: Explained, line: DayLine | None, day: date, numbers: dict[date, int], last: date, when: Calendar,
          english: bool) -> Cell:  # fmt: skip
    if line is None:
        return Cell(day=day.day, kind="out", words="")
    is_due = each.reckoning.deadline is not None and day == last
    kind = "due" if is_due else "today" if day == when.today else _KIND[line.note]
    return Cell(day=day.day, kind=kind, words=_words(line, numbers.get(day), is_due, day == when.today, english))


_KIND = {Note.START: "start", Note.COUNTED: "", Note.OFF: "off", Note.PAUSED: "off", Note.ROLLED: "off"}
_WORDS = {
    Note.START: ("起", "from"),
    Note.OFF: ("休", "off"),
    Note.PAUSED: ("停", "rest"),
    Note.ROLLED: ("休", "off"),
}


def _words(line: DayLine, number: int | None, is_due: bool, is_today: bool, english: bool) -> str:
    if is_due:
        return ("到期", "due")[english]
    if is_today:
        return ("今天", "today")[english]
    if number is None:
        return _WORDS[line.note][english]
    special = _SPECIAL.get(line.day.kind)
    return f"{number} {special[english]}" if special else str(number)


def week_names(english: bool) -> Sequence[str]:
    return ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su") if english else tuple("一二三四五六日")
