"""Random sequences of commands over a random small workflow, each command held against the laws as soon as it is done.

Cases are opened, acts fired, fired in bulk and sent again under their key, by people who may and who may not, with good
and bad values, at the version seen, at a stale one and at one that never was. Half way through, a second version of
the rules comes into force: cases opened before it go on under the first.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from engine.cases.door import Act
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.definition.model import START, Row
from engine.rules.attempt import Command
from engine.rules.refusals import NotFound, Refusal, Stale
from engine.rules.rulebook import Rulebook
from engine.store.clock import HeldClock
from engine.store.db import Store
from tests import township as t
from tests.properties.reference import LawBroken, hold, looking, read
from tests.properties.small_rules import KINDS, Rules, small_rules

PEOPLE = (
    "zuzhang",
    "village_clerk",
    "village_secretary",
    "township_leader",
    "zuzhang_2",
    "village_clerk_other",
    "lishen",
)
COMMANDS = 34
_RIGHT: Mapping[str, tuple[Any, ...]] = {
    "words": ("水沟", "张三 13812341234"),
    "kind": KINDS,
    "size": (0, 3, 9),
    "head": PEOPLE[:3],
}
_WRONG: Mapping[str, tuple[Any, ...]] = {
    "words": (" ", "长" * 61, 7),
    "kind": ("stone",),
    "size": (10, "3", -1),
    "head": ("nobody-known", {"name": "张三"}),
}
Snapshot = Mapping[str, tuple[Any, ...]]


@dataclass
class Walk:
    """One sequence. `rules` are the versions in force so far, the newest last."""

    store: Store
    judge: sqlite3.Connection
    seed: str
    clock: HeldClock
    rules: list[Rules] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    sent: list[tuple[Caller, str, Command, int]] = field(default_factory=list)
    done: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.key = f"walk-{self.seed}"
        self._take_up(1)

    def _take_up(self, version: int) -> None:
        self.rules.append(small_rules(f"{self.seed}/{version}", key=self.key, version=version))
        rulebook = Rulebook.of(rules.workflow for rules in self.rules)
        office, self.clock = t.open_test_office(self.store, now=self.clock.at)
        self.office: Office = replace(office, rulebook=rulebook)
        self.service = CaseService(self.office)
        self.queries = CaseQueries(self.office)

    def run(self) -> None:
        """Raises LawBroken."""
        for number in range(COMMANDS):
            if number == COMMANDS // 2:
                self._take_up(2)
            self.clock.at += timedelta(minutes=self.chance.randint(0, 600))
            try:
                self._command(self._cases())
            except LawBroken as broken:
                raise LawBroken(f"seed {self.seed}, command {self.done}: {broken}") from broken
            self.done += 1

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self, before: Snapshot) -> None:
        dice = self.chance.random()
        if not self.cases or dice < 0.12:
            self._open(before)
        elif dice < 0.16:
            self._bulk(before)
        elif dice < 0.22 and self.sent:
            self._again(before)
        else:
            self._fire(before)

    def _open(self, before: Snapshot) -> None:
        unit = self.chance.choice((t.NEIGHBOURHOOD, t.WUCHANG, t.NEIGHBOURHOOD, t.SIBLING_WUCHANG, t.VILLAGE))
        person, command = self._ask(START, self.rules[-1].workflow.version)
        wanted = OpenCase(unit=unit, workflow=self.key, command=command)
        try:
            held = self.service.open(Caller(person=person), wanted)
        except Refusal:
            return self._unchanged(before)
        self.cases.append(held.identity.id)
        newest = self.rules[-1].workflow
        if (held.identity.workflow_version, held.identity.file_hash) != (newest.version, newest.sha256):
            raise LawBroken("opened under rules that are not the newest")
        return self._moved(before, {held.identity.id: 1})

    def _fire(self, before: Snapshot) -> None:
        still_open = [case for case in self.cases if before[case][1] != "ended"]
        case = self.chance.choice(still_open if still_open and self.chance.random() < 0.9 else self.cases)
        known = before[case][0]
        version = known if self.chance.random() < 0.8 else max(0, known + self.chance.choice((-2, -1, 1)))
        person, command = self._ask(*before[case][1:3])
        caller = Caller(person=person, token="walk", key=f"{self.seed}-{self.done}", request=self.done)
        try:
            held = self.service.fire(caller, case, command, version)
        except Stale:
            self._must(version != known, "refused as stale at the present version")
            return self._unchanged(before)
        except Refusal:
            return self._unchanged(before)
        self._must(version == known, f"done at version {version}, the case was at {known}")
        self._must(held.state.version == known + 1, "the version did not go up by one")
        self.sent.append((caller, case, command, version))
        return self._moved(before, {case: known + 1})

    def _bulk(self, before: Snapshot) -> None:
        chosen = self.chance.sample(self.cases, k=min(len(self.cases), self.chance.randint(1, 4)))
        asked = [(case, *self._ask(*before[case][1:3])) for case in chosen]
        acts = [
            Act(person=person, command=command, case_id=case, expected=before[case][0])
            for case, person, command in asked
        ]
        atomic = self.chance.random() < 0.5
        try:
            outcomes = self.service.fire_many(acts, atomic=atomic)
        except Refusal:
            self._must(atomic, "bulk raised without being atomic")
            return self._unchanged(before)
        done = {outcome.act.case_id or "": outcome for outcome in outcomes if outcome.event}
        self._must(not atomic or len(done) == len(acts), "an atomic bulk did a part")
        return self._moved(before, {case: before[case][0] + 1 for case in done})

    def _again(self, before: Snapshot) -> None:
        """The same request under its key gets its first answer and does nothing, whatever happened since, as long as
        who sent it may read the case."""
        caller, case, command, version = self.chance.choice(self.sent)
        try:
            held = self.service.fire(caller, case, command, version)
            self._must(held.state.version == version + 1, "sent again, it was answered otherwise")
        except NotFound:
            self._must(not self._reads(caller.person, case), "sent again, it was not answered")
        self._unchanged(before)

    def _reads(self, person: str, case: str) -> bool:
        try:
            return bool(self.queries.get(person, case))
        except NotFound:
            return False

    # --- choices -----------------------------------------------------------------------------------------------------

    def _ask(self, state: str, version: int) -> tuple[str, Command]:
        """Who asks for what. Mostly something that the state has, by somebody named, with what it needs."""
        rows = self._under(version).workflow.rows_from(state)
        if not rows or self.chance.random() < 0.1:
            triggers = [row.trigger for rules in self.rules for row in rules.workflow.rows]
            command = Command(trigger=self.chance.choice([*triggers, "nothing"]), data=self._any())
            return self.chance.choice(PEOPLE), command
        row = self.chance.choice(rows)
        named = [person for person in row.by if person in PEOPLE]
        people = named if named and self.chance.random() < 0.7 else PEOPLE if self.chance.random() < 0.3 else PEOPLE[:4]
        return self.chance.choice(people), Command(trigger=row.trigger, data=self._data(row))

    def _data(self, row: Row) -> dict[str, Any]:
        if self.chance.random() < 0.15:
            return self._any()
        wanted = [*row.needs, *(name for name in row.takes if self.chance.random() < 0.6)]
        return {name: self.chance.choice(_RIGHT[name]) for name in wanted}

    def _any(self) -> dict[str, Any]:
        """Right and wrong values, whether or not the row has a place for them."""
        return {
            name: self.chance.choice((*_RIGHT[name], *_WRONG[name])) for name in _RIGHT if self.chance.random() < 0.45
        }

    # --- what is so --------------------------------------------------------------------------------------------------

    def _cases(self) -> dict[str, tuple[Any, ...]]:
        """Case id -> its version, state, version of the rules, and the whole row, for all cases of this sequence."""
        return {
            row["id"]: (row["version"], row["state"], row["workflow_version"], row)
            for row in read(self.judge, "cases", self.cases)
        }

    def _unchanged(self, before: Snapshot) -> None:
        self._moved(before, {})

    def _moved(self, before: Snapshot, versions: Mapping[str, int]) -> None:
        """These cases are at these versions now, all others as they were; and every one keeps the laws."""
        after = self._cases()
        for case, (version, _, _, row) in after.items():
            if case in versions:
                self._must(version == versions[case], f"{case} is at {version}")
            elif row != before[case][3]:
                raise LawBroken(f"{case} changed although nothing was done to it")
            if case in versions or self.chance.random() < 0.1:
                self._lawful(case, row)

    def _lawful(self, case: str, row: Mapping[str, Any]) -> None:
        document = self._under(row["workflow_version"]).document
        hold(row, read(self.judge, "history", [case]), read(self.judge, "payloads", [case]), document)

    def _under(self, version: int) -> Rules:
        return next(rules for rules in self.rules if rules.workflow.version == version)

    def _must(self, holds: bool, what: str) -> None:
        if not holds:
            raise LawBroken(what)


def walk_all(store: Store, seeds: range) -> tuple[int, list[Rules]]:
    """Run the sequences of these seeds on one database. Returns how many commands ran and all rules used. Raises
    LawBroken."""
    used, commands = [], 0
    with looking(str(sa.make_url(store.url).database)) as judge:
        for seed in seeds:
            walk = Walk(store=store, judge=judge, seed=str(seed), clock=HeldClock(t.NOW))
            walk.run()
            used += walk.rules
            commands += walk.done
    return commands, used
