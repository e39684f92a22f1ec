"""The browser of the tests: people in it are signed in, and it notices what must not happen."""

from __future__ import annotations

import pytest

from tests.web.chromium import Watch
from tests.web.conftest import Person
from tests.web.served import Served


def test_a_page_in_chromium_is_signed_in(person: Person):
    page = person("linzhang")
    page.goto("/")

    assert page.locator("h1").inner_text() == "今天"
    assert page.viewport_size == {"width": 360, "height": 740}


def test_signing_in_by_hand_in_chromium(person: Person, served: Served):
    page = person(None)
    page.goto("/sign-in")
    page.fill("#login", "linzhang")
    page.fill("#password", served.password("linzhang"))
    page.get_by_role("button", name="登录").click()

    assert page.locator("h1").inner_text() == "今天"


@pytest.mark.parametrize(
    ("script", "flaw"),
    [
        ("alert(1)", "dialog: 1"),
        ("console.warn('oh')", "console warning: oh"),
        ("setTimeout(() => { throw new Error('ow') }, 0)", "thrown: ow"),
        ("fetch('/static/no.js')", "404 "),
        ("fetch('http://127.0.0.2:9/')", "asked another host"),
    ],
)
def test_what_must_not_happen_is_noticed(person: Person, watch: Watch, script: str, flaw: str):
    page = person("linzhang", bypass_csp=True)
    page.goto("/")
    page.evaluate(f"async () => {{ try {{ await {script} }} catch (e) {{}} }}" if "fetch" in script else script)
    page.wait_for_timeout(100)

    assert any(each.startswith(flaw) for each in watch.flaws), watch.flaws
    watch.flaws.clear()
