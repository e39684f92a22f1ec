"""What is so, in plain values, kept beside the database by the acts that were done: the model of permissions reads it.

Nothing here asks the engine. What an act does to a case is told once more, for the small workflow of `rights_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests import township as t
from tests.properties.rights_rules import MEETINGS, STATES, Document, rules

#: A council that covers a cluster of each of two villages.
JOINT, JOINT_UNITS = "joint", (t.SECOND, t.SIBLING_WUCHANG)
BODIES: dict[str, tuple[str, ...]] = {
    JOINT: JOINT_UNITS,
    **{f"{village}{kind}01": (cluster,) for village, cluster in
       ((t.VILLAGE, t.WUCHANG), (t.SIBLING, t.SIBLING_WUCHANG), (t.OTHER_VILLAGE, t.OTHER_WUCHANG)) for kind in "pc"},
}  # fmt: skip
UNITS = [*t.UNITS, (t.POWER_COMPANY, "供电公司", "department", t.COUNTY)]


@dataclass(frozen=True)
class Post:
    """`place` is the unit or body; `places` the unit, or those that the body covers."""

    person: str
    role: str
    place: str
    first: date
    last: date | None = None

    @property
    def places(self) -> frozenset[str]:
        return frozenset(BODIES.get(self.place, (self.place,)))


@dataclass
class Land:
    posts: list[Post]
    kin: dict[str, set[str]]
    above: Mapping[str, frozenset[str]]

    def marry(self, one: str, other: str) -> None:
        self.kin.setdefault(one, set()).add(other)
        self.kin.setdefault(other, set()).add(one)


@dataclass
class Case:
    """A case that was not opened yet has no rows. `before` are the states and levels to which `split` leads back."""

    unit: str
    rules_version: int
    state: str = "start"
    level: str = "wuchang"
    version: int = 0
    opener: str | None = None
    behalf: str | None = None
    responsible: frozenset[str] = frozenset()
    successor: frozenset[str] = frozenset()
    concerned: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()
    party: frozenset[str] = frozenset()
    recused: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=lambda: {"kind": "plain", "past": False})
    signs_by: str | None = None
    primary: str | None = None
    before: tuple[tuple[str, str], ...] = ()

    @property
    def rules(self) -> Document:
        return rules(self.rules_version)

    def copy(self) -> Case:
        return replace(self, recused=dict(self.recused), values=dict(self.values))


@dataclass
class Meeting:
    unit: str
    rules_version: int
    status: str = "planned"
    delegate: str | None = None
    delegated_by: str | None = None
    agenda: tuple[str, ...] = ()  #: cases on it, from the opening on
    chairs: tuple[str, ...] = tuple(MEETINGS["board"]["chair"])
    members: tuple[str, ...] = tuple(MEETINGS["board"]["members"])

    @property
    def rules(self) -> Document:
        return rules(self.rules_version)


def township() -> Land:
    """The township of the tests, with whoever is of one household."""
    parent = {code: above for code, _, _, above in UNITS}
    posts = [Post(each.person, each.role, each.place, date(2025, 1, 1)) for each in t.PEOPLE]
    land = Land(posts=posts, kin={}, above={code: frozenset(_line(parent, code)) for code in parent})
    land.marry("lishen", "linzhang")
    land.marry("pianzhang", "wangson")
    return land


def _line(parent: Mapping[str, str], code: str) -> Iterable[str]:
    while code:
        yield code
        code = parent[code]


# --- what an act does ------------------------------------------------------------------------------------------------


def done(case: Case, row: Document, person: str, data: Document, behalf: str | None = None) -> Case:
    """The case after the act."""
    after = case.copy()
    after.version += 1
    if case.version == 0:
        after.opener, after.behalf = person, behalf
    _move(after, row)
    _charge(after, case, row, data)
    if row.get("handles"):
        after.handlers |= {person}
    after.handlers |= after.responsible
    _slots(after, data)
    return after


def _move(case: Case, row: Document) -> None:
    if row["to"] == "back":
        (case.state, case.level), case.before = case.before[-1], case.before[:-1]
    elif row["to"] != "same":
        if case.version > 1:
            case.before += ((case.state, case.level),)
        case.state, case.level = row["to"], STATES[row["to"]].get("level", case.level)


def _charge(after: Case, before: Case, row: Document, data: Document) -> None:
    """Who is in charge, and who is to be once he has signed."""
    given = frozenset(data[name] for name in ("worker", "station") if name in data)
    if before.successor and row["trigger"] == before.signs_by:
        after.responsible, after.successor = before.successor, frozenset()
    elif not given:
        after.successor = before.successor if after.level == before.level else frozenset()
    elif "hands_over_by" in row:
        after.successor, after.signs_by = given, row["hands_over_by"]
    else:
        after.responsible, after.successor = given, frozenset()


def _slots(case: Case, data: Document) -> None:
    case.values |= {name: data[name] for name in ("kind", "past", "words") if name in data}
    if "helpers" in data:
        case.concerned = frozenset(data["helpers"])
    if "reporter" in data:
        case.party = frozenset([data["reporter"]])
    if "about" in data:
        case.recused.setdefault(data["about"], case.version)
    case.values |= {name: data[name] for name in ("primary",) if name in data}
    case.primary = case.values.get("primary") if case.state == "merged" else None
