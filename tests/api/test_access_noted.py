"""What the log of access notes of a call: who, what, with what outcome, and nothing that was said; and who reads it."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator

import httpx2 as httpx
import pytest
import sqlalchemy as sa

from api.noting import names_in, object_of
from api.present_access import csv_lines
from engine.audit.access import AccessLog
from engine.store.accessbook import Access, AccessFilter, read_accesses
from engine.store.clock import real_now
from engine.store.trust_tables import access_log
from tests import township as t
from tests.api import world
from tests.api.client import AUDIT, SECURITY, Api, said


def log_of(api: Api) -> AccessLog:
    found: AccessLog = api.app.state.services.access
    return found


def noted(api: Api, many: int = 1) -> list[Access]:
    """The last calls, the newest first."""
    log_of(api).flush()
    with api.office.store.read() as tx:
        return read_accesses(tx, AccessFilter(limit=many))[:many]


def last(api: Api) -> Access:
    (entry,) = noted(api)
    return entry


# --- what is noted ---------------------------------------------------------------------------------------------------


def test_a_read_is_noted_with_who_what_and_the_post(api: Api):
    case = api.open()
    api.get("village_clerk", f"/v1/cases/{case}")

    entry = last(api)
    assert (entry.login, entry.person, entry.way, entry.office) == ("village_clerk", "village_clerk", "token", None)
    assert (entry.method, entry.what, entry.object, entry.status) == ("GET", "/v1/cases/{case_id}", case, 200)
    assert entry.home == t.TOWNSHIP
    assert entry.post is not None
    assert entry.code is None


def test_names_of_parameters_are_noted_and_nothing_that_they_held(api: Api):
    api.get("village_clerk", "/v1/cases", q="李娥", unit=t.VILLAGE)
    entry = last(api)

    assert (entry.what, entry.asked, entry.object) == ("/v1/cases", ("q", "unit"), None)
    with api.office.store.read() as tx:
        whole = [str(value) for row in tx.execute(sa.select(access_log)) for value in row]
    assert not any("李娥" in value or "%E6" in value for value in whole)


def test_an_act_is_noted_with_its_outcome_and_what_it_made(api: Api):
    made = api.open()
    opened = last(api)
    assert (opened.method, opened.what, opened.status, opened.object) == ("POST", "/v1/cases", 201, made)

    answer = api.fire("village_clerk", made, "decline", **world.DECLINED)
    refused = last(api)
    assert (refused.status, refused.code, refused.object) == (answer.status_code, answer.json()["code"], made)


@pytest.mark.parametrize(
    ("who", "method", "path", "noted_as"),
    [
        (None, "GET", "/v1/cases", ("none", None, "/v1/cases", 401, "unauthorized")),
        ("linzhang", "GET", "/v1/cases/x", ("token", "linzhang", "/v1/cases/{case_id}", 404, "case_not_found")),
        ("linzhang", "GET", "/v1/张三/13800000000", ("none", None, "?", 404, "route_not_found")),
        ("linzhang", "DELETE", "/v1/cases", ("none", None, "/v1/cases", 405, "method_not_allowed")),
        ("linzhang", "TRACE", "/v1/me", ("none", None, "/v1/me", 405, "method_not_allowed")),
        (None, "GET", "/cases", ("none", None, "/cases", 303, None)),
        (None, "GET", "/没有", ("none", None, "?", 404, "page_not_found")),
    ],
)
def test_what_is_refused_is_noted_too(api: Api, who, method, path, noted_as):
    api.send(who, method, path)
    entry = last(api)

    assert (entry.way, entry.login, entry.what, entry.status, entry.code) == noted_as
    assert entry.object is None


def test_a_body_that_cannot_be_read_is_noted_with_who_sent_it(api: Api):
    assert said(api.send("linzhang", "POST", "/v1/cases", raw=b"{")) == "400 unreadable"
    assert (last(api).login, last(api).status, last(api).code) == ("linzhang", 400, "unreadable")


def test_a_body_that_is_too_large_is_noted(api: Api):
    assert api.send("linzhang", "POST", "/v1/cases", raw=b"[" + b"1," * 600_000 + b"1]").status_code == 413
    assert (last(api).status, last(api).code) == (413, "too_large")


def test_a_defect_of_ours_is_noted(api: Api, monkeypatch):
    monkeypatch.setattr(api.app.state.services.organisation, "me", lambda *_: 1 / 0)

    assert api.send("linzhang", "GET", "/v1/me").status_code == 500
    assert (last(api).login, last(api).status, last(api).code) == ("linzhang", 500, "broken")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/icon.svg"])
def test_monitors_and_files_for_everybody_are_not_noted(api: Api, path: str):
    before = len(noted(api, 10_000))
    assert api.send(None, "GET", path).status_code == 200

    assert len(noted(api, 10_000)) == before


def test_a_full_disk_refuses_no_call_and_the_metrics_say_so(api: Api, monkeypatch, caplog):
    monkeypatch.setattr(log_of(api).spool, "append", _full)
    assert api.send("linzhang", "GET", "/v1/me").status_code == 200
    monkeypatch.undo()

    assert "minqing_access_lost_total 1" in api.send(None, "GET", "/metrics").text
    assert "/v1/me" in caplog.text


def _full(_: bytes) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("params", "status", "about"),
    [
        ({"case_id": f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"}, 404, f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"),
        ({"turn_id": "01KAZ9Q4W2N6T1Q8R5X3V7B0MD"}, 200, "01KAZ9Q4W2N6T1Q8R5X3V7B0MD"),
        ({"case_id": "张三"}, 404, None),
        ({"login": "liudaming"}, 200, "liudaming"),
        ({"login": "13800000000"}, 404, None),
        ({"login": "张三"}, 200, None),
        ({"key": "issue-escalation", "version": "1"}, 200, None),
        ({}, 200, None),
    ],
)
def test_of_a_path_the_object_is_kept_where_it_is_one(params, status, about):
    assert object_of(params, status) == about


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (b"q=1&unit=2&q=3", ("q", "unit")),
        (b"%E5%BC%A0=1&13800000000=&=x&<b>=1", ("?",)),
        (b"&".join(b"a%s=1" % bytes([97 + n]) for n in range(26)), tuple(f"a{chr(97 + n)}" for n in range(20))),
        (b"", ()),
    ],
)
def test_of_a_query_the_names_are_kept_that_could_be_ours(query, names):
    assert names_in(query) == names


def test_noting_a_call_takes_little_of_its_time(api: Api):
    """On a slow machine, too: a call takes milliseconds."""
    started = time.perf_counter()
    for _ in range(500):
        log_of(api).note(way="token", method="GET", what="/v1/cases", status=200, asked=("q",))
    each = (time.perf_counter() - started) / 500

    assert each < 0.002
    assert log_of(api).flush() >= 500


# --- who reads it ----------------------------------------------------------------------------------------------------


def test_the_audit_office_reads_the_log_page_by_page(api: Api):
    case = api.open()
    for _ in range(3):
        api.get("village_clerk", f"/v1/cases/{case}")

    first = api.get(AUDIT, "/v1/access", object=case, login="village_clerk", limit="2")
    rest = api.get(AUDIT, "/v1/access", object=case, login="village_clerk", limit="2", cursor=first["next"])
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    entry = first["items"][0]
    assert entry["person"]["id"] == "village_clerk" and entry["person"]["name"]
    assert (entry["object"], entry["home"], entry["way"]) == (case, t.TOWNSHIP, "token")
    assert entry["at"].endswith("+00:00")


def test_reading_and_exporting_it_are_calls_too(api: Api):
    api.get(AUDIT, "/v1/access", status="400")
    assert (last(api).login, last(api).office, last(api).what, last(api).asked) == (
        AUDIT, "audit", "/v1/access", ("status",),
    )  # fmt: skip
    api.send(AUDIT, "GET", "/v1/access/export", format="jsonl")
    assert (last(api).login, last(api).what, last(api).status) == (AUDIT, "/v1/access/export", 200)


def test_the_security_office_reads_what_audit_did(api: Api):
    api.get(AUDIT, "/v1/access")
    found = api.get(SECURITY, "/v1/access", limit="200")["items"]

    assert {each["login"] for each in found} == {AUDIT}
    assert {each["office"] for each in found} == {"audit"}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"login": "a b"}, "login:bad_pattern"),
        ({"status": "600"}, "status:out_of_bounds"),
        ({"since": "2026-03-06"}, "since:time_without_offset"),
        ({"way": "door"}, "way:bad_shape"),
        ({"who": "x"}, "who:unknown_key"),
        ({"cursor": "abc"}, "cursor:bad_cursor"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(api: Api, query, told):
    assert told in said(api.send(AUDIT, "GET", "/v1/access", **query))


def test_supervisors_see_who_looked_at_a_case(api: Api):
    case = api.open()
    api.get("village_clerk", f"/v1/cases/{case}")

    found = api.get("auditor_township", f"/v1/cases/{case}/accesses")["items"]
    assert ("village_clerk", "/v1/cases/{case_id}") in {(each["login"], each["what"]) for each in found}
    assert {each["object"] for each in found} == {case}
    assert said(api.send("village_clerk", "GET", f"/v1/cases/{case}/accesses")) == "403 not_a_supervisor"


# --- exporting -------------------------------------------------------------------------------------------------------


def test_an_export_is_a_table_or_lines_of_json(api: Api):
    case = api.open()
    table = api.send(AUDIT, "GET", "/v1/access/export", object=case)
    lines = api.send(AUDIT, "GET", "/v1/access/export", object=case, format="jsonl")

    (row,) = csv.DictReader(io.StringIO(table.text))
    (line,) = map(json.loads, lines.text.splitlines())
    assert (row["what"], row["object"], row["status"]) == ("/v1/cases", case, "201")
    assert (line["what"], line["object"], line["status"]) == ("/v1/cases", case, 201)
    assert list(row) == list(line)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="access.csv"'
    assert lines.headers["content-type"] == "application/jsonl; charset=utf-8"


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(hostile: str):
    entry = Access(
        id="1", at=real_now(), login=hostile, person=None, office=None, way="none", method="GET", what=hostile,
        object=hostile, asked=(hostile, "x"), status=200, code=hostile, source=None,
    )  # fmt: skip
    _, row = csv.reader(io.StringIO("".join(csv_lines([[entry]])), newline=""))

    assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert f"'{hostile}" in row


@pytest.fixture
def hurried(api: Api) -> Iterator[None]:
    """Nobody has exported anything lately, and nobody has afterwards."""
    api.app.state.services.limits.exports._full_at.clear()
    yield
    api.app.state.services.limits.exports._full_at.clear()


@pytest.mark.usefixtures("hurried")
def test_exports_are_limited_by_account(api: Api):
    def ask(who: str) -> httpx.Response:
        return api.send(who, "GET", "/v1/access/export", object="x", language="en")

    assert [ask(AUDIT).status_code for _ in range(10)] == [200] * 10
    late = ask(AUDIT)
    assert said(late) == "429 too_often"
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert late.json()["detail"].startswith("Too many")
    assert ask(SECURITY).status_code == 200
