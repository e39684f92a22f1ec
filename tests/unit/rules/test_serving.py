"""A file whose rules this release does not run is named key by key, and serves no case."""

from __future__ import annotations

import pytest

from engine.definition.model import LevelIs, Not, walk
from engine.rules.rulebook import Rulebook
from engine.rules.serving import not_run
from tests import township as t
from tests.unit.rules.small import SECTIONS, workflow

BUSINESS = 'open: "08:30"\nclose: "17:30"'
CLOCKED = {"clocks": "handle: {T, per: case, limits: 3 natural days}", "business_hours": BUSINESS}
ROWS = SECTIONS["transitions"]
STEPS = "text: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}"
NUMBER = "number: {T, type: integer}\ntext: {T, type: text}"
WHO = "text: {T, type: text}\nwho: {T, type: person}"


def more(row: str) -> str:
    """The ordinary rows and one more."""
    return ROWS.rstrip() + f"\n        {row}\n        "


def marked(extra: str) -> dict[str, str]:
    """The row `note` with one key more."""
    return {"transitions": ROWS.replace("by: reader", f"by: reader, {extra}")}


def said(**sections: str) -> list[str]:
    return [key for _, key in not_run(workflow(**sections))]


def meeting(extra: str) -> dict[str, str]:
    return {"meetings": f"board: {{T, level: low, members: helper, chair: helper, quorum: 50%, {extra}}}"}


def test_the_default_rules_and_the_smallest_are_run_whole():
    assert not_run(t.default_rules()[0]) == ()
    assert not_run(workflow()) == ()


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        (CLOCKED, "clocks"),
        ({"visibility": "- {T, when: {state: new}, only_to: handler}"}, "visibility"),
        ({"visibility": "- {T, when: {field: number, at_least: 1}, only_to: boss}", "fields": NUMBER}, "visibility"),
        ({"visibility": "- {T, when: {person: who, is: party}, never_to: boss}", "fields": WHO}, "visibility"),
        (meeting('every: {week: friday, at: "15:00"}, on_holiday: skip'), "every"),
        (meeting("carry_over: {trigger: note, at_most: 1, then: {fire: finish}}"), "then"),
        (
            {
                "transitions": ROWS.replace("by: reader", "by: reader, reports_to: board"),
                **meeting("carry_over: {trigger: note}"),
            },
            "reports_to",
        ),
    ],
)
def test_each_key_that_is_not_run_is_named(sections: dict[str, str], key: str):
    assert said(**sections) == [key]


def test_uploads_are_run():
    assert said(fields="text: {T, type: text}\nphoto: {T, type: file}\nphotos: {T, type: list, of: file}") == []


def test_clocks_started_anew_or_moved_are_named_beside_the_clocks():
    found = said(**CLOCKED, **marked("restarts: handle, extends: handle"))

    assert found == ["clocks", "restarts", "extends"]


@pytest.mark.parametrize(
    ("condition", "sections", "key"),
    [
        ("{clock: handle, past: 80%}", CLOCKED, "ClockPast"),
        ("{field: day, at_most: 200%, of: handle}", CLOCKED, "FieldShare"),
        ("{since: opened, at_least: 2 working days}", {"business_hours": BUSINESS}, "working days"),
        ("{since: opened, at_most: 2 business hours}", {"business_hours": BUSINESS}, "working days"),
        ("{field: day, at_most: 2 working days}", {"business_hours": BUSINESS}, "working days"),
    ],
)
def test_each_condition_that_is_not_run_is_named_however_deep(condition, sections, key):
    fields = sections.get("fields", "text: {T, type: text}\nday: {T, type: date}")
    row = "- {trigger: ask, T, from: new, to: same, by: helper, takes: [text], when: %s}"
    rest = sections | {"fields": fields}
    for nested in (condition, f"{{not: {condition}}}", f"{{any: [{{level: low}}, {{all: [{condition}]}}]}}"):
        assert key in said(transitions=more(row % nested), **rest)


def test_conditions_are_found_wherever_a_row_may_have_them():
    late = "{since: opened, at_least: 2 working days}"
    fork = f"- {{trigger: fork, T, from: new, to: [{{when: {late}, to: done}}, {{to: same}}], by: helper}}"
    at_once = f"- {{trigger: hurry, T, from: waits, to: done, by: helper, via: board, at_once_if: {late}}}"
    go = "- {trigger: go, T, from: new, to: waits, by: helper}"
    states = SECTIONS["states"].rstrip() + "\n        waits: {T, level: low, gate: board}\n        "

    assert said(transitions=more(fork), business_hours=BUSINESS) == ["working days"]
    rows = ROWS.rstrip() + f"\n        {go}\n        {at_once}\n        "
    found = said(transitions=rows, states=states, business_hours=BUSINESS, **meeting("carry_over: {trigger: note}"))
    assert found == ["working days"]


def test_a_counter_that_asks_for_what_history_does_not_tell_is_named():
    def counter(where: str) -> dict[str, str]:
        return {"counters": f"c: {{T, of: note, per: case, where: {where}}}"}

    assert said(**counter("{actor: [helper, opener]}")) == []
    assert said(**counter("{actor: holder}")) == ["where"]
    assert said(**counter("{not: {actor: [opener, relative_of_party]}}")) == ["where"]


def test_messages_tell_nobody_yet_and_keep_no_file_from_being_served():
    """Said so in workflows/README.md and in docs/adr/0016."""
    assert said(**marked("tells: boss, notice: {zh: 请尽快, en: Please hurry}")) == []


def test_a_place_in_the_file_comes_with_each():
    flow = workflow(**CLOCKED)

    assert [mark for mark, _ in not_run(flow)] == [flow.clocks["handle"].mark]


def test_what_is_not_run_opens_no_case():
    book = Rulebook.of([workflow(**CLOCKED)], drafts_open=True)

    assert book.find("small") is None


def test_a_condition_is_walked_with_all_within_it():
    inner = LevelIs(levels=("low",))

    assert list(walk(Not(condition=inner))) == [Not(condition=inner), inner]


# --- what is passed over today ---------------------------------------------------------------------------------------


def test_a_cutoff_is_named_as_such():
    assert said(**meeting("cutoff: 3 hours before")) == ["cutoff"]
