"""Having masked personal data shown: a plain form that asks why, the answer once, and who had what shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import present
from api.deps import Served, Services
from api.personal_texts import GROUND_TEXTS
from api.present_personal import reveal
from api.problems import KINDS
from api.shapes import CaseId, Code
from api.web.acts import errors_of
from api.web.forms import Filled, typed
from api.web.reader import InEnglish, Reader, Sent, Signed
from api.web.rendering import render
from api.web.routes import PageRoute
from api.web.words import N_
from engine.cases.revealing import BEHALF, NOTE, Asked, Revealed, RevealView
from engine.cases.views import CaseView
from engine.definition.model import Value
from engine.rules.refusals import FieldsRefused

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CasePath = Annotated[CaseId, Path()]
_BESIDE = {NOTE: N_("附言"), BEHALF: N_("代报对象")}


@router.get("/cases/{case_id}/reveal")
def ask(request: Request, case_id: CasePath, served: Served, who: Signed, english: InEnglish,
        field: Annotated[Code, Query()], seq: Annotated[int | None, Query(ge=1, lt=10**9)] = None,
        ) -> Response:  # fmt: skip
    filled = Filled(values={"field": [field], "seq": [str(seq)] if seq else []})
    return _form(request, served, who, case_id, filled, english)


@router.post("/cases/{case_id}/reveal")
def show(request: Request, case_id: CasePath, served: Served, who: Signed, sent: Sent, english: InEnglish) -> Response:
    """Shown in the answer itself and nowhere else: no page keeps it."""
    filled, seq = typed(sent), sent.get("seq")
    asked = Asked(
        fields=tuple(sent.all("field")),
        reason=sent.get("reason"),
        words=sent.get("words").strip() or None,
        seq=int(seq) if seq.isdecimal() and len(seq) < 10 else None,
    )
    try:
        shown = served.revealing.reveal(who.person, who.session.login, case_id, asked)
    except FieldsRefused as refusal:
        view = served.case_queries.get(who.person, case_id)
        return _form(request, served, who, case_id, filled.with_errors(errors_of(refusal, view, english)), english,
                     status=KINDS[refusal.kind][0])  # fmt: skip
    return _answer(request, served, who, shown, english)


def _form(request: Request, served: Services, who: Reader, case_id: str, filled: Filled, english: bool, *,
          status: int = 200) -> Response:  # fmt: skip
    grounds = served.revealing.grounds(who.person, case_id)
    view = served.case_queries.get(who.person, case_id)
    return render(
        request,
        "reveal.html",
        status,
        case=present.case(view, english),
        fields=[(name, _title(view, name, english)) for name in filled.all("field")],
        grounds=[(ground.value, GROUND_TEXTS[ground][english]) for ground in grounds],
        filled=filled,
    )


def _answer(request: Request, served: Services, who: Reader, shown: Revealed, english: bool) -> Response:
    view = served.case_queries.get(who.person, shown.reveal.case_id)
    told = [(_title(view, name, english), _lines(value)) for name, value in shown.values.items()]
    return render(request, "revealed.html", case=present.case(view, english), told=told)


def _title(view: CaseView, name: str, english: bool) -> tuple[str, bool]:
    """The words, and whether they are a text of the catalogue."""
    field = view.workflow.fields.get(name)
    return (present.title(field.title, english), False) if field else (_BESIDE.get(name, name), True)


def _lines(value: Value) -> list[dict[str, Any]]:
    """Each entry as words, and a telephone to dial where there is one."""
    entries = value if isinstance(value, list) else [value]
    return [
        {"words": each.get("name") or each.get("id"), "phone": each.get("phone")} if isinstance(each, dict)
        else {"words": str(each), "phone": None}
        for each in entries
    ]  # fmt: skip


@router.get("/cases/{case_id}/reveals")
def list_reveals(request: Request, case_id: CasePath, served: Served, who: Signed, english: InEnglish) -> Response:
    views = served.revealing.reveals(who.person, case_id)
    view = served.case_queries.get(who.person, case_id)
    rows = [_row(view, each, english) for each in views]
    return render(request, "reveals.html", case=present.case(view, english), rows=rows)


def _row(view: CaseView, each: RevealView, english: bool) -> dict[str, Any]:
    titles = [_named(view, name, english) for name in each.reveal.fields]
    return {**reveal(each, english), "moment": each.reveal.at, "titles": titles}


def _named(view: CaseView, kept: str, english: bool) -> dict[str, Any]:
    """`5:note` as row and field."""
    row, _, name = kept.rpartition(":")
    words, plain = _title(view, name, english)
    return {"words": words, "translated": plain, "row": row}
