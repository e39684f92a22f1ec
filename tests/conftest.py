"""Fixtures that every test may use, and how a whole run spreads over two cores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from coverage import Coverage

pytest_plugins = ["tests.databases", "tests.rules_once"]

#: Files that take longest start first, so that no worker waits at the end for one of them.
LONG = (
    "properties/test_laws.py",
    "soundness/test_agreement.py",
    "api/test_permissions.py",
    "features/test_scenarios.py",
    "features/test_whole_book.py",
    "real_input/test_real_input.py",
    "real_input/test_import.py",
    "unit/definition/test_fuzz.py",
    "races/test_races.py",
    "store/test_service_meetings.py",
)
#: What measuring would slow down and what could hardly add to it: thousands of times the same lines, or the engine
#: from outside. So the figure is a lower bound.
UNMEASURED = ("test_fuzz.py",)  # and what `make test` runs without measuring


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, name in enumerate(LONG) if str(item.path).endswith(name)), len(LONG))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """In a worker pytest-cov starts a second measurement beside its first, which nobody reads. The first goes."""
    measuring = Coverage.current()
    if hasattr(session.config, "workerinput") and measuring is not None:
        measuring.stop()


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
    return not any(name in item.path.parts for name in UNMEASURED) and "[postgres" not in item.name
