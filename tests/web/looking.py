"""What is looked for in a page that stands open in Chromium: whether everybody can use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

from tests.web.page_table import STARRED

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
#: Drawings and files of the rules are no pages.
_DRAWN = [each for each in STARRED if not re.search(r"\.svg$|\.yaml$|^/files/", each[0].path)]
#: These look different to each reader; any other page is looked at as its first starred one sees it.
_VARIED = ("/", "/cases", "/cases/{case_id}", "/meetings", "/meetings/{open_id}")
_FIRST = {line.address: column for line, column in reversed(_DRAWN)}
PAGES = [(line, column) for line, column in _DRAWN if line.address in _VARIED or _FIRST[line.address] == column]
NAMES = [f"{line.address} {column}" for line, column in PAGES]
#: What axe is asked for: everything, and what larger text can change of it.
EVERYTHING = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_SIZES = ("target-size", "scrollable-region-focusable", "color-contrast")
#: What is told of one thing that breaks a rule.
_ASK = """async asked => {
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: asked});
  const why = node => node.any.concat(node.all, node.none).map(each => each.message).join('; ');
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    [rule.id, node.target.join(' '), why(node)].join(': ')));
}"""
#: Things wider than the page, whatever hides behind its edge.
_SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) { return []; }
  return Array.from(document.querySelectorAll('body *')).filter(each => each.getBoundingClientRect().right > wide + 1)
    .map(each => each.tagName + '.' + each.className + ' ends at ' + each.getBoundingClientRect().right).slice(0, 5);
}"""
#: Drawings tell the same in words beside them.
_SMALL_TEXT = """() => Array.from(document.querySelectorAll('body *')).filter(each => each.checkVisibility()
    && !each.closest('svg')
    && Array.from(each.childNodes).some(child => child.nodeType === 3 && child.data.trim())
    && parseFloat(getComputedStyle(each).fontSize) < 18)
  .map(each => each.tagName + '.' + each.className + ' ' + getComputedStyle(each).fontSize).slice(0, 5)"""
_SMALL_TARGETS = """least => Array.from(document.querySelectorAll(
    '.btn, .mq-door, .mq-chip, .mq-dial, .form-control, .form-select'))
  .filter(each => each.checkVisibility({visibilityProperty: true}) && each.getBoundingClientRect().width > 1)
  .filter(each => Math.round(each.getBoundingClientRect().height) < least)
  .map(each => each.className + ' ' + each.textContent.trim().slice(0, 12) + ' ' + each.getBoundingClientRect().height)
  .slice(0, 8)"""


@lru_cache(maxsize=1)
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, asked: Sequence[str] = EVERYTHING) -> list[str]:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    found: list[str] = page.evaluate(_ASK, list(asked))
    return found


def enlarge(page: Page) -> None:
    """As the page is made for who likes large text: the server writes this one word, and style sheets do the rest."""
    page.evaluate("() => { document.documentElement.dataset.text = 'large'; }")


def sideways(page: Page, width: int) -> list[str]:
    """What sticks out of the page at a width in CSS pixels; the page keeps that width."""
    size = page.viewport_size or {"height": 640}
    page.set_viewport_size({"width": width, "height": size["height"]})
    return [f"at {width}: {each}" for each in page.evaluate(_SIDEWAYS)]


def small_text(page: Page) -> list[str]:
    return [f"small text: {each}" for each in page.evaluate(_SMALL_TEXT)]


def small_targets(page: Page, least: int) -> list[str]:
    """Buttons, doors and fields that are not `least` CSS pixels high."""
    return [f"small target: {each}" for each in page.evaluate(_SMALL_TARGETS, least)]


def assert_usable(flaws: list[str]) -> None:
    """Tells every flaw on a line of its own."""
    assert not flaws, "\n".join(["", *flaws])
