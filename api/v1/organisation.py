"""Who I am, the units and the people within sight."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.administration_texts import COMBINED_WARNING
from api.answers_organisation import MeOut, PeoplePageOut, UnitPageOut
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.listings import PeopleListing, UnitListing
from api.running import rules_day
from engine.people.offices import OFFICES
from engine.people.queries import PostSeen

router = APIRouter(prefix="/v1", tags=["organisation"], responses=PROBLEMS, dependencies=[Once])


def shown_post(post: PostSeen) -> dict[str, Any]:
    return {
        "id": post.id,
        "role": post.role,
        "place": {"code": post.place, "name": post.place_name, "kind": post.place_kind},
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to.isoformat() if post.valid_to else None,
    }


@router.get("/me", summary="Who I am, my posts, and what time it is here", responses={200: answers(MeOut)})
def me(served: Served, who: Who, english: English) -> Any:
    standing = served.setup.standing()
    found = served.organisation.me(person_of(who), rules_day(served))
    return {
        "login": who.login,
        "person": who.person,
        "name": found.name,
        "operator": who.operator,
        "offices": [office for office in OFFICES if office in who.offices],
        "scope": who.scope,
        "posts": [shown_post(post) for post in found.posts],
        "clock": {"now": standing.now.isoformat(), "simulated": standing.simulated},
        "warnings": [COMBINED_WARNING[english]] if standing.combined else [],
    }


@router.get(
    "/units",
    summary="Units of my homes, those above them, and those of no home",
    responses={200: answers(UnitPageOut)},
)
def list_units(served: Served, who: Who, asked: Annotated[UnitListing, Query()]) -> Any:
    filters = asked.model_dump(exclude={"cursor"})
    page = served.organisation.units(person_of(who), rules_day(served), **filters, cursor=_after(asked.cursor))
    items = [{"code": u.code, "name": u.name, "kind": u.kind, "parent": u.parent} for u in page.units]
    return {"items": items, "next": pack(page.next)}


@router.get(
    "/people",
    summary="People who hold a post within sight; telephones masked",
    responses={200: answers(PeoplePageOut)},
)
def list_people(served: Served, who: Who, asked: Annotated[PeopleListing, Query()]) -> Any:
    filters = asked.model_dump(exclude={"cursor"})
    page = served.organisation.people(person_of(who), rules_day(served), **filters, cursor=_after(asked.cursor))
    items = [
        {"id": p.id, "name": p.name, "phone": p.phone, "posts": [shown_post(post) for post in p.posts]}
        for p in page.people
    ]
    return {"items": items, "next": pack(page.next)}


def _after(cursor: str | None) -> str | None:
    key = unpack(cursor, str)
    return key[0] if key else None
