"""Cases as rows of the desk's table, and as lines of the printed list of problems."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request

from api import present
from api.deps import Services
from api.web.listed import listed
from api.web.reader import Reader
from api.web.values import card_of, chosen, in_charge
from engine.cases.views import CaseView


def row_of(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any]:
    found = listed(request, served, who, view, english)
    return {
        **found,
        "village": village_of(served, view),
        "level_short": found["level_title"] if english else found["level_title"][:1],
        "signs": in_charge(found["successor"], english),
        "card": card_of(view, english),
    }


def village_of(served: Services, view: CaseView) -> str:
    """The unit right below the home on the line of the case; a case above that is where its unit is."""
    codes = [code for _, code in view.line]
    kinds = [kind for kind, _ in view.line]
    home = kinds.index(served.office.home_level) if served.office.home_level in kinds else len(kinds)
    code = codes[home + 1] if home + 1 < len(codes) else view.state.unit
    return view.names.get(code, code)


#: The columns of a printed list that come from fields of the case, by the first of these codes that it has.
PRINTED = {
    "measures": ("measures", "measure", "plan"),
    "outcome": ("solved", "result"),
    "rating": ("satisfaction",),
    "remark": ("account_code", "reason_code", "return_code", "reason"),
}


def line_of(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any]:
    """A line of the list of problems: masked, as every list."""
    data = present.data(view.workflow, view.data, view.names, view.sight)
    found = row_of(request, served, who, view, english)
    reporter = data.get("reporter") or found["on_behalf_of"]
    words = {column: _first(view, data, codes, english) for column, codes in PRINTED.items()}
    return {**found, **words, "reporter": (reporter or {}).get("name") or "", **_dates(data, found)}


def _dates(data: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """Days as paper has them, `2026-03-06`; a deadline at midnight ends the day before."""
    due = found["due"] if not found["closed_at"] else None
    last = datetime.fromisoformat(due.at) - timedelta(microseconds=1) if due else None
    return {
        "heard_on": (data.get("heard_on") or found["opened_at"])[:10],
        "last_day": last.date().isoformat() if last else "",
        "closed_on": (found["closed_at"] or "")[:10],
    }


def _first(view: CaseView, data: Mapping[str, Any], codes: tuple[str, ...], english: bool) -> str:
    for code in codes:
        value = data.get(code)
        if isinstance(value, bool):
            return (("否", "是"), ("no", "yes"))[english][value]
        if isinstance(value, str) and value:
            return chosen(view, code, english) or value
    return ""
