"""What every scenario gets: its world, and a place in the tally. What is tagged @later is reported as not run."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from pytest_bdd.scenario import scenario_wrapper_template_registry

from tests.features.tally import TALLY
from tests.features.world import World


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture and any step is looked for."""
    if item.get_closest_marker("later"):
        pytest.skip(f"later: {_title(item)[1]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Generator[None, object, object]:
    report = yield
    if call.when == "setup" and _title(item)[0]:
        if item.get_closest_marker("later"):
            TALLY.skipped |= {_title(item)} if report.skipped else set()
        elif report.passed:
            TALLY.ran.add((*_title(item), item.callspec.params["store"]))
    return report


def _title(item: pytest.Item) -> tuple[str, str]:
    """Feature file and title of a scenario; empty for any other test."""
    scenario = scenario_wrapper_template_registry.get(item.obj)
    return (Path(scenario.feature.filename).name, scenario.name) if scenario else ("", "")


@pytest.fixture
def world(store) -> Iterator[World]:
    township = World(store)
    yield township
    TALLY.happened("sqlite" if store.is_sqlite else "postgres", township.finish())
