"""Where everything stands: cards, lanes and the bends of every line. Pure arithmetic, the same each time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from engine.definition.diagram.boxes import Box, box
from engine.definition.diagram.grid import Grid, grid
from engine.definition.diagram.picture import Picture
from engine.definition.diagram.routes import Leg, Plan, plan, tracks

TOP, SIDE = 64.0, 20.0
LANE_LABEL = 38.0
_TRACK, _PAD, _STREET = 11.0, 17.0, 15.0
_IN_LEFT, _IN_RIGHT = 12.0, 22.0  #: where lines enter the head of a card

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    box: Box
    x: float
    y: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """One line, bend by bend, ending at the edge of the card it leads to."""

    target: str
    points: tuple[Point, ...]
    loose: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """The ground of a lane."""

    title: str
    y: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    cards: dict[str, Placed]
    wires: tuple[Wire, ...]
    bands: tuple[Band, ...]
    bands_end: float  #: where the lanes end on the right
    width: float
    height: float


def lay_out(picture: Picture) -> Layout:
    boxes = {card.code: box(card, picture.phrases) for card in picture.cards}
    places = grid(picture)
    return _Surveyor(picture, boxes, places, plan(boxes, places)).layout()


class _Surveyor:
    def __init__(self, picture: Picture, boxes: dict[str, Box], places: Grid, planned: Plan) -> None:
        self._picture, self._boxes, self._places, self._plan = picture, boxes, places, planned
        self._row_y, self._street_y = self._rows()
        spans = self._spans()
        self._tracks = {channel: tracks(nets) for channel, nets in spans.items()}
        self._column_x, self._column_width, self._channel_x = self._columns()

    def layout(self) -> Layout:
        bottom = self._street_y[self._places.rows] + self._street_size(self._places.rows)
        return Layout(
            cards={code: self._placed(code) for code in self._boxes},
            wires=tuple(self._wire(leg) for leg in self._plan.legs),
            bands=tuple(self._bands()),
            bands_end=self._channel_x[self._places.laned] + self._channel_size(self._places.laned) / 2,
            width=self._channel_x[self._places.columns] + self._channel_size(self._places.columns) + SIDE,
            height=bottom,
        )

    # --- rows and streets ---

    def _rows(self) -> tuple[list[float], list[float]]:
        """The top of each row of cards, and of each street; the last street is below the last row."""
        rows, streets = [], []
        y = TOP
        for row in range(self._places.rows):
            streets.append(y)
            y += self._street_size(row)
            rows.append(y)
            y += self._row_height(row)
        streets.append(y)
        return rows, streets

    def _row_height(self, row: int) -> float:
        heights = [self._boxes[code].height for code, cell in self._places.cells.items() if cell.row == row]
        return max(heights, default=40.0)

    def _street_size(self, street: int) -> float:
        return 2 * _STREET + _TRACK * max(len(self._plan.streets.get(street, ())) - 1, 0)

    def _on_street(self, street: int, net: str) -> float:
        return self._street_y[street] + _STREET + _TRACK * self._plan.streets[street].index(net)

    # --- channels and columns ---

    def _spans(self) -> dict[int, dict[str, tuple[float, float]]]:
        """How far up and down each net goes in each channel."""
        heights: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for leg in self._plan.legs:
            for channel, ys in self._upright(leg):
                heights[channel][leg.target] += ys
        return {channel: {net: (min(ys), max(ys)) for net, ys in nets.items()} for channel, nets in heights.items()}

    def _upright(self, leg: Leg) -> list[tuple[int, list[float]]]:
        leaves, enters = self._leaves(leg), self._enters(leg)
        if leg.street is not None:
            street = self._on_street(leg.street, leg.target)
            return [(leg.out, [leaves, street]), (leg.into, [street, enters])]
        return [(leg.into if leg.level == "source" else leg.out, [leaves, enters])]

    def _leaves(self, leg: Leg) -> float:
        return self._row_y[self._places.cells[leg.source].row] + leg.port

    def _enters(self, leg: Leg) -> float:
        return self._row_y[self._places.cells[leg.target].row] + (_IN_LEFT if leg.enters_left else _IN_RIGHT)

    def _channel_size(self, channel: int) -> float:
        used = self._tracks.get(channel, {})
        return 2 * _PAD + _TRACK * max(used.values(), default=0)

    def _columns(self) -> tuple[list[float], list[float], list[float]]:
        xs, widths, channels = [], [], []
        x = SIDE + LANE_LABEL
        for column in range(self._places.columns):
            channels.append(x)
            x += self._channel_size(column)
            xs.append(x)
            cells = [self._boxes[code] for code, cell in self._places.cells.items() if cell.column == column]
            widths.append(max(each.width for each in cells))
            x += widths[-1]
        channels.append(x)
        return xs, widths, channels

    def _on_channel(self, channel: int, net: str) -> float:
        return self._channel_x[channel] + _PAD + _TRACK * self._tracks[channel][net]

    # --- what stands where ---

    def _placed(self, code: str) -> Placed:
        cell = self._places.cells[code]
        return Placed(
            box=self._boxes[code],
            x=self._column_x[cell.column],
            y=self._row_y[cell.row],
            width=self._column_width[cell.column],
        )

    def _wire(self, leg: Leg) -> Wire:
        source, target = self._placed(leg.source), self._placed(leg.target)
        leaves, enters = self._leaves(leg), self._enters(leg)
        first = (source.x + source.width if leg.rightward else source.x, leaves)
        last = (target.x if leg.enters_left else target.x + target.width, enters)
        return Wire(target=leg.target, points=(first, *self._bends(leg, leaves, enters), last), loose=leg.loose)

    def _bends(self, leg: Leg, leaves: float, enters: float) -> list[Point]:
        if leg.street is None:
            x = self._on_channel(leg.into if leg.level == "source" else leg.out, leg.target)
            return [(x, leaves), (x, enters)]
        street = self._on_street(leg.street, leg.target)
        out, into = self._on_channel(leg.out, leg.target), self._on_channel(leg.into, leg.target)
        return [(out, leaves), (out, street), (into, street), (into, enters)]

    def _bands(self) -> list[Band]:
        """From the middle of the street above a lane to that of the street below it."""
        result = []
        for lane, (first, last) in zip(self._picture.lanes, self._places.lanes, strict=True):
            top = self._street_y[first] + self._street_size(first) / 2
            bottom = self._street_y[last + 1] + self._street_size(last + 1) / 2
            result.append(Band(title=lane.title, y=top, height=bottom - top))
        return result
