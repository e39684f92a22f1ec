"""The screen of one case in the hall, put together: facts, keys, the form of each decision, what refused the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api import present_meetings
from api.deps import Services
from api.present import title
from api.problems import KINDS, refusal_body
from api.web.acts import errors_of
from api.web.dates import Calendar
from api.web.event_shown import event_shown
from api.web.forms import Filled
from api.web.hall_facts import hall_facts, masked_history, plain_day, waited
from api.web.hall_forms import Chip, Line, lines, offered
from api.web.hall_keys import Key, fills_primary, keys_of
from api.web.hall_shown import OPEN, head, line, mark_of, next_open, number_of
from api.web.reader import Reader, calendar_of, fresh_once, once_after
from api.web.rendering import render
from api.web.values import chosen, shown, wall_gist
from engine.cases.narrowing import CaseFilter
from engine.cases.views import EventView
from engine.definition.model import FieldType
from engine.meetings.hall import Tabled
from engine.meetings.queries import ItemView, MeetingView
from engine.rules.refusals import NotFound, Refusal, Stale

_SIMILAR = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What refused the last try, and what was typed."""

    refusal: Refusal
    trigger: str
    filled: Filled


def screen(request: Request, served: Services, who: Reader, view: MeetingView, found: ItemView, english: bool, *,
           do: str | None = None, told: Told | None = None) -> Response:  # fmt: skip
    """The page; with `told` it has the status of the refusal."""
    when = calendar_of(request, who)
    context = _context(request, served, who, view, found, when)
    acts = _acts(served, who, view, found, context["events"], when) if context["may"].decide else []
    opened = told.trigger if told else do
    return render(
        request,
        "hall/item.html",
        KINDS[told.refusal.kind][0] if told else 200,
        **context,
        acts=acts,
        opened=next((act["trigger"] for act in acts if act["trigger"] == opened and act["lines"] is not None), None),
        filled=told.filled.with_errors(errors_of(told.refusal, found.case, english)) if told else Filled(),
        told=refusal_body(told.refusal, english) if told else None,
        changed=bool(told and isinstance(told.refusal, Stale)),
        empty=Filled(),
        once=once_after(told.filled.one("once"), told.refusal) if told else fresh_once(),
    )


def _context(request: Request, served: Services, who: Reader, view: MeetingView, found: ItemView,
             when: Calendar) -> dict[str, Any]:  # fmt: skip
    case, english = found.case, when.english
    events = [] if case.hidden.nameless else _history(served, who, found)
    numbers = [number_of(each) for each in view.items]
    place = numbers.index(number_of(found))
    return {
        **head(view, who, english),
        "item": line(request, served, who, found, english),
        "category": chosen(case, "category", english),
        "events": events,
        "facts": hall_facts(case, events, when, english) if events else [],
        "place": _place(found, english),
        "reported": plain_day(when, case.state.opened_at),
        "waited": waited(served, found, when),
        "seen": mark_of(found),
        "case_version": case.state.version,
        "decision": _decision(found, english),
        "last": _last(view),
        "before": numbers[place - 1] if place else None,
        "after": numbers[place + 1] if place + 1 < len(numbers) else None,
        "next_open": next_open(view.items, number_of(found)),
        "count": len(numbers),
        "of": numbers,
    }


def _history(served: Services, who: Reader, found: ItemView) -> list[EventView]:
    """Who sits in the meeting reads its cases; for others the history may be out of reach."""
    try:
        return served.case_queries.history(who.person, found.case.identity.id)
    except NotFound:
        return []


def _place(found: ItemView, english: bool) -> str:
    """Where the matter is, from the meeting's place downwards."""
    names = [found.names.get(found.place or "", ""), found.case.names.get(found.case.state.unit, "")]
    return (" " if english else "").join(dict.fromkeys(name for name in names if name))


def _decision(found: ItemView, english: bool) -> dict[str, Any] | None:
    """What was decided on it, in words."""
    told = present_meetings.item(found, english)["decision"]
    if told is None:
        return None
    return {"title": told["title"], "facts": decision_facts(found, told["data"], english)}


def decision_facts(found: ItemView, data: Mapping[str, Any], english: bool) -> list[dict[str, Any]]:
    """The values of a decision in the order in which its row asks for them."""
    fields = found.case.workflow.fields
    rows = [row for row in found.case.workflow.rows if row.trigger == found.trigger]
    asked = [name for row in rows for name in (*row.needs, *row.takes)]
    return [
        {"title": fields[name].title.en if english else fields[name].title.zh, "code": name,
         **shown(found.case, name, value, english)}
        for name, value in sorted(data.items(), key=lambda pair: asked.index(pair[0]) if pair[0] in asked else 99)
        if value not in (None, "", [], False)
    ]  # fmt: skip


def _last(view: MeetingView) -> dict[str, Any] | None:
    """The decision recorded last: what `undo` takes back."""
    taken = [each for each in view.items if each.item.decided is not None]
    if view.meeting.status != OPEN or not taken:
        return None
    last = max(taken, key=lambda each: (each.item.decided.decided_at, each.item.position))  # type: ignore[union-attr]
    return {"number": number_of(last), "case": last.case.identity.id}


# --- what may be decided ---------------------------------------------------------------------------------------------


def _acts(served: Services, who: Reader, view: MeetingView, found: ItemView, events: Sequence[EventView],
          when: Calendar) -> list[dict[str, Any]]:  # fmt: skip
    tabled = served.hall.tabled(who.person, view.meeting.id, found.case.identity.id)
    similar = _similar(served, who, found, tabled, when.english)
    keys = keys_of(view, found.case, tabled, len(similar), when.english)
    options = offered(served, who, found.case.identity.id, when.english)
    here = {person: view.names.get(person, person) for person in view.meeting.present}
    units = _proposed_units(events)

    def of(key: Key) -> list[Line]:
        return lines(found.case.workflow, key.row, tabled, here, similar, units, when, options)

    return [_act(found, key, of(key) if _possible(found, key) else None, when.english) for key in keys]


def _possible(found: ItemView, key: Key) -> bool:
    return not key.why and not (_merges(found, key) and not key.left)


def _merges(found: ItemView, key: Key) -> bool:
    return fills_primary(found.case.workflow, key.row)


def _act(found: ItemView, key: Key, fields: list[Line] | None, english: bool) -> dict[str, Any]:
    merges = _merges(found, key)
    return {
        "key": key.key,
        "trigger": key.row.trigger,
        "title": key.title,
        "direct": key.direct,
        "why": key.why,
        "quorum": key.quorum,
        "left": None if merges else key.left,
        "alone": merges and not key.left and not key.why,
        "lines": fields,
        "notice": title(key.row.notice, english) if key.row.notice else None,
    }


def _similar(served: Services, who: Reader, found: ItemView, tabled: Tabled, english: bool) -> list[Chip]:
    """Open cases of the same kind in the same cluster, into which this one could be merged."""
    case, category = found.case, found.case.data.get("category")
    rows = [row for row in case.workflow.rows_from(case.state.state) if fills_primary(case.workflow, row)]
    if not rows or not isinstance(category, str) or tabled.cluster is None:
        return []
    wanted = CaseFilter(unit=tabled.cluster, workflow=case.identity.workflow, category=category,
                        state=rows[0].sources, limit=_SIMILAR + 1)  # fmt: skip
    page = served.case_queries.page(who.person, wanted)
    others = [each for each in page.cases if each.identity.id != case.identity.id][:_SIMILAR]
    return [Chip(value=each.identity.id, words=f"{each.identity.number} {wall_gist(each, english)}") for each in others]


def _proposed_units(events: Sequence[EventView]) -> list[str]:
    """Units that somebody named for the case on its way, the latest last."""
    return [
        value
        for each in events
        for name, value in each.data.items()
        if each.workflow.fields[name].type is FieldType.UNIT and isinstance(value, str)
    ]


# --- briefs ----------------------------------------------------------------------------------------------------------


def briefs_of(request: Request, served: Services, who: Reader, view: MeetingView, english: bool) -> dict[str, Any]:
    when = calendar_of(request, who)
    return {
        **head(view, who, english),
        "briefs": [_brief(request, served, who, view, each, when) for each in view.items],
    }


def _brief(request: Request, served: Services, who: Reader, view: MeetingView, found: ItemView,
           when: Calendar) -> dict[str, Any]:  # fmt: skip
    context = _context(request, served, who, view, found, when)
    history = [event_shown(each, when.english) for each in masked_history(context["events"])]
    return {**{name: context[name] for name in ("item", "category", "facts", "place", "reported", "waited")},
            "path": history}  # fmt: skip
