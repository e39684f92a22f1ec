"""What administrators, and whoever runs the machine, have changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.answers_administration import ActPageOut
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who
from api.docs import PROBLEMS, answers
from api.present_administration import act, one_more
from api.running import by_of
from api.shapes_administration import ActListing

router = APIRouter(prefix="/v1", tags=["administration"], responses=PROBLEMS, dependencies=[Once])


@router.get(
    "/administration",
    summary="What was changed in running the system (audit; security: about the audit office)",
    responses={200: answers(ActPageOut)},
)
def list_acts(served: Served, who: Who, english: English, asked: Annotated[ActListing, Query()]) -> Any:
    """The newest first. The audit administrator reads all of it, the security administrator what the audit
    administrators did and what was done about them. Nobody can change or delete a row."""
    after = unpack(asked.cursor, str)
    found = served.administration_queries.acts(
        by_of(who), login=asked.login, about=asked.object, after=after[0] if after else None, limit=asked.limit
    )
    shown, more = one_more(found, asked.limit)
    return {"items": [act(each, english) for each in shown], "next": pack(shown[-1].id) if more else None}
