"""Clocks and what could not be carried out, as JSON in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.blocked_texts import blocked_text, could_title, who_could
from api.clock_texts import KINDS, NOTES, WHYS, amount, amount_text, day_text, limit_text
from api.present import stamp, title, unit
from engine.cases.blocked_views import BlockedView
from engine.cases.clock_queries import CaseClocks, Explained
from engine.definition.model import Duration
from engine.rules.days import DayLine
from engine.rules.explain import Could
from engine.rules.limits import LimitChange
from engine.rules.reckoning import Grant, Reckoning

Json = dict[str, Any]


def clocks(found: CaseClocks, english: bool) -> Json:
    return {
        "case": found.case_id,
        "number": found.number,
        "now": stamp(found.workflow, found.at),
        "clocks": [_clock(found, each, english) for each in found.clocks],
    }


def _clock(found: CaseClocks, each: Explained, english: bool) -> Json:
    workflow, told = found.workflow, each.reckoning
    clock, limit = told.clock, told.limit
    return {
        "clock": clock.code,
        "title": title(clock.title, english),
        "per": clock.per.value,
        "level": told.sum.level,
        "total": clock.total,
        "running": told.is_running,
        "over": told.sum.over,
        "limit": _limit(limit),
        "limit_changes": [
            {"seq": change.seq, "before": _limit(change.before), "after": _limit(change.after)}
            for change in each.changes
        ],
        "unit": told.unit.value,
        "used": amount(told, told.counted(found.at)),
        "left": amount(told, told.still_open(found.at)) if told.deadline else None,
        "deadline": stamp(workflow, told.deadline) if told.is_running else None,
        "overdue": bool(told.deadline) and told.left(found.at) < timedelta(),
        "provisional": told.is_provisional,
        "granted": [_grant(told, grant, english) for grant in told.grants],
        "runs": [
            {
                "seq": run.seq,
                "started": stamp(workflow, run.started),
                "until_seq": run.until,
                "stopped": stamp(workflow, run.stopped),
            }
            for run in told.sum.runs
        ],
        "steps": [
            {"at": f"{step.at}%", "fires": step.fire, "falls_due": stamp(workflow, told.moment_of(step.at))}
            for step in clock.steps
        ]
        if told.is_running
        else [],
        "days": [_day(told, line, english) for line in each.days],
    }


def _limit(limit: Duration | None) -> str | None:
    return f"{limit.number} {limit.unit.value}" if limit else None


def _given(told: Reckoning, grant: Grant) -> timedelta:
    """A date is told with what it leaves in all, without the first day, which is told beside it."""
    return grant.amount - told.first_day if grant.day else grant.amount


def _grant(told: Reckoning, grant: Grant, english: bool) -> Json:
    return {
        "why": grant.why.value,
        "text": WHYS[grant.why][english],
        "seq": grant.seq,
        "amount": amount(told, _given(told, grant)),
        "day": grant.day,
    }


def _day(told: Reckoning, line: DayLine, english: bool) -> Json:
    return {
        "day": line.day.date.isoformat(),
        "kind": line.day.kind.value,
        "kind_text": KINDS[line.day.kind][english],
        "name": title(line.day.title, english) if line.day.title else None,
        "provisional": line.day.provisional,
        "note": line.note.value,
        "note_text": NOTES[line.note][english],
        "counted": amount(told, line.counted),
        "stopped_by": line.stopped_by,
    }


def lines(found: CaseClocks, english: bool) -> list[str]:
    """For the command line: each clock with what was granted and why, then each of its days."""
    return [line for each in found.clocks for line in _lines(found, each, english)]


def _lines(found: CaseClocks, each: Explained, english: bool) -> list[str]:
    told = each.reckoning
    level = found.workflow.levels[told.sum.level].title
    moment = told.deadline.astimezone(told.work.zone) if told.deadline else None
    until = f"{moment:%Y-%m-%d %H:%M}" if moment and told.is_running else "–"
    head = f"{title(told.clock.title, english)} [{title(level, english)}]: {until}"
    days = (f"    {day_text(line.day)[english]}: {_noted(told, line, english)}" for line in each.days)
    return [head, *_granted(told, english), *_changed(each, english), f"  {_used(told, found, english)}", *days]


def _granted(told: Reckoning, english: bool) -> list[str]:
    """What was given, why, and by which row of the history; for a date the whole from then on."""
    return [f"  + {_why(told, grant, english)}" for grant in told.grants]


def _why(told: Reckoning, grant: Grant, english: bool) -> str:
    day = f" {grant.day}" if grant.day else ""
    row = f" (row {grant.seq})" if english else f"（第 {grant.seq} 步）"
    return f"{WHYS[grant.why][english]}{day}: {amount_text(told, _given(told, grant))[english]}{row}"


def _changed(each: Explained, english: bool) -> list[str]:
    return [f"  ~ {_change(change, english)}" for change in each.changes]


def _change(change: LimitChange, english: bool) -> str:
    before, after = (limit_text(each)[english] for each in (change.before, change.after))
    if english:
        return f"the limit was {before} and is {after} (row {change.seq})"
    return f"时限由 {before} 改为 {after}（第 {change.seq} 步）"


def _used(told: Reckoning, found: CaseClocks, english: bool) -> str:
    used, left = (
        amount_text(told, told.counted(found.at))[english],
        amount_text(told, told.still_open(found.at))[english],
    )
    return f"used {used}, {left} left" if english else f"已用 {used}，剩 {left}"


def _noted(told: Reckoning, line: DayLine, english: bool) -> str:
    counted = f" {amount_text(told, line.counted)[english]}" if line.counted else ""
    return f"{NOTES[line.note][english]}{counted}"


def blocked(view: BlockedView, english: bool) -> Json:
    found = view.found
    line = view.refusal.refused_by if view.refusal else None
    return {
        "kind": found.kind,
        "subject": found.subject,
        "case": found.case_id,
        "number": view.number,
        "unit": found.unit,
        "code": found.code,
        "text": blocked_text(view)[english],
        "refused_by": {"file": line.file, "line": line.line, "ref": line.ref, "rule": line.rule} if line else None,
        "could": [_could(view, each, english) for each in who_could(view)],
        "facts": dict(found.facts),
        "since": found.since.isoformat(),
        "attend_by": found.attend_by.isoformat(),
        "tried_at": found.tried_at.isoformat(),
        "tries": found.tries,
    }


def _could(view: BlockedView, could: Could, english: bool) -> Json:
    units = [unit(code, view.names) for code in could.units]
    return {"name": could.name, "title": could_title(view, could)[english], "units": units}
