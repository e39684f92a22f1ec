"""Reporting: where, what, say it; or for those who enter much one form. What is wrong keeps all that was given."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import Served
from api.problems import KINDS
from api.web.forms import Filled, typed
from api.web.reader import InEnglish, Reader, Sent, Signed
from api.web.rendering import render
from api.web.report_forms import Step, desk_form, say_form, start_of
from api.web.report_places import Tile, place_of, tiles_of
from api.web.report_refused import not_for_him, what_is_wrong
from api.web.report_rows import may_report, openings_of, reads_alone
from api.web.report_sending import opened, row_of, sent_page
from api.web.report_tiles import categories
from api.web.routes import PageRoute
from engine.definition.model import Row
from engine.rules.refusals import NotFound, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CodeAsked = Annotated[str | None, Query(max_length=64)]


@router.get("/report")
def report(request: Request, served: Served, who: Signed, english: InEnglish, place: CodeAsked = None,
           what: CodeAsked = None, act: CodeAsked = None, under: CodeAsked = None, steps: bool | None = None,
           elsewhere: bool = False) -> Response:  # fmt: skip
    """Step by step under a thumb; at village level and above one form, unless `steps` asks for them."""
    if not may_report(who):
        return not_for_him(request, served, who, english)
    if steps is None and what is None and act is None and max(who.levels) > 0:
        return _desk(request, served, who, english, place, under)
    if place is None:
        return _where(request, served, who, under, bool(steps))
    if what is None and act is None:
        return _what(request, served, who, english, place, elsewhere, bool(steps))
    step = Step(place=place, what=what, trigger=act or "", elsewhere=elsewhere)
    return say_form(request, served, who, english, step, start_of(request, who, row_of(who.workflow, act or ""), what))


def _where(request: Request, served: Served, who: Reader, under: str | None, steps: bool) -> Response:
    tiles = tiles_of(request, served, who, under)
    return render(request, "report/place.html", tiles=tiles, under=under, base=_broadest(tiles), by_steps=steps)


def _broadest(tiles: list[Tile]) -> str | None:
    """The place that holds the others, for who says it in his own words."""
    return next((tile.code for tile in sorted(tiles, key=lambda tile: len(tile.code)) if not tile.leads), None)


def _what(request: Request, served: Served, who: Reader, english: bool, place: str, elsewhere: bool,
          steps: bool) -> Response:  # fmt: skip
    rows = openings_of(who.workflow)
    shown = categories(who.workflow, rows.report, english)
    return render(
        request,
        "report/what.html",
        place=place_of(request, served, who, place),
        elsewhere=elsewhere,
        by_steps=steps,
        few=shown.few,
        more=shown.more,
        unsure=shown.unsure,
        sealed=rows.sealed.trigger if rows.sealed else None,
        readers=_titles(who, rows.sealed, english),
        danger=rows.alarm is not None,
    )


def _titles(who: Reader, row: Row | None, english: bool) -> str:
    """Who alone reads what the row opens."""
    roles = reads_alone(who.workflow, row) if row is not None else ()
    words = [who.roles[role].title.en if english else who.roles[role].title.zh for role in roles]
    return (", " if english else "、").join(words)


def _desk(request: Request, served: Served, who: Reader, english: bool, place: str | None,
          under: str | None) -> Response:  # fmt: skip
    """The township first chooses the village: a list of all places in it would be too long."""
    if under is None and place is None:
        tiles = tiles_of(request, served, who, None)
        if any(tile.leads for tile in tiles) and not _is_village(who):
            return render(request, "report/place.html", tiles=tiles, under=None, base=None, by_steps=False)
    filled = start_of(request, who, openings_of(who.workflow).report, None)
    return desk_form(request, served, who, english, filled, place=place, under=under)


def _is_village(who: Reader) -> bool:
    return max(who.levels) <= 1


@router.post("/report")
def send(request: Request, served: Served, who: Signed, sent: Sent, english: InEnglish) -> Response:
    """Open the case; sent twice it opens one."""
    row = row_of(who.workflow, sent.get("trigger"))
    kept: list[Filled] = []
    try:
        return sent_page(served, who, opened(request, served, who, row, sent, kept))
    except NotFound:
        raise
    except Refusal as refusal:
        filled = what_is_wrong(who, refusal, kept[0] if kept else typed(sent), english)
        status = KINDS[refusal.kind][0]
        if sent.get("desk"):
            under = sent.get("under") or None
            return desk_form(request, served, who, english, filled, under=under, refusal=refusal, status=status)
        step = Step(place=sent.get("unit"), what=sent.get("d.category") or None, trigger=sent.get("trigger"),
                    elsewhere=bool(sent.get("elsewhere")))  # fmt: skip
        return say_form(request, served, who, english, step, filled, refusal=refusal, status=status)


@router.get("/report/handed-over")
def handed_over(request: Request, who: Signed, english: InEnglish) -> Response:
    """A sealed report: who has it now, and nothing else."""
    readers = _titles(who, openings_of(who.workflow).sealed, english)
    return render(request, "report/handed_over.html", readers=readers)
