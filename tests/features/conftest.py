"""What every scenario gets: its world, and a place in the tally. What is tagged @later is reported as not run."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pytest_bdd.parser import Step
from pytest_bdd.scenario import scenario_wrapper_template_registry

from engine.definition.model import Workflow
from tests import township as t
from tests.features.book import title_of
from tests.features.tally import TALLY, Title
from tests.features.world import World


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture and any step is looked for."""
    if item.get_closest_marker("later"):
        pytest.skip(f"later: {_title(item)[1]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Generator[None, object, object]:
    report = yield
    if not _title(item)[0]:
        return report
    if item.get_closest_marker("later"):
        TALLY.skipped |= {_title(item)} if call.when == "setup" and report.skipped else set()
    elif report.passed:
        kept = {"setup": TALLY.ran, "call": TALLY.passed}
        kept.get(call.when, set()).add((*_title(item), _backend(item)))
    return report


def _title(item: pytest.Item) -> Title:
    """Feature file and title of a scenario; empty for any other test."""
    scenario = scenario_wrapper_template_registry.get(item.obj)
    return title_of(scenario) if scenario else ("", "")


def _backend(item: pytest.Item) -> str:
    """SQLite where a module does not ask for both."""
    return item.callspec.params["store"] if hasattr(item, "callspec") else "sqlite"


@pytest.fixture(autouse=True, scope="session")
def steps_found_once() -> Iterator[None]:
    """Which definition a step means hangs on its words and on the module alone; pytest-bdd asks every fixture that
    there is anew for each step of each scenario."""
    running = import_module("pytest_bdd.scenario")  # whose name in its package is a function
    find, known = running.find_fixturedefs_for_step, {}

    def found(step: Step, fixturemanager: object, node: pytest.Item) -> list[object]:
        key = step.type, step.name, node.parent
        if key not in known:
            known[key] = list(find(step, fixturemanager, node))
        return known[key]

    running.find_fixturedefs_for_step = found
    yield
    running.find_fixturedefs_for_step = find


@pytest.fixture
def rules() -> list[Workflow]:
    """What cases can be opened under. The scenarios speak of the first: version 1, where a module does not say."""
    return sorted(t.all_rules(), key=lambda workflow: workflow.name != "issue-escalation/1")


@pytest.fixture
def world(request: pytest.FixtureRequest, store, rules: list[Workflow], tmp_path: Path) -> Iterator[World]:
    township = World(store, *rules, folder=tmp_path)
    yield township
    TALLY.examples[*_title(request.node), _backend(request.node)] = township.finish()
