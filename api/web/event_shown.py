"""A row of the history as a timeline shows it: what was given in words, three times only where they differ."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from api import present
from api.web.values import given_facts, place_and_role
from api.web.words import N_
from engine.cases.views import EventView
from engine.rules.own import row_of

_SAME = timedelta(minutes=1)


_OCCURRED, _CLIENT, _RECORDED = N_("发生"), N_("手机存下"), N_("送达")
_MET, _CLOSED = N_("开会"), N_("散会生效")


def event_shown(view: EventView, english: bool) -> dict[str, Any]:
    """What the API says of the row, with its values as facts in words, and its times where they are worth telling."""
    found = present.event(view, english)
    return {
        **found,
        "shown": list(given_facts(view, english)),
        "note_masked": "note" in view.masked,
        "times": _times(view),
        "as": _post(view, found["actor"]["post"], english),
        "meeting_title": _meeting(view, english),
    }


def _post(view: EventView, post: dict[str, Any] | None, english: bool) -> str | None:
    """The post through which somebody acted, as it was then."""
    if post is None:
        return None
    role = view.workflow.roles.get(post["role"])
    return place_and_role(post["place_name"] or post["place"], role, post["title"], english)


def _meeting(view: EventView, english: bool) -> str | None:
    rule = row_of(view.workflow, view.event)
    if view.event.meeting is None or rule is None or not rule.via:
        return None
    return present.title(view.workflow.meetings[rule.via[0]].title, english)


def _times(view: EventView) -> list[tuple[str, datetime]]:
    row = view.event
    first, last = (_MET, _CLOSED) if row.meeting else (_OCCURRED, _RECORDED)
    found = [(first, row.occurred_at), (_CLIENT, row.client_at), (last, row.recorded_at)]
    given = [(words, moment) for words, moment in found if moment is not None]
    apart = any(abs(moment - row.recorded_at) > _SAME for _, moment in given)
    return given if apart else []
