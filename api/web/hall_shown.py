"""A meeting as the pages of the hall show it: who may do what in it, its head, the lines of its agenda."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from api import present, present_meetings
from api.deps import Services
from api.web.deadlines import due_of
from api.web.reader import Reader, calendar_of
from api.web.values import card_of, risk_of, wall_gist
from engine.meetings.queries import ItemView, MeetingView

PLANNED, OPEN, CLOSED, CANCELLED = "planned", "open", "closed", "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class May:
    """What a page offers the reader in this meeting; the services judge it again."""

    open: bool
    attend: bool
    decide: bool
    arrange: bool
    delegate: bool
    add: bool


def may_of(who: Reader, view: MeetingView) -> May:
    row, person = view.meeting, who.person
    chairs = any(post.role in view.rules.chair and post.place == row.unit.code for post in who.me.posts)
    able = chairs or row.delegate == person
    is_open, is_planned = row.status == OPEN, row.status == PLANNED
    in_chair = is_open and able and row.chair == person
    return May(
        open=is_planned and able,
        attend=is_open and person in row.expected,
        decide=in_chair,
        arrange=able and (is_planned or is_open),
        delegate=chairs and is_planned,
        add=in_chair or (is_planned and able),
    )


def head(view: MeetingView, who: Reader, english: bool) -> dict[str, Any]:
    """What every page of one meeting knows."""
    row = view.meeting
    shown = present_meetings.meeting(view, english, items=False)
    return {
        "meeting": shown,
        "name": name_of(view, english),
        "base": f"/meetings/{row.id}",
        "cutoff": view.cutoff,
        "enough": -(-view.rules.quorum * len(row.expected) // 100),
        "may": may_of(who, view),
        "kept": bool(row.recorder or row.on_leave or len(row.present) > 1),
        "here_list": [person["name"] or person["id"] for person in shown["present"]],
        "away": [person["name"] or person["id"] for person in away(shown)],
        "leave": [person["name"] or person["id"] for person in shown["on_leave"]],
        "others": [person["name"] or person["id"] for person in shown["observers"]],
    }


def away(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Expected, neither there nor on leave."""
    known = {person["id"] for person in (*shown["present"], *shown["on_leave"])}
    return [person for person in shown["expected"] if person["id"] not in known]


def name_of(view: MeetingView, english: bool) -> str:
    """陈桥村民情碰头会; Weekly meeting, 陈桥村."""
    place = view.names.get(view.meeting.unit.code, view.meeting.unit.code)
    words = present.title(view.rules.title, english)
    return f"{words}, {place}" if english else f"{place}{words}"


def number_of(item: ItemView) -> int:
    assert item.item.number is not None
    return item.item.number


def groups(request: Request, served: Services, who: Reader, view: MeetingView, english: bool) -> list[dict[str, Any]]:
    """The agenda by the place right below the meeting's, each in the order in which the cases are taken."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in view.items:
        place = item.names.get(item.place or "", "") or view.names.get(view.meeting.unit.code, "")
        found.setdefault(place, []).append(line(request, served, who, item, english))
    return [{"place": place, "items": items} for place, items in found.items()]


def line(request: Request, served: Services, who: Reader, item: ItemView, english: bool) -> dict[str, Any]:
    """One line of the agenda."""
    case = item.case
    shown = present_meetings.item(item, english)
    return {
        "number": number_of(item),
        "case": case.identity.id,
        "case_number": case.identity.number,
        "gist": wall_gist(case, english),
        "risk": risk_of(case, english),
        "card": card_of(case, english),
        "due": due_of(served.office, case, calendar_of(request, who)),
        "carried": case.state.stay.carried,
        "added": item.item.added_reason if item.item.added_by else None,
        "decision": shown["decision"],
        "outcome": shown["outcome"],
        "state": present.title(case.workflow.states[case.state.state].title, english),
        "gone": is_gone(item),
    }


def is_gone(item: ItemView) -> bool:
    """The case no longer waits at a gate: it was settled, merged or withdrawn meanwhile."""
    return not item.case.workflow.states[item.case.state.state].gate


def mark_of(item: ItemView) -> str:
    """What was decided when a form was shown, in a few characters: whether somebody has changed it since."""
    decided = item.item.decided
    return mark(decided.trigger, decided.data) if decided else ""


def mark(trigger: str, data: Mapping[str, Any]) -> str:
    text = json.dumps([trigger, data], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def next_open(items: Sequence[ItemView], after: int) -> int | None:
    """The number of the next case without a decision, the first ones after the last."""
    waiting = [number_of(item) for item in items if item.trigger is None and not is_gone(item)]
    return next((number for number in waiting if number > after), next(iter(waiting), None))
