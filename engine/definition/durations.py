"""Durations, offsets, shares and hours: the only texts of a file that are parsed."""

from __future__ import annotations

import re
from datetime import time

from engine.definition.findings import Code
from engine.definition.model import Duration, TimeUnit
from engine.definition.nodes import Kind
from engine.definition.reading import Place, word

NO_DURATION = Duration(number=1, unit=TimeUnit.HOURS)

_DURATION = re.compile(r"(\d{1,4}) ([a-z]+(?: [a-z]+)?)\Z", re.ASCII)
SHARE = re.compile(r"(\d{1,4})%\Z", re.ASCII)
HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z", re.ASCII)
_BEFORE = " before"
_PLURALS = {unit.value: unit for unit in TimeUnit}
_SINGULARS = {unit.value.removesuffix("s"): unit for unit in TimeUnit}

_UNITS = (
    f"数字至多四位，空一格写单位：{'、'.join(_PLURALS)}",
    f"a number of at most four digits, a space, and a unit: {', '.join(_PLURALS)}",
)


def duration(place: Place, *, least: int = 0) -> Duration:
    """`5 working days`, `1 working day` (S12)."""
    found = _parsed(_text(place))
    if found is None:
        _refuse(place, "时长，如 5 working days", "a duration, as 5 working days", _UNITS)
        return NO_DURATION
    _note(place, found)
    if found.number < least:
        place.fail(Code.S12, f"时长至少为 {least}", f"the duration must be at least {least}")
    return found


def positive(place: Place) -> Duration:
    """A duration that is not nothing."""
    return duration(place, least=1)


def offset(place: Place) -> Duration:
    """`3 hours before` (S12)."""
    text = _text(place)
    found = _parsed(text.removesuffix(_BEFORE)) if text.endswith(_BEFORE) else None
    if found is None:
        _refuse(place, "提前量，如 3 hours before", "an offset, as 3 hours before", _UNITS)
        return NO_DURATION
    _note(place, found)
    return found


def share(place: Place, *, least: int = 0, most: int = 9999) -> int:
    """`80%` as 80 (S12)."""
    match = SHARE.match(_text(place))
    if match is None:
        _refuse(place, "百分数，如 80%", "a share, as 80%")
        return 100
    number = int(match[1])
    if not least <= number <= most:
        zh, en = f"应在 {least}% 与 {most}% 之间", f"must lie between {least}% and {most}%"
        place.fail(Code.S12, f"{number}% {zh}", f"{number}% {en}")
    return number


def quorum(place: Place) -> int:
    """A share of people: 1% to 100%."""
    return share(place, least=1, most=100)


def hour(place: Place) -> time:
    """`"08:30"`, on the 24-hour clock (S11)."""
    name = word(place)
    if match := HOUR.match(name):
        return time(int(match[1]), int(match[2]))
    if name:
        place.wrong('时刻，如 "08:30"', 'an hour, as "08:30"')
    return time(0, 0)


def looks_like_duration(place: Place) -> bool:
    return _parsed(_text(place)) is not None


def _note(place: Place, found: Duration) -> None:
    if found.unit in (TimeUnit.BUSINESS_HOURS, TimeUnit.WORKING_DAYS) and not place.report.counts_business_hours:
        place.report.counts_business_hours = place.node.mark, place.path


def _text(place: Place) -> str:
    scalar = place.scalar(Kind.TEXT)
    return scalar.text if scalar else ""


def _parsed(text: str) -> Duration | None:
    match = _DURATION.match(text)
    if match is None:
        return None
    number = int(match[1])
    unit = _PLURALS.get(match[2]) or (_SINGULARS.get(match[2]) if number == 1 else None)
    return Duration(number=number, unit=unit) if unit else None


def _refuse(place: Place, zh: str, en: str, hint: tuple[str, str] | None = None) -> None:
    """S12; a decimal number is S11 wherever it stands."""
    place.wrong(zh, en, Code.S11 if place.scalar(Kind.DECIMAL) else Code.S12, hint)
