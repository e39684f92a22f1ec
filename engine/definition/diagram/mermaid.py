"""A picture as Mermaid text (`stateDiagram-v2`), which many editors and pages draw by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from engine.definition.diagram.picture import Card, Exit, Kind, Picture, Way

_STYLES = {
    Kind.GATE: "fill:#fdecc8,stroke:#b7791f,color:#1f2933",
    Kind.HANDLING: "fill:#d5e8fb,stroke:#2b6cb0,stroke-width:2px,color:#1f2933",
    Kind.FINAL: "fill:#d9efe0,stroke:#2f855a,color:#1f2933",
}
_BREAK = "<br/>"

#: What would end a label or begin markup in it, and a sign that looks alike and means nothing to Mermaid.
_ALIKE = str.maketrans({"#": "＃", ";": "；", ":": "∶", '"': "”", "<": "‹", ">": "›", "{": "（", "}": "）"})


def mermaid(picture: Picture) -> str:
    """The picture as the text of a Mermaid file; the same picture gives the same text."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield "---"
    yield f"title: '{picture.title.replace(chr(39), chr(39) * 2)}'"
    yield "---"
    yield "stateDiagram-v2"
    yield "    direction LR"
    for lane in picture.lanes:
        yield f'    state "{_escaped(lane.title)}" as lane_{lane.code} {{'
        yield from (
            f"        {line}" for card in picture.cards if card.lane == lane.code for line in _state(card, picture)
        )
        yield "    }"
    yield from (f"    {line}" for card in picture.cards if card.lane is None for line in _state(card, picture))
    yield from (f"    {line}" for line in _arrows(picture))
    yield from (f"    {line}" for line in _notes(picture))
    yield from (f"    {line}" for line in _classes(picture))


def _state(card: Card, picture: Picture) -> Iterator[str]:
    """What stands in the box of a state: its title, its meetings, and what can be done there without moving on."""
    if card.kind is Kind.START:
        return
    words = [card.title]
    words += [picture.phrases.gate(card.meetings)] if card.meetings else []
    words += [f"↻ {label}" for label in card.stays]
    words += [f"{leaving.label} {way.words}" for leaving in card.exits for way in leaving.ways if not way.targets]
    yield f'state "{_joined(words)}" as {_id(card)}'


def _arrows(picture: Picture) -> Iterator[str]:
    """One arrow for each pair of states, with all rows that lead from the one to the other."""
    labels: dict[tuple[str, str], list[str]] = defaultdict(list)
    for card in picture.cards:
        for leaving in card.exits:
            for way in leaving.ways:
                words = _leaving(leaving, way, picture)
                for target in way.targets:
                    labels[_id(card), f"s_{target}"].append(words)
    for (source, target), several in labels.items():
        yield f"{source} --> {target} : {_joined(dict.fromkeys(several))}"
    yield from (f"{_id(card)} --> [*]" for card in picture.cards if card.kind is Kind.FINAL)


def _leaving(leaving: Exit, way: Way, picture: Picture) -> str:
    """What stands on an arrow: the row, whether a meeting decides it, and when this way is taken."""
    remarks = [way.case, picture.phrases.loose if way.loose else ""]
    told = picture.phrases.joint.join(filter(None, remarks))
    return ("◆ " if leaving.by_meeting else "") + leaving.label + (picture.phrases.aside(told) if told else "")


def _notes(picture: Picture) -> Iterator[str]:
    for card in picture.cards:
        arrivals = [each.label + picture.phrases.aside(picture.phrases.coming(each.sources)) for each in card.arrivals]
        yield from _note(_id(card), arrivals)
    first = next((card for card in picture.cards if card.kind is not Kind.START), None)
    if first is not None:
        notes = [picture.phrases.note(note.sources) + " · ".join(note.labels) for note in picture.notes]
        yield from _note(_id(first), notes)


def _note(code: str, words: list[str]) -> Iterator[str]:
    if words:
        yield f"note right of {code}"
        yield from (f"    {_escaped(line)}" for line in words)
        yield "end note"


def _classes(picture: Picture) -> Iterator[str]:
    for kind, style in _STYLES.items():
        codes = [_id(card) for card in picture.cards if card.kind is kind]
        if codes:
            yield f"classDef {kind} {style}"
            yield f"class {','.join(codes)} {kind}"


def _id(card: Card) -> str:
    """A code of its own for each state: the author's may be a word of Mermaid."""
    return "[*]" if card.kind is Kind.START else f"s_{card.code}"


def _joined(words: Iterable[str]) -> str:
    return _BREAK.join(_escaped(word) for word in words)


def _escaped(text: str) -> str:
    return text.translate(_ALIKE)
