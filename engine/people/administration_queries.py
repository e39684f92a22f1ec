"""What administrators see: accounts, tokens, posts, people of the register, and what other administrators did.

Of a telephone number nobody sees more here than its pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.people.accounts import Account, accounts_of
from engine.people.acting import By
from engine.people.journal import Entry, entries
from engine.people.tokens import TokenKept, tokens_where
from engine.rules.mask import phone_pattern
from engine.store.db import Store, Tx
from engine.store.sights import PersonSeen, PostSeen, posts_seen
from engine.store.tables import accounts, bodies, passwords, people, posts, tokens, units


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSeen:
    """`password_set_at` is None where nobody gave it one."""

    account: Account
    password_set_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceSeen:
    """A unit or a body; `kind` of either."""

    code: str
    name: str
    kind: str


class AdministrationQueries:
    """All raise Forbidden where it is not the caller's office. `after` is the last key of the page before; a page holds
    one row more than `limit` where there is another."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def accounts(self, by: By, *, q: str | None = None, after: str | None = None,
                 limit: int = 50) -> list[AccountSeen]:  # fmt: skip
        """By login, ended ones too; `q` is part of the login or of the person's name."""
        by.through("system", "security", "audit")
        with self.store.read() as tx:
            wanted = [accounts.c.login > after] if after is not None else []
            wanted += [_said(q, accounts.c.login, people.c.name)] if q else []
            return _with_passwords(tx, accounts_of(tx, *wanted, limit=limit + 1))

    def account(self, by: By, login: str) -> AccountSeen | None:
        by.through("system", "security", "audit")
        with self.store.read() as tx:
            found = _with_passwords(tx, accounts_of(tx, accounts.c.login == login))
            return found[0] if found else None

    def tokens(self, by: By, *, login: str | None = None, after: str | None = None,
               limit: int = 50) -> list[TokenKept]:  # fmt: skip
        """The oldest first: one's own, for `security` and `audit` everybody's."""
        if not by.offices & {"security", "audit"}:
            login = by.login if login is None else login
            if login != by.login:
                by.through("security", "audit")
        with self.store.read() as tx:
            wanted = [column == value for column, value in ((tokens.c.login, login),) if value is not None]
            wanted += [tokens.c.id > after] if after is not None else []
            return list(tokens_where(tx, *wanted, limit=limit + 1))

    def token(self, token_id: str) -> TokenKept | None:
        """As it is after a command that its caller was allowed."""
        with self.store.read() as tx:
            return next(iter(tokens_where(tx, tokens.c.id == token_id)), None)

    def posts(self, by: By, person: str) -> list[PostSeen]:
        """Every post of a person, those that are over and those to come, too."""
        by.through("security", "audit")
        with self.store.read() as tx:
            return posts_seen(tx, posts.c.person == person).get(person, [])

    def post(self, ident: str) -> PostSeen | None:
        """As it is after a command that its caller was allowed."""
        with self.store.read() as tx:
            found = [post for held in posts_seen(tx, posts.c.id == ident).values() for post in held]
            return found[0] if found else None

    def people(self, by: By, *, q: str | None = None, ident: str | None = None, after: str | None = None,
               limit: int = 50) -> list[PersonSeen]:  # fmt: skip
        """People of the register by id, with or without a post."""
        by.through("system", "security")
        with self.store.read() as tx:
            wanted = [people.c.id == ident] if ident is not None else []
            wanted += [people.c.id > after] if after is not None else []
            wanted += [_said(q, people.c.name, people.c.id)] if q else []
            rows = tx.execute(sa.select(people).where(*wanted).order_by(people.c.id).limit(limit + 1)).all()
            held = posts_seen(tx, posts.c.person.in_([row.id for row in rows]))
            return [
                PersonSeen(id=row.id, name=row.name, phone=phone_pattern(row.phone) if row.phone else None,
                           posts=tuple(held.get(row.id, ())))
                for row in rows
            ]  # fmt: skip

    def places(self, by: By, q: str, limit: int = 20) -> list[PlaceSeen]:
        """Units and bodies whose name or code has these words, by code."""
        by.through("security")
        with self.store.read() as tx:
            found = []
            for table in (units, bodies):
                query = sa.select(table.c.code, table.c.name, table.c.kind).where(_said(q, table.c.name, table.c.code))
                found += [PlaceSeen(**row) for row in tx.execute(query.order_by(table.c.code).limit(limit)).mappings()]
            return sorted(found, key=lambda place: place.code)[:limit]

    def acts(self, by: By, *, login: str | None = None, about: str | None = None, after: str | None = None,
             limit: int = 50) -> list[Entry]:  # fmt: skip
        """What was changed, the newest first: all of it for `audit`; for `security` what the audit office did and what
        was done about it."""
        office = by.through("audit", "security")
        with self.store.read() as tx:
            of_audit = office == "security"
            return entries(tx, of_audit=of_audit, limit=limit + 1, login=login, about=about, after=after)


def _said(q: str, *columns: sa.Column[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(column.icontains(q, autoescape=True) for column in columns))


def _with_passwords(tx: Tx, found: tuple[Account, ...]) -> list[AccountSeen]:
    wanted = passwords.c.login.in_([each.login for each in found])
    rows = tx.execute(sa.select(passwords.c.login, passwords.c.set_at).where(wanted)).all()
    since = {row.login: row.set_at for row in rows}
    return [AccountSeen(account=each, password_set_at=since.get(each.login)) for each in found]
