"""Which rules open a case, and under which a case goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.definition.model import StateIs, Title, VisibilityRule, Workflow
from engine.rules.rulebook import Rulebook, RulesMissing
from tests.unit.rules.small import workflow

SMALL = workflow()


def version(number: int, *, draft: bool = False, key: str = "small", sha256: str = "") -> Workflow:
    return replace(SMALL, version=number, draft=draft, key=key, sha256=sha256 or f"{key}{number}")


def needs_more(number: int) -> Workflow:
    """A version with rules that this release does not run: whom they hide a case from, no list can ask for."""
    hidden = VisibilityRule(title=Title(zh="限", en="Limited"), when=(StateIs(states=("new",)),), only_to=("handler",))
    return replace(version(number), visibility=(hidden,))


def found(book: Rulebook, name: str) -> str | None:
    compiled = book.find(name)
    return compiled.workflow.name if compiled else None


def test_a_key_finds_its_highest_published_version():
    book = Rulebook.of([version(2), version(10), version(9), version(11, draft=True), version(12, key="other")])

    assert (found(book, "small"), found(book, "other"), found(book, "none")) == ("small/10", "other/12", None)


def test_a_key_with_a_version_finds_that_one():
    book = Rulebook.of([version(1), version(2)])

    assert (found(book, "small/1"), found(book, "small/2"), found(book, "small/3")) == ("small/1", "small/2", None)


@pytest.mark.parametrize("name", ["small/x", "small/-1", "small/1.0", "small/1/1", "small/" + "1" * 9, "", "/1"])
def test_what_is_no_name_finds_nothing(name: str):
    assert found(Rulebook.of([version(1)]), name) is None


def test_drafts_open_cases_by_their_full_name_and_only_where_drafts_may():
    drafts = [version(1, draft=True), version(2, draft=True)]
    demo, production = Rulebook.of(drafts, drafts_open=True), Rulebook.of(drafts)

    assert (found(demo, "small/2"), found(demo, "small")) == ("small/2", None)
    assert (found(production, "small/2"), found(production, "small")) == (None, None)


def test_rules_that_need_more_than_this_release_runs_open_no_case():
    book = Rulebook.of([version(1), needs_more(2)], drafts_open=True)

    assert (found(book, "small"), found(book, "small/2")) == ("small/1", None)
    assert book.version("small", 2).workflow.version == 2  # it is known all the same


def test_a_case_goes_on_under_the_file_it_was_opened_under():
    book = Rulebook.of([version(1, sha256="a")])

    assert book.pinned("small", 1, "a").workflow.version == 1
    for key, number, sha256 in (("small", 1, "b"), ("small", 2, "a"), ("other", 1, "a")):
        with pytest.raises(RulesMissing, match=f"{key}/{number}"):
            book.pinned(key, number, sha256)


def test_where_drafts_open_cases_a_draft_may_have_been_edited_since():
    edited = [version(1, draft=True, sha256="edited")]

    assert Rulebook.of(edited, drafts_open=True).pinned("small", 1, "as it was").workflow.sha256 == "edited"
    with pytest.raises(RulesMissing):
        Rulebook.of([version(1, sha256="edited")]).pinned("small", 1, "as it was")


def test_a_version_whose_file_is_gone_is_missing():
    with pytest.raises(RulesMissing, match="small/3"):
        Rulebook.of([version(1)]).version("small", 3)


def test_all_come_by_key_and_number():
    book = Rulebook.of([version(10), version(2, key="b"), version(9), version(1, key="a")])

    assert [compiled.workflow.name for compiled in book.all()] == ["a/1", "b/2", "small/9", "small/10"]


def test_each_version_is_compiled_once():
    book = Rulebook.of([version(1)])

    assert book.find("small") is book.version("small", 1) is book.all()[0]
