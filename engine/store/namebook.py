"""Names that texts are searched for before they are shown: of people in households, and on record in cases.

Households change seldom and are many, so a process remembers their names, village by village; a count that triggers
keep tells with every transaction whether they are still the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Unit
from engine.rules.erasing import ERASED
from engine.rules.mask import NameIndex, index_of
from engine.store.casefile import ON_PAYLOAD, by_home
from engine.store.db import Tx, any_of
from engine.store.register import below, line_of
from engine.store.tables import history, household_people, households, payloads, people, register_state, units


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a home (a village of a township): who lives there, and what its units are called, code -> name."""

    people: NameIndex
    units: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    version: int
    parts: Mapping[str, Part]


_VERSION = sa.select(register_state.c.version).where(register_state.c.name == "names")


class NameBook:
    """What one process remembers."""

    def __init__(self) -> None:
        self._kept = _Kept(version=0, parts={})

    def parts(self, tx: Tx, wanted: Mapping[str, Unit]) -> Mapping[str, Part]:
        """Code of a part -> what it holds, as the register stands in this transaction; `wanted` are the parts by their
        codes."""
        version: int = tx.execute(_VERSION).scalar_one()
        kept = self._kept if self._kept.version == version else _Kept(version=version, parts={})
        missing = {code: unit for code, unit in wanted.items() if code not in kept.parts}
        if not missing:
            return kept.parts
        found = _Kept(version=version, parts={**kept.parts, **_read_parts(tx, missing)})
        if version >= self._kept.version:
            self._kept = found
        return found.parts


def part_of(unit: Unit, home: str) -> Unit | None:
    """The unit right below the home on this line; None for the home itself and what lies above it."""
    codes = [code for _, code in unit.line]
    place = codes.index(home) + 1 if home in codes else len(codes)
    if place >= len(codes):
        return None
    kind, code = unit.line[place]
    return Unit(code=code, kind=kind, line=unit.line[: place + 1])


def _read_parts(tx: Tx, wanted: Mapping[str, Unit]) -> dict[str, Part]:
    lines = {line_of(unit): code for code, unit in wanted.items()}
    within = sa.or_(*(below(line) for line in lines))
    above = {code for unit in wanted.values() for _, code in unit.line}
    named = tx.execute(
        sa.select(units.c.code, units.c.name, units.c.line).where(sa.or_(within, units.c.code.in_(above)))
    )
    places: dict[str, dict[str, str]] = {code: {} for code in wanted}
    for row in named:
        for line, code in lines.items():
            if row.line.startswith(line) or line.startswith(row.line):
                places[code][row.code] = row.name
    living: dict[str, set[str]] = {code: set() for code in wanted}
    for name, line in _living(tx, within):
        living[next(code for part, code in lines.items() if line.startswith(part))].add(name)
    return {code: Part(people=index_of(living[code]), units=places[code]) for code in wanted}


def _living(tx: Tx, within: sa.ColumnElement[bool]) -> Iterator[tuple[str, str]]:
    """(name, line of the household's unit) of heads and members."""
    at = households.join(units, units.c.code == households.c.unit)
    heads = sa.select(people.c.name, units.c.line).select_from(at.join(people, people.c.id == households.c.head))
    members = sa.select(people.c.name, units.c.line).select_from(
        at.join(household_people, household_people.c.household == households.c.code).join(
            people, people.c.id == household_people.c.person
        )
    )
    for row in tx.execute(sa.union_all(*(each.where(within, people.c.name != ERASED) for each in (heads, members)))):
        yield row.name, row.line


# --- on record in a case ---------------------------------------------------------------------------------------------

_ON_RECORD = (
    sa.select(history.c.case_id, history.c.behalf, history.c.facts, payloads.c.body)
    .outerjoin(payloads, ON_PAYLOAD)
    .where(
        history.c.home == sa.bindparam("at_home"),
        history.c.case_id.in_(any_of("ids")),
        sa.or_(history.c.trigger.in_(any_of("triggers")), history.c.proxy),
    )
)


def rows_on_record(tx: Tx, ids: Collection[str], triggers: Collection[str]) -> Iterator[Any]:
    """(case_id, behalf, facts, body) of the rows of these cases that were fired by these triggers, or for somebody."""
    for home, mine in by_home(ids).items():
        yield from tx.execute(_ON_RECORD, {"at_home": home, "ids": mine, "triggers": sorted(triggers)})
