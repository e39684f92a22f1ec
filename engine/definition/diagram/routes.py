"""How the lines run: all lines to one card are one net, which never shares its place with another.

Between the columns of cards are channels, between the rows streets. A line leaves its card sideways, runs in the
channel beside it, if need be along a street, and enters the other card at its head. Nets get tracks of their own in
every channel and street, so lines cross but never lie upon each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from engine.definition.diagram.boxes import Box
from engine.definition.diagram.grid import Cell, Grid

#: How near two lines may leave their cards side by side, and how far from its text one may leave, in pixels.
_APART = 3.0
_STEPS = (0.0, 3.0, 6.0, 1.5, 4.5, 7.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """One line from a card to another. `out` and `into` are the channels beside the two, `street` the one it takes
    between them: None where it needs none; `level` says it goes straight on at the height where it left (`source`) or
    where it arrives (`target`)."""

    source: str
    target: str
    port: float  #: of the line of text, below the top of the card
    rightward: bool
    enters_left: bool
    out: int
    into: int
    street: int | None = None
    level: str = ""
    loose: bool = False


@dataclass(kw_only=True, slots=True)
class Plan:
    """The legs, and which nets take which street."""

    legs: list[Leg] = field(default_factory=list)
    streets: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def plan(boxes: dict[str, Box], places: Grid) -> Plan:
    """All lines of the picture, as far as they can be told without coordinates."""
    result = Plan()
    heights = _Heights()
    for box in boxes.values():
        code = box.card.code
        for line in box.lines:
            for number, index in line.ways:
                way = box.card.exits[number].ways[index]
                port = heights.free(places.cells[code].row, line.y) if way.targets else line.y
                for target in way.targets:
                    _add(result, _leg(code, target, port, places, loose=way.loose))
    return result


def _add(result: Plan, leg: Leg) -> None:
    result.legs.append(leg)
    if leg.street is not None and leg.target not in result.streets[leg.street]:
        result.streets[leg.street].append(leg.target)


class _Heights:
    """Where lines leave the cards of each row, so that two that go side by side never lie upon each other."""

    def __init__(self) -> None:
        self._taken: dict[int, list[float]] = defaultdict(list)

    def free(self, row: int, wished: float) -> float:
        """The height nearest to the wished one at which no other line of the row leaves."""
        tried = sorted((wished + step * sign for step in _STEPS for sign in (1, -1)), key=lambda y: abs(y - wished))
        found = next((y for y in tried if all(abs(y - other) >= _APART for other in self._taken[row])), wished)
        self._taken[row].append(found)
        return found


def _leg(source: str, target: str, port: float, places: Grid, *, loose: bool) -> Leg:
    here, there = places.cells[source], places.cells[target]
    rightward = there.column >= here.column
    enters_left = there.column > here.column
    out = here.column + 1 if rightward else here.column
    into = there.column if enters_left else there.column + 1
    street, level = _between(here, there, out, into, places)
    return Leg(
        source=source,
        target=target,
        port=port,
        rightward=rightward,
        enters_left=enters_left,
        out=out,
        into=into,
        street=street,
        level=level,
        loose=loose,
    )


def _between(here: Cell, there: Cell, out: int, into: int, places: Grid) -> tuple[int | None, str]:
    """How to get from one channel to the other: straight where no card stands in the way, else by a street."""
    if out == into:
        return None, "source"
    columns = range(min(out, into), max(out, into))
    if places.is_free(here.row, columns):
        return None, "source"
    if places.is_free(there.row, columns):
        return None, "target"
    return (there.row if here.row < there.row else there.row + 1), ""


def tracks(spans: dict[str, tuple[float, float]]) -> dict[str, int]:
    """A track for each net so that no two on one track overlap; `spans` are the stretches the nets need."""
    ends: list[float] = []
    result: dict[str, int] = {}
    for net, (low, high) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        free = next((number for number, end in enumerate(ends) if end + 8 < low), len(ends))
        ends[free : free + 1] = [high]
        result[net] = free
    return result
