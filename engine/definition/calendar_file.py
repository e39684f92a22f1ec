"""The loader of a calendar: the bytes of a file become a `Calendar`, or findings that say all that is wrong at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from engine.definition.calendar import Calendar, DayKind, LocalDays, Source, Year
from engine.definition.days import Stretch, day, stretches
from engine.definition.findings import Code, Finding
from engine.definition.header import folder_code
from engine.definition.model import NOWHERE, Title
from engine.definition.nodes import MapNode
from engine.definition.properties import NO_TITLE, each, properties, title
from engine.definition.reading import Place, integer, word
from engine.definition.report import Report
from engine.definition.source import parse
from engine.definition.words import shown

REQUIRED = ("calendar", "version", "title", "years")
KEYS = (*REQUIRED, "local")
YEAR_KEYS = ("year", "source", "holidays")
SOURCE_KEYS = ("title", "number", "date")
DAYS_KEYS = ("title", "off", "worked")

#: Codes of units as the organisation has them.
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)
_WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
)
_NO_SOURCE = Source(title=NO_TITLE, number="", date=date.min)


class CalendarReading(NamedTuple):
    """`calendar` is None exactly when there is an error; findings are in the order of their places."""

    calendar: Calendar | None
    findings: tuple[Finding, ...]


def read_calendar(data: bytes, name: str) -> CalendarReading:
    """Reads one file; `name` is what findings show. Nothing in the bytes can make this raise."""
    report = Report(name)
    root = parse(data, report)
    calendar = _calendar(Place(root, "", NOWHERE, report), data) if root is not None else None
    return CalendarReading(None if report.has_error else calendar, report.findings)


def is_calendar(data: bytes) -> bool:
    """Whether a file means to be a calendar: its first key is `calendar`, and it is no workflow."""
    root = parse(data, Report(""))
    keys = [entry.key for entry in root.entries] if isinstance(root, MapNode) else []
    return keys[:1] == ["calendar"] and "workflow" not in keys


def _calendar(place: Place, data: bytes) -> Calendar:
    keys = properties(place, KEYS, required=REQUIRED)
    return Calendar(
        code=keys.read("calendar", folder_code, ""),
        version=keys.read("version", lambda entry: integer(entry, least=1), 1),
        title=keys.title(),
        years=keys.read("years", _years, {}),
        local=keys.read("local", _local, {}),
        sha256=sha256(data).hexdigest(),
        data=data,
    )


# --- years ---------------------------------------------------------------------------------------------------------


def _years(place: Place) -> dict[int, Year]:
    years: dict[int, Year] = {}
    for entry in each(place, is_section=True):
        year = _year(entry)
        if year.number in years:
            entry.fail(Code.S11, f"{year.number} 年前面已经写过", f"the year {year.number} is already there")
        years[year.number] = year
    return years


def _year(place: Place) -> Year:
    keys = properties(place, YEAR_KEYS, required=YEAR_KEYS)
    number = keys.read("year", lambda entry: integer(entry, least=1, most=9999), 0)
    days = keys.read("holidays", lambda entry: _days(entry, is_section=True), [])
    for worked, _, stretch in days:
        _refuse_outside(number, stretch)
        if worked:
            _refuse_weekdays(stretch)
    return Year(
        number=number,
        source=keys.read("source", _source, _NO_SOURCE),
        holidays={at: named for worked, named, stretch in days for at in stretch.days if not worked},
        made_up={at: named for worked, named, stretch in days for at in stretch.days if worked},
    )


def _source(place: Place) -> Source:
    keys = properties(place, SOURCE_KEYS, required=SOURCE_KEYS)
    return Source(
        title=keys.title(), number=keys.read("number", word, ""), date=keys.read("date", day, None) or date.min
    )


def _refuse_outside(number: int, stretch: Stretch) -> None:
    """Each year stands for itself; a notice that reaches into December is written in both years."""
    outside = next((at for at in stretch.days if number and at.year != number), None)
    if outside:
        zh, en = f"{outside} 不在 {number} 年，请写到那一年", f"{outside} is not in {number}: write it in its own year"
        stretch.place.fail(Code.S11, zh, en)


def _refuse_weekdays(stretch: Stretch) -> None:
    weekday = next((at for at in stretch.days if at.weekday() < len(_WEEKDAYS)), None)
    if weekday:
        zh, en = _WEEKDAYS[weekday.weekday()]
        zh, en = (
            f"{weekday} 是{zh}，调休上班的应为周末",
            f"{weekday} is a {en}; what is worked for a holiday is a weekend",
        )
        stretch.place.fail(Code.S11, zh, en)


# --- local days ----------------------------------------------------------------------------------------------------


def _local(place: Place) -> dict[str, LocalDays]:
    """Unit code -> its days; whether there is such a unit is for the organisation to say."""
    if not isinstance(place.node, MapNode):
        place.wrong("从单位编号到日子的映射", "a map from codes of units to days")
        return {}
    units = [(entry.key, place.below(entry.key, entry.node, entry.mark)) for entry in place.node.entries]
    for code, entry in units:
        if not _UNIT.match(code):
            zh, en = f"{shown(code)} 不是单位编号", f"{shown(code)} is no code of a unit"
            entry.fail(Code.S11, zh, en, at=entry.start)
    return {code: _local_days(entry) for code, entry in units}


def _local_days(place: Place) -> LocalDays:
    kinds = {True: DayKind.LOCAL_WORK, False: DayKind.LOCAL_OFF}
    return {at: (kinds[worked], named) for worked, named, stretch in _days(place) for at in stretch.days}


# --- what both are made of -----------------------------------------------------------------------------------------


def _days(place: Place, *, is_section: bool = False) -> list[tuple[bool, Title, Stretch]]:
    """(worked, title, days) of a list of `{title, off, worked}`; no day stands in it twice."""
    found = [each_day for entry in each(place, is_section=is_section) for each_day in _named_days(entry)]
    lines: dict[date, int] = {}
    for _, _, stretch in found:
        _refuse_again(stretch, lines)
        lines |= dict.fromkeys(stretch.days, stretch.place.node.mark.line)
    return found


def _named_days(place: Place) -> Iterator[tuple[bool, Title, Stretch]]:
    keys = properties(place, DAYS_KEYS, required=("title",))
    keys.lacking(("off", "worked"), "写放假或上班的日子", "the days off, or the days worked")
    named = keys.read("title", title, NO_TITLE)
    for key in ("off", "worked"):
        yield from ((key == "worked", named, stretch) for stretch in keys.read(key, stretches, []))


def _refuse_again(stretch: Stretch, lines: dict[date, int]) -> None:
    again = next((at for at in stretch.days if at in lines), None)
    if again:
        zh, en = f"{again} 在第 {lines[again]} 行已有", f"{again} is already in line {lines[again]}"
        stretch.place.fail(Code.S11, f"{zh}，一天只能写一次", f"{en}; a day is written once")
