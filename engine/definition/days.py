"""Days as a file writes them: one date, a stretch of dates, or a list of both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from engine.definition.findings import Code
from engine.definition.nodes import Kind, MapNode
from engine.definition.properties import each, properties
from engine.definition.reading import Place

STRETCH_KEYS = ("from", "to")
#: Days of one stretch; nothing here is longer, and a year mistyped would be.
LONGEST = 100

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row, one at least; `place` is where they are written."""

    days: tuple[date, ...]
    place: Place


def as_day(text: str) -> date | None:
    """`2026-03-06`, and no other way to write a date; None for what is none."""
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def day(place: Place) -> date | None:
    """One date (S11)."""
    scalar = place.scalar(Kind.TEXT)
    found = as_day(scalar.text) if scalar else None
    if found is None:
        place.wrong("日期，如 2026-03-06", "a date, as 2026-03-06")
    return found


def stretches(place: Place) -> list[Stretch]:
    """`2026-03-06`, `{from: 2026-03-06, to: 2026-03-08}`, or a list of these; what cannot be read is left out."""
    return [found for entry in each(place) if (found := _stretch(entry))]


def _stretch(place: Place) -> Stretch | None:
    if not isinstance(place.node, MapNode):
        one = day(place)
        return Stretch((one,), place) if one else None
    keys = properties(place, STRETCH_KEYS, required=STRETCH_KEYS)
    first, last = keys.read("from", day, None), keys.read("to", day, None)
    return _between(first, last, place) if first and last else None


def _between(first: date, last: date, place: Place) -> Stretch | None:
    length = (last - first).days + 1
    if not 1 < length <= LONGEST:
        zh = f"{first} 至 {last} 应为 2 到 {LONGEST} 天；只有一天的直接写日期"
        place.fail(Code.S11, zh, f"{first} to {last} should be 2 to {LONGEST} days; write one day plain")
        return None
    return Stretch(tuple(first + timedelta(days=number) for number in range(length)), place)
