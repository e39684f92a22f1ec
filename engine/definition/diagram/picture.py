"""What a picture of a workflow shows, before anybody asks where it stands: cards for states, their exits, notes.

A row that leads on from a few states is an exit of each. One that leads from many is told on the card it leads to, one
that moves nothing is a line of its card, and one that may happen nearly anywhere is a note: so lines stay few.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from engine.definition.diagram.phrases import Phrases
from engine.definition.model import BACK, CLOSER, SAME, START, Row, State, Target, Workflow

#: A row from more states than this is told in words instead of being drawn from each.
MOST_DRAWN = 3


class Kind(StrEnum):
    START = "start"
    PLAIN = "plain"
    GATE = "gate"
    HANDLING = "handling"
    FINAL = "final"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Where an exit leads: codes of states (several for `closer`), none for `back`. `case` says when, if there are
    several ways; `loose` is a way whose state depends on the case."""

    targets: tuple[str, ...]
    destination: str
    case: str = ""
    loose: bool = False

    @property
    def words(self) -> str:
        """What has to be told in words: one of several ways, or one to which no line can lead."""
        return f"{self.case} → {self.destination}".lstrip() if self.case or not self.targets else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    label: str
    ways: tuple[Way, ...]
    by_meeting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A row from many states, told on the card it leads to."""

    label: str
    sources: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A state. `lane` is the code of its level, None where a case keeps the level it has."""

    code: str
    title: str
    kind: Kind
    lane: str | None
    meetings: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    exits: tuple[Exit, ...] = ()
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Rows that may happen in many states, by these states in words."""

    sources: str
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    code: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """`lanes` are the levels that have states, the highest first; the card of `start` comes first."""

    title: str
    lanes: tuple[Lane, ...]
    cards: tuple[Card, ...]
    notes: tuple[Note, ...]
    phrases: Phrases


def picture(workflow: Workflow, language: str) -> Picture:
    """The picture in `zh` or `en`."""
    return _Drawing(workflow, Phrases(language)).picture()


class _Drawing:
    def __init__(self, workflow: Workflow, phrases: Phrases) -> None:
        self._workflow, self._phrases = workflow, phrases
        self._open = tuple(code for code, state in workflow.states.items() if not state.final)
        self._handling = tuple(code for code, state in workflow.states.items() if state.handling)

    def picture(self) -> Picture:
        workflow, say = self._workflow, self._phrases.title
        cards = (self._start(), *(self._card(state) for state in workflow.states.values()))
        used = {card.lane for card in cards}
        lanes = [Lane(code=level.code, title=say(level.title)) for level in workflow.levels.values()]
        return Picture(
            title=f"{say(workflow.title)} · {workflow.name}",
            lanes=tuple(lane for lane in reversed(lanes) if lane.code in used),
            cards=cards,
            notes=self._notes(),
            phrases=self._phrases,
        )

    def _start(self) -> Card:
        exits = self._exits(START)
        first = next((target for each in exits for way in each.ways for target in way.targets), None)
        lane = self._workflow.states[first].level if first else None
        return Card(
            code=START, title=self._phrases.start, kind=Kind.START, lane=lane or self._workflow.lowest.code, exits=exits
        )

    def _card(self, state: State) -> Card:
        meetings = tuple(self._phrases.title(self._workflow.meetings[code].title) for code in state.gate)
        return Card(
            code=state.code,
            title=self._phrases.title(state.title),
            kind=_kind(state),
            lane=state.level,
            meetings=meetings,
            arrivals=self._arrivals(state.code),
            exits=self._exits(state.code),
            stays=self._stays(state.code),
        )

    # --- rows ---

    def _exits(self, state: str) -> tuple[Exit, ...]:
        rows = [row for row in self._workflow.rows_from(state) if not _is_many(row) and not row.stays]
        return tuple(Exit(label=self._label(row), ways=self._ways(row), by_meeting=bool(row.via)) for row in rows)

    def _stays(self, state: str) -> tuple[str, ...]:
        rows = self._workflow.rows_from(state)
        return tuple(self._label(row) for row in rows if row.stays and not _is_many(row))

    def _arrivals(self, state: str) -> tuple[Arrival, ...]:
        rows = [row for row in self._workflow.rows if _is_many(row)]
        return tuple(
            Arrival(label=self._label(row), sources=self._places(row.sources))
            for row in rows
            if any(target.to == state for target in row.targets)
        )

    def _notes(self) -> tuple[Note, ...]:
        """Rows from many states to no state of their own, those from the same states together."""
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for row in self._workflow.rows:
            unplaced = [target for target in row.targets if target.to not in self._workflow.states]
            if _is_many(row) and unplaced:
                found[row.sources].append(self._label(row) + self._elsewhere(unplaced))
        ordered = sorted(found.items(), key=lambda item: -len(item[0]))
        return tuple(Note(sources=self._places(sources), labels=tuple(labels)) for sources, labels in ordered)

    def _elsewhere(self, targets: list[Target]) -> str:
        words = [self._destination(target) for target in targets if target.to != SAME]
        return f" → {self._phrases.joint.join(words)}" if words else ""

    def _label(self, row: Row) -> str:
        title = self._phrases.title(row.title)
        return f"{row.ref} {title}" if row.ref else title

    def _ways(self, row: Row) -> tuple[Way, ...]:
        several = len(row.targets) > 1
        return tuple(self._way(target, several=several) for target in row.targets)

    def _way(self, target: Target, *, several: bool) -> Way:
        """`closer` may lead to each of the handling states, `back` and `same` to no card."""
        targets = self._handling if target.to == CLOSER else (target.to,)
        targets = () if target.to in (BACK, SAME) else targets
        case = self._phrases.of(conditional=bool(target.when)) if several else ""
        return Way(targets=targets, destination=self._destination(target), case=case, loose=target.to == CLOSER)

    def _destination(self, target: Target) -> str:
        known = {SAME: self._phrases.same, BACK: self._phrases.back, CLOSER: self._phrases.closer}
        return known.get(target.to) or self._phrases.title(self._workflow.states[target.to].title)

    # --- states in words ---

    def _places(self, sources: tuple[str, ...]) -> str:
        """`any open state`, with what is left out of it; else the states themselves."""
        if set(sources) == set(self._handling):
            return self._phrases.any_handling
        left = [code for code in self._open if code not in sources]
        if set(sources) <= set(self._open) and len(left) < len(sources):
            return self._phrases.any_open(self._titles(left))
        return self._titles(sources)

    def _titles(self, codes: tuple[str, ...] | list[str]) -> str:
        return self._phrases.joint.join(self._phrases.title(self._workflow.states[code].title) for code in codes)


def _is_many(row: Row) -> bool:
    return len(row.sources) > MOST_DRAWN


def _kind(state: State) -> Kind:
    if state.final:
        return Kind.FINAL
    if state.gate:
        return Kind.GATE
    return Kind.HANDLING if state.handling else Kind.PLAIN
