"""The shapes of answers about the organisation, and about the time."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict

from api.answers import Answer, UnitOut
from api.shapes import Code, PersonId, TurnId, UnitCode
from api.shapes_administration import Office, Scope


class PlaceOut(Answer):
    """A unit or a body."""

    code: str
    name: str
    kind: Code


class PostHeldOut(Answer):
    """`valid_to` is the last day; null while it is open."""

    id: str
    role: str
    place: PlaceOut
    valid_from: date
    valid_to: date | None


class ClockOut(Answer):
    """The time of the rules; simulated on a demo or test database only."""

    now: datetime
    simulated: bool


class MeOut(Answer):
    """`person` and `name` are null for an account that is no villager and no cadre. `offices` of an administrator:
    system, security, audit; `scope` of the token; `warnings` are what everybody should know about this site."""

    login: str
    person: PersonId | None
    name: str | None
    operator: bool
    offices: list[Office]
    scope: Scope
    posts: list[PostHeldOut]
    clock: ClockOut
    warnings: list[str]


class UnitSeenOut(Answer):
    code: UnitCode
    name: str
    kind: Code
    parent: UnitCode | None


class UnitPageOut(Answer):
    items: list[UnitSeenOut]
    next: str | None


class PersonSeenOut(Answer):
    """`phone` is masked; `posts` are those within sight."""

    id: PersonId
    name: str
    phone: str | None
    posts: list[PostHeldOut]


class PeoplePageOut(Answer):
    items: list[PersonSeenOut]
    next: str | None


class OnDutyOut(Answer):
    id: PersonId
    name: str


class DutyTurnOut(Answer):
    """`until` is the hand-over; a turn that was called off counts until `called_off_at` at most. `entered_by` is null
    where it was done at the command line."""

    id: TurnId
    role: Code
    unit: UnitOut
    person: OnDutyOut
    from_: datetime
    until: datetime
    entered_at: datetime
    entered_by: PersonId | None
    called_off_at: datetime | None

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class DutyTurnsOut(Answer):
    """The whole list: `next` is always null."""

    items: list[DutyTurnOut]
    next: str | None


class DutyGapOut(Answer):
    role: Code
    unit: UnitOut
    from_: datetime
    until: datetime

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class DutyGapsOut(Answer):
    """The whole list: `next` is always null."""

    items: list[DutyGapOut]
    next: str | None
