"""What somebody who means ill, or a broken program, sends to pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.datastructures import FormData

from api.web import forms, reader
from api.web.reader import Posted
from tests import township as t
from tests.web.client import HERE, PASSWORD, Browser, Page
from tests.web.hygiene import flaws_of
from tests.web.world import Web

THEIRS = "把这件事退回去"
SECRET = "fanguomaodun77"
REPORT = {"unit": t.NEIGHBOURHOOD, "d.category": "hazard", "d.gist": "水沟堵了", "once": "k"}
#: Pages that ask for nobody.
PUBLIC = {"/sign-in", "/sign-out", "/liking"}


def token_of(browser: Browser) -> str:
    return browser.get("/password").form("/password").value("token")


def sent(browser: Browser, path: str, values: dict[str, str], **headers: str) -> Page:
    """A form with the token of this browser, where it has one that holds."""
    return browser.post(path, {"token": token_of(browser), **values}, follow=False, **headers)


# --- what stands before every page -----------------------------------------------------------------------------------


def routes_of(app: FastAPI) -> Iterator[tuple[str, str, set[Any]]]:
    """(method, path, what is asked before it) of every page."""
    for route in iter_route_contexts(app.routes):
        if getattr(getattr(route, "endpoint", None), "__module__", "").startswith("api.web."):
            for method in route.methods or ():
                yield method, route.path, set(asked_before(route.dependant))


def asked_before(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from asked_before(each)


def test_every_page_asks_who_reads_and_every_form_whether_it_is_ours(web: Web):
    found = list(routes_of(web.app))

    assert len(found) > 50
    for method, path, before in found:
        assert path in PUBLIC or reader.reader in before, path
        assert method != "POST" or reader.posted in before, path


# --- what another site sends in the name of a reader -----------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://elsewhere.test"}, {"Origin": "null"}, {"Origin": "", "Sec-Fetch-Site": "cross-site"}]
)
def test_what_another_site_sends_is_not_kept_for_who_signs_in_then(browser: Browser, headers: dict[str, str]):
    """The session's cookie does not come with it: it looks as if nobody were signed in."""
    page = browser.post("/report", REPORT | {"d.gist": THEIRS}, **headers)

    assert (page.status, flaws_of(page)) == (403, [])
    assert THEIRS not in page.html


def old(browser: Browser, values: dict[str, str]) -> httpx.Response:
    """Sent by a browser that names no origin."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.http.post("/report", content=urlencode(values), headers=kind)


def test_of_an_old_browser_only_what_carries_its_token_is_kept(web: Web):
    browser = web.browser("linzhang")
    token = token_of(browser)
    browser.end_session()

    ours, theirs = (old(browser, REPORT | {"d.gist": THEIRS, "token": each}) for each in (token, "x"))

    assert (ours.status_code, THEIRS in ours.text) == (401, True)
    assert (theirs.status_code, THEIRS in theirs.text) == (401, False)


def test_a_form_too_large_to_be_sent_again_is_not_kept(browser: Browser):
    page = browser.post("/report", REPORT | {f"d.{n}": "水" * 15_000 for n in range(2)})

    assert page.status == 401
    assert len(page.html) < 20_000


def test_the_largest_form_that_is_kept_can_be_sent_again(browser: Browser):
    text = "水" * 20_000
    page = browser.post("/report", REPORT | {"d.gist": text})
    page = browser.submit(page.form("/sign-in"), {"login": "linzhang", "password": PASSWORD})

    assert page.form("/report").value("d.gist") == text


# --- passwords -------------------------------------------------------------------------------------------------------


def test_passwords_typed_after_the_session_ended_are_not_shown(web: Web):
    browser = web.browser("linzhang")
    form = browser.get("/password").form("/password")
    browser.end_session()

    page = browser.submit(form, {"old": PASSWORD, "new": SECRET, "again": SECRET})
    assert (page.status, SECRET in page.html, PASSWORD in page.html) == (401, False, False)
    page = browser.submit(page.form("/sign-in"), {"login": "linzhang", "password": PASSWORD})
    assert (page.status, page.path, SECRET in page.html) == (200, "/password", False)


def test_a_password_typed_into_an_old_sign_in_page_is_not_shown(web: Web):
    browser = web.browser()
    form = browser.get("/sign-in?to=/people").form("/sign-in")
    browser.http.cookies.clear()

    page = browser.submit(form, {"login": "linzhang", "password": PASSWORD})
    assert (page.status, PASSWORD in page.html) == (403, False)
    assert page.form("/sign-in").value("login") == "linzhang"
    page = browser.submit(page.form("/sign-in"), {"password": PASSWORD})
    assert (page.status, page.path) == (200, "/people")


# --- what a sign-in page carries -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", ["[" * 60_000, '[["d.gist", "\\ud800"]]', "{", "[1]", '[["a"]]', '[[1, "b"]]'])
def test_nonsense_that_was_kept_is_forgotten(browser: Browser, kept: str):
    form = browser.get("/sign-in").form("/sign-in")
    values = {"token": form.value("token"), "login": "linzhang", "password": PASSWORD, "kept": kept}

    assert browser.post("/sign-in", values, follow=False).status == 303


def test_what_was_kept_is_shown_as_its_reader_likes_pages(browser: Browser):
    browser.likes(lang="en", text="large")
    form = browser.get("/sign-in").form("/sign-in")
    kept = json.dumps([["d.gist", THEIRS]])

    values = {"token": form.value("token"), "login": "linzhang", "password": PASSWORD, "kept": kept, "to": "/report"}
    page = browser.post("/sign-in", values)

    html = page.tree.one("html").attrs
    assert (page.status, html["lang"], html["data-text"]) == (200, "en", "large")


# --- odd addresses and fields ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/report?place=%00", "/report?steps=1&under=a%00", "/danger?type=fire&under=%00", "/mine?%00=1"]
)
def test_no_page_is_looked_for_with_a_nul(web: Web, path: str):
    """PostgreSQL takes none."""
    page = web.browser("linzhang").get(path)

    assert (page.status, flaws_of(page)) == (404, [])


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/report", "unit"),
        ("/inbox/read", "message"),
        ("/cases/bulk", "case"),
        ("/meetings", "what"),
        ("/report", "\0"),
    ],
)
def test_no_form_is_taken_with_a_nul(web: Web, path: str, field: str):
    page = sent(web.browser("linzhang"), path, REPORT | {field: "a\0b-1@1"})

    assert (page.status, flaws_of(page)) == (400, [])


@pytest.mark.parametrize("once", ["x" * 201, "中", "a b"])
def test_a_key_that_no_form_of_ours_has_is_refused(web: Web, once: str):
    browser = web.browser("linzhang")

    assert (
        sent(browser, "/report", REPORT | {"once": once, "d.heard_on": "2026-03-02", "d.source": "visit"}).status == 400
    )


def test_an_act_that_no_rules_have_is_not_there(web: Web):
    browser, case = web.browser("linzhang"), web.open("linzhang")
    pages = [
        browser.get(f"/cases/{case}/do/nosuch"),
        sent(browser, f"/cases/{case}/do/nosuch", {"once": "k", "version": "1"}),
        browser.get(f"/report?place={t.NEIGHBOURHOOD}&act=nosuch"),
        sent(browser, "/report", REPORT | {"trigger": "nosuch"}),
    ]

    assert [(page.status, flaws_of(page)) for page in pages] == [(404, [])] * 4


@pytest.mark.parametrize(
    ("typed", "value"), [("12", 12), ("-3", -3), ("--3", "--3"), ("3-", "3-"), ("9" * 5_000, "9" * 5_000), ("", "")]
)
def test_a_number_is_read_or_left_to_the_rules_to_refuse(typed: str, value: object):
    rules = next(each for each in t.all_rules() if each.key == "cooperative")
    posted = Posted(form=FormData([("d.votes_for", typed)]))

    assert forms._value(None, None, rules.fields["votes_for"], True, posted, {}) == value  # type: ignore[arg-type]


def test_a_form_over_the_limit_is_told_on_a_page(web: Web):
    browser = web.browser("linzhang")
    page = sent(browser, "/password", {"old": "x" * 1_200_000})

    assert (page.status, flaws_of(page)) == (413, [])
    assert web.client.post("/v1/cases", content=b"x" * 1_200_000).json()["code"] == "too_large"


def test_a_form_that_was_changed_after_it_was_sent_can_be_sent_as_another(web: Web):
    """Back in the browser, other words: it says so, and the next press is another report."""
    browser = web.browser("linzhang")
    values = {**REPORT, "d.gist": "水沟堵了，快漫出来", "d.heard_on": "2026-03-02", "d.source": "visit", "once": "back"}
    assert sent(browser, "/report", values).status == 303

    page = sent(browser, "/report", values | {"d.gist": "水沟堵了，已经漫出来"})
    assert (page.status, "先前已经交过一次" in page.text) == (422, True)
    assert page.form("/report").value("once") != "back"
    assert browser.submit(page.form("/report")).path.endswith("/sent")


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cases?q=", "/liking?text=large&to=/people", "/rules/issue-escalation"])
def test_nobody_keeps_where_a_page_led(web: Web, path: str):
    for browser in (web.browser(), web.browser("linzhang")):
        page = browser.get(path, follow=False)
        assert page.status == 200 or page.headers["cache-control"] == "private, no-store", path


def test_the_link_to_copy_names_the_address_that_browsers_use(web: Web):
    page = web.browser("village_clerk").get("/cases")

    assert page.tree.one("input", id="saved-link").attrs["value"].startswith(f"{HERE}/cases")
