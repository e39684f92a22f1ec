"""What callers and readers are told while the database is away, is of another release, or the clock is wrong."""

from __future__ import annotations

import errno
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from api.web.stuck import stuck_of
from engine.store.clock import hold
from engine.wiring import Unavailable
from tests import township as t
from tests.api import world
from tests.api.client import Api, said
from tests.unit.files import made

NOTE = {"trigger": "note", "data": {"text": "看到了"}}


def hold_at(api: Api, moment) -> None:
    """As a clock that somebody set back: the service itself only moves it forward."""
    with api.office.store.begin() as tx:
        hold(tx, moment)


def test_a_clock_that_is_behind_is_told_and_nothing_is_done(api: Api):
    case = world.reported(api)
    path = f"/v1/cases/{case}/transitions"

    hold_at(api, t.NOW - timedelta(minutes=2))
    refused = api.send("zuzhang", "POST", path, NOTE, version=1, key="behind")
    read = api.send("zuzhang", "GET", f"/v1/cases/{case}")
    hold_at(api, t.NOW)
    done = api.send("zuzhang", "POST", path, NOTE, version=1, key="behind")

    assert (said(refused), refused.headers["retry-after"]) == ("503 clock_behind", "120")
    assert "校准时间" in refused.json()["detail"]
    assert (said(read), said(done), done.json()["version"]) == ("200", "200", 2)


@pytest.fixture
def of_another_release(api: Api):
    """The database as an earlier release left it: a column is not there yet."""
    store = api.office.store
    with store.begin() as tx:
        tx.execute(sa.text("ALTER TABLE files RENAME COLUMN sha256 TO digest"))
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0011'"))
    yield
    with store.begin() as tx:
        tx.execute(sa.text("ALTER TABLE files RENAME COLUMN digest TO sha256"))
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0012'"))


@pytest.mark.usefixtures("of_another_release")
def test_an_older_schema_under_a_running_service_is_told_as_such(api: Api):
    absent = f"/v1/files/{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"
    asked, ready = api.send("zuzhang", "GET", absent), api.send(None, "GET", "/readyz", language="en")

    assert (said(asked), asked.headers["retry-after"]) == ("503 not_migrated", "30")
    assert (said(ready), "minqing migrate" in ready.json()["detail"]) == ("503 not_migrated", True)


def test_a_column_that_we_misspelt_stays_a_defect(api: Api):
    store = api.office.store
    with store.begin() as tx:
        tx.execute(sa.text("ALTER TABLE files RENAME COLUMN sha256 TO digest"))
    asked = api.send("zuzhang", "GET", f"/v1/files/{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE")
    with store.begin() as tx:
        tx.execute(sa.text("ALTER TABLE files RENAME COLUMN digest TO sha256"))

    assert said(asked) == "500 broken"


@pytest.mark.parametrize(("full", "status", "wait"), [(False, 503, "5"), (True, 507, "300")])
@pytest.mark.parametrize(("language", "words"), [("zh-CN", ("数据库", "存储空间")), ("en", ("database", "Storage"))])
def test_a_reader_gets_a_page_in_his_language(api: Api, full, status, wait, language, words):
    def away():
        raise Unavailable(full=full)

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(api.office.store, "read", away)
        answer = api.send(None, "GET", "/", language=language)

    assert (answer.status_code, answer.headers["retry-after"]) == (status, wait)
    assert answer.headers["content-type"].startswith("text/html")
    assert words[full] in answer.text


def test_a_page_that_says_that_the_database_is_away_does_not_ask_it_again(api: Api):
    def away(_: str) -> int:
        raise Unavailable

    served = SimpleNamespace(clocks=SimpleNamespace(blocked_count=away))
    request = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(services=served)))

    assert stuck_of(request, SimpleNamespace(supervises=True, levels=set(), person="x")) == 0


class _Full:
    """A file for what comes in, on a disk without room."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, **how):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def write(self, _: bytes) -> None:
        raise OSError(self.number, "no room")


@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, "507 storage_full"), (errno.EDQUOT, "507 storage_full"),
                                             (errno.EIO, "500 broken")])  # fmt: skip
def test_a_disk_that_is_full_while_an_upload_comes_in_is_told(api: Api, monkeypatch, number: int, told: str):
    monkeypatch.setattr("api.v1.files.SpooledTemporaryFile", _Full(number))
    refused = api.send("zuzhang", "POST", "/v1/files", raw=made.jpeg(), content_type="application/octet-stream")
    monkeypatch.undo()
    kept = api.send("zuzhang", "POST", "/v1/files", raw=made.jpeg(), content_type="application/octet-stream")

    assert (said(refused), said(kept)) == (told, "201")
