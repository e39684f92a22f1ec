"""Forgetting a person in the register: his account ends, his posts end, and his name and telephone go.

His id stays wherever histories name it, as an id that stands for nobody any more. What would tell from it who he was
goes with him: his relatives on record and the households he belongs to. The head of a household stays its head by id
until the next import names another; nothing else keeps that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from engine.people.devices import forget_devices
from engine.rules.erasing import ERASED
from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.tables import (
    accounts,
    duty_turns,
    household_people,
    passwords,
    people,
    posts,
    relatives,
    sessions,
    sign_in_failures,
    tokens,
)
from engine.store.trust_tables import second_factors


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """What the register knows of a person; `logins` are of all his accounts, ended ones too. `name` is None where he
    was forgotten before."""

    id: str
    name: str | None
    phone: str | None
    logins: tuple[str, ...]


def registered_person(tx: Tx, person: str) -> Registered | None:
    row = tx.execute(sa.select(people).where(people.c.id == person)).first()
    if row is None:
        return None
    name = None if row.name == ERASED else row.name
    return Registered(id=person, name=name, phone=row.phone, logins=_logins(tx, person))


def _logins(tx: Tx, person: str) -> tuple[str, ...]:
    query = sa.select(accounts.c.login).where(accounts.c.person == person).order_by(accounts.c.login)
    return tuple(tx.execute(query).scalars())


def people_named(tx: Tx, name: str, phone: str) -> list[str]:
    """Ids of registered people of this name and telephone."""
    same = (people.c.name == name, people.c.phone == phone)
    return list(tx.execute(sa.select(people.c.id).where(*same).order_by(people.c.id)).scalars())


def end_person(tx: Tx, person: str, today: date) -> None:
    """He can do nothing from now on: accounts, tokens, sessions and browsers end, and his posts with yesterday."""
    for login in _logins(tx, person):
        _end_account(tx, login)
    still = sa.or_(posts.c.valid_to.is_(None), posts.c.valid_to >= today)
    tx.execute(sa.update(posts).where(posts.c.person == person, still).values(valid_to=today - timedelta(days=1)))
    now = real_now()
    coming = (duty_turns.c.person == person, duty_turns.c.ends_at > now, duty_turns.c.called_off_at.is_(None))
    tx.execute(sa.update(duty_turns).where(*coming).values(called_off_at=now))


def _end_account(tx: Tx, login: str) -> None:
    tx.execute(sa.update(accounts).where(accounts.c.login == login).values(active=False))
    mine = tokens.c.login == login
    tx.execute(sa.update(tokens).where(mine).values(label=ERASED))
    tx.execute(sa.update(tokens).where(mine, tokens.c.revoked_at.is_(None)).values(revoked_at=real_now()))
    for table in (sessions, second_factors, passwords):
        tx.execute(sa.delete(table).where(table.c.login == login))
    forget_devices(tx, login)


def forget_person(tx: Tx, known: Registered) -> None:
    """His name and telephone, and what would lead back to them."""
    tx.execute(sa.update(people).where(people.c.id == known.id).values(name=ERASED, phone=None))
    tx.execute(sa.delete(household_people).where(household_people.c.person == known.id))
    either = sa.or_(relatives.c.person == known.id, relatives.c.other == known.id)
    tx.execute(sa.delete(relatives).where(either))
    forget_typed(tx, [*known.logins, *filter(None, (known.name, known.phone))])


def forget_typed(tx: Tx, words: Sequence[str]) -> None:
    """Failed attempts to sign in with his login, or with his name or telephone in its place."""
    typed = sorted({word.casefold() for word in words})
    tx.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.login.in_(typed)))
