"""The shapes of answers about messages and the feed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.answers import Answer, PersonOut, UnitOut
from api.shapes import CaseId, Code, MeetingId, UnitCode

MessageId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a message", examples=["430482109-01KAZ7R1E4M8N2P5T9V3W6X0YB"]),
]


class MessageOut(Answer):
    """`title` is that of the row, or of the clock that reminds; `text` says it whole. `shown_at` is after the quiet
    hours; what is `urgent` (a page, and whom a clock calls while the alarm lasts) has none. `day`: whose digest it is
    in."""

    id: MessageId
    kind: Literal["tell", "page", "remind"]
    urgent: bool
    case: CaseId
    number: str
    title: str
    text: str
    notice: str | None
    unit: UnitOut
    state: Code
    state_title: str
    due_at: datetime | None
    created_at: datetime
    shown_at: datetime
    day: date
    read_at: datetime | None


class DigestOut(Answer):
    """What the day brought, by kind; about how many cases; how many messages are not yet read."""

    day: date
    told: int
    paged: int
    reminded: int
    cases: int
    unread: int


class MessagePage(Answer):
    """`digest` is of the day asked for, else of today."""

    items: list[MessageOut]
    digest: DigestOut
    next: str | None


class CallOut(Answer):
    """`kind`: a row paged, or a clock called when `share` percent of it were used. `answered_at`: when he did what is
    for those who were called, in the same alarm."""

    person: PersonOut
    kind: Literal["page", "remind"]
    title: str
    share: int | None
    called_at: datetime
    read_at: datetime | None
    answered_at: datetime | None


class CallsOut(Answer):
    """The whole list: `next` is always null."""

    items: list[CallOut]
    next: str | None


class FactOut(Answer):
    """One row of history as it leaves the house: codes, ids and times. `id` is the same wherever it is told."""

    id: str
    case: CaseId
    number: str
    seq: int
    trigger: Code
    ref: str | None
    from_: str
    to: str
    from_level: str | None
    to_level: str
    unit: UnitCode
    meeting: MeetingId | None
    workflow: str
    workflow_version: int
    occurred_at: datetime
    recorded_at: datetime

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class FeedOut(Answer):
    """`next` is what to ask `after` with next time; null only before anything ever happened. `more`: ask at once."""

    items: list[FactOut]
    next: str | None
    more: bool
