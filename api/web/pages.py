"""All pages, added to the application."""

from __future__ import annotations

from fastapi import FastAPI

from api.web import (
    accesses,
    acts,
    case_page,
    case_print,
    contacts,
    danger,
    meeting_arranging,
    meeting_close,
    meeting_items,
    meeting_list,
    meeting_page,
    mine,
    opening,
    oversee,
    proving,
    relatives,
    report_sent,
    reporting,
    revealing,
    rules_room,
    sign_in,
    today,
)
from api.web.admin import accounts as admin_accounts
from api.web.admin import acts as admin_acts
from api.web.admin import people as admin_people
from api.web.assets import assets
from api.web.desk import blocked, bulk, cases, inbox, refused
from api.web.look import Look

_FORM = 1_000_000  # bytes of a form beside its uploads

#: In the order in which addresses are tried.
_ROUTERS = (
    sign_in.router,
    proving.router,
    today.router,
    relatives.router,
    admin_accounts.router,
    admin_people.router,
    admin_acts.router,
    danger.router,
    mine.router,
    contacts.router,
    cases.router,
    bulk.router,
    blocked.router,
    inbox.router,
    refused.router,
    oversee.router,
    accesses.router,
    rules_room.router,
    revealing.router,
    case_page.router,
    case_print.router,
    report_sent.router,
    meeting_list.router,
    meeting_arranging.router,
    meeting_page.router,
    meeting_items.router,
    meeting_close.router,
)
#: With uploads.
_WITH_FILES = (
    acts.router,
    opening.router,
    reporting.router,
)


def add_pages(app: FastAPI, look: Look, largest: int) -> None:
    """`largest` is the biggest upload in bytes: forms take one and their fields."""
    app.state.look = look
    for router in _ROUTERS:
        app.include_router(router)
    for router in _WITH_FILES:
        app.include_router(router, max_body_size=largest + _FORM)
    app.mount("/static", assets(), name="static")
