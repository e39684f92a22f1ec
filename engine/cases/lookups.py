"""What one transaction has looked up of the organisation and of other cases, each thing once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from engine.cases.office import Office
from engine.definition.model import SYSTEM, PersonIs, Row, Slot, Value, Workflow
from engine.rules.asks import asks
from engine.rules.attempt import SYSTEM_ACTOR, Actor, Attempt, Command, OtherCase, Snapshot, Unit, World
from engine.rules.conditions import veils_of
from engine.rules.fold import as_list, local_day
from engine.rules.paging import reminded
from engine.rules.reading import asked_for_reading, reads_whole
from engine.rules.state import CaseState
from engine.rules.values import named, named_files
from engine.store import register
from engine.store.casefile import Held, home_of, lock_cases
from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.filebook import attach, usable_files
from engine.store.ties import followers_of
from engine.store.timerbook import fired_steps

_CASE_ID = re.compile(r"[A-Za-z0-9_-]+-[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)


class Lookups:
    """Reads for one transaction; posts, relatives and holders are those of the day asked about."""

    def __init__(self, tx: Tx, office: Office) -> None:
        self._tx = tx
        self._office = office
        self._actors: dict[tuple[str, date], Actor] = {}
        self._locked: dict[str, Held] = {}
        self._moved: dict[str, Held] = {}
        self._claims: dict[str, str] = {}

    def lock(self, ids: Iterable[str]) -> dict[str, Held]:
        """The cases, locked in the order of their ids; those locked before in this transaction are not read again."""
        wanted = set(ids)
        self._locked |= lock_cases(self._tx, wanted - self._locked.keys())
        return {case: held for case, held in self._locked.items() if case in wanted}

    def begin_moves(self) -> None:
        """Several acts are judged from here on, each after those before it."""
        self._moved = {}

    def move(self, held: Held) -> None:
        """An act before the next one brought the case here; nothing of it is written yet."""
        self._moved[held.identity.id] = held

    def actor(self, person: str, day: date) -> Actor:
        if person == SYSTEM:
            return SYSTEM_ACTOR
        key = (person, day)
        if key not in self._actors:
            self._actors[key] = register.actor(self._tx, person, day)
        return self._actors[key]

    def world(self, workflow: Workflow, rows: Iterable[Row], case: Snapshot, person: str, command: Command | None,
              now: datetime, *, behind: str | None = None) -> World:  # fmt: skip
        """The facts that these rows ask for, for one person's attempt; `behind`: in whose place he decides."""
        chosen = list(rows)
        asked = asks(workflow, chosen)
        day = local_day(workflow, now)
        people = {each for each in (person, behind, _behalf(command)) if each is not None}
        concern = _may_concern(workflow, case.state, command)
        for name in asked.kin_fields:
            people |= {entry for entry in as_list(_latest(name, case.state, command)) if isinstance(entry, str)}
        pairs = _named(workflow, chosen, command)
        others = self._others({code for kind, code in pairs if kind == "case"}, case.home, person, now)
        known = register.known(self._tx, pairs, self._home_unit(case.unit)) if pairs else frozenset()
        return World(
            holders=register.holders(self._tx, case.unit, asked.holders, day),
            kin=register.kin(self._tx, people, day) if asked.kin or (asked.passes_on and concern) else {},
            known=known | {("case", code) for code in others},
            cases=others,
            followed=asked.followed and self._is_followed(case),
            reminded=self._reminded(workflow, case) if asked.paged else (),
            charged=self._charged(asked.charges, command, day) if concern else {},
        )

    def _charged(self, fields: Iterable[str], command: Command | None, day: date) -> dict[str, Actor]:
        """Whom the act puts in charge, with their posts."""
        given = [each for name in fields for each in as_list(command.data.get(name) if command else None)]
        return {each: self.actor(each, day) for each in given if isinstance(each, str)}

    def _reminded(self, workflow: Workflow, case: Snapshot) -> tuple[str, ...]:
        paging = case.state.paging if case.state else None
        return reminded(workflow, paging, fired_steps(self._tx, case.home, case.id)) if paging else ()

    def reading(self, held: Held, person: str, now: datetime) -> Attempt:
        """An attempt without an act: enough to ask who may read. Raises RulesMissing."""
        identity = held.identity
        compiled = self._office.rulebook.pinned(*identity.file)
        workflow = compiled.workflow
        day = local_day(workflow, now)
        roles = _roles_asked(workflow, held.state)
        return Attempt(
            workflow=workflow,
            case=snapshot(held),
            actor=self.actor(person, day),
            row=workflow.rows[0],
            given={},
            world=World(holders=register.holders(self._tx, held.unit, roles, day)),
            now=now,
            today=day,
            work=compiled.work(held.unit),
        )

    def _others(self, ids: set[str], home: str, person: str, now: datetime) -> dict[str, OtherCase]:
        """Cases of the same home that the person may read, all of them."""
        locked = self.lock(code for code in ids if home_of(code) == home)
        found = {code: self._moved.get(code, held) for code, held in locked.items()}
        attempts = {code: self.reading(held, person, now) for code, held in found.items()}
        return {
            code: OtherCase(
                open=not attempt.workflow.states[attempt.case.source].final,
                follows=found[code].state.primary,
                veils=veils_of(attempt),
            )
            for code, attempt in attempts.items()
            if reads_whole(attempt)
        }

    def _is_followed(self, case: Snapshot) -> bool:
        if any(held.state.primary == case.id for held in self._moved.values()):
            return True
        return bool(followers_of(self._tx, case.home, case.id) - self._moved.keys())

    def files(self, workflow: Workflow, row: Row | None, case_id: str, person: str,
              command: Command) -> Mapping[str, Value]:  # fmt: skip
        """The uploads that the act names and may attach, by id, each as it is kept. What an act before it in this
        transaction attaches to another case, it may not."""
        wanted = named_files(workflow, row, command.data) if row else frozenset()
        free = [each for each in wanted if self._claims.get(each, case_id) == case_id]
        found = usable_files(self._tx, free, person, case_id, real_now()) if free else {}
        return {each: upload.kept for each, upload in found.items()}

    def claim(self, files: Iterable[str], case_id: str) -> None:
        """These uploads are this case's: an act that names them was allowed."""
        self._claims |= dict.fromkeys(files, case_id)

    def attach_claimed(self) -> None:
        """Write what was claimed."""
        attach(self._tx, self._claims)

    def _home_unit(self, unit: Unit) -> Unit:
        """The unit at the home level on the line, or the unit itself where it sits above."""
        code = unit.at(self._office.home_level)
        line = unit.line[: [c for _, c in unit.line].index(code) + 1] if code else unit.line
        return Unit(code=line[-1][1], kind=line[-1][0], line=line)


def snapshot(held: Held) -> Snapshot:
    return Snapshot(id=held.identity.id, home=held.identity.home, unit=held.unit, state=held.state)


def cases_named(command: Command) -> Iterator[str]:
    """Whatever in the data looks like the id of a case: to be locked together with the case itself, in one order."""
    entries = (entry for value in command.data.values() for entry in (value if isinstance(value, list) else [value]))
    return (entry for entry in entries if isinstance(entry, str) and _CASE_ID.fullmatch(entry))


def _named(workflow: Workflow, rows: list[Row], command: Command | None) -> frozenset[tuple[str, str]]:
    if command is None:
        return frozenset()
    return frozenset(pair for row in rows for pair in named(workflow, row, command.data, command.behalf))


def _roles_asked(workflow: Workflow, state: CaseState) -> set[str]:
    """Roles whose holders a rule of visibility compares with a person that this case names."""
    asked = (each for each in asked_for_reading(workflow) if isinstance(each, PersonIs) and state.given(each.field))
    return {name for each in asked for name in each.people if name in workflow.roles}


def _behalf(command: Command | None) -> str | None:
    return command.behalf if command and isinstance(command.behalf, str) else None


def _may_concern(workflow: Workflow, state: CaseState | None, command: Command | None) -> bool:
    """A party is registered, or the act names one, or somebody to be recused."""
    given = command.data if command else {}
    slots = {field.fills for name in given if (field := workflow.fields.get(name))}
    return bool(state and state.party) or bool(slots & {Slot.PARTY, Slot.RECUSED})


def _latest(name: str, state: CaseState | None, command: Command | None) -> object:
    given = command.data.get(name) if command else None
    return given if given is not None else (state.values.get(name) if state else None)
