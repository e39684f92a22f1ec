"""What tests of pages may use.

In this process, without scripts (fast; most tests of pages want these):
- `web`: the small township for a whole module, `web.browser("linzhang")` a signed-in browser (`tests/web/client.py`);
- `browser`: one that is not signed in, for one test;
- `demo_web`: a copy of the demo township for a whole module, with cases in every state.

In Chromium, behind a real server on a copy of the demo for the module (only what scripts or looks are about):
- `person("linzhang")`: a page on which somebody is signed in, on a phone or a desk; `person(None)` nobody is.

A file of tests uses the one or the other: both have an event loop, and a thread has room for one.

Chromium is Debian's; MINQING_TEST_CHROMIUM may name another. Where there is none these tests are skipped, but with
CI=true they fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.web.chromium import SIZES, Watch, chromium, opened_page
from tests.web.client import Browser
from tests.web.served import Served, served_demo
from tests.web.world import DemoWeb, Web, demo_township, small_township

Person = Callable[..., Page]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with small_township() as found:
        yield found


@pytest.fixture
def browser(web: Web) -> Browser:
    return web.browser()


@pytest.fixture(scope="module")
def demo_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWeb]:
    with demo_township(tmp_path_factory.mktemp("demo-web")) as found:
        yield found


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chromium]:
    """Ends with its module: while it runs, no other event loop can, as the one of a client in this process."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def served(chrome: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of our own on a copy of the demo; `chrome` comes first, so that nothing is built where it is missing."""
    with served_demo(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """What went wrong in any page of the test; read at its end."""
    found = Watch()
    yield found
    found.close()
    assert found.flaws == []


@pytest.fixture
def person(chrome: Chromium, served: Served, watch: Watch) -> Person:
    """`person(login, size="phone", lang="zh", text="normal")` opens a browser of its own. The test fails where any of
    its pages asks another host, writes an error or warning to the console, throws, is answered 5xx, or where a part
    of a page is missing."""

    def opened(
        login: str | None, *, size: str = "phone", lang: str = "zh", text: str = "normal", **more: object
    ) -> Page:
        return opened_page(chrome, served, watch, login, size=size, lang=lang, text=text, **more)

    return opened


@pytest.fixture(scope="module")
def regulars(chrome: Chromium, served: Served) -> Iterator[tuple[Person, Watch]]:
    """Browsers that stay open over the tests of a module, one for each reader and liking, so that what is kept is not
    fetched anew for each page."""
    watch, pages = Watch(), {}

    def opened(login: str | None, *, size: str = "phone", lang: str = "zh", text: str = "normal") -> Page:
        key = (login, size, lang, text)
        if key not in pages:
            pages[key] = opened_page(chrome, served, watch, login, size=size, lang=lang, text=text)
        pages[key].set_viewport_size(SIZES[size]["viewport"])
        return pages[key]

    yield opened, watch
    watch.close()


@pytest.fixture
def regular(regulars: tuple[Person, Watch]) -> Iterator[Person]:
    """As `person`, for looking alone: what a test leaves in the browser is there for the next."""
    opened, watch = regulars
    watch.flaws.clear()
    yield opened
    assert watch.flaws == []
