"""Acting on a case: the form of one row, and what becomes of it. A refused form keeps what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api import present
from api.deps import Served, Services
from api.problems import KINDS, field_text, refusal_body
from api.shapes import CaseId, Code
from api.web.act_hints import begun, hints
from api.web.case_page import posts_in_words
from api.web.event_shown import event_shown
from api.web.forms import Filled, inputs, read, typed
from api.web.moments import occurred
from api.web.options import options_for
from api.web.reader import InEnglish, Posted, Reader, Sent, Signed, calendar_of, once_after
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from engine.cases.views import CaseView, Choices, EventView
from engine.definition.model import Row, Value
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, NotFound, NotInState, Refusal, Stale

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CasePath = Annotated[CaseId, Path()]
TriggerPath = Annotated[Code, Path()]


@router.get("/cases/{case_id}/do/{trigger}")
def ask(request: Request, case_id: CasePath, trigger: TriggerPath, served: Served, who: Signed,
        english: InEnglish) -> Response:  # fmt: skip
    choices = served.case_queries.triggers(who.person, case_id)
    row = _present_row(choices, trigger)
    if row is None:
        raise not_now(choices.view, trigger)
    view = choices.view
    since = served.case_queries.history(who.person, case_id, after=view.state.stay.seq)
    return _form(request, served, who, choices, row, begun(view, row, since, who.person), english)


@router.post("/cases/{case_id}/do/{trigger}")
def act(request: Request, case_id: CasePath, trigger: TriggerPath, served: Served, who: Signed, sent: Sent,
        english: InEnglish) -> Response:  # fmt: skip
    """Fire the trigger at the version that the form showed; sent twice it takes effect once."""
    choices = served.case_queries.triggers(who.person, case_id)
    filled = typed(sent)
    try:
        data, filled = read(served, who, choices.view.workflow, _row(choices, trigger), sent)
        return _fired(served, who, choices.view, trigger, sent, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, served, who, choices, trigger, sent, filled, refusal, english)


def _present_row(choices: Choices, trigger: str) -> Row | None:
    """The row of the trigger from the present state, one that may be fired first."""
    offers = [offer for offer in choices.offers if offer.row.trigger == trigger]
    rows = [offer.row for offer in offers if offer.refusal is None] + [offer.row for offer in offers]
    return next(iter(rows), None)


def _row(choices: Choices, trigger: str) -> Row:
    """The same, else one from another state: enough to read a form that was sent before. Raises NotFound."""
    view = choices.view
    row = _present_row(choices, trigger) or next((r for r in view.workflow.rows if r.trigger == trigger), None)
    if row is None:
        raise not_now(view, trigger)
    return row


def not_now(view: CaseView, trigger: str) -> Refusal:
    """Why there is no row of this trigger: the rules have none anywhere, or none from where the case stands."""
    if trigger not in view.workflow.triggers:
        return NotFound("trigger")
    return NotInState(view.workflow, trigger, view.state.state)


def _fired(
    served: Services, who: Reader, view: CaseView, trigger: str, sent: Posted, data: dict[str, Value]
) -> Response:
    command = Command(trigger=trigger, data=data, **late_entry(sent, view.workflow.timezone))
    request = [f"POST {view.identity.id}", trigger, sorted(sent.texts())]
    held = served.cases.fire(who.caller(sent.get("once"), request), view.identity.id, command, seen_version(sent))
    try:
        served.case_queries.present(who.person, held)
    except NotFound:  # the act itself hid the case from him: sealing, recusing himself
        return back_to("/", told="hidden")
    return back_to(f"/cases/{view.identity.id}", done=trigger)


def seen_version(sent: Posted) -> int:
    given = sent.get("version")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


def late_entry(sent: Posted, zone: str) -> dict[str, Any]:
    """When it happened, where that was said (补录). Raises FieldsRefused."""
    moment = occurred(sent.get("on_day"), sent.get("on_time"), zone)
    return {"occurred_at": moment} if moment else {}


def _refused(request: Request, served: Services, who: Reader, choices: Choices, trigger: str, sent: Posted,
             filled: Filled, refusal: Refusal, english: bool) -> Response:  # fmt: skip
    row = _present_row(choices, trigger)
    since: Sequence[EventView] = ()
    if isinstance(refusal, Stale):
        since = served.case_queries.history(who.person, choices.view.identity.id, after=seen_version(sent))
    if row is None:
        return _too_late(request, choices, refusal, since, english)
    filled = filled.with_errors(errors_of(refusal, choices.view, english))
    return _form(request, served, who, choices, row, filled, english, refusal=refusal, since=since)


def _too_late(request: Request, choices: Choices, refusal: Refusal, since: Sequence[EventView],
              english: bool) -> Response:  # fmt: skip
    """Meanwhile the case went where this cannot be done any more: what happened, and the way to it."""
    return render(
        request,
        "too_late.html",
        KINDS[refusal.kind][0],
        case=present.case(choices.view, english),
        told=refusal_body(refusal, english),
        since=[event_shown(each, english) for each in since],
    )


def _form(request: Request, served: Services, who: Reader, choices: Choices, row: Row, filled: Filled, english: bool,
          *, refusal: Refusal | None = None, since: Sequence[EventView] = ()) -> Response:  # fmt: skip
    """The page with the row's form; of a refusal with its words, of a stale version with what changed meanwhile."""
    view = choices.view
    offer = next(each for each in choices.offers if each.row is row)
    told = refusal or offer.refusal
    today = calendar_of(request, who).today.isoformat()
    blocked = present.blocked_offer(view.workflow, offer, view.names, english) if offer.refusal else None
    return render(
        request,
        "act.html",
        KINDS[refusal.kind][0] if refusal else 200,
        case=present.case(view, english),
        act={"trigger": row.trigger, "ref": row.ref, "title": present.title(row.title, english)},
        after=_after(view, row, english),
        notice=present.title(row.notice, english) if row.notice else None,
        hints=hints(row, english),
        inputs=inputs(view.workflow, row, english, today, options_for(served, who, view.identity.id, english), view),
        filled=filled,
        told=refusal_body(told, english) if told else None,
        could=posts_in_words(view.workflow, blocked["could"], english) if blocked else "",
        since=[event_shown(each, english) for each in since],
        once=once_after(filled.one("once"), refusal),
        today=today,
    )


def _after(view: CaseView, row: Row, english: bool) -> str:
    """The states that the act may lead to, in words; nothing where it moves nothing."""
    states = view.workflow.states
    found = [present.title(states[target.to].title, english) for target in row.targets if target.to in states]
    return (" / " if english else "或").join(dict.fromkeys(found))


def errors_of(refusal: Refusal, view: CaseView | None, english: bool) -> list[dict[str, str]]:
    """{field, message} of each field that is wrong."""
    if not isinstance(refusal, FieldsRefused):
        return []
    workflow = refusal.workflow or (view.workflow if view else None)
    return [{"field": each.field, "message": field_text(workflow, each)[english]} for each in refusal.problems]
