"""What a counter counts: rows whose `where` holds, as given in that row and by who acted then."""

from __future__ import annotations

import pytest

from engine.definition.model import LevelIs
from engine.rules.attempt import SYSTEM_ACTOR
from engine.rules.counting import count, counted, tells
from tests.unit.rules.small import BOSS, HELPER, MATE, Matter, rules, said, sitting

FIELDS = """
    amount: {T, type: integer}
    cost: {T, type: money}
    day: {T, type: date}
    kind: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
    words: {T, type: text}
    party: {T, type: person, fills: party}
    out: {T, type: person, fills: recused}
    charge: {T, type: person, fills: responsible}
    desk_in_charge: {T, type: unit, fills: responsible}
    """
STATES = """
    new: {T, level: low, handling: true}
    upper: {T, level: high, gate: board}
    done: {T, final: true}
    """
BOARD = "board: {T, level: high, members: boss, chair: boss, quorum: 50%, carry_over: {trigger: carry}}"
GIVES = "[amount, cost, day, kind, words, party, out, charge, desk_in_charge]"
ROWS = f"""
    - {{trigger: begin, T, from: start, to: new, by: [helper, boss], takes: {GIVES}}}
    - {{trigger: work, T, from: open, to: same, by: [reader, responsible], takes: {GIVES}}}
    - {{trigger: pass_on, T, from: open, to: same, by: reader, needs: charge, hands_over_by: take}}
    - {{trigger: take, T, from: open, to: same, by: successor}}
    - {{trigger: do, T, from: open, to: same, by: reader, handles: true}}
    - {{trigger: up, T, from: new, to: upper, by: reader}}
    - {{trigger: carry, T, from: upper, to: same, by: [boss, system], via: board}}
    - {{trigger: finish, T, from: open, to: done, by: [helper, boss]}}
    """


def counting(where: str, of: str = "work") -> Matter:
    """A case whose one counter counts this trigger where that holds."""
    counters = f"c: {{T, of: {of}, per: case, where: {where}}}"
    return Matter(rules(fields=FIELDS, states=STATES, meetings=BOARD, counters=counters, transitions=ROWS))


def counts(matter: Matter) -> int:
    return count(matter.compiled.workflow.counters["c"], matter.state)


def did(matter: Matter, *acts: tuple[object, str, dict[str, object]]) -> int:
    for who, trigger, data in acts:
        assert said(matter.fire(who, trigger, **data)) == "done"
    return counts(matter)


@pytest.mark.parametrize(
    ("where", "counts_it", "does_not"),
    [
        ("{field: kind, is: a}", {"kind": "a"}, {"kind": "b"}),
        ("{field: kind, is: [a, b]}", {"kind": "b"}, {}),
        ("{field: kind, given: true}", {"kind": "b"}, {}),
        ("{field: words, given: true}", {"words": "去过了"}, {}),
        ("{field: amount, at_least: 3}", {"amount": 3}, {"amount": 2}),
        ("{field: amount, at_most: 3}", {"amount": 3}, {"amount": 4}),
        ("{field: amount, at_least: 0}", {"amount": 0}, {}),
        ("{field: cost, at_most: 100}", {"cost": "100.00"}, {"cost": "100.01"}),
        ("{field: cost, at_least: 100}", {"cost": "100"}, {"cost": "99.99"}),
        ("{field: day, at_most: 3 natural days}", {"day": "2026-03-09"}, {"day": "2026-03-10"}),
        ("{field: day, at_least: 1 natural day}", {"day": "2026-03-07"}, {"day": "2026-03-06"}),
        ("{not: {field: kind, is: a}}", {}, {"kind": "a"}),
        ("{any: [{field: kind, is: a}, {field: amount, at_least: 3}]}", {"amount": 3}, {"amount": 2}),
        ("{all: [{field: kind, is: a}, {field: amount, at_least: 3}]}", {"kind": "a", "amount": 3}, {"kind": "a"}),
        ("[{field: kind, is: a}, {field: amount, at_least: 3}]", {"kind": "a", "amount": 3}, {"amount": 3}),
    ],
)
def test_only_rows_that_gave_such_a_value_are_counted(where, counts_it, does_not):
    matter = counting(where)

    assert did(matter, (BOSS, "begin", {}), (BOSS, "work", does_not), (BOSS, "work", counts_it)) == 1


def test_a_value_from_an_earlier_row_does_not_count():
    matter = counting("{field: kind, is: a}")

    assert did(matter, (BOSS, "begin", {"kind": "a"}), (BOSS, "work", {})) == 0


def test_the_bound_of_a_date_counts_from_the_day_of_its_row():
    matter = counting("{field: day, at_most: 1 natural day}")
    did(matter, (BOSS, "begin", {}), (BOSS, "work", {"day": "2026-03-08"}))
    matter.wait(days=1)

    assert did(matter, (BOSS, "work", {"day": "2026-03-08"})) == 1


# --- who acted -------------------------------------------------------------------------------------------------------


def test_a_role_is_that_of_the_post_used():
    matter = counting("{actor: boss}")

    assert did(matter, (HELPER, "begin", {}), (HELPER, "work", {}), (BOSS, "work", {}), (MATE, "work", {})) == 1


def test_the_opener_is_counted_from_the_opening_on():
    every = counting("{actor: opener}", of="every")
    others = counting("{not: {actor: opener}}", of="every")
    acts = ((HELPER, "begin", {}), (BOSS, "work", {}), (HELPER, "work", {}))

    assert (did(every, *acts), did(others, *acts)) == (2, 1)


def test_the_reporters_side_are_the_opener_and_whom_he_opened_it_for():
    matter = counting("{actor: reporter_side}")
    matter.fire(HELPER, "begin", command={"behalf": "mate"})

    assert did(matter, (HELPER, "work", {}), (MATE, "work", {}), (BOSS, "work", {})) == 2


def test_the_party_is_who_was_named_before_the_row():
    acts = ((BOSS, "begin", {}), (MATE, "work", {"party": "mate"}), (MATE, "work", {}))

    assert did(counting("{actor: party}"), *acts) == 1


def test_nobody_counts_as_recused_for_he_acts_no_more():
    acts = ((BOSS, "begin", {}), (MATE, "work", {"out": "mate"}))

    assert did(counting("{actor: recused}"), *acts) == 0


def test_the_system_counts_as_itself():
    matter = counting("{actor: system}", of="carry")
    did(matter, (BOSS, "begin", {}), (BOSS, "up", {}))
    for who in (SYSTEM_ACTOR, BOSS):
        assert said(matter.fire(who, "carry", meeting=sitting(carries=True))) == "done"

    assert counts(matter) == 1


def test_several_names_are_alternatives():
    matter = counting("{actor: [opener, boss]}")

    assert did(matter, (HELPER, "begin", {}), (HELPER, "work", {}), (BOSS, "work", {}), (MATE, "work", {})) == 2


# --- what it cannot know ---------------------------------------------------------------------------------------------


def test_a_counter_knows_roles_and_what_history_tells_of_people():
    workflow = rules().workflow

    told = {name for name in ("helper", "opener", "handler", "system", "party", "holder", "superior", "reader",
                              "relative_of_party", "paged") if tells(workflow, name)}  # fmt: skip
    assert told == {"helper", "opener", "system", "party"}


def test_a_counter_looks_at_nothing_else():
    matter = counting("{field: kind, is: a}")
    did(matter, (BOSS, "begin", {}), (BOSS, "work", {}))

    with pytest.raises(ValueError, match="cannot look at LevelIs"):
        counted(LevelIs(levels=("low",)), matter.events[-1], matter.state, matter.now.date())
