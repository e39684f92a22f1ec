"""A report that was refused: what is wrong with which field; and who may report where somebody may not."""

from __future__ import annotations

from fastapi import Request, Response

from api.deps import Services
from api.present import title
from api.problems import refusal_body
from api.web.acts import errors_of
from api.web.contacts import above
from api.web.forms import Filled
from api.web.reader import Reader
from api.web.rendering import render
from api.web.report_rows import openings_of
from engine.rules.refusals import FieldsRefused, Refusal


def what_is_wrong(who: Reader, refusal: Refusal, filled: Filled, english: bool) -> Filled:
    if isinstance(refusal, FieldsRefused) and refusal.workflow is None:
        refusal = FieldsRefused(refusal.problems, workflow=who.workflow)
    return filled.with_errors(errors_of(refusal, None, english))


def told(refusal: Refusal | None, english: bool) -> dict[str, object] | None:
    """What a refusal says that is about no single field."""
    if refusal is None or isinstance(refusal, FieldsRefused):
        return None
    return refusal_body(refusal, english)


def not_for_him(request: Request, served: Services, who: Reader, english: bool) -> Response:
    """No post of his reports: which posts do, by which line, and whom he may ring."""
    row = openings_of(who.workflow).report
    could = [title(who.roles[role].title, english) for role in row.by if role in who.roles]
    people = above(request, served, who, english, None)[:4]
    rules = who.workflow
    line = {"workflow": rules.key, "version": rules.version, "ref": row.ref, "line": row.mark.line}
    return render(request, "report/not_for_him.html", 403, could=could, people=people, line=line)
