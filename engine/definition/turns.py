"""The shortest way of a case into a cycle and round it, found like other ways (`paths.py`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.definition.facts import Walked
from engine.definition.findings import Witness
from engine.definition.model import SAME
from engine.definition.paths import TRIES, Search, Trail, step_of
from engine.definition.travel import Travel, Way

Ring = tuple[Way, ...]

#: A trail, how many acts of the cycle it has gone, and its first turn (the steps up to the end of it).
_Node = tuple[Trail, int, Witness]


def turned(travel: Travel, ring: Ring) -> Witness | None:
    """The shortest way into the cycle and once round it, after which it can be gone round once more; daily acts that it
    needs are on it. None where there certainly is no such way, empty where the search grew too long."""
    search = Search(travel, lambda way: way.aim == ring[0].origin)
    todo: deque[_Node] = deque([(Trail((), {}, Walked(travel.rules), ()), 0, ())])
    seen: set[object] = set()
    for _ in range(TRIES):
        if not todo:
            return None
        travel.patience -= 1
        if travel.patience < 0:
            break
        for node in _onward(search, ring, todo.popleft()):
            trail, gone, turn = node
            if gone == 2 * len(ring):
                return turn
            if (key := (search.key(trail), gone)) not in seen:
                seen.add(key)
                todo.append(node)
    return ()


def can_be_gone(travel: Travel, witness: Witness) -> bool:
    """Whether one case can take exactly these steps."""
    search = Search(travel, lambda _: False)
    trails = [Trail((), {}, Walked(travel.rules), ())]
    for step in witness:
        ways = (each for trail in trails for each in search.onward(trail))
        trails = [longer for way, longer in ways if longer and step_of(way) == step]
    return bool(trails)


def _onward(search: Search, ring: Ring, node: _Node) -> Iterator[_Node]:
    """Before the cycle any act that can lead to it; on it the next act of it, or one that stays."""
    trail, gone, turn = node
    begun = gone > 0 or search.stop(trail.stays) == ring[0].origin
    for way, longer in search.onward(trail):
        if longer is None:
            continue
        if begun and _same_way(way, ring[gone % len(ring)]):
            yield longer, gone + 1, longer.steps if gone + 1 == len(ring) else turn
        if way.target.to == SAME or (gone == 0 and way.aim in search.leading):
            yield longer, gone, turn


def _same_way(way: Way, other: Way) -> bool:
    return (way.row, way.aim) == (other.row, other.aim) and way.target is other.target
