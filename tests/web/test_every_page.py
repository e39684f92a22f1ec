"""Whatever page there is: who may open it, how it is made, where its links lead, and what its forms refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import urlsplit

import pytest
from starlette.routing import compile_path

from tests.web.client import Browser, Form, Page
from tests.web.hygiene import assert_sound, flaws_of
from tests.web.page_table import LINES, READERS, STARRED, page_routes, read_table, untold
from tests.web.world import DemoWeb

#: What is sent in the forms of the tests: a form shows again what was typed, whatever it is.
TYPED = "排水沟堵了 <b>&amp;"
#: Files are no pages: their headers have tests of their own.
FILES = "/files/"


@pytest.fixture(scope="module")
def browsers(demo_web: DemoWeb) -> dict[str, Browser]:
    """One for each column of the table."""
    return {column: demo_web.browser(persona) for column, persona in READERS.items()}


@pytest.fixture
def asking(demo_web: DemoWeb) -> Browser:
    """Somebody who is not signed in."""
    return demo_web.browser()


# --- the table -------------------------------------------------------------------------------------------------------


def test_every_page_is_in_the_table_and_no_other(demo_web: DemoWeb):
    assert untold(LINES, page_routes(demo_web.app)) == []


def test_a_page_that_the_table_lacks_is_named(demo_web: DemoWeb):
    routes = page_routes(demo_web.app) | {("GET", "/new/{case_id}")}
    assert untold(LINES, routes) == ["no line: /new/{case_id}"]
    assert untold(read_table("/gone" + " 200" * len(READERS)) + LINES, page_routes(demo_web.app)) == ["no page: /gone"]


def test_every_name_in_braces_has_an_address(demo_web: DemoWeb):
    for _, path in page_routes(demo_web.app):
        assert "{" not in demo_web.addresses.of(path)


def test_each_page_is_for_whom_the_table_says(demo_web: DemoWeb, browsers: dict[str, Browser]):
    wrong: dict[str, list[str]] = {}
    for line in LINES:
        address = demo_web.addresses.of(line.address)
        answered = {column: browsers[column].get(address, follow=False).status for column in line.cells}
        differing = [column for column, expected in line.cells.items() if answered[column] != expected]
        wrong[line.address] = [f"{each}: {line.cells[each]} expected, {answered[each]} answered" for each in differing]

    assert_sound(wrong)


def test_who_is_not_signed_in_is_asked_to_and_comes_back(demo_web: DemoWeb, asking: Browser):
    address = demo_web.addresses.of("/cases/{case_id}")
    page = asking.get(address)
    page = asking.submit(page.form("/sign-in"), {"login": "linzhang", "password": demo_web.passwords["linzhang"]})

    assert (page.status, page.path) == (200, address)


# --- how each is made ------------------------------------------------------------------------------------------------


Seen = Mapping[str, Page]


@pytest.fixture(scope="module")
def seen_in(demo_web: DemoWeb) -> Callable[[str], Seen]:
    """Every page as each reader sees it who has a star, in a language."""

    @cache
    def seen(lang: str) -> Seen:
        found = {}
        for line, column in STARRED:
            if not line.address.startswith(FILES):
                browser = demo_web.browser(READERS[column]).likes(lang=lang)
                found[f"{line.address} {column}"] = browser.get(demo_web.addresses.of(line.address))
        return found

    return seen


@pytest.mark.parametrize(("lang", "told"), [("zh", "zh-CN"), ("en", "en")])
def test_every_page_is_made_soundly(seen_in: Callable[[str], Seen], lang: str, told: str):
    assert_sound({name: flaws_of(page, told) for name, page in seen_in(lang).items()})


@pytest.mark.parametrize(
    "path", ["/cases/x", "/nothing", "/sign-in/x", "/%E6%B2%A1%E6%9C%89", "/cases/%00", "/cases/430482109-" + "0" * 26]
)
def test_a_wrong_address_is_a_page_that_says_so(demo_web: DemoWeb, path: str):
    for browser in (demo_web.browser(), demo_web.browser("linzhang")):
        page = browser.get(path)
        if page.path.startswith("/sign-in?"):
            continue  # who is not signed in is not told what exists
        assert (page.status, flaws_of(page)) == (404, [])


def test_a_page_of_a_case_that_is_not_there_reads_as_one_that_is_out_of_reach(demo_web: DemoWeb):
    browser = demo_web.browser("village_clerk_other")
    there, nowhere = (
        browser.get(path)
        for path in (demo_web.addresses.of("/cases/{case_id}"), "/cases/430482109-01AAAAAAAAAAAAAAAAAAAAAAAA")
    )

    assert (there.status, there.tree.one("main").text) == (nowhere.status, nowhere.tree.one("main").text)


def test_the_head_of_a_page_is_that_of_the_page(demo_web: DemoWeb):
    browser = demo_web.browser("linzhang")
    for path in ("/", "/password", demo_web.addresses.of("/cases/{case_id}")):
        head = browser.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-security-policy"] == browser.get(path).headers["content-security-policy"]


def test_what_a_page_cannot_do_is_refused_with_what_it_can(demo_web: DemoWeb):
    browser = demo_web.browser("linzhang")
    for method, path in sorted(page_routes(demo_web.app)):
        answer = browser.http.delete(demo_web.addresses.of(path), headers={"Origin": "http://testserver"})
        assert answer.status_code == 405, path
        assert method in answer.headers["allow"].split(", "), path
        assert flaws_of(Page(answer)) == []


# --- where its links lead --------------------------------------------------------------------------------------------


def test_every_link_of_a_page_leads_somewhere(
    demo_web: DemoWeb, browsers: dict[str, Browser], seen_in: Callable[[str], Seen]
):
    """One link of each kind for each reader: an address with ids, or one with other words."""
    dead: dict[str, list[str]] = {}
    seen = set()
    routes = sorted(path for method, path in page_routes(demo_web.app) if method == "GET")
    asked = {path: compile_path(path)[0] for path in routes}
    for name, page in seen_in("zh").items():
        column = name.split()[-1]
        fresh = {(column, kind_of(asked, link)): link for link in page.links if link.startswith("/")}
        followed = {kind: link for kind, link in fresh.items() if kind not in seen}
        seen |= set(followed)
        statuses = {link: browsers[column].get(link).status for link in followed.values()}
        bad = {link: status for link, status in statuses.items() if status >= 400 and status != page.status}
        dead[name] = [f"{link} is {status}" for link, status in bad.items()]

    assert_sound(dead)


def kind_of(routes: Mapping[str, re.Pattern[str]], link: str) -> tuple[str, ...]:
    """The page a link leads to, and the names in its query."""
    parts = urlsplit(link)
    plain = re.sub(r"/[^/]*\d{6,}[^/]*", "/x", parts.path)
    route = next((path for path, fits in routes.items() if fits.match(parts.path)), plain)
    return (route, *sorted(pair.split("=")[0] for pair in parts.query.split("&")))


# --- what its forms refuse -------------------------------------------------------------------------------------------


def posting(demo_web: DemoWeb) -> list[str]:
    """An address of every route that a form is sent to."""
    return sorted(demo_web.addresses.of(path) for method, path in page_routes(demo_web.app) if method == "POST")


def test_every_form_goes_where_forms_are_taken(demo_web: DemoWeb, seen_in: Callable[[str], Seen]):
    taken = [path for method, path in page_routes(demo_web.app) if method == "POST"]
    for name, page in seen_in("zh").items():
        for form in page.forms:
            action = form.action.split("?")[0]
            assert form.method == "GET" or any(compile_path(path)[0].match(action) for path in taken), (name, action)


def test_a_form_without_the_token_of_this_browser_is_shown_again_and_does_nothing(demo_web: DemoWeb):
    other = demo_web.browser("village_clerk").get("/password").form("/password").value("token")
    for path in posting(demo_web):
        for token in ({}, {"token": ""}, {"token": "x"}, {"token": other}):
            page = demo_web.browser("linzhang").post(path, {"d.text": TYPED, **token}, follow=False)
            assert (page.status, flaws_of(page)) == (403, []), path
            if path != "/sign-in":  # asks for login and password anew
                assert page.form(path).value("d.text") == TYPED, path


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://elsewhere.test"}, {"Origin": "null"}, {"Origin": "", "Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(demo_web: DemoWeb, headers: dict[str, str]):
    browser = demo_web.browser("linzhang")
    token = browser.get("/password").form("/password").value("token")
    for path in posting(demo_web):
        page = browser.post(path, {"token": token, "d.text": TYPED}, follow=False, **headers)
        assert (page.status, flaws_of(page)) == (403, []), path
        assert TYPED not in page.text, path


def test_a_form_sent_after_the_session_ended_is_kept_until_one_has_signed_in(demo_web: DemoWeb):
    public = ("/sign-in", "/sign-out")
    for path in posting(demo_web):
        if path in public:
            continue
        browser = demo_web.browser("linzhang")
        token = browser.get("/password").form("/password").value("token")
        browser.end_session()
        page = browser.post(path, {"token": token, "d.text": TYPED, "once": "1"}, follow=False)
        assert (page.status, flaws_of(page)) == (401, []), path
        again = signed_in_again(demo_web, browser, page)
        assert (again.status, flaws_of(again)) == (200, []), path
        assert (again.form(path).value("d.text"), again.form(path).value("once")) == (TYPED, "1"), path


def signed_in_again(demo_web: DemoWeb, browser: Browser, page: Page) -> Page:
    form: Form = page.form("/sign-in")
    return browser.submit(form, {"login": "linzhang", "password": demo_web.passwords["linzhang"]})


def test_what_was_kept_is_sent_by_one_press(demo_web: DemoWeb):
    path = demo_web.addresses.of("/cases/{township_id}/do/note")
    browser = demo_web.browser("linzhang")
    form = browser.get(path).form()
    browser.end_session()
    page = signed_in_again(demo_web, browser, browser.submit(form, {"d.text": TYPED}))

    page = browser.submit(page.form(path))

    assert (page.status, page.path.split("?")[0]) == (200, path.removesuffix("/do/note"))
    assert page.text.count(TYPED) == 1
