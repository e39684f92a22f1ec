"""Keeping the register: people by the system administrator, posts by the security administrator, relatives by who has
them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.answers_administration import PostsOut, RegisteredOut, RegisterPageOut, RelativeOut, RelativesOut
from api.answers_organisation import PostHeldOut
from api.cursors import pack, unpack
from api.deps import Once, Served, Services, Who
from api.docs import PROBLEMS, answers
from api.present_administration import one_more, registered, relative
from api.running import by_of, rules_day
from api.shapes_administration import (
    EndPostBody,
    EndRelativeBody,
    NewPersonBody,
    PostBody,
    PostId,
    PostListing,
    RegisterListing,
    RelativeBody,
    RelativeListing,
)
from api.v1.organisation import shown_post
from engine.people.administration import NewPost

router = APIRouter(prefix="/v1", tags=["administration"], responses=PROBLEMS, dependencies=[Once])


@router.get(
    "/register",
    summary="People of the register, with or without a post (system, security)",
    responses={200: answers(RegisterPageOut)},
)
def list_register(served: Served, who: Who, asked: Annotated[RegisterListing, Query()]) -> Any:
    """By id; telephones masked."""
    after = unpack(asked.cursor, str)
    found = served.administration_queries.people(
        by_of(who), q=asked.q, after=after[0] if after else None, limit=asked.limit
    )
    shown, more = one_more(found, asked.limit)
    return {"items": [registered(each) for each in shown], "next": pack(shown[-1].id) if more else None}


@router.post(
    "/people", status_code=201, summary="Register a person (system)", responses={201: answers(RegisteredOut, "Added")}
)
def add_person(body: NewPersonBody, served: Served, who: Who) -> Any:
    """With a name and a telephone, nothing more: no id-card number is kept."""
    ident = served.administration.add_person(by_of(who), body.name, body.phone, body.id)
    (found,) = served.administration_queries.people(by_of(who), ident=ident)
    return registered(found)


@router.get("/posts", summary="Posts of a person (security, audit)", responses={200: answers(PostsOut)})
def list_posts(served: Served, who: Who, asked: Annotated[PostListing, Query()]) -> Any:
    """Those that are over and those to come, too."""
    found = served.administration_queries.posts(by_of(who), asked.person)
    return {"items": [shown_post(each) for each in found], "next": None}


@router.post(
    "/posts", status_code=201, summary="Give a post (security)", responses={201: answers(PostHeldOut, "Given")}
)
def give_post(body: PostBody, served: Served, who: Who) -> Any:
    """It counts from its first day on. Given again it may have another last day."""
    first = body.valid_from or rules_day(served)
    ident = served.administration.give_post(by_of(who), NewPost(**body.model_dump() | {"valid_from": first}))
    return _post(served, ident)


@router.post("/posts/{post_id}/end", summary="End a post (security)", responses={200: answers(PostHeldOut)})
def end_post(post_id: Annotated[PostId, Path()], body: EndPostBody, served: Served, who: Who) -> Any:
    """His sessions end with it; what he did under it stays."""
    served.administration.end_post(by_of(who), post_id, rules_day(served), body.last_day)
    return _post(served, post_id)


@router.get("/relatives", summary="My relatives on record", responses={200: answers(RelativesOut)})
def list_relatives(served: Served, who: Who, asked: Annotated[RelativeListing, Query()]) -> Any:
    """Declared by me or about me; the security and the audit administrator may ask about anybody."""
    found = served.kinship.of(by_of(who), asked.person)
    return {"items": [relative(each) for each in found], "next": None}


@router.post(
    "/relatives",
    status_code=201,
    summary="Declare a relative of mine",
    responses={201: answers(RelativeOut, "Declared")},
)
def declare_relative(body: RelativeBody, served: Served, who: Who) -> Any:
    """It counts at once: the rules keep me out of his matters. Only the security administrator can end it."""
    return relative(served.kinship.declare(by_of(who), body.other, body.kind, rules_day(served)))


@router.post("/relatives/end", summary="End a relation on record (security)", responses={200: answers(RelativesOut)})
def end_relative(body: EndRelativeBody, served: Served, who: Who) -> Any:
    """From today on it counts no more; answers what is on record about the person."""
    served.kinship.end(by_of(who), body.person, body.other, body.kind, rules_day(served))
    return {"items": [relative(each) for each in served.kinship.of(by_of(who), body.person)], "next": None}


def _post(served: Services, ident: str) -> dict[str, Any]:
    found = served.administration_queries.post(ident)
    assert found is not None
    return shown_post(found)
