"""The browser without scripts: it fills what a person could fill, and reads strictly."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from tests.web.client import Browser, Page
from tests.web.markup import read
from tests.web.world import DemoWeb, Web


def test_somebody_signs_in_reads_and_signs_out(web: Web, browser: Browser):
    page = browser.sign_in("linzhang")
    assert (page.status, page.path, page.h1) == (200, "/", "今天")

    page = browser.submit(page.form("/sign-out"))

    assert page.path == "/sign-in"
    assert browser.get("/", follow=False).headers["location"] == "/sign-in"


def test_a_wrong_password_is_told_and_the_login_kept(browser: Browser):
    page = browser.submit(browser.get("/sign-in").form(), {"login": "linzhang", "password": "wrong-wrong"})

    assert page.status == 422
    assert "登录名或密码不对" in page.text
    assert page.form().value("login") == "linzhang"


def test_a_form_takes_what_a_person_could_choose_and_nothing_else(web: Web):
    browser = web.browser("linzhang")
    form = browser.get(f"/cases/{web.open()}/do/note").form()

    assert ("d.text", "看到了") in form.filled({"d.text": "看到了"})
    with pytest.raises(AssertionError, match=r"no control 'd\.nothing'"):
        form.filled({"d.nothing": "1"})
    assert browser.submit(form, {"d.text": "看到了"}).text.count("看到了") == 1


def test_the_demo_is_there_with_its_cases(demo_web: DemoWeb):
    assert "要您办的" in demo_web.browser("village_clerk").get("/").text


@pytest.mark.parametrize(
    ("html", "flaw"),
    [
        ("<p><b>a</p>", "</p> closes <b> at (1, 7)"),
        ("<p>a", "<p> is never closed"),
        ("a</p>", "</p> closes <#document> at (1, 1)"),
        ("<p id='a' id='b'></p>", "<p> has id twice"),
    ],
)
def test_markup_that_is_not_well_formed_is_noticed(html: str, flaw: str):
    assert flaw in read(html)[1]


FORM = """<main><form id="f" method="post" action="/a"><input type="hidden" name="h" value="1"><textarea name="t">
a&lt;b</textarea><select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked><input type="checkbox" name="c">
</form><button form="f" name="b" value="2">go</button></main>"""


def test_a_form_sends_what_it_shows():
    form = Page(httpx.Response(200, html=FORM, request=httpx.Request("GET", "http://testserver/a"))).form()

    assert form.values == [("h", "1"), ("t", "a<b"), ("s", "y"), ("r", "2")]
    assert (form.options("r"), form.options("s")) == (["1", "2"], ["x", "y"])
    assert [button.text for button in form.buttons] == ["go"]
    with pytest.raises(AssertionError, match="does not offer"):
        form.filled({"s": "z"})
