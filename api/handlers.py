"""What goes wrong becomes an answer: refusals, shapes that are no shapes, addresses that are none, defects of ours."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.deps import know_holder, unauthorized
from api.faults import on_broken_statement, on_os_error, on_unavailable
from api.nesting import TooDeep
from api.problems import Problem, problem_response, refusal_response
from api.register_problems import register_response
from api.web.routes import error_page, is_page
from engine.people.entering import RowRefused
from engine.people.errors import Wrong
from engine.rules.refusals import FieldProblem, FieldsRefused, NotFound, Refusal
from engine.rules.rulebook import RulesMissing
from engine.wiring import Broken, Unavailable

_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_PLAIN = re.compile(r"[a-z_]+")
_STATUSES = {404: ("not_found", "route_not_found"),
             405: ("method", "method_not_allowed"), 413: ("too_large", "too_large")}  # fmt: skip


#: What a malformed part of a path was meant to name.
_ABSENT = {
    "case_id": "case", "meeting_id": "meeting", "file_id": "file", "message_id": "message", "key": "workflow",
    "version": "workflow", "turn_id": "turn", "checkpoint_id": "checkpoint",
    "login": "account", "token_id": "token", "post_id": "post",
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


def add_handlers(app: FastAPI) -> None:
    """Every kind of refusal and failure has its answer."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Wrong, _on_wrong)
    app.add_exception_handler(RowRefused, _on_wrong)
    app.add_exception_handler(RequestValidationError, _on_shape)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(TooDeep, lambda request, _: _on_unreadable(request))  # where a route reads it itself
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(Broken, on_broken_statement)
    app.add_exception_handler(OSError, on_os_error)
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
    """What the register refuses reads like fields."""
    assert isinstance(error, Wrong | RowRefused)
    return register_response(error, _accept(request))


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
