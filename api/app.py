"""The application: routes, problems, limits, health."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.deps import know_holder, make_services, unauthorized
from api.docs import add_docs_page, complete
from api.faults import on_broken_statement, on_unavailable
from api.health import add_health
from api.limits import Application
from api.metrics import add_metrics
from api.nesting import TooDeep
from api.problems import Problem, problem_response, refusal_response
from api.settings import Settings
from api.v1 import access, cases, clock, duty, history, meetings, messages, organisation, reveals, workflows
from api.v1 import files as uploads
from api.web.look import Look
from api.web.pages import add_pages
from api.web.routes import error_page, is_page
from engine.audit.access import AccessLog
from engine.audit.keys import key_beside
from engine.cases.office import Office, open_office
from engine.cases.rules_folder import open_rulebook
from engine.files.content import Kind
from engine.files.depots import folder_beside, open_depot
from engine.files.service import FileService
from engine.people.errors import Wrong
from engine.people.setup import SetupService
from engine.rules.refusals import FieldProblem, FieldsRefused, NotFound, Refusal
from engine.rules.rulebook import RulesMissing
from engine.wiring import Broken, Unavailable, open_database

#: Seconds after which PostgreSQL gives up a statement of the service; nobody waits that long for an answer.
PATIENCE = 30.0
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_PLAIN = re.compile(r"[a-z_]+")
_STATUSES = {404: ("not_found", "route_not_found"),
             405: ("method", "method_not_allowed"), 413: ("too_large", "too_large")}  # fmt: skip


#: What a malformed part of a path was meant to name.
_ABSENT = {
    "case_id": "case", "meeting_id": "meeting", "file_id": "file", "message_id": "message", "key": "workflow",
    "version": "workflow", "turn_id": "turn",
}  # fmt: skip

#: pydantic's kinds of errors -> our codes; what is not here is `bad_shape`.
_SHAPES = {
    "missing": "missing",
    "timezone_aware": "time_without_offset",
    "extra_forbidden": "unknown_key",
    "string_pattern_mismatch": "bad_pattern",
    "less_than_equal": "out_of_bounds",
    "greater_than_equal": "out_of_bounds",
    "too_long": "out_of_bounds",
    "too_short": "out_of_bounds",
    "string_too_long": "out_of_bounds",
    "string_too_short": "out_of_bounds",
}


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
    look = settings.look(demo=_is_demo(office))
    return app_of(office, max_body=settings.max_body, files=files, look=look, spool=settings.spool_folder)


def _is_demo(office: Office) -> bool:
    setup = SetupService(office.store).setup()
    return setup is not None and setup.mark == "demo"


def app_of(office: Office, *, max_body: int = 1_100_000, files: FileService | None = None,
           look: Look | None = None, spool: Path | None = None) -> FastAPI:  # fmt: skip
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
    app.state.services = make_services(office, files, AccessLog(office, spool))
    for module in (cases, reveals, history, meetings, messages, workflows, organisation, duty, clock, access):
        app.include_router(module.router)
    app.include_router(uploads.router, max_body_size=files.largest)
    complete(app)
    add_pages(app, look or Look(), files.largest)
    add_docs_page(app)
    add_health(app, office)
    add_metrics(app)
    _add_handlers(app)
    return app


def _add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Wrong, _on_wrong)
    app.add_exception_handler(RequestValidationError, _on_shape)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(TooDeep, lambda request, _: _on_unreadable(request))  # where a route reads it itself
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(Broken, on_broken_statement)
    app.add_exception_handler(RulesMissing, _on_rules_missing)
    app.add_exception_handler(Exception, _on_broken)


def _accept(request: Request) -> str | None:
    return request.headers.get("accept-language")


def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refusal_response(error, _accept(request))


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, _accept(request))


def _on_wrong(request: Request, error: Exception) -> Response:
    """What the register refuses about a query reads like a field."""
    assert isinstance(error, Wrong)
    problem = FieldProblem(field=str(error.facts.get("field", error.code)), code="bad_shape")
    return refusal_response(FieldsRefused((problem,)), _accept(request))


def _on_shape(request: Request, error: Exception) -> Response:
    """A body or parameter of the wrong form: every place is named. What cannot be an id is the id of nothing."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return _on_unreadable(request)
    absent = next((_ABSENT[each["loc"][1]] for each in found if each["loc"][0] == "path"), None)
    if absent is not None:
        return refusal_response(NotFound(absent), _accept(request))
    places = dict.fromkeys((_field_name(each["loc"]), _field_code(each)) for each in found)
    problems = tuple(FieldProblem(field=name, code=code) for name, code in places)
    return refusal_response(FieldsRefused(problems), _accept(request))


def _on_unreadable(request: Request) -> Response:
    """A body is read before anybody asks who sends it; but who has no token hears that first."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    known = request.app.state.services.accounts.who(secret) if scheme.lower() == "bearer" else None
    if known is None:
        return problem_response(unauthorized(), _accept(request))
    know_holder(request, known)
    return problem_response(Problem("bad_request", "unreadable"), _accept(request))


def _field_name(place: tuple[Any, ...]) -> str:
    """`data.<field>` is that field; of a choice between shapes the name, not which shape was tried."""
    parts = place[1:]
    if len(parts) > 1 and parts[0] == "data":
        return str(parts[1])
    named = [str(part) for part in parts if isinstance(part, int) or _PLAIN.fullmatch(part)]
    return ".".join(named) or (str(parts[0]) if parts else "body")


def _field_code(error: Any) -> str:
    """What cannot be the code of a field is a field that no row has."""
    if error["loc"][1:2] == ("data",) and error["loc"][-1] == "[key]":
        return "unknown_field"
    return _SHAPES.get(error["type"], "bad_shape")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
    if is_page(request):
        return error_page(request, error, headers)
    if error.status_code == 400:
        return _on_unreadable(request)
    kind, code = _STATUSES.get(error.status_code, ("bad_request", "unreadable"))
    return problem_response(Problem(kind, code, headers=headers), _accept(request))


def _allowed(request: Request) -> str:
    """The methods of every route at this path; the router names those of the first alone."""
    routes: list[BaseRoute] = request.app.routes
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    found = [method for method, scope in scopes.items() if any(_takes(route, scope) for route in routes)]
    return ", ".join(found)


def _takes(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL


def _on_broken(request: Request, _: Exception) -> Response:
    """A defect of ours. The server's log has the trace, the caller a sentence."""
    if is_page(request):
        return error_page(request, Problem("broken", "broken"))
    return problem_response(Problem("broken", "broken"), _accept(request))


def _on_rules_missing(request: Request, _: Exception) -> Response:
    return problem_response(Problem("unavailable", "rules_missing", headers={"Retry-After": "300"}), _accept(request))
