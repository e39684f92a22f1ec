"""A second judge of clocks, written from law 4 and section 8 of the language: it reads a plain document and plain rows
of a history, counts by `seconds.py`, and shares no line with the engine.

It tells what is *left* of a clock as an egg timer would: it runs down while the clock runs, stands while it does not,
and is turned up to the grace when the clock starts again with less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.properties.seconds import DAY, ONE, WHOLE_DAYS, after, day_end, day_number, passed, past_days_off

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a history: when (in seconds), where the case is after it, what was fired and given."""

    at: int
    state: str
    level: str
    trigger: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """One sum of one clock. `began` is the row it began with, `deadline` and `steps` are None and empty where it has no
    limit."""

    clock: str
    began: int
    level: str
    running: bool
    used: int
    left: int | None
    deadline: int | None
    steps: Mapping[str, int]


@dataclass
class _Stretch:
    start: int
    end: int | None = None
    dues: list[tuple[str, bool]] = field(default_factory=list)


@dataclass
class _Sum:
    began: int
    level: str
    stretches: list[_Stretch]
    over: bool = False

    @property
    def open(self) -> bool:
        return self.stretches[-1].end is None


def judge(document: Document, rows: Sequence[Row], now: int) -> list[Told]:
    """What every sum of every clock comes to at this moment, in the order of the file and of their beginning."""
    values: dict[str, Any] = {}
    sums: dict[str, list[_Sum]] = {code: [] for code in document["clocks"]}
    for seq, row in enumerate(rows, start=1):
        values |= row.facts
        for code in document["clocks"]:
            _turn(sums[code], code, document, row, seq, runs=_runs(code, document, row, values))
        _give_date(sums, document, row)
    return [_told(code, document, found, values, now) for code, all_ in sums.items() for found in all_]


# --- when it runs ----------------------------------------------------------------------------------------------------


def _runs(code: str, document: Document, row: Row, values: Mapping[str, Any]) -> bool:
    state = document["states"][row.state]
    asked = document["clocks"][code].get("when")
    holds = asked is None or values.get(asked["field"]) == asked["is"]
    return code in _listed(state.get("runs")) and not state.get("final") and holds


def _turn(sums: list[_Sum], code: str, document: Document, row: Row, seq: int, *, runs: bool) -> None:
    clock = document["clocks"][code]
    rule = next(each for each in document["transitions"] if each["trigger"] == row.trigger)
    if code in _listed(rule.get("restarts")):
        _stop(sums, row.at)
        for each in sums:
            each.over = True
    running = next((each for each in sums if each.open), None)
    if running and runs and (clock["per"] != "level" or running.level == row.level):
        return
    _stop(sums, row.at)
    if runs:
        _start(sums, clock["per"], row, seq)


def _stop(sums: list[_Sum], at: int) -> None:
    for each in sums:
        if each.open:
            each.stretches[-1].end = at


def _start(sums: list[_Sum], per: str, row: Row, seq: int) -> None:
    again = [each for each in sums if not each.over and (per == "case" or (per == "level" and each.level == row.level))]
    if again:
        again[-1].stretches.append(_Stretch(row.at))
    else:
        sums.append(_Sum(seq, row.level, [_Stretch(row.at)]))


def _give_date(sums: Mapping[str, list[_Sum]], document: Document, row: Row) -> None:
    """A date is for the clock that the row extends, else for the first that the state names and that has a limit of
    its own and is not the total."""
    if "due" not in row.facts:
        return
    rule = next(each for each in document["transitions"] if each["trigger"] == row.trigger)
    clocks = document["clocks"]
    named = [code for code in _listed(document["states"][row.state].get("runs")) if "limits" in clocks[code]]
    for code in _listed(rule.get("extends")) or [code for code in named if not clocks[code].get("total")][:1]:
        for found in sums[code]:
            if found.open:
                found.stretches[-1].dues.append((row.facts["due"], "extends" in rule))


# --- what it comes to ------------------------------------------------------------------------------------------------


def _told(code: str, document: Document, found: _Sum, values: Mapping[str, Any], now: int) -> Told:
    clock = document["clocks"][code]
    if "until" in clock:
        return _told_of_date(code, found, values.get(clock["until"]), now)
    limit = _limit(clock, values, found.level)
    if limit is None:
        used = sum(passed("hours", each.start, now if each.end is None else each.end) for each in found.stretches)
        return _plain(code, found, used=used)
    timer = _Timer(*limit, clock, found)
    used, left = timer.read(now)
    if not found.open:
        return _plain(code, found, used=used, left=left)
    return _plain(code, found, used=used, left=left, deadline=timer.deadline(), steps=timer.steps())


def _told_of_date(code: str, found: _Sum, day: str | None, now: int) -> Told:
    """Beside a date of its own what was used before the last start does not count."""
    last = found.stretches[-1]
    used = passed("hours", last.start, now if last.end is None else last.end)
    if day is None:
        return _plain(code, found, used=sum(passed("hours", each.start, each.end or now) for each in found.stretches))
    deadline = day_end("working days", day_number(day))
    left = max(0, deadline - last.start) - used
    return _plain(code, found, used=used, left=left, deadline=deadline if found.open else None)


def _plain(code: str, found: _Sum, *, used: int, left: int | None = None, deadline: int | None = None,
           steps: Mapping[str, int] | None = None) -> Told:  # fmt: skip
    return Told(
        clock=code, began=found.began, level=found.level, running=found.open, used=used, left=left, deadline=deadline,
        steps=steps or {},
    )  # fmt: skip


def _limit(clock: Document, values: Mapping[str, Any], level: str) -> tuple[str, int] | None:
    """(unit, seconds) by the values as they are now."""
    found = clock["limits"]
    for name in clock.get("by", ()):
        found = found[level if name == "level" else values[name]]
    if found == "none":
        return None
    number, unit = found.split(" ", 1)
    return unit, int(number) * ONE[unit]


class _Timer:
    """An egg timer of one sum: `rule` is what the rule leaves, `date` what a date decided leaves. It stands at the
    beginning of the last stretch once it is made."""

    def __init__(self, unit: str, length: int, clock: Document, found: _Sum) -> None:
        self.unit, self.length, self.clock, self.stretches = unit, length, clock, found.stretches
        self.rule, self.date, self.extended, self.used = length, None, False, 0
        first = found.stretches[0].start
        if unit in WHOLE_DAYS:
            self.rule += passed(unit, first, (first // DAY + 1) * DAY)
        for number, stretch in enumerate(found.stretches):
            if number:
                former = found.stretches[number - 1]
                self._run_down(passed(unit, former.start, former.end))
                self._turn_up(length * int(clock["grace"].rstrip("%")) // 100)
            for day, extends in stretch.dues:
                self._set(passed(unit, stretch.start, day_end(unit, day_number(day))), extends=extends)

    @property
    def left(self) -> int:
        return self.rule if self.date is None else min(self.rule, self.date)

    def _run_down(self, count: int) -> None:
        self.used += count
        self.rule -= count
        self.date = None if self.date is None else self.date - count

    def _turn_up(self, least: int) -> None:
        if self.left < least:
            self.rule = max(self.rule, least)
            self.date = None if self.date is None else max(self.date, least)

    def _set(self, count: int, *, extends: bool) -> None:
        """A date for which a row extends the clock moves it later or not at all; what comes after may go up to it."""
        if extends and count <= self.left:
            return
        self.date = count
        if extends:
            self.rule = max(self.rule, count)

    def read(self, now: int) -> tuple[int, int]:
        """(used, left) now."""
        last = self.stretches[-1]
        count = passed(self.unit, last.start, now if last.end is None else last.end)
        return self.used + count, self.left - count

    def deadline(self) -> int:
        end = after(self.unit, self.stretches[-1].start, self.left)
        decided = self.date is not None and self.date <= self.rule
        return past_days_off(end) if self.unit == "natural days" and not decided else end

    def steps(self) -> dict[str, int]:
        return {step["at"]: self._step(int(step["at"].rstrip("%"))) for step in self.clock.get("steps", ())}

    def _step(self, share: int) -> int:
        part = abs(share - 100) * self.length // 100
        if share >= 100:
            return after(self.unit, self.deadline(), part)
        return after(self.unit, self.stretches[-1].start, self.left - part)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
