"""What an act puts on the next agendas: to be ratified where it was done at once, told where the row says so."""

from __future__ import annotations

from engine.rules.decide import Decision
from engine.rules.reports import RATIFY, TOLD, Report, reports_of
from tests.unit.rules.small import BOSS, HELPER, HIGH, LOW, SECTIONS, Matter, rules, sitting

ROWS = """
    - {trigger: begin, T, from: start, to: new, by: [helper, boss], reports_to: council}
    - {trigger: refer, T, from: new, to: waits, by: helper, reports_to: [board, council]}
    - trigger: agree
      T
      from: waits
      to: done
      by: boss
      via: [board, special]
      at_once_if: {level: high}
      reports_to: [board, council]
    - {trigger: carry, T, from: waits, to: same, by: [boss, system], via: board}
    """
BOOK = rules(
    fields=SECTIONS["fields"],
    states="""
        new: {T, level: low, handling: true}
        waits: {T, level: high, gate: [board, special]}
        done: {T, final: true}
        """,
    meetings="""
        board: {T, level: high, members: boss, chair: boss, quorum: 50%, carry_over: {trigger: carry}}
        special: {T, level: high, members: boss, chair: boss, quorum: 50%}
        council: {T, level: low, members: helper, chair: helper, quorum: 50%}
        """,
    transitions=ROWS,
)


def told(matter: Matter, answer: object) -> list[Report]:
    assert isinstance(answer, Decision), answer
    return reports_of(BOOK.workflow, matter.unit, answer.event)


def test_each_meeting_sits_at_the_unit_of_its_level_on_the_line():
    matter = Matter(BOOK)

    assert told(matter, matter.fire(HELPER, "begin")) == [Report(meeting="council", unit="L", kind=TOLD)]
    assert told(matter, matter.fire(HELPER, "refer")) == [
        Report(meeting="board", unit="H", kind=TOLD),
        Report(meeting="council", unit="L", kind=TOLD),
    ]


def test_what_was_done_at_once_is_ratified_by_the_first_meeting_of_its_gate_and_not_told_to_it_too():
    matter = Matter(BOOK)
    matter.fire(HELPER, "begin")
    matter.fire(HELPER, "refer")

    assert told(matter, matter.fire(BOSS, "agree")) == [
        Report(meeting="board", unit="H", kind=RATIFY),
        Report(meeting="council", unit="L", kind=TOLD),
    ]


def test_what_a_meeting_decided_is_told_and_not_ratified():
    matter = Matter(BOOK)
    matter.fire(HELPER, "begin")
    matter.fire(HELPER, "refer")

    decided = told(matter, matter.fire(BOSS, "agree", meeting=sitting()))

    assert [each.kind for each in decided] == [TOLD, TOLD]


def test_a_meeting_below_the_case_is_not_told():
    matter = Matter(BOOK, at=HIGH)

    assert HIGH.at("low") is None
    assert LOW.at("low") == "L"
    assert told(matter, matter.fire(BOSS, "begin")) == []
