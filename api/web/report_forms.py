"""The forms of a report: the last step under a thumb, and all fields at once for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.deps import Services
from api.present import title
from api.web.forms import Filled, Input, inputs
from api.web.options import Grouped
from api.web.reader import Reader, calendar_of, once_after
from api.web.rendering import render
from api.web.report_people import concerned, near, said
from api.web.report_places import all_places, label_of, place_of
from api.web.report_refused import told
from api.web.report_rows import openings_of
from api.web.report_sending import row_of
from engine.definition.model import Field, FieldType, Row, Workflow
from engine.rules.refusals import NotFound, Refusal

#: What a visit at the doors brings most: heard today, on a visit.
_SOURCE = "visit"
#: Fields of the desk in the order in which a clerk asks on the telephone; what is not here is folded away.
_DESK = ("category", "gist", "content", "place", "reporter", "heard_on", "source", "urgency", "files")
_SAY = ("category", "gist", "files", "place")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Where the steps have come to. `elsewhere`: the place is told in words; an empty trigger is the report."""

    place: str
    what: str | None
    trigger: str
    elsewhere: bool


def start_of(request: Request, who: Reader, row: Row, what: str | None) -> Filled:
    """The form before anything was typed."""
    fields = who.workflow.fields
    values: dict[str, Sequence[str]] = {"d.category": [what]} if what else {}
    if "heard_on" in row.needs:
        values["d.heard_on"] = [calendar_of(request, who).today.isoformat()]
    if "source" in row.needs and _SOURCE in fields["source"].choices:
        values["d.source"] = [_SOURCE]
    for name in (*row.needs, *row.takes):
        first = fields[name].default if name in _DESK else None
        if name in row.needs and name not in ("category", "source") and fields[name].choices:
            first = next(iter(fields[name].choices))
        if isinstance(first, str):
            values[f"d.{name}"] = [first]
    return Filled(values=values)


def say_form(request: Request, served: Services, who: Reader, english: bool, step: Step, filled: Filled, *,
             refusal: Refusal | None = None, status: int = 200) -> Response:  # fmt: skip
    row = row_of(who.workflow, step.trigger)
    shown = _inputs(request, served, who, english, row, None)
    place = _place(request, served, who, step.place, refusal)
    return render(
        request,
        "report/say.html",
        status,
        step=step,
        place=place,
        what=_choice(who.workflow, "category", step.what, english),
        sealed=row is openings_of(who.workflow).sealed,
        row_title=title(row.title, english),
        gist=next((each for each in shown if each.code == "gist"), None),
        place_field=next((each for each in shown if each.code == "place"), None),
        files=next((each for each in shown if each.code == "files"), None),
        more=[each for each in shown if each.code not in _SAY and each.code in ("heard_on", "source", "reporter")],
        asked=[each for each in shown if each.needed and each.code not in (*_SAY, "heard_on", "source")],
        **_common(filled, refusal, english, calendar_of(request, who).today.isoformat()),
    )


def desk_form(request: Request, served: Services, who: Reader, english: bool, filled: Filled, *,
              place: str | None = None, under: str | None = None, refusal: Refusal | None = None,
              status: int = 200) -> Response:  # fmt: skip
    if place is not None and not filled.one("unit_name"):
        found = place_of(request, served, who, place)
        under = under or found.parent
        filled = Filled(values={**filled.values, "unit_name": [label_of(found)]})
    shown = _inputs(request, served, who, english, openings_of(who.workflow).report, under)
    order = {code: at for at, code in enumerate(_DESK)}
    return render(
        request,
        "report/desk.html",
        status,
        place_names=[label_of(each) for each in all_places(request, served, who, under)],
        under=under,
        main=sorted((each for each in shown if each.code in order), key=lambda each: order[each.code]),
        gist=next((each for each in shown if each.code == "gist"), None),
        has_files=any(each.code == "files" for each in shown),
        seldom=[each for each in shown if each.code not in order],
        officials=[said(who, each, english) for each in near(request, served, who, under)],
        alarm=openings_of(who.workflow).alarm is not None,
        sealed=openings_of(who.workflow).sealed,
        **_common(filled, refusal, english, calendar_of(request, who).today.isoformat()),
    )


def _common(filled: Filled, refusal: Refusal | None, english: bool, today: str) -> dict[str, Any]:
    return {
        "filled": filled,
        "told": told(refusal, english),
        "once": once_after(filled.one("once"), refusal),
        "today": today,
    }


def _inputs(request: Request, served: Services, who: Reader, english: bool, row: Row,
            under: str | None) -> list[Input]:  # fmt: skip
    def options(field: Field) -> Grouped:
        if field.entry_type is FieldType.PERSON:
            return concerned(request, served, who, under, english)
        return ()

    today = calendar_of(request, who).today.isoformat()
    return inputs(who.workflow, row, english, today, options)


def _place(request: Request, served: Services, who: Reader, code: str, refusal: Refusal | None) -> Any:
    """The place of the steps; of a refused form perhaps one that nobody has, or that is out of reach."""
    try:
        return place_of(request, served, who, code)
    except NotFound:
        if refusal is None:
            raise
        return None


def _choice(workflow: Workflow, name: str, code: str | None, english: bool) -> str | None:
    field = workflow.fields.get(name)
    return title(field.choices[code], english) if field and code and code in field.choices else None
