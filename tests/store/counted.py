"""Cases counted by a calendar that ends with 2026, and later versions of it that arrive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.cases.office import open_office
from engine.cases.queries import CaseQueries
from engine.cases.recounting import Recounting
from engine.cases.service import CaseService
from engine.definition.calendar import Calendar
from engine.definition.calendar_file import read_calendar
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.tables import cases, history, timers
from tests import township as t
from tests.store.tiers import TIERS
from tests.store.world import World, rules

OF_2027 = """\
calendar: cn
version: {version}
title: {{zh: 日历, en: Calendar}}
years:
  - year: 2026
    source: {{title: {{zh: 通知, en: Notice}}, number: 一号, date: 2025-11-04}}
    holidays:
      - {{title: {{zh: 元旦, en: New Year}}, off: {{from: 2026-01-01, to: 2026-01-03}}}}
{more}"""
NEXT_YEAR = """\
  - year: 2027
    source: {title: {zh: 通知, en: Notice}, number: 二号, date: 2026-11-10}
    holidays:
      - {title: {zh: 元旦, en: New Year}, off: {from: 2027-01-01, to: 2027-01-03}}
"""
LOCAL = """\
local:
  "{unit}":
    - {{title: {{zh: 赶圩, en: Market day}}, off: 2026-12-29}}
"""


def calendar(version: int, more: str = "") -> Calendar:
    found, findings = read_calendar(OF_2027.format(version=version, more=more).encode(), "cn.yaml")
    assert found is not None, findings
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


class Counted(World):
    """The three tiers, counted by a calendar of 2026; time stands at 28 December, a Monday."""

    def __init__(self, store: Store) -> None:
        self.book = rules(**TIERS)
        super().__init__(store, self.book)
        self.arrives(calendar(1))
        self.clock.at = at("2026-12-28T09:00")

    def arrives(self, found: Calendar) -> None:
        self.office = open_office(
            self.store, Rulebook.of([self.book], {"cn": found}, drafts_open=True), clock=self.clock
        )
        self.cases, self.recounting = CaseService(self.office), Recounting(self.office)
        self.queries = CaseQueries(self.office)

    def begin(self, person: str = "zuzhang", unit: str = t.GROUP, **data: Any) -> str:
        return self.opened(person, unit, "begin", data, workflow="small").identity.id

    def rows(self, case: str) -> list[str]:
        with self.store.read() as tx:
            found = tx.execute(sa.select(history.c.trigger).where(history.c.case_id == case).order_by(history.c.seq))
            return list(found.scalars())

    def last_facts(self, case: str) -> dict[str, Any]:
        with self.store.read() as tx:
            here = sa.select(history.c.facts).where(
                history.c.case_id == case, history.c.trigger == "recompute_deadlines"
            )
            return tx.execute(here.order_by(history.c.seq.desc())).scalars().first()

    def row(self, case: str) -> Any:
        with self.store.read() as tx:
            return tx.execute(sa.select(cases).where(cases.c.id == case)).one()

    def steps(self, case: str) -> list[datetime]:
        with self.store.read() as tx:
            here = (timers.c.case_id == case, timers.c.done_at.is_(None))
            return list(tx.execute(sa.select(timers.c.due_at).where(*here).order_by(timers.c.due_at)).scalars())
