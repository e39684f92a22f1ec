"""The same people at the doors of the house: with tokens over HTTP, and signed in on pages."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
from fastapi import FastAPI

from api.app import app_of
from api.deps import Services, make_services
from engine.audit.access import AccessLog
from engine.cases.office import Office
from engine.files.depots import folder_beside, open_depot
from engine.files.service import FileService
from tests.properties.rights_facts import Post, done
from tests.properties.rights_rules import row_of
from tests.properties.rights_world import Rights


def services_of(office: Office) -> Services:
    return make_services(office, FileService(office, open_depot(folder_beside(office.store))), AccessLog(office, None))


@dataclass
class Token:
    person: str
    id: str
    secret: str
    revoked: bool = False


@dataclass
class Session:
    """`posts` were valid when it began; when one of them is over, so is the session."""

    person: str
    secret: str
    posts: tuple[Post, ...]
    over: bool = False


class Doors:
    """`client` asks the one application, in this process."""

    def __init__(self, world: Rights, app: FastAPI, client: httpx.Client) -> None:
        self.world, self.client = world, client
        app.state.services = world.served
        self.accounts: dict[str, bool] = {}
        self.tokens: list[Token] = []
        self.sessions: list[Session] = []

    # --- accounts ----------------------------------------------------------------------------------------------------

    def _account(self, person: str) -> bool:
        """Whether it works; a first one is made when it is asked for."""
        if person not in self.accounts:
            self.world.served.accounts.add(person, person, operator=False)
            self.accounts[person] = True
        return self.accounts[person]

    def issue(self, person: str) -> None:
        if self._account(person):
            issued = self.world.served.accounts.issue_token(person, "walk")
            self.tokens.append(Token(person, issued.id, issued.secret))

    def revoke(self, token: Token) -> None:
        self.world.served.accounts.revoke(token.id)
        token.revoked = True

    def end(self, person: str) -> None:
        if self._account(person):
            self.world.served.accounts.end(person)
            self.accounts[person] = False

    def sign_in(self, person: str) -> None:
        if self._account(person):
            begun = self.world.served.sessions.begin(person, remember=False, day=self.world.day)
            self.sessions.append(Session(person, begun.secret, self._posts(person)))

    def sign_out(self, session: Session) -> None:
        self.world.served.sessions.end(session.secret)
        session.over = True

    def _posts(self, person: str) -> tuple[Post, ...]:
        day = self.world.day
        return tuple(
            dataclasses.replace(post, last=None) for post in self.world.land.posts
            if post.person == person and post.first <= day <= (post.last or day)
        )  # fmt: skip

    # --- through them ------------------------------------------------------------------------------------------------

    def works(self, door: Token | Session) -> bool:
        if isinstance(door, Token):
            return self.accounts[door.person] and not door.revoked
        if not self.accounts[door.person] or not set(door.posts) <= set(self._posts(door.person)):
            door.over = True
        return not door.over

    def reads(self, door: Token | Session, case: str) -> None:
        """One case, by a token or on its page."""
        rows = self.world.rows_read(door.person, self.world.cases[case])
        status = self._ask(
            "GET", door, f"/v1/cases/{case}" if isinstance(door, Token) else f"/cases/{case}"
        ).status_code
        shut = 401 if isinstance(door, Token) else 303
        assert status == ((200 if rows else 404) if self.works(door) else shut), f"{door} reads {case}: {status}"

    def lists(self, token: Token) -> None:
        answer = self._ask("GET", token, "/v1/cases?limit=200")
        if not self.works(token):
            assert answer.status_code == 401
            return
        whole = {each for each, case in self.world.cases.items() if self.world.reads_whole(token.person, case)}
        assert {item["id"] for item in answer.json()["items"]} == whole, token

    def notes(self, token: Token, case_id: str) -> None:
        """An act over HTTP: a word on a case."""
        case = self.world.cases[case_id]
        row = row_of(case.rules_version, "note", case.state)
        headers = {"If-Match": f'"{case.version}"'}
        answer = self._ask("POST", token, f"/v1/cases/{case_id}/transitions", headers=headers, json={"trigger": "note"})
        may = self.works(token) and row is not None and self.world.may(token.person, case, row)
        assert (answer.status_code == 200) is may, f"{token} at {case}: {answer.text}"
        if may and row is not None:
            self.world.cases[case_id] = done(case, row, token.person, {})

    def _ask(self, method: str, door: Token | Session, path: str, **how: Any) -> httpx.Response:
        headers = how.pop("headers", {})
        if isinstance(door, Token):
            headers["Authorization"] = f"Bearer {door.secret}"
        else:
            headers["Cookie"] = f"mq_session={door.secret}"
        return self.client.request(method, path, headers=headers, **how)


_MADE: list[FastAPI] = []


def application(world: Rights) -> FastAPI:
    """Made once: what it serves is put in for each township."""
    if not _MADE:
        _MADE.append(app_of(world.office))
    return _MADE[0]
