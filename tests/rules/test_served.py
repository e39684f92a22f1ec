"""The drafts beside the default workflow: sound, run whole by this release, and opening cases on demo
and test databases alone."""

from __future__ import annotations

import pytest

from engine.definition.check import examine
from engine.rules.rulebook import Rulebook
from engine.rules.serving import not_run
from tests import township as t

DRAFTS = ("cooperative", "works-project")


@pytest.mark.parametrize("key", DRAFTS)
def test_the_check_finds_no_error(key):
    path = t.WORKFLOWS / key / "v1.yaml"

    assert [found.en for found in examine(path.read_bytes(), str(path)).findings if found.code.is_error] == []


@pytest.mark.parametrize("key", DRAFTS)
def test_it_is_run_whole_and_opens_cases_by_its_version_where_drafts_do(key):
    trying, published = (Rulebook.of(t.all_rules(), drafts_open=drafts_open) for drafts_open in (True, False))
    found = trying.find(f"{key}/1")

    assert found is not None
    assert not_run(found.workflow) == ()
    assert found.workflow.draft
    assert trying.find(key) is None
    assert published.find(f"{key}/1") is None


def test_the_default_workflow_is_what_it_was_beside_them():
    found = Rulebook.of(t.all_rules(), drafts_open=True).find("issue-escalation")

    assert found is not None
    assert (found.workflow.key, found.workflow.draft) == ("issue-escalation", False)
