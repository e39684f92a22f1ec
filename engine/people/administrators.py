"""Who runs the system: three offices that nobody holds two of (三员分立).

`system` keeps the register and the accounts, `security` gives posts, passwords and tokens, `audit` looks on. A site too
small for three people may combine them: it says so, and every page says so from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.people.acting import By, by_command
from engine.people.errors import Wrong
from engine.people.journal import keep
from engine.people.offices import OFFICES
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.settings import read_setting, write_setting
from engine.store.tables import accounts, people, settings
from engine.store.trust_tables import administrators

MODE = "administrators"  #: the setting
APART, COMBINED = "apart", "combined"
MODES = (APART, COMBINED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Administrator:
    """`holder` is the id of the registered person who holds the office, None where nobody said."""

    login: str
    office: str
    holder: str | None
    holder_name: str | None
    active: bool
    since: datetime


class AdministratorService:
    """Appointing and dismissing, for who runs the machine. Commands raise `Wrong`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @retried
    def appoint(self, login: str, office: str, holder: str | None = None) -> None:
        """Give an office to an active account that is nobody's person. Harmless when it has it already."""
        with self.store.begin() as tx:
            appoint(tx, by_command(), login, office, holder)

    @retried
    def dismiss(self, login: str, office: str) -> None:
        """Take the office away; the account stays."""
        with self.store.begin() as tx:
            dismiss(tx, by_command(), login, office)

    @retried
    def set_mode(self, mode: str) -> None:
        """`combined`: one may hold several offices. `apart` again only where nobody does."""
        with self.store.begin() as tx:
            set_mode(tx, by_command(), mode)

    def mode(self) -> str:
        with self.store.read() as tx:
            return mode_of(tx)

    def list(self) -> tuple[Administrator, ...]:
        """By office, then by login."""
        with self.store.read() as tx:
            rows = tx.execute(_ALL).mappings()
            found = [Administrator(**row) for row in rows]
        return tuple(sorted(found, key=lambda each: (OFFICES.index(each.office), each.login)))


def mode_of(tx: Tx) -> str:
    return str(read_setting(tx, MODE) or APART)


def appoint(tx: Tx, by: By, login: str, office: str, holder: str | None = None) -> bool:
    """Whether it is new. Raises Wrong."""
    _wait_for_turn(tx)
    _check_account(tx, login)
    if office not in OFFICES:
        raise Wrong("unknown_office", office=office, known=OFFICES)
    if holder is not None and tx.execute(sa.select(people.c.id).where(people.c.id == holder)).scalar() is None:
        raise Wrong("unknown_person", person=holder)
    if office in _offices(tx, administrators.c.login == login):
        return False
    _check_apart(tx, login, office, holder)
    row = {"login": login, "office": office, "holder": holder, "since": real_now()}
    tx.execute(sa.insert(administrators).values(**row))
    keep(tx, by, by.through(), "office_given", login, office=office, holder=holder)
    return True


def dismiss(tx: Tx, by: By, login: str, office: str) -> None:
    """Raises Wrong."""
    mine = sa.and_(administrators.c.login == login, administrators.c.office == office)
    if tx.execute(sa.delete(administrators).where(mine)).rowcount == 0:
        raise Wrong("not_in_office", login=login, office=office)
    keep(tx, by, by.through(), "office_taken", login, office=office)


def set_mode(tx: Tx, by: By, mode: str) -> bool:
    """Whether it was otherwise before. Raises Wrong."""
    if mode not in MODES:
        raise Wrong("unknown_mode", mode=mode, known=MODES)
    _wait_for_turn(tx)
    if mode == mode_of(tx):
        return False
    if mode == APART and (holding := several_offices(tx)):
        raise Wrong("offices_combined", login=holding)
    write_setting(tx, MODE, mode)
    keep(tx, by, by.through(), "offices_combined" if mode == COMBINED else "offices_apart", None)
    return True


def several_offices(tx: Tx) -> str | None:
    """The first login or holder of more than one office."""
    counted = sa.func.count(administrators.c.office.distinct())
    for column in (administrators.c.login, administrators.c.holder):
        query = sa.select(column).where(column.is_not(None)).group_by(column).having(counted > 1).order_by(column)
        if found := tx.execute(query.limit(1)).scalar():
            return str(found)
    return None


def _all() -> sa.Select[Any]:
    joined = administrators.join(accounts, accounts.c.login == administrators.c.login).outerjoin(
        people, people.c.id == administrators.c.holder
    )
    return sa.select(administrators, accounts.c.active, people.c.name.label("holder_name")).select_from(joined)


_ALL = _all()


def _wait_for_turn(tx: Tx) -> None:
    """One appointment at a time; the database's own trigger waits at the same row."""
    tx.execute(sa.select(settings.c.name).where(settings.c.name == MODE).with_for_update())


def _check_account(tx: Tx, login: str) -> None:
    row = tx.execute(sa.select(accounts.c.person, accounts.c.active).where(accounts.c.login == login)).first()
    if row is None:
        raise Wrong("unknown_login", login=login)
    if not row.active:
        raise Wrong("account_ended", login=login)
    if row.person is not None:
        raise Wrong("administrator_is_person", login=login)


def _check_apart(tx: Tx, login: str, office: str, holder: str | None) -> None:
    if mode_of(tx) == COMBINED:
        return
    if others := _offices(tx, administrators.c.login == login) - {office}:
        raise Wrong("second_office", who=login, office=min(others))
    if holder is not None and (others := _offices(tx, administrators.c.holder == holder) - {office}):
        raise Wrong("second_office", who=holder, office=min(others))


def _offices(tx: Tx, which: sa.ColumnElement[bool]) -> set[str]:
    return set(tx.execute(sa.select(administrators.c.office).where(which)).scalars())
