"""Who called what: the log of access, for those who oversee the calls of others."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from api.answers_access import AccessListOut
from api.cursors import pack, unpack
from api.deps import Once, Served, Services, Who, person_of
from api.docs import PROBLEMS, answers
from api.listings import AccessListing, AccessNarrowing, Listing
from api.present_access import access, csv_lines, json_lines
from api.shapes import CaseId
from engine.audit.accesses import AccessFilter, AccessPage

router = APIRouter(prefix="/v1", tags=["access"], responses=PROBLEMS, dependencies=[Once])
KINDS = {"csv": (csv_lines, "text/csv"), "jsonl": (json_lines, "application/jsonl")}
_TEXT = {"schema": {"type": "string"}}


class AccessExport(AccessNarrowing):
    format: Literal["csv", "jsonl"] = "csv"


@router.get(
    "/access",
    summary="The log of access: every call, newest first (audit office; security office: what audit did)",
    responses={200: answers(AccessListOut)},
)
def list_access(served: Served, who: Who, asked: Annotated[AccessListing, Query()]) -> Any:
    """Reading it is a call, too. Times are real ones, in UTC."""
    after = unpack(asked.cursor, datetime, str)
    wanted = AccessFilter(**narrowed(asked), limit=asked.limit, after=after)
    return page_out(served.accesses.page(who.offices, wanted))


@router.get(
    "/access/export",
    summary="The log of access as a file, CSV or JSON lines",
    response_class=StreamingResponse,
    responses={200: {"description": "The file", "content": {"text/csv": _TEXT, "application/jsonl": _TEXT}}},
)
def export_access(served: Served, who: Who, asked: Annotated[AccessExport, Query()]) -> StreamingResponse:
    """All that the filters let through, up to the moment of asking. In CSV a cell that a spreadsheet would take for a
    formula begins with an apostrophe. Limited: 429 with Retry-After."""
    return exported(served, who.offices, who.login, AccessFilter(**narrowed(asked)), asked.format)


def exported(served: Services, offices: Set[str], login: str, wanted: AccessFilter, kind: str) -> StreamingResponse:
    """The file, of a kind of `KINDS`. Raises Forbidden, Problem where one account asks too often."""
    parts = served.accesses.export(offices, wanted)
    served.limits.exports.take(login)
    lines, media_type = KINDS[kind]
    named = {"Content-Disposition": f'attachment; filename="access.{kind}"'}
    return StreamingResponse(lines(parts), headers=named, media_type=f"{media_type}; charset=utf-8")


@router.get(
    "/cases/{case_id}/accesses",
    summary="Who looked at the case or changed it, newest first (read_only roles)",
    responses={200: answers(AccessListOut)},
)
def list_accesses_of_case(case_id: Annotated[CaseId, Path()], served: Served, who: Who,
                          asked: Annotated[Listing, Query()]) -> Any:  # fmt: skip
    """Every call about the case itself or one of its uploads. Lists and searches are about no one case."""
    after = unpack(asked.cursor, datetime, str)
    return page_out(served.accesses.of_case(person_of(who), case_id, after, asked.limit))


def narrowed(asked: AccessNarrowing) -> dict[str, Any]:
    names = asked.model_dump(include=set(AccessNarrowing.model_fields) - {"object"})
    return {**names, "objects": (asked.object,) if asked.object else None}


def page_out(page: AccessPage) -> dict[str, Any]:
    return {"items": [access(each, page.names) for each in page.rows], "next": pack(page.next)}
