"""The ladder of a case: where it stands among the levels, and how long it stayed at each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from api.present import title
from engine.cases.office import Office
from engine.cases.views import CaseView, EventView
from engine.definition.model import TimeUnit
from engine.rules.worktime import Worktime

_DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Stair:
    """`standing` is done, now or next. `days` are working days, with one decimal; None where it never was."""

    code: str
    title: str
    standing: str
    days: float | None


def stairs(office: Office, view: CaseView, events: Sequence[EventView], now: datetime, english: bool) -> list[Stair]:
    """One stair a level of the workflow, lowest first; the county's only where the case went there."""
    stays = _stays(view, events, now)
    levels = list(view.workflow.levels)
    order = {code: place for place, code in enumerate(levels)}
    here, closed = order[view.state.level], view.state.closed_at is not None
    shown = [code for code in levels if order[code] < max(3, here + 1) or code in stays]
    work = work_of(office, view.identity.file)
    found = []
    for code in shown:
        standing = "now" if code == view.state.level and not closed else "done" if code in stays else "next"
        days = working_days(work, stays[code]) if code in stays else None
        words = title(view.workflow.levels[code].title, english)
        found.append(Stair(code=code, title=words, standing=standing, days=days))
    return found


def _stays(view: CaseView, events: Sequence[EventView], now: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
    """Level -> when the case came and went. A closed case left when it was closed."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for level, start, end in spans(events, view.state.closed_at or now):
        found.setdefault(level, []).append((start, end))
    return found


def spans(events: Sequence[EventView], end: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """(level, from, to) of each stay at a level, one after the other up to `end`."""
    turns = [each.event for each in events if each.event.level_from != each.event.level_to]
    last = max(end, turns[-1].recorded_at)
    moments = [*((turn.level_to, turn.recorded_at) for turn in turns), ("", last)]
    for (level, start), (_, until) in pairwise(moments):
        yield level, start, until


def work_of(office: Office, rules: tuple[str, int, str]) -> Worktime | None:
    """The working time of a version of the rules (key, version, hash), where its calendar is here."""
    compiled = office.rulebook.pinned(*rules)
    return Worktime.of(compiled.workflow, compiled.calendar) if compiled.calendar else None


def working_days(work: Worktime | None, stays: Sequence[tuple[datetime, datetime]]) -> float:
    """Working days between each start and end, in sum, with one decimal; natural ones where no calendar is."""
    if work is None:
        return round(sum((end - start).total_seconds() for start, end in stays) / _DAY, 1)
    return round(sum((_spent(work, start, end) for start, end in stays), 0.0), 1)


def _spent(work: Worktime, start: datetime, end: datetime) -> float:
    """Rules without business hours count a working day round the clock."""
    one = work.length_of_one(TimeUnit.WORKING_DAYS)
    if one:
        return work.measured(TimeUnit.WORKING_DAYS, start, end) / one
    here, there = start.astimezone(work.zone), end.astimezone(work.zone)
    days = (here.date() + timedelta(days=n) for n in range((there.date() - here.date()).days + 1))
    return sum(_within(work, day, here, there) for day in days if work.calendar.is_working(day))


def _within(work: Worktime, day: date, start: datetime, end: datetime) -> float:
    """The part of the day between the two moments."""
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), work.zone) for n in (0, 1))
    return max(0.0, (min(end, ends) - max(start, begins)).total_seconds()) / _DAY
