"""All pages, added to the application."""

from __future__ import annotations

from fastapi import FastAPI

from api.web import (
    acts,
    case_page,
    contacts,
    danger,
    mine,
    oversee,
    report_sent,
    reporting,
    sign_in,
    today,
)
from api.web.assets import assets
from api.web.desk import cases as desk_cases
from api.web.look import Look

_FORM = 1_000_000  # bytes of a form beside its uploads


def add_pages(app: FastAPI, look: Look, largest: int) -> None:
    """`largest` is the biggest upload in bytes: forms take one and their fields."""
    app.state.look = look
    reporting_reads = (report_sent, danger, mine, contacts)
    for module in (sign_in, today, desk_cases, case_page, oversee, *reporting_reads):
        app.include_router(module.router)
    app.include_router(acts.router, max_body_size=largest + _FORM)
    app.include_router(reporting.router, max_body_size=largest + _FORM)
    app.mount("/static", assets(), name="static")
