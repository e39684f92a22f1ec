"""The first administrators of a site: three accounts with one-time passwords, or one that combines the offices."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from engine.people import administrators as offices
from engine.people.accounts import put_account
from engine.people.acting import By, by_command
from engine.people.errors import Wrong
from engine.people.journal import keep
from engine.people.offices import OFFICES
from engine.people.passwords import Made, PasswordService, put_password
from engine.store.db import Store, Tx, retried
from engine.store.tables import accounts
from engine.store.trust_tables import administrators

LOGINS = {"system": "sysadmin", "security": "secadmin", "audit": "auditadmin"}
_ALL_IN_ONE = "admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class First:
    """A fresh account; its password is told this once."""

    login: str
    offices: tuple[str, ...]
    password: str


class BeginningService:
    """What `init` does about administrators."""

    def __init__(self, store: Store, passwords: PasswordService) -> None:
        self.store, self._passwords = store, passwords

    def begin(self, *, combined: bool = False) -> tuple[First, ...]:
        """An account for every office that nobody holds; none where all are held, so it is harmless when repeated.
        `combined`: one account for all three, on a site that has no administrators yet. Raises Wrong."""
        made = {office: self._passwords.make_for_new(LOGINS[office]) for office in OFFICES}
        return self._begin(made, combined)

    @retried
    def _begin(self, made: dict[str, Made], combined: bool) -> tuple[First, ...]:
        by = by_command()
        with self.store.begin() as tx:
            missing = tuple(office for office in OFFICES if office not in _held(tx))
            if combined:
                return _combined(tx, by, missing, made["system"])
            return tuple(_first(tx, by, _free(tx, LOGINS[office]), (office,), made[office]) for office in missing)


def _combined(tx: Tx, by: By, missing: tuple[str, ...], made: Made) -> tuple[First, ...]:
    if missing != OFFICES:
        if offices.mode_of(tx) != offices.COMBINED:
            raise Wrong("administrators_apart")
        return ()
    offices.set_mode(tx, by, offices.COMBINED)
    return (_first(tx, by, _free(tx, _ALL_IN_ONE), OFFICES, made),)


def _held(tx: Tx) -> set[str]:
    """Offices of accounts that are still open."""
    joined = administrators.join(accounts, accounts.c.login == administrators.c.login)
    return set(tx.execute(sa.select(administrators.c.office).select_from(joined).where(accounts.c.active)).scalars())


def _free(tx: Tx, login: str) -> str:
    """The login, or the first with a number that was never given out."""
    taken = set(tx.execute(sa.select(accounts.c.login).where(accounts.c.login.startswith(login))).scalars())
    return next(each for each in (login, *(f"{login}{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def _first(tx: Tx, by: By, login: str, held: tuple[str, ...], made: Made) -> First:
    put_account(tx, login, None)
    keep(tx, by, by.through(), "account_added", login, person=None)
    for office in held:
        offices.appoint(tx, by, login, office)
    put_password(tx, login, made.hash, must_change=True)
    keep(tx, by, by.through(), "password_given", login, must_change=True)
    return First(login=login, offices=held, password=made.password)
