"""Cases: open, read, list, what may be done, do it, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api import present, present_clocks
from api.answers import CasePage, TriggersOut
from api.answers_bulk import BulkOut
from api.answers_clocks import ClocksOut
from api.answers_history import EventPage
from api.cursors import pack, pack_due, unpack, unpack_due
from api.deps import English, KeyHeader, Once, Seen, Served, Services, Who, person_of
from api.docs import CASE_LINKS, FIRST, HIDDEN, PROBLEMS, answers, link
from api.listings import CaseListing
from api.noting import tell_hidden
from api.problems import refusal_response
from api.shapes import BulkBody, CaseId, CommandBody, FireBody, OpenCaseBody, Stranger
from engine.cases.door import Act
from engine.cases.narrowing import CaseFilter
from engine.cases.service import Caller, CaseHeld, OpenCase
from engine.people.accounts import Principal
from engine.rules.attempt import Command
from engine.rules.refusals import NotFound, Refusal

router = APIRouter(prefix="/v1", tags=["cases"], responses=PROBLEMS, dependencies=[Once])
CasePath = Annotated[CaseId, Path(description="Id of the case")]


def command(body: CommandBody, trigger: str | None) -> Command:
    behalf = body.on_behalf_of
    return Command(
        trigger=trigger or "",
        data=body.data,
        note=body.note,
        occurred_at=body.occurred_at,
        client_at=body.client_at,
        behalf=behalf.model_dump(exclude_none=True) if isinstance(behalf, Stranger) else behalf,
    )


def caller(who: Principal, key: str | None, request: object) -> Caller:
    return Caller(person=person_of(who), token=who.token_id, key=key, request=request)


def answer(request: Request, served: Services, who: Principal, held: CaseHeld, english: bool, *,
           status: int = 200) -> Response:  # fmt: skip
    """The case as it is now; nothing where the act itself hid it from him (sealing)."""
    try:
        view = served.case_queries.present(person_of(who), held)
    except NotFound:
        tell_hidden(request, status, held.identity.id)
        return Response(status_code=204)
    headers = {"ETag": f'"{view.state.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/cases/{view.identity.id}"
    return JSONResponse(present.case(view, english), status, headers)


@router.post("/cases", status_code=201, summary="Open a case", responses={201: CASE_LINKS, 204: HIDDEN})
def open_case(
    body: OpenCaseBody, request: Request, served: Served, who: Who, english: English, key: KeyHeader = None
) -> Any:
    """Judged, chained and idempotent like every other act."""
    wanted = OpenCase(unit=body.unit, workflow=body.workflow, command=command(body, body.trigger))
    sent = caller(who, key, ["POST /v1/cases", body.model_dump(mode="json")])
    return answer(request, served, who, served.cases.open(sent, wanted), english, status=201)


@router.get(
    "/cases",
    summary="Cases within reach",
    responses={200: answers(CasePage, links={"first": link("get_case", "The first of them", {"case_id": FIRST})})},
)
def list_cases(served: Served, who: Who, english: English, asked: Annotated[CaseListing, Query()]) -> Any:
    filters = asked.model_dump(exclude={"cursor", "state"})
    by_due = asked.order == "due"
    after = unpack_due(asked.cursor) if by_due else unpack(asked.cursor, datetime, str)
    page = served.case_queries.page(person_of(who), CaseFilter(**filters, state=tuple(asked.state), after=after))
    cursor = pack_due(page.next) if by_due else pack(page.next)
    return {"items": [present.case(view, english) for view in page.cases], "next": cursor}


@router.get("/cases/{case_id}", summary="One case", responses={200: CASE_LINKS})
def get_case(case_id: CasePath, served: Served, who: Who, english: English, response: Response) -> Any:
    view = served.case_queries.get(person_of(who), case_id)
    response.headers["ETag"] = f'"{view.state.version}"'
    return present.case(view, english)


@router.get(
    "/cases/{case_id}/triggers",
    summary="What I may fire now, and what is blocked by which line",
    responses={200: answers(TriggersOut)},
)
def get_triggers(case_id: CasePath, served: Served, who: Who, english: English) -> Any:
    return present.choices(served.case_queries.triggers(person_of(who), case_id), english)


@router.post("/cases/{case_id}/transitions", summary="Fire a trigger", responses={200: CASE_LINKS, 204: HIDDEN})
def fire(
    case_id: CasePath, body: FireBody, request: Request, served: Served, who: Who, english: English, seen: Seen,
    key: KeyHeader = None,
) -> Any:  # fmt: skip
    """`If-Match` holds the version seen. A replay under the same key gets the first answer."""
    sent = caller(who, key, [f"POST {case_id}", body.model_dump(mode="json")])
    held = served.cases.fire(sent, case_id, command(body, body.trigger), seen)
    return answer(request, served, who, held, english)


@router.post(
    "/transitions",
    summary="Fire many triggers in one transaction",
    responses={200: answers(BulkOut, "One result an item")},
)
def fire_many(
    body: BulkBody,
    served: Served,
    who: Who,
    english: English,
    request: Request,
    atomic: Annotated[bool, Query(description="All, or nothing and 409 with the first refusal")] = False,
    key: KeyHeader = None,
) -> Any:
    """In the order of the items; a refused one changes nothing and does not stop the others. A replay under the same
    key gets the first answer for what was done and tries the rest again."""
    acts = [
        Act(person=person_of(who), case_id=each.case, expected=each.version, command=command(each, each.trigger))
        for each in body.items
    ]
    sent = caller(who, key, ["POST /v1/transitions", atomic, body.model_dump(mode="json")])
    try:
        outcomes = served.cases.fire_many(acts, atomic=atomic, caller=sent)
    except Refusal as refusal:
        if refusal.at is None:
            raise
        return refusal_response(refusal, request.headers.get("accept-language"), "conflict")
    return {"items": [present.result(each, english) for each in outcomes]}


@router.get(
    "/cases/{case_id}/history",
    summary="The escalation history of the case, oldest first",
    responses={200: answers(EventPage)},
)
def get_history(case_id: CasePath, served: Served, who: Who, english: English) -> Any:
    seen = served.case_queries.history(person_of(who), case_id)
    return {"items": [present.event(view, english) for view in seen], "next": None}


@router.get(
    "/cases/{case_id}/clocks",
    summary="Each deadline explained day by day",
    responses={200: answers(ClocksOut)},
)
def get_clocks(case_id: CasePath, served: Served, who: Who, english: English) -> Any:
    """Every sum of every clock: what was granted and why, what was used, which days were counted."""
    return present_clocks.clocks(served.clocks.clocks(person_of(who), case_id), english)
