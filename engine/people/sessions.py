"""Who is signed in on web pages. Everything here uses real time, but for the day on which posts must be valid."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from engine.people.devices import digest
from engine.people.errors import Wrong
from engine.people.factors import CONFIRMED_FACTOR, has_factor
from engine.people.offices import office_columns, offices_of
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.register import valid_on
from engine.store.tables import accounts, passwords, people, posts, sessions
from engine.store.trust_tables import second_factors

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Span:
    """How long a session lasts: `idle` without a call, `whole` at most."""

    idle: timedelta
    whole: timedelta


ORDINARY = Span(idle=timedelta(hours=4), whole=timedelta(hours=12))
REMEMBERED = Span(idle=timedelta(days=30), whole=timedelta(days=90))
#: Between the password and the second factor.
PROVING = Span(idle=timedelta(minutes=10), whole=timedelta(minutes=10))


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A fresh session, or one that waits for the second factor. `secret` is told this once: only its SHA-256 is kept.
    `expires_at` is its end at the latest."""

    secret: str
    id: str
    expires_at: datetime
    proving: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Who is signed in. `person` and `name` are None for a technical account; `must_change`: his password first.
    `proving`: the second factor is still due, nothing is open; `has_factor`: he has one."""

    id: str
    login: str
    person: str | None
    name: str | None
    must_change: bool
    proving: bool
    has_factor: bool
    remembered: bool
    created_at: datetime
    expires_at: datetime
    offices: frozenset[str] = frozenset()

    @property
    def operator(self) -> bool:
        """He runs the machine: the system administrator."""
        return "system" in self.offices


@dataclass(frozen=True, kw_only=True, slots=True)
class Begin:
    """One of the places where somebody is signed in."""

    id: str
    remembered: bool
    created_at: datetime
    seen_at: datetime


class SessionService:
    """Beginning, knowing and ending sessions. `day` is the local day of the rules on which posts must be valid."""

    def __init__(self, store: Store, *, ordinary: Span = ORDINARY, remembered: Span = REMEMBERED) -> None:
        self.store = store
        self._spans = {False: ordinary, True: remembered}

    @retried
    def begin(self, login: str, *, remember: bool, day: date) -> Begun:
        """A session of an active account, whose password was right; a short one that opens nothing (`proving`) where
        the login has a second factor. Raises Wrong."""
        with self.store.begin() as tx:
            _forget_old(tx, real_now())
            return self._begin(tx, login, remember, day, proving=has_factor(tx, login))

    @retried
    def proved(self, secret: str, day: date) -> Begun:
        """The second factor was right: the session that waited for it ends and a whole one begins. Raises Wrong."""
        with self.store.begin() as tx:
            mine = sa.and_(sessions.c.hash == digest(secret), sessions.c.ended_at.is_(None), sessions.c.proving)
            row = tx.execute(sa.select(sessions.c.login, sessions.c.remembered).where(mine)).first()
            if row is None:
                raise Wrong("sign_in_failed")
            tx.execute(sa.update(sessions).where(mine).values(ended_at=real_now()))
            return self._begin(tx, row.login, row.remembered, day, proving=False)

    def _begin(self, tx: Tx, login: str, remember: bool, day: date, *, proving: bool) -> Begun:
        span, now = PROVING if proving else self._spans[remember], real_now()
        begun = Begun(secret=secrets.token_urlsafe(32), id=f"ss-{ULID()}", expires_at=now + span.whole, proving=proving)
        values = {"login": login, "remembered": remember, "idle_seconds": int(span.idle.total_seconds())}
        values |= {"posts": _posts_of_active(tx, login, day), "expires_at": begun.expires_at, "proving": proving}
        row = sa.insert(sessions).values(hash=digest(begun.secret), id=begun.id, **values)
        tx.execute(row.values(created_at=now, seen_at=now))
        return begun

    def of_login(self, login: str) -> tuple[Begin, ...]:
        """Where the login is signed in, the newest first; what has lapsed is left out."""
        now, kept = real_now(), sessions.c
        query = sa.select(kept.id, kept.remembered, kept.created_at, kept.seen_at, kept.idle_seconds)
        alive = query.where(kept.login == login, kept.ended_at.is_(None), kept.expires_at > now, ~kept.proving)
        with self.store.read() as tx:
            rows = tx.execute(alive.order_by(kept.created_at.desc(), kept.id)).all()
        return tuple(
            Begin(id=row.id, remembered=row.remembered, created_at=row.created_at, seen_at=row.seen_at)
            for row in rows
            if now < row.seen_at + timedelta(seconds=row.idle_seconds)
        )

    @retried
    def end_one(self, login: str, session: str) -> None:
        """End one session of the login by its id; nothing happens where it is no session of his."""
        mine = sa.and_(sessions.c.id == session, sessions.c.login == login, sessions.c.ended_at.is_(None))
        with self.store.begin() as tx:
            tx.execute(sa.update(sessions).where(mine).values(ended_at=real_now()))

    @retried
    def who(self, secret: str, day: date) -> Session | None:
        """Who is signed in; None where the secret is unknown or its session has ended. It ends by itself when it was
        idle or lasted too long, with its account, and with any post that was valid when it began."""
        if not _SECRET.fullmatch(secret):
            return None
        now = real_now()
        with self.store.read() as tx:
            rows = tx.execute(_WHO, {"hash": digest(secret), "day": day}).all()
        if not rows or rows[0].ended_at is not None:
            return None
        if _is_over(rows, now):
            self.end(secret)
            return None
        self._see(secret, rows[0].seen_at, now)
        return _session(rows[0])

    def end(self, secret: str) -> None:
        """Sign out; nothing happens where it has ended before."""
        with self.store.begin() as tx:
            mine = sa.and_(sessions.c.hash == digest(secret), sessions.c.ended_at.is_(None))
            tx.execute(sa.update(sessions).where(mine).values(ended_at=real_now()))

    @retried
    def end_all(self, login: str, *, but: str | None = None) -> None:
        """Sign the login out everywhere, except in the session with the id `but`."""
        with self.store.begin() as tx:
            end_sessions(tx, login, but)

    def _see(self, secret: str, seen_at: datetime, now: datetime) -> None:
        """Written once a minute: every page asks who is there."""
        if now - seen_at < _SEEN_EVERY:
            return
        with self.store.begin() as tx:
            tx.execute(sa.update(sessions).where(sessions.c.hash == digest(secret)).values(seen_at=now))


def count_sessions(tx: Tx, login: str) -> int:
    """Those that nobody has ended, some of which may have lapsed."""
    mine = sa.and_(sessions.c.login == login, sessions.c.ended_at.is_(None))
    return tx.execute(sa.select(sa.func.count()).select_from(sessions).where(mine)).scalar_one()


def end_sessions(tx: Tx, login: str, but: str | None = None) -> None:
    """End the sessions of a login, except the one with the id `but`."""
    mine = sa.and_(sessions.c.login == login, sessions.c.ended_at.is_(None))
    others = mine if but is None else sa.and_(mine, sessions.c.id != but)
    tx.execute(sa.update(sessions).where(others).values(ended_at=real_now()))


def _who() -> sa.Select[Any]:
    """The session with its account, one row for each post of its person that is valid on `day`, or one without."""
    day = sa.bindparam("day", type_=sa.Date)
    joined = (
        sessions.join(accounts, accounts.c.login == sessions.c.login)
        .outerjoin(passwords, passwords.c.login == sessions.c.login)
        .outerjoin(second_factors, CONFIRMED_FACTOR)
        .outerjoin(people, people.c.id == accounts.c.person)
        .outerjoin(posts, sa.and_(posts.c.person == accounts.c.person, valid_on(posts, day)))
    )
    of_account = (accounts.c.person, *office_columns(), accounts.c.active, people.c.name)
    factors = (passwords.c.must_change, second_factors.c.confirmed_at)
    columns: tuple[Any, ...] = (sessions, *of_account, *factors, posts.c.id.label("post"))
    return sa.select(*columns).select_from(joined).where(sessions.c.hash == sa.bindparam("hash"))


_WHO = _who()


def _is_over(rows: Sequence[sa.Row[Any]], now: datetime) -> bool:
    session = rows[0]
    lapsed = now >= session.expires_at or now >= session.seen_at + timedelta(seconds=session.idle_seconds)
    return lapsed or not session.active or not set(session.posts) <= {row.post for row in rows}


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        id=row.id,
        login=row.login,
        person=row.person,
        name=row.name,
        offices=offices_of(row),
        must_change=bool(row.must_change),
        proving=row.proving,
        has_factor=row.confirmed_at is not None,
        remembered=row.remembered,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _posts_of_active(tx: Tx, login: str, day: date) -> list[str]:
    account = tx.execute(sa.select(accounts).where(accounts.c.login == login)).first()
    if account is None:
        raise Wrong("unknown_login", login=login)
    if not account.active:
        raise Wrong("account_ended", login=login)
    held = sa.select(posts.c.id).where(posts.c.person == account.person, valid_on(posts, day))
    return list(tx.execute(held.order_by(posts.c.id)).scalars())


def _forget_old(tx: Tx, now: datetime) -> None:
    """What ended long ago, or lapsed without anybody asking."""
    long_ago = now - _KEPT
    tx.execute(sa.delete(sessions).where(sa.or_(sessions.c.ended_at < long_ago, sessions.c.expires_at < long_ago)))
