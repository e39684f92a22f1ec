"""Where somebody reports: places as tiles, and by name for those who type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from api.deps import Services
from api.web.reader import Reader, calendar_of
from engine.people.kinds import kinds_from
from engine.people.queries import Place
from engine.rules.refusals import FieldProblem, FieldsRefused, NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """One place to choose; `leads`: not the place itself, but the way to those below it."""

    code: str
    name: str
    parent_name: str | None
    leads: bool


def tiles_of(request: Request, served: Services, who: Reader, under: str | None) -> list[Tile]:
    """One's own places first. Below a unit where cases belong all are shown at once."""
    found = places_of(request, served, who, under)
    if under is not None and found and found[0].code == under and found[0].allowed:
        found = places_of(request, served, who, under, deep=True)
    mine = {post.place for post in who.me.posts}
    parents = {place.parent for place in found}
    tiles = [
        Tile(
            code=place.code,
            name=place.name,
            parent_name=place.parent_name,
            leads=not place.allowed or (not place.leaf and place.code not in parents),
        )
        for place in found
        if place.allowed or place.code != under
    ]
    return sorted(tiles, key=lambda tile: tile.code not in mine)


def places_of(request: Request, served: Services, who: Reader, under: str | None, *,
              deep: bool = False) -> tuple[Place, ...]:  # fmt: skip
    kinds = kinds_from(who.workflow.lowest.code)
    today = calendar_of(request, who).today
    return served.organisation.places(who.person, today, kinds=kinds, under=under, deep=deep)


def all_places(request: Request, served: Services, who: Reader, under: str | None) -> list[Place]:
    """Every place where a case may belong, below `under` or all of one's own."""
    if under is not None:
        return [each for each in places_of(request, served, who, under, deep=True) if each.allowed]
    found = places_of(request, served, who, None)
    parents = {place.parent for place in found}
    whole: dict[str, Place] = {}
    for place in found:
        leads = not place.leaf and place.code not in parents
        below = places_of(request, served, who, place.code, deep=True) if leads else (place,)
        whole.update({each.code: each for each in below if each.allowed})
    return list(whole.values())


def place_of(request: Request, served: Services, who: Reader, code: str) -> Place:
    """The place itself. Raises NotFound where it is out of reach or no case can belong there."""
    found = next((each for each in places_of(request, served, who, code) if each.code == code and each.allowed), None)
    if found is None:
        raise NotFound("unit")
    return found


def label_of(place: Place) -> str:
    """A name that tells it from its namesakes: `高子树组，陈桥村第一屋场`."""
    return f"{place.name}，{place.parent_name}" if place.parent_name else place.name


def typed_place(places: Sequence[Place], given: str) -> str:
    """The code of the place that was typed by name, with or without that of the unit above. Raises FieldsRefused."""
    wanted = given.strip()
    found = [place for place in places if wanted in (label_of(place), place.code)]
    found = found or [place for place in places if place.name == wanted]
    if len(found) != 1:
        raise FieldsRefused((FieldProblem(field="unit", code="unknown_unit" if wanted else "missing"),))
    return found[0].code
