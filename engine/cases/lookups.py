"""What one transaction has looked up of the organisation, each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from engine.definition.model import SYSTEM, Row, Value, Workflow
from engine.rules.asks import asks
from engine.rules.attempt import SYSTEM_ACTOR, Actor, Command, Unit, World
from engine.rules.fold import as_list, local_day
from engine.rules.state import CaseState
from engine.rules.values import named, named_files
from engine.store import register
from engine.store.casefile import Held, lock_cases
from engine.store.clock import real_now
from engine.store.db import Tx
from engine.store.filebook import attach, usable_files


class Lookups:
    """Reads the register for one transaction; posts, relatives and holders are those of the day asked about."""

    def __init__(self, tx: Tx, home_level: str) -> None:
        self._tx = tx
        self._home_level = home_level
        self._actors: dict[tuple[str, date], Actor] = {}
        self._locked: dict[str, Held] = {}
        self._claims: dict[str, str] = {}

    def lock(self, ids: Iterable[str]) -> dict[str, Held]:
        """The cases, locked in the order of their ids; those locked before in this transaction are not read again."""
        wanted = set(ids)
        self._locked |= lock_cases(self._tx, wanted - self._locked.keys())
        return {case: held for case, held in self._locked.items() if case in wanted}

    def actor(self, person: str, day: date) -> Actor:
        if person == SYSTEM:
            return SYSTEM_ACTOR
        key = (person, day)
        if key not in self._actors:
            self._actors[key] = register.actor(self._tx, person, day)
        return self._actors[key]

    def world(self, workflow: Workflow, rows: Iterable[Row], unit: Unit, state: CaseState | None,
              person: str, command: Command | None, now: datetime) -> World:  # fmt: skip
        """The facts that these rows ask for, for one person's attempt."""
        chosen = list(rows)
        asked = asks(workflow, chosen)
        day = local_day(workflow, now)
        people = {person}
        for name in asked.kin_fields:
            people |= {entry for entry in as_list(_latest(name, state, command)) if isinstance(entry, str)}
        return World(
            holders=register.holders(self._tx, unit, asked.holders, day),
            kin=register.kin(self._tx, people, day) if asked.kin else {},
            known=self._known(workflow, chosen, unit, command),
        )

    def _known(
        self, workflow: Workflow, rows: list[Row], unit: Unit, command: Command | None
    ) -> frozenset[tuple[str, str]]:
        if command is None:
            return frozenset()
        wanted = frozenset(pair for row in rows for pair in named(workflow, row, command.data, command.behalf))
        return register.known(self._tx, wanted, self.home_unit(unit)) if wanted else frozenset()

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

    def home_unit(self, unit: Unit) -> Unit:
        """The unit at the home level on the line, or the unit itself where it sits above."""
        code = unit.at(self._home_level)
        line = unit.line[: [c for _, c in unit.line].index(code) + 1] if code else unit.line
        return Unit(code=line[-1][1], kind=line[-1][0], line=line)


def _latest(name: str, state: CaseState | None, command: Command | None) -> object:
    given = command.data.get(name) if command else None
    return given if given is not None else (state.values.get(name) if state else None)
