"""From the names of a row or step to people: who holds a role on the line of the unit, who stands in a relation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.definition.model import SYSTEM, Role, Workflow
from engine.rules.attempt import Unit
from engine.rules.paging import reminded
from engine.rules.state import CaseState, Charge
from engine.store import register
from engine.store.db import Tx
from engine.store.timerbook import fired_steps


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a case stands on a day: what turns a name into people."""

    tx: Tx
    home: str
    case_id: str
    workflow: Workflow
    unit: Unit
    state: CaseState
    day: date

    def people(self, names: Iterable[str]) -> tuple[str, ...]:
        """Ids of people by all of the names, each once; nobody where the posts are vacant."""
        found = (person for name in names for person in self._named(name))
        return tuple(dict.fromkeys(person for person in found if person != SYSTEM))

    def _named(self, name: str) -> Iterable[str]:
        relation = _RELATED.get(name)
        if relation is not None:
            return relation(self)
        role = self.workflow.roles.get(name)
        return self.holders([role]) if role else ()

    def holders(self, roles: Iterable[Role]) -> Iterator[str]:
        """Who holds one of the roles on the line of the unit; of roles `by_unit` at a unit in charge or concerned."""
        beside = {role.code for role in roles if role.by_unit}
        on_line = [role.code for role in roles if not role.by_unit]
        for people in register.holders(self.tx, self.unit, on_line, self.day).values():
            yield from people
        if beside:
            yield from self.posted((*self.state.responsible.units, *self.state.concerned), beside)

    def where(self, role: Role) -> tuple[str, ...]:
        """The units at which a post of the role counts for this case."""
        if role.by_unit:
            return tuple(dict.fromkeys((*self.state.responsible.units, *self.state.concerned)))
        return tuple(code for _, code in self.unit.line)

    def posted(self, units: Iterable[str], roles: Iterable[str]) -> Iterator[str]:
        """Who holds one of the roles at these very units."""
        for unit in dict.fromkeys(units):
            for people in register.holders_at(self.tx, unit, roles, self.day).values():
                yield from people

    def charged(self, charge: Charge) -> Iterator[str]:
        """The people in a slot, and whoever holds a working post at its units."""
        yield from charge.people
        yield from self.posted(charge.units, [role.code for role in self.working()])

    def working(self) -> list[Role]:
        return [role for role in self.workflow.roles.values() if not role.read_only]

    def rank(self, level: str) -> int:
        return self.workflow.levels[level].rank

    def acting_at(self, fits: Callable[[int], bool]) -> Iterator[str]:
        """Holders of the working roles whose level, by its rank, fits."""
        return self.holders([role for role in self.working() if fits(self.rank(role.level))])


def _reporter_side(at: Address) -> list[str]:
    return [at.state.opener, *([at.state.behalf] if at.state.behalf else [])]


def _relatives(at: Address) -> Iterator[str]:
    for others in register.kin(at.tx, at.state.party, at.day).values():
        yield from sorted(others)


def _holder(at: Address) -> Iterator[str]:
    level = at.rank(at.state.level)
    return at.acting_at(lambda rank: rank == level)


def _superior(at: Address) -> Iterator[str]:
    level = at.rank(at.state.level)
    return at.acting_at(lambda rank: rank > level)


def _paged(at: Address) -> Iterable[str]:
    """Whom the last `pages` names, and whom the clocks reminded in that paging."""
    paging = at.state.paging
    fired = fired_steps(at.tx, at.home, at.case_id) if paging else ()
    named = (*at.state.paged, *reminded(at.workflow, paging, fired))
    return at.people(name for name in named if name != "paged")


_RELATED: dict[str, Callable[[Address], Iterable[str]]] = {
    "opener": lambda at: [at.state.opener],
    "reporter_side": _reporter_side,
    "party": lambda at: at.state.party,
    "relative_of_party": _relatives,
    "recused": lambda at: at.state.recused,
    "responsible": lambda at: at.charged(at.state.responsible),
    "successor": lambda at: at.charged(at.state.successor),
    "handler": lambda at: at.charged(at.state.handlers),
    "holder": _holder,
    "superior": _superior,
    "paged": _paged,
    "reader": lambda at: at.holders(at.working()),
}
