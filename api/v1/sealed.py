"""The register of sealed cases, for those to whose posts rules keep them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from api.answers_sealed import SealedPageOut
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.listings import SealedListing
from api.present import title
from engine.cases.sealed import Sealed

router = APIRouter(prefix="/v1", tags=["cases"], responses=PROBLEMS, dependencies=[Once])


@router.get(
    "/sealed",
    summary="Cases that rules keep to my posts alone: numbers, dates, how many",
    responses={200: answers(SealedPageOut)},
)
def list_sealed(served: Served, who: Who, english: English, asked: Annotated[SealedListing, Query()]) -> Any:
    """The latest sealed first. For everybody else it is empty, whatever there is."""
    after = unpack(asked.cursor, datetime, str)
    page = served.sealed.page(person_of(who), since=asked.since, until=asked.until, after=after, limit=asked.limit)
    return {"items": [_stub(each, english) for each in page.rows], "count": page.count, "next": pack(page.next)}


def _stub(sealed: Sealed, english: bool) -> dict[str, Any]:
    return {
        "id": sealed.id,
        "number": sealed.number,
        "state": sealed.state,
        "title": title(sealed.title, english),
        "since": sealed.since.astimezone(ZoneInfo(sealed.timezone)).date().isoformat(),
    }
