"""The places of the demo: real villages, and invented 屋场, groups, neighbourhoods, bodies and stations below them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from api.demo.names import NUMERALS, place_names

COUNTY, TOWN, OTHER_TOWN = "430482", "430482109", "430482110"
CHENQIAO, XIANGHU, MIAOQIAN = "430482109223", "430482109239", "430482110201"
NAMED_VILLAGES = (CHENQIAO, XIANGHU, MIAOQIAN)
#: The first neighbourhood of the first 屋场 of each named village: its holders, and those above, are personas.
PERSONA_PLACES = tuple(f"{village}w01g1n1" for village in NAMED_VILLAGES)
STATIONS = ("司法所", "自然资源所", "应急办", "农综中心")
_FIRST_GROUPS = ("高子树", "高桥", "对江", "前丰")  # as the article on 洋泉镇 names them
_SHARE_OF_PLACE_NAMES = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    code: str
    name: str
    kind: str
    parent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    code: str
    name: str
    kind: str
    units: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A 村民小组 with its 邻."""

    unit: Place
    neighbourhoods: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A 屋场 with its groups and its council."""

    unit: Place
    groups: tuple[Group, ...]
    council: Body


@dataclass(frozen=True, kw_only=True, slots=True)
class Village:
    unit: Place
    clusters: tuple[Cluster, ...]
    party_groups: tuple[Body, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    unit: Place
    villages: tuple[Village, ...]
    stations: tuple[Place, ...]

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        return tuple(cluster for village in self.villages for cluster in village.clusters)

    @property
    def bodies(self) -> tuple[Body, ...]:
        groups = tuple(body for village in self.villages for body in village.party_groups)
        return (*groups, *(cluster.council for cluster in self.clusters))

    @property
    def units(self) -> tuple[Place, ...]:
        found = [self.unit, *self.stations, *(village.unit for village in self.villages)]
        for cluster in self.clusters:
            found.append(cluster.unit)
            for group in cluster.groups:
                found += [group.unit, *group.neighbourhoods]
        return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How many of each a township has; `shared` party groups cover two neighbouring 屋场."""

    clusters: int
    clusters_each: tuple[int, int]
    groups: int
    neighbourhoods: int
    shared: int


EXTENTS = {
    TOWN: Extent(clusters=201, clusters_each=(5, 11), groups=520, neighbourhoods=1040, shared=9),
    OTHER_TOWN: Extent(clusters=6, clusters_each=(2, 2), groups=12, neighbourhoods=24, shared=1),
}


def public_units() -> dict[str, Place]:
    """The real county, townships and villages with their statistical codes, named as people call them."""
    text = (files("api.demo") / "villages.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Place(
            code=row["code"],
            name=row["name"].removesuffix("委会"),
            kind=row["level"],
            parent="" if row["level"] == "county" else row["parent_code"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def town(code: str, rng: Random) -> Town:
    """A township with everything below it."""
    public, extent = public_units(), EXTENTS[code]
    villages = [place for place in public.values() if place.parent == code]
    counts = spread(rng, extent.clusters, len(villages), *extent.clusters_each)
    clusters = _clusters(rng, villages, counts, extent)
    sharing = _sharing(villages, counts, extent.shared)
    made = tuple(_village(unit, clusters[unit.code], unit.code in sharing) for unit in villages)
    return Town(unit=public[code], villages=made, stations=_stations(public[code]))


def spread(rng: Random, total: int, parts: int, low: int, high: int) -> list[int]:
    """`parts` numbers between low and high that make up the total."""
    numbers = [low] * parts
    for _ in range(total - low * parts):
        room = [index for index, number in enumerate(numbers) if number < high]
        numbers[rng.choice(room)] += 1
    return numbers


def _sharing(villages: Sequence[Place], counts: Sequence[int], shared: int) -> set[str]:
    """The villages with the most 屋场 have one too few party members somewhere."""
    largest = sorted(zip(counts, villages, strict=True), key=lambda pair: (-pair[0], pair[1].code))
    return {unit.code for _, unit in largest[:shared]}


def _stations(parent: Place) -> tuple[Place, ...]:
    return tuple(
        Place(code=f"{parent.code}s{number}", name=parent.name + name, kind="station", parent=parent.code)
        for number, name in enumerate(STATIONS, start=1)
    )


def _clusters(
    rng: Random, villages: Sequence[Place], counts: Sequence[int], extent: Extent
) -> dict[str, tuple[Cluster, ...]]:
    fixed = len(_FIRST_GROUPS) if any(unit.code == CHENQIAO for unit in villages) else 0
    groups = iter(spread(rng, extent.groups - fixed, extent.clusters - bool(fixed), 1, 5))
    neighbours = iter(spread(rng, extent.neighbourhoods, extent.groups, 1, 4))
    made: dict[str, tuple[Cluster, ...]] = {}
    for unit, count in zip(villages, counts, strict=True):
        first = [fixed] if unit.code == CHENQIAO else [next(groups)]
        sizes = first + [next(groups) for _ in range(count - 1)]
        made[unit.code] = _village_clusters(rng, unit, [[next(neighbours) for _ in range(size)] for size in sizes])
    return made


def _village_clusters(rng: Random, village: Place, sizes: list[list[int]]) -> tuple[Cluster, ...]:
    """`sizes`: per 屋场, per group its number of 邻."""
    fresh = place_names(rng, sum(map(len, sizes)) + len(sizes), without=_FIRST_GROUPS)
    own, others = fresh[: len(sizes)], fresh[len(sizes) :]
    left = iter([*_FIRST_GROUPS, *others] if village.code == CHENQIAO else others)
    return tuple(
        _cluster(village, number, _cluster_name(rng, village, number, own), [(next(left), size) for size in groups])
        for number, groups in enumerate(sizes, start=1)
    )


def _cluster_name(rng: Random, village: Place, number: int, places: list[str]) -> str:
    by_place = rng.random() < _SHARE_OF_PLACE_NAMES and village.code not in NAMED_VILLAGES
    return places[number - 1] if by_place else f"第{NUMERALS[number - 1]}"


def _cluster(village: Place, number: int, name: str, groups: list[tuple[str, int]]) -> Cluster:
    code = f"{village.code}w{number:02d}"
    unit = Place(code=code, name=f"{village.name}{name}屋场", kind="wuchang", parent=village.code)
    council = Body(code=f"{village.code}c{number:02d}", name=unit.name + "理事会", kind="council", units=(code,))
    made = tuple(_group(unit, place, *group) for place, group in enumerate(groups, start=1))
    return Cluster(unit=unit, groups=made, council=council)


def _group(cluster: Place, number: int, name: str, neighbourhoods: int) -> Group:
    code = f"{cluster.code}g{number}"
    below = tuple(
        Place(code=f"{code}n{place}", name=f"{name}组第{NUMERALS[place - 1]}邻", kind="neighbourhood", parent=code)
        for place in range(1, neighbourhoods + 1)
    )
    unit = Place(code=code, name=f"{name}组", kind="group", parent=cluster.code)
    return Group(unit=unit, neighbourhoods=below)


def _village(unit: Place, clusters: tuple[Cluster, ...], shares: bool) -> Village:
    """Each 屋场 has its party group, but the last two of a village that shares."""
    covered: list[tuple[Cluster, ...]] = [(cluster,) for cluster in clusters]
    if shares:
        covered = [*covered[:-2], (clusters[-2], clusters[-1])]
    groups = tuple(_party_group(unit, number, part) for number, part in enumerate(covered, start=1))
    return Village(unit=unit, clusters=clusters, party_groups=groups)


def _party_group(village: Place, number: int, clusters: tuple[Cluster, ...]) -> Body:
    short = [cluster.unit.name.removeprefix(village.name).removesuffix("屋场") for cluster in clusters]
    return Body(
        code=f"{village.code}p{number:02d}",
        name=f"{village.name}{'、'.join(short)}屋场党小组",
        kind="party_group",
        units=tuple(cluster.unit.code for cluster in clusters),
    )
