"""An account with a password, and the time of its records moved back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.errors import Wrong
from engine.people.imports import ImportService
from engine.people.passwords import PasswordService
from engine.store.db import Store
from tests.fast_hashing import fast_hasher

RIGHT, WRONG = "tukamolu4826", "tukamolu4827"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
DAY = date(2026, 3, 6)

FILES = {
    "units": "code,name,kind,parent\nt1,洋泉镇,township,\nv1,陈桥村,village,t1\nw1,第一屋场,wuchang,v1\n",
    "bodies": "code,name,kind,units\nc1,大塘理事会,council,w1\n",
    "people": "id,name,phone\nli,李四,13900002468\nwang,王五,\n",
    "posts": (
        "person,role,unit,body,valid_from,valid_to\n"
        "li,village_cadre,v1,,2026-01-01,\nli,council_member,,c1,2026-01-01,2026-06-30\n"
    ),
}


def settle(store: Store) -> PasswordService:
    """李四 with two posts as `lisi`, an operator `root` without a person or a password, `gone` ended."""
    for kind, text in FILES.items():
        assert ImportService(store).apply(kind, text.encode()).problems == ()
    accounts, passwords = AccountService(store), PasswordService(store, fast_hasher())
    for login, person in (("lisi", "li"), ("root", None), ("gone", "wang")):
        accounts.add(login, person, operator=person is None)
    for login in ("lisi", "gone"):
        passwords.set(login, RIGHT, must_change=False)
    accounts.end("gone")
    return passwords


def earlier(store: Store, column: sa.Column, by: timedelta) -> None:
    """Move the times in a column back."""
    table, key = column.table, next(iter(column.table.primary_key))
    with store.begin() as tx:
        for row in tx.execute(sa.select(key, column)).all():
            tx.execute(sa.update(table).where(key == row[0]).values({column.name: row[1] - by}))


def rows(store: Store, table: sa.Table) -> list[sa.Row]:
    with store.read() as tx:
        return list(tx.execute(sa.select(table)).all())


def refused(code: str, act, *given, **named) -> None:
    with pytest.raises(Wrong) as caught:
        act(*given, **named)
    assert caught.value.code == code
