"""A picture as SVG: one file, no script, no font of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from engine.definition.diagram.boxes import GUTTER, SMALL_SIZE, TEXT_SIZE, Line, Sort, width_of, wrapped
from engine.definition.diagram.layout import LANE_LABEL, SIDE, TOP, Band, Layout, Placed, Point, Wire, lay_out
from engine.definition.diagram.picture import Kind, Picture

_FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
_INK, _FAINT, _PAPER = "#1f2933", "#5f6b7a", "#ffffff"

#: Ground and edge of the head of a card.
_HEADS = {
    Kind.START: ("#1f2933", "#1f2933"),
    Kind.PLAIN: ("#e4e7eb", "#7b8794"),
    Kind.GATE: ("#fdecc8", "#b7791f"),
    Kind.HANDLING: ("#d5e8fb", "#2b6cb0"),
    Kind.FINAL: ("#d9efe0", "#2f855a"),
}
_BANDS = ("#f5f7fa", "#eef2f6")

#: Lines are coloured by the card they lead to.
_COLOURS = (
    "#1d6fd1",
    "#d9480f",
    "#2b8a3e",
    "#a61e8c",
    "#6741d9",
    "#946200",
    "#0c8599",
    "#c92a2a",
    "#495057",
    "#5c940d",
    "#123f8a",
    "#d6336c",
    "#7a4a21",
)
_BEND = 6.0


def svg(picture: Picture, link: Callable[[str], str] | None = None) -> str:
    """The picture as the text of an SVG file; the same picture gives the same text. `link` gives each card, by the code
    of its state, the address that it leads to where the picture stands in a page."""
    return "\n".join(_Pen(picture, lay_out(picture), link).drawn()) + "\n"


class _Pen:
    def __init__(self, picture: Picture, layout: Layout, link: Callable[[str], str] | None = None) -> None:
        self._picture, self._layout, self._link = picture, layout, link
        targets = [code for code in layout.cards if any(wire.target == code for wire in layout.wires)]
        self._colours = {code: _COLOURS[number % len(_COLOURS)] for number, code in enumerate(targets)}

    def drawn(self) -> Iterator[str]:
        foot = list(self._foot())
        width, height = self._layout.width, self._layout.height + 20 + 20 * len(foot)
        role = "group" if self._link else "img"  # what holds links is not one picture
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="{_FONTS}" role="{role}">'
        )
        yield f"<title>{escape(self._picture.title)}</title>"
        yield f'<rect width="{width:g}" height="{height:g}" fill="{_PAPER}"/>'
        yield _text(SIDE, 34, self._picture.title, 20, weight=700)
        for number, band in enumerate(self._layout.bands):
            yield from self._band(band, _BANDS[number % 2])
        yield _text(self._layout.bands_end + 10, TOP - 8, self._picture.phrases.without_level, 12, colour=_FAINT)
        for code in self._colours:
            yield from self._net(code)
        for placed in self._layout.cards.values():
            yield from self._linked(placed)
        yield from foot
        yield "</svg>"

    def _band(self, band: Band, ground: str) -> Iterator[str]:
        x, width = SIDE, self._layout.bands_end - SIDE
        yield f'<rect x="{x:g}" y="{band.y:g}" width="{width:g}" height="{band.height:g}" fill="{ground}"/>'
        yield f'<rect x="{x:g}" y="{band.y:g}" width="26" height="{band.height:g}" fill="#cbd2d9"/>'
        middle = band.y + band.height / 2
        if not self._picture.phrases.is_chinese:
            turned = f' transform="rotate(-90 {x + 13:g} {middle:g})"'
            yield _text(x + 13, middle + 5, band.title, 14, weight=700, anchor="middle", more=turned)
            return
        top = middle - 9 * (len(band.title) - 1)
        for number, letter in enumerate(band.title):
            yield _text(x + 13, top + 18 * number + 5, letter, 14, weight=700, anchor="middle")

    # --- lines ---

    def _net(self, code: str) -> Iterator[str]:
        """All lines to one card: first a white edge under each, so that crossings are seen as such."""
        wires = [wire for wire in self._layout.wires if wire.target == code]
        for wire in wires:
            yield f'<path d="{_path(wire.points)}" fill="none" stroke="{_PAPER}" stroke-width="3.6"/>'
        for wire in sorted(wires, key=lambda each: each.loose):
            dashes = ' stroke-dasharray="6 4"' if wire.loose else ""
            line = f'fill="none" stroke="{self._colours[code]}" stroke-width="1.7"{dashes}'
            yield f'<path d="{_path(wire.points)}" {line}/>'
        for point, rightward in sorted({_arrival(wire) for wire in wires}):
            yield _arrow(point, rightward, self._colours[code])

    # --- cards ---

    def _linked(self, placed: Placed) -> Iterator[str]:
        if self._link is None:
            yield from self._card(placed)
            return
        card = placed.box.card
        yield f'<a href="{escape(self._link(card.code))}">'
        yield from self._card(placed)
        yield "</a>"

    def _card(self, placed: Placed) -> Iterator[str]:
        box, kind = placed.box, placed.box.card.kind
        ground, edge = _HEADS[kind]
        round_, thick = (14, 2.4) if kind is Kind.FINAL else (5, 2.4 if kind is Kind.HANDLING else 1.3)
        frame = f'x="{placed.x:g}" y="{placed.y:g}" width="{placed.width:g}" rx="{round_}"'
        clip = f"c-{box.card.code}"
        yield f'<clipPath id="{clip}"><rect {frame} height="{box.height:g}"/></clipPath>'
        yield f'<rect {frame} height="{box.height:g}" fill="{_PAPER}"/>'
        head = f'x="{placed.x:g}" y="{placed.y:g}" width="{placed.width:g}" height="{box.header:g}"'
        yield f'<rect {head} fill="{ground}" clip-path="url(#{clip})"/>'
        yield f'<rect {frame} height="{box.height:g}" fill="none" stroke="{edge}" stroke-width="{thick}"/>'
        yield from self._badge(placed, edge)
        for line in box.lines:
            yield from self._line(placed, line)
        yield from self._ports(placed)

    def _badge(self, placed: Placed, edge: str) -> Iterator[str]:
        phrases = self._picture.phrases
        words = {Kind.HANDLING: phrases.handling, Kind.FINAL: phrases.final}.get(placed.box.card.kind)
        if words:
            right = placed.x + placed.width - 8
            width = width_of(words, 10) + 10
            frame = f'x="{right - width:g}" y="{placed.y + 8:g}" width="{width:g}" height="16" rx="8"'
            yield f'<rect {frame} fill="{edge}"/>'
            yield _text(right - width / 2, placed.y + 19.6, words, 10, colour=_PAPER, anchor="middle")

    def _line(self, placed: Placed, line: Line) -> Iterator[str]:
        x, y = placed.x + GUTTER, placed.y + line.y
        if line.sort in (Sort.TITLE, Sort.MEETING):
            x = placed.x + 11
        yield from _sign(line, placed.x + 12, y)
        colour = _PAPER if placed.box.card.kind is Kind.START and line.sort is Sort.TITLE else _INK
        faint = line.sort in (Sort.SOURCE, Sort.STAY)
        weight = 700 if line.sort is Sort.TITLE else 400
        yield _text(x, y + line.size * 0.36, line.text, line.size, colour=_FAINT if faint else colour, weight=weight)

    def _ports(self, placed: Placed) -> Iterator[str]:
        """A dot where a line leaves the card."""
        for wire in self._layout.wires:
            x, y = wire.points[0]
            if placed.y < y < placed.y + placed.box.height and x in (placed.x, placed.x + placed.width):
                yield f'<circle cx="{x:g}" cy="{y:g}" r="3.2" fill="{self._colours[wire.target]}"/>'

    # --- the foot ---

    def _foot(self) -> Iterator[str]:
        y = self._layout.height + 18
        phrases = self._picture.phrases
        for note in self._picture.notes:
            text = phrases.note(note.sources) + " · ".join(note.labels)
            for line in wrapped(text, TEXT_SIZE, self._layout.width - 2 * SIDE - LANE_LABEL):
                yield _text(SIDE + LANE_LABEL, y, line, TEXT_SIZE)
                y += 20
        yield "".join(self._legend(y + 4))

    def _legend(self, y: float) -> Iterator[str]:
        phrases = self._picture.phrases
        x = SIDE + LANE_LABEL
        for sort, words in (
            (Sort.EXIT, phrases.by_meeting),
            (Sort.STAY, phrases.stays),
            (Sort.ARRIVAL, phrases.from_many),
        ):
            yield from _sign(Line(text="", sort=sort, sign=sort, y=0, size=SMALL_SIZE), x, y - 4)
            yield _text(x + 11, y, words, SMALL_SIZE, colour=_FAINT)
            x += width_of(words, SMALL_SIZE) + 40
        yield f'<path d="M{x:g} {y - 4:g}h22" stroke="{_FAINT}" stroke-width="1.7" stroke-dasharray="6 4"/>'
        yield _text(x + 30, y, phrases.loose, SMALL_SIZE, colour=_FAINT)


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    colour: str = _INK,
    weight: int = 400,
    anchor: str = "start",
    more: str = "",
) -> str:
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{bold}{side}{more}>{escape(words)}</text>'


def _sign(line: Line, x: float, y: float) -> Iterator[str]:
    """A diamond for what a meeting decides, a loop for what moves nothing, an arrow for what comes from many states."""
    if line.sign is Sort.EXIT:
        yield f'<path d="M{x:g} {y - 5:g}l5 5l-5 5l-5 -5z" fill="#b7791f"/>'
    elif line.sign is Sort.STAY:
        pen = f'fill="none" stroke="{_FAINT}" stroke-width="1.4"'
        yield f'<path d="M{x - 3.4:g} {y - 2.6:g}a4.3 4.3 0 1 1 -0.6 4" {pen}/>'
        yield f'<path d="M{x - 6.6:g} {y - 4.4:g}l4.6 -0.4l-1.6 4.2z" fill="{_FAINT}"/>'
    elif line.sign is Sort.ARRIVAL:
        yield f'<path d="M{x - 6:g} {y:g}h7m-3.4 -3.6l4 3.6l-4 3.6" fill="none" stroke="{_INK}" stroke-width="1.5"/>'


def _path(points: tuple[Point, ...]) -> str:
    """A line with rounded bends."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(here, before), _towards(here, after)
        parts.append(f"L{start[0]:g} {start[1]:g}Q{here[0]:g} {here[1]:g} {end[0]:g} {end[1]:g}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> Point:
    length = abs(corner[0] - other[0]) + abs(corner[1] - other[1])
    share = min(_BEND, length / 2) / length if length else 0.0
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _arrival(wire: Wire) -> tuple[Point, bool]:
    return wire.points[-1], wire.points[-2][0] < wire.points[-1][0]


def _arrow(point: Point, rightward: bool, colour: str) -> str:
    back = -9 if rightward else 9
    return f'<path d="M{point[0]:g} {point[1]:g}l{back} -4.6v9.2z" fill="{colour}"/>'
