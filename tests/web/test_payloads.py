"""What somebody typed is shown as he typed it, and nothing of it ever runs: on every page, and on paper.

The browser is told to ignore our Content-Security-Policy: escaping alone must hold.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from engine.store.tables import people, units
from tests.web.conftest import Person
from tests.web.looking import PAGES
from tests.web.page_table import READERS
from tests.web.served import Served

RUN = "window.mqRan=1"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror={RUN}>',
    f"'><svg onload={RUN}>",
    f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    f"]]><script>{RUN}</script>",
    '<iframe srcdoc="<script>parent.mqRan=1</script>"></iframe>',
    f'<a href="javascript:{RUN}">click</a>',
    f"javascript:{RUN}//",
    f"<details open ontoggle={RUN}>x</details>",
    f"<input autofocus onfocus={RUN}>",
    f'<meta http-equiv="refresh" content="0;url=javascript:{RUN}">',
    f'<form action="javascript:{RUN}"><button>x',
    f'" autofocus onfocus={RUN} x="',
    f"' onmouseover={RUN} x='",
    f"`onload={RUN}",
    "ab{{7*7}}cd",
    "ab${7*7}cd",
    "ab{%print(7*7)%}cd",
    "ab<%=7*7%>cd",
    "ab#{7*7}cd",
    "%(version)s %(what)s %s %d %%",
    "{0} {name} {reader.session}",
    "';DROP TABLE cases;--",
    "a%0d%0aSet-Cookie:x=1",
    "a&lt;b&amp;c&#60;d&nbsp;e",
    "../../../../etc/passwd",
    "前\u202e后面反过来\u202c完",
    "零\u200b宽\u200d字\ufeff在此",
    "很长" * 40,
    "W" * 90,
)
_BLANK = re.compile(r"[\s\u00a0]+")


def token(served: Served, persona: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.demo.accounts[persona]['token']}"}


@pytest.fixture(scope="module")
def typed(served: Served) -> dict[str, str]:
    """Payload -> a case whose texts are all this payload; those that the rules refuse are left out. The reporter and
    the place where he lives are called by the first two."""
    found = {payload: _opened(served, payload) for payload in PAYLOADS}
    person = str(served.demo.accounts["linzhang"]["person"])
    home = str(served.demo.accounts["linzhang"]["posts"][0]["unit"])
    with served.store.begin() as tx:
        tx.execute(sa.update(people).where(people.c.id == person).values(name=PAYLOADS[0]))
        tx.execute(sa.update(units).where(units.c.code == home).values(name=PAYLOADS[1]))
    return {payload: case for payload, case in found.items() if case is not None}


def _opened(served: Served, payload: str) -> str | None:
    home = str(served.demo.accounts["linzhang"]["posts"][0]["unit"])
    text = payload if len(payload) >= 6 else f"事由{payload}"
    data = {"category": "dispute", "source": "visit", "heard_on": "2026-12-24"}
    data |= {"gist": text[:100], "content": text, "place": text}
    answer = served.client.post("/v1/cases", json={"unit": home, "data": data}, headers=token(served, "linzhang"))
    assert answer.status_code in (201, 422), answer.text
    return str(answer.json()["id"]) if answer.status_code == 201 else None


def bare(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.mqRan") is None, page.url


def test_hardly_a_payload_is_refused(typed: dict[str, str]):
    """What is left out would prove nothing. Signs that turn the direction of writing may be refused."""
    assert len(typed) >= len(PAYLOADS) - 3, set(PAYLOADS) - set(typed)


def test_a_case_shows_what_was_typed_and_nothing_runs(person: Person, typed: dict[str, str]):
    page = person("linzhang", bypass_csp=True)
    for payload, case in typed.items():
        for path in (f"/cases/{case}", f"/cases/{case}/print"):
            page.goto(path)
            assert_nothing_ran(page)
            assert bare(payload) in bare(page.locator("body").inner_text()), (path, payload)
            assert "ab49cd" not in page.content(), path


def test_lists_show_what_was_typed_and_nothing_runs(person: Person, typed: dict[str, str]):
    for login, path in (
        ("linzhang", "/mine"),
        ("linzhang", "/"),
        ("village_clerk", "/cases"),
        ("auditor_county", "/cases"),
    ):
        page = person(login, bypass_csp=True, size="desk")
        page.goto(path)
        assert_nothing_ran(page)
        assert "ab49cd" not in page.content(), path
        assert PAYLOADS[0] in page.content().replace("&lt;", "<").replace("&gt;", ">"), path


def test_no_page_runs_the_name_of_anybody_or_of_a_place(person: Person, served: Served, typed: dict[str, str]):
    opened: dict[str, Page] = {}
    for line, column in PAGES:
        page = (
            opened.setdefault(column, person(READERS[column], bypass_csp=True))
            if column not in opened
            else opened[column]
        )
        page.goto(served.addresses.of(line.address))
        assert_nothing_ran(page)


@pytest.mark.parametrize("path", ["/cases?q=", "/history?actor=", "/people?q=", "/sign-in?to=", "/liking?lang=en&to="])
def test_what_stands_in_an_address_never_runs(person: Person, typed: dict[str, str], path: str):
    page = person("auditor_county", bypass_csp=True, size="desk")
    for payload in PAYLOADS[:20]:
        page.goto(path + quote(payload, safe=""))
        assert_nothing_ran(page)
        assert "ab49cd" not in page.content()


def test_a_refused_form_keeps_what_was_typed_as_it_was(person: Person, typed: dict[str, str]):
    page = person("linzhang", bypass_csp=True)
    case = next(iter(typed.values()))
    for payload in PAYLOADS[:18]:
        page.goto(f"/cases/{case}/do/note")
        page.fill("#f-text", payload)
        page.evaluate("document.querySelector('main form').elements.version.value = '1x'")
        page.locator("main form button.btn-primary").click()
        assert_nothing_ran(page)
        assert page.input_value("#f-text") == payload


def test_what_runs_would_be_noticed(person: Person):
    page = person("linzhang", bypass_csp=True)
    page.goto("/")
    page.evaluate(f"document.querySelector('main').innerHTML = '<img src=\"/static/icon.svg?\" onload={RUN}>'")
    page.wait_for_timeout(200)

    with pytest.raises(AssertionError):
        assert_nothing_ran(page)
