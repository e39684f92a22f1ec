"""What lists are narrowed by. A filter that does not exist is refused, never passed over: a list that shows more than
was asked for misleads."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.shapes import CaseId, Code, MeetingId, PersonId, Plain, UnitCode, WorkflowKey
from api.shapes_times import Day, Moment
from engine.cases.narrowing import PAGE_MOST, Order

Below = Annotated[UnitCode | None, Field(description="this unit with all below")]
Until = Annotated[Moment | None, Field(description="exclusive")]
Words = Annotated[Plain | None, Field(max_length=60, description="part of the name")]


Log = Annotated[Literal["open", "veiled"], Field(description="`veiled`: what rules keep to holders of some posts")]
Size = Annotated[int, Field(ge=0, lt=2**31)]


_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")


def _sayable(text: str) -> str:
    """Something that can be seen: blanks and marks without a shape look for nothing."""
    if all(unicodedata.category(sign) in _UNSEEN for sign in text):
        raise ValueError("nothing to look for")
    return text


Said = Annotated[
    Plain,
    AfterValidator(_sayable),
    Field(min_length=1, max_length=50, description="words, blanks between them; the case says all of them"),
]


#: One that is none of ours is told so, whatever its form; the form is for whoever reads the document.
Cursor = Annotated[str | None, Field(max_length=400, json_schema_extra={"pattern": "^[A-Za-z0-9_-]+$"})]


class Listing(BaseModel):
    """A page: `cursor` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = 50


class CaseListing(Listing):
    unit: Below = None
    mine: Annotated[bool, Field(description="whatever I am in charge of or could move on")] = False
    waiting: Annotated[bool, Field(description="where the ordinary next step is mine")] = False
    reported: Annotated[bool, Field(description="I opened it, or it was opened for me")] = False
    workflow: WorkflowKey | None = None
    state: Annotated[list[Code], Field(max_length=50)] = []
    level: Code | None = None
    category: Code | None = None
    urgency: Code | None = None
    responsible: Annotated[PersonId | None, Field(description="id of a person or code of a unit")] = None
    open: Annotated[bool, Field(description="not over yet")] = False
    overdue: Annotated[bool | None, Field(description="open, and `due_at` has passed; false: all others")] = None
    due_until: Annotated[Moment | None, Field(description="open, and `due_at` is then or before")] = None
    opened_from: Moment | None = None
    opened_to: Until = None
    q: Said | None = None
    order: Annotated[Order, Field(description="newest opened first, or earliest deadline first")] = "opened"


class HistoryListing(Listing):
    unit: Below = None
    trigger: Code | None = None
    ref: Annotated[Plain | None, Field(max_length=40)] = None
    from_level: Code | None = None
    to_level: Code | None = None
    actor: PersonId | None = None
    meeting: MeetingId | None = None
    upward: Annotated[bool | None, Field(description="to a higher level; false: all others")] = None
    by_system: Annotated[bool | None, Field(description="fired by the system; false: by people")] = None
    since: Moment | None = None
    until: Until = None


class SealedListing(Listing):
    since: Annotated[Moment | None, Field(description="sealed then or later")] = None
    until: Until = None


class RefusalListing(Listing):
    case: CaseId | None = None


class AccessNarrowing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Moment | None = None
    until: Until = None
    login: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_.@:-]{1,80}$")] = None
    object: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_.@-]{1,120}$", description="id of a case, upload …")] = (
        None
    )
    home: UnitCode | None = None
    status: Annotated[int | None, Field(ge=0, le=599, description="this one or a higher one")] = None
    way: Annotated[
        Literal["token", "session", "none", "command"] | None, Field(description="how the caller came in")
    ] = None


class AccessListing(Listing, AccessNarrowing):
    pass


class InboxListing(Listing):
    unread: Annotated[bool, Field(description="what I have not read")] = False
    day: Annotated[Day | None, Field(description="of the digest of this day")] = None


class FeedListing(BaseModel):
    """A page of the feed: `after` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    after: Cursor = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = PAGE_MOST


class MeetingListing(Listing):
    unit: UnitCode | None = None
    status: Literal["planned", "open", "closed", "cancelled"] | None = None


class UnitListing(Listing):
    parent: UnitCode | None = None
    kind: Code | None = None
    q: Words = None


class GapListing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: UnitCode | None = None


class DutyListing(GapListing):
    role: Code | None = None
    since: Annotated[Moment | None, Field(description="default: now")] = None
    until: Annotated[Moment | None, Field(description="exclusive; default: a week after `since`")] = None


class CheckpointListing(Listing):
    home: UnitCode
    log: Log = "open"


class LogQuestion(BaseModel):
    """One log of one home."""

    model_config = ConfigDict(extra="forbid")

    home: UnitCode
    log: Log = "open"


class ConsistencyQuestion(LogQuestion):
    old: Size
    new: Annotated[Size | None, Field(description="default: that of the last checkpoint")] = None


class InclusionQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    case: CaseId
    seq: Annotated[int, Field(ge=1, lt=2**31, description="number of the row in the case")]
    size: Annotated[Size | None, Field(description="of the tree; default: that of the last checkpoint")] = None


class PeopleListing(Listing):
    unit: Annotated[UnitCode | None, Field(description="posts at this unit or below")] = None
    role: Code | None = None
    q: Words = None
