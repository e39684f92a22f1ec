"""All pages, added to the application."""

from __future__ import annotations

from fastapi import FastAPI

from api.web import (
    acts,
    case_page,
    meeting_arranging,
    meeting_close,
    meeting_items,
    meeting_list,
    meeting_page,
    sign_in,
    today,
)
from api.web.assets import assets
from api.web.look import Look

_FORM = 1_000_000  # bytes of a form beside its uploads


def add_pages(app: FastAPI, look: Look, largest: int) -> None:
    """`largest` is the biggest upload in bytes: forms take one and their fields."""
    app.state.look = look
    for module in (sign_in, today, case_page):
        app.include_router(module.router)
    for hall in (meeting_list, meeting_arranging, meeting_page, meeting_items, meeting_close):
        app.include_router(hall.router)
    app.include_router(acts.router, max_body_size=largest + _FORM)
    app.mount("/static", assets(), name="static")
