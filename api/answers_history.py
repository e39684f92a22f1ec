"""The shapes of answers about what happened: rows of history, and acts that were refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from api.answers import Answer, ChargeOut, PersonOut, UnitOut
from api.shapes import CaseId, Code, MeetingId


class PostOut(Answer):
    """The post through which somebody acted, as it was then."""

    id: str
    role: str
    title: str
    place: str
    place_name: str | None


class ActorOut(PersonOut):
    post: PostOut | None


class RuleOut(Answer):
    """Which version and line of which file this was done under."""

    workflow: str
    version: int
    file: str
    line: int
    ref: str | None
    sha256: str


class StrangerOut(Answer):
    name: str
    phone: str | None = None


class CalendarStepOut(Answer):
    """From which version of the calendar to which; `former` is null where it is not known."""

    code: str
    version: int
    former: int | None
    sha256: str


class MomentsOut(Answer):
    before: datetime | None
    after: datetime | None


class FlagsOut(Answer):
    before: bool
    after: bool


class RecomputedOut(Answer):
    """The deadlines of a case before and after a new version of the calendar."""

    calendar: CalendarStepOut
    due: MomentsOut
    total: MomentsOut
    provisional: FlagsOut


class EventOut(Answer):
    """One history row, with its three times. `recomputed` is there for the engine's own row `recompute_deadlines`
    alone; such a row stands in line 0, in no line of the file. `erased`: what it said was erased by law."""

    case: CaseId
    number: str
    seq: int
    trigger: Code
    ref: str | None
    title: str
    from_: str
    to: str
    from_level: str | None
    to_level: str
    unit: UnitOut
    actor: ActorOut
    on_behalf_of: PersonOut | StrangerOut | None
    data: dict[Code, Any]
    recomputed: RecomputedOut | None
    note: str | None
    erased: bool
    responsible: ChargeOut | None
    successor: ChargeOut | None
    occurred_at: datetime
    recorded_at: datetime
    client_at: datetime | None
    meeting: MeetingId | None
    agenda_no: int | None
    rule: RuleOut
    hash: str

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class EventPage(Answer):
    items: list[EventOut]
    next: str | None


class DenialOut(Answer):
    id: str
    at: datetime
    person: PersonOut
    post: str | None
    unit: UnitOut
    case: CaseId | None
    meeting: MeetingId | None
    trigger: str
    code: str
    ref: str | None
    line: int | None
    workflow: str
    workflow_version: int


class DenialPage(Answer):
    items: list[DenialOut]
    next: str | None
