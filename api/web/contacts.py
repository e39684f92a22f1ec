"""Whom to ring: those up one's own line, the nearest place first; who is called in danger before all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.deps import Served, Services
from api.present import title
from api.web.reader import InEnglish, Reader, Signed, calendar_of
from api.web.rendering import render
from api.web.report_rows import openings_of
from api.web.routes import PageRoute
from engine.people.queries import Contact

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/people")
def people(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    first = called(request, served, who, english)
    groups = _by_place(above(request, served, who, english, None))
    return render(request, "people.html", first=first, groups=groups)


def called(request: Request, served: Services, who: Reader, english: bool) -> list[dict[str, Any]]:
    """Whom the rules call at once in danger and who can be rung, the highest level first."""
    alarm = openings_of(who.workflow).alarm
    if alarm is None:
        return []
    levels = list(who.workflow.levels)
    found = above(request, served, who, english, [role for role in alarm.pages if role in who.roles])
    return sorted(found, key=lambda each: -levels.index(who.roles[each["role"]].level))


def above(request: Request, served: Services, who: Reader, english: bool,
          roles: Sequence[str] | None) -> list[dict[str, Any]]:  # fmt: skip
    """Those of these roles (of any in the rules) who have a telephone."""
    today = calendar_of(request, who).today
    found = served.organisation.contacts(who.person, today, roles=roles)
    return [_shown(who, each, english) for each in found if each.phone and each.role in who.workflow.roles]


def _shown(who: Reader, each: Contact, english: bool) -> dict[str, Any]:
    return {
        "name": each.name,
        "role": each.role,
        "post": title(who.roles[each.role].title, english),
        "place": each.place_name,
        "place_code": each.place,
        "phone": each.phone,
    }


def _by_place(found: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        groups.setdefault(each["place_code"], []).append(each)
    return [(group[0]["place"], group) for group in groups.values()]
