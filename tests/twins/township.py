"""Two databases of one township that differ by what only one of them was told.

Everything comes from outside: ids and salts from the name of the step, numbers from the counter, which what is hidden
does not move, and the time that the database holds. So whatever else differs, the hidden tells it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from api.app import app_of
from engine.audit.keys import KeyService
from engine.cases.office import Office
from engine.cases.timekeeping import Timekeeper
from engine.files.depots import FolderDepot
from engine.files.service import FileService
from engine.messages.delivery import LetterService
from engine.people.accounts import AccountService
from engine.people.imports import ImportService
from engine.people.sessions import SessionService
from engine.people.setup import SetupService
from engine.store.clock import DatabaseClock
from engine.store.db import Store
from engine.store.outbox import Letter
from engine.store.tables import numbers
from engine.store.timerbook import DueCase
from engine.worker import Worker
from tests import township as t
from tests.api.client import ADMINISTRATORS, PEOPLE, Api, settle
from tests.api.in_process import client_of
from tests.databases import copied, fresh_store

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 24
#: So far ahead counts what is hidden, so that nothing else gets another number for it.
_ASIDE = 9_000
KEY = "signing.key"
EVERYBODY = [*PEOPLE, *(holder.person for holder in t.WHOLE_BOOK), *ADMINISTRATORS]


class Names:
    """Ids: the n-th of a step is always the same. One salt for all: a meeting may close over more cases than one."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, step: str) -> None:
        self._step, self._count = step, 0

    def ulid(self) -> str:
        self._count += 1
        number = int(hashlib.sha256(f"{self._step}/{self._count}".encode()).hexdigest(), 16)
        return "01" + "".join(_SIGNS[number >> 5 * place & 31] for place in range(_LETTERS))

    def salt(self) -> str:
        return "5a" * 16


class Twin(Api):
    """One of the two: a client for everybody on a database of its own. `sessions`: login -> the secret of a browser."""

    names: Names
    store: Store
    worker: Worker
    sessions: dict[str, str]

    def work(self) -> None:
        """What the worker does now."""
        self.worker.looks.looked = None
        self.worker.sweep()

    def uploaded(self, person: str, data: bytes) -> str:
        answer = self.send(person, "POST", "/v1/files", raw=data, content_type="application/octet-stream")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


Step = Callable[[Twin], Any]


@dataclasses.dataclass
class Twins:
    """`plain` never hears what `telling` is told besides."""

    plain: Twin
    telling: Twin
    _steps: int = 0

    @property
    def each(self) -> tuple[Twin, Twin]:
        return self.plain, self.telling

    def both(self, step: Step, also: Step | None = None) -> Any:
        """The same in both; or in the telling one `also` in its place. Returns what the telling one gave."""
        self._steps += 1
        given = None
        for twin in self.each:
            twin.names.begin(f"both {self._steps}")
            given = (also or step)(twin) if twin is self.telling else step(twin)
        return given

    def hidden(self, step: Step) -> Any:
        """In the telling one alone."""
        self._steps += 1
        self.telling.names.begin(f"hidden {self._steps}")
        before = _counted(self.telling.store, None)
        _counted(self.telling.store, _ASIDE + self._steps * 20)
        try:
            return step(self.telling)
        finally:
            _counted(self.telling.store, before)


def _counted(store: Store, taken: int | None) -> int | None:
    """How many numbers the township gave this month; `taken` sets it anew."""
    here = (numbers.c.home == t.TOWNSHIP, numbers.c.month == "2603")
    with store.begin() as tx:
        before = tx.execute(sa.select(numbers.c.taken).where(*here)).scalar()
        if taken is not None and before is not None:
            tx.execute(sa.update(numbers).where(*here).values(taken=taken))
    return before


@contextmanager
def _named_by_case() -> Iterator[None]:
    """A sweep looks at one case after another, and at one letter: what it makes for each is named by that alone."""
    case, deliver = Timekeeper._case, LetterService._deliver

    def carried_out(keeper: Timekeeper, due: DueCase) -> Any:
        _names(keeper.office).begin(f"due {due}")
        return case(keeper, due)

    def delivered(service: LetterService, letter: Letter) -> Any:
        about = (letter.case_id, letter.seq, letter.kind, letter.cause, letter.share, letter.names)
        _names(service.office).begin(f"letter {about}")
        return deliver(service, letter)

    with patch.object(Timekeeper, "_case", carried_out), patch.object(LetterService, "_deliver", delivered):
        yield


def _names(office: Office) -> Names:
    found: Names = office.new_ulid.__self__  # type: ignore[attr-defined]
    return found


@contextmanager
def twins(backend: str, folder: Path, ground: Step, *, signed: bool = True) -> Iterator[Twins]:
    """Both with everything that `ground` did; `signed`: they sign the state of their histories."""
    with ExitStack() as opened, _named_by_case(), fresh_store(backend) as store:
        tokens = settle(store) | _more_accounts(store)
        sessions = _browsers(store)
        if signed:
            KeyService(store, folder / KEY).prepare()
        with _on(store, tokens, sessions, folder / "first") as first:
            first.names.begin("ground")
            ground(first)
        second = opened.enter_context(copied(store))
        shutil.copytree(folder / "first", folder / "second")
        plain = opened.enter_context(_on(store, tokens, sessions, folder / "first"))
        telling = opened.enter_context(_on(second, tokens, sessions, folder / "second"))
        yield Twins(plain, telling)


@contextmanager
def _on(store: Store, tokens: dict[str, str], sessions: dict[str, str], folder: Path) -> Iterator[Twin]:
    folder.mkdir(exist_ok=True)
    names = Names()
    office = dataclasses.replace(_office(store, names), signing_key=folder.parent / KEY)
    app = app_of(office, files=FileService(office, FolderDepot(folder / "files")), spool=folder / "access")
    with client_of(app) as client:
        client.headers["Accept-Encoding"] = "identity"
        twin = Twin(office, tokens, client, app)
        twin.names, twin.store, twin.sessions = names, store, sessions
        twin.worker = Worker(office, 1)
        yield twin


def _office(store: Store, names: Names) -> Office:
    office, _ = t.open_test_office(store, *t.default_rules(), t.whole_book())
    return dataclasses.replace(
        office, clock=DatabaseClock(), receivers=("partner",), new_ulid=names.ulid, new_salt=names.salt
    )


def _more_accounts(store: Store) -> dict[str, str]:
    """What version 2 names besides, also in the other township, and a person with two posts."""
    t.settle_whole_book(store)
    people = "id,name,phone\ntwo_posts,双重岗,\n"
    posts = "person,role,unit,body,valid_from,valid_to\n"
    posts += f"two_posts,village_clerk,{t.SIBLING},,2025-01-01,\ntwo_posts,zuzhang,{t.WUCHANG}g2,,2025-01-01,\n"
    for kind, text in (("people", people), ("posts", posts)):
        outcome = ImportService(store).apply(kind, text.encode())
        assert not outcome.problems, outcome.problems
    accounts = AccountService(store)
    more = [*(holder.person for holder in t.WHOLE_BOOK), "two_posts"]
    for person in more:
        accounts.add(person, person, operator=False)
    return {person: accounts.issue_token(person, "test").secret for person in more}


def _browsers(store: Store) -> dict[str, str]:
    day = SetupService(store).clock()[0].date()
    service = SessionService(store)
    return {login: service.begin(login, remember=False, day=day).secret for login in [*EVERYBODY, "two_posts"]}


@contextmanager
def watched(store: Store) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    heard: list[str] = []

    def listen(*said: Any) -> None:
        heard.append(said[2])

    sa.event.listen(store.engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", listen)
