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
DAY = "text: {T, type: text}\nday: {T, type: date}"
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


def test_the_default_rules_and_the_smallest_are_run_whole():
    assert not_run(t.default_rules()[0]) == ()
    assert not_run(workflow()) == ()


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        (
            {
                **CLOCKED,
                "fields": DAY,
                "clocks": CLOCKED["clocks"].replace("}", ", when: {field: day, at_least: 1 natural day}}"),
            },
            "clocks",
        ),
        ({"visibility": "- {T, when: {state: new}, only_to: handler}"}, "visibility"),
        ({"visibility": "- {T, when: {field: number, at_least: 1}, only_to: boss}", "fields": NUMBER}, "visibility"),
        ({"visibility": "- {T, when: {person: who, is: party}, never_to: boss}", "fields": WHO}, "visibility"),
    ],
)
def test_each_key_that_is_not_run_is_named(sections: dict[str, str], key: str):
    assert said(**sections) == [key]


def test_uploads_are_run():
    assert said(fields="text: {T, type: text}\nphoto: {T, type: file}\nphotos: {T, type: list, of: file}") == []


def test_clocks_are_run_with_all_that_rows_ask_of_them():
    asked = (
        "{clock: handle, past: 80%}, {field: day, at_most: 200%, of: handle}, {since: opened, at_least: 2 working days}"
    )
    row = f"- {{trigger: ask, T, from: new, to: same, by: helper, takes: day, restarts: handle, when: [{asked}]}}"

    assert said(**CLOCKED, fields=DAY, transitions=more(row)) == []


def test_a_counter_that_asks_for_what_history_does_not_tell_is_named():
    def counter(where: str) -> dict[str, str]:
        return {"counters": f"c: {{T, of: note, per: case, where: {where}}}"}

    assert said(**counter("{actor: [helper, opener]}")) == []
    assert said(**counter("{actor: holder}")) == ["where"]
    assert said(**counter("{not: {actor: [opener, relative_of_party]}}")) == ["where"]


def test_messages_tell_nobody_yet_and_keep_no_file_from_being_served():
    """Said so in workflows/README.md and in docs/adr/0016."""
    assert said(**marked("tells: boss, notice: {zh: 请尽快, en: Please hurry}")) == []


def test_meetings_are_run_with_their_rhythm():
    """Their turns, cut-off, what follows too many carryings over, and what they are told."""
    board = """
        board:
          T
          level: low
          members: helper
          chair: helper
          quorum: 50%
          every: {week: friday, at: "15:00"}
          on_holiday: skip
          cutoff: 3 hours before
          carry_over: {trigger: note, at_most: 1, then: {fire: finish}}
        """

    assert said(meetings=board, **marked("reports_to: board")) == []


HIDDEN = {"visibility": "- {T, when: {state: new}, only_to: handler}"}


def test_a_place_in_the_file_comes_with_each():
    flow = workflow(**HIDDEN)

    assert [mark for mark, _ in not_run(flow)] == [flow.visibility[0].mark]


def test_what_is_not_run_opens_no_case():
    book = Rulebook.of([workflow(**HIDDEN)], drafts_open=True)

    assert book.find("small") is None


def test_a_condition_is_walked_with_all_within_it():
    inner = LevelIs(levels=("low",))

    assert list(walk(Not(condition=inner))) == [Not(condition=inner), inner]
