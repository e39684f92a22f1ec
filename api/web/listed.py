"""A case as lists show it."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from api import present
from api.deps import Services
from api.web.deadlines import due_of
from api.web.reader import Reader, calendar_of
from api.web.values import chosen, gist_of, in_charge, risk_of
from engine.cases.views import CaseView


def listed(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any]:
    """One row: what it is about, where it stands, who has it, by when."""
    found = present.case(view, english)
    return {
        **found,
        "href": f"/cases/{view.identity.id}",
        "gist": gist_of(view, english),
        "category": chosen(view, "category", english),
        "risk": risk_of(view, english),
        "due": due_of(served.office, view, calendar_of(request, who)),
        "with": in_charge(found["responsible"], english),
    }
