"""What the reader was told: what he has not read first, then the rest, by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import present
from api.answers_messages import MessageId
from api.cursors import pack, unpack
from api.deps import Served
from api.letter_texts import letter_text
from api.web.reader import InEnglish, Reader, Sent, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from engine.messages.inbox import MessageFilter, MessageView

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_UNREAD, _READ = 100, 50


@router.get("/inbox")
def inbox(request: Request, served: Served, who: Signed, english: InEnglish,
          cursor: Annotated[str | None, Query(max_length=400)] = None) -> Response:  # fmt: skip
    """The unread stand on the first page alone."""
    after = unpack(cursor, datetime, str)
    new = None if after else served.inbox.page(who.person, MessageFilter(unread=True, limit=_UNREAD))
    old = served.inbox.page(who.person, MessageFilter(seen=True, after=after, limit=_READ))
    unread = [_shown(view, english) for view in new.messages] if new else []
    return render(
        request,
        "desk/inbox.html",
        unread=_by_day(request, who, unread),
        ids=[each["id"] for each in unread],
        more=bool(new and new.next),
        read=_by_day(request, who, [_shown(view, english) for view in old.messages]),
        digest=(new or old).digest,
        next=pack(old.next),
        first=after is None,
    )


def _shown(view: MessageView, english: bool) -> dict[str, Any]:
    return {
        "id": view.id,
        "href": f"/cases/{view.case_id}",
        "text": letter_text(view, english),
        "notice": present.title(view.notice, english) if view.notice else None,
        "urgent": view.urgent,
        "at": view.shown_at,
    }


def _by_day(request: Request, who: Reader, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs of one day each, in the order given."""
    when = calendar_of(request, who)
    days = groupby(found, key=lambda each: when.local(each["at"]).date())
    return [{"day": when.near(day), "messages": list(messages)} for day, messages in days]


@router.post("/inbox/read")
def read_all(served: Served, who: Signed, sent: Sent) -> Response:
    """All that the page showed, and nothing that came since."""
    served.inbox.read_many(who.person, [each for each in sent.all("message")[:_UNREAD] if "-" in each])
    return back_to("/inbox")


@router.post("/inbox/{message_id}")
def open_one(served: Served, who: Signed, sent: Sent, message_id: Annotated[MessageId, Path()]) -> Response:
    """Opening the case of a message is reading it."""
    view = served.inbox.read(who.person, message_id)
    return back_to("/inbox" if sent.get("stay") else f"/cases/{view.case_id}")
