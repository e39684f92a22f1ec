"""What administrators do: each office its part, denied by default, every act kept with it in one transaction.

`system` keeps the register of people and accounts; `security` gives posts, passwords and tokens and ends sessions.
Neither does anything to an account of an administrator, or for himself: that is for the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from engine.people import accounts as accountbook
from engine.people import tokens as tokenbook
from engine.people.acting import HIMSELF, By
from engine.people.entering import enter_person, enter_post, wrong_row
from engine.people.factors import remove_factor
from engine.people.journal import keep
from engine.people.offices import is_administrator
from engine.people.passwords import Made, PasswordService, put_password
from engine.people.sessions import count_sessions, end_sessions
from engine.people.tokens import Issued, NewToken, TokenDays
from engine.rules.refusals import Forbidden, NotFound
from engine.store.db import Store, Tx, retried
from engine.store.tables import accounts, posts
from engine.store.trust_tables import administrators

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPost:
    """Either `unit` or `body`. `valid_to` is the last day, None while it is open."""

    person: str
    role: str
    unit: str | None
    body: str | None
    valid_from: date
    valid_to: date | None

    def cells(self) -> dict[str, str]:
        """As a file of posts has them."""
        last = self.valid_to.isoformat() if self.valid_to else ""
        place = {"unit": self.unit or "", "body": self.body or ""}
        return {"person": self.person, "role": self.role, **place, "valid_from": self.valid_from.isoformat(),
                "valid_to": last}  # fmt: skip


class AdministrationService:
    """All raise Forbidden where it is not the caller's office, NotFound for what is named and is not there, and Wrong
    or RowRefused for what cannot be. `roles` are those that any rules name."""

    def __init__(self, store: Store, passwords: PasswordService, roles: Callable[[], frozenset[str]],
                 token_days: TokenDays = TokenDays()) -> None:  # fmt: skip
        self.store, self._passwords, self._roles, self.token_days = store, passwords, roles, token_days

    # --- the system administrator ------------------------------------------------------------------------------------

    @retried
    def add_person(self, by: By, name: str, phone: str | None, ident: str | None = None) -> str:
        """The id. With an `ident` of one's own the same again changes nothing."""
        office = by.through("system")
        ident = ident or f"p-{ULID()}"
        with self.store.begin() as tx:
            if enter_person(tx, ident, name, phone):
                keep(tx, by, office, "person_added", ident)
            return ident

    @retried
    def add_account(self, by: By, login: str, person: str | None) -> None:
        """For a registered person, or for none."""
        office = by.through("system")
        with self.store.begin() as tx:
            accountbook.put_account(tx, login, person)
            keep(tx, by, office, "account_added", login, person=person)

    @retried
    def end_account(self, by: By, login: str) -> None:
        """For good: its tokens and sessions end with it."""
        office = by.through("system")
        with self.store.begin() as tx:
            if _ordinary(tx, login).active:
                accountbook.close_account(tx, login)
                keep(tx, by, office, "account_ended", login)

    # --- the security administrator ----------------------------------------------------------------------------------

    def give_password(self, by: By, login: str) -> str:
        """A one-time password, told this once; the account is signed out everywhere. Raises Busy."""
        office = by.through("security")
        with self.store.read() as tx:
            _of_another(tx, by, login)
        made = self._passwords.make(login)
        self._put_password(by, office, login, made)
        return made.password

    @retried
    def _put_password(self, by: By, office: str, login: str, made: Made) -> None:
        with self.store.begin() as tx:
            _of_another(tx, by, login)
            put_password(tx, login, made.hash, must_change=True)
            keep(tx, by, office, "password_given", login, must_change=True)

    @retried
    def end_sessions(self, by: By, login: str) -> int:
        """Sign an account out everywhere; how many sessions that ended."""
        office = by.through("security")
        with self.store.begin() as tx:
            _ordinary(tx, login)
            ended = count_sessions(tx, login)
            end_sessions(tx, login)
            keep(tx, by, office, "sessions_ended", login, sessions=ended)
            return ended

    @retried
    def remove_factor(self, by: By, login: str) -> None:
        """Of who lost his telephone, after seeing him; he is signed out everywhere."""
        office = by.through("security")
        with self.store.begin() as tx:
            _of_another(tx, by, login)
            remove_factor(tx, login)
            keep(tx, by, office, "factor_removed", login)

    @retried
    def issue_token(self, by: By, asked: NewToken) -> Issued:
        """A token of somebody else's account; its secret is told this once."""
        office = by.through("security")
        with self.store.begin() as tx:
            _of_another(tx, by, asked.login)
            accountbook.must_be_active(tx, asked.login)
            issued = tokenbook.put_token(tx, asked, self.token_days)
            facts = {"token": issued.id, "scope": asked.scope, "expires_at": issued.expires_at.isoformat()}
            keep(tx, by, office, "token_issued", asked.login, **facts)
            return issued

    @retried
    def revoke_token(self, by: By, token_id: str) -> None:
        """At once; everybody may revoke his own."""
        with self.store.begin() as tx:
            login = tokenbook.login_of_token(tx, token_id)
            office = HIMSELF if login is not None and login == by.login else by.through("security")
            if login is None:
                raise NotFound("token")
            if office != HIMSELF:
                _ordinary(tx, login)
            if tokenbook.revoke_token(tx, token_id):
                keep(tx, by, office, "token_revoked", login, token=token_id)

    @retried
    def give_post(self, by: By, post: NewPost) -> str:
        """The id. A post that is there already may be given another last day."""
        office = by.through("security")
        with self.store.begin() as tx:
            _not_for_himself(tx, by, post.person)
            ident, new = enter_post(tx, post.cells(), self._roles())
            if new:
                keep(tx, by, office, "post_given", ident, **post.cells())
            return ident

    @retried
    def end_post(self, by: By, ident: str, today: date, last_day: date | None = None) -> None:
        """The last day on which it is valid: yesterday, which is at once, or a later one. What was done before stays
        done by it."""
        office = by.through("security")
        with self.store.begin() as tx:
            row = _post(tx, ident)
            _not_for_himself(tx, by, row.person)
            last = _last_day(row, today, last_day)
            tx.execute(sa.update(posts).where(posts.c.id == ident).values(valid_to=last))
            keep(tx, by, office, "post_ended", ident, person=row.person, last_day=last.isoformat())


def _post(tx: Tx, ident: str) -> Any:
    """Locked, so that two who end it do so one after the other."""
    row = tx.execute(sa.select(posts).where(posts.c.id == ident).with_for_update()).first()
    if row is None:
        raise NotFound("post")
    return row


def _last_day(row: Any, today: date, wanted: date | None) -> date:
    """Not before yesterday: the past is not made otherwise. Raises RowRefused."""
    earliest = today - _DAY
    if wanted is not None and wanted < earliest:
        raise wrong_row("last_day", "in_the_past", value=wanted.isoformat(), first=earliest.isoformat())
    last = wanted or earliest
    if row.valid_to is not None and row.valid_to < last:
        raise wrong_row("last_day", "ended_before", last=row.valid_to.isoformat())
    return last


def _ordinary(tx: Tx, login: str) -> Any:
    """The account, which no administrator has. Raises NotFound, Forbidden."""
    columns = (accounts.c.person, accounts.c.active, is_administrator().label("is_administrator"))
    row = tx.execute(sa.select(*columns).where(accounts.c.login == login)).first()
    if row is None:
        raise NotFound("account")
    if row.is_administrator:
        raise Forbidden("by_command_alone")
    return row


def _of_another(tx: Tx, by: By, login: str) -> None:
    """An ordinary account, and not that of the human who holds the office. Raises NotFound, Forbidden."""
    _not_for_himself(tx, by, _ordinary(tx, login).person)


def _not_for_himself(tx: Tx, by: By, person: str | None) -> None:
    mine = sa.select(administrators.c.holder).where(administrators.c.login == by.login)
    if person is not None and person in set(tx.execute(mine).scalars()):
        raise Forbidden("not_for_oneself")
