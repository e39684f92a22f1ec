"""The shapes of answers, for OpenAPI and for the tests that hold the answers to them. Not checked at run time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.shapes import CaseId, Code, PersonId, UnitCode


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamelessOut(Answer):
    """Somebody of whom nothing is told here."""

    name: str


class PersonOut(Answer):
    """A registered person, or `system` with no name."""

    id: PersonId
    name: str | None


class UnitOut(Answer):
    code: UnitCode
    name: str | None


class ChargeOut(Answer):
    """Who fills a slot: people, units, or both."""

    people: list[PersonOut]
    units: list[UnitOut]


class CaseLinks(Answer):
    self: str
    triggers: str
    transitions: str
    history: str
    clocks: str


class FollowedOut(Answer):
    """The open case that a merged one follows."""

    id: CaseId
    number: str
    state: Code
    state_title: str
    level: Code
    level_title: str
    due_at: datetime | None
    closed_at: datetime | None


class CaseOut(Answer):
    """`holder` is the unit at the case's level. `due_at` is the earliest deadline of the clocks that run now but the
    total one, null where none does; the flag `deadline_provisional` says that the calendar lacks a year that a deadline
    reaches into. `masked` are the fields of which the reader sees less than is kept, `erased` those whose text was
    erased by law. `follows` is the primary of a merged case, to those who may read that too; null in lists."""

    id: CaseId
    number: str
    workflow: str
    workflow_version: int
    state: Code
    state_title: str
    level: Code
    level_title: str
    unit: UnitCode
    unit_name: str | None
    holder: UnitCode
    holder_name: str | None
    data: dict[Code, Any]
    masked: list[Code]
    erased: list[Code]
    version: int
    opened_at: datetime
    due_at: datetime | None
    total_due_at: datetime | None
    closed_at: datetime | None
    opener: PersonOut
    on_behalf_of: PersonOut | NamelessOut | None
    responsible: ChargeOut | None
    successor: ChargeOut | None
    follows: FollowedOut | None
    flags: list[str]
    links: CaseLinks


class CasePage(Answer):
    """`next` is the cursor of the following page; null on the last."""

    items: list[CaseOut]
    next: str | None


class RuleLineOut(Answer):
    file: str
    line: int
    ref: str | None
    rule: str


class ChoiceOut(Answer):
    code: str
    title: str


class FieldOut(Answer):
    """What a form needs to know of a field."""

    field: Code
    title: str
    type: str
    of: str | None = None
    choices: list[ChoiceOut] | None = None
    range: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    at_least: int | None = None
    at_most: int | None = None


class AllowedOut(Answer):
    trigger: Code
    ref: str | None
    title: str
    needs: list[FieldOut]
    takes: list[FieldOut]


class CouldOut(Answer):
    """A role with the units where its post sits, or a relation; never a person."""

    name: str
    title: str
    units: list[UnitOut]


class BlockedOut(Answer):
    trigger: Code
    ref: str | None
    title: str
    code: str
    why: str
    refused_by: RuleLineOut | None
    could: list[CouldOut]


class TriggersOut(Answer):
    case: CaseId
    version: int
    allowed: list[AllowedOut]
    blocked: list[BlockedOut]


class HealthOut(Answer):
    """`status`: `ok` of the process, `ready` of the database behind it."""

    status: Literal["ok", "ready"]
