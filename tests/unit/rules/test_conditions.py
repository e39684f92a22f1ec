"""Each condition word: when it holds, when not, and when that hangs on what the act may still give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import pytest

from engine.definition import model
from engine.definition.model import Condition, Duration, LevelIs, Since, TimeUnit
from engine.rules.attempt import Actor
from engine.rules.conditions import first_failing, holds, runs_now
from engine.rules.judge import asked_openly
from engine.rules.machine import Compiled
from engine.rules.saying import code_of, looked_at
from tests.unit.rules.small import (
    AUDITOR,
    BOSS,
    CLERK,
    HELPER,
    MATE,
    NOBODY,
    Matter,
    post,
    rules,
    said,
    sitting,
    somebody,
)
from tests.unit.rules.small import HIGH as HIGH_UNIT

FIELDS = """
    amount: {T, type: integer}
    cost: {T, type: money}
    day: {T, type: date}
    kind: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}, c: {zh: 丙, en: C}}}
    flag: {T, type: flag}
    who: {T, type: person}
    words: {T, type: text}
    party: {T, type: person, fills: party}
    out: {T, type: person, fills: recused}
    charge: {T, type: person, fills: responsible}
    desk_in_charge: {T, type: unit, fills: responsible}
    """
ALL = "[amount, cost, day, kind, flag, who, words, party, out, charge, desk_in_charge]"
STATES = """
    new: {T, level: low, handling: true}
    upper: {T, level: high, gate: board}
    done: {T, final: true}
    """
ANYBODY = "[helper, boss, desk, system, reader]"
ROWS = f"""
    - {{trigger: begin, T, from: start, to: new, by: {ANYBODY}, takes: {ALL}}}
    - {{trigger: tick, T, from: open, to: same, by: {ANYBODY}, takes: {ALL}}}
    - {{trigger: up, T, from: new, to: upper, by: {ANYBODY}}}
    - {{trigger: down, T, from: upper, to: new, by: {ANYBODY}}}
    - {{trigger: carry, T, from: upper, to: same, by: [boss, system], via: board}}
    - {{trigger: finish, T, from: open, to: done, by: {ANYBODY}}}
    - {{trigger: reopen, T, from: done, to: new, by: {ANYBODY}, reopens: true}}
    """
COUNTERS = "ticks: {T, of: tick, per: case}"
BOARD = "board: {T, level: high, members: boss, chair: boss, quorum: 50%, carry_over: {trigger: carry}}"


@cache
def asking(condition: str) -> Compiled:
    """Rules with a row `ask` that has this one condition and may give every field."""
    row = f"- {{trigger: ask, T, from: [new, upper], to: same, by: {ANYBODY}, takes: {ALL}, when: {condition}}}"
    return rules(
        fields=FIELDS, states=STATES, meetings=BOARD, counters=COUNTERS, transitions=f"{ROWS.rstrip()}\n    {row}\n"
    )


class Asked:
    """A case on which the condition is asked, after these triggers by the boss."""

    def __init__(self, condition: str, *triggers: str, **opening: object) -> None:
        self.matter = Matter(asking(condition))
        self.row = self.matter.compiled.workflow.row("ask", "new")
        self.did("begin", **opening)
        for trigger in triggers:
            self.did(trigger)

    def did(self, trigger: str, who: Actor = BOSS, **data: object) -> Asked:
        assert said(self.matter.fire(who, trigger, **data)) == "done"
        return self

    def after(self, **span: float) -> Asked:
        self.matter.wait(**span)
        return self

    def answer(self, who: Actor = HELPER, /, **given: object) -> bool | None:
        return holds(self.matter.attempt(who, "ask", **given), self.row.when[0])

    def openly(self, who: Actor = HELPER) -> bool | None:
        """As one asks what would be possible, with nothing given yet."""
        return holds(asked_openly(self.matter.attempt(who, "ask"), self.row), self.row.when[0])


def answers(condition: str, given: Sequence[dict[str, object]], **opening: object) -> list[bool | None]:
    asked = Asked(condition, **opening)
    return [asked.answer(**each) for each in given]


# --- fields ----------------------------------------------------------------------------------------------------------


def test_a_field_is_one_of_the_values_in_this_act_else_the_latest():
    assert answers("{field: kind, is: a}", [{}, {"kind": "a"}, {"kind": "b"}]) == [False, True, False]
    assert answers("{field: kind, is: [a, b]}", [{}, {"kind": "b"}, {"kind": "c"}], kind="a") == [True, True, False]
    assert answers("{field: flag, is: true}", [{}, {"flag": True}, {"flag": False}]) == [False, True, False]
    assert answers("{not: {field: kind, is: a}}", [{}, {"kind": "a"}, {"kind": "b"}]) == [True, False, True]


def test_a_field_is_given_when_it_has_a_value_text_or_not():
    assert answers("{field: kind, given: true}", [{}, {"kind": "a"}]) == [False, True]
    assert answers("{field: words, given: true}", [{}, {"words": "有"}, {"words": "  "}]) == [False, True, False]
    assert answers("{field: words, given: true}", [{}], words="早就有") == [True]
    assert answers("{not: {field: words, given: true}}", [{}, {"words": "有"}]) == [True, False]


def test_a_field_is_given_now_when_this_very_act_gives_it():
    assert answers("{field: words, given: now}", [{}, {"words": "有"}, {"words": "  "}]) == [False, True, False]
    assert answers("{field: words, given: now}", [{}, {"words": "又"}], words="早就有") == [False, True]
    assert answers("{not: {field: kind, given: now}}", [{}, {"kind": "a"}], kind="a") == [True, False]


@pytest.mark.parametrize(
    ("condition", "given", "answer"),
    [
        ("{field: amount, at_least: 3}", {"amount": 2}, False),
        ("{field: amount, at_least: 3}", {"amount": 3}, True),
        ("{field: amount, at_most: 3}", {"amount": 3}, True),
        ("{field: amount, at_most: 3}", {"amount": 4}, False),
        ("{field: amount, at_least: 3, at_most: 3}", {"amount": 3}, True),
        ("{field: amount, at_least: 0}", {}, False),
        ("{not: {field: amount, at_least: 0}}", {}, True),
        ("{field: cost, at_least: 100}", {"cost": "99.99"}, False),
        ("{field: cost, at_least: 100}", {"cost": "100"}, True),
        ("{field: cost, at_most: 100}", {"cost": "100.00"}, True),
        ("{field: cost, at_most: 100}", {"cost": "100.01"}, False),
        ("{field: cost, at_most: 100}", {"cost": "999999999999999.99"}, False),
        ("{field: day, at_least: 3 natural days}", {"day": "2026-03-08"}, False),
        ("{field: day, at_least: 3 natural days}", {"day": "2026-03-09"}, True),
        ("{field: day, at_most: 30 natural days}", {"day": "2026-04-05"}, True),
        ("{field: day, at_most: 30 natural days}", {"day": "2026-04-06"}, False),
        ("{field: day, at_most: 30 natural days}", {}, False),
        ("{field: day, at_least: 1 natural day, at_most: 2 natural days}", {"day": "2026-03-06"}, False),
        ("{field: day, at_least: 1 natural day, at_most: 2 natural days}", {"day": "2026-03-08"}, True),
    ],
)
def test_a_field_lies_within_its_bounds_both_ends_included(condition, given, answer):
    assert Asked(condition).answer(**given) is answer


def test_the_bound_of_a_date_counts_from_the_local_day_of_the_act():
    asked = Asked("{field: day, at_most: 1 natural day}")

    assert asked.answer(day="2026-03-07") is True
    assert asked.answer(day="2026-03-08") is False
    assert asked.after(hours=12).answer(day="2026-03-08") is True  # midnight in Shanghai


@pytest.mark.parametrize(
    ("old", "new", "up", "down"),
    [
        ("a", "b", True, False),
        ("a", "c", True, False),
        ("c", "b", False, True),
        ("b", "b", False, False),
        ("b", None, False, False),
        (None, "b", False, False),
        (None, None, False, False),
    ],
)
def test_a_choice_goes_up_or_down_by_the_order_written(old, new, up, down):
    opening, given = {"kind": old} if old else {}, {"kind": new} if new else {}

    assert Asked("{field: kind, change: up}", **opening).answer(**given) is up
    assert Asked("{field: kind, change: down}", **opening).answer(**given) is down
    assert Asked("{not: {field: kind, change: down}}", **opening).answer(**given) is not down


# --- counters, level -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ticks", "least", "most"), [(1, False, True), (2, True, True), (3, True, False)])
def test_a_counter_lies_within_its_bounds_both_ends_included(ticks, least, most):
    done = ["tick"] * ticks

    assert Asked("{counter: ticks, at_least: 2}", *done).answer() is least
    assert Asked("{counter: ticks, at_most: 2}", *done).answer() is most
    assert Asked("{counter: ticks, at_least: 2, at_most: 2}", *done).answer() is (least and most)
    assert Asked("{not: {counter: ticks, at_least: 2}}", *done).answer() is not least


def test_a_level_is_that_of_the_case():
    for condition, low, high in (("{level: low}", True, False), ("{level: [low, high]}", True, True)):
        assert Asked(condition).answer() is low
        assert Asked(condition, "up").answer() is high
    assert Asked("{not: {level: low}}", "up").answer() is True


# --- since -----------------------------------------------------------------------------------------------------------

INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(("span", "length"), [("90 minutes", {"minutes": 90}), ("24 hours", {"hours": 24})])
def test_minutes_and_hours_are_exact_to_the_microsecond(span, length):
    least, most = Asked(f"{{since: opened, at_least: {span}}}"), Asked(f"{{since: opened, at_most: {span}}}")
    for asked in (least, most):
        asked.after(**length)

    assert (least.answer(), most.answer()) == (True, True)
    for asked in (least, most):
        asked.matter.now -= INSTANT
    assert (least.answer(), most.answer()) == (False, True)
    for asked in (least, most):
        asked.matter.now += 2 * INSTANT
    assert (least.answer(), most.answer()) == (True, False)


@pytest.mark.parametrize("started", [timedelta(hours=-12), timedelta(0), timedelta(hours=12) - INSTANT])
def test_natural_days_end_with_the_local_day_and_the_first_is_not_counted(started):
    """Opened at any time of Friday 6 March: two natural days end with Sunday the 8th."""
    least = Asked("{since: tick, at_least: 2 natural days}")
    most = Asked("{since: tick, at_most: 2 natural days}")
    for asked in (least, most):
        midnight = asked.matter.now + timedelta(hours=12) + timedelta(days=2)  # between Sunday and Monday
        asked.matter.now += started
        asked.did("tick")
        asked.matter.now = midnight - INSTANT
    assert (least.answer(), most.answer()) == (False, True)
    for asked in (least, most):
        asked.matter.now += INSTANT
    assert (least.answer(), most.answer()) == (True, True)
    for asked in (least, most):
        asked.matter.now += INSTANT
    assert (least.answer(), most.answer()) == (True, False)


def test_both_bounds_make_a_window():
    asked = Asked("{since: opened, at_least: 1 hour, at_most: 2 hours}")

    assert [asked.answer(), asked.after(hours=1).answer(), asked.after(hours=1).answer()] == [False, True, True]
    assert asked.after(seconds=1).answer() is False


def test_entered_is_when_the_case_came_to_its_present_state():
    asked = Asked("{since: entered, at_least: 1 hour}").after(hours=2)
    assert asked.answer() is True
    asked.did("up")
    assert asked.answer() is False
    asked.after(hours=1).did("tick")
    assert asked.answer() is True


def test_of_a_trigger_the_last_firing_counts():
    asked = Asked("{since: tick, at_most: 1 hour}", "tick").after(hours=2)
    assert asked.answer() is False
    asked.did("tick")
    assert asked.answer() is True


def test_what_never_happened_satisfies_no_test_but_is_long_enough_ago():
    assert Asked("{since: tick, at_least: 1 hour}").answer() is True
    assert Asked("{since: tick, at_most: 1 hour}").answer() is False
    assert Asked("{since: tick, at_least: 1 hour, at_most: 2 hours}").answer() is False
    assert Asked("{not: {since: tick, at_most: 1 hour}}").answer() is True
    assert Asked("{since: closed, at_most: 9 hours}").answer() is False


def test_a_case_closed_and_open_again_is_not_closed():
    matter = Matter(rules(
        states="new: {T, level: low, handling: true}\ndone: {T, final: true}",
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: helper}
            - {trigger: finish, T, from: new, to: done, by: helper}
            - {trigger: reopen, T, from: done, to: new, by: helper, reopens: true,
               when: {since: closed, at_most: 1 hour}}
            - {trigger: note, T, from: [new, done], to: same, by: reader, when: {since: closed, at_most: 9 hours}}
            """,
    ))  # fmt: skip
    assert [said(matter.fire(HELPER, trigger)) for trigger in ("begin", "finish", "note")] == ["done"] * 3
    matter.wait(hours=1)

    assert said(matter.fire(HELPER, "reopen")) == "done"
    assert said(matter.ask(HELPER, "note")) == "since:closed"


def test_before_the_opening_nothing_has_happened():
    matter = Matter(rules(
        counters="ticks: {T, of: note, per: case}",
        transitions="""
            - trigger: begin
              T
              from: start
              to: new
              by: helper
              when:
                - {since: opened, at_least: 1 hour}
                - {counter: ticks, at_most: 0}
                - {not: {level: low}}
            - {trigger: note, T, from: new, to: same, by: reader}
            - {trigger: finish, T, from: new, to: done, by: helper}
            """.replace("              T\n", "              title: {zh: 名, en: Name}\n"),
    ))  # fmt: skip

    assert said(matter.fire(HELPER, "begin")) == "done"


def test_before_the_opening_nobody_is_anything_to_the_case():
    nothing = "[opener, reporter_side, party, recused, responsible, handler, holder, superior]"
    begin = f"- {{trigger: begin, T, from: start, to: new, by: helper, when: {{not: {{actor: {nothing}}}}}}}"
    finish = "- {trigger: finish, T, from: new, to: done, by: helper}"

    assert said(Matter(rules(transitions=f"{begin}\n{finish}")).ask(HELPER, "begin")) == "done"


@pytest.mark.parametrize("unit", [TimeUnit.BUSINESS_HOURS, TimeUnit.WORKING_DAYS])
def test_working_time_needs_a_calendar(unit):
    attempt = Asked("{level: low}").matter.attempt(HELPER, "ask")

    with pytest.raises(ValueError, match="needs its calendar"):
        holds(attempt, Since(event="opened", at_least=Duration(number=1, unit=unit)))


# --- people ----------------------------------------------------------------------------------------------------------


def test_whom_this_very_act_recuses_counts_as_recused():
    asked = {"charge": MATE.person, "out": MATE.person}

    assert answers("{person: charge, is: recused}", [asked, {**asked, "out": BOSS.person}]) == [True, False]
    assert answers("{person: charge, is: recused}", [{"charge": MATE.person}], out=MATE.person) == [True]


def test_who_acts_is_one_of_a_role_or_in_a_relation():
    assert [Asked("{actor: boss}").answer(who) for who in (HELPER, BOSS, AUDITOR, NOBODY)] == [
        False,
        True,
        False,
        False,
    ]
    assert [Asked("{actor: opener}").answer(who) for who in (HELPER, BOSS)] == [False, True]
    assert [Asked("{actor: [helper, opener]}").answer(who) for who in (HELPER, BOSS, NOBODY)] == [True, True, False]
    assert [Asked("{not: {actor: boss}}").answer(who) for who in (HELPER, BOSS)] == [True, False]


def test_each_relation_tells_who_somebody_is_to_the_case():
    asked = {
        name: Asked(f"{{actor: {name}}}", party="nobody", out="mate", charge="helper")
        for name in ("reporter_side", "party", "recused", "responsible", "handler", "successor", "reader", "paged")
    }
    people = (HELPER, MATE, BOSS, AUDITOR, NOBODY)
    found = {name: [who.person for who in people if each.answer(who)] for name, each in asked.items()}

    assert found == {
        "reporter_side": ["boss"],
        "party": ["nobody"],
        "recused": ["mate"],
        "responsible": ["helper"],
        "handler": ["helper"],
        "successor": [],
        "reader": ["helper", "mate", "boss"],
        "paged": [],
    }


def test_a_holder_acts_at_the_level_of_the_case_and_a_superior_above_it():
    low, high = Asked("{actor: holder}"), Asked("{actor: holder}", "up")
    assert [low.answer(who) for who in (HELPER, BOSS, AUDITOR)] == [True, False, False]
    assert [high.answer(who) for who in (HELPER, BOSS, AUDITOR)] == [False, True, False]

    low, high = Asked("{actor: superior}"), Asked("{actor: superior}", "up")
    assert [low.answer(who) for who in (HELPER, BOSS, AUDITOR)] == [False, True, False]
    assert [high.answer(who) for who in (HELPER, BOSS)] == [False, False]


def test_the_desk_in_charge_is_responsible_through_its_post():
    asked = Asked("{actor: responsible}", desk_in_charge="D")

    assert [asked.answer(who) for who in (CLERK, HELPER)] == [True, False]


def test_a_relative_of_a_party_is_known_by_the_register():
    asked = Asked("{actor: relative_of_party}", party="nobody")
    assert asked.answer(HELPER) is False
    asked.matter.related(helper="nobody")
    assert asked.answer(HELPER) is True
    assert asked.answer(BOSS, party="mate") is False


def test_the_person_in_a_field_holds_a_role_on_the_line_or_is_in_a_relation():
    role, relation = Asked("{person: who, is: boss}"), Asked("{person: who, is: [opener, party]}", party="mate")

    assert [role.answer(who=name) for name in ("boss", "helper")] == [True, False]
    assert [relation.answer(who=name) for name in ("boss", "mate", "helper")] == [True, True, False]
    assert Asked("{not: {person: who, is: boss}}").answer(who="helper") is True


def test_a_stranger_in_the_field_is_nobody_that_the_rules_know():
    asked = Asked("{person: who, is: [boss, party]}", party="mate")

    assert asked.answer(who={"name": "张三"}) is False
    assert asked.answer() is False


def test_a_relative_in_a_field_is_asked_about_for_that_person():
    asked = Asked("{person: who, is: relative_of_party}", party="nobody")
    asked.matter.related(mate="nobody")

    assert [asked.answer(who=name) for name in ("mate", "helper")] == [True, False]


# --- together --------------------------------------------------------------------------------------------------------

YES, NO, MAYBE = "{level: low}", "{level: high}", "{field: kind, is: a}"


@pytest.mark.parametrize(
    ("parts", "any_of", "all_of"),
    [
        ([YES, YES], True, True),
        ([YES, NO], True, False),
        ([NO, NO], False, False),
        ([YES, MAYBE], True, None),
        ([NO, MAYBE], None, False),
        ([MAYBE, MAYBE], None, None),
        ([MAYBE, YES, NO], True, False),
    ],
)
def test_any_and_all_are_certain_when_one_entry_is(parts, any_of, all_of):
    listed = f"[{', '.join(parts)}]"

    assert Asked(f"{{any: {listed}}}").openly() is any_of
    assert Asked(f"{{all: {listed}}}").openly() is all_of
    assert Asked(f"{{not: {{any: {listed}}}}}").openly() is (None if any_of is None else not any_of)


def test_conditions_nest():
    nested = f"{{any: [{{all: [{YES}, {{not: {MAYBE}}}]}}, {{not: {{any: [{YES}, {NO}]}}}}]}}"

    assert Asked(nested).answer(kind="b") is True
    assert Asked(nested).answer(kind="a") is False
    assert Asked(nested).openly() is None


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("{field: kind, is: a}", None),
        ("{field: kind, given: true}", None),
        ("{field: amount, at_least: 1}", None),
        ("{field: kind, change: up}", None),
        ("{person: who, is: boss}", None),
        ("{counter: ticks, at_least: 1}", False),
        ("{since: opened, at_least: 1 hour}", False),
        ("{level: low}", True),
        ("{actor: boss}", False),
    ],
)
def test_what_the_act_may_still_give_leaves_it_undecided(condition, answer):
    assert Asked(condition).openly() is answer


def test_a_value_the_case_has_already_counts_as_given_even_when_it_may_be_given_again():
    assert Asked("{field: words, given: true}", words="早就有").openly() is True
    assert Asked("{field: words, given: now}", words="早就有").openly() is None


def test_a_field_the_row_does_not_take_is_decided_by_the_case():
    compiled = rules(
        fields=FIELDS,
        transitions="""
            - {trigger: begin, T, from: start, to: new, by: helper, takes: kind}
            - {trigger: ask, T, from: new, to: same, by: helper, when: {field: kind, is: a}}
            - {trigger: finish, T, from: new, to: done, by: helper}
            """,
    )
    matter = Matter(compiled)
    matter.fire(HELPER, "begin", kind="a")
    row = compiled.workflow.row("ask", "new")

    assert holds(asked_openly(matter.attempt(HELPER, "ask"), row), row.when[0]) is True


def test_the_first_that_certainly_fails_is_the_answer():
    asked = Asked("[{field: kind, is: a}, {level: high}, {actor: boss}]")
    attempt = asked_openly(asked.matter.attempt(HELPER, "ask"), asked.row)

    assert first_failing(attempt, asked.row.when) == asked.row.when[1]
    assert first_failing(attempt, asked.row.when[:1]) is None


# --- what a refusal says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("{field: kind, is: a}", "field:kind"),
        ("{field: words, given: true}", "field:words"),
        ("{field: amount, at_least: 1}", "field:amount"),
        ("{field: kind, change: up}", "field:kind"),
        ("{counter: ticks, at_least: 1}", "counter:ticks"),
        ("{since: opened, at_least: 1 hour}", "since:opened"),
        ("{level: high}", "level"),
        ("{actor: boss}", "actor"),
        ("{person: who, is: boss}", "person:who"),
        ("{not: {level: low}}", "level"),
        ("{any: [{counter: ticks, at_least: 1}, {level: high}]}", "counter:ticks"),
        ("{all: [{level: high}, {counter: ticks, at_least: 1}]}", "level"),
        ("{not: {any: [{actor: helper}]}}", "actor"),
    ],
)
def test_a_refusal_is_called_by_the_word_and_what_it_looked_at(condition, code):
    asked = Asked(condition)

    assert code_of(asked.row.when[0]) == code
    assert said(asked.matter.ask(HELPER, "ask")) == code


def test_a_refusal_shows_what_its_counters_say():
    asked = Asked("{any: [{counter: ticks, at_least: 5}, {all: [{level: high}, {not: {counter: ticks, at_most: 9}}]}]}")
    asked.did("tick").did("tick")

    assert looked_at(asked.matter.attempt(HELPER, "ask"), asked.row.when[0]) == {"counter:ticks": 2}
    assert asked.matter.ask(HELPER, "ask").facts == {"counter:ticks": 2}
    assert looked_at(asked.matter.attempt(HELPER, "ask"), LevelIs(levels=("low",))) == {}


def test_every_word_of_the_language_is_run():
    kinds = (each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Condition))

    assert all(runs_now(kind) for kind in kinds if kind is not Condition)


# --- the system, and who only carries a post of another file ---------------------------------------------------------


def test_the_system_is_nobody_but_the_system():
    asked = Asked("{actor: system}", "up")
    asked.matter.wait(hours=1)

    assert asked.answer(BOSS) is False
    assert said(asked.matter.ask(Actor(person="system"), "carry", meeting=sitting(carries=True))) == "done"


def test_a_post_whose_role_the_file_does_not_name_counts_for_nothing():
    beekeeper = somebody("bee", post("beekeeper", HIGH_UNIT))

    assert Asked("{actor: reader}").answer(beekeeper) is False
    assert Asked("{actor: holder}").answer(beekeeper) is False
    assert said(Asked("{level: low}").matter.ask(beekeeper, "ask")) == "case_not_found"
