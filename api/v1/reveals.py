"""Having masked personal data shown, with a reason, and who had it shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api import present_personal
from api.answers_personal import RevealedOut, RevealList
from api.deps import English, Once, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.shapes import CaseId, RevealBody
from engine.cases.revealing import Asked

router = APIRouter(prefix="/v1", tags=["cases"], responses=PROBLEMS, dependencies=[Once])
CasePath = Annotated[CaseId, Path(description="Id of the case")]


@router.post(
    "/cases/{case_id}/reveal",
    summary="Have masked personal data shown, with a reason; it is kept who asked for what",
    responses={200: answers(RevealedOut)},
)
def reveal(case_id: CasePath, body: RevealBody, served: Served, who: Who) -> Any:
    """For who reads the case. A `read_only` role may ask for `supervision_sample` and `legal_duty` alone, all others
    for anything but a sample."""
    asked = Asked(fields=tuple(dict.fromkeys(body.fields)), reason=body.reason, words=body.words, seq=body.seq)
    return present_personal.revealed(served.revealing.reveal(person_of(who), who.login, case_id, asked))


@router.get(
    "/cases/{case_id}/reveals",
    summary="Who had personal data of the case shown, newest first (read_only roles, and levels above the case's)",
    responses={200: answers(RevealList)},
)
def list_reveals(case_id: CasePath, served: Served, who: Who, english: English) -> Any:
    views = served.revealing.reveals(person_of(who), case_id)
    return {"items": [present_personal.reveal(view, english) for view in views]}
