"""The append-only record of refused acts: who, through which post, on which case, which trigger, which code, when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.tables import refusals


@dataclass(frozen=True, kw_only=True, slots=True)
class Denial:
    home: str
    id: str
    at: datetime
    person: str
    post: str | None
    unit: str
    case_id: str | None
    meeting_id: str | None
    trigger: str
    code: str
    ref: str | None
    line: int | None
    workflow: str
    workflow_version: int


def record_denials(tx: Tx, denials: list[Denial]) -> None:
    if denials:
        tx.execute(sa.insert(refusals), [asdict(denial) for denial in denials])
