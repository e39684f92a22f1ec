"""What a simulation says at its end: lines in both languages, and the same as JSON. Nothing here knows the real time,
so that two runs from one seed say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.demo.simulating import Simulated
from engine.audit.figures import Week
from engine.definition.model import Title

_WEEK_HEAD = ("week", "held", "missed", "cancelled", "decided", "carried", "raised")


def lines(found: Simulated) -> Iterator[str]:
    """One after another, in blocks."""
    figures, verdict = found.figures, found.verdict
    yield (
        f"模拟 {found.days} 天，{figures.cases} 件事项，种子 {found.seed} / "
        f"simulated {found.days} days, {figures.cases} cases, seed {found.seed}"
    )
    yield from _block("事项按层级和状态 (其中超期) / cases by level and state (overdue)", _in_states(found))
    yield from _block("曾用完时限的事项 / cases that used up a limit, by clock", _late(found))
    yield from _block("时限触发 / fired by the clocks", _fired(found))
    yield from _block("提醒 / reminders", _reminders(found))
    yield from _block("会议按周 / meetings by week", _weeks(figures.weeks))
    yield from _block("未能执行的队列 / blocked queue", _pairs(figures.blocked))
    yield from _block("被规则拒绝的操作 / acts that the rules refused", _pairs(found.refused))
    yield ""
    yield f"收件箱消息 {figures.messages} / messages in inboxes {figures.messages}"
    yield (
        f"核对 {verdict.cases} 件事项、{verdict.rows} 条历史，{len(verdict.flaws)} 处不符 / "
        f"verified {verdict.cases} cases, {verdict.rows} history rows, {len(verdict.flaws)} flaws"
    )


def _of(numbers: Mapping[tuple[str, str], int]) -> list[tuple[tuple[str, str], int]]:
    return sorted(numbers.items())


def _pairs(numbers: Mapping[tuple[str, str], int]) -> Iterator[str]:
    return (f"{f'{what} {code}':<34}{number:>6}" for (what, code), number in _of(numbers))


def _block(title: str, rows: Iterator[str]) -> Iterator[str]:
    yield ""
    yield title
    found = list(rows)
    yield from (f"  {row}" for row in found or ["–"])


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _both(title: Title) -> str:
    return f"{title.zh} / {title.en}"


def _in_states(found: Simulated) -> Iterator[str]:
    workflow, figures = found.workflow, found.figures
    for level in workflow.levels.values():
        inside = [each for each in figures.in_states if each.level == level.code]
        yield f"{level.code:<22}{sum(each.cases for each in inside):>6}  {_both(level.title)}"
        for each in inside:
            late = f"({each.overdue})" if each.overdue else ""
            yield f"  {each.state:<20}{each.cases:>6} {late:<6} {_both(workflow.states[each.state].title)}"
    yield f"{'open':<22}{figures.open:>6}  在办 / open"
    yield f"{'overdue':<22}{figures.overdue:>6}  {_share(figures.overdue, figures.open):>7}  在办超期 / of the open"


def _late(found: Simulated) -> Iterator[str]:
    for clock, number in found.figures.late.items():
        share = _share(number, found.figures.cases)
        yield f"{clock:<22}{number:>6}  {share:>7}  {_both(found.workflow.clocks[clock].title)}"


def _fired(found: Simulated) -> Iterator[str]:
    titles = {row.trigger: row.title for row in found.workflow.rows}
    for trigger, number in found.figures.fired.items():
        yield f"{trigger:<22}{number:>6}  {_both(titles[trigger])}"


def _reminders(found: Simulated) -> Iterator[str]:
    for each in found.figures.reminders:
        clock = f"{each.clock} {each.share}%"
        yield f"{clock:<22}{each.times:>6}  {_both(found.workflow.clocks[each.clock].title)}"


def _weeks(weeks: tuple[Week, ...]) -> Iterator[str]:
    yield "".join(f"{name:>10}" for name in _WEEK_HEAD)
    for each in weeks:
        yield "".join(f"{getattr(each, name):>10}" for name in _WEEK_HEAD)
    yield f"{'total':>10}" + "".join(f"{sum(getattr(each, name) for each in weeks):>10}" for name in _WEEK_HEAD[1:])


def as_json(found: Simulated) -> dict[str, Any]:
    """Everything of `lines` by name."""
    figures, verdict = found.figures, found.verdict
    return {
        "workflow": f"{found.workflow.key}/{found.workflow.version}",
        "days": found.days,
        "seed": found.seed,
        "until": found.until.isoformat(),
        "cases": figures.cases,
        "states": [{n: getattr(each, n) for n in ("level", "state", "cases", "overdue")} for each in figures.in_states],
        "open": figures.open,
        "overdue": figures.overdue,
        "late": dict(figures.late),
        "fired": dict(figures.fired),
        "reminders": [{n: getattr(each, n) for n in ("clock", "share", "times")} for each in figures.reminders],
        "weeks": [{name: getattr(each, name) for name in _WEEK_HEAD} for each in figures.weeks],
        "blocked": [{"kind": kind, "code": code, "count": n} for (kind, code), n in _of(figures.blocked)],
        "refused": [{"trigger": trigger, "code": code, "count": n} for (trigger, code), n in _of(found.refused)],
        "messages": figures.messages,
        "verified": {"cases": verdict.cases, "rows": verdict.rows, "flaws": len(verdict.flaws)},
    }
