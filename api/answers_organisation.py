"""The shapes of answers about the organisation, and about the time."""

from __future__ import annotations

from datetime import date, datetime

from api.answers import Answer
from api.shapes import Code, PersonId, UnitCode


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
    """`person` and `name` are null for an account that is no villager and no cadre."""

    login: str
    person: PersonId | None
    name: str | None
    operator: bool
    posts: list[PostHeldOut]
    clock: ClockOut


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
