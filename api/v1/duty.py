"""The duty roster: who is on duty, the hours nobody has, entering a turn and calling it off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.answers_organisation import DutyGapsOut, DutyTurnOut, DutyTurnsOut
from api.deps import Once, Served, Services, Who, person_of
from api.docs import ID, PROBLEMS, answers, link
from api.listings import DutyListing, GapListing
from api.shapes import DutyBody, TurnId
from engine.duty.checking import zone_of
from engine.duty.service import Gap, NewTurn, TurnView

router = APIRouter(prefix="/v1", tags=["duty"], responses=PROBLEMS, dependencies=[Once])


@router.get("/duty", summary="Who is on duty at units in reach", responses={200: answers(DutyTurnsOut)})
def list_duty(served: Served, who: Who, asked: Annotated[DutyListing, Query()]) -> Any:
    """Turns that run at some moment from `since` (now) until `until` (a week later), by unit, role and start."""
    views = served.duty.turns(person_of(who), **asked.model_dump())
    return {"items": [_turn(served, view) for view in views], "next": None}


@router.get(
    "/duty/gaps",
    summary="Hours of the coming week in which nobody on the roster is on duty",
    responses={200: answers(DutyGapsOut)},
)
def list_duty_gaps(served: Served, who: Who, asked: Annotated[GapListing, Query()]) -> Any:
    """Of rosters in use. In these hours everybody who holds the role is called at once."""
    gaps = served.duty.gaps(person_of(who), unit=asked.unit)
    return {"items": [_gap(served, each) for each in gaps], "next": None}


@router.post(
    "/duty",
    status_code=201,
    summary="Put a turn on the roster",
    responses={201: answers(DutyTurnOut, links={"call_off": link("call_off_turn", "Call it off", {"turn_id": ID})})},
)
def enter_turn(body: DutyBody, served: Served, who: Who) -> Any:
    """By whoever holds a post at the unit or above it. Who is on duty must hold the role there all through the turn."""
    turn = NewTurn(role=body.role, unit=body.unit, person=body.person, starts_at=body.from_, ends_at=body.until)
    return _turn(served, served.duty.view(served.duty.enter(person_of(who), turn)))


@router.post("/duty/{turn_id}/call-off", summary="Call a turn off", responses={200: answers(DutyTurnOut)})
def call_off_turn(turn_id: Annotated[TurnId, Path()], served: Served, who: Who) -> Any:
    """One that has begun counts until now; it stays on record."""
    return _turn(served, served.duty.view(served.duty.call_off(person_of(who), turn_id)))


def _turn(served: Services, view: TurnView) -> dict[str, Any]:
    turn = view.turn
    return {
        "id": turn.id,
        "role": turn.role,
        "unit": {"code": turn.unit, "name": view.unit_name},
        "person": {"id": turn.person, "name": view.person_name},
        "from": _stamp(served, turn.starts_at),
        "until": _stamp(served, turn.ends_at),
        "entered_at": _stamp(served, turn.entered_at),
        "entered_by": turn.entered_by,
        "called_off_at": _stamp(served, turn.called_off_at) if turn.called_off_at else None,
    }


def _gap(served: Services, gap: Gap) -> dict[str, Any]:
    return {
        "role": gap.role,
        "unit": {"code": gap.unit, "name": gap.unit_name},
        "from": _stamp(served, gap.starts_at),
        "until": _stamp(served, gap.ends_at),
    }


def _stamp(served: Services, moment: datetime) -> str:
    """RFC 3339 with the offset of the rules."""
    return moment.astimezone(zone_of(served.office)).isoformat()
