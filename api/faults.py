"""What is answered while the database is away, full, or of another release; to people as a page."""

from __future__ import annotations

import errno

from fastapi import Request, Response

from api.problems import Problem, problem_response
from api.web.routes import error_page, is_page
from engine.wiring import Broken, Unavailable, is_current


def not_migrated() -> Problem:
    """The database is of another release than this program: `minqing migrate`."""
    return Problem("unavailable", "not_migrated", headers={"Retry-After": "30"})


def on_unavailable(request: Request, error: Exception) -> Response:
    """503, or 507 where something is full, with the seconds after which it is worth trying again."""
    assert isinstance(error, Unavailable)
    kind = "full" if error.full else "unavailable"
    return _answer(request, Problem(kind, error.code, headers={"Retry-After": str(error.wait)}))


def on_broken_statement(request: Request, error: Exception) -> Response:
    """A database of another release has other tables and columns: that is no defect, and it passes."""
    assert isinstance(error, Broken)
    if not error.misfit or is_current(request.app.state.services.office.store):
        raise error
    return _answer(request, not_migrated())


def on_os_error(request: Request, error: Exception) -> Response:
    """The disk where bodies and forms wait while they come in is full: as a full database. All else is a defect."""
    assert isinstance(error, OSError)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return on_unavailable(request, Unavailable(full=True))


def _answer(request: Request, problem: Problem) -> Response:
    if is_page(request):
        return error_page(request, problem)
    return problem_response(problem, request.headers.get("accept-language"))
