"""What the first pages cost on a slow phone: `python -m tests.web.measuring`.

Bytes as they come over the wire (compressed), and the time until a page can be used at 400 kbit/s, 400 ms and a
sixth of this machine's speed, first with an empty cache, then with a full one. Times wander from machine to machine.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.demo_built import BuiltDemo, run_in
from tests.web.chromium import Watch, chromium, opened_page
from tests.web.served import Served, serve_copy

MOST = 80_000  # bytes of a first load
_SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}
_SLOWER = 6
#: (what it is called, who reads, the address)
PAGES = (("sign-in", None, "/sign-in"), ("today", "linzhang", "/"))


@dataclass(frozen=True)
class Load:
    """`seconds` until the page could be used: all read, scripts run, the main part drawn."""

    bytes: int
    requests: int
    seconds: float


def load_of(page: Page, path: str, *, slow: bool) -> Load:
    """Open the path and tell what came over the wire for it, what a cache gave not counted."""
    talk: CDPSession = page.context.new_cdp_session(page)
    talk.send("Network.enable")
    sizes: dict[str, int] = {}
    talk.on("Network.loadingFinished", lambda each: sizes.update({each["requestId"]: int(each["encodedDataLength"])}))
    if slow:
        talk.send("Network.emulateNetworkConditions", _SLOW)
        talk.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(path, wait_until="load", timeout=120_000)
    page.locator("main h1").wait_for(state="attached")
    spent = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    page.wait_for_timeout(100)
    talk.detach()
    return Load(bytes=sum(sizes.values()), requests=sum(1 for size in sizes.values() if size), seconds=spent / 1000)


def rows(chrome: Browser, served: Served) -> Iterator[tuple[str, Load]]:
    watch = Watch()
    for name, login, path in PAGES:
        page = opened_page(chrome, served, watch, login)
        page.context.set_default_timeout(120_000)
        yield f"{name}, first", load_of(page, path, slow=True)
        yield f"{name}, again", load_of(page, path, slow=True)
    watch.close()
    assert watch.flaws == [], watch.flaws


@contextmanager
def _demo(folder: Path) -> Iterator[BuiltDemo]:
    known = os.environ.get("MINQING_TEST_DEMO")
    if known is None:
        outcome = run_in(folder)
        assert outcome.exit_code == 0, outcome.output
    yield BuiltDemo(Path(known or folder), "")


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="minqing-measuring-"))
    try:
        with _demo(folder) as demo, serve_copy(demo, folder / "copy") as served, chromium() as chrome:
            for name, load in rows(chrome, served):
                print(f"{name:16} {load.bytes / 1000:6.1f} KB  {load.requests:2} requests  {load.seconds:5.1f} s")  # noqa: T201
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
