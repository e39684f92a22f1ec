"""The simulated clock of a demo or test database."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from fastapi import APIRouter

from api.answers_organisation import ClockOut
from api.deps import Served, Who
from api.docs import PROBLEMS, answers
from api.shapes import ClockBody
from engine.people.errors import Wrong
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, Forbidden

router = APIRouter(prefix="/v1", tags=["clock"], responses=PROBLEMS)


@router.post(
    "/clock",
    summary="Move the simulated time forward (token of the operator)",
    responses={200: answers(ClockOut)},
)
def move_clock(body: ClockBody, served: Served, who: Who) -> Any:
    """What falls due on the way is carried out in order, each at its moment."""
    if not who.operator:
        raise Forbidden("not_operator")
    if (body.to is None) == (body.advance is None):
        raise FieldsRefused((FieldProblem(field="to", code="missing"),))
    now, simulated = served.setup.clock()
    if not simulated:
        raise Conflict("clock_is_real")
    wanted = body.to or now + _span(body.advance or "")
    if wanted.year >= 2200:
        raise FieldsRefused((FieldProblem(field="to", code="bad_time"),))
    try:
        served.timekeeper.run_until(wanted, served.setup.advance, served.letters.deliver)
    except Wrong as wrong:
        raise Conflict(wrong.code) from wrong
    return {"now": wanted.astimezone(UTC).isoformat(), "simulated": True}


def _span(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(**{unit.rstrip("s") + "s": int(number)})
