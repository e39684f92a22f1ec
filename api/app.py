"""The application: routes, problems, limits, health."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from api.deps import make_services
from api.docs import add_docs_page, complete
from api.handlers import add_handlers
from api.health import add_health
from api.limits import Application
from api.metrics import add_metrics
from api.settings import Settings
from api.v1 import (
    access,
    accounts,
    administration,
    audit,
    cases,
    clock,
    duty,
    history,
    meetings,
    messages,
    organisation,
    register,
    reveals,
    sealed,
    workflows,
)
from api.v1 import files as uploads
from api.web.look import Look
from api.web.pages import add_pages
from engine.audit.access import AccessLog
from engine.audit.keys import key_beside
from engine.cases.office import Office, open_office
from engine.cases.rules_folder import open_rulebook
from engine.files.content import Kind
from engine.files.depots import folder_beside, open_depot
from engine.files.service import FileService
from engine.people.setup import SetupService
from engine.people.tokens import TokenDays
from engine.wiring import open_database

#: Seconds after which PostgreSQL gives up a statement of the service; nobody waits that long for an answer.
PATIENCE = 30.0
#: In the order in which addresses are tried, but for uploads.
ROUTES = (
    cases, sealed, reveals, history, audit, meetings, messages, workflows, organisation, duty, clock, access,
    accounts, register, administration,
)  # fmt: skip


def create_app(settings: Settings) -> FastAPI:
    """The application on the database and rules that the settings name.

    Raises RulesRefused, LookupError where `minqing init` never ran, Unavailable, Wrong where uploads have no place.
    """
    store = open_database(settings.database_url, patience=PATIENCE)
    rulebook = open_rulebook(store, settings.workflows_dir)
    receivers = tuple(each.name for each in settings.webhooks)
    office = open_office(
        store, rulebook, default_workflow=settings.default_workflow, receivers=receivers,
        signing_key=settings.signing_key or key_beside(store),
    )  # fmt: skip
    limits = {Kind.PHOTO: settings.max_photo, Kind.VOICE: settings.max_voice, Kind.DOCUMENT: settings.max_document}
    files = FileService(office, open_depot(settings.files or folder_beside(store)), limits)
    look, days = settings.look(demo=_is_demo(office)), TokenDays(settings.token_days, settings.token_days_most)
    spool = settings.spool_folder
    return app_of(office, max_body=settings.max_body, files=files, look=look, spool=spool, token_days=days)


def _is_demo(office: Office) -> bool:
    setup = SetupService(office.store).setup()
    return setup is not None and setup.mark == "demo"


def app_of(office: Office, *, max_body: int = 1_100_000, files: FileService | None = None,
           look: Look | None = None, spool: Path | None = None,
           token_days: TokenDays = TokenDays()) -> FastAPI:  # fmt: skip
    """The application around an office, for a server or for tests; without `files` and `spool` uploads, and calls that
    are to be written to the log of access, lie beside the database."""
    files = files or FileService(office, open_depot(folder_beside(office.store)))
    app = Application(
        title="minqing",
        description="民情事项逐级办理 · cases climb from hamlet cluster to village to township by rules",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        max_body_size=max_body,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False},
    )
    app.state.services = make_services(office, files, AccessLog(office, spool), token_days)
    for module in ROUTES:
        app.include_router(module.router)
    app.include_router(uploads.router, max_body_size=files.largest)
    complete(app)
    add_pages(app, look or Look(), files.largest)
    add_docs_page(app)
    add_health(app, office)
    add_metrics(app)
    add_handlers(app)
    return app
