"""Which folders of rules can be served: sound files in their places, none gone or changed after its first use."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cases.narrowing import CaseFilter
from engine.cases.queries import CaseQueries
from engine.cases.rules_folder import RulesRefused, open_calendars, open_rulebook, read_folder
from engine.cases.service import Caller, CaseService, OpenCase
from engine.rules.attempt import Command
from engine.rules.rulebook import Rulebook, RulesMissing
from engine.store.pins import pin
from tests import township as t

REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}
LATER = datetime(2026, 3, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of version 1 in its place and of the calendars, to spoil."""
    copy = tmp_path / "workflows" / "issue-escalation"
    copy.mkdir(parents=True)
    shutil.copy(t.WORKFLOWS / "issue-escalation" / "v1.yaml", copy)
    shutil.copytree(t.WORKFLOWS / "calendars", copy.parent / "calendars")
    return copy.parent


def v1(folder: Path) -> Path:
    return folder / "issue-escalation" / "v1.yaml"


def use(store, folder: Path) -> None:
    """A case is opened under version 1."""
    workflow = next(w for w in read_folder(folder) if w.name == "issue-escalation/1")
    with store.begin() as tx:
        assert pin(tx, workflow, LATER)


def reasons(store, folder: Path) -> str:
    with pytest.raises(RulesRefused) as refused:
        open_rulebook(store, folder)
    return str(refused.value)


def test_the_rules_of_the_project_are_served(sqlite_store):
    assert ("issue-escalation", 1) in open_rulebook(sqlite_store, t.WORKFLOWS).versions


def test_a_folder_without_rules_is_refused(sqlite_store, tmp_path):
    assert "no rules here" in reasons(sqlite_store, tmp_path)


def test_an_unsound_file_is_refused_with_its_findings(sqlite_store, folder):
    v1(folder).write_text(v1(folder).read_text(encoding="utf-8").replace("to: wuchang_handling", "to: nowhere", 1))

    assert "'nowhere'" in reasons(sqlite_store, folder)


def test_a_file_that_says_it_is_another_version_is_refused(sqlite_store, folder):
    shutil.copy(v1(folder), folder / "issue-escalation" / "v7.yaml")

    assert "the file is called v7.yaml, but this is version 1" in reasons(sqlite_store, folder)


def test_a_file_that_lies_in_the_folder_of_another_workflow_is_refused(sqlite_store, folder):
    (folder / "other").mkdir()
    shutil.copy(v1(folder), folder / "other" / "v1.yaml")

    assert "the folder is called other, but this is issue-escalation" in reasons(sqlite_store, folder)


def test_a_file_whose_name_says_no_version_is_refused(sqlite_store, folder):
    shutil.copy(v1(folder), folder / "issue-escalation" / "v1-old.yaml")

    assert "v1-old.yaml: says it is issue-escalation/1, so it belongs at issue-escalation/v1.yaml" in reasons(
        sqlite_store, folder
    )


def test_a_published_file_may_change_before_its_first_use_and_not_after(store, folder):
    with v1(folder).open("a", encoding="utf-8") as file:
        file.write("\n# a word more\n")
    assert open_rulebook(store, folder).versions
    use(store, folder)

    with v1(folder).open("a", encoding="utf-8") as file:
        file.write("# and another\n")
    assert "changed after its first use" in reasons(store, folder)


def test_a_published_file_in_use_may_not_be_gone(store, folder):
    use(store, folder)
    (folder / "other").mkdir()
    text = v1(folder).read_text(encoding="utf-8").replace("workflow: issue-escalation", "workflow: other", 1)
    (folder / "other" / "v1.yaml").write_text(text, encoding="utf-8")
    shutil.rmtree(folder / "issue-escalation")

    assert "issue-escalation/1: cases were opened under it, and its file is gone" in reasons(store, folder)


def test_a_case_whose_rules_are_gone_is_missing_from_lists_and_breaks_none(store):
    t.settle(store)
    office, _ = t.open_test_office(store)
    opened = OpenCase(unit=t.NEIGHBOURHOOD, command=Command(trigger="report", data=REPORT))
    case = CaseService(office).open(Caller(person="linzhang"), opened).identity.id
    lost = CaseQueries(type(office)(store=store, rulebook=Rulebook({}), home_level="township", secret=office.secret))

    assert lost.page("linzhang", CaseFilter()).cases == ()
    with pytest.raises(RulesMissing):
        lost.get("linzhang", case)


# --- calendars beside the rules ------------------------------------------------------------------------------------


def test_the_calendars_of_the_project_are_opened_by_their_codes():
    calendars = open_calendars(t.WORKFLOWS)

    assert {code: calendar.code for code, calendar in calendars.items()} == {"cn": "cn"}
    assert {workflow.calendar for workflow in read_folder(t.WORKFLOWS)} <= set(calendars)


def test_a_folder_without_calendars_has_none(tmp_path):
    assert open_calendars(tmp_path) == {}


def test_an_unsound_calendar_is_refused_with_its_findings(folder):
    cn = folder / "calendars" / "cn.yaml"
    cn.write_text(cn.read_text(encoding="utf-8").replace("off: 2024-01-01", "off: 2023-12-31"), encoding="utf-8")

    with pytest.raises(RulesRefused) as refused:
        open_calendars(folder)

    assert [finding.file for finding in refused.value.findings] == ["workflows/calendars/cn.yaml"]
    assert "2023-12-31 is not in 2024" in str(refused.value)


def test_a_calendar_that_says_it_is_another_is_refused(folder):
    shutil.copy(folder / "calendars" / "cn.yaml", folder / "calendars" / "hk.yaml")

    with pytest.raises(RulesRefused) as refused:
        open_calendars(folder)

    assert refused.value.reasons == ("workflows/calendars/hk.yaml: says it is cn, so it belongs at calendars/cn.yaml",)


def test_a_calendar_is_never_taken_for_a_version_of_rules(sqlite_store, folder):
    text = (folder / "calendars" / "cn.yaml").read_text(encoding="utf-8")
    (folder / "calendars" / "vn.yaml").write_text(text.replace("calendar: cn", "calendar: vn"), encoding="utf-8")

    assert ("issue-escalation", 1) in open_rulebook(sqlite_store, folder).versions
    assert set(open_calendars(folder)) == {"cn", "vn"}
