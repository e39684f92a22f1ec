"""The escalation history across cases: who moved what up, when, why, after how long, by which meeting and line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api import present
from api.cursors import pack
from api.deps import Served, Services
from api.web.event_shown import event_shown
from api.web.history_filters import Asked, asked
from api.web.history_options import BY, LABELS, MOVES, Options, options_of
from api.web.ladder import work_of, working_days
from api.web.month_chart import bars, months_of
from api.web.reader import InEnglish, Reader, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute
from api.web.values import gist_of
from api.web.words import N_
from engine.audit.moves import MeetingRow, MovesPage
from engine.cases.views import EventView

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_SIZE = 50
_LONGEST = 80  # signs of a text that a row shows; the case has all of it


@router.get("/history")
def history(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    """A wrong filter is named and nothing is listed: a list that shows more than was asked for misleads."""
    wanted = asked(request.query_params, who.workflow.timezone, _SIZE)
    options = options_of(served, who, wanted, english)
    return render(
        request,
        "oversee/history.html",
        422 if wanted.wanted is None else 200,
        asked=wanted,
        labels=LABELS,
        moves=MOVES,
        bys=BY,
        options=options,
        periods=_periods(request, who, wanted),
        now=who.now,
        **_found(served, who, wanted, options, english),
    )


def _found(served: Services, who: Reader, wanted: Asked, options: Options, english: bool) -> dict[str, Any]:
    if wanted.wanted is None:
        return {"rows": [], "next": None, "bars": [], "chips": options.chips(wanted, {})}
    page = served.moves.page(who.person, wanted.wanted)
    months = months_of(wanted.wanted, who.now, who.workflow.timezone)
    counted = served.moves.by_month(who.person, wanted.wanted, months)
    cursor = pack(page.next)
    return {
        "rows": [_row(served, page, each, english) for each in page.rows],
        "next": wanted.after(cursor) if cursor else None,
        "bars": bars(counted, who.workflow.timezone),
        "chips": options.chips(wanted, _names(page, english)),
    }


def _row(served: Services, page: MovesPage, each: EventView, english: bool) -> dict[str, Any]:
    view, meeting = page.cases.get(each.case_id), page.meetings.get(each.event.meeting or "")
    came = page.came.get((each.case_id, each.event.seq))
    shown = event_shown(each, english)
    return {
        **shown,
        "gist": gist_of(view, english) if view else "",
        "reasons": [fact for fact in shown["shown"] if fact["kind"] == "text"],
        "came": came,
        "stayed": _stayed(served, each, came) if came else None,
        "sitting": _sitting(each, meeting, english) if meeting else None,
        "longest": _LONGEST,
    }


def _stayed(served: Services, each: EventView, came: datetime) -> float:
    """Working days at the level it left."""
    rules = (each.event.workflow, each.event.workflow_version, each.event.file_hash)
    return working_days(work_of(served.office, rules), [(came, each.event.recorded_at)])


def _sitting(each: EventView, meeting: MeetingRow, english: bool) -> dict[str, Any]:
    rules = each.workflow.meetings.get(meeting.meeting)
    words = present.title(rules.title, english) if rules else meeting.meeting
    return {"id": meeting.id, "title": words, "number": meeting.number, "year": meeting.year}


def _names(page: MovesPage, english: bool) -> dict[str, str]:
    """What a chip calls a person or a meeting that the address names by its id."""
    names: dict[str, str] = {}
    for row in page.rows:
        names |= {row.event.actor: row.names.get(row.event.actor, row.event.actor)}
        meeting = page.meetings.get(row.event.meeting or "")
        if meeting is not None:
            names[meeting.id] = _sitting(row, meeting, english)["title"]
    return names


def _periods(request: Request, who: Reader, wanted: Asked) -> list[dict[str, Any]]:
    """Shortcuts: this quarter, the one before, this year."""
    today = calendar_of(request, who).today
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    before = (quarter - timedelta(days=1)).replace(day=1)
    earlier = before.replace(month=before.month - 2)
    spans = ((N_("本季度"), quarter, today), (N_("上季度"), earlier, quarter - timedelta(days=1)),
             (N_("今年"), today.replace(month=1, day=1), today))  # fmt: skip
    return [
        {
            "title": title,
            "href": wanted.without(since=first.isoformat(), until=last.isoformat()),
            "current": (wanted.given.get("since"), wanted.given.get("until")) == (first.isoformat(), last.isoformat()),
        }
        for title, first, last in spans
    ]
