"""Cases within reach: the table of the desk, on a phone its rows one below the other; and its print as the list of
problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.cursors import pack, pack_due
from api.deps import Served, Services
from api.problems import KINDS
from api.web.desk.filtering import TITLES, Asked, asked_of, is_untidy, tidy
from api.web.desk.offers import Choice, choices_for, titled
from api.web.desk.rows import PRINTED, line_of, row_of
from api.web.desk.tabs import tabs_of
from api.web.guard import own_origin
from api.web.reader import InEnglish, Reader, Signed
from api.web.rendering import render, say
from api.web.routes import PageRoute, back_to
from engine.cases.queries import Page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS, _LINES = 50, 200


@router.get("/cases")
def cases(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    if is_untidy(request):
        return back_to(tidy(request))
    asked = asked_of(request, served, who, _ROWS)
    page = _found(served, who, asked)
    rows = [row_of(request, served, who, view, english) for view in page.cases]
    choices = choices_for(request, served, who, asked, rows, english)
    return render(
        request,
        "desk/cases.html",
        KINDS["invalid"][0] if asked.errors else 200,
        asked=asked,
        rows=rows,
        choices=choices,
        tabs=[] if asked.errors else tabs_of(request, served, who, asked, english),
        next=_next(asked, page),
        named=_named(request, asked, choices),
        link=own_origin(request) + asked.address(),
        may_act=bool(who.levels),
    )


def _found(served: Services, who: Reader, asked: Asked) -> Page:
    """Nothing where a part of the filter is not understood: a list that shows more than was asked for misleads."""
    return Page(cases=(), next=None) if asked.errors else served.case_queries.page(who.person, asked.wanted())


def _next(asked: Asked, page: Page) -> str | None:
    cursor = pack_due(page.next) if asked.base.order == "due" else pack(page.next)
    return asked.address(cursor=cursor) if cursor else None


def _named(request: Request, asked: Asked, choices: dict[str, Sequence[Choice]]) -> list[dict[str, str]]:
    """The filters in words, each with the address of the list without it; the last is the last."""
    return [
        {
            "title": say(request, TITLES[name]),
            "value": titled(choices.get(name, ()), value),
            "without": asked.address(**{name: ""}),
        }
        for name, value in asked.filters.items()
    ]


@router.get("/cases/list")
def problem_list(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    """The same cases for paper: no more than fit a few sheets, and it says so."""
    if is_untidy(request):
        return back_to(tidy(request))
    asked = asked_of(request, served, who, _LINES)
    page = _found(served, who, asked)
    lines: list[dict[str, Any]] = [line_of(request, served, who, view, english) for view in page.cases]
    choices = choices_for(request, served, who, asked, lines, english)
    return render(
        request,
        "desk/list.html",
        KINDS["invalid"][0] if asked.errors else 200,
        asked=asked,
        lines=lines,
        columns=[column for column in PRINTED if any(line[column] for line in lines)],
        named=_named(request, asked, choices),
        cut=_LINES if page.next else None,
    )
