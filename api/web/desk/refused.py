"""What was refused: one's own, and for who supervises all within his units. It teaches; it accuses nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import present
from api.cursors import pack, unpack
from api.deps import Served, Services
from api.web.reader import InEnglish, Signed
from api.web.rendering import render, say
from api.web.routes import PageRoute
from api.web.words import N_
from engine.audit.queries import DenialView
from engine.definition.model import Workflow

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS = 50
#: code -> why, in a few words; any other is a condition of the rules.
_WHY = {
    "role": N_("不是这个岗位办的事"),
    "recused": N_("已回避"),
    "state": N_("事项当时不在这一步"),
    "only_in_meeting": N_("须由会议议定"),
    "quorum": N_("会议没有到法定人数"),
    "carry_over": N_("顺延次数已满"),
    "fields": N_("填写有误"),
    "stale_version": N_("事项已被他人更新"),
    "not_a_member": N_("须由该会议的应到人员办理"),
    "not_chair": N_("须由该会议的主持人办理"),
    "not_in_chair": N_("须由该会议的主持人办理"),
    "meeting_status": N_("会议当时不在这一步"),
    "condition": N_("规则的条件没有满足"),
}
_NEVER = N_("与这件事有关的人须回避")


@router.get("/refusals")
def refusals(request: Request, served: Served, who: Signed, english: InEnglish,
             cursor: Annotated[str | None, Query(max_length=400)] = None) -> Response:  # fmt: skip
    found, last = served.audit.refusals(who.person, after=unpack(cursor, datetime, str), limit=_ROWS)
    rows = [_shown(request, served, view, english) for view in found]
    return render(request, "desk/refusals.html", rows=rows, next=pack(last), first=cursor is None,
                  others=who.supervises, own=who.person)  # fmt: skip


def _shown(request: Request, served: Services, view: DenialView, english: bool) -> dict[str, Any]:
    found = view.denial
    workflow = _rules(served, view)
    return {
        **present.denial(view),
        "at": found.at,
        "act": _act(workflow, found.trigger, english),
        "why": _why(request, found.code),
        "href": f"/cases/{found.case_id}" if found.case_id else f"/meetings/{found.meeting_id}" if found.meeting_id
        else None,
    }  # fmt: skip


def _rules(served: Services, view: DenialView) -> Workflow | None:
    found = served.office.rulebook.versions.get((view.denial.workflow, view.denial.workflow_version))
    return found.workflow if found else None


def _act(workflow: Workflow | None, trigger: str, english: bool) -> str:
    """The title of the act; its code where no rules here have it."""
    rows = workflow.rows if workflow else ()
    return next((present.title(row.title, english) for row in rows if row.trigger == trigger), trigger)


def _why(request: Request, code: str) -> str:
    if code.startswith("never:"):
        return say(request, _NEVER)
    return say(request, _WHY.get(code, _WHY["condition"]))
