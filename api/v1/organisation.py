"""Who I am, the units and the people within sight."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.cursors import pack, unpack
from api.deps import Served, Services, Who, person_of
from api.docs import PROBLEMS
from api.shapes import Code, Plain, UnitCode
from engine.people.queries import PostSeen
from engine.rules.fold import local_day

router = APIRouter(prefix="/v1", tags=["organisation"], responses=PROBLEMS)
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]
Words = Annotated[Plain | None, Query(max_length=60, description="part of the name")]


def _today(served: Services) -> date:
    """The local day of the rules; posts count by it."""
    now, _ = served.setup.clock()
    workflows = served.office.rulebook.all()
    return local_day(workflows[0].workflow, now) if workflows else now.date()


def _post(post: PostSeen) -> dict[str, Any]:
    return {
        "id": post.id,
        "role": post.role,
        "place": {"code": post.place, "name": post.place_name, "kind": post.place_kind},
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to.isoformat() if post.valid_to else None,
    }


@router.get("/me", summary="Who I am, my posts, and what time it is here")
def me(served: Served, who: Who) -> Any:
    now, simulated = served.setup.clock()
    found = served.organisation.me(person_of(who), _today(served))
    return {
        "login": who.login,
        "person": who.person,
        "name": found.name,
        "operator": who.operator,
        "posts": [_post(post) for post in found.posts],
        "clock": {"now": now.isoformat(), "simulated": simulated},
    }


@router.get("/units", summary="Units of my homes, those above them, and those of no home")
def list_units(
    served: Served,
    who: Who,
    parent: UnitCode | None = None,
    kind: Code | None = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    after = unpack(cursor, str)
    page = served.organisation.units(
        person_of(who), _today(served), parent=parent, kind=kind, q=q, cursor=after[0] if after else None, limit=limit
    )
    items = [{"code": u.code, "name": u.name, "kind": u.kind, "parent": u.parent} for u in page.units]
    return {"items": items, "next": pack(page.next)}


@router.get("/people", summary="People who hold a post within sight; telephones masked")
def list_people(
    served: Served,
    who: Who,
    unit: Annotated[UnitCode | None, Query(description="posts at this unit or below")] = None,
    role: Code | None = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    after = unpack(cursor, str)
    page = served.organisation.people(
        person_of(who), _today(served), unit=unit, role=role, q=q, cursor=after[0] if after else None, limit=limit
    )
    items = [
        {"id": p.id, "name": p.name, "phone": p.phone, "posts": [_post(post) for post in p.posts]} for p in page.people
    ]
    return {"items": items, "next": pack(page.next)}
