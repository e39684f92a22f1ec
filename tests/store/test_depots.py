"""Where the bytes of uploads lie: a folder, or a store that speaks S3. Both are asked the same."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from obstore.store import LocalStore, MemoryStore

from engine.files.depots import Depot, FolderDepot, Gone, ObjectDepot, folder_beside, key_of, open_depot
from engine.people.errors import Wrong
from engine.store.db import Store, Unavailable

ONE, OTHER = "430482109-01KAZ0C3W8N5T2Q7R4X6V9B1MD", "430482109-01KAZ0C3W8N5T2Q7R4X6V9B1ME"


class FakeS3(BaseHTTPRequestHandler):
    """PUT, GET and DELETE of objects, as much of S3 as is asked for."""

    kept: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(200, b"")

    def do_GET(self) -> None:
        if self.path in self.kept:
            return self._say(200, self.kept[self.path])
        return self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        self.kept.pop(self.path, None)
        self._say(204, b"")

    def do_POST(self) -> None:
        """DeleteObjects."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        bucket = self.path.split("?")[0].rstrip("/")
        keys = [part.split("<")[0] for part in asked.split("<Key>")[1:]]
        for key in keys:
            self.kept.pop(f"{bucket}/{key}", None)
        done = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._say(200, f"<?xml version='1.0'?><DeleteResult>{done}</DeleteResult>".encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), ("ETag", '"x"'),
                            ("Last-Modified", "Wed, 25 Nov 2026 08:00:00 GMT")):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Depot]:
    FakeS3.kept.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeS3)
    Thread(target=server.serve_forever, daemon=True).start()
    settings = {"ENDPOINT": f"http://127.0.0.1:{server.server_port}", "ALLOW_HTTP": "true", "REGION": "cn-test",
                "ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    yield open_depot("s3://minqing/uploads")
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["folder", "memory", "local", "s3"])
def depot(request: pytest.FixtureRequest, tmp_path: Path) -> Depot:
    if request.param == "s3":
        found: Depot = request.getfixturevalue("s3")
        return found
    if request.param == "folder":
        return open_depot(str(tmp_path / "files"))
    return ObjectDepot(MemoryStore() if request.param == "memory" else LocalStore(tmp_path))


def test_what_was_put_is_got_until_it_is_deleted(depot: Depot):
    depot.put(ONE, b"one")
    depot.put(OTHER, bytes(100_000))

    assert depot.get(ONE) == b"one"
    depot.delete(ONE)
    with pytest.raises(Gone):
        depot.get(ONE)
    assert depot.get(OTHER) == bytes(100_000)


def test_deleting_what_is_not_there_does_nothing(depot: Depot):
    depot.put(OTHER, b"other")
    depot.delete(ONE)
    depot.delete(ONE)

    assert depot.get(OTHER) == b"other"


def test_what_is_put_again_is_the_new_one(depot: Depot):
    depot.put(ONE, b"one")
    depot.put(ONE, b"two")

    assert depot.get(ONE) == b"two"


@pytest.mark.parametrize(
    "name", ["", "x", "../x", f"../{ONE}", f"{ONE}/..", f"/{ONE}", ONE.lower(), f"{ONE}\n", "a-\0"]
)
def test_nothing_but_an_id_becomes_a_name(depot: Depot, name: str):
    for ask in (depot.get, depot.delete, lambda found: depot.put(found, b"")):
        with pytest.raises(ValueError, match="not the id"):
            ask(name)


def test_s3_keeps_it_under_the_prefix(s3: Depot):
    s3.put(ONE, b"one")

    assert FakeS3.kept == {f"/minqing/uploads/430482109/md/{ONE}": b"one"}


def test_a_store_that_does_not_answer_is_not_available(caplog: pytest.LogCaptureFixture):
    class Broken:
        def get(self, _: str) -> None:
            raise OSError("no route")

        put = delete = get

    depot = ObjectDepot(Broken())
    for ask in (depot.get, depot.delete):
        with pytest.raises(Unavailable):
            ask(ONE)
    assert "no route" in caplog.text  # where the operator looks


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_folder_is_its_owners_alone(tmp_path: Path):
    FolderDepot(tmp_path / "files").put(ONE, b"one")

    place = tmp_path / "files" / key_of(ONE)
    assert place.relative_to(tmp_path / "files").as_posix() == f"430482109/md/{ONE}"
    assert place.stat().st_mode & 0o777 == 0o600
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in list(place.parents)[:3])
    assert [each.name for each in place.parent.iterdir()] == [ONE]


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)])
def test_a_disk_that_fails_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
):
    def fail(_: int) -> None:
        raise OSError(number, "failed")

    depot = FolderDepot(tmp_path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Unavailable) as found:
        depot.put(ONE, b"one")

    assert found.value.full is full
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_read_is_not_available(tmp_path: Path):
    (tmp_path / key_of(ONE)).mkdir(parents=True)
    depot = FolderDepot(tmp_path)

    for ask in (depot.get, depot.delete):
        with pytest.raises(Unavailable):
            ask(ONE)


# --- where -----------------------------------------------------------------------------------------------------------


def test_uploads_lie_beside_the_sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert folder_beside(Store(f"sqlite:///{tmp_path}/data/minqing.db")) == f"{tmp_path}/data/files"
    assert folder_beside(Store("postgresql://somewhere/minqing")) == f"{tmp_path}/.minqing/files"


@pytest.mark.parametrize("where", ["ftp://x/y", "http://x/y", "file:///x", "s3://"])
def test_another_kind_of_place_is_refused(where: str):
    with pytest.raises(Wrong, match="bad_files_url"):
        open_depot(where)


def test_without_the_extra_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)

    with pytest.raises(Wrong, match="missing_driver"):
        open_depot("s3://bucket")
