"""Who runs the common affairs of a 屋场: its works projects and its cooperative. Only the first 屋场 of one village of
each township has them; everybody here is somebody new, and a persona holds just one post."""

from __future__ import annotations

from api.demo.places import CHENQIAO, MIAOQIAN, Cluster, Place, Town
from api.demo.register import Register

AFFAIR_ROLES = ("council_head", "treasurer", "household_rep", "members_rep", "village_supervision")
#: Village -> how its personas end.
_ENDS = {CHENQIAO: "", MIAOQIAN: "_other"}
#: Neighbours who speak both for their household and for its share in the cooperative, beside the two personas.
_SPEAKING_FOR_BOTH = 4
_SUPERVISORS = 3


def fill_affairs(town: Town, register: Register) -> None:
    """Give the posts of `works-project` and `cooperative` that no other workflow has to somebody."""
    village = next(each for each in town.villages if each.unit.code in _ENDS)
    end, cluster = _ENDS[village.unit.code], village.clusters[0]
    for role in ("council_head", "treasurer"):
        person = _persona(register, role + end)
        register.post(person, role, cluster.council.code, cluster.council.name, at_body=True)
    _fill_reps(cluster, register, end)
    _fill_supervision(village.unit, register, end)


def _persona(register: Register, name: str) -> str:
    register.personas[name] = register.person()
    return register.personas[name]


def _fill_reps(cluster: Cluster, register: Register, end: str) -> None:
    both = [register.person() for _ in range(_SPEAKING_FOR_BOTH)]
    for role in ("household_rep", "members_rep"):
        for person in (_persona(register, role + end), *both):
            register.post(person, role, cluster.unit.code, cluster.unit.name)


def _fill_supervision(village: Place, register: Register, end: str) -> None:
    first = _persona(register, "village_supervision" + end)
    for person in (first, *(register.person() for _ in range(_SUPERVISORS - 1))):
        register.post(person, "village_supervision", village.code, village.name)
