"""Fixtures that every test may use, and how a whole run spreads over two cores."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from coverage import Coverage

pytest_plugins = ["tests.databases", "tests.rules_once"]

#: Files that take longest start first, so that no worker waits at the end for one of them.
LONG = (
    "web/test_on_phones.py",
    "web/test_on_desks.py",
    "web/test_payloads.py",
    "web/test_days_hardships.py",
    "web/test_days_pictures.py",
    "api/test_permissions.py",
    "features/test_whole_book.py",
    "features/test_scenarios.py",
    "races/test_races.py",
    "api/test_demo.py",
    "real_input/test_import.py",
    "real_input/test_real_input.py",
    "api/test_simulate.py",
    "soundness/test_agreement.py",
    "properties/test_laws.py",
    "api/test_cli.py",
    "unit/definition/test_fuzz.py",
    "unit/files/test_content.py",
    "store/test_service_meetings.py",
    "store/test_search.py",
    "store/test_lists.py",
)
#: What measuring would slow down and what could hardly add to it: thousands of times the same lines, or lines that
#: other tests run too (all of these together add a line in three hundred). So the figure is a lower bound.
UNMEASURED = {
    "test_fuzz.py",
    "test_readme.py",
    "test_demo_organisation.py",
    "test_demo_affairs.py",
    "test_history_queries.py",
    "test_reach.py",
    "test_append_only.py",
    "test_lists.py",
    "test_feed.py",
    "test_numbering.py",
    "test_refusals.py",
    "test_search.py",
    "test_service_cases.py",
    "test_letters.py",
    "test_loader.py",
    "test_house.py",
}  # and what `make test` runs without measuring


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, name in enumerate(LONG) if str(item.path).endswith(name)), len(LONG))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker pytest-cov starts a second measurement beside its first, which nobody reads. The first goes. What
    spreads the tests over workers runs none of them: nothing of it needs measuring."""
    measuring = Coverage.current()
    spread = hasattr(session.config, "workerinput") or session.config.pluginmanager.hasplugin("dsession")
    if spread and measuring is not None:
        measuring.stop()


def pytest_collection_finish() -> None:
    """Thousands of tests and the modules they need stay to the end: no use to look through them for garbage again and
    again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    measuring = None if _measured(item) else Coverage.current()
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


def _measured(item: pytest.Item) -> bool:
    """The second database runs the same lines as the first."""
    return item.path.name not in UNMEASURED and "[postgres" not in item.name
