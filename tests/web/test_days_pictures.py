"""Pictures for the help pages: MINQING_TEST_WRITE_SCREENSHOTS=1 writes them to `docs/help/images`. Without it these
tests go the same ways and write nothing, so that no picture shows what is not there any more."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.web.conftest import Person

IMAGES = Path(__file__).parents[2] / "docs" / "help" / "images"
WRITES = os.environ.get("MINQING_TEST_WRITE_SCREENSHOTS") == "1"
PLACE = "430482109223w01g1n1"
LANGUAGES = ("zh", "en")


def today(page: Page) -> None:
    page.goto("/")


def at(path: str) -> Callable[[Page], None]:
    return lambda page: _go(page, path)


def _go(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200


def sent(page: Page) -> None:
    page.goto(f"/report?place={PLACE}&what=infra")
    page.locator("[data-type]:visible").or_(page.locator("textarea[name='d.gist']:visible")).first.click()
    page.locator("textarea[name='d.gist']").fill("村口的路灯不亮")
    page.locator("[data-typed] button.btn-primary").click()
    page.wait_for_url("**/sent")


def first_case(page: Page) -> None:
    page.goto("/")
    page.locator("main a.mq-row[href^='/cases/']").first.click()
    expect(page.locator(".mq-ladder")).to_be_visible()


def history_print(page: Page) -> None:
    first_case(page)
    _go(page, page.url.split("?")[0] + "/print")


def meeting(page: Page) -> None:
    page.goto("/")
    page.locator("main a.mq-row[href^='/meetings/']").first.click()
    expect(page.locator("[data-hall=agenda]")).to_be_visible()


def item(page: Page) -> None:
    """Opens the meeting where it is not open yet."""
    meeting(page)
    base = page.url
    if page.locator("form[action$='/open']").count():
        page.locator("form[action$='/open'] button").click()
        page.wait_for_url("**/attendance")
        page.locator("form[action$='/attendance'] button.btn-primary").click()
        page.wait_for_url(base)
    _go(page, f"{base}/items/1")
    page.keyboard.press("1")
    expect(page.locator("#d-assign_in_village")).to_be_visible()


def closing(page: Page) -> None:
    item(page)
    _go(page, page.url.split("/items/")[0] + "/closing")


#: name -> who, on what, how to get there. The meeting is opened last but one, so that its agenda is shown as planned.
PICTURES: dict[str, tuple[str | None, str, Callable[[Page], None]]] = {
    "sign-in": (None, "phone", at("/sign-in")),
    "today": ("linzhang", "phone", today),
    "today-head": ("party_group_leader", "phone", today),
    "today-leader": ("township_secretary", "phone", today),
    "danger": ("linzhang", "phone", at("/danger")),
    "report": ("linzhang", "phone", at("/report")),
    "sent": ("linzhang", "phone", sent),
    "case": ("party_group_leader", "phone", first_case),
    "case-desk": ("village_clerk", "desk", first_case),
    "report-desk": ("village_clerk", "desk", at("/report")),
    "desk": ("township_party_office", "desk", at("/cases?view=overdue")),
    "stuck": ("township_party_office", "desk", at("/blocked")),
    "history": ("auditor_county", "desk", at("/history")),
    "print": ("party_group_leader", "desk", history_print),
    "rules": ("auditor_county", "desk", at("/rules")),
    "meeting": ("village_secretary", "desk", meeting),
    "meeting-item": ("village_secretary", "desk", item),
    "meeting-closing": ("village_secretary", "desk", closing),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_for_the_help_pages(person: Person, name: str, lang: str):
    who, size, go = PICTURES[name]
    page = person(who, size=size, lang=lang, device_scale_factor=1)
    go(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("h1").count() == 1
    if WRITES:
        write(name, lang, page.screenshot(animations="disabled"))


def write(name: str, lang: str, png: bytes) -> None:
    """As small as can be: 64 colours are enough for flat pages."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    small = Image.open(io.BytesIO(png)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    small.save(IMAGES / f"{name}.{lang}.png", optimize=True)
