"""Timers and the deadlines of lists in a database (law 4), over random histories, held against the judge.

Time jumps forwards and backwards, workers wake when they like and are replaced, acts come in between; no step of a
clock happens before its moment, none twice, none is forgotten. What lists sort by, what is explained and what the judge
counts is one moment. MINQING_TEST_CLOCKS asks for more histories; `make drill` does.
"""

from __future__ import annotations

import dataclasses
import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import engine.cases.door
import engine.cases.timekeeping
import engine.store.casebook
import engine.store.timerbook
from engine.audit.verify import verify
from engine.cases.clock_queries import ClockQueries
from engine.cases.door import Act, Opening, fire_all
from engine.cases.timekeeping import End, Timekeeper
from engine.rules.attempt import Command
from engine.rules.clocks import deadlines
from engine.store import register
from engine.store.clock import TOLERATED, ClockBehind
from engine.store.db import Store
from engine.store.pins import pin
from engine.store.tables import blocked, cases, history, outbox, timers
from tests import township as t
from tests.databases import fresh_store
from tests.properties.clock_judge import Row, Told, judge
from tests.properties.reference import LawBroken
from tests.properties.seconds import DAY, FIRST, HOUR, moment, second
from tests.properties.small_rules import Rules
from tests.properties.timed_rules import CATEGORIES, URGENCIES, timed_rules
from tests.township import settle

HISTORIES = int(os.environ.get("MINQING_TEST_CLOCKS", "20"))
#: So many cases live side by side under one file of rules, each of so many acts, jumps and looks.
TOGETHER, TURNS = 10, 24
Key = tuple[str, str, int, int]


_LAST = sa.select(history.c.case_id, history.c.target, history.c.recorded_at).join(
    cases, sa.and_(cases.c.id == history.c.case_id, cases.c.version == history.c.seq)
)


@dataclass
class Town:
    """Cases side by side under one file of rules, and the time that jumps."""

    store: Store
    seed: str
    ids: list[str] = field(default_factory=list)
    done: Counter[End] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.rules: Rules = timed_rules(self.seed, key=f"timed-{self.seed}", firing=True)
        self.office, self.clock = t.open_test_office(self.store, self.rules.workflow)
        self.keepers = [Timekeeper(self.office), Timekeeper(self.office)]
        self.move(self.chance.randrange(6 * DAY, 20 * DAY))
        self.ids = self._open()

    def move(self, at: int) -> None:
        self.now, self.clock.at = at, moment(at)

    def _open(self) -> list[str]:
        with self.store.begin() as tx:
            compiled, unit = self.office.rulebook.version(self.rules.workflow.key, 1), register.find_unit(tx, t.GROUP)
            assert unit is not None
            pin(tx, compiled.workflow, self.clock.at)
            data = [{"urgency": self.chance.choice(URGENCIES)} for _ in range(TOGETHER)]
            opening = Opening(compiled=compiled, unit=unit)
            acts = [
                Act(person="zuzhang", command=Command(trigger="begin", data=each), opening=opening) for each in data
            ]
            return [done.held.identity.id for done in fire_all(tx, self.office, acts) if done.held]

    def act(self) -> None:
        """Some of the cases go on, each by an act of its own; what is refused is refused, and so is everything of a
        case whose last row is later than the clock."""
        with self.store.begin() as tx:
            found = {row.case_id: row for row in tx.execute(_LAST)}
            chosen = [case for case in self.ids if self.chance.random() < 0.4]
            ahead = [case for case in chosen if found[case].recorded_at > self.clock.at + TOLERATED]
            acts = {case: self._act(case, found[case].target) for case in chosen}
            fire_all(tx, self.office, [acts[case] for case in chosen if case not in ahead])
        for case in ahead:
            self._is_refused(acts[case])

    def _is_refused(self, act: Act) -> None:
        try:
            with self.store.begin() as tx:
                fire_all(tx, self.office, [act])
        except ClockBehind:
            return
        self.must(holds=False, what=f"{act.case_id} got a row before its last")

    def _act(self, case: str, state: str) -> Act:
        rows = [row for row in self.rules.workflow.rows_from(state) if row.trigger not in ("finish", "begin")]
        row = self.chance.choice(rows)
        wanted = [*row.needs, *(name for name in row.takes if self.chance.random() < 0.5)]
        day = (FIRST + timedelta(days=self.now // DAY + self.chance.randrange(18))).isoformat()
        values = {"text": "字", "head": "zuzhang", "due": day, "review": day}
        values |= {"urgency": self.chance.choice(URGENCIES), "category": self.chance.choice(CATEGORIES)}
        command = Command(trigger=row.trigger, data={name: values[name] for name in wanted})
        return Act(person="zuzhang", command=command, case_id=case)

    def jump(self) -> None:
        """The server's time goes on, or is set back."""
        span = self.chance.randrange(self.chance.choice((HOUR, DAY, 3 * DAY, 12 * DAY)))
        back = self.chance.random() < 0.4
        self.move(max(6 * DAY, self.now - span) if back else self.now + span)

    def wake(self) -> None:
        """One of the workers, or a new one in its place, looks what is due."""
        place = self.chance.randrange(2)
        if self.chance.random() < 0.3:
            self.keepers[place] = Timekeeper(self.office)
        before = self.timers()
        self.done += Counter(self.keepers[place].run_due())
        self._nothing_early(before)
        self._nothing_forgotten()
        self._each_once()

    # --- what is so --------------------------------------------------------------------------------------------------

    def timers(self) -> Mapping[Key, Any]:
        with self.store.read() as tx:
            rows = tx.execute(sa.select(timers).where(timers.c.case_id.in_(self.ids))).all()
        return {(row.case_id, row.clock, row.sum, row.step): row for row in rows}

    def _nothing_early(self, before: Mapping[Key, Any]) -> None:
        """What is done now was due: before (the act itself may have moved it), or by what was done in this sweep."""
        for key, row in self.timers().items():
            was = before.get(key, row)
            if row.done_at and (key not in before or not was.done_at):
                due = min(was.due_at, row.due_at)
                self.must(due <= self.clock.at, f"{key} is due {due}, it was done at {self.clock.at}")

    def _nothing_forgotten(self) -> None:
        with self.store.read() as tx:
            waiting = set(tx.execute(sa.select(blocked.c.subject)).scalars())
        undone = {"/".join(map(str, key)): row for key, row in self.timers().items() if not row.done_at}
        late = {name for name, row in undone.items() if row.due_at <= self.clock.at}
        self.must(late <= waiting, f"{late - waiting} were left out")
        mine = {name for name in waiting if name.split("/")[0] in self.ids}
        self.must(mine <= undone.keys(), f"{mine - undone.keys()} wait for nothing")

    def _each_once(self) -> None:
        """What the clocks did is in the histories and the outbox as often as steps were carried out."""
        steps = self.rules.document["clocks"]["handle"]["steps"]
        fired = [steps[key[3]] for key, row in self.timers().items() if row.outcome == "fired"]
        with self.store.read() as tx:
            mine = history.c.case_id.in_(self.ids), history.c.actor == "system"
            acts = Counter(tx.execute(sa.select(history.c.trigger).where(*mine)).scalars())
            letters = sa.select(sa.func.count()).where(outbox.c.case_id.in_(self.ids), outbox.c.kind == "remind")
            reminders = tx.execute(letters).scalar_one()
        self.must(acts == Counter(step["fire"] for step in fired if "fire" in step), f"{acts} for {fired}")
        self.must(reminders == sum("remind" in step for step in fired), f"{reminders} reminders for {fired}")

    def agree(self) -> None:
        """The case rows, the timers and the explanation say what the judge says of each history."""
        with self.store.read() as tx:
            kept = {row.id: row for row in tx.execute(sa.select(cases).where(cases.c.id.in_(self.ids)))}
            found = tx.execute(sa.select(history).where(history.c.case_id.in_(self.ids)).order_by(history.c.seq)).all()
        due = self.timers()
        for case in self.ids:
            told = judge(self.rules.document, [_row(row) for row in found if row.case_id == case], self.now)
            running = [each for each in told if each.running]
            self._row_agrees(kept[case], running)
            self._explained(case, running)
            self._timers_agree(case, running, due)

    def _row_agrees(self, kept: Any, running: Sequence[Told]) -> None:
        total = [each.deadline for each in running if each.clock == "whole" and each.deadline]
        others = [each.deadline for each in running if each.clock != "whole" and each.deadline]
        judged = min(others, default=None), min(total, default=None)
        lists = _second(kept.due_at), _second(kept.total_due_at)
        self.must(lists == judged, f"{kept.id}: lists say {lists}, the judge {judged}")

    def _explained(self, case: str, running: Sequence[Told]) -> None:
        clocks = [each.reckoning for each in ClockQueries(self.office).clocks("zuzhang", case).clocks]
        explained = {(each.clock.code, each.sum.seq): _second(each.deadline) for each in clocks if each.is_running}
        judged = {(each.clock, each.began): each.deadline for each in running}
        self.must(explained == judged, f"{case}: explained as {explained}, the judge says {judged}")

    def _timers_agree(self, case: str, running: Sequence[Told], due: Mapping[Key, Any]) -> None:
        shares = [step["at"] for step in self.rules.document["clocks"]["handle"]["steps"]]
        for each in running:
            for share, at in each.steps.items():
                row = due.get((case, each.clock, each.began, shares.index(share)))
                self.must(row is not None, f"{case}: no timer for {each.clock} {share}")
                self.must(bool(row.done_at) or _second(row.due_at) == at, f"{case}: {row.due_at}, the judge says {at}")

    def must(self, holds: bool, what: str) -> None:
        if not holds:
            raise LawBroken(f"town {self.seed} at {self.clock.at}: {what}")


def _row(row: Any) -> Row:
    return Row(at=second(row.recorded_at), state=row.target, level=row.level_to, trigger=row.trigger, facts=row.facts)


def _second(at: datetime | None) -> int | None:
    return second(at) if at else None


def towns(seeds: Iterable[int]) -> Counter[End]:
    """Ten histories to each town, on a database of its own; what became of how many steps. Raises LawBroken."""
    done: Counter[End] = Counter()
    for seed in seeds:
        with fresh_store("sqlite") as store:
            settle(store)
            done += lived(Town(store, str(seed)))
    return done


def lived(town: Town) -> Counter[End]:
    for _ in range(TURNS):
        turn = town.chance.choice((town.act, town.jump, town.wake))
        turn()
        if turn != town.jump:
            town.agree()
    town.wake()
    town.must(verify(town.store, town.office.rulebook).flaws == (), "a chain does not verify")
    return town.done


def test_no_step_happens_early_or_twice_or_never_and_all_deadlines_are_one():
    assert towns(range(HISTORIES // TOGETHER))[End.FIRED] > HISTORIES / 2


# --- bugs that are found ---------------------------------------------------------------------------------------------


def workers_are_an_hour_fast(monkeypatch):
    for name in ("cases_due", "next_due"):
        ask = getattr(engine.cases.timekeeping, name)
        monkeypatch.setattr(engine.cases.timekeeping, name, _fast(ask))


def _fast(ask):
    def asked(*given):
        return ask(*[each + timedelta(hours=1) if isinstance(each, datetime) else each for each in given])

    return asked


def timers_stay_where_they_were(monkeypatch):
    monkeypatch.setattr(engine.store.timerbook, "_is_moved", lambda row, timer: False)


def total_counts_among_the_others(monkeypatch):
    def _deadlines(ticking):
        found = deadlines(ticking)
        return dataclasses.replace(found, due=min((each for each in (found.due, found.total) if each), default=None))

    monkeypatch.setattr(engine.cases.door, "deadlines", _deadlines)


def what_had_fallen_due_is_dropped(monkeypatch):
    """The timers of a case that went on are thrown away, also those that no worker has seen yet."""

    def _move(tx, found, now):
        tx.execute(sa.delete(timers).where(timers.c.case_id == found.case_id, timers.c.done_at.is_(None)))
        done = tx.execute(engine.store.timerbook._OF_CASE, {"home": found.home, "case": found.case_id}).all()
        keys = {(row.clock, row.sum, row.step) for row in done}
        rows = [engine.store.timerbook._row(found, each) for each in found.planned if each.key not in keys]
        if rows:
            tx.execute(sa.insert(timers), rows)

    monkeypatch.setattr(engine.store.casebook, "move_timers", _move)


@pytest.mark.parametrize(
    "bug",
    [
        workers_are_an_hour_fast,
        timers_stay_where_they_were,
        total_counts_among_the_others,
        what_had_fallen_due_is_dropped,
    ],
)
def test_a_bug_is_found(monkeypatch, bug):
    bug(monkeypatch)

    with pytest.raises(LawBroken):
        towns([0])
