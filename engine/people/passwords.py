"""Passwords: setting and changing them, and whether the one typed is right. Everything here uses real time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.people.acting import by_command
from engine.people.devices import digest, forget_devices, known_device, remember_device
from engine.people.easy_passwords import easy_password
from engine.people.errors import Wrong
from engine.people.hashing import HASHER, Busy, Hasher, Verdict
from engine.people.journal import keep
from engine.people.sessions import end_sessions
from engine.people.throttle import Attempt, Throttled, attempt_of, begin_attempt, forget_failures, take_back, typed
from engine.people.weakness import LEAST, MOST, normal, weakness
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.register import parse_line
from engine.store.tables import accounts, bodies, body_units, passwords, people, posts, units

__all__ = ["Busy", "Checked", "PasswordService", "Throttled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The password was right. `device` is the secret that this browser keeps from now on and hands in at its next
    sign-in, None where the one handed in stays good. `must_change`: it was set by somebody else."""

    login: str
    must_change: bool
    device: str | None


#: A password that somebody else set opens the door so long.
ONE_TIME = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A password made here, and what of it is kept."""

    password: str
    hash: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """`hash` is None where nobody can sign in: no such account, an ended one, one without a password."""

    hash: str | None
    must_change: bool
    set_at: datetime


_NOBODY = _Kept(None, False, datetime.max.replace(tzinfo=UTC))


class PasswordService:
    """Commands raise `Wrong`; whatever hashes raises `Busy`."""

    def __init__(self, store: Store, hasher: Hasher = HASHER) -> None:
        self.store = store
        self._hasher = hasher

    def set(self, login: str, password: str, *, must_change: bool) -> None:
        """Give an active account a password, for who runs the system. Its sessions end, its browsers are strangers."""
        self._check_strength(login, password)
        fresh = self._hasher.hash(normal(password))
        self._keep(login, fresh, must_change)

    def give(self, login: str, *, must_change: bool) -> str:
        """The same with a password made here, easy to type: it is told this once."""
        made = self.make(login)
        self._keep(login, made.hash, must_change)
        return made.password

    def make(self, login: str) -> Made:
        """A password easy to type that is not the account's yet: hashing takes longer than a transaction should."""
        with self.store.read() as tx:
            return self._made(_words_about(tx, login))

    def make_for_new(self, login: str) -> Made:
        """The same for an account that is yet to be made, and nobody's."""
        return self._made({login})

    def _made(self, words: Collection[str]) -> Made:
        password = easy_password(words)
        return Made(password=password, hash=self._hasher.hash(password))

    def change(self, login: str, old: str, new: str, *, but: str | None = None) -> None:
        """Change one's own password; all sessions end except the one with the id `but`. Raises Throttled, too."""
        kept = self._confirmed(login, old)
        if normal(old) == normal(new):
            raise Wrong("password_same_as_before")
        self._check_strength(login, new)
        self._replace(login, kept, self._hasher.hash(normal(new)), but)

    def check(self, login: str, password: str, *, source: str, device: str | None = None) -> Checked:
        """Whether somebody may sign in. `source` is the client's address, `device` the secret of his browser.

        Raises Wrong (`sign_in_failed`, whatever the reason; `password_expired` for a one-time password that was right
        and is too old), Throttled, Busy. An unknown login takes the same work.
        """
        login = typed(login)
        attempt, kept = self._recognised(login, source, device)
        verdict = self._judged(attempt, password, kept)
        if not verdict.right:
            raise Wrong("sign_in_failed")
        if kept.must_change and real_now() > kept.set_at + ONE_TIME:
            raise Wrong("password_expired")
        return self._signed_in(login, attempt, kept, verdict)

    def confirm(self, login: str, password: str) -> None:
        """The one who is signed in proves again that it is he. Raises Wrong (`wrong_password`), Throttled, Busy."""
        self._confirmed(login, password)

    def set_times(self) -> dict[str, datetime]:
        """Login -> when its password was set or changed, of all that have one."""
        with self.store.read() as tx:
            rows = tx.execute(sa.select(passwords.c.login, passwords.c.set_at)).all()
        return {row.login: row.set_at for row in rows}

    # --- an attempt --------------------------------------------------------------------------------------------------

    @retried
    def _recognised(self, login: str, source: str, device: str | None) -> tuple[Attempt, _Kept]:
        """Counted; by its browser where that is known to the login. Raises Throttled."""
        with self.store.begin() as tx:
            attempt = attempt_of(login, source, known_device(tx, login, device))
            begin_attempt(tx, attempt)
            return attempt, _kept(tx, login)

    def _confirmed(self, login: str, password: str) -> _Kept:
        attempt = attempt_of(login, "", digest(f"change {login}"))  # counts by login: he is signed in
        kept = self._begin(attempt, login)
        if not self._judged(attempt, password, kept).right:
            raise Wrong("wrong_password")
        self._succeeded(attempt)
        return kept

    @retried
    def _begin(self, attempt: Attempt, login: str) -> _Kept:
        with self.store.begin() as tx:
            begin_attempt(tx, attempt)
            return _kept(tx, login)

    def _judged(self, attempt: Attempt, password: str, kept: _Kept) -> Verdict:
        try:
            whole = normal(password)
            return self._hasher.judge(whole[:MOST], None if len(whole) > MOST else kept.hash)
        except Busy:
            with self.store.begin() as tx:
                take_back(tx, attempt)
            raise

    @retried
    def _succeeded(self, attempt: Attempt) -> None:
        with self.store.begin() as tx:
            forget_failures(tx, attempt)

    @retried
    def _signed_in(self, login: str, attempt: Attempt, kept: _Kept, verdict: Verdict) -> Checked:
        with self.store.begin() as tx:
            forget_failures(tx, attempt)
            if verdict.fresh is not None:
                same = sa.and_(passwords.c.login == login, passwords.c.hash == kept.hash)
                tx.execute(sa.update(passwords).where(same).values(hash=verdict.fresh))
            secret = remember_device(tx, login, attempt.device)
        return Checked(login=login, must_change=kept.must_change, device=secret)

    # --- a new password ----------------------------------------------------------------------------------------------

    def _check_strength(self, login: str, password: str) -> None:
        with self.store.read() as tx:
            words = _words_about(tx, login)
        code = weakness(password, words)
        if code is not None:
            raise Wrong(f"password_{code}", least=LEAST, most=MOST)

    @retried
    def _keep(self, login: str, fresh: str, must_change: bool) -> None:
        by = by_command()
        with self.store.begin() as tx:
            put_password(tx, login, fresh, must_change)
            keep(tx, by, by.through(), "password_given", login, must_change=must_change)

    def _replace(self, login: str, kept: _Kept, fresh: str, but: str | None) -> None:
        """Only where the one that was proved is still the one kept: of two changes at a time one is refused."""
        with self.store.begin() as tx:
            same = sa.and_(passwords.c.login == login, passwords.c.hash == kept.hash)
            values = {"hash": fresh, "set_at": real_now(), "must_change": False}
            if tx.execute(sa.update(passwords).where(same).values(**values)).rowcount == 0:
                raise Wrong("wrong_password")
            end_sessions(tx, login, but)


def put_password(tx: Tx, login: str, fresh: str, must_change: bool) -> None:
    """`fresh` is the hash. The account's sessions end, its browsers are strangers. Raises Wrong."""
    values = {"hash": fresh, "set_at": real_now(), "must_change": must_change}
    _active_person(tx, login)
    changed = tx.execute(sa.update(passwords).where(passwords.c.login == login).values(**values))
    if changed.rowcount == 0:
        tx.execute(sa.insert(passwords).values(login=login, **values))
    end_sessions(tx, login)
    forget_devices(tx, login)


def _kept(tx: Tx, login: str) -> _Kept:
    joined = passwords.join(accounts, accounts.c.login == passwords.c.login)
    query = sa.select(passwords.c.hash, passwords.c.must_change, passwords.c.set_at).select_from(joined)
    row = tx.execute(query.where(accounts.c.login == login, accounts.c.active)).first()
    return _Kept(row.hash, row.must_change, row.set_at) if row else _NOBODY


def _active_person(tx: Tx, login: str) -> str | None:
    account = tx.execute(sa.select(accounts.c.person, accounts.c.active).where(accounts.c.login == login)).first()
    if account is None:
        raise Wrong("unknown_login", login=login)
    if not account.active:
        raise Wrong("account_ended", login=login)
    person: str | None = account.person
    return person


def _words_about(tx: Tx, login: str) -> set[str]:
    """What everybody knows about the owner: login, name, telephone and its end, places of his posts and above."""
    person = _active_person(tx, login)
    words = {login}
    row = tx.execute(sa.select(people.c.name, people.c.phone).where(people.c.id == person)).first()
    if row is not None:
        words |= {row.name, *([row.phone, row.phone[-8:], row.phone[-6:]] if row.phone else [])}
    return words | _places_of(tx, person)


def _places_of(tx: Tx, person: str | None) -> set[str]:
    mine = posts.c.person == person
    at_unit = sa.select(units.c.line).join(posts, posts.c.unit == units.c.code).where(mine)
    covered = body_units.join(posts, posts.c.body == body_units.c.body)
    at_body = sa.select(units.c.line).select_from(covered.join(units, units.c.code == body_units.c.unit)).where(mine)
    codes = {code for line in tx.execute(sa.union(at_unit, at_body)).scalars() for _, code in parse_line(line)}
    names: sa.Select[Any] = sa.select(units.c.name).where(units.c.code.in_(codes))
    of_bodies = sa.select(bodies.c.name).join(posts, posts.c.body == bodies.c.code).where(mine)
    return {*tx.execute(names).scalars(), *tx.execute(of_bodies).scalars()}
