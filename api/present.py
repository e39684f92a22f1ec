"""Values of the services as JSON, titles in the reader's language, times with the workflow's offset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.condition_texts import RELATION_TITLES
from api.problems import KINDS, detail, refusal_body
from engine.audit.queries import DenialView
from engine.cases.door import Outcome
from engine.cases.views import CaseView, Choices, EventView, Followed
from engine.definition.model import Field, Row, Title, Value, Workflow
from engine.rules.explain import Could, Offer
from engine.rules.mask import NO_NAME, NO_NAMES, Names, Sight, name_pattern
from engine.rules.own import is_own, row_of
from engine.rules.state import Charge, Event

Json = dict[str, Any]


def title(words: Title, english: bool) -> str:
    return words.en if english else words.zh


def stamp(workflow: Workflow, moment: datetime | None) -> str | None:
    """RFC 3339 with the workflow's offset."""
    return moment.astimezone(ZoneInfo(workflow.timezone)).isoformat() if moment else None


def case(view: CaseView, english: bool) -> Json:
    identity, state, workflow = view.identity, view.state, view.workflow
    base = f"/v1/cases/{identity.id}"
    return {
        "id": identity.id,
        "number": identity.number,
        "workflow": identity.workflow,
        "workflow_version": identity.workflow_version,
        "state": state.state,
        "state_title": title(workflow.states[state.state].title, english),
        "level": state.level,
        "level_title": title(workflow.levels[state.level].title, english),
        "unit": state.unit,
        "unit_name": view.names.get(state.unit),
        "holder": view.holder,
        "holder_name": view.names.get(view.holder),
        "data": data(workflow, view.data, view.names, view.sight),
        "masked": sorted(view.masked),
        "erased": list(view.erased),
        "version": state.version,
        "opened_at": stamp(workflow, state.opened_at),
        "due_at": stamp(workflow, view.deadlines.due),
        "total_due_at": stamp(workflow, view.deadlines.total),
        "closed_at": stamp(workflow, state.closed_at),
        "opener": person(state.opener, view.names),
        "on_behalf_of": villager(state.behalf, view.names, view.sight, view.hidden) if state.behalf else None,
        "responsible": charge(state.responsible, view.names),
        "successor": charge(state.successor, view.names),
        "follows": _followed(view.follows, english) if view.follows else None,
        "flags": flags(view),
        "links": {
            "self": base,
            "triggers": f"{base}/triggers",
            "transitions": f"{base}/transitions",
            "history": f"{base}/history",
            "clocks": f"{base}/clocks",
        },
    }


def _followed(primary: Followed, english: bool) -> Json:
    identity, state, workflow = primary.identity, primary.state, primary.workflow
    return {
        "id": identity.id,
        "number": identity.number,
        "state": state.state,
        "state_title": title(workflow.states[state.state].title, english),
        "level": state.level,
        "level_title": title(workflow.levels[state.level].title, english),
        "due_at": stamp(workflow, primary.deadlines.due),
        "closed_at": stamp(workflow, state.closed_at),
    }


def result(outcome: Outcome, english: bool) -> Json:
    """Of one of several acts."""
    refusal, held = outcome.refusal, outcome.held
    done = held.state if held and refusal is None else None
    return {
        "case": outcome.act.case_id,
        "status": KINDS[refusal.kind][0] if refusal else 200,
        "version": done.version if done else None,
        "state": done.state if done else None,
        "problem": refusal_body(refusal, english) if refusal else None,
    }


def flags(view: CaseView) -> list[str]:
    """Flag fields that are true, and what the engine itself has to say about the case."""
    fields = view.workflow.fields
    found = [name for name, value in view.state.values.items() if fields[name].type == "flag" and value is True]
    if view.state.closed_at is None and not view.state.responsible:
        found.append("nobody_responsible")
    if view.state.successor:
        found.append("awaiting_signature")
    if view.overdue:
        found.append("overdue")
    if view.deadlines.provisional:
        found.append("deadline_provisional")
    return found


def person(ident: str, names: Mapping[str, str]) -> Json:
    return {"id": ident, "name": names.get(ident)}


def villager(ident: str, names: Mapping[str, str], sight: Sight, hidden: Names = NO_NAMES) -> Json:
    """A registered reporter, or whom an act was done for (代报): the name is masked where texts are."""
    if hidden.nameless and sight is Sight.MASKED:
        return {"name": NO_NAME}
    named = names.get(ident)
    return {"id": ident, "name": name_pattern(named) if named and sight is Sight.MASKED else named}


def unit(code: str, names: Mapping[str, str]) -> Json:
    return {"code": code, "name": names.get(code)}


def charge(slot: Charge, names: Mapping[str, str]) -> Json | None:
    if not slot:
        return None
    return {
        "people": [person(each, names) for each in slot.people],
        "units": [unit(each, names) for each in slot.units],
    }


def data(workflow: Workflow, values: Mapping[str, Value], names: Mapping[str, str], sight: Sight) -> Json:
    """Values by field, in the order of the file (a database may keep another); ids of registered people and codes of
    units with their names."""
    return {
        name: _value(field, values[name], names, sight) for name, field in workflow.fields.items() if name in values
    }


def _value(field: Field, value: Value, names: Mapping[str, str], sight: Sight) -> Value:
    if isinstance(value, list):
        return [_value(field, entry, names, sight) for entry in value]
    if field.entry_type == "unit":
        return unit(value, names)
    if field.entry_type != "person" or isinstance(value, dict):
        return value
    return villager(value, names, sight) if field.pii else person(value, names)


def event(view: EventView, english: bool) -> Json:
    row, workflow = view.event, view.workflow
    rule = row_of(workflow, row)
    return {
        "case": view.case_id,
        "number": view.number,
        "seq": row.seq,
        "trigger": row.trigger,
        "ref": row.ref,
        "title": title(rule.title, english) if rule else row.trigger,
        "from": row.source,
        "to": row.target,
        "from_level": row.level_from,
        "to_level": row.level_to,
        "unit": unit(row.unit, view.names),
        "actor": {**person(row.actor, view.names), "post": _post(view, english)},
        "on_behalf_of": villager(row.behalf, view.names, view.sight, view.hidden) if row.behalf else view.behalf,
        "data": data(workflow, view.data, view.names, view.sight),
        "recomputed": _recomputed(workflow, row) if is_own(row) else None,
        "note": view.note,
        "erased": view.erased,
        "responsible": charge(row.responsible, view.names),
        "successor": charge(row.successor, view.names),
        "occurred_at": stamp(workflow, row.occurred_at),
        "recorded_at": stamp(workflow, row.recorded_at),
        "client_at": stamp(workflow, row.client_at),
        "meeting": row.meeting,
        "agenda_no": row.agenda_no,
        "rule": {
            "workflow": row.workflow,
            "version": row.workflow_version,
            "file": workflow.file,
            "line": row.line,
            "ref": row.ref,
            "sha256": row.file_hash,
        },
        "hash": view.hash,
    }


def _recomputed(workflow: Workflow, row: Event) -> Json:
    """The facts of an own row, its moments where the case is."""
    told = dict(row.facts)
    for name in ("due", "total"):
        moments = {when: datetime.fromisoformat(at) if at else None for when, at in told[name].items()}
        told[name] = {when: stamp(workflow, at) for when, at in moments.items()}
    return told


def _post(view: EventView, english: bool) -> Json | None:
    post = view.event.post
    if post is None:
        return None
    role = view.workflow.roles.get(post.role)
    return {
        "id": post.id,
        "role": post.role,
        "title": title(role.title, english) if role else post.role,
        "place": post.place,
        "place_name": view.names.get(post.place),
    }


def choices(found: Choices, english: bool) -> Json:
    workflow, names = found.view.workflow, found.view.names
    allowed = [_allowed(workflow, offer, english) for offer in found.offers if offer.refusal is None]
    blocked = [blocked_offer(workflow, offer, names, english) for offer in found.offers if offer.refusal is not None]
    return {
        "case": found.view.identity.id,
        "version": found.view.state.version,
        "allowed": allowed,
        "blocked": blocked,
    }


def _offer(row: Row, english: bool) -> Json:
    return {"trigger": row.trigger, "ref": row.ref, "title": title(row.title, english)}


def _allowed(workflow: Workflow, offer: Offer, english: bool) -> Json:
    row = offer.row
    return {
        **_offer(row, english),
        "needs": [field(workflow.fields[name], english) for name in row.needs],
        "takes": [field(workflow.fields[name], english) for name in row.takes],
    }


def blocked_offer(workflow: Workflow, offer: Offer, names: Mapping[str, str], english: bool) -> Json:
    """An act that is not possible: why, by which line, and who could."""
    refusal = offer.refusal
    assert refusal is not None
    line = refusal.refused_by
    return {
        **_offer(offer.row, english),
        "code": refusal.code,
        "why": detail(refusal)[english],
        "refused_by": {"file": line.file, "line": line.line, "ref": line.ref, "rule": line.rule} if line else None,
        "could": [_could(workflow, each, names, english) for each in offer.could],
    }


def _could(workflow: Workflow, could: Could, names: Mapping[str, str], english: bool) -> Json:
    role = workflow.roles.get(could.name)
    words = title(role.title, english) if role else RELATION_TITLES[could.name][english]
    return {"name": could.name, "title": words, "units": [unit(code, names) for code in could.units]}


def field(found: Field, english: bool) -> Json:
    """What a form needs to know of a field."""
    bounds = {
        "min_length": found.min_length,
        "max_length": found.max_length,
        "at_least": found.at_least,
        "at_most": found.at_most,
    }
    lengths = found.type in ("text", "list")
    shown = {name: value for name, value in bounds.items() if value is not None and (lengths or "length" not in name)}
    options = [{"code": code, "title": title(words, english)} for code, words in found.choices.items()]
    return {
        "field": found.code,
        "title": title(found.title, english),
        "type": found.type.value,
        **({"of": found.of.value} if found.of else {}),
        **({"choices": options} if options else {}),
        **({"range": found.range.value} if found.type == "date" else {}),
        **shown,
    }


def denial(view: DenialView) -> Json:
    found = view.denial
    return {
        "id": found.id,
        "at": found.at.isoformat(),
        "person": person(found.person, view.names),
        "post": found.post,
        "unit": unit(found.unit, view.names),
        "case": found.case_id,
        "meeting": found.meeting_id,
        "trigger": found.trigger,
        "code": found.code,
        "ref": found.ref,
        "line": found.line,
        "workflow": found.workflow,
        "workflow_version": found.workflow_version,
    }
