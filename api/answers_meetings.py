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


class AddedOut(Answer):
    """Who in the chair put the case there, when and why (临时增列)."""

    by: PersonOut
    at: datetime
    reason: str


class ItemOut(Answer):
    """`outcome`: effective, void (未生效), carried, consequence (carried over too often: what the rules then do), left
    (会前已办), waiting; null while the meeting is open."""

    number: int
    case: CaseOut
    decision: DecisionOut | None
    outcome: Literal["effective", "void", "carried", "consequence", "left", "waiting"] | None
    refusal: str | None
    seq: int | None
    added: AddedOut | None


class ReportOut(Answer):
    """What the meeting is to `ratify` (追认) or is `told` (补报): it takes no decision and is done when the meeting
    closes. `seq` is the row of the case."""

    kind: Literal["ratify", "told"]
    case: CaseOut
    seq: int
    trigger: Code
    ref: str | None
    title: str
    by: PersonId
    at: datetime


class DelegationOut(Answer):
    """Who may chair this meeting in whose place, by what words."""

    delegate: PersonOut
    by: PersonOut
    at: datetime
    reason: str


class MeetingSummary(Answer):
    """`turn` is the week or month of its rhythm, null where it was called; `moved`: it was given another day;
    `provisional`: the holidays of its year are not known yet. `number` counts the meetings held at the unit in the year
    of its opening."""

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
    turn: str | None
    moved: bool
    provisional: bool
    year: int | None
    number: int | None
    delegation: DelegationOut | None


class MeetingOut(MeetingSummary):
    """`cutoff`: what comes to the gate later waits for the next meeting, unless the chair adds it. `checkpoint`: where
    the signed state of the history at its closing is read."""

    cutoff: datetime | None
    checkpoint: str | None
    items: list[ItemOut]
    reports: list[ReportOut]


class MeetingPage(Answer):
    items: list[MeetingSummary]
    next: str | None
