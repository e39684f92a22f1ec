"""The synthetic organisation of the demo as CSV files: the same bytes from the same seed, imported like any other.

The villages are real (`villages.csv`, public statistical codes); everybody and everything below them is invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from api.demo.affairs import fill_affairs
from api.demo.holders import fill, fill_county
from api.demo.households import settle
from api.demo.names import telephones
from api.demo.places import COUNTY, OTHER_TOWN, TOWN, Body, Place, Town, public_units, town
from api.demo.register import Register

SEED = 20241207
_PREFIXES = {TOWN: "yq", OTHER_TOWN: "mq", COUNTY: "cn"}


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Everything of the demo's organisation before it is a file."""

    county: Place
    towns: tuple[Town, ...]
    registers: tuple[Register, ...]
    phones: dict[str, str]

    @property
    def units(self) -> tuple[Place, ...]:
        return (self.county, *(unit for found in self.towns for unit in found.units))

    @property
    def bodies(self) -> tuple[Body, ...]:
        return tuple(body for found in self.towns for body in found.bodies)

    @property
    def personas(self) -> dict[str, str]:
        """Persona -> id of the person."""
        return {persona: person for register in self.registers for persona, person in register.personas.items()}


@lru_cache(maxsize=2)
def build(seed: int = SEED) -> Organisation:
    """Make everything up, the same for the same seed."""
    towns = tuple(town(code, Random(f"{seed}:places:{code}")) for code in (TOWN, OTHER_TOWN))
    registers = tuple(_filled(found, seed) for found in towns)
    county, above = public_units()[COUNTY], Register(_PREFIXES[COUNTY], Random(f"{seed}:people:{COUNTY}"))
    fill_county(county, above)
    registers = (*registers, above)
    people = [person.id for register in registers for person in register.people]
    phones = dict(zip(people, telephones(Random(f"{seed}:phones"), len(people)), strict=True))
    return Organisation(county=county, towns=towns, registers=registers, phones=phones)


def _filled(found: Town, seed: int) -> Register:
    code = found.unit.code
    register = Register(_PREFIXES[code], Random(f"{seed}:people:{code}"))
    fill(found, register, Random(f"{seed}:posts:{code}"))
    if code == TOWN:
        settle(found, register, Random(f"{seed}:households:{code}"))
    fill_affairs(found, register)
    return register


def organisation(seed: int = SEED) -> dict[str, bytes]:
    """Kind of import -> CSV, in the order in which they are to be imported."""
    made = build(seed)
    registers = made.registers
    people = [(who.id, who.name, made.phones[who.id]) for register in registers for who in register.people]
    homes = [home for register in registers for home in register.households]
    ties = [tie for register in registers for tie in register.ties]
    return {
        "units": _csv("code,name,kind,parent", ((u.code, u.name, u.kind, u.parent) for u in made.units)),
        "bodies": _csv("code,name,kind,units", ((b.code, b.name, b.kind, " ".join(b.units)) for b in made.bodies)),
        "people": _csv("id,name,phone", people),
        "posts": _posts(registers),
        "households": _csv(
            "code,unit,head,members", ((home.code, home.unit, home.head, " ".join(home.members)) for home in homes)
        ),
        "relatives": _csv(
            "person,other,kind,valid_from,valid_to",
            ((tie.person, tie.other, tie.kind, "2025-01-01", "") for tie in ties),
        ),
    }


def _posts(registers: Sequence[Register]) -> bytes:
    rows = (
        (
            post.person,
            post.role,
            "" if post.at_body else post.place,
            post.place if post.at_body else "",
            post.valid_from,
            "",
        )
        for register in registers
        for post in register.posts
    )
    return _csv("person,role,unit,body,valid_from,valid_to", rows)


def _csv(header: str, rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    text.write(header + "\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
