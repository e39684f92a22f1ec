"""Parts of a graph of ways that hang together, and the shortest rings in them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from engine.definition.travel import Stop, Way

Ways = tuple[Way, ...]


def components(ways: Ways) -> list[Ways]:
    """The ways of each strongly connected part, in the order given; a way on no ring is in none."""
    place = _numbered(ways)
    found: dict[int, list[Way]] = defaultdict(list)
    for way in ways:
        assert way.aim
        if place[way.origin] == place[way.aim]:
            found[place[way.origin]].append(way)
    return [tuple(part) for part in found.values()]


def _numbered(ways: Ways) -> Mapping[Stop, int]:
    """Each place with the number of its part: two places share it if each leads to the other."""
    onward, backward = _aims(ways, forth=True), _aims(ways, forth=False)
    number: dict[Stop, int] = {}
    for place in onward.keys() | backward.keys():
        if place not in number:
            together = _reached(place, onward) & _reached(place, backward)
            number |= dict.fromkeys(together, len(number))
    return number


def _aims(ways: Ways, *, forth: bool) -> Mapping[Stop, set[Stop]]:
    aims: dict[Stop, set[Stop]] = defaultdict(set)
    for way in ways:
        assert way.aim
        one, other = (way.origin, way.aim) if forth else (way.aim, way.origin)
        aims[one].add(other)
    return aims


def _reached(place: Stop, aims: Mapping[Stop, set[Stop]]) -> set[Stop]:
    seen, todo = {place}, [place]
    while todo:
        fresh = aims.get(todo.pop(), set()) - seen
        seen |= fresh
        todo.extend(fresh)
    return seen


def rings(ways: Ways) -> Iterable[Ways]:
    """For each way the shortest ring that goes it, shortest first."""
    return sorted((_ring(way, ways) for way in ways), key=len)


def _ring(first: Way, ways: Ways) -> Ways:
    """From where `first` leads back to where it began; the ways hang together, so there is one."""
    onward: dict[Stop, list[Way]] = defaultdict(list)
    for way in ways:
        onward[way.origin].append(way)
    todo: deque[Ways] = deque([(first,)])
    seen: set[Stop] = set()
    while True:
        ring = todo.popleft()
        aim = ring[-1].aim
        if aim == first.origin:
            return ring
        if aim and aim not in seen:
            seen.add(aim)
            todo.extend((*ring, way) for way in onward[aim])
