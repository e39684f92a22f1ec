"""What I was told, and the feed for other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api import present
from api.answers_messages import CallsOut, FeedOut, MessageId, MessageOut, MessagePage
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who, person_of
from api.docs import FIRST, PROBLEMS, answers, link
from api.letter_texts import letter_text
from api.listings import FeedListing, InboxListing
from api.shapes import CaseId
from engine.definition.model import Workflow
from engine.messages.calls import Call
from engine.messages.inbox import Digest, MessageFilter, MessageView

router = APIRouter(prefix="/v1", tags=["messages"], responses=PROBLEMS, dependencies=[Once])


@router.get(
    "/inbox",
    summary="What I was told, and the digest of a day",
    responses={
        200: answers(MessagePage, links={"first": link("read_message", "The first was read", {"message_id": FIRST})})
    },
)
def list_messages(served: Served, who: Who, english: English, asked: Annotated[InboxListing, Query()]) -> Any:
    """The newest first, from the hour on at which it is shown; of a case that I may no longer read nothing is left."""
    wanted = MessageFilter(**asked.model_dump(exclude={"cursor"}), after=unpack(asked.cursor, datetime, str))
    page = served.inbox.page(person_of(who), wanted)
    items = [_message(view, english) for view in page.messages]
    return {"items": items, "digest": _digest(page.digest), "next": pack(page.next)}


@router.post("/inbox/{message_id}/read", summary="I have read it", responses={200: answers(MessageOut)})
def read_message(
    message_id: Annotated[MessageId, Path(description="Id of the message")], served: Served, who: Who, english: English
) -> Any:
    """The first time is kept; again changes nothing."""
    return _message(served.inbox.read(person_of(who), message_id), english)


@router.get("/events", summary="What happened, for other systems: rows in order", responses={200: answers(FeedOut)})
def list_events(served: Served, who: Who, asked: Annotated[FeedListing, Query()]) -> Any:
    """Rows of every case in reach, the oldest recorded first, without anybody's words. Keep `next`, ask `after` it."""
    place = unpack(asked.after, datetime, str, str, int, name="after")
    page = served.feed.after(person_of(who), place, asked.limit)
    return {"items": list(page.facts), "next": pack(page.last), "more": page.more}


@router.get(
    "/cases/{case_id}/calls",
    summary="Who was called for the case, and who has answered",
    responses={200: answers(CallsOut)},
)
def get_calls(case_id: Annotated[CaseId, Path()], served: Served, who: Who, english: English) -> Any:
    """Every message about the case that waited for no morning, in the order of the calls."""
    found = served.calls.calls(person_of(who), case_id)
    return {"items": [_call(found.workflow, each, english) for each in found.calls], "next": None}


def _call(workflow: Workflow, call: Call, english: bool) -> dict[str, Any]:
    return {
        "person": {"id": call.person, "name": call.name},
        "kind": call.kind,
        "title": present.title(call.title, english),
        "share": call.share,
        "called_at": present.stamp(workflow, call.called_at),
        "read_at": present.stamp(workflow, call.read_at),
        "answered_at": present.stamp(workflow, call.answered_at),
    }


def _message(view: MessageView, english: bool) -> dict[str, Any]:
    workflow = view.workflow
    return {
        "id": view.id,
        "kind": view.kind,
        "urgent": view.urgent,
        "case": view.case_id,
        "number": view.number,
        "title": present.title(view.title, english),
        "text": letter_text(view, english),
        "notice": present.title(view.notice, english) if view.notice else None,
        "unit": {"code": view.unit, "name": view.unit_name},
        "state": view.state,
        "state_title": present.title(workflow.states[view.state].title, english),
        "due_at": present.stamp(workflow, view.due_at),
        "created_at": present.stamp(workflow, view.created_at),
        "shown_at": present.stamp(workflow, view.shown_at),
        "day": view.day.isoformat(),
        "read_at": present.stamp(workflow, view.read_at),
    }


def _digest(digest: Digest) -> dict[str, Any]:
    counts = {name: getattr(digest, name) for name in ("told", "paged", "reminded", "cases", "unread")}
    return {"day": digest.day.isoformat(), **counts}
