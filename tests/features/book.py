"""The scenarios of some feature files, and what must be so of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features
from pytest_bdd.parser import ScenarioTemplate
from pytest_bdd.scenario import scenario_wrapper_template_registry

from tests.features.tally import TALLY, Title
from tests.features.words import Sentence, readings

FEATURES = Path(__file__).parents[2] / "features"
STEPS = (
    "affairs", "cases", "clock", "deadlines", "history", "importing", "meetings", "notices", "pages", "reading",
    "refusals", "rights",
)  # fmt: skip
PLUGINS = [f"tests.features.steps.{noun}" for noun in STEPS]


def title_of(scenario: ScenarioTemplate) -> Title:
    return Path(scenario.feature.filename).relative_to(FEATURES).as_posix(), scenario.name


@dataclass(frozen=True)
class Book:
    """The feature files of one folder, and the databases that its scenarios run on."""

    folder: Path
    backends: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        return [str(file) for file in sorted(self.folder.glob("*.feature"))]

    def written(self) -> list[ScenarioTemplate]:
        return [scenario for feature in get_features(self.files) for scenario in feature.scenarios.values()]

    def later(self) -> list[ScenarioTemplate]:
        return [scenario for scenario in self.written() if "later" in scenario.tags]

    def now(self) -> list[ScenarioTemplate]:
        return [scenario for scenario in self.written() if "later" not in scenario.tags]

    def lines(self, *starts: str) -> int:
        """How many lines of the files start so: counted without the parser."""
        texts = [Path(file).read_text(encoding="utf-8") for file in self.files]
        return sum(line.strip().startswith(starts) for text in texts for line in text.splitlines())

    def must_have_run_all(self, request: pytest.FixtureRequest) -> None:
        """Nothing can be counted where this process was given only some of the scenarios."""
        wanted = {(*title_of(scenario), backend) for scenario in self.now() for backend in self.backends}
        missing = wanted - TALLY.ran
        config = request.config
        chosen = config.option.keyword or config.option.markexpr or any("::" in str(arg) for arg in config.args)
        if missing and (chosen or hasattr(config, "workerinput")):
            pytest.skip(f"{len(missing)} scenarios ran elsewhere or were not selected: run this file whole")
        assert not missing

    def skipped(self) -> set[Title]:
        return TALLY.skipped & {title_of(scenario) for scenario in self.later()}


def give_world(tests: Mapping[str, object]) -> None:
    """Every scenario of a module that is not for later has a world, even where no step names it."""
    for test in [each for each in tests.values() if callable(each)]:
        scenario = scenario_wrapper_template_registry.get(test)
        if scenario is not None and "later" not in scenario.tags:
            pytest.mark.usefixtures("world")(test)


def unclear(scenarios: list[ScenarioTemplate]) -> dict[str, list[Sentence]]:
    """Steps that no step definition reads, or several."""
    return {step: found for step, found in _read(scenarios) if len(found) != 1}


def used(scenarios: list[ScenarioTemplate]) -> list[Sentence]:
    return [each for _, found in _read(scenarios) for each in found]


def _read(scenarios: list[ScenarioTemplate]) -> Iterator[tuple[str, list[Sentence]]]:
    steps = {(step.type, step.name) for scenario in scenarios for step in scenario.steps}
    yield from ((f"{kind} {name}", list(readings(kind, name))) for kind, name in sorted(steps))
