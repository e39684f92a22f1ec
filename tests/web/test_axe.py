"""Every page in Chromium: axe finds nothing, nothing scrolls sideways, large text is large, targets can be hit."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.web.conftest import Person
from tests.web.page_table import READERS, STARRED
from tests.web.served import Served

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
#: Drawings and files of the rules are no pages.
PAGES = [(line, column) for line, column in STARRED if not line.path.endswith((".svg", ".yaml")) and "/files/" not in line.path]
NAMES = [f"{line.address} {column}" for line, column in PAGES]
#: What is told of one thing that breaks a rule.
_ASK = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a',
    'wcag21aa', 'wcag22aa', 'best-practice']});
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(each => each.message).join('; ')}`));
}"""
#: Things wider than the page, whatever hides behind its edge.
_SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) { return []; }
  return Array.from(document.querySelectorAll('body *')).filter(each => each.getBoundingClientRect().right > wide + 1)
    .map(each => each.tagName + '.' + each.className + ' ends at ' + each.getBoundingClientRect().right).slice(0, 5);
}"""
_SMALL_TEXT = """() => Array.from(document.querySelectorAll('body *')).filter(each => each.checkVisibility()
    && Array.from(each.childNodes).some(child => child.nodeType === 3 && child.data.trim())
    && parseFloat(getComputedStyle(each).fontSize) < 18)
  .map(each => each.tagName + '.' + each.className + ' ' + getComputedStyle(each).fontSize).slice(0, 5)"""
_SMALL_TARGETS = """least => Array.from(document.querySelectorAll('.btn, .mq-door, .mq-chip, .mq-dial, .form-control, .form-select'))
  .filter(each => each.checkVisibility({visibilityProperty: true}) && each.getBoundingClientRect().width > 1)
  .filter(each => Math.round(each.getBoundingClientRect().height) < least)
  .map(each => each.className + ' ' + each.textContent.trim().slice(0, 12) + ' ' + each.getBoundingClientRect().height)
  .slice(0, 8)"""


@lru_cache(maxsize=1)
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    page.evaluate(axe())
    found: list[str] = page.evaluate(_ASK)
    return found


def looked_at(page: Page, text: str, size: str) -> list[str]:
    """What is wrong with a page that stands open."""
    flaws = violations(page) + list(page.evaluate(_SIDEWAYS))
    if text == "large":
        flaws += [f"small text: {each}" for each in page.evaluate(_SMALL_TEXT)]
    if size == "phone":
        flaws += [f"small target: {each}" for each in page.evaluate(_SMALL_TARGETS, 60 if text == "large" else 48)]
    return flaws


@pytest.mark.parametrize(("line", "column"), PAGES, ids=NAMES)
def test_a_page_can_be_used_by_everybody(person: Person, served: Served, line: Any, column: str):
    """On a phone and a desk, with text normal and large."""
    address = served.addresses.of(line.address)
    flaws = []
    for size in ("phone", "desk"):
        for text in ("normal", "large"):
            page = person(READERS[column], size=size, text=text)
            page.goto(address)
            flaws += [f"{size} {text}: {each}" for each in looked_at(page, text, size)]
            page.context.close()

    assert not flaws, "\n".join(["", *flaws])


@pytest.mark.parametrize(("line", "column"), PAGES, ids=NAMES)
def test_a_page_never_scrolls_sideways(person: Person, served: Served, line: Any, column: str):
    """At 320 pixels, and zoomed to 200 %, in either language and with large text."""
    address = served.addresses.of(line.address)
    flaws = []
    for size in ("narrow", "zoomed"):
        for lang, text in (("zh", "large"), ("en", "normal")):
            page = person(READERS[column], size=size, lang=lang, text=text)
            page.goto(address)
            flaws += [f"{size} {lang} {text}: {each}" for each in page.evaluate(_SIDEWAYS)]
            page.context.close()

    assert not flaws, "\n".join(["", *flaws])


def test_axe_finds_what_is_wrong(person: Person):
    page = person("linzhang")
    page.goto("/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input><img src=\"/static/icon.svg\">')")

    assert {each.split(":")[0] for each in violations(page)} >= {"label", "image-alt"}
