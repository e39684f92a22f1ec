"""Some households of 陈桥村 and 香湖村, and one pair of relatives: the 片长 of 陈桥村第一屋场 and his son."""

from __future__ import annotations

from random import Random

from api.demo.names import person_name
from api.demo.places import CHENQIAO, XIANGHU, Cluster, Town
from api.demo.register import Register, Tie

_EACH = 3
_HEADS = ("李秀娥", "刘满生", "陈冬英", "刘国平")  # whom the mock-ups of the pages visit
_SON = "王小军"


def settle(town: Town, register: Register, rng: Random) -> None:
    for village in town.villages:
        if village.unit.code in (CHENQIAO, XIANGHU):
            for cluster in village.clusters:
                _settle_cluster(cluster, register, rng)
    _settle_son(town, register)


def _settle_cluster(cluster: Cluster, register: Register, rng: Random) -> None:
    """A few families in the first neighbourhood."""
    unit = cluster.groups[0].neighbourhoods[0].code
    named = cluster.unit.code == CHENQIAO + "w01"
    for number, name in enumerate(_HEADS if named else [None] * _EACH, start=1):
        head = name or person_name(rng)
        members = tuple(register.person(person_name(rng)) for _ in range(rng.randint(1, 3)))
        register.household(unit, number, register.person(head), members)


def _settle_son(town: Town, register: Register) -> None:
    """He lives in a household of his own, in another group of the same 屋场."""
    cluster = next(cluster for cluster in town.clusters if cluster.unit.code == CHENQIAO + "w01")
    son, wife = register.person(_SON), register.person()
    register.household(cluster.groups[1].neighbourhoods[0].code, 1, son, (wife,))
    register.ties.append(Tie(person=register.personas["pianzhang"], other=son, kind="son"))
