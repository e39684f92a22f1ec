"""Reporting under a thumb, in Chromium with a microphone that beeps: taps are counted, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from engine.store.tables import cases, files
from tests.web.chromium import Watch, launched
from tests.web.conftest import Person
from tests.web.served import Served

BEEPING = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chromium]:
    """One with a microphone."""
    with sync_playwright() as playwright:
        found = launched(playwright, *BEEPING)
        yield found
        found.close()


class Thumb:
    """Taps, and counts them. Nothing else can be done with it."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        self.taps += 1
        self.page.locator(selector).first.tap()
        self.page.wait_for_load_state()

    def hold(self, selector: str, seconds: float) -> None:
        """Press, wait, let go: one tap."""
        self.taps += 1
        self.page.locator(selector).hover()
        self.page.mouse.down()
        self.page.wait_for_timeout(seconds * 1000)
        self.page.mouse.up()


def count(served: Served, table: sa.Table) -> int:
    with served.store.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def forgive_offline(watch: Watch) -> None:
    """What Chromium itself writes when it has no network."""
    watch.flaws[:] = [flaw for flaw in watch.flaws if OFFLINE not in flaw]


def test_from_the_icon_to_sent_in_four_taps_without_typing(person: Person, served: Served):
    page = person("linzhang")
    before, recordings = count(served, cases), count(served, files)
    page.goto("/")
    thumb = Thumb(page)

    thumb.tap(".mq-door.main")
    thumb.tap(".mq-tile")
    thumb.tap(".mq-tile.wide")
    thumb.hold(".mq-talk", 1.5)
    page.wait_for_url("**/sent")

    assert thumb.taps <= 4
    assert "已报给" in page.locator("h1").inner_text()
    assert (count(served, cases), count(served, files)) == (before + 1, recordings + 1)


def test_danger_in_four_taps(person: Person):
    page = person("linzhang")
    page.goto("/")
    thumb = Thumb(page)

    thumb.tap(".mq-door.hazard")
    assert page.locator(".mq-dial").first.bounding_box()["y"] < 200  # type: ignore[index]
    thumb.tap(".mq-tile.mid")
    thumb.tap("button.mq-tile")
    page.wait_for_url("**/sent")

    assert thumb.taps <= 4
    assert "险情已发出" in page.locator("h1").inner_text()


def test_a_recording_without_signal_is_kept_and_sent_once_later(person: Person, served: Served, watch: Watch):
    page = person("linzhang")
    page.goto("/report")
    page.locator(".mq-tile").first.tap()
    page.locator(".mq-tile.wide").first.tap()
    before = count(served, cases)
    page.context.set_offline(True)

    page.locator(".mq-talk").tap()
    page.locator(".mq-talk.on").wait_for()
    page.wait_for_timeout(700)
    page.locator(".mq-talk").tap()
    page.get_by_text("待上传 1 条").wait_for()
    assert count(served, cases) == before
    forgive_offline(watch)

    page.context.set_offline(False)
    page.wait_for_url("**/sent")
    assert count(served, cases) == before + 1
    page.goto("/mine")
    assert page.locator("#mq-waiting").is_hidden()


def test_words_without_signal_outlive_the_page_and_stay_their_own(person: Person, served: Served, watch: Watch):
    page = person("linzhang")
    page.goto("/report")
    page.locator(".mq-tile").first.tap()
    page.locator(".mq-tile.wide").first.tap()
    before = count(served, cases)
    page.get_by_role("button", name="打字").tap()
    page.fill("#f-gist", "山塘的护栏断了两根")
    page.context.set_offline(True)
    page.get_by_role("button", name="报上去").tap()
    page.get_by_text("待上传 1 条").wait_for()
    assert page.input_value("#f-gist") == "山塘的护栏断了两根"
    forgive_offline(watch)

    context = page.context
    page.close()
    context.set_offline(False)
    session = context.cookies()
    context.add_cookies([{"name": "mq_session", "value": served.session("village_clerk"), "url": served.address}])
    other = context.new_page()
    other.goto("/mine")
    assert other.locator("#mq-waiting").is_hidden()
    context.add_cookies(session)  # type: ignore[arg-type]
    other.goto("/mine")
    other.get_by_role("button", name="现在发送").tap()
    other.wait_for_url("**/sent")
    assert count(served, cases) == before + 1


_STORED = """() => new Promise(done => { const asked = indexedDB.open('mq-reports', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('reports', { keyPath: 'once' });
  asked.onsuccess = () => { const all = asked.result.transaction('reports').objectStore('reports').getAll();
    all.onsuccess = () => done(all.result.length); }; })"""


def test_what_only_the_discipline_office_may_read_is_never_kept_on_a_telephone(person: Person, watch: Watch):
    page = person("linzhang")
    page.goto("/report")
    page.locator(".mq-tile").first.tap()
    page.get_by_text("反映干部").tap()
    page.get_by_text("反映干部违纪").first.tap()
    page.get_by_role("button", name="打字").tap()
    page.fill("#f-gist", "修路的钱没有公开过")
    page.context.set_offline(True)
    page.locator("form[data-report] button.btn-primary").last.tap()
    page.get_by_text("也没有存在本机").wait_for()
    forgive_offline(watch)

    assert page.input_value("#f-gist") == "修路的钱没有公开过"
    assert page.evaluate(_STORED) == 0


def test_a_mistake_told_by_script_keeps_the_recording(person: Person, served: Served, watch: Watch):
    page = person("linzhang")
    page.goto("/report")
    page.locator(".mq-tile").first.tap()
    page.locator(".mq-tile.wide").first.tap()
    page.locator("[data-more] summary").tap()
    page.locator("[name='d.reporter.phone']").fill("139000024680")
    page.locator("[name='d.reporter.name']").fill("李婶")
    before = count(served, cases)

    Thumb(page).hold(".mq-talk", 1.2)
    page.get_by_text("已传上 1 个").wait_for()
    assert "电话须为 11 位手机号" in page.locator("[role=alert]").inner_text()
    watch.flaws[:] = [flaw for flaw in watch.flaws if flaw != f"422 {served.address}/report"]
    page.locator("[name='d.reporter.phone']").fill("13900002468")
    page.get_by_role("button", name="报上去").tap()
    page.wait_for_url("**/sent")

    assert count(served, cases) == before + 1


@pytest.mark.parametrize("path", ["/report", "/danger", "/mine", "/people", "/report?steps=1"])
def test_large_text_fits_a_narrow_phone(person: Person, path: str):
    page = person("linzhang", size="narrow", text="large")
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    heights = page.evaluate(
        "[...document.querySelectorAll('main a, main button')].filter(e => e.offsetParent).map(e => e.offsetHeight)"
    )
    assert min(heights) >= 48
