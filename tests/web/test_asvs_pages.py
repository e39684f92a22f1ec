"""What the security standard asks of pages and answers as such (docs/asvs.csv names these tests)."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from tests.web.client import PASSWORD
from tests.web.markup import Node
from tests.web.world import Web

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "api/web/static").glob("*.js"))
SOURCES = sorted(path for folder in ("api", "engine") for path in (ROOT / folder).rglob("*.py"))
PAGES = (
    "/sign-in",
    "/",
    "/people",
    "/password",
    "/sign-ins",
    "/meetings",
    "/nowhere",
    "/healthz",
    "/v1/cases",
    "/v1/x",
)


@pytest.fixture
def encrypted(web: Web) -> Iterator[Web]:
    """Browsers reach us by https, through a proxy."""
    kept = web.app.state.look
    web.app.state.look = dataclasses.replace(kept, public_url="https://testserver")
    yield web
    web.app.state.look = kept


def called(path: Path) -> Iterator[str]:
    """What a file calls, as `name` or `module.name`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def inputs(web: Web, path: str) -> list[Node]:
    return [node for node in web.browser("linzhang").get(path).tree.walk() if node.tag == "input"]


# --- code ------------------------------------------------------------------------------------------------------------


def test_nothing_evaluates_text_or_starts_programs():
    forbidden = re.compile(r"eval|exec|compile|__import__|os\.system|os\.popen|os\.exec\w*|subprocess\..*|pickle\..*")
    assert [(path.name, name) for path in SOURCES for name in called(path) if forbidden.fullmatch(name)] == []


#: Parts of our own pages, escaped by the server, that take the place of the part shown.
PARTS = {"acts.innerHTML = request.responseText", "innerHTML = main.innerHTML", "innerHTML = bar.innerHTML"}


def test_no_script_of_ours_evaluates_text_or_writes_html():
    forbidden = re.compile(
        r"\beval\(|new Function|(?:inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\.srcdoc"
    )
    found = [line for path in SCRIPTS for line in path.read_text().splitlines() if forbidden.search(line)]
    assert SCRIPTS and [line for line in found if not any(part in line for part in PARTS)] == []


def test_no_script_hinders_pasting():
    forbidden = re.compile(r"onpaste|[\"']paste[\"']|[\"']copy[\"']\s*,")
    assert [path.name for path in SCRIPTS if forbidden.search(path.read_text())] == []


def test_only_strong_hashes_are_used():
    """SHA-1 stands in the codes by the time alone, inside an HMAC, as every app reckons them."""
    weak = re.compile(r"hashlib\.(md5|sha1)|MD5\(|SHA1\(|ARC4|ECB|Blowfish|TripleDES|PKCS1v15")
    assert {path.name for path in SOURCES if weak.search(path.read_text())} <= {"factors.py"}


def test_no_secret_comes_from_a_common_source_of_chance():
    """`random` picks where sweeps begin and waits after a lost race, and makes demos that one seed repeats."""
    users = {path.relative_to(ROOT).as_posix() for path in SOURCES if "random" in _imports(path)}
    assert {name for name in users if not name.startswith("api/demo/")} <= {"engine/store/db.py", "engine/worker.py"}


def _imports(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_text_says_its_type_and_characters(web: Web, path: str):
    kind = web.browser("linzhang").get(path).headers["content-type"]
    assert kind == "application/json" or re.fullmatch(r"(text/html|application/problem\+json); charset=utf-8", kind)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_other_readings_of_it(web: Web, path: str):
    headers = web.browser("linzhang").get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]
    assert "server" not in headers and "x-powered-by" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_under_https_browsers_are_told_to_keep_to_it(encrypted: Web, path: str):
    found = re.match(r"max-age=(\d+)", encrypted.browser().get(path).headers["strict-transport-security"])
    assert found and int(found[1]) >= 365 * 24 * 3600


@pytest.mark.parametrize("path", PAGES)
def test_no_other_site_may_read_answers(web: Web, path: str):
    page = web.browser("linzhang").get(path, origin="https://evil.example")
    assert not [name for name in page.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/.git/config", "/.git/HEAD", "/.svn/entries", "/static/../.git/config", "/.env",
                                  "/static/%2e%2e/app.py", "/pyproject.toml"])  # fmt: skip
def test_nothing_of_the_checkout_is_served(web: Web, path: str):
    assert web.client.get(path).status_code in (303, 404)
    assert "[core]" not in web.client.get(path).text


def test_every_change_wants_a_method_that_changes(web: Web):
    """GET and HEAD stand at no route beside a method that changes; there is no other way to change anything."""
    reading, changing = {"GET", "HEAD"}, {"POST", "PUT", "PATCH", "DELETE"}
    routes = [route for route in web.app.routes if isinstance(route, APIRoute)]
    assert routes and all(not (route.methods & reading and route.methods & changing) for route in routes)


# --- signing in ------------------------------------------------------------------------------------------------------


def test_cookies_are_bound_to_the_host_under_https(encrypted: Web):
    browser = encrypted.browser()
    page = browser.get("/sign-in", origin="https://testserver")
    set_by = page.headers.get_list("set-cookie")
    assert set_by and all(each.startswith("__Host-") and "Secure" in each and "HttpOnly" in each for each in set_by)
    assert all("SameSite=lax" in each and "Path=/" in each for each in set_by)


def test_passwords_are_hidden_and_managers_of_passwords_welcome(web: Web):
    found = [*inputs(web, "/password"), *inputs(web, "/sign-ins"), *inputs(web, "/second-factor")]
    secret = [node for node in found if node.attrs.get("name") in ("old", "new", "again", "password")]
    assert len(secret) == 5
    assert all(node.attrs.get("type") == "password" for node in secret)
    assert {node.attrs.get("autocomplete") for node in secret} == {"current-password", "new-password"}


def test_no_secret_stands_in_an_address(web: Web):
    """Forms with passwords are posted, and nobody is let in by a token in the query."""
    token = web.tokens["linzhang"]
    assert web.client.get(f"/v1/me?token={token}&access_token={token}").status_code == 401
    for path in ("/sign-in", "/password", "/sign-ins", "/second-factor"):
        forms = web.browser(None if path == "/sign-in" else "linzhang").get(path).forms
        assert all(form.method.upper() == "POST" for form in forms)


def test_there_is_a_way_out_on_every_page(web: Web):
    browser = web.browser("linzhang")
    for path in ("/", "/people", "/cases", "/meetings", "/password", "/sign-ins", "/mine"):
        assert "/sign-out" in [form.action for form in browser.get(path).forms], path


def test_signing_in_needs_somebody_who_does_it(web: Web):
    """No page begins a session by being looked at."""
    browser = web.browser()
    for path in ("/", "/sign-in", "/sign-in?login=linzhang&password=" + PASSWORD, "/people"):
        cookies = browser.get(path, follow=False).headers.get_list("set-cookie")
        assert not [each for each in cookies if "mq_session" in each]


def test_signing_in_again_ends_the_session_before(web: Web):
    browser = web.browser("linzhang")
    before = browser.http.cookies["mq_session"]
    page = browser.get("/sign-in")
    answer = browser.submit(page.form("/sign-in"), {"login": "linzhang", "password": PASSWORD}, follow=False)
    after = [each for each in answer.headers.get_list("set-cookie") if each.startswith("mq_session=")]
    assert len(after) == 1 and before not in after[0]
    stale = web.client.get("/people", headers={"cookie": f"mq_session={before}"}, follow_redirects=False)
    assert stale.status_code == 303
