"""The lines of the permission table about running the system. The person asked about, and his account, are of the
place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import httpx2 as httpx

from engine.people.accounts import AccountService
from engine.people.acting import By
from engine.people.kinship import KinshipService
from tests import township as t
from tests.api.client import SECURITY, Api
from tests.api.permission_lines import Line, Thing, post, read
from tests.api.world import Place

#: What was never given out before.
_NEW = count(1)


def _clerk(place: Place) -> str:
    return f"village_clerk{place.tag}"


def with_account(api: Api, place: Place) -> Thing:
    """An account of its own, with a token: the clerk's go on being used."""
    login = f"spare{next(_NEW)}"
    accounts = AccountService(api.office.store)
    accounts.add(login, _clerk(place), operator=False)
    return {"login": login, "token_id": accounts.issue_token(login, "spare").id}


def with_post(api: Api, place: Place) -> Thing:
    answer = api.send(SECURITY, "POST", "/v1/posts", _post(place))
    return {"post_id": answer.json()["id"]}


def with_relative(api: Api, place: Place) -> Thing:
    """One kind of kinship after the other: what was ended is not declared again on the same day."""
    kind = "cousin_" + "".join(chr(ord("a") + int(digit)) for digit in str(next(_NEW)))
    by = By(login=_clerk(place), person=_clerk(place))
    KinshipService(api.office.store).declare(by, place.who("linzhang"), kind, t.NOW.date())
    return {"kind": kind}


def _post(place: Place) -> dict[str, Any]:
    return {"person": _clerk(place), "role": "village_cadre", "unit": place.village,
            "valid_from": f"2030-01-{next(_NEW) % 28 + 1:02}"}  # fmt: skip


def send(path: str, body: Any = None) -> Callable[[Api, str | None, Place, Thing], httpx.Response]:
    return lambda api, who, place, thing: api.send(who, "POST", path.format(**thing), body)


def end_relative(api: Api, who: str | None, place: Place, thing: Thing) -> httpx.Response:
    body = {"person": _clerk(place), "other": place.who("linzhang"), "kind": thing["kind"]}
    return api.send(who, "POST", "/v1/relatives/end", body)


def read_of_clerk(path: str) -> Callable[[Api, str | None, Place, Thing], httpx.Response]:
    return lambda api, who, place, thing: api.send(who, "GET", f"{path}?person={_clerk(place)}")


RUNNING = {
    "GET /v1/accounts": Line(
        ask=read("/v1/accounts", limit="200"), listed=("login", lambda place, thing: _clerk(place))
    ),
    "GET /v1/tokens": Line(
        ask=read("/v1/tokens", limit="200"), make=with_account, listed=("id", lambda place, thing: thing["token_id"])
    ),
    "GET /v1/register": Line(ask=read("/v1/register", limit="200"), listed=("id", lambda place, thing: _clerk(place))),
    "GET /v1/posts": Line(ask=read_of_clerk("/v1/posts")),
    "GET /v1/relatives": Line(ask=read_of_clerk("/v1/relatives")),
    "GET /v1/administration": Line(ask=read("/v1/administration")),
    "POST /v1/accounts": Line(
        ask=post("/v1/accounts", lambda place: {"login": f"new{next(_NEW)}", "person": _clerk(place)})
    ),
    "POST /v1/accounts/{login}/end": Line(ask=send("/v1/accounts/{login}/end"), make=with_account),
    "POST /v1/accounts/{login}/password": Line(ask=send("/v1/accounts/{login}/password"), make=with_account),
    "POST /v1/accounts/{login}/sessions/end": Line(ask=send("/v1/accounts/{login}/sessions/end"), make=with_account),
    "POST /v1/accounts/{login}/factor/remove": Line(ask=send("/v1/accounts/{login}/factor/remove"), make=with_account),
    "POST /v1/tokens": Line(
        ask=lambda api, who, place, thing: api.send(
            who, "POST", "/v1/tokens", {"login": thing["login"], "label": "接口", "scope": "read"}
        ),
        make=with_account,
    ),
    "POST /v1/tokens/{token_id}/revoke": Line(ask=send("/v1/tokens/{token_id}/revoke"), make=with_account),
    "POST /v1/people": Line(ask=post("/v1/people", lambda _: {"name": "新来的"})),
    "POST /v1/posts": Line(ask=post("/v1/posts", _post)),
    "POST /v1/posts/{post_id}/end": Line(
        ask=send("/v1/posts/{post_id}/end", {"last_day": "2026-12-31"}), make=with_post
    ),
    "POST /v1/relatives": Line(ask=post("/v1/relatives", lambda _: {"other": "lishen", "kind": "aunt"})),
    "POST /v1/relatives/end": Line(ask=end_relative, make=with_relative, used_up=True),
}
