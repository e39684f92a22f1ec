"""Who may read: visibility hides, recusal ends, a merged case follows one open primary (language.md 2, 6, 10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.attempt import OtherCase
from engine.rules.conditions import veils_of
from engine.rules.reading import is_kept_from, may_read, read_until, reads_whole
from tests.unit.rules.small import (
    AUDITOR,
    BOSS,
    CLERK,
    DESK,
    HELPER,
    HIGH,
    LOW,
    MATE,
    NOBODY,
    Matter,
    post,
    rules,
    said,
    somebody,
)

FIELDS = """
    text: {T, type: text}
    kind: {T, type: choice, default: plain, choices: {plain: {zh: 平, en: Plain}, secret: {zh: 密, en: Secret}}}
    about: {T, type: person, fills: recused}
    who: {T, type: person}
    charge: {T, type: person, fills: responsible}
    place: {T, type: unit, fills: responsible}
    primary: {T, type: case, fills: primary}
    """
STATES = """
    new: {T, level: low, handling: true}
    upper: {T, level: high, handling: true}
    shut: {T, final: true}
    merged: {T, final: true, follows: primary}
    """
ROWS = """
    - {trigger: begin, T, from: start, to: new, by: [helper, boss], takes: [kind, about, who, charge, place]}
    - {trigger: note, T, from: open, to: same, by: [reader, responsible, opener],
       takes: [text, kind, about, who, charge, place]}
    - {trigger: climb, T, from: new, to: upper, by: [helper, boss]}
    - {trigger: shut, T, from: open, to: shut, by: [helper, boss]}
    - {trigger: merge, T, from: open, to: merged, by: [helper, boss], needs: primary,
       when: {case: primary, is: [open, other, alike_sealed]}}
    - {trigger: split, T, from: merged, to: back, by: boss, reopens: true}
    """
CHIEF = somebody("chief", post("boss", HIGH))
EVERYBODY = (HELPER, MATE, BOSS, CLERK, AUDITOR, NOBODY)


def matter(*visibility: str, **given: object) -> Matter:
    more = {"visibility": "\n".join(f"- {rule}" for rule in visibility)} if visibility else {}
    case = Matter(rules(fields=FIELDS, states=STATES, transitions=ROWS, **more))
    assert said(case.fire(HELPER, "begin", **given)) == "done"
    return case


def readers(case: Matter) -> list[str]:
    return [who.person for who in EVERYBODY if may_read(case.attempt(who))]


def test_without_a_rule_reach_decides():
    assert readers(matter()) == ["helper", "mate", "boss", "auditor"]


@pytest.mark.parametrize(
    ("rule", "seen_by"),
    [
        ("{T, when: {state: new}, only_to: boss}", ["boss"]),
        ("{T, when: {state: new}, only_to: [auditor, opener]}", ["helper", "auditor"]),
        ("{T, when: {state: new}, only_to: responsible}", ["mate"]),
        ("{T, when: {state: new}, never_to: helper}", ["boss", "auditor"]),
        ("{T, when: {level: low}, never_to: [boss, opener]}", ["mate", "auditor"]),
        ("{T, when: {not: {level: low}}, only_to: boss}", ["helper", "mate", "boss", "auditor"]),
        ("{T, when: {field: kind, is: secret}, only_to: boss}", ["helper", "mate", "boss", "auditor"]),
        ("{T, when: {person: who, is: boss}, never_to: boss}", ["helper", "mate", "auditor"]),
        ("{T, when: {person: who, is: helper}, never_to: boss}", ["helper", "mate", "boss", "auditor"]),
    ],
)
def test_a_rule_hides_from_all_but_those_or_from_those(rule, seen_by):
    assert readers(matter(rule, charge="mate", who="boss")) == seen_by


def test_all_rules_that_hold_apply_together():
    both = matter("{T, when: {state: new}, only_to: [boss, helper]}", "{T, when: {level: low}, never_to: helper}")

    assert readers(both) == ["boss"]


def test_a_unit_in_charge_sees_by_its_posts():
    case = matter("{T, when: {state: new}, only_to: responsible}", place="D")

    assert readers(case) == ["clerk"]


def test_the_system_and_who_opens_are_not_hidden_from():
    case = Matter(rules(fields=FIELDS, states=STATES, transitions=ROWS, visibility="- {T, when: {not: {state: shut}}, only_to: boss}"))  # fmt: skip  # noqa: E501

    assert may_read(case.attempt(HELPER, "begin"))
    assert said(case.fire(HELPER, "begin")) == "done"
    assert not may_read(case.attempt(HELPER))


def test_what_an_act_gives_hides_nothing_from_it():
    case = matter("{T, when: {field: kind, is: secret}, only_to: boss}")

    assert said(case.fire(HELPER, "note", kind="secret")) == "done"
    assert said(case.ask(HELPER, "note", kind="plain")) == "case_not_found"
    assert said(case.ask(BOSS, "note", kind="plain")) == "done"


# --- recusal ---------------------------------------------------------------------------------------------------------


def test_who_is_recused_reads_up_to_that_row_and_acts_no_more():
    case = matter()
    case.fire(BOSS, "note", text="一")
    case.fire(BOSS, "note", about="mate", text="二")
    attempt = case.attempt(MATE)

    assert (may_read(attempt), read_until(attempt)) == (True, 2)
    assert (reads_whole(attempt), is_kept_from(attempt)) == (False, True)
    assert said(case.ask(MATE, "note", text="三")) == "never:recused"
    assert said(case.ask(MATE, "note", expected=1)) == "never:recused"  # nor does he hear of a newer version
    assert reads_whole(case.attempt(BOSS))


def test_who_is_recused_at_the_opening_does_not_know_of_the_case():
    case = matter(about="boss")

    assert readers(case) == ["helper", "mate", "auditor"]
    assert said(case.ask(BOSS, "note")) == "case_not_found"


def test_the_first_recusal_counts():
    case = matter()
    for _ in range(2):
        case.fire(BOSS, "note", about="mate")

    assert read_until(case.attempt(MATE)) == 1


# --- cases that follow another ---------------------------------------------------------------------------------------


def known(case: Matter, **how: object) -> None:
    other = OtherCase(**{"open": True, "follows": None, "veils": frozenset(), **how})
    case.world = replace(case.world, known=case.world.known | {("case", "H-2"), ("case", "H-1")}, cases={"H-2": other, "H-1": other})  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("primary", "how", "answer"),
    [
        ("H-2", {}, "done"),
        ("H-1", {}, "case:primary"),  # itself
        ("H-2", {"open": False}, "case:primary"),
        ("H-2", {"follows": "H-1"}, "case:primary"),
        ("H-2", {"veils": frozenset({(("boss",), ())})}, "case:primary"),
        ("H-3", {}, "primary: unknown_case"),
    ],
)
def test_a_primary_is_open_another_and_equally_sealed(primary, how, answer):
    case = matter()
    known(case, **how)

    assert said(case.ask(BOSS, "merge", primary=primary)) == answer


def test_a_merged_case_names_its_primary_until_it_is_split_off():
    case = matter()
    known(case)
    case.fire(BOSS, "merge", primary="H-2")
    assert case.state.primary == "H-2"

    case.fire(BOSS, "split")
    assert (case.state.primary, case.state.values["primary"]) == (None, "H-2")


def test_a_case_that_others_follow_cannot_come_to_follow():
    case = matter()
    known(case)
    case.world = replace(case.world, followed=True)

    assert said(case.ask(BOSS, "merge", primary="H-2")) == "is_followed"
    assert said(case.ask(BOSS, "climb")) == "done"


def test_veils_are_whom_the_rules_that_hold_name():
    case = matter("{T, when: {state: new}, only_to: boss}", "{T, when: {state: shut}, never_to: helper}")

    assert veils_of(case.attempt(BOSS)) == {(("boss",), ())}
    assert LOW.lies_in(DESK.line[0][1])


# --- pages -----------------------------------------------------------------------------------------------------------


def test_paged_is_whom_the_last_paging_row_names():
    rows = """
        - {trigger: begin, T, from: start, to: new, by: helper}
        - {trigger: page, T, from: new, to: same, by: helper, pages: boss}
        - {trigger: page_desk, T, from: new, to: same, by: helper, pages: helper}
        - {trigger: here, T, from: new, to: same, by: paged}
        - {trigger: finish, T, from: new, to: done, by: helper}
        """
    case = Matter(rules(transitions=rows))
    case.fire(HELPER, "begin")
    assert said(case.ask(CHIEF, "here")) == "role"

    case.fire(HELPER, "page")
    assert (said(case.ask(CHIEF, "here")), said(case.ask(MATE, "here"))) == ("done", "role")

    case.fire(HELPER, "page_desk")
    assert (said(case.ask(CHIEF, "here")), said(case.ask(MATE, "here"))) == ("role", "done")
