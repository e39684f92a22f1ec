"""Account security: the second factor through pages, and where one is signed in."""

from __future__ import annotations

import dataclasses

import pytest

from engine.people.factors import FactorService
from engine.people.sessions import SessionService
from tests.store.test_factors import code
from tests.web.client import PASSWORD, Browser, Page
from tests.web.world import Web


@pytest.fixture
def strict(web: Web) -> Web:
    """The host wants a second factor of everybody."""
    kept = web.app.state.look
    web.app.state.look = dataclasses.replace(kept, second_factor="all")
    yield web
    web.app.state.look = kept


def signing_in(web: Web, person: str) -> tuple[Browser, Page]:
    """A browser in which the password of the person was typed."""
    browser = web.browser()
    page = browser.submit(browser.get("/sign-in?to=/people").form("/sign-in"), {"login": person, "password": PASSWORD})
    return browser, page


def with_factor(web: Web, person: str) -> str:
    """The person has a second factor; its secret."""
    factors = FactorService(web.office.store)
    offered = factors.offer(person)
    factors.confirm(person, code(offered.secret, steps=-1))
    return offered.secret


def test_a_password_alone_opens_nothing_where_a_factor_was_set_up(web: Web):
    secret = with_factor(web, "zuzhang")
    browser, page = signing_in(web, "zuzhang")

    assert page.status == 200 and page.form("/code").value("to") == "/people"
    for path in ("/", "/people", "/password", "/sign-ins", "/second-factor", "/cases"):
        assert browser.get(path).path.startswith("/code")
    wrong = browser.submit(page.form("/code"), {"code": "000000"})
    assert wrong.status == 422 and "动态码不对" in wrong.text
    right = code(secret)
    page = browser.submit(wrong.form("/code"), {"code": f"{right[:3]} {right[3:]}"})
    assert (page.status, page.path) == (200, "/people")
    FactorService(web.office.store).remove("zuzhang")


def test_what_a_form_brought_is_kept_past_the_code(web: Web):
    secret = with_factor(web, "pianzhang")
    browser, page = signing_in(web, "pianzhang")
    token = page.form("/code").value("token")

    page = browser.post("/report", {"token": token, "gist": "水渠堵了"}, follow=False)
    assert page.status == 401 and "水渠堵了" in page.form("/code").value("kept")
    page = browser.submit(page.form("/code"), {"code": code(secret)})
    assert page.form("/report").value("gist") == "水渠堵了"
    FactorService(web.office.store).remove("pianzhang")


def test_who_must_have_a_factor_sets_it_up_first(strict: Web):
    browser, page = signing_in(strict, "council_member")
    assert page.path == "/second-factor" and browser.get("/").path == "/second-factor"
    assert page.html.count("<svg") and "要设动态码" in page.text
    secret = FactorService(strict.office.store).offer("council_member").secret

    page = browser.submit(page.form("/second-factor"), {"password": "wrong-password", "code": code(secret)})
    assert page.status == 422 and "现在的密码不对" in page.text
    page = browser.submit(page.form("/second-factor"), {"password": PASSWORD, "code": "000000"})
    assert page.status == 422 and "动态码不对" in page.text
    page = browser.submit(page.form("/second-factor"), {"password": PASSWORD, "code": code(secret)})

    assert (page.status, page.path) == (200, "/sign-ins") and "动态码：已设" in page.text
    assert browser.get("/people").path == "/people"
    assert secret not in browser.get("/second-factor").html
    FactorService(strict.office.store).remove("council_member")


def test_places_where_one_is_signed_in_are_told_and_ended_with_the_password(web: Web):
    here, there = web.browser("linzhang"), web.browser("linzhang")
    page = here.get("/sign-ins")
    places = SessionService(web.office.store).of_login("linzhang")
    assert page.html.count("让它退出") == len(places) - 1
    (session,) = (each for each in [places[0].id] if each in page.html)

    page = here.post("/sign-ins", {"token": page.form("/sign-ins").value("token"), "session": session})
    assert page.status == 422 and "现在的密码不对" in page.text and there.get("/people").path == "/people"
    values = {"token": page.form("/sign-ins").value("token"), "password": PASSWORD}
    page = here.post("/sign-ins", values)

    assert page.status == 200 and there.get("/people").path.startswith("/sign-in")
    assert here.get("/people").path == "/people"


def test_the_telephone_that_is_lost_is_taken_away_at_the_sign_in_page(web: Web):
    with_factor(web, "linzhang")
    browser, page = signing_in(web, "linzhang")
    assert page.form("/code")

    FactorService(web.office.store).remove("linzhang")

    assert browser.get("/people").path.startswith("/sign-in")
    assert signing_in(web, "linzhang")[1].path == "/people"
