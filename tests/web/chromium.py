"""Chromium on a phone or a desk, and what must never happen in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    Response,
    sync_playwright,
)

from tests.web.served import Served

SIZES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "narrow": {
        "viewport": {"width": 320, "height": 640},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "desk": {"viewport": {"width": 1280, "height": 800}},
    # 200 % zoom of a desk 1280 wide: half as many CSS pixels, each twice as large.
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}
#: Chromium writes these for any page that is answered so; the test sees the status itself.
_STATUS = "Failed to load resource: the server responded with a status of 4"


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """`more` as `launched` takes it."""
    with sync_playwright() as playwright:
        found = launched(playwright, *more)
        yield found
        found.close()


def launched(playwright: Playwright, *more: str) -> Browser:
    """`more` are switches of Chromium, as for a microphone that beeps."""
    path = os.environ.get("MINQING_TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        _missing("no Chromium: install Debian's (apt-get install chromium) or name one in MINQING_TEST_CHROMIUM")
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *more])


def _missing(why: str) -> None:
    """A gate that skipped its browser would prove nothing."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


class Watch:
    """Notes what goes wrong in every page of its contexts."""

    def __init__(self) -> None:
        self.flaws: list[str] = []
        self._contexts: list[BrowserContext] = []

    def over(self, context: BrowserContext, address: str) -> None:
        host = urlsplit(address).netloc
        self._contexts.append(context)
        context.on("request", lambda request: self._asked(request, host))
        context.on("response", self._answered)
        context.on("console", self._told)
        context.on("weberror", lambda error: self.flaws.append(f"thrown: {error.error}"))
        context.on("dialog", self._dialog)

    def _asked(self, request: Request, host: str) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "about") and parts.netloc != host:
            self.flaws.append(f"asked another host: {request.url}")

    def _answered(self, response: Response) -> None:
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400):
            self.flaws.append(f"{response.status} {response.url}")

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_STATUS):
            self.flaws.append(f"console {message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.flaws.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def opened_page(chrome: Browser, served: Served, watch: Watch, login: str | None, *, size: str = "phone",
                lang: str = "zh", text: str = "normal", **more: Any) -> Page:  # fmt: skip
    """A page of a browser of its own, at no address yet: `page.goto("/cases")` goes there. `more` as Playwright's
    `new_context` takes it, as `java_script_enabled=False`."""
    context = chrome.new_context(base_url=served.address, locale="zh-CN", **{**SIZES[size], **more})
    context.set_default_timeout(15_000)
    watch.over(context, served.address)
    kept = {"mq_lang": lang, "mq_text": text} | ({"mq_session": served.session(login)} if login else {})
    context.add_cookies([{"name": name, "value": value, "url": served.address} for name, value in kept.items()])
    return context.new_page()
