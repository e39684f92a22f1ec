"""Several cases at once: what they allow, the form once for all, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api import present
from api.deps import Served, Services
from api.problems import KINDS, refusal_body
from api.shapes import CaseId, Code
from api.web.acts import errors_of
from api.web.desk.deeds import Deed, deeds_of, options_for_all, ticked
from api.web.forms import Filled, inputs, read, typed
from api.web.reader import InEnglish, Posted, Reader, Sent, Signed, calendar_of, fresh_once
from api.web.rendering import render
from api.web.routes import PageRoute, local_path
from api.web.values import gist_of
from engine.cases.door import Act, Outcome
from engine.cases.views import CaseView, Choices
from engine.definition.model import Value
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)
TriggerPath = Annotated[Code, Path()]
_BESIDE = 4  # acts in the bar below the table


@router.post("/cases/bulk")
def offer(request: Request, served: Served, who: Signed, sent: Sent, english: InEnglish,
          part: Annotated[str, Header(alias="X-Part")] = "") -> Response:  # fmt: skip
    """Which acts the ticked cases allow: a page, or for the bar below the table its part."""
    chosen = ticked(sent)
    choices = served.case_queries.choices(who.person, list(chosen))
    deeds = deeds_of(choices)
    shown = [_shown(deed, english) for deed in (deeds[:_BESIDE] if part else deeds)]
    return render(
        request,
        "desk/bulk_bar.html" if part else "desk/bulk_offer.html",
        deeds=shown,
        all_of=len(choices),
        chosen=_tokens(chosen),
        lost=len(chosen) - len(choices),
        back=_back(sent),
    )


def _tokens(chosen: dict[str, int]) -> list[str]:
    return [f"{case}@{version}" for case, version in chosen.items()]


def _back(sent: Posted) -> str:
    return local_path(sent.get("back"), "/cases")


def _shown(deed: Deed, english: bool) -> dict[str, Any]:
    return {
        "trigger": deed.row.trigger,
        "like": deed.like,
        "title": deed.said(english),
        "needs": deed.row.needs,
        "takes": deed.row.takes,
        "able": [_named(each.view, english) for each in deed.able],
        "unable": [{**_named(each.view, english), "why": why[english]} for each, why in deed.unable],
    }


def _named(view: CaseView, english: bool) -> dict[str, Any]:
    return {"id": view.identity.id, "number": view.identity.number, "gist": gist_of(view, english)}


@router.post("/cases/bulk/{trigger}")
def carry_out(request: Request, served: Served, who: Signed, sent: Sent, english: InEnglish,
              trigger: TriggerPath, like: Annotated[CaseId | None, Query()] = None) -> Response:  # fmt: skip
    """First the form, once for all; sent with its key, what became of each. Sent twice it takes effect once."""
    chosen = ticked(sent)
    choices = served.case_queries.choices(who.person, list(chosen))
    if sent.get("once"):
        return _done(request, served, who, sent, trigger, chosen, choices, english)
    deed = next((d for d in deeds_of(choices) if d.row.trigger == trigger and d.like == (like or d.like)), None)
    if deed is None:
        return offer(request, served, who, sent, english)
    return _form(request, served, who, deed, chosen, Filled(), _back(sent), english)


def _form(request: Request, served: Services, who: Reader, deed: Deed, chosen: dict[str, int], filled: Filled,
          back: str, english: bool) -> Response:  # fmt: skip
    today = calendar_of(request, who).today.isoformat()
    return render(
        request,
        "desk/bulk_form.html",
        KINDS["invalid"][0] if filled.errors else 200,
        deed=_shown(deed, english),
        notice=present.title(deed.row.notice, english) if deed.row.notice else None,
        inputs=inputs(deed.workflow, deed.row, english, today, options_for_all(served, who, deed, english)),
        filled=filled,
        chosen=[f"{each.view.identity.id}@{chosen[each.view.identity.id]}" for each in deed.able],
        once=filled.one("once") or fresh_once(),
        back=back,
    )


def _done(request: Request, served: Services, who: Reader, sent: Posted, trigger: str, chosen: dict[str, int],
          choices: Sequence[Choices], english: bool) -> Response:  # fmt: skip
    """What the form brought for each case, at the version that the list showed."""
    data, filled = _data(served, who, choices, sent)
    acts = [
        Act(person=who.person, case_id=case, expected=version, command=Command(trigger=trigger, data=data))
        for case, version in chosen.items()
    ]
    wanted = ["POST /cases/bulk", trigger, sorted(sent.texts())]
    outcomes = served.cases.fire_many(acts, caller=who.caller(sent.get("once"), wanted))
    deed = next((d for d in deeds_of(choices) if d.row.trigger == trigger and _asked(d, sent)), None)
    if deed is not None and outcomes and all(isinstance(each.refusal, FieldsRefused) for each in outcomes):
        return _again(request, served, who, deed, chosen, filled, outcomes[0].refusal, sent, english)
    views = {each.view.identity.id: each.view for each in choices}
    results = [_result(outcome, views, trigger, english) for outcome in outcomes]
    return render(
        request,
        "desk/bulk_done.html",
        title=_title(choices, trigger, english),
        done=[each for each in results if each["told"] is None],
        refused=[each for each in results if each["told"] is not None],
        back=_back(sent),
    )


def _data(served: Services, who: Reader, choices: Sequence[Choices], sent: Posted) -> tuple[dict[str, Value], Filled]:
    """The fields that the form says it held, read by the rules of the first case: these may have moved meanwhile, and
    the form may come twice."""
    if not choices:
        return {}, typed(sent)
    workflow = choices[0].view.workflow
    needs, takes = (tuple(n for n in sent.all(part) if n in workflow.fields) for part in ("needs", "takes"))
    return read(served, who, workflow, replace(workflow.rows[0], needs=needs, takes=takes), sent)


def _asked(deed: Deed, sent: Posted) -> bool:
    """The form was this act's."""
    return (list(deed.row.needs), list(deed.row.takes)) == (sent.all("needs"), sent.all("takes"))


def _again(request: Request, served: Services, who: Reader, deed: Deed, chosen: dict[str, int], filled: Filled,
           refusal: Refusal | None, sent: Posted, english: bool) -> Response:  # fmt: skip
    assert refusal is not None
    filled = filled.with_errors(errors_of(refusal, deed.able[0].view, english))
    return _form(request, served, who, deed, chosen, filled, _back(sent), english)


def _result(outcome: Outcome, views: dict[str, CaseView], trigger: str, english: bool) -> dict[str, Any]:
    """`told` is the refusal in words, None where it was done."""
    case = outcome.act.case_id or ""
    view = views.get(case)
    named = _named(view, english) if view else {"id": case, "number": "", "gist": ""}
    state = None
    if outcome.refusal is None and outcome.held is not None and view is not None:
        state = present.title(view.workflow.states[outcome.held.state.state].title, english)
    told = refusal_body(outcome.refusal, english) if outcome.refusal else None
    return {**named, "state": state, "told": told, "seen": view is not None, "again": f"/cases/{case}/do/{trigger}"}


def _title(choices: Sequence[Choices], trigger: str, english: bool) -> str:
    rows = (row for each in choices for row in each.view.workflow.rows if row.trigger == trigger)
    return next((present.title(row.title, english) for row in rows), trigger)
