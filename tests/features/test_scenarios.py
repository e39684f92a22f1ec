"""The scenarios of `features/`, each on both databases, and the count of what they cover."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_bdd import scenarios
from pytest_bdd.feature import get_features
from pytest_bdd.scenario import scenario_wrapper_template_registry

from tests.databases import BACKENDS
from tests.features.tally import TALLY
from tests.features.words import SENTENCES, WORKFLOW, readings

STEPS = ("affairs", "cases", "clock", "history", "meetings", "reading", "refusals")
pytest_plugins = [f"tests.features.steps.{noun}" for noun in STEPS]

FEATURES = Path(__file__).parents[2] / "features"
WRITTEN = [scenario for feature in get_features([str(FEATURES)]) for scenario in feature.scenarios.values()]
LATER = [scenario for scenario in WRITTEN if "later" in scenario.tags]
NOW = [scenario for scenario in WRITTEN if "later" not in scenario.tags]

scenarios(str(FEATURES))

for _test in [each for each in globals().values() if callable(each)]:
    _scenario = scenario_wrapper_template_registry.get(_test)
    if _scenario is not None and "later" not in _scenario.tags:
        pytest.mark.usefixtures("world")(_test)


def _lines(*starts: str) -> int:
    texts = [file.read_text(encoding="utf-8") for file in FEATURES.glob("*.feature")]
    return sum(line.strip().startswith(starts) for text in texts for line in text.splitlines())


def _must_have_run_all(request: pytest.FixtureRequest) -> None:
    """Nothing can be counted where this process was given only some of the scenarios."""
    wanted = {(Path(s.feature.filename).name, s.name, backend) for s in NOW for backend in BACKENDS}
    missing = wanted - TALLY.ran
    config = request.config
    chosen = config.option.keyword or config.option.markexpr or any("::" in str(arg) for arg in config.args)
    if missing and (chosen or hasattr(config, "workerinput")):
        pytest.skip(f"{len(missing)} scenarios ran elsewhere or were not selected: run this file whole in one process")
    assert not missing


def test_every_scenario_in_the_files_is_known_by_a_title_of_its_own():
    assert len(WRITTEN) == _lines("场景:", "场景大纲:") > 0
    assert len(LATER) == _lines("@later") > 0


def test_every_step_of_a_scenario_is_read_in_one_way_only():
    unclear = {
        f"{step.type} {step.name}": found
        for scenario in NOW
        for step in scenario.steps
        if len(found := readings(step.type, step.name)) != 1
    }
    assert unclear == {}


def test_every_step_definition_is_used():
    steps = [step for scenario in NOW for step in scenario.steps]
    used = [each for step in steps for each in readings(step.type, step.name)]
    assert [each.parser.name for each in SENTENCES if each not in used] == []


def test_what_is_for_later_is_reported_as_not_run(request):
    _must_have_run_all(request)
    assert len(TALLY.skipped) == len(LATER)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_row_of_the_rules_happens_in_a_scenario(request, backend):
    _must_have_run_all(request)
    happened = TALLY.rows[backend][WORKFLOW.name]
    assert [(row.ref, row.title.zh) for row in WORKFLOW.rows if row.mark.line not in happened] == []
