"""Who reads a page: the session, the posts, the language; and what a form brought."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.deps import Served, Services
from api.languages import wants_english
from api.noting import know
from api.problems import Problem
from api.web import cookies, guard
from api.web.dates import Calendar
from engine.cases.service import Caller
from engine.definition.model import Role, Workflow
from engine.people.queries import Me
from engine.people.sessions import Session
from engine.rules.fold import local_day
from engine.rules.refusals import KeyReused, Refusal
from engine.rules.rulebook import RulesMissing

_FIELDS, _FILES, _FIELD_SIZE = 2_000, 12, 200_000
_ONCE = re.compile(r"[!-~]{1,200}", re.ASCII)
#: Fields that hold passwords: they are shown to nobody again, and kept nowhere.
_SECRETS = ("password", "old", "new", "again", "code")


class SignInNeeded(Exception):
    """No session, or no longer. What a form brought is kept and asked for again after signing in."""


class FormExpired(Exception):
    """The form's token is not this browser's: it was shown before signing in anew. It is shown again as it was sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who is signed in, with the posts valid today, and the time of the rules. `workflow` are the rules under which new
    cases are opened; `roles` are those of all rules, `ranks` their levels, counted from the lowest."""

    session: Session
    me: Me
    roles: Mapping[str, Role]
    ranks: Mapping[str, int]
    now: datetime
    simulated: bool
    combined: bool
    workflow: Workflow

    @property
    def person(self) -> str:
        """The person behind the account; an operator is nobody's person and reaches nothing."""
        return self.session.person or f"@{self.session.login}"

    @property
    def levels(self) -> set[int]:
        """The levels at which the reader may act, counted from the lowest."""
        held = {post.role for post in self.me.posts if post.role in self.roles}
        return {self.ranks[role] for role in held if not self.roles[role].read_only}

    @property
    def supervises(self) -> bool:
        return any(self.roles[post.role].read_only for post in self.me.posts if post.role in self.roles)

    def caller(self, once: str | None, request: object) -> Caller:
        """Who sends a command; `once` is the key of the form, the same over several sessions of one account. Raises
        Problem where no form of ours can have it."""
        if once and not _ONCE.fullmatch(once):
            raise Problem("bad_request", "form_unreadable")
        return Caller(person=self.person, token=f"web:{self.session.login}", key=once or None, request=request)


def newest(served: Services) -> Workflow:
    """The rules under which new cases are opened. Raises RulesMissing."""
    found = served.office.rulebook.find(served.office.default_workflow)
    if found is None:
        raise RulesMissing(served.office.default_workflow)
    return found.workflow


def reader(request: Request, served: Served) -> Reader:
    """Raises SignInNeeded; of a form that another site sent Problem."""
    secret = cookies.session_secret(request)
    standing, workflow = served.setup.standing(), newest(served)
    day = local_day(workflow, standing.now)
    session = served.sessions.who(secret, day) if secret else None
    if session is None:
        guard.check_sender(request)
        raise SignInNeeded
    know(request, "session", session.login, session.person, session.offices)
    me = served.organisation.me(session.person or f"@{session.login}", day)
    roles, ranks = _roles(served, workflow)
    found = Reader(
        session=session, me=me, roles=roles, ranks=ranks, now=standing.now, simulated=standing.simulated,
        combined=standing.combined, workflow=workflow,
    )  # fmt: skip
    if session.proving and request.url.path not in ("/code", "/sign-out"):
        guard.check_sender(request)
        raise FactorDue
    request.state.reader = found
    if session.must_change and request.url.path not in ("/password", "/sign-out", "/code"):
        raise PasswordFirst
    if lacks_factor(request, session) and request.url.path not in ("/second-factor", "/password", "/sign-out"):
        raise FactorFirst
    return found


def lacks_factor(request: Request, session: Session) -> bool:
    """The host says that he must have a second factor, and he has none."""
    whom = request.app.state.look.second_factor
    return not session.has_factor and (whom == "all" or (whom == "administrators" and bool(session.offices)))


def _roles(served: Services, first: Workflow) -> tuple[dict[str, Role], dict[str, int]]:
    """The roles of every workflow with their level; where two name the same, the rules of new cases speak."""
    roles: dict[str, Role] = {}
    ranks: dict[str, int] = {}
    for workflow in (*(compiled.workflow for compiled in served.office.rulebook.all()), first):
        order = list(workflow.levels)
        roles |= workflow.roles
        ranks |= {code: order.index(role.level) for code, role in workflow.roles.items()}
    return roles, ranks


class FactorDue(Exception):
    """The password was right, the second factor is still to be shown."""


class FactorFirst(Exception):
    """He must have a second factor and has none yet."""


class PasswordFirst(Exception):
    """A password that somebody else chose must be changed before anything else."""


Signed = Annotated[Reader, Depends(reader)]


def english_of(request: Request) -> bool:
    """The language that was chosen, else the browser's."""
    chosen = request.cookies.get(cookies.LANGUAGE)
    if chosen in ("zh", "en"):
        return chosen == "en"
    return wants_english(request.headers.get("accept-language"))


async def speaks_english(request: Request) -> bool:
    return english_of(request)


InEnglish = Annotated[bool, Depends(speaks_english)]


def calendar_of(request: Request, found: Reader) -> Calendar:
    return Calendar(english_of(request), found.now, found.workflow.timezone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """What a form brought: texts by name, several where several were ticked, and files that are not empty."""

    form: FormData

    def get(self, name: str, default: str = "") -> str:
        value = self.form.get(name)
        return value if isinstance(value, str) else default

    def all(self, name: str) -> list[str]:
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text but the token and passwords, in order: what can be sent again."""
        for name, value in self.form.multi_items():
            if isinstance(value, str) and name not in (guard.FIELD, *_SECRETS):
                yield name, value

    def files(self, name: str) -> list[UploadFile]:
        found = (value for value in self.form.getlist(name) if isinstance(value, UploadFile))
        return [file for file in found if file.filename and file.size]


async def posted(request: Request) -> Posted:
    """The form, if it is ours. Raises Problem, FormExpired."""
    guard.check_origin(request)
    found = await brought(request)
    if not guard.has_token(request, found.get(guard.FIELD)):
        raise FormExpired
    return found


async def brought(request: Request) -> Posted:
    """The form, whoever sent it. Raises Problem where it holds a NUL, which no browser types and no database keeps."""
    form = await request.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_FIELD_SIZE)
    if any("\0" in part for pair in form.multi_items() for part in pair if isinstance(part, str)):
        raise Problem("bad_request", "form_unreadable")
    return Posted(form=form)


OurForm = Depends(posted)
Sent = Annotated[Posted, OurForm]


def fresh_once() -> str:
    """A key for a form that shall take effect once, however often it is sent."""
    return secrets.token_urlsafe(18)


def once_after(kept: str, refusal: Refusal | None) -> str:
    """The key of a form that is shown again. One that was sent before with other words gets a fresh one: else it could
    never be sent again."""
    return fresh_once() if isinstance(refusal, KeyReused) or not kept else kept
