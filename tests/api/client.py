"""Real requests to the application on a township of the tests, each sent by somebody with a token of his own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2 as httpx
import sqlalchemy as sa
from fastapi import FastAPI

from api.app import app_of
from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.people.accounts import AccountService
from engine.people.administrators import AdministratorService
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.store.clock import DatabaseClock
from engine.store.db import Store
from engine.store.tables import cases, meetings
from tests import township as t
from tests.api.in_process import client_of
from tests.databases import run_folder

OPERATOR = "operator"  #: the system administrator
SECURITY, AUDIT = "security_admin", "audit_admin"
ADMINISTRATORS = {OPERATOR: "system", SECURITY: "security", AUDIT: "audit"}
SECOND_STATION = f"{t.TOWNSHIP}s2"
EMPTY_VILLAGE = f"{t.TOWNSHIP}299"  # nobody has a post here
#: Beside `tests/township.py`: another station, leaders who take cases over, and a village where nobody holds a post.
MORE = {
    "units": "code,name,kind,parent\n"
    f"{SECOND_STATION},农业站,station,{t.TOWNSHIP}\n"
    f"{EMPTY_VILLAGE},无人村,village,{t.TOWNSHIP}",
    "people": "id,name,phone\nstation2,农业站长,\nleader2,赵镇长,\nleader2_other,钱镇长,",
    "posts": "person,role,unit,body,valid_from,valid_to\n"
    f"station2,township_station,{SECOND_STATION},,2025-01-01,\n"
    f"leader2,township_leader,{t.TOWNSHIP},,2025-01-01,\n"
    f"leader2_other,township_leader,{t.OTHER_TOWNSHIP},,2025-01-01,",
}
PEOPLE = [holder.person for holder in t.PEOPLE] + [code for code, _, _ in t.VILLAGERS]
PEOPLE += ["station2", "leader2", "leader2_other"]
REPORT: dict[str, Any] = {
    "category": "dispute",
    "gist": "两家为排水沟争执不下",
    "source": "visit",
    "heard_on": "2026-03-05",
}


def settle(store: Store, *, clock_held: bool = True) -> dict[str, str]:
    """The township with an account and a token for everybody; person -> secret."""
    t.settle(store)
    for kind, text in MORE.items():
        outcome = ImportService(store).apply(kind, text.encode())
        assert not outcome.problems, outcome.problems
    if clock_held:
        SetupService(store).hold_clock(t.NOW)
    return tokens_for(store)


def tokens_for(store: Store) -> dict[str, str]:
    accounts = AccountService(store)
    for person in PEOPLE:
        accounts.add(person, person, operator=False)
    for login, office in ADMINISTRATORS.items():
        accounts.add(login, None, operator=False)
        AdministratorService(store).appoint(login, office)
    return {login: accounts.issue_token(login, "test").secret for login in [*PEOPLE, *ADMINISTRATORS]}


def office_of(store: Store, *workflows: Workflow) -> Office:
    """The office as `serve` opens it: the time of the rules is the one held in the database."""
    office, _ = t.open_test_office(store, *workflows)
    return dataclasses.replace(office, clock=DatabaseClock())


class Api:
    """A client for everybody of the township. Where a world was prepared: `cases`, name -> id, and `kept`, the rest."""

    def __init__(self, office: Office, tokens: dict[str, str], client: httpx.Client, app: FastAPI) -> None:
        self.office, self.tokens, self.client, self.app = office, tokens, client, app
        self.cases: dict[str, str] = {}
        self.kept: dict[str, Any] = {}

    def send(self, person: str | None, method: str, path: str, body: Any = None, *, version: int | str | None = None,
             key: str | None = None, language: str | None = None, raw: bytes | None = None,
             content_type: str | None = None, **query: Any) -> httpx.Response:  # fmt: skip
        """One request; `raw` is a body as it is. Without a person nobody is signed in."""
        headers = {"Authorization": f"Bearer {self.tokens[person]}"} if person else {}
        if version is not None:
            headers["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        for name, value in (("Idempotency-Key", key), ("Accept-Language", language), ("Content-Type", content_type)):
            if value is not None:
                headers[name] = value
        if raw is not None:
            headers.setdefault("Content-Type", "application/json")
        given: dict[str, Any] = {"content": raw} if raw is not None else {"json": body} if body is not None else {}
        return self.client.request(method, path, headers=headers, params=query or None, **given)

    def get(self, person: str | None, path: str, **query: Any) -> Any:
        answer = self.send(person, "GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def open(self, person: str = "linzhang", unit: str = t.NEIGHBOURHOOD, **data: Any) -> str:
        answer = self.send(person, "POST", "/v1/cases", {"unit": unit, "data": REPORT | data})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def fire(self, person: str, case: str, trigger: str, /, **data: Any) -> httpx.Response:
        """Fire at the present version."""
        version = self.version(case)
        return self.send(
            person, "POST", f"/v1/cases/{case}/transitions", {"trigger": trigger, "data": data}, version=version
        )

    def done(self, person: str, case: str, trigger: str, /, **data: Any) -> Any:
        answer = self.fire(person, case, trigger, **data)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def version(self, ident: str) -> int:
        """The present version of a case or meeting."""
        found = sa.union_all(*(sa.select(table.c.version).where(table.c.id == ident) for table in (cases, meetings)))
        with self.office.store.read() as tx:
            return int(tx.execute(found).scalar_one())

    def state(self, case: str) -> str:
        return str(self.get("auditor_county", f"/v1/cases/{case}")["state"])

    def meeting(self, chair: str, kind: str, unit: str) -> str:
        body = {"meeting": kind, "unit": unit, "at": "2026-03-06T15:00:00+08:00"}
        answer = self.send(chair, "POST", "/v1/meetings", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def step(self, person: str, meeting: str, what: str, body: Any = None, method: str = "POST") -> httpx.Response:
        """A change of a meeting at its present version; it may be refused."""
        path = f"/v1/meetings/{meeting}/{what}"
        return self.send(person, method, path, body, version=self.version(meeting))

    def stepped(self, person: str, meeting: str, what: str, body: Any = None, method: str = "POST") -> Any:
        answer = self.step(person, meeting, what, body, method)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def moved_clock(self, to: str) -> None:
        answer = self.send(OPERATOR, "POST", "/v1/clock", {"to": to})
        assert answer.status_code == 200, answer.text


Opened = Callable[[Office, dict[str, str]], Api]


@contextmanager
def opened(office: Office, tokens: dict[str, str]) -> Iterator[Api]:
    app = app_of(office, spool=None if office.store.is_sqlite else run_folder() / "access")
    with client_of(app) as client:
        yield Api(office, tokens, client, app)


def whole(answer: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """All that an answer tells: its status, every header, every byte."""
    return answer.status_code, sorted(answer.headers.raw), answer.content


def said(answer: httpx.Response) -> str:
    """`status code`, and for fields each with its problem."""
    if answer.status_code < 300:
        return str(answer.status_code)
    problem = answer.json()
    fields = "".join(f" {each['field']}:{each['code']}" for each in problem.get("errors", []))
    return f"{answer.status_code} {problem['code']}{fields}"
