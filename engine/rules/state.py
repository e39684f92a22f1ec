"""What a case is at one moment, and the event that changes it. All frozen; times are aware, in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from engine.definition.model import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """Who fills a slot: ids of registered people and codes of units."""

    people: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.units)

    def names(self, other: Charge) -> bool:
        """Everybody in the other is in this one, too."""
        for person in other.people:
            if person not in self.people:
                return False
        return all(unit in self.units for unit in other.units) if other.units else True

    def joined(self, other: Charge) -> Charge:
        """Both together, each name once, in the order first met."""
        if self.names(other):
            return self
        return Charge(
            people=tuple(dict.fromkeys(self.people + other.people)),
            units=tuple(dict.fromkeys(self.units + other.units)),
        )


NOBODY = Charge()


class Move(StrEnum):
    """How an act moved the case: `back` and `same` do not count as entering (language.md section 5)."""

    ENTER = "enter"
    SAME = "same"
    BACK = "back"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHeld:
    """The post through which somebody acted, as it was then."""

    id: str
    role: str
    place: str  #: code of the unit or body


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One act that happened: a history row without its hashes.

    `facts` are given and set values that hold no text; `texts` names the fields whose values are in `payload`.
    `payload` holds what may be erased: `{"data": {field: value}, "note": text, "behalf": {name, phone}}`, parts absent
    when empty. `seq` counts from 1 and is the version of the case after the act.
    """

    seq: int
    trigger: str
    ref: str | None
    line: int
    move: Move
    source: str
    target: str
    level_from: str | None
    level_to: str
    unit: str
    actor: str
    post: PostHeld | None
    behalf: str | None
    proxy: bool  #: done for somebody else (代报), registered or not
    responsible: Charge
    successor: Charge
    facts: Mapping[str, Value]
    texts: tuple[str, ...]
    payload: Mapping[str, Value]
    occurred_at: datetime
    recorded_at: datetime
    client_at: datetime | None
    meeting: str | None
    agenda_no: int | None
    workflow: str
    workflow_version: int
    file_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """One entering of a state: by which row (`seq`), when, and how often a meeting has carried the case over since."""

    state: str
    level: str
    seq: int
    at: datetime
    carried: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One row that a counter counted. It belongs to the stay and the level in which it was fired."""

    seq: int
    level: str
    day: date
    actor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A clock ran from the row `seq` to the row `until`; both None while it still runs."""

    seq: int
    started: datetime
    until: int | None = None
    stopped: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A date (`day`, ISO) that the row `seq` gave in place of a clock's own; `extends` where it may be later."""

    seq: int
    at: datetime
    day: str
    extends: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """What a clock adds up: its runs since it began with the row `seq`, at least one. `over`: a row began it anew, so
    this sum never goes on."""

    seq: int
    level: str
    runs: tuple[Run, ...]
    dues: tuple[Due, ...] = ()
    over: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Paging:
    """The last row with `pages`: whom it names, which row it was and when, and the row with which the case left the
    stay it happened in; None while it is there."""

    names: tuple[str, ...]
    seq: int
    at: datetime
    until: int | None = None

    def spans(self, seq: int) -> bool:
        """What was done at this version of the case was done in this paging."""
        return self.seq <= seq and (self.until is None or seq < self.until)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseState:
    """The fold of a history. `stays` ends with the present one; the ones before are where `back` leads."""

    version: int
    unit: str
    stays: tuple[Stay, ...]
    opened_at: datetime
    closed_at: datetime | None
    opener: str
    behalf: str | None
    responsible: Charge = NOBODY
    successor: Charge = NOBODY
    hands_over_by: str | None = None
    handlers: Charge = NOBODY
    party: tuple[str, ...] = ()
    recused: Mapping[str, int] = field(default_factory=dict)  #: person -> seq of the row that recused him first
    concerned: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    texts: Mapping[str, int] = field(default_factory=dict)  #: field -> seq of the row whose payload holds its value
    counts: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict)
    fired: Mapping[str, datetime] = field(default_factory=dict)  #: trigger -> last time
    paging: Paging | None = None
    clocks: Mapping[str, tuple[Sum, ...]] = field(default_factory=dict)  #: clock -> its sums, in the order they began
    primary: str | None = None  #: id of the case this one follows, while it is in a state that follows one

    @property
    def stay(self) -> Stay:
        return self.stays[-1]

    @property
    def state(self) -> str:
        return self.stay.state

    @property
    def level(self) -> str:
        return self.stay.level

    @property
    def came_from(self) -> Stay | None:
        """Where `back` leads; None in the state the case was opened in."""
        return self.stays[-2] if len(self.stays) > 1 else None

    @property
    def paged(self) -> tuple[str, ...]:
        """Whom the last row with `pages` names."""
        return self.paging.names if self.paging else ()

    @property
    def is_paging(self) -> bool:
        """The case is still where somebody was paged for it: what is said of it now does not wait."""
        return self.paging is not None and self.paging.until is None

    def given(self, name: str) -> bool:
        return name in self.values or name in self.texts
