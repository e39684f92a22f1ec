"""The workflows beside the default one: sound, run whole by this release, and opening cases."""

from __future__ import annotations

import pytest

from engine.definition.check import examine
from engine.rules.rulebook import Rulebook
from engine.rules.serving import not_run
from tests import township as t

OTHERS = ("cooperative", "works-project")


@pytest.mark.parametrize("key", OTHERS)
def test_the_check_finds_nothing(key):
    path = t.WORKFLOWS / key / "v1.yaml"

    assert [found.en for found in examine(path.read_bytes(), str(path)).findings] == []


@pytest.mark.parametrize("key", OTHERS)
def test_it_is_run_whole_and_opens_cases_by_its_name_alone(key):
    found = Rulebook.of(t.all_rules(), t.calendars(), drafts_open=False).find(key)

    assert found is not None
    assert not_run(found.workflow) == ()
    assert (found.workflow.version, bool(found.workflow.clocks)) == (1, True)


def test_new_cases_open_under_the_second_version_of_the_default_workflow():
    found = Rulebook.of(t.all_rules(), t.calendars(), drafts_open=False).find("issue-escalation")

    assert found is not None
    assert (found.workflow.name, bool(found.workflow.clocks)) == ("issue-escalation/2", True)
