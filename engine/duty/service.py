"""The duty roster: who of a role is on duty at a unit from one hand-over to the next, and the hours nobody has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.cases.office import Office
from engine.cases.reading import reader
from engine.duty.checking import NewTurn, held_spans, problems_of, uncovered, zone_of
from engine.rules.attempt import Actor, Unit
from engine.rules.refusals import FieldProblem, FieldsRefused, Forbidden, NotFound
from engine.store import register
from engine.store.db import Tx, retried
from engine.store.dutybook import DutyTurn, call_off, find_turn, put_turns, turns_between
from engine.store.names import people_names, unit_names

__all__ = ["DutyService", "DutyTurn", "Gap", "NewTurn", "TurnView"]

#: A roster is in use until its last turn is so long over; its hours are then missed no more.
IN_USE = timedelta(days=30)
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnView:
    """A turn with the names of its unit and person."""

    turn: DutyTurn
    unit_name: str
    person_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Hours of a roster in use in which nobody who holds the post is on duty: all holders are called then."""

    role: str
    unit: str
    unit_name: str
    starts_at: datetime
    ends_at: datetime


class DutyService:
    """The rosters of one installation. `by` and `person` are ids of people, None for the operator at the command line,
    who may do and see everything."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @retried
    def enter(self, by: str | None, turn: NewTurn) -> DutyTurn:
        """Put the turn on the roster. Raises FieldsRefused, also for a unit out of reach; Forbidden for who works below
        the unit or not on its line."""
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            self._must_arrange(tx, by, turn.unit)
            if problems := problems_of(tx, self.office, turn, now):
                raise FieldsRefused(tuple(problems))
            entered = entry_of(turn, self.office.new_ulid(), by, now)
            put_turns(tx, [entered])
            return entered

    @retried
    def call_off(self, by: str | None, turn: str) -> DutyTurn:
        """It counts until now, or never where it has not begun; it stays on record. Raises NotFound, also for what is
        over or called off already; Forbidden."""
        with self.office.store.begin() as tx:
            now, found = self.office.clock.now(tx), find_turn(tx, turn)
            if found is None or found.until <= now or found.called_off_at or not self._seen(tx, by, {found.unit}):
                raise NotFound("turn")
            self._must_arrange(tx, by, found.unit)
            call_off(tx, turn, by, now)
            return find_turn(tx, turn) or found

    def turns(self, person: str | None, *, since: datetime | None = None, until: datetime | None = None,
              role: str | None = None, unit: str | None = None) -> list[TurnView]:  # fmt: skip
        """Turns between two moments (from now on, for a week) at units in reach, by unit, role and start."""
        with self.office.store.read() as tx:
            start = since or self.office.clock.now(tx)
            units = [unit] if unit else None
            found = turns_between(tx, start, until or start + WEEK, role=role, units=units)
            seen = self._seen(tx, person, {each.unit for each in found})
            return self._views(tx, [each for each in found if each.unit in seen])

    def view(self, turn: DutyTurn) -> TurnView:
        """The turn with names."""
        with self.office.store.read() as tx:
            return self._views(tx, [turn])[0]

    def gaps(self, person: str | None, *, unit: str | None = None) -> list[Gap]:
        """The hours of the coming week that the rosters in reach leave open, by unit, role and start."""
        with self.office.store.read() as tx:
            now = self.office.clock.now(tx)
            known = turns_between(tx, now - IN_USE, now + IN_USE, units=[unit] if unit else None)
            names = unit_names(tx, self._seen(tx, person, {each.unit for each in known}))
            return [
                Gap(role=role, unit=place, unit_name=names[place], starts_at=first, ends_at=last)
                for (place, role), turns in _by_roster(known).items()
                if place in names
                for first, last in uncovered(now, now + WEEK, self._covered(tx, turns))
            ]

    def _covered(self, tx: Tx, turns: Iterable[DutyTurn]) -> list[tuple[datetime, datetime]]:
        """When somebody is on duty who holds the post."""
        zone, found = zone_of(self.office), []
        for turn in turns:
            for first, last in held_spans(tx, turn.person, turn.role, turn.unit, zone):
                span = max(first, turn.starts_at), min(last, turn.until)
                found += [span] if span[0] < span[1] else []
        return found

    def _views(self, tx: Tx, turns: list[DutyTurn]) -> list[TurnView]:
        units = unit_names(tx, {each.unit for each in turns})
        people = people_names(tx, {each.person for each in turns})
        return [TurnView(turn=each, unit_name=units[each.unit], person_name=people[each.person]) for each in turns]

    # --- who may -----------------------------------------------------------------------------------------------------

    def _must_arrange(self, tx: Tx, by: str | None, code: str) -> None:
        """A working post at the unit or above it, on the line."""
        if by is None:
            return
        actor, unit = reader(tx, self.office, by), register.find_unit(tx, code)
        if unit is None or not self._reaches(actor, unit):
            raise FieldsRefused((FieldProblem(field="unit", code="unknown_unit"),))
        if not any(
            self._works(post.role) and any(unit.lies_in(own.code) for own in post.units) for post in actor.posts
        ):
            raise Forbidden("not_over_unit")

    def _seen(self, tx: Tx, person: str | None, codes: set[str]) -> set[str]:
        """Those of the units that the person's posts reach."""
        if person is None:
            return codes
        actor = reader(tx, self.office, person)
        return {code for code, unit in register.find_units(tx, codes).items() if self._reaches(actor, unit)}

    def _reaches(self, actor: Actor, unit: Unit) -> bool:
        """A post of a role that some rules name, at the unit, above or below it."""
        return any(self._is_named(post.role) and post.reaches(unit) for post in actor.posts)

    def _is_named(self, role: str) -> bool:
        return any(role in each.workflow.roles for each in self.office.rulebook.all())

    def _works(self, code: str) -> bool:
        roles = (each.workflow.roles.get(code) for each in self.office.rulebook.all())
        return any(role and not role.read_only and not role.by_unit for role in roles)


def _by_roster(turns: Iterable[DutyTurn]) -> dict[tuple[str, str], list[DutyTurn]]:
    """(unit, role) -> its turns."""
    found: dict[tuple[str, str], list[DutyTurn]] = {}
    for turn in turns:
        found.setdefault((turn.unit, turn.role), []).append(turn)
    return found


def entry_of(turn: NewTurn, new_id: str, by: str | None, now: datetime) -> DutyTurn:
    """The turn as it is kept."""
    return DutyTurn(
        id=new_id,
        role=turn.role,
        unit=turn.unit,
        person=turn.person,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        entered_at=now,
        entered_by=by,
    )
