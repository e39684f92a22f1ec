"""What somebody may do now, what is blocked by which line, and which post could (law 6)."""

from __future__ import annotations

from engine.rules.attempt import SYSTEM_ACTOR, Actor
from engine.rules.explain import Could, Offer, explain
from engine.rules.refusals import (
    CarriedTooOften,
    ConditionRefused,
    KeptOut,
    NoDestination,
    NotNamed,
    OnlyInMeeting,
    Refusal,
)
from tests.unit.rules.small import (
    AUDITOR,
    BOSS,
    CLERK,
    HELPER,
    LOW,
    MATE,
    NOBODY,
    Matter,
    rules,
    said,
    sitting,
    unit,
)

SMALL = rules(
    fields="""
        amount: {T, type: integer}
        kind: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
        text: {T, type: text}
        charge: {T, type: unit, fills: responsible}
        helpers: {T, type: list, of: unit, fills: units}
        """,
    states="""
        new: {T, level: low, handling: true}
        waiting: {T, level: high, gate: board}
        aside: {T}
        done: {T, final: true}
        """,
    counters="notes: {T, of: note, per: case}",
    meetings="board: {T, level: high, members: boss, chair: boss, quorum: 50%, carry_over: {trigger: carry}}",
    transitions="""
        - {ref: R1, trigger: begin, T, from: start, to: new, by: [helper, boss], takes: [kind, charge, helpers]}
        - {ref: R2, trigger: note, T, from: open, to: same, by: reader, needs: text}
        - {ref: R3, trigger: need_two, T, from: new, to: done, by: helper, when: {counter: notes, at_least: 2}}
        - {ref: R4, trigger: big, T, from: new, to: done, by: helper, needs: amount, when: {field: amount, at_least: 9}}
        - {ref: R5, trigger: of_a, T, from: new, to: done, by: helper, when: {field: kind, is: a}}
        - {ref: R6, trigger: not_opener, T, from: new, to: done, by: [helper, boss], never: opener}
        - {ref: R7, trigger: bosss, T, from: new, to: waiting, by: [boss, responsible, system]}
        - {ref: R8, trigger: return, T, from: new, to: back, by: [helper, boss]}
        - {ref: R9, trigger: desks, T, from: new, to: same, by: desk}
        - {ref: R10, trigger: alone, T, from: new, to: same, by: system}
        - {ref: R11, trigger: agree, T, from: waiting, to: done, by: boss, via: board}
        - {ref: R12, trigger: hurry, T, from: waiting, to: done, by: boss, via: board, at_once_if: {field: kind, is: a}}
        - {ref: R13, trigger: ask_hurry, T, from: waiting, to: done, by: boss, via: board, takes: kind,
           at_once_if: {field: kind, is: b}}
        - {ref: R14, trigger: carry, T, from: waiting, to: same, by: [boss, system], via: board}
        - {ref: R15, trigger: near, T, from: [waiting, new], to: closer, by: [helper, boss]}
        - {ref: R16, trigger: put, T, from: waiting, to: aside, by: boss}
        - {ref: R17, trigger: resume, T, from: aside, to: back, by: boss}
        """,
)


def begun(*triggers: str, by: Actor = HELPER, **data: object) -> Matter:
    matter = Matter(SMALL)
    assert said(matter.fire(by, "begin", **data)) == "done"
    for trigger in triggers:
        assert said(matter.fire(BOSS, trigger)) == "done"
    return matter


def offers(matter: Matter, who: Actor) -> dict[str, Offer]:
    return {offer.row.trigger: offer for offer in explain(matter.attempt(who))}


def told(matter: Matter, who: Actor) -> dict[str, str]:
    """By trigger, `yes` or the code of what blocks it."""
    return {name: offer.refusal.code if offer.refusal else "yes" for name, offer in offers(matter, who).items()}


# --- what is allowed, what is blocked --------------------------------------------------------------------------------


def test_each_row_from_the_present_state_is_offered_in_the_order_of_the_file():
    assert list(offers(begun(), HELPER)) == [
        "note", "need_two", "big", "of_a", "not_opener", "bosss", "return", "desks", "near",
    ]  # fmt: skip
    assert list(offers(begun("bosss"), BOSS)) == [
        "note", "agree", "hurry", "ask_hurry", "carry", "near", "put",
    ]  # fmt: skip


def test_what_only_the_system_fires_is_not_offered():
    assert "alone" not in offers(begun(), HELPER)
    assert "carry" in offers(begun("bosss"), BOSS)  # the boss may, too


def test_each_blocked_row_says_why():
    assert told(begun(), HELPER) == {
        "note": "yes",
        "need_two": "counter:notes",
        "big": "yes",  # the amount may still be given
        "of_a": "field:kind",  # the kind may not
        "not_opener": "never:opener",
        "bosss": "role",
        "return": "destination",
        "desks": "role",
        "near": "yes",
    }


def test_what_the_case_has_already_opens_a_row():
    assert told(begun(kind="a"), HELPER)["of_a"] == "yes"
    assert told(begun(kind="b"), HELPER)["of_a"] == "field:kind"


def test_another_person_hears_other_reasons():
    assert told(begun(), BOSS) == {
        "note": "yes",
        "need_two": "role",
        "big": "role",
        "of_a": "role",
        "not_opener": "yes",
        "bosss": "yes",
        "return": "destination",
        "desks": "role",
        "near": "yes",
    }
    assert set(told(begun(), AUDITOR).values()) == {"role"}


def test_decisions_are_for_the_meeting_unless_they_may_be_taken_at_once():
    assert told(begun("bosss"), BOSS) == {
        "note": "yes",
        "agree": "only_in_meeting",
        "hurry": "only_in_meeting",
        "ask_hurry": "yes",  # a kind that may still be given decides
        "carry": "only_in_meeting",
        "near": "destination",
        "put": "yes",
    }
    assert told(begun("bosss", kind="a"), BOSS)["hurry"] == "yes"


def test_back_and_closer_are_offered_where_they_lead_somewhere():
    assert told(begun("bosss", "put"), BOSS)["resume"] == "yes"
    assert told(begun(), HELPER)["near"] == "yes"
    assert told(begun("bosss"), BOSS)["near"] == "destination"  # no handling state of its level


def test_a_closed_case_offers_nothing():
    matter = begun()
    assert said(matter.fire(BOSS, "not_opener")) == "done"

    assert offers(matter, BOSS) == {}


def test_before_the_opening_the_openings_are_offered():
    assert told(Matter(SMALL), HELPER) == {"begin": "yes"}
    assert told(Matter(SMALL), CLERK) == {"begin": "role"}


def test_what_is_offered_can_be_fired_and_what_is_blocked_cannot():
    data = {"note": {"text": "有"}, "big": {"amount": 9}}
    for matter in (begun(), begun(kind="a"), begun("bosss", kind="a"), begun("bosss", "put")):
        for who in (HELPER, MATE, BOSS, AUDITOR):
            for name, code in told(matter, who).items():
                answer = said(matter.ask(who, name, **data.get(name, {})))
                if name != "ask_hurry":
                    assert answer == ("done" if code == "yes" else code), (who.person, name)


# --- by which line ---------------------------------------------------------------------------------------------------


def refusal(matter: Matter, who: Actor, trigger: str) -> Refusal:
    found = offers(matter, who)[trigger].refusal
    assert found is not None
    return found


def test_a_blocked_row_names_the_line_the_place_and_the_ref():
    workflow, matter = SMALL.workflow, begun()
    expected = {
        "need_two": (ConditionRefused, "when", workflow.row("need_two", "new").when[0].mark.line, "R3"),
        "not_opener": (KeptOut, "never", workflow.row("not_opener", "new").mark.line, "R6"),
        "bosss": (NotNamed, "by", workflow.row("bosss", "new").mark.line, "R7"),
        "return": (NoDestination, "to", workflow.row("return", "new").mark.line, "R8"),
    }
    for trigger, (kind, key, line, ref) in expected.items():
        found = refusal(matter, HELPER, trigger)
        index = workflow.row(trigger, "new").index
        assert isinstance(found, kind)
        assert (found.refused_by.file, found.refused_by.line) == ("small.yaml", line)
        assert (found.refused_by.rule, found.refused_by.ref) == (f"transitions[{index}].{key}", ref)
        assert found.workflow is workflow


def test_a_decision_names_the_line_of_its_meeting():
    found = refusal(begun("bosss"), BOSS, "agree")

    assert isinstance(found, OnlyInMeeting)
    assert found.refused_by.rule.endswith(".via")


def test_a_refusal_holds_the_facts_its_text_needs():
    matter = begun()
    matter.fire(HELPER, "note", text="有")

    found = refusal(matter, HELPER, "need_two")

    assert found.facts == {"counter:notes": 1}
    assert found.condition == SMALL.workflow.row("need_two", "new").when[0]


# --- who could -------------------------------------------------------------------------------------------------------


def could(matter: Matter, trigger: str, who: Actor = HELPER) -> tuple[Could, ...]:
    return offers(matter, who)[trigger].could


def test_who_could_is_a_role_at_its_unit_never_a_person():
    matter = begun()

    assert could(matter, "bosss") == (Could(name="boss", units=("H",)), Could(name="responsible"))
    assert could(matter, "not_opener") == (Could(name="helper", units=("L",)), Could(name="boss", units=("H",)))
    assert could(matter, "note") == (Could(name="reader"),)


def test_of_a_desk_the_unit_in_charge_is_named():
    assert could(begun(), "desks") == (Could(name="desk"),)
    assert could(begun(charge="D"), "desks") == (Could(name="desk", units=("D",)),)
    assert could(Matter(SMALL), "begin") == (Could(name="helper", units=("L",)), Could(name="boss", units=("H",)))


def test_where_the_line_has_no_such_unit_none_is_named():
    matter = Matter(SMALL, at=unit("low:L"))

    assert could(matter, "begin") == (Could(name="helper", units=("L",)), Could(name="boss"))


def test_the_system_is_not_among_those_who_could():
    assert [each.name for each in could(begun("bosss"), "carry", BOSS)] == ["boss"]


def test_at_a_desk_before_the_opening_nobody_is_in_charge_yet():
    compiled = rules(
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: [helper, desk]}
            - {trigger: finish, T, from: new, to: done, by: helper}
            """
    )

    assert could(Matter(compiled), "begin") == (Could(name="helper", units=("L",)), Could(name="desk"))
    assert LOW.code == "L"


def test_somebody_with_no_part_in_the_case_could_do_nothing_either():
    assert set(told(begun(), NOBODY).values()) <= {"role", "destination", "counter:notes", "never:opener"}


def test_carrying_over_too_often_is_told_by_its_line():
    limited = rules(
        states="new: {T, level: low, gate: board}\ndone: {T, final: true}",
        meetings="board: {T, level: low, members: helper, chair: helper, quorum: 50%,\n"
        "  carry_over: {trigger: carry, at_most: 1}}",
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: helper}
            - {trigger: carry, T, from: new, to: same, by: [helper, system], via: board}
            - {trigger: finish, T, from: new, to: done, by: helper}
            """,
    )
    matter = Matter(limited)
    matter.fire(HELPER, "begin")
    assert said(matter.fire(SYSTEM_ACTOR, "carry", meeting=sitting(carries=True))) == "done"

    answer = matter.ask(HELPER, "carry", meeting=sitting(carries=True))

    assert isinstance(answer, CarriedTooOften)
    assert (answer.times, answer.refused_by.rule) == (1, "transitions[1].via")


def test_of_a_desk_the_units_concerned_could_too():
    matter = begun(charge="D", helpers=["E"])

    assert could(matter, "desks") == (Could(name="desk", units=("D", "E")),)
