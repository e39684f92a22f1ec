"""Which column and row a card gets: levels are lanes of rows, states without a level stand right of them, ends last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.definition.diagram.picture import Card, Kind, Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    column: int
    row: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """`lanes` are the rows of each lane, first and last, in the order of the picture; lanes end before `laned`."""

    cells: Mapping[str, Cell]
    columns: int
    rows: int
    laned: int
    lanes: tuple[tuple[int, int], ...]

    def is_free(self, row: int, columns: Iterable[int]) -> bool:
        taken = {(cell.column, cell.row) for cell in self.cells.values()}
        return not any((column, row) in taken for column in columns)


def grid(picture: Picture) -> Grid:
    """Every card in a cell of its own; the same picture always gives the same grid."""
    return _Placing(picture).grid()


class _Placing:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._cells: dict[str, Cell] = {}
        self._lanes: list[tuple[int, int]] = []
        self._rows = 0

    def grid(self) -> Grid:
        for lane in self._picture.lanes:
            self._lane([card for card in self._picture.cards if card.lane == lane.code and not _is_end(card)])
        laned = self._columns()
        for group in self._beyond():
            self._spread(group, self._columns())
        return Grid(cells=self._cells, columns=self._columns(), rows=self._rows, laned=laned, lanes=tuple(self._lanes))

    def _columns(self) -> int:
        return max((cell.column for cell in self._cells.values()), default=-1) + 1

    def _lane(self, cards: list[Card]) -> None:
        """From left to right in the order a case passes; what shares a place stands one below the other."""
        depth: dict[int, int] = defaultdict(int)
        for code, column in ranks(cards).items():
            self._cells[code] = Cell(column=column, row=self._rows + depth[column])
            depth[column] += 1
        size = max(depth.values(), default=1)
        self._lanes.append((self._rows, self._rows + size - 1))
        self._rows += size

    def _beyond(self) -> list[list[Card]]:
        """The columns right of the lanes: open states without a level by rank, then the ends."""
        kept = [card for card in self._picture.cards if card.lane is None and not _is_end(card)]
        order = ranks(kept)
        columns = [[card for card in kept if order[card.code] == rank] for rank in sorted(set(order.values()))]
        ends = [card for card in self._picture.cards if _is_end(card)]
        return [column for column in (*columns, ends) if column]

    def _spread(self, cards: list[Card], column: int) -> None:
        """Each near the middle of the rows its cases come from."""
        self._rows = max(self._rows, len(cards))
        wished = sorted((self._wish(card), number) for number, card in enumerate(cards))
        rows = _near([wish for wish, _ in wished], self._rows)
        for (_, number), row in zip(wished, rows, strict=True):
            self._cells[cards[number].code] = Cell(column=column, row=row)

    def _wish(self, card: Card) -> float:
        rows = [
            self._cells[source.code].row
            for source in self._picture.cards
            if source.code in self._cells and card.code in _targets(source)
        ]
        return sum(rows) / len(rows) if rows else self._rows - 1.0


def ranks(cards: Sequence[Card]) -> dict[str, int]:
    """How many steps forward, in the order of the file, lead to a card from the others; the first column is for the
    opening alone."""
    result: dict[str, int] = {}
    for card in cards:
        before = [result[other.code] + 1 for other in cards if other.code in result and card.code in _targets(other)]
        result[card.code] = max(before, default=0 if card.kind is Kind.START else 1)
    return result


def _targets(card: Card) -> set[str]:
    return {target for leaving in card.exits for way in leaving.ways if not way.loose for target in way.targets}


def _near(wishes: Sequence[float], rows: int) -> list[int]:
    """Rising rows, each as near its wish as those after it leave room."""
    result: list[int] = []
    for number, wish in enumerate(wishes):
        least = result[-1] + 1 if result else 0
        most = rows - (len(wishes) - number)
        result.append(min(max(round(wish), least), most))
    return result


def _is_end(card: Card) -> bool:
    return card.kind is Kind.FINAL
