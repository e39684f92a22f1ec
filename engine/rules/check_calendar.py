"""Findings of a workflow on its calendar: years that deadlines reach and it lacks, meetings that holidays skip too
often, limits shorter than the wait for a meeting (K01 to K03). Pure: the day is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from engine.definition.calendar import Calendar
from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import (
    AllOf,
    AnyOf,
    Clock,
    Condition,
    Duration,
    FieldIs,
    LevelIs,
    Meeting,
    Not,
    State,
    TimeUnit,
    Workflow,
)
from engine.definition.report import in_order
from engine.rules.rhythm import named_turns, turns
from engine.rules.worktime import Worktime

#: A meeting may miss so many turns running.
_RUNNING = 2
_LEVEL = "level"
_ROUND_THE_CLOCK = (TimeUnit.MINUTES, TimeUnit.HOURS)
Env = Mapping[str, str]  #: `level` and choice fields with their values
Wait = tuple[datetime, datetime]  #: two turns, one after the other


def check_calendar(workflow: Workflow, calendar: Calendar, today: date) -> tuple[Finding, ...]:
    """What is to be said of sound rules on the calendar that they name, in the order of its places. Deadlines are asked
    about as if a case began `today`; meetings over all years of the calendar."""
    at, work = At(workflow, None), Worktime.of(workflow, calendar)
    return in_order([*_lacking(at, work, today), *_skipping(at, calendar), *_too_short(at, work)])


# --- K01 -------------------------------------------------------------------------------------------------------------


def _lacking(at: At, work: Worktime, today: date) -> Iterator[Finding]:
    """One finding, at the clock that reaches farthest."""
    found = [(_reach(clock, work, today), clock) for clock in at.workflow.clocks.values() if _by_days(clock)]
    last, clock = max(found, key=lambda each: each[0], default=(today, None))
    years = [str(year) for year in range(today.year, last.year + 1) if not work.calendar.covers(year)]
    if clock is None or not years:
        return
    code, zh_years, en_years = work.calendar.code, "、".join(years), ", ".join(years)
    zh = f"自 {today} 起算可到 {last}，日历 '{code}' 没有 {zh_years} 年：到那时的期限是暂定的"
    en = f"from {today} on it reaches {last}, and the calendar '{code}' lacks {en_years}: such dates are provisional"
    yield at.place(Code.K01, clock.mark, f"clocks.{clock.code}", zh, en)


def _by_days(clock: Clock) -> list[Duration]:
    """The limits that a calendar is asked for."""
    return [limit for limit in clock.limits.values() if limit and limit.unit not in _ROUND_THE_CLOCK]


def _reach(clock: Clock, work: Worktime, today: date) -> date:
    """The last day of the longest limit that begins today."""
    start = datetime.combine(today, work.opens, tzinfo=work.zone)
    return max(work.day_of(_deadline(work, limit, start) - timedelta(microseconds=1)) for limit in _by_days(clock))


def _deadline(work: Worktime, limit: Duration, start: datetime) -> datetime:
    end = work.later(limit.unit, start, work.length(limit) + work.rest_of_day(limit.unit, start))
    return work.rolled(end) if limit.unit is TimeUnit.NATURAL_DAYS else end


# --- K02 -------------------------------------------------------------------------------------------------------------


def _skipping(at: At, calendar: Calendar) -> Iterator[Finding]:
    for meeting in at.workflow.meetings.values():
        for unit in (None, *calendar.local):
            work = Worktime.of(at.workflow, calendar.of_line([unit] if unit else []))
            first, count = _longest_gap(meeting, work)
            if first is not None and count > _RUNNING:
                yield _skips(at, meeting, unit, first, count)
                break


def _skips(at: At, meeting: Meeting, unit: str | None, first: date, count: int) -> Finding:
    zh_unit, en_unit = (f"（单位 '{unit}' 的本地日子）", f" with the local days of '{unit}'") if unit else ("", "")
    zh = f"逢假不开：从 {first} 起连续 {count} 次不开{zh_unit}"
    en = f"its `on_holiday` skips {count} turns running from {first} on{en_unit}"
    return at.place(Code.K02, meeting.mark, f"meetings.{meeting.code}", zh, en)


def _longest_gap(meeting: Meeting, work: Worktime) -> tuple[date | None, int]:
    """The first day of the most turns running that do not take place, and how many these are."""
    longest: tuple[date | None, int] = (None, 0)
    first, count = None, 0
    for named, sitting in named_turns(meeting, work, *_stretch(work.calendar)):
        first, count = (None, 0) if sitting else (first or named, count + 1)
        longest = max(longest, (first, count), key=lambda each: each[1])
    return longest


def _stretch(calendar: Calendar) -> tuple[date, date]:
    """From the first to the last day that the calendar knows; two days that hold nothing where it knows none."""
    if not calendar.years:
        return date.max, date.min
    return date(min(calendar.years), 1, 1), date(max(calendar.years), 12, 31)


# --- K03 -------------------------------------------------------------------------------------------------------------


def _too_short(at: At, work: Worktime) -> Iterator[Finding]:
    workflow = at.workflow
    waits = {meeting.code: _waits(meeting, work) for meeting in workflow.meetings.values()}
    for clock in workflow.clocks.values():
        told: set[str] = set()
        for state in workflow.states.values():
            meeting = next(iter(state.gate), None)
            if meeting and clock.code in state.runs and meeting not in told and waits[meeting]:
                for limit, wait in _shorter(workflow, clock, state, waits[meeting], work):
                    told.add(meeting)
                    yield _short(at, clock, state, meeting, limit, wait)


def _waits(meeting: Meeting, work: Worktime) -> list[Wait]:
    first, last = _stretch(work.calendar)
    if first > last:
        return []
    bounds = (datetime.combine(day, time(0, 0), tzinfo=work.zone) for day in (first, last))
    found = [each.at for each in turns(meeting, work, None, *bounds)]
    return list(pairwise(found))


def _shorter(
    workflow: Workflow, clock: Clock, state: State, waits: list[Wait], work: Worktime
) -> list[tuple[Duration, Wait]]:
    """The shortest limit of a case that has to wait here that is over before the longest wait in its measure."""
    limits = [limit for key, limit in clock.limits.items() if limit and _has_to_wait(workflow, clock, state, key)]
    found = [(limit, _longest(limit.unit, waits, work)) for limit in limits]
    short = [(limit, wait) for limit, wait in found if _deadline(work, limit, wait[0]) < wait[1]]
    return sorted(short, key=lambda each: _deadline(work, each[0], waits[0][0]))[:1]


def _longest(unit: TimeUnit, waits: list[Wait], work: Worktime) -> Wait:
    return max(waits, key=lambda wait: work.measured(unit, *wait) - work.rest_of_day(unit, wait[0]))


def _short(at: At, clock: Clock, state: State, meeting: str, limit: Duration, wait: Wait) -> Finding:
    first, second = (each.date() for each in wait)
    length = f"{limit.number} {limit.unit.value}"
    zh = f"时限 '{length}' 短于会议 '{meeting}' 两次之间最长的等候（{first} 到 {second}）：在 '{state.code}' 等会即超期"
    en = (
        f"the limit '{length}' is shorter than the longest wait between two turns of '{meeting}' "
        f"({first} to {second}): a case that waits in '{state.code}' is overdue before it is heard"
    )
    return at.place(Code.K03, clock.mark, f"clocks.{clock.code}", zh, en)


def _has_to_wait(workflow: Workflow, clock: Clock, state: State, key: tuple[str, ...]) -> bool:
    """A case with these values may be in the state with the clock running, and nothing says that it need not wait."""
    env: Env = {**({_LEVEL: state.level} if state.level else {}), **dict(zip(clock.by, key, strict=True))}
    if state.level and env[_LEVEL] != state.level:
        return False
    if any(_holds(each, env) is False for each in clock.when):
        return False
    rows = (row for row in workflow.rows_from(state.code) if row.via and row.at_once_if)
    return not any(all(_holds(each, env) for each in row.at_once_if) for row in rows)


def _holds(asked: Condition, env: Env) -> bool | None:
    """None where it hangs on something else."""
    match asked:
        case FieldIs():
            return env[asked.field] in asked.values if asked.field in env else None
        case LevelIs():
            return env[_LEVEL] in asked.levels if _LEVEL in env else None
        case Not():
            inner = _holds(asked.condition, env)
            return None if inner is None else not inner
        case AnyOf():
            return _joined([_holds(each, env) for each in asked.conditions], decides=True)
        case AllOf():
            return _joined([_holds(each, env) for each in asked.conditions], decides=False)
    return None


def _joined(found: list[bool | None], *, decides: bool) -> bool | None:
    if decides in found:
        return decides
    return None if None in found else not decides
