"""A real server, killed without a word: every call that it answered is in the log of access, once. And what a real
socket shows that no test in this process can."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.audit.access import AccessLog
from engine.store.accessbook import Access, AccessFilter, read_accesses
from engine.store.db import Store
from tests.api.client import office_of, settle
from tests.databases import BACKENDS, fresh_store
from tests.serving import Client, Server

CALLS = 30


@pytest.fixture(params=BACKENDS)
def killed(request: pytest.FixtureRequest) -> Iterator[Store]:
    with fresh_store(request.param) as store:
        yield store


def rows(store: Store, what: str = "/v1/me") -> list[Access]:
    with store.read() as tx:
        return [row for row in read_accesses(tx, AccessFilter(limit=10_000)) if row.what == what]


def call(server: Server, token: str) -> list[int]:
    with ThreadPoolExecutor(6) as many:
        clients = [Client(server.address, token) for _ in range(6)]
        found = [many.submit(client.get, "/v1/me") for client in clients for _ in range(CALLS // 6)]
        statuses = [each.result().status_code for each in found]
    for client in clients:
        client.close()
    return statuses


def test_what_was_answered_before_a_kill_is_noted_once(killed: Store, tmp_path: Path):
    token = settle(killed)["linzhang"]
    server = Server(killed.url, tmp_path / "log")
    server.start()
    statuses = call(server, token)
    server.kill()

    spooled = sum(len(file.read_bytes().splitlines()) for file in (tmp_path / "access").iterdir())
    before = len(rows(killed))
    assert statuses == [200] * CALLS
    assert before + spooled >= CALLS
    AccessLog(office_of(killed), tmp_path / "access").flush()  # as the next process begins
    found = rows(killed)
    assert len(found) == len({row.id for row in found}) == CALLS
    assert {row.login for row in found} == {"linzhang"}
    assert {row.source for row in found} == {"127.0.0.0/24"}
    assert list((tmp_path / "access").iterdir()) == []


# --- over a socket ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with fresh_store("sqlite") as store:
        settle(store)
        found = Server(store.url, tmp_path_factory.mktemp("server") / "log")
        found.start()
        yield found
        found.stop()


def said(server: Server, sent: bytes) -> bytes:
    """What comes back for these bytes until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(sent)
        return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="a long address"),
        pytest.param(b"GET /v1/cases?q=" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="a long query"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", id="a long header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: 1\r\n" * 8_000 + b"\r\n", id="many headers"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\n\r\n", id="two lengths"
        ),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", id="TLS"),
    ],
)
def test_what_is_too_long_or_no_request_is_refused_before_anything_looks_at_it(server: Server, sent: bytes):
    answer = said(server, sent)

    assert answer.split(b" ")[1] in (b"400", b"414", b"431", b"501")
    assert b"server:" not in answer.lower()


def test_no_answer_names_the_server_or_repeats_what_was_asked(server: Server):
    answer = said(server, b"TRACE /v1/me HTTP/1.1\r\nHost: x\r\nX-Secret: sesame\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 405")
    assert b"server:" not in answer.lower()
    assert b"sesame" not in answer


def test_the_log_of_a_server_is_lines_of_json_without_queries(server: Server):
    said(server, b"GET /cases?q=%E6%9D%8E HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    lines = server.log.read_text().splitlines()

    assert lines
    assert all(line.startswith('{"time": "') and line.endswith('"}') for line in lines)
    assert any('\\"GET /cases HTTP/1.1\\" 303' in line for line in lines)
    assert not any("q=" in line or "127.0.0.1:" in line.replace(f"127.0.0.1:{server.port}", "") for line in lines)
