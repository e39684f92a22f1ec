"""How large a card is: its lines, where each stands, and from which of them a line leaves. All measures are pixels."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from engine.definition.diagram.phrases import Phrases
from engine.definition.diagram.picture import Card, Exit, Kind

TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 15.0, 12.5, 11.0
HEADER = 34.0  #: of the title alone
GUTTER = 22.0  #: before the text of a line, for its sign
MARGIN = 14.0  #: after it
_WIDEST = {True: 190.0, False: 214.0}  #: of the text of a line, in Chinese and in English
_NARROWEST = 132.0
_LINE, _SMALL_LINE, _GAP = 19.0, 15.0, 6.0


class Sort(StrEnum):
    TITLE = "title"
    MEETING = "meeting"
    ARRIVAL = "arrival"
    SOURCE = "source"
    EXIT = "exit"
    WAY = "way"
    STAY = "stay"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """`y` is the middle of the line below the top of the card. `ways` counts (exit, way) of the lines that leave."""

    text: str
    sort: Sort
    y: float
    size: float
    ways: tuple[tuple[int, int], ...] = ()
    sign: Sort | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    card: Card
    lines: tuple[Line, ...]
    header: float  #: height of the coloured part
    width: float
    height: float


def width_of(text: str, size: float) -> float:
    """About how wide a text is: letters of the East take their full size, others a little over half."""
    return sum(_advance(letter) for letter in text) * size


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    return 0.66 if letter.isupper() or letter.isdigit() else 0.55


def wrapped(text: str, size: float, most: float) -> list[str]:
    """The text in lines no wider than `most`: between words, in Chinese between characters."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width_of((lines[-1] + piece).rstrip(), size) > most:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.strip() for line in lines if line.strip()] or [text]


def _pieces(text: str) -> list[str]:
    """What must not be broken: words with the space after them, single characters of Chinese with their comma."""
    pieces: list[str] = []
    for letter in text:
        wide = unicodedata.east_asian_width(letter) in "WF"
        sticks = letter in "、，。；：）)" or (
            not wide and pieces and not pieces[-1].endswith(" ") and _is_word(pieces[-1])
        )
        if pieces and sticks:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _is_word(piece: str) -> bool:
    return unicodedata.east_asian_width(piece[-1]) not in "WF"


def box(card: Card, phrases: Phrases) -> Box:
    return _Setter(card, phrases).box()


class _Setter:
    """Sets the lines of a card one under the other."""

    def __init__(self, card: Card, phrases: Phrases) -> None:
        self._card, self._phrases = card, phrases
        self._most = _WIDEST[phrases.is_chinese]
        self._lines: list[Line] = []
        self._y = 8.0

    def box(self) -> Box:
        header = self._header()
        body = self._body()
        height = self._y + _GAP if body else header
        widest = max(width_of(line.text, line.size) + _indent(line) for line in self._lines)
        width = max(_NARROWEST, widest + GUTTER + MARGIN)
        return Box(card=self._card, lines=tuple(self._lines), header=header, width=round(width), height=height)

    def _header(self) -> float:
        badge = 34.0 if self._card.kind in (Kind.HANDLING, Kind.FINAL) else 0.0
        self._put(self._card.title, Sort.TITLE, TITLE_SIZE, room=badge)
        if self._card.meetings:
            self._put(self._phrases.gate(self._card.meetings), Sort.MEETING, SMALL_SIZE)
        self._y += 7.0
        return self._y

    def _body(self) -> bool:
        self._y += _GAP
        start = len(self._lines)
        for arrival in self._card.arrivals:
            self._put(arrival.label, Sort.ARRIVAL, TEXT_SIZE, sign=Sort.ARRIVAL)
            self._put(self._phrases.coming(arrival.sources), Sort.SOURCE, SMALL_SIZE)
        for number, each in enumerate(self._card.exits):
            self._exit(number, each)
        for label in self._card.stays:
            self._put(label, Sort.STAY, TEXT_SIZE, sign=Sort.STAY)
        return len(self._lines) > start

    def _exit(self, number: int, leaving: Exit) -> None:
        alone = not any(way.words for way in leaving.ways)
        ways = ((number, 0),) if alone else ()
        sign = Sort.EXIT if leaving.by_meeting else None
        self._put(leaving.label, Sort.EXIT, TEXT_SIZE, ways=ways, sign=sign)
        if not alone:
            for index, way in enumerate(leaving.ways):
                self._put(way.words, Sort.WAY, SMALL_SIZE, ways=((number, index),) if way.targets else ())

    def _put(
        self,
        text: str,
        sort: Sort,
        size: float,
        *,
        ways: tuple[tuple[int, int], ...] = (),
        sign: Sort | None = None,
        room: float = 0.0,
    ) -> None:
        step = _LINE if size > SMALL_SIZE else _SMALL_LINE
        for part, piece in enumerate(wrapped(text, size, self._most - room)):
            first = part == 0
            line = Line(
                text=piece,
                sort=sort,
                y=self._y + step / 2,
                size=size,
                ways=ways if first else (),
                sign=sign if first else None,
            )
            self._lines.append(line)
            self._y += step


def _indent(line: Line) -> float:
    return 34.0 if line.sort is Sort.TITLE else 0.0
