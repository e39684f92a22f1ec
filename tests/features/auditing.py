"""Somebody who may only read tries to write: by every command of the interface and every form of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from api.web.guard import token_of
from engine.definition.model import START
from engine.people.accounts import AccountService
from engine.store.tables import agenda, cases, decisions, files, history, meetings, payloads, posts
from tests import township as t
from tests.features.pages import Pages
from tests.features.ways import REPORT
from tests.web.page_table import page_routes

#: What is about the reader himself, or keeps nothing.
OWN = re.compile(r"(/v1)?/(sign-|password|liking|inbox|relatives|workflows/check|factor|second|account)")
KEPT = (cases, history, payloads, meetings, agenda, decisions, files, posts)
_NAMES = {"number": "1", "login": "linzhang", "key": "issue-escalation", "person_id": "linzhang", "trigger": "note"}


def kept(pages: Pages) -> list[object]:
    """Everything that is stored of cases, meetings and posts."""
    with pages.world.store.read() as tx:
        return [tuple(row) for table in KEPT for row in tx.execute(sa.select(table).order_by(*table.primary_key))]


def attempts(pages: Pages, person: str) -> Iterator[tuple[str, int]]:
    """What he tried, and how it was answered."""
    yield from _acts(pages, person)
    yield from _commands(pages, person)
    yield from _forms(pages, person)


def _acts(pages: Pages, person: str) -> Iterator[tuple[str, int]]:
    """Every row from where the case stands, and every way to open one."""
    world = pages.world
    held = world.held("")
    headers = {**_signed(pages, person), "If-Match": f'"{held.state.version}"'}
    for row in world.rules.rows:
        if row.sources == (START,):
            body = {"unit": t.NEIGHBOURHOOD, "workflow": world.rules.name, "trigger": row.trigger, "data": REPORT}
            yield _sent(pages, "POST", "/v1/cases", headers, body)
        elif held.state.state in row.sources:
            path = f"/v1/cases/{held.identity.id}/transitions"
            yield _sent(pages, "POST", path, headers, {"trigger": row.trigger, "data": {}})


def _commands(pages: Pages, person: str) -> Iterator[tuple[str, int]]:
    headers = {**_signed(pages, person), "If-Match": '"1"'}
    document = pages.browser.http.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in sorted({"post", "put", "patch", "delete"} & operations.keys()):
            if not OWN.match(path) and not path.endswith("/transitions"):
                yield _sent(pages, method.upper(), _address(pages, path), headers, {})


def _forms(pages: Pages, person: str) -> Iterator[tuple[str, int]]:
    pages.look(person, "/cases")
    secret = next(each.value for each in pages.browser.http.cookies.jar if each.name == "mq_session")
    case = pages.world.cases[""]
    for method, path in sorted(page_routes(pages.browser.app)):
        if method != "POST" or OWN.match(path):
            continue
        sent = {"token": token_of(secret), "once": "1", "version": "1", "case": case, "d.text": "已抽查"}
        page = pages.browser.post(_address(pages, path), sent, follow=False)
        yield f"form {path}", page.status


def _signed(pages: Pages, person: str) -> dict[str, str]:
    pages.look(person, "/cases")  # who has an account by now
    token = AccountService(pages.world.store).issue_token(person, "test").secret
    return {"Authorization": f"Bearer {token}"}


def _sent(pages: Pages, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[str, int]:
    answer = pages.browser.http.request(method, path, headers=headers, json=body)
    return f"{method} {path} {body}", answer.status_code


def _address(pages: Pages, path: str) -> str:
    known = _NAMES | {"case_id": pages.world.cases[""], "meeting_id": pages.world.meeting}
    nothing = f"{t.TOWNSHIP}-01AAAAAAAAAAAAAAAAAAAAAAAA"
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: known.get(found[1], nothing), path)
