"""What could not be carried out: what, why, since when, who could; of missed meetings a reminder to send."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api import present, present_clocks
from api.deps import Served
from api.web.reader import InEnglish, Reader, Signed, calendar_of
from api.web.rendering import render, say
from api.web.routes import PageRoute
from api.web.words import N_
from engine.cases.blocked_views import BlockedView

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MEETING = "meeting"  # the kind of what is stuck because a meeting was missed
_NAMED = 12  # numbers of cases in a reminder
_UNHELD = N_(
    "%(place)s：%(meeting)s自%(since)s起有 %(turns)s 次没有开，%(cases)s 件事项在等（%(numbers)s）。"
    "请%(who)s定时间开会。"
)
_UNOPENED = N_(
    "%(place)s：原定%(since)s的%(meeting)s还没有开，%(cases)s 件事项在等（%(numbers)s）。"
    "请%(who)s补开，或写明理由取消。"
)
_UNCLOSED = N_(
    "%(place)s：%(since)s开的%(meeting)s还没有结束，%(cases)s 件事项在等（%(numbers)s）。"
    "请%(who)s结束会议，议定的事才能生效。"
)
_REMINDERS = {"not_opened": _UNOPENED, "not_closed": _UNCLOSED}


@router.get("/blocked")
def stuck(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    found = [_shown(request, who, view, english) for view in served.clocks.blocked(who.person)]
    return render(
        request,
        "desk/blocked.html",
        meetings=[each for each in found if each["kind"] == _MEETING],
        others=[each for each in found if each["kind"] != _MEETING],
    )


def _shown(request: Request, who: Reader, view: BlockedView, english: bool) -> dict[str, Any]:
    found = view.found
    said = {
        **present_clocks.blocked(view, english),
        "place": view.names.get(found.unit, found.unit),
        "href": _where(view),
        "late": found.attend_by < who.now,
    }
    if found.kind != _MEETING:
        return said
    meeting = _meeting(view, english)
    return {**said, "meeting": meeting, "reminder": _reminder(request, who, said, meeting, english)}


def _where(view: BlockedView) -> str | None:
    if view.found.case_id:
        return f"/cases/{view.found.case_id}"
    meeting = view.found.facts.get("meeting_id")
    return f"/meetings/{meeting}" if meeting else None


def _meeting(view: BlockedView, english: bool) -> str:
    """Its title; its code where the rules are not there."""
    code = str(view.found.facts.get("meeting", ""))
    rules = view.workflow.meetings.get(code) if view.workflow else None
    return present.title(rules.title, english) if rules else code


def _reminder(request: Request, who: Reader, said: dict[str, Any], meeting: str, english: bool) -> str:
    """Words to copy into a message: posts, never people."""
    facts, comma = said["facts"], ", " if english else "、"
    numbers = [*facts["cases"][:_NAMED], *(["…"] if len(facts["cases"]) > _NAMED else [])]
    return say(
        request,
        _REMINDERS.get(said["code"], _UNHELD),
        place=said["place"],
        meeting=meeting,
        since=calendar_of(request, who).exact(said["since"]),
        turns=facts.get("turns", 1),
        cases=len(facts["cases"]),
        numbers=comma.join(numbers) or "–",
        who=comma.join(each["title"] for each in said["could"]),
    )
