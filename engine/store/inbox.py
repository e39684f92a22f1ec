"""The one writer of `inbox`: what each person was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.outbox import Letter
from engine.store.tables import inbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A letter as one person gets it. He sees it from `shown_at` on, in the digest of `day`; `urgent` ones wait for no
    morning."""

    id: str
    letter: Letter
    person: str
    shown_at: datetime
    day: date
    urgent: bool


_PUT = sa.insert(inbox)


def put(tx: Tx, messages: Sequence[Message]) -> None:
    """Put them into the inboxes. Nobody gets a letter twice: a unique key holds it."""
    tx.execute(_PUT, [_row(each) for each in messages])


def _row(message: Message) -> dict[str, object]:
    letter = message.letter
    said = {name: getattr(letter, name) for name in ("home", "case_id", "seq", "kind", "cause", "share", "created_at")}
    notice = dict(letter.notice) if letter.notice else None
    here = {"id": message.id, "letter": letter.id, "person": message.person, "notice": notice}
    return {**said, **here, "shown_at": message.shown_at, "day": message.day, "read_at": None, "urgent": message.urgent}


_CALLED = sa.select(inbox.c.person).where(
    inbox.c.home == sa.bindparam("home"),
    inbox.c.case_id == sa.bindparam("case"),
    inbox.c.seq >= sa.bindparam("since"),
    inbox.c.urgent.is_(sa.true()),
)


def called(tx: Tx, home: str, case_id: str, since: int) -> frozenset[str]:
    """Who got an urgent message about the case at this version or later."""
    return frozenset(tx.execute(_CALLED, {"home": home, "case": case_id, "since": since}).scalars())


def mark_read(tx: Tx, home: str, message: str, person: str, now: datetime) -> None:
    """He has read it; the first time stays."""
    mine = (inbox.c.home == home, inbox.c.id == message, inbox.c.person == person)
    tx.execute(sa.update(inbox).where(*mine, inbox.c.read_at.is_(None)).values(read_at=now))


def mark_many_read(tx: Tx, home: str, messages: Sequence[str], person: str, now: datetime) -> None:
    """The same of several of one home."""
    mine = (inbox.c.home == home, inbox.c.id.in_(messages), inbox.c.person == person)
    tx.execute(sa.update(inbox).where(*mine, inbox.c.read_at.is_(None)).values(read_at=now))
