"""One person's attempt at one act on one case at one moment: everything a rule may look at, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.definition.model import SYSTEM, Role, Row, Value, Workflow
from engine.rules.state import CaseState, PostHeld
from engine.rules.worktime import Worktime

Veil = tuple[tuple[str, ...], tuple[str, ...]]  #: `only_to` and `never_to` of a rule of visibility


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit and its line: (kind, code) from the root down to itself."""

    code: str
    kind: str
    line: tuple[tuple[str, str], ...]

    def lies_in(self, code: str) -> bool:
        """The unit is `code` or somewhere below it."""
        return any(above == code for _, above in self.line)

    def at(self, kind: str) -> str | None:
        """The code of the unit of this kind on the line; None where the line has none."""
        return next((code for found, code in self.line if found == kind), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A role at a unit, or at a body that covers `units`; valid on the day of the attempt."""

    id: str
    role: str
    place: str
    units: tuple[Unit, ...]

    def reaches(self, unit: Unit) -> bool:
        """The post's unit contains the unit, or the other way round (language.md section 2)."""
        return any(unit.lies_in(own.code) or own.lies_in(unit.code) for own in self.units)

    def sits_at(self, codes: tuple[str, ...]) -> bool:
        return any(own.code in codes for own in self.units)

    @property
    def held(self) -> PostHeld:
        return PostHeld(id=self.id, role=self.role, place=self.place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts: the id of a person with the posts valid today, or `system`."""

    person: str
    posts: tuple[Post, ...] = ()

    @property
    def is_system(self) -> bool:
        return self.person == SYSTEM


SYSTEM_ACTOR = Actor(person=SYSTEM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What is asked for. `data` as it came in; `behalf` (代报) is the id of a registered person or {name, phone}."""

    trigger: str
    data: Mapping[str, Value] = field(default_factory=dict)
    note: str | None = None
    occurred_at: datetime | None = None
    client_at: datetime | None = None
    behalf: Value = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InMeeting:
    """The act is a decision of this meeting. `day` is the day it was opened, from which its dates count;
    `carries` says that the trigger is the meeting's own for carrying over, which needs no quorum. `stands_in` are the
    roles in whose place a written delegate decides, `principal` who named him."""

    id: str
    code: str
    day: date
    quorate: bool
    carries: bool
    agenda_no: int | None = None
    in_chair: bool = True
    stands_in: tuple[str, ...] = ()
    principal: Actor | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherCase:
    """Another case that the act names. `follows` is the case it follows itself; `veils` whom it is hidden from."""

    open: bool
    follows: str | None
    veils: frozenset[Veil]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Facts from outside the case that the rules of this act ask for.

    `holders`: role -> people holding it on the line of the unit, the longest in post first. `kin`: person -> people of
    the same household or relatives on record today. `known`: (type, value) of every named person, unit, household and
    case that exists for this case. `cases`: the named cases by id. `files`: the named
    uploads that may be attached to it, by id, each as it is kept. `followed`: some case follows this one.
    `reminded`: whom the clocks have reminded in the last paging of the case, by the names of their steps. `charged`:
    whom the act puts in charge, with their posts, where a party of the case is registered or somebody is recused.
    """

    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kin: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known: frozenset[tuple[str, str]] = frozenset()
    cases: Mapping[str, OtherCase] = field(default_factory=dict)
    followed: bool = False
    files: Mapping[str, Value] = field(default_factory=dict)
    reminded: tuple[str, ...] = ()
    charged: Mapping[str, Actor] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A case as the door locked it; `state` is None before the opening. `unit` is where the matter is."""

    id: str
    home: str
    unit: Unit
    state: CaseState | None

    @property
    def source(self) -> str:
        return self.state.state if self.state else "start"

    @property
    def version(self) -> int:
        return self.state.version if self.state else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """`given` are the parsed values of this act. `open_fields` are fields the act may still give: they make a
    condition on them undecided (None) when one only asks what would be possible. `today` is the local day that dates
    count from. `work` counts the working time of the place; None where the workflow has no calendar. `behalf`: the
    registered person acted for (代报)."""

    workflow: Workflow
    case: Snapshot
    actor: Actor
    row: Row
    given: Mapping[str, Value]
    world: World
    now: datetime
    today: date
    meeting: InMeeting | None = None
    open_fields: frozenset[str] = frozenset()
    work: Worktime | None = None
    behalf: str | None = None

    def value(self, name: str) -> Value:
        """The value of a field in this act, else the latest that holds no text; None where not given."""
        if name in self.given:
            return self.given[name]
        state = self.case.state
        return state.values.get(name) if state else None

    def has(self, name: str) -> bool:
        state = self.case.state
        return name in self.given or (state is not None and state.given(name))

    def role(self, post: Post) -> Role | None:
        """The role of a post as this workflow's file names it; None where it does not."""
        return self.workflow.roles.get(post.role)
