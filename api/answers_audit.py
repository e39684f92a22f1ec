"""The shapes of answers about checkpoints and what they prove. Hashes are hex; `text` is the signed note as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from api.answers import Answer
from api.shapes import CaseId, CheckpointId, MeetingId, UnitCode

Log = Literal["open", "veiled"]


class CheckpointOut(Answer):
    """The signed state of a log of a home: a tree of `size` leaves with this `root` (RFC 9162). `cause`: a meeting
    closed, a night passed, somebody asked, or more rows waited than one takes (`backlog`)."""

    id: CheckpointId
    home: UnitCode
    log: Log
    origin: str
    size: int
    root: str
    taken_at: datetime
    cause: Literal["meeting", "nightly", "asked", "backlog"]
    meeting: MeetingId | None
    text: str
    url: str


class SigningOut(Answer):
    """Whether the next checkpoint can be signed: `trouble` says why not, `message` the same in words."""

    signs: bool
    trouble: str | None
    message: str | None


class CheckpointPage(Answer):
    items: list[CheckpointOut]
    next: str | None
    signing: SigningOut


class InclusionOut(Answer):
    """That the row is leaf `leaf` of the tree of `size` leaves: `leaf_hash` and `proof` lead to its `root` (RFC 9162,
    section 2.1.3). A row that is not covered says so, with `message`; then `proof` is null."""

    case: CaseId
    seq: int
    hash: str
    leaf_hash: str
    covered: bool
    message: str | None
    log: Log | None
    origin: str | None
    leaf: int | None
    size: int | None
    root: str | None
    proof: list[str] | None
    checkpoint: CheckpointOut | None


class ConsistencyOut(Answer):
    """That the tree of `old` leaves begins the one of `new` (RFC 9162, section 2.1.4)."""

    home: UnitCode
    log: Log
    origin: str | None
    old: int
    new: int
    old_root: str
    new_root: str
    proof: list[str]


class VerifierKeyOut(Answer):
    """`vkey` as verifiers of signed notes take it: name, id and public key."""

    vkey: str
    since: datetime


class VerifierKeyList(Answer):
    """Every key that signed, the oldest first; the last one signs."""

    items: list[VerifierKeyOut]
