"""What became of each deadline, for paper: start, due, what really happened, in time or how late; days not counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from api.clock_texts import amount_text, limit_text
from api.present import title
from api.web.dates import Calendar
from engine.cases.clock_queries import CaseClocks, Explained
from engine.definition.calendar import DayKind
from engine.definition.model import Per
from engine.rules.days import DayLine, Note

Named = tuple[str, bool]
_NAMED = (DayKind.HOLIDAY, DayKind.MADE_UP, DayKind.LOCAL_OFF, DayKind.LOCAL_WORK)


def clock_results(found: CaseClocks, titles: Mapping[int, str], english: bool) -> list[dict[str, Any]]:
    """One line a sum, in the order in which they began; `titles` are those of the rows by number."""
    begun = sorted(found.clocks, key=lambda each: (each.reckoning.sum.runs[0].started, each.reckoning.clock.code))
    return [_result(found, each, titles, english) for each in begun]


def _result(found: CaseClocks, each: Explained, titles: Mapping[int, str], english: bool) -> dict[str, Any]:
    told, run = each.reckoning, each.reckoning.run
    words = title(told.clock.title, english)
    if told.clock.per is Per.LEVEL:
        words = f"{words} · {title(found.workflow.levels[told.sum.level].title, english)}"
    return {
        "title": words,
        "limit": limit_text(told.limit)[english] if told.limit else None,
        "start": told.sum.runs[0].started,
        "due": told.deadline,
        "provisional": told.is_provisional,
        "stopped": run.stopped,
        "by": titles.get(run.until or 0),
        "runs": len(told.sum.runs),
        **_outcome(found, each, english),
    }


def _outcome(found: CaseClocks, each: Explained, english: bool) -> dict[str, Any]:
    """`outcome` is none, kept, late or running; `amount` how late it is, or what is left."""
    told = each.reckoning
    if told.deadline is None:
        return {"outcome": "none", "amount": ""}
    at = told.run.stopped or found.at
    left = told.still_open(at)
    late = at > told.deadline
    outcome = "late" if late else "running" if told.is_running else "kept"
    return {"outcome": outcome, "amount": amount_text(told, -left if late else left)[english]}


def days_named(found: CaseClocks, when: Calendar, english: bool) -> list[dict[str, Any]]:
    """Holidays that were left out, and days off that were worked and counted, each span once: {days, name, counted}."""
    seen: dict[date, Named] = {}
    for each in found.clocks:
        seen |= {line.day.date: _named(line, english) for line in each.days if _is_told(line)}
    return [
        {"first": when.day(first), "last": when.day(last) if last != first else None, "name": name, "counted": counted}
        for first, last, (name, counted) in _spans(seen)
    ]


def _is_told(line: DayLine) -> bool:
    return line.day.kind in _NAMED and line.note in (Note.OFF, Note.COUNTED)


def _named(line: DayLine, english: bool) -> Named:
    return (title(line.day.title, english) if line.day.title else ""), line.note is Note.COUNTED


def _spans(seen: Mapping[date, Named]) -> Iterator[tuple[date, date, Named]]:
    """Days in a row that are told alike."""
    first = last = None
    for day in sorted(seen):
        if first is not None and last is not None and (seen[day] != seen[first] or day - last > timedelta(days=1)):
            yield first, last, seen[first]
            first = day
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last, seen[first]
