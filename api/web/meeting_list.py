"""Meetings: what is open, what comes, what was missed, what was held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.blocked_texts import blocked_text
from api.deps import Served, Services
from api.shapes import UnitCode
from api.web.hall_shown import CLOSED, OPEN, PLANNED, may_of, name_of
from api.web.reader import InEnglish, Reader, Signed
from api.web.rendering import render
from api.web.routes import PageRoute
from engine.meetings.queries import MeetingView

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Status = Literal["open", "planned", "closed", "cancelled", "missed"]
_AHEAD, _BEFORE, _FAR = timedelta(days=15), timedelta(days=1), timedelta(days=70)
_HELD, _MOST = 12, 200
_MISSED = "meeting"


@router.get("/meetings")
def meetings(request: Request, served: Served, who: Signed, english: InEnglish,
             unit: Annotated[UnitCode | Literal[""], Query()] = "",
             status: Annotated[Status | Literal[""], Query()] = "",
             whose: Annotated[Literal["mine", "all"] | None, Query()] = None) -> Response:  # fmt: skip
    asked = _Asked(served, who, unit or None, _whose(who, whose, unit))
    parts = {part: asked.part(part) if status in ("", part) else [] for part in (OPEN, PLANNED, CLOSED, "cancelled")}
    missed = asked.missed() if status in ("", "missed") else []
    return render(
        request,
        "hall/list.html",
        lists={part: [_row(who, view, english) for view in views] for part, views in parts.items()},
        missed=[{"text": blocked_text(each)[english], "since": each.found.since} for each in missed],
        filters={"unit": unit, "status": status, "whose": asked.whose},
        units=_units(served, who, unit),
        may_set=_may_set(who),
    )


def _whose(who: Reader, whose: str | None, unit: str) -> str:
    """One's own meetings, for those who have any; a unit that is asked for shows all of its."""
    if whose is not None:
        return whose
    return "all" if unit or not _may_set(who) else "mine"


def _may_set(who: Reader) -> bool:
    """Members of some kind of meeting may set one; where, the form asks."""
    roles = {role for rules in who.workflow.meetings.values() for role in rules.members}
    return any(post.role in roles for post in who.me.posts)


class _Asked:
    """What is asked for, read part by part."""

    def __init__(self, served: Services, who: Reader, unit: str | None, whose: str) -> None:
        self.served, self.who, self.unit, self.whose = served, who, unit, whose

    def part(self, status: str) -> list[MeetingView]:
        """The meetings of one status: those that come, the nearest first; the others, the latest first."""
        since, until = self._window(status)
        views, _ = self.served.meeting_queries.page(
            self.who.person, unit=self._place(), status=status, since=since, until=until, limit=_MOST
        )
        found = [view for view in views if self.whose == "all" or self.who.person in view.meeting.expected]
        return found[::-1] if status == PLANNED else found[:_HELD]

    def _place(self) -> str | None:
        """Where one's own meetings are: at the place of one's post, if all are at one."""
        places = {post.place for post in self.who.me.posts}
        return self.unit or (next(iter(places)) if self.whose == "mine" and len(places) == 1 else None)

    def _window(self, status: str) -> tuple[datetime | None, datetime | None]:
        if status == PLANNED:
            narrow = self.whose == "all" and self.unit is None
            return self.who.now - _FAR, self.who.now + (_AHEAD if narrow else _FAR)
        return None, None

    def missed(self) -> list[Any]:
        """What stands in the queue because no meeting was held, opened or closed in time."""
        found = [each for each in self.served.clocks.blocked(self.who.person) if each.found.kind == _MISSED]
        return [each for each in found if self.unit in (None, each.found.unit)]


def _row(who: Reader, view: MeetingView, english: bool) -> dict[str, Any]:
    row = view.meeting
    may = may_of(who, view)
    return {
        "href": f"/meetings/{row.id}",
        "name": name_of(view, english),
        "at": row.opened_at or row.at,
        "number": row.number,
        "year": row.year,
        "mine": who.person in row.expected,
        "chairs": may.open or may.decide,
        "provisional": view.provisional,
        "moved": row.moved,
        "reason": row.reason,
        "here": len(row.present),
        "expected": len(row.expected),
    }


def _units(served: Services, who: Reader, chosen: str) -> list[tuple[str, str]]:
    """The places with meetings that the reader sees, for the filter."""
    views, _ = served.meeting_queries.page(who.person, status=PLANNED, since=who.now - _BEFORE,
                                           until=who.now + _AHEAD, limit=_MOST)  # fmt: skip
    found = {view.meeting.unit.code: view.names.get(view.meeting.unit.code, "") for view in views}
    if chosen and chosen not in found:
        found[chosen] = chosen
    return sorted(found.items())
