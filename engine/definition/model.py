"""What a workflow is: frozen values, made by the loader from one YAML file (`workflows/README.md` is the language).

Nothing here decides anything. Groups are already written out: wherever a file may name a group, the value holds the
names themselves, in the order written. `mark` is where in the file a thing stands (line and column count from 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any

#: A value as it travels: str (text, choice, money as "1250.00", date as "2026-03-06", ids and codes), bool, int,
#: dict {name, phone} for a person who is not registered, or a list of these.
Value = Any

START = "start"
SAME, BACK, CLOSER = "same", "back", "closer"
SYSTEM = "system"
ACTOR = "actor"
EVERY = "every"
NO_LIMIT = "none"
OPENED, ENTERED, CLOSED = "opened", "entered", "closed"

#: Relations of a person to a case (language.md section 2); they stand wherever people are named.
RELATIONS = (
    "opener",
    "reporter_side",
    "party",
    "relative_of_party",
    "recused",
    "responsible",
    "successor",
    "handler",
    "holder",
    "superior",
    "paged",
    "reader",
)

#: The trigger of the engine's own row: a calendar arrived and deadlines were computed anew.
RECOMPUTE = "recompute_deadlines"

#: Codes that no role, group, state or trigger may have (S14), beside the relations.
RESERVED = (
    START,
    "open",
    "handling",
    SAME,
    BACK,
    CLOSER,
    EVERY,
    NO_LIMIT,
    ACTOR,
    SYSTEM,
    OPENED,
    ENTERED,
    CLOSED,
    RECOMPUTE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A place in the file, both numbers from 1."""

    line: int
    column: int


NOWHERE = Mark(line=1, column=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """A name or sentence a person may read, in both languages."""

    zh: str
    en: str


class TimeUnit(StrEnum):
    """How a duration is counted (language.md, habit 5)."""

    MINUTES = "minutes"
    HOURS = "hours"
    BUSINESS_HOURS = "business hours"
    NATURAL_DAYS = "natural days"
    WORKING_DAYS = "working days"


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """`5 working days`, `24 hours`; the unit says how time is counted."""

    number: int
    unit: TimeUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    code: str
    title: Title
    rank: int  #: 0 is the lowest
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    code: str
    title: Title
    level: str
    by_unit: bool = False
    read_only: bool = False
    mark: Mark = NOWHERE


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    PERSON = "person"
    UNIT = "unit"
    HOUSEHOLD = "household"
    CASE = "case"
    FILE = "file"
    LIST = "list"


class Slot(StrEnum):
    """The engine's own places that a field may fill (language.md section 3)."""

    RESPONSIBLE = "responsible"
    PARTY = "party"
    RECUSED = "recused"
    UNITS = "units"
    DUE = "due"
    PRIMARY = "primary"


class Pii(StrEnum):
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    FREE_TEXT = "free_text"


class DateRange(StrEnum):
    ANY = "any"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A datum a row may carry. Lengths count characters after trimming, or entries of a list; money is bounded in
    whole units."""

    code: str
    title: Title
    type: FieldType
    choices: Mapping[str, Title] = field(default_factory=dict)
    of: FieldType | None = None
    min_length: int = 1
    max_length: int = 8000
    at_least: int | None = None
    at_most: int | None = None
    range: DateRange = DateRange.ANY
    pii: Pii | None = None
    default: Value = None
    fills: Slot | None = None
    mark: Mark = NOWHERE

    @property
    def entry_type(self) -> FieldType:
        """The type of one entry: `of` for a list, else the type itself."""
        return self.of or self.type


# --- conditions (language.md section 6): one class a subject, closed ---------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """`refuse` is what the file says instead of the standard text."""

    mark: Mark = NOWHERE
    refuse: Title | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldIs(Condition):
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldGiven(Condition):
    """`now`: given in this very act, whatever was given before."""

    field: str
    now: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldBound(Condition):
    """Bounds of an integer or money field are integers; those of a date are durations from today."""

    field: str
    at_least: int | Duration | None = None
    at_most: int | Duration | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldShare(Condition):
    """The date keeps the clock's whole time within `at_most` percent of its limit."""

    field: str
    at_most: int
    clock: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange(Condition):
    field: str
    up: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterBound(Condition):
    counter: str
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockPast(Condition):
    clock: str
    past: int  #: percent


@dataclass(frozen=True, kw_only=True, slots=True)
class Since(Condition):
    """`event` is `opened`, `entered`, `closed` or a trigger."""

    event: str
    at_least: Duration | None = None
    at_most: Duration | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelIs(Condition):
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActorIs(Condition):
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonIs(Condition):
    field: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseIs(Condition):
    field: str
    kinds: tuple[str, ...]  #: of `open`, `other`, `alike_sealed`; all must hold


@dataclass(frozen=True, kw_only=True, slots=True)
class StateIs(Condition):
    """Only in `visibility`."""

    states: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyOf(Condition):
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AllOf(Condition):
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Not(Condition):
    condition: Condition


def walk(condition: Condition) -> Iterator[Condition]:
    """A condition and all within it."""
    yield condition
    if isinstance(condition, AnyOf | AllOf):
        for each in condition.conditions:
            yield from walk(each)
    elif isinstance(condition, Not):
        yield from walk(condition.condition)


# --- the other sections --------------------------------------------------------------------------------------------


class Per(StrEnum):
    STAY = "stay"
    LEVEL = "level"
    CASE = "case"


class Distinct(StrEnum):
    DAYS = "days"
    PEOPLE = "people"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """`of` holds trigger codes, or only `every`."""

    code: str
    title: Title
    of: tuple[str, ...]
    per: Per
    where: tuple[Condition, ...] = ()
    distinct: Distinct | None = None
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What happens when a clock has used `at` percent: people are reminded, or a trigger is fired as `system`."""

    at: int
    remind: tuple[str, ...] = ()
    fire: str | None = None
    with_values: Mapping[str, Value] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """`limits` maps each combination of the values of the `by` dimensions (a tuple in that order; `()` where there
    are none) to its duration, None for `none`. A clock has `limits` or `until`, never both."""

    code: str
    title: Title
    per: Per
    by: tuple[str, ...] = ()  #: `level` or the code of a choice field
    limits: Mapping[tuple[str, ...], Duration | None] = field(default_factory=dict)
    until: str | None = None
    when: tuple[Condition, ...] = ()
    grace: int = 30  #: percent
    total: bool = False
    steps: tuple[Step, ...] = ()
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    code: str
    title: Title
    level: str | None = None
    handling: bool = False
    gate: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    final: bool = False
    follows: str | None = None
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A value a row fixes: a literal, the acting person (`actor`), or the holder of `role` on the line of the unit."""

    field: str
    value: Value = None
    actor: bool = False
    role: str | None = None
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One entry of `to`: a state, `same`, `back` or `closer`; the first whose `when` holds is taken."""

    to: str
    when: tuple[Condition, ...] = ()
    sets: tuple[Setting, ...] = ()
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One act that may happen to a case. `sources` are states, or only `start`. `sets` of the row hold for every target
    that has none of its own."""

    index: int  #: place in `transitions`, from 0
    trigger: str
    title: Title
    sources: tuple[str, ...]
    targets: tuple[Target, ...]
    by: tuple[str, ...]
    ref: str | None = None
    never: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    via: tuple[str, ...] = ()
    at_once_if: tuple[Condition, ...] = ()
    sets: tuple[Setting, ...] = ()
    hands_over_by: str | None = None
    restarts: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    reports_to: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    notice: Title | None = None
    handles: bool = False
    reopens: bool = False
    mark: Mark = NOWHERE

    @property
    def stays(self) -> bool:
        """Every target is `same`: nothing moves."""
        return all(target.to == SAME for target in self.targets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The rhythm of a meeting: a weekday (0 is Monday) or a day of the month, and the hour."""

    weekday: int | None = None
    monthday: int | None = None
    at: time = time(0, 0)


class OnHoliday(StrEnum):
    PREVIOUS = "previous_working_day"
    NEXT = "next_working_day"
    PREVIOUS_SAME_WEEK = "previous_working_day_same_week_else_skip"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True, slots=True)
class CarryOver:
    trigger: str
    at_most: int | None = None
    then: Step | None = None  #: `at` is 0 there
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    code: str
    title: Title
    level: str
    members: tuple[str, ...]
    chair: tuple[str, ...]
    quorum: int  #: percent
    every: Turn | None = None
    on_holiday: OnHoliday | None = None
    cutoff: Duration | None = None  #: before the meeting
    carry_over: CarryOver | None = None
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class VisibilityRule:
    title: Title
    when: tuple[Condition, ...]
    only_to: tuple[str, ...] = ()
    never_to: tuple[str, ...] = ()
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaces:
    version: int
    states: Mapping[str, str]
    mark: Mark = NOWHERE


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """One version of one workflow. `file` is the name to show a reader, `sha256` the hash of the file's bytes, `source`
    these bytes, so that a line of the rules can be shown as it was when it was read."""

    key: str
    version: int
    title: Title
    timezone: str
    calendar: str
    levels: Mapping[str, Level]
    roles: Mapping[str, Role]
    fields: Mapping[str, Field]
    states: Mapping[str, State]
    rows: tuple[Row, ...]
    draft: bool = False
    business_hours: tuple[time, time] | None = None
    currency: str | None = None
    replaces: Replaces | None = None
    groups: Groups = field(default_factory=Groups)
    counters: Mapping[str, Counter] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    meetings: Mapping[str, Meeting] = field(default_factory=dict)
    visibility: tuple[VisibilityRule, ...] = ()
    file: str = ""
    sha256: str = ""
    source: bytes = field(default=b"", repr=False, compare=False)

    @property
    def lowest(self) -> Level:
        return next(iter(self.levels.values()))

    @property
    def name(self) -> str:
        """`issue-escalation/1`."""
        return f"{self.key}/{self.version}"

    def rows_from(self, state: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if state in row.sources)

    def row(self, trigger: str, state: str) -> Row | None:
        """The one row of this trigger for this state; None where there is none."""
        for row in self.rows:  # a plain loop: folding a long history asks this once a row
            if row.trigger == trigger and state in row.sources:
                return row
        return None

    @property
    def triggers(self) -> frozenset[str]:
        return frozenset(row.trigger for row in self.rows)
