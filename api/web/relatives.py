"""My relatives on record: declared by oneself, so that the rules keep one out of their matters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import Served, Services
from api.problems import Problem
from api.running import by_of, rules_day
from api.web.admin.frame import Errors, tried
from api.web.reader import Reader, Sent, Signed
from api.web.rendering import render, say
from api.web.routes import PageRoute, back_to
from api.web.words import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)
#: Code of a kind of kinship -> what it is called; lists brought in by file may have others.
KINDS = {
    "spouse": N_("配偶"),
    "parent": N_("父母"),
    "child": N_("子女"),
    "sibling": N_("兄弟姐妹"),
    "in_law": N_("姻亲"),
    "other": N_("其他近亲属"),
}


@router.get("/relatives")
def relatives(request: Request, served: Served, who: Signed, q: Annotated[str, Query(max_length=50)] = "") -> Response:
    return _page(request, served, who, q)


def _page(request: Request, served: Services, who: Reader, q: str, errors: Errors = (), status: int = 200) -> Response:
    """An account of nobody's has no relatives."""
    if who.session.person is None:
        raise Problem("not_found", "page_not_found")
    day, words = rules_day(served), q.strip()
    found = served.kinship.candidates(who.person, words, day) if words else ()
    return render(request, "relatives.html", status, relatives=served.kinship.of(by_of(who.session)), found=found,
                  q=q, kinds=KINDS, errors=errors, today=day)  # fmt: skip


@router.post("/relatives")
def declare(request: Request, served: Served, who: Signed, sent: Sent) -> Response:
    """Declared again it stays as it is, so a form sent twice does no harm."""
    by, other, kind, q = by_of(who.session), sent.get("other"), sent.get("kind"), sent.get("q")
    if not other or kind not in KINDS:
        words = say(request, "请选是谁、是什么亲属")
        return _page(request, served, who, q, [{"field": "other", "code": "missing", "message": words}], 422)
    errors = tried(request, lambda: served.kinship.declare(by, other, kind, rules_day(served)))
    return _page(request, served, who, q, errors, 422) if errors else back_to("/relatives", told="declared")
