"""What an answer says besides itself, and what a request may not be: deep, wide, long, or of another kind."""

from __future__ import annotations

import json
import re

import pytest

from api.app import app_of
from api.nesting import DEEPEST, is_deep
from api.problems import Problem
from api.rates import Limit, Rate
from api.settings import BadSettings, load_settings
from api.web.look import Look
from tests.api.client import Api, said
from tests.api.in_process import client_of

STRICT = "default-src 'none'; frame-ancestors 'none'"
#: Whatever answers: the API, a refusal, a page, a redirect, a file for everybody, operations.
ANSWERS = [
    ("linzhang", "GET", "/v1/me"),
    (None, "GET", "/v1/me"),
    ("linzhang", "GET", "/v1/nothing"),
    ("linzhang", "POST", "/v1/me"),
    (None, "GET", "/sign-in"),
    (None, "GET", "/cases"),
    (None, "GET", "/nothing"),
    (None, "GET", "/docs"),
    (None, "GET", "/openapi.json"),
    (None, "GET", "/static/icon.svg"),
    (None, "GET", "/healthz"),
    (None, "GET", "/metrics"),
]


@pytest.mark.parametrize(("who", "method", "path"), ANSWERS)
def test_every_answer_guards_itself(api: Api, who, method, path):
    headers = api.send(who, method, path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers
    assert "strict-transport-security" not in headers  # plain http here
    for name in ("x-content-type-options", "content-security-policy", "cache-control", "referrer-policy"):
        assert len(headers.get_list(name)) <= 1


@pytest.mark.parametrize(("who", "method", "path"), [each for each in ANSWERS if "/static" not in each[2]])
def test_nothing_but_files_for_everybody_is_kept(api: Api, who, method, path):
    assert "no-store" in api.send(who, method, path).headers["cache-control"]


def test_what_is_too_large_or_broken_guards_itself_too(api: Api, monkeypatch):
    large = api.send("linzhang", "POST", "/v1/cases", raw=b"1" * 1_200_000)
    monkeypatch.setattr(api.app.state.services.organisation, "me", lambda *_: 1 / 0)
    broken = api.send("linzhang", "GET", "/v1/me")

    for answer, status in ((large, 413), (broken, 500)):
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == STRICT
        assert answer.headers["cache-control"] == "no-store"


def test_browsers_are_told_to_stay_with_tls_where_the_public_address_has_it(api: Api):
    look = Look(public_url="https://minqing.example.gov.cn", frames=("https://portal.example.gov.cn",))
    with client_of(app_of(api.office, look=look)) as client:
        for path in ("/v1/me", "/sign-in", "/static/icon.svg"):
            headers = client.get(path).headers
            assert headers["strict-transport-security"] == "max-age=31536000"
            assert "x-frame-options" not in headers  # a portal may show pages in a frame


def test_the_page_of_the_api_runs_its_own_scripts_alone(api: Api):
    answer = api.send(None, "GET", "/docs")
    policy = answer.headers["content-security-policy"]

    (script,) = re.findall(r"script-src ([^;]*)", policy)
    assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/]{43}='", script)
    assert answer.text.count("<script>") == 1


# --- methods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "OPTIONS", "FOO"])
@pytest.mark.parametrize("path", ["/v1/cases", "/sign-in", "/healthz"])
def test_a_method_that_is_not_there_is_refused_and_repeats_nothing(api: Api, method: str, path: str):
    answer = api.client.request(method, path, headers={"X-Secret": "sesame"})

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert b"sesame" not in answer.content


# --- what is deep ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [DEEPEST + 1, 200, 900, 990, 5_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"data":', "}")])
def test_a_body_that_nests_too_deep_is_not_read(api: Api, depth: int, opening: str, closing: str):
    raw = (opening * depth + "1" + closing * depth).encode()

    for path in ("/v1/cases", "/v1/transitions", "/v1/meetings"):
        assert said(api.send("linzhang", "POST", path, raw=raw)) == "400 unreadable"
    assert said(api.send(None, "POST", "/v1/cases", raw=raw)) == "401 unauthorized"


def test_a_route_that_reads_its_body_itself_says_the_same(api: Api):
    deep = b"[" * 100_000

    for path in ("/v1/files", "/v1/workflows/check"):
        assert said(api.send("linzhang", "POST", path, raw=deep, content_type="application/json")) == "400 unreadable"


def test_as_deep_as_may_be_is_judged_by_its_shape(api: Api):
    deep = json.loads("[" * (DEEPEST - 3) + "]" * (DEEPEST - 3))

    assert said(api.send("linzhang", "POST", "/v1/cases", {"unit": "x", "data": {"gist": deep}})).startswith("422")


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b'{"a": "' + b"[" * 100 + b'"}', False),
        (b'{"a": "' + b'\\"[' * 100 + b'"}', False),
        (b'["\\\\", ' + b"[" * 30, True),
        (b"[]" * 100, False),
        (b'"' + b"[" * 100, False),
        (b"]" * 50 + b"[" * 60, False),
        (b"[" * 21, True),
        (b"[" * 20, False),
    ],
)
def test_what_stands_in_a_string_is_not_deep(body: bytes, deep: bool):
    assert is_deep(body) is deep


# --- forms -----------------------------------------------------------------------------------------------------------


def form(*parts: bytes) -> bytes:
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"


FIELD = b'Content-Disposition: form-data; name="a"'
FILE = b'Content-Disposition: form-data; name="a"; filename="b"'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(form(*[FIELD + b"\r\n\r\n1"] * 2_001), id="many fields"),
        pytest.param(form(*[FILE + b"\r\n\r\n1"] * 13), id="many files"),
        pytest.param(form(FIELD + b"\r\n\r\n" + b"1" * 200_001), id="a long field"),
        pytest.param(form(FIELD + b"\r\nX: 1" * 9 + b"\r\n\r\n1"), id="many headers"),
        pytest.param(form(FIELD + b"\r\nX: " + b"1" * 5_000 + b"\r\n\r\n1"), id="a long header"),
        pytest.param(form(b'Content-Disposition: form-data; name="' + b"a" * 5_000 + b'"\r\n\r\n1'), id="a long name"),
        pytest.param(form(b"\r\n1"), id="no name"),
        pytest.param(b"--y\r\n", id="another boundary"),
    ],
)
def test_a_form_with_too_much_in_it_is_refused_on_a_page(api: Api, body: bytes):
    answer = api.client.post("/sign-in", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})

    assert answer.status_code in (400, 403)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


# --- limits ----------------------------------------------------------------------------------------------------------


class Hand:
    """A clock that stands until it is moved."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_limit_takes_a_burst_and_then_one_by_one():
    clock = Hand()
    limit = Limit(Rate(3, 10.0), clock)

    assert [waited(limit, "a") for _ in range(4)] == [0, 0, 0, 10]
    assert waited(limit, "b") == 0
    clock.at += 4
    assert waited(limit, "a") == 6  # what was refused was not counted
    clock.at += 6
    assert [waited(limit, "a"), waited(limit, "a")] == [0, 10]
    clock.at += 3_600
    assert [waited(limit, "a") for _ in range(4)] == [0, 0, 0, 10]


def waited(limit: Limit, who: str) -> int:
    try:
        limit.take(who)
    except Problem as late:
        assert (late.kind, late.code) == ("too_many", "too_often")
        assert late.headers is not None
        return int(late.headers["Retry-After"])
    return 0


def test_a_limit_remembers_so_many_accounts(monkeypatch):
    monkeypatch.setattr("api.rates._REMEMBERED", 3)
    limit = Limit(Rate(1, 10.0), Hand())

    assert [waited(limit, who) for who in "abcda"] == [0, 0, 0, 0, 0]
    assert waited(limit, "d") == 10


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ACCESS_LOG_DAYS", "199", "access_log_days"),
        ("TRUSTED_PROXIES", '["*"]', "trusted_proxies"),
        ("TRUSTED_PROXIES", '["proxy.example.org"]', "trusted_proxies"),
    ],
)
def test_a_setting_that_would_weaken_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str):
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    monkeypatch.setenv(f"MINQING_{name}", value)

    with pytest.raises(BadSettings, match=told):
        load_settings()


def test_what_is_believed_of_whom_goes_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MINQING_CONFIG", raising=False)
    assert load_settings().trusted_proxies == ("127.0.0.1", "::1")
    monkeypatch.setenv("MINQING_TRUSTED_PROXIES", '["10.0.0.0/24"]')
    assert load_settings().trusted_proxies == ("10.0.0.0/24",)
    monkeypatch.setenv("MINQING_TRUSTED_PROXIES", "[]")
    assert load_settings().trusted_proxies == ()


# --- what is told of a defect or of what was sent --------------------------------------------------------------------


def test_a_problem_tells_nothing_of_the_inside(api: Api, monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("SELECT secret FROM settings")

    monkeypatch.setattr(api.app.state.services.organisation, "me", broken)
    answer = api.send("linzhang", "GET", "/v1/me")

    assert said(answer) == "500 broken"
    assert not re.search(r"SELECT|secret|Traceback|\.py|ValueError", answer.text)


def test_what_was_sent_comes_back_as_data_if_at_all(api: Api):
    hostile = "<script>alert(1)</script>"
    answer = api.send("linzhang", "POST", "/v1/cases", {"unit": "x", "data": {hostile: 1}, hostile: 1})

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    json.loads(answer.text)
    page = api.client.get(f"/{hostile}")
    assert hostile not in page.text


# --- what is long ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/cases", "/cases"])
def test_an_address_or_headers_that_are_too_long_are_refused_like_anything_else(api: Api, path: str):
    long = api.client.get(f"{path}?q={'a' * 8_200}")
    wide = api.client.get(path, headers={f"X-{n}": "a" * 1_000 for n in range(40)})

    assert [long.status_code, wide.status_code] == [414, 431]
    kind = "application/problem+json" if path.startswith("/v1") else "text/html"
    assert all(each.headers["content-type"].startswith(kind) for each in (long, wide))
    assert api.client.get(f"{path}?q={'a' * 7_900}").status_code in (401, 303)
