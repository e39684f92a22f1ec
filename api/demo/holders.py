"""Who holds which post in a township of the demo. One person commonly holds two to four; a persona holds just one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from api.demo.places import CHENQIAO, NAMED_VILLAGES, OTHER_TOWN, TOWN, XIANGHU, Body, Cluster, Place, Town, Village
from api.demo.register import Register

_COUNCIL = 5
_COUNCIL_FROM_HEADS = 3
_CADRES = 5
_CADRES_HEADING = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Offices:
    """How many a township has; `joint_…` hold two posts at once. The first of a role at the town is its persona."""

    joint_leaders: int
    joint_zuzhang: int
    at_station: int
    at_town: Mapping[str, int]


_OFFICES = {
    TOWN: Offices(
        joint_leaders=140,
        joint_zuzhang=156,
        at_station=10,
        at_town={
            "township_party_office": 3, "township_duty": 2, "township_leader": 8, "township_secretary": 1,
            "township_discipline": 2, "petition_clerk": 1, "auditor_township": 2,
        },
    ),
    OTHER_TOWN: Offices(
        joint_leaders=3,
        joint_zuzhang=3,
        at_station=2,
        at_town={
            "township_party_office": 2, "township_duty": 2, "township_leader": 2, "township_secretary": 1,
            "township_discipline": 1, "petition_clerk": 1, "auditor_township": 1,
        },
    ),
}  # fmt: skip

#: Names that the mock-ups of the pages use too.
_NAMED = {
    "linzhang": "刘福生",
    "pianzhang": "王建国",
    "village_cadre": "刘建军",
    "village_secretary": "周明远",
    "village_secretary_2": "谭书平",
    "township_party_office": "陈雨",
    "township_station": "罗立新",
    "township_leader": "谭文军",
    "township_secretary": "何志强",
    "auditor_county": "蒋国华",
}
_LONG_NAMES = ("古丽巴哈尔·吐尔逊买提", "欧阳春林")


@dataclass
class _Filling:
    """The people of a township while its posts are filled: heads by the 屋场 they belong to."""

    rng: Random
    register: Register
    offices: Offices
    heads: dict[str, list[str]] = field(default_factory=dict)
    pianzhang: dict[str, str] = field(default_factory=dict)
    cadres: dict[str, list[str]] = field(default_factory=dict)


def fill(town: Town, register: Register, rng: Random) -> None:
    """Give every post of the township to somebody."""
    filling = _Filling(rng, register, _OFFICES[town.unit.code])
    _fill_town(town, filling)
    for village in town.villages:
        _fill_village(village, filling)
    _fill_neighbourhoods(town, filling)
    _fill_groups(town, filling)
    for cluster in town.clusters:
        _fill_cluster(cluster, filling)
    _fill_party_groups(town, filling)
    for cluster in town.clusters:
        _fill_council(cluster, filling)


def fill_county(county: Place, register: Register) -> None:
    for persona in ("auditor_county", None):
        register.post(_new(register, persona), "auditor_county", county.code, county.name)


def suffix(village: str) -> str:
    """How the personas of a named village end."""
    return {CHENQIAO: "", XIANGHU: "_2"}.get(village, "_other")


def _new(register: Register, persona: str | None) -> str:
    """Somebody new, known under the persona's name where there is one."""
    person = register.person(_NAMED.get(persona) if persona else None)
    if persona:
        register.personas[persona] = person
    return person


def _is_first(cluster: Cluster) -> bool:
    """The 屋场 whose holders are personas: the first of a named village."""
    return cluster.unit.parent in NAMED_VILLAGES and cluster.unit.code.endswith("w01")


def _fill_town(town: Town, filling: _Filling) -> None:
    end = "" if town.unit.code == TOWN else "_other"
    for role, count in filling.offices.at_town.items():
        for number in range(count):
            person = _new(filling.register, None if number else role + end)
            filling.register.post(person, role, town.unit.code, town.unit.name)
    for station in reversed(town.stations):  # the persona works at the last, 农综中心
        for number in range(filling.offices.at_station):
            persona = "township_station" + end if number == 0 and station is town.stations[-1] else None
            filling.register.post(_new(filling.register, persona), "township_station", station.code, station.name)


def _fill_village(village: Village, filling: _Filling) -> None:
    named, unit, register = village.unit.code in NAMED_VILLAGES, village.unit, filling.register
    for role in ("village_secretary", "village_clerk"):
        register.post(_new(register, role + suffix(unit.code) if named else None), role, unit.code, unit.name)
    first = _new(register, "village_cadre" + suffix(unit.code) if named else None)
    cadres = [first, *(register.person() for _ in range(_CADRES - 1))]
    for person in cadres:
        register.post(person, "village_cadre", unit.code, unit.name)
    filling.cadres[unit.code] = cadres[-_CADRES_HEADING:]


def _fill_neighbourhoods(town: Town, filling: _Filling) -> None:
    long_names = iter(_LONG_NAMES if town.unit.code == TOWN else ())
    for cluster in town.clusters:
        for group in cluster.groups:
            for unit in group.neighbourhoods:
                persona = _persona("linzhang", cluster) if unit is cluster.groups[0].neighbourhoods[0] else None
                long_name = next(long_names, None) if cluster.unit.code == CHENQIAO + "w02" else None
                person = filling.register.person(long_name) if long_name else _new(filling.register, persona)
                filling.register.post(person, "linzhang", unit.code, unit.name)
                if not persona:
                    filling.heads.setdefault(cluster.unit.code, []).append(person)


def _persona(role: str, cluster: Cluster) -> str | None:
    return role + suffix(cluster.unit.parent) if _is_first(cluster) else None


def _fill_groups(town: Town, filling: _Filling) -> None:
    """Some 组长 are the first 邻长 of their group too."""
    holders = {post.place: post.person for post in filling.register.posts if post.role == "linzhang"}
    groups = [(cluster, group) for cluster in town.clusters for group in cluster.groups]
    free = [group.unit.code for cluster, group in groups if not _is_first(cluster)]
    joint = set(filling.rng.sample(free, filling.offices.joint_zuzhang))
    for cluster, group in groups:
        persona = _persona("zuzhang", cluster) if group is cluster.groups[0] else None
        both = group.unit.code in joint
        person = holders[group.neighbourhoods[0].code] if both else _new(filling.register, persona)
        filling.register.post(person, "zuzhang", group.unit.code, group.unit.name)
        if not persona and not both:
            filling.heads.setdefault(cluster.unit.code, []).append(person)


def _fill_cluster(cluster: Cluster, filling: _Filling) -> None:
    """A 片长 is now and then one of the village's cadres."""
    persona = _persona("pianzhang", cluster)
    cadres = filling.cadres[cluster.unit.parent]
    person = cadres.pop() if cadres and not persona else _new(filling.register, persona)
    filling.register.post(person, "pianzhang", cluster.unit.code, cluster.unit.name)
    filling.pianzhang[cluster.unit.code] = person
    if not persona:
        filling.heads.setdefault(cluster.unit.code, []).append(person)


def _fill_party_groups(town: Town, filling: _Filling) -> None:
    groups = [(village, body) for village in town.villages for body in village.party_groups]
    free = [body.code for village, body in groups if not _leads_first(village, body)]
    joint = set(filling.rng.sample(free, filling.offices.joint_leaders))
    for village, body in groups:
        persona = "party_group_leader" + suffix(village.unit.code) if _leads_first(village, body) else None
        person = filling.pianzhang[body.units[0]] if body.code in joint else _new(filling.register, persona)
        filling.register.post(person, "party_group_leader", body.code, body.name, at_body=True)


def _leads_first(village: Village, body: Body) -> bool:
    return village.unit.code in NAMED_VILLAGES and village.clusters[0].unit.code in body.units


def _fill_council(cluster: Cluster, filling: _Filling) -> None:
    """Up to three of the heads of the 屋场, and villagers whom people trust."""
    persona = _persona("council_member", cluster)
    heads = filling.heads.get(cluster.unit.code, [])
    members = filling.rng.sample(heads, min(_COUNCIL_FROM_HEADS, len(heads)))
    fresh = [_new(filling.register, persona)]
    fresh += [filling.register.person() for _ in range(_COUNCIL - len(members) - 1)]
    for person in (*fresh, *members):
        filling.register.post(person, "council_member", cluster.council.code, cluster.council.name, at_body=True)
