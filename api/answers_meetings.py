"""The shapes of answers about meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from api.answers import Answer, CaseOut, PersonOut, UnitOut
from api.shapes import Code, MeetingId, PersonId


class QuorumOut(Answer):
    percent: int
    reached: bool


class DecisionOut(Answer):
    trigger: Code
    ref: str | None
    title: str
    data: dict[Code, Any]
    note: str | None
    by: PersonId | None


class ItemOut(Answer):
    """`outcome`: effective, void (未生效), carried, left (会前已办), waiting; null while the meeting is open."""

    number: int
    case: CaseOut
    decision: DecisionOut | None
    outcome: Literal["effective", "void", "carried", "left", "waiting"] | None
    refusal: str | None
    seq: int | None


class MeetingSummary(Answer):
    id: MeetingId
    workflow: str
    workflow_version: int
    meeting: Code
    title: str
    unit: UnitOut
    at: datetime
    status: Literal["planned", "open", "closed", "cancelled"]
    version: int
    opened_at: datetime | None
    closed_at: datetime | None
    chair: PersonOut | None
    recorder: PersonOut | None
    expected: list[PersonOut]
    present: list[PersonOut]
    on_leave: list[PersonOut]
    observers: list[PersonOut]
    quorum: QuorumOut
    reason: str | None


class MeetingOut(MeetingSummary):
    items: list[ItemOut]


class MeetingPage(Answer):
    items: list[MeetingSummary]
    next: str | None
