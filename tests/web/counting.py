"""A person's hand at a page: does what a person does, and counts it.

A tap is one touch or click, a key one press; a Chinese character typed counts as one key (an input method takes about
three), a paste as one. Seconds are those of the machine, for reading only: nothing asserts them.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.databases import one_at_a_time

FIGURES = Path(__file__).parents[2] / "docs" / "help" / "figures.md"
_HEAD = """# Counted in a browser · 在浏览器里数出来的

Taps and keys of each thing a persona does every day, counted by `tests/web/test_days_*.py` on the demo township, beside
what is allowed. A Chinese character counts as one key, a paste as one. Seconds are the machine's: how long
pages took, not people. Written anew by `MINQING_TEST_WRITE_DAYS=1 pytest tests/web -k days`.

各岗位每天要做的事，在演示镇上点几下、按几次键，旁边是上限。一个汉字算一次按键，一次粘贴算一次。秒数只是机器用的时间。

| who · 谁 | what · 做什么 | taps · 点 | at most · 上限 | keys · 键 | at most · 上限 | s |
|---|---|--:|--:|--:|--:|--:|
"""


class Hand:
    """`taps` and `keys` so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.keys = 0
        self.began = time.monotonic()

    def find(self, what: str | Locator) -> Locator:
        """A link or button by its words, in the part of the page that is seen."""
        if isinstance(what, Locator):
            return what
        both = self.page.get_by_role("link", name=what).or_(self.page.get_by_role("button", name=what))
        return both.filter(visible=True).first

    def tap(self, what: str | Locator) -> None:
        self.taps += 1
        self.find(what).click()
        self.page.wait_for_load_state()

    def hold(self, what: str | Locator, seconds: float) -> None:
        """One touch that lasts."""
        self.taps += 1
        box = self.find(what).bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.wait_for_timeout(seconds * 1000)
        self.page.mouse.up()

    def write(self, label: str, text: str, *, pasted: bool = False) -> None:
        """A field found by its label: one tap into it, then the text."""
        self.tap(self.page.get_by_label(label).filter(visible=True).first)
        (self.paste if pasted else self.type)(text)

    def pick(self, words: str) -> None:
        """One of some chips."""
        self.tap(self.page.locator("label.mq-chip").filter(has_text=re.compile(f"^\\s*{words}\\s*$")).first)

    def choose(self, what: Locator, label: str) -> None:
        """One of a list that opens: two taps."""
        self.taps += 2
        what.select_option(label=label)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)
        self.page.wait_for_load_state()

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """What lies in the clipboard, put where the cursor stands."""
        self.keys += 1
        self.page.keyboard.insert_text(text)

    def reach(self, what: Locator, key: str = "Tab", most: int = 60) -> None:
        """Press a key until the focus stands on something."""
        target = what.filter(visible=True).first.element_handle()
        for _ in range(most):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"not reached with {most} times {key}: {what}")

    def main(self) -> str:
        """Press the one main button of the page; its words."""
        found = self.page.locator("a.btn-primary, button.btn-primary").filter(visible=True)
        words = [each.strip() for each in found.all_inner_texts()]
        assert len(words) == 1, f"{self.page.url} has {len(words)} main buttons: {words}"
        self.tap(found.first)
        return words[0]


@contextmanager
def counted(page: Page, who: str, what: str, *, taps: int | None = None, keys: int | None = None) -> Iterator[Hand]:
    """Count what the hand does within; more fails. Kept in the table where MINQING_TEST_WRITE_DAYS=1."""
    hand = Hand(page)
    yield hand
    told = f"{who}: {what}: {hand.taps} taps of {taps}, {hand.keys} keys of {keys}"
    assert taps is None or hand.taps <= taps, told
    assert keys is None or hand.keys <= keys, told
    if os.environ.get("MINQING_TEST_WRITE_DAYS") == "1":
        _write(f"| {who} | {what} |", [hand.taps, taps, hand.keys, keys, f"{time.monotonic() - hand.began:.1f}"])


def _write(begin: str, cells: list[object]) -> None:
    """The line that begins so, in place of the one that did."""
    line = f"{begin} {' | '.join('–' if cell is None else str(cell) for cell in cells)} |"
    with one_at_a_time("figures"):
        kept = FIGURES.read_text(encoding="utf-8").splitlines() if FIGURES.exists() else []
        lines = [each for each in kept if each.startswith("| ") and not each.startswith(("| who", begin))]
        FIGURES.write_text(_HEAD + "\n".join(sorted([*lines, line])) + "\n", encoding="utf-8")
