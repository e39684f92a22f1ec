"""The fold: where a case is, who has it, and what counters say, from its history alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.attempt import SYSTEM_ACTOR
from engine.rules.counting import count
from engine.rules.fold import apply, as_list, fold
from engine.rules.state import NOBODY as NO_CHARGE
from engine.rules.state import CaseState, Charge, Move
from tests.unit.rules.small import BOSS, CLERK, HELPER, MATE, NOBODY, Matter, rules, said, sitting

STATES = """
    new: {T, level: low, handling: true}
    waiting: {T, level: high, gate: board}
    aside: {T}
    further: {T}
    done: {T, final: true}
    """
MEETINGS = "board: {T, level: high, members: boss, chair: boss, quorum: 50%, carry_over: {trigger: carry}}"
ROWS = """
    - {trigger: begin, T, from: start, to: new, by: [helper, boss]}
    - {trigger: up, T, from: new, to: waiting, by: [helper, boss]}
    - {trigger: down, T, from: waiting, to: new, by: [helper, boss]}
    - {trigger: put_aside, T, from: [new, waiting], to: aside, by: [helper, boss]}
    - {trigger: push_on, T, from: aside, to: further, by: [helper, boss]}
    - {trigger: resume, T, from: [aside, further], to: back, by: [helper, boss]}
    - {trigger: work, T, from: open, to: same, by: [helper, boss], takes: [amount, kind]}
    - {trigger: carry, T, from: waiting, to: same, by: [boss, system], via: board}
    - {trigger: finish, T, from: open, to: done, by: [helper, boss]}
    - {trigger: reopen, T, from: done, to: closer, by: [helper, boss], reopens: true}
    """
FIELDS = """
    amount: {T, type: integer}
    kind: {T, type: choice, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}}
    """
COUNTERS = """
    in_stay: {T, of: work, per: stay}
    at_level: {T, of: work, per: level}
    in_all: {T, of: work, per: case}
    days: {T, of: work, per: case, distinct: days}
    people: {T, of: work, per: case, distinct: people}
    everything: {T, of: every, per: case}
    both: {T, of: [work, up], per: case}
    kind_a: {T, of: work, per: case, where: {field: kind, is: a}}
    """
SMALL = rules(states=STATES, meetings=MEETINGS, transitions=ROWS, fields=FIELDS, counters=COUNTERS)


def begun(*triggers: str) -> Matter:
    matter = Matter(SMALL)
    for trigger in ("begin", *triggers):
        assert said(matter.fire(BOSS, trigger)) == "done"
    return matter


def counted(matter: Matter, code: str) -> int:
    return count(SMALL.workflow.counters[code], matter.state)


# --- where a case is ---


def test_a_state_with_a_level_gives_it_to_the_case_and_one_without_keeps_it():
    assert begun().at == ("new", "low")
    assert begun("up").at == ("waiting", "high")
    assert begun("put_aside").at == ("aside", "low")
    assert begun("up", "put_aside").at == ("aside", "high")


def test_back_leads_to_the_state_before_with_its_level():
    assert begun("up", "put_aside", "resume").at == ("waiting", "high")
    assert begun("put_aside", "resume").at == ("new", "low")


def test_back_twice_leads_back_twice():
    matter = begun("up", "put_aside", "push_on")

    matter.fire(BOSS, "resume")
    assert matter.at == ("aside", "high")
    matter.fire(BOSS, "resume")
    assert matter.at == ("waiting", "high")


def test_same_does_not_count_as_entering():
    matter = begun("up", "put_aside", "work", "work", "resume")

    assert matter.at == ("waiting", "high")
    assert matter.events[3].move is Move.SAME


def test_back_restores_the_stay_it_returns_to():
    matter = begun("up")
    entered = matter.state.stay
    matter.wait(days=2)
    matter.fire(BOSS, "put_aside")
    matter.fire(BOSS, "resume")

    assert matter.state.stay == entered
    assert matter.events[-1].move is Move.BACK


def test_entering_a_state_again_is_a_new_stay_and_back_leads_where_one_last_was():
    matter = begun("up", "down", "up", "put_aside", "resume", "put_aside")

    assert [stay.state for stay in matter.state.stays] == ["new", "waiting", "new", "waiting", "aside"]
    assert matter.state.came_from.seq == 4


def test_a_case_just_opened_came_from_nowhere():
    assert begun().state.came_from is None


def test_closing_is_timed_and_reopening_forgets_it():
    matter = begun("finish")
    assert matter.state.closed_at == matter.now

    matter.wait(days=1)
    matter.fire(BOSS, "reopen")
    assert (matter.at, matter.state.closed_at) == (("new", "low"), None)


def test_what_happens_in_a_final_state_does_not_move_the_day_of_closing():
    compiled = rules(
        transitions="""
        - {trigger: begin, T, from: start, to: new, by: helper}
        - {trigger: finish, T, from: new, to: done, by: helper}
        - {trigger: note, T, from: done, to: same, by: helper}
        """
    )
    matter = Matter(compiled)
    matter.fire(HELPER, "begin")
    matter.fire(HELPER, "finish")
    closed = matter.now
    matter.wait(days=1)
    matter.fire(HELPER, "note")

    assert matter.state.closed_at == closed


def test_the_last_time_of_each_trigger_is_kept():
    matter = begun("work")
    first = matter.now
    matter.wait(hours=1)
    matter.fire(BOSS, "work")

    assert matter.state.fired["work"] == matter.now != first
    assert "up" not in matter.state.fired


# --- carried over ---


def test_only_the_meetings_own_trigger_in_a_meeting_counts_as_carried_over():
    matter = begun("up")
    matter.fire(BOSS, "work")
    assert matter.state.stay.carried == 0

    matter.fire(BOSS, "carry", meeting=sitting(carries=True))
    matter.fire(SYSTEM_ACTOR, "carry", meeting=sitting(carries=True, quorate=False))
    assert matter.state.stay.carried == 2


def test_back_at_the_gate_a_case_keeps_how_often_it_was_carried_over_and_anew_it_starts_at_none():
    matter = begun("up")
    matter.fire(BOSS, "carry", meeting=sitting(carries=True))
    matter.fire(BOSS, "put_aside")
    matter.fire(BOSS, "resume")
    assert matter.state.stay.carried == 1

    matter.fire(BOSS, "down")
    matter.fire(BOSS, "up")
    assert matter.state.stay.carried == 0


# --- counters ---


def test_a_counter_per_stay_starts_anew_with_each_entering():
    matter = begun("work", "work")
    assert counted(matter, "in_stay") == 2

    matter.fire(BOSS, "up")
    assert counted(matter, "in_stay") == 0
    matter.fire(BOSS, "work")
    matter.fire(BOSS, "down")
    assert counted(matter, "in_stay") == 0


def test_a_counter_per_stay_goes_on_after_back_because_back_does_not_enter():
    matter = begun("work", "put_aside", "resume", "work")

    assert counted(matter, "in_stay") == 2


def test_a_counter_per_level_adds_all_stays_at_the_present_level():
    matter = begun("work", "up", "work", "work")
    assert counted(matter, "at_level") == 2

    matter.fire(BOSS, "down")
    assert counted(matter, "at_level") == 1
    matter.fire(BOSS, "up")
    assert counted(matter, "at_level") == 2


def test_a_counter_per_case_counts_since_the_opening():
    assert counted(begun("work", "up", "work", "down", "work"), "in_all") == 3


def test_a_counter_counts_several_triggers_or_every_row():
    assert counted(begun("work", "up", "down"), "both") == 2
    assert counted(begun("work", "up", "down"), "everything") == 4


def test_days_and_people_are_counted_once():
    matter = begun("work", "work")
    matter.fire(HELPER, "work")
    assert (counted(matter, "days"), counted(matter, "people")) == (1, 2)

    matter.wait(hours=12)  # past midnight in Shanghai
    matter.fire(HELPER, "work")
    assert (counted(matter, "days"), counted(matter, "people")) == (2, 2)


def test_of_an_act_done_for_somebody_he_is_the_one_counted():
    matter = begun("work")
    matter.fire(BOSS, "work", command={"behalf": "mate"})

    assert counted(matter, "people") == 2


def test_where_looks_at_the_value_given_in_that_row_alone():
    matter = begun()
    matter.fire(BOSS, "work", kind="a")
    matter.fire(BOSS, "work")
    matter.fire(BOSS, "work", kind="b")

    assert counted(matter, "kind_a") == 1


# --- values ---


def test_a_case_shows_the_latest_value_of_each_field():
    matter = begun()
    matter.fire(BOSS, "work", amount=1, kind="a")
    matter.fire(BOSS, "work", amount=2)

    assert matter.state.values == {"amount": 2, "kind": "a"}


WHOM = rules(
    fields="""
        whom: {T, type: person, fills: party}
        whoelse: {T, type: list, of: person, fills: party}
        about: {T, type: person, fills: recused}
        places: {T, type: list, of: unit, fills: units}
        more: {T, type: unit, fills: units}
        words: {T, type: text}
        """,
    transitions="""
        - {trigger: begin, T, from: start, to: new, by: helper,
           takes: [whom, whoelse, about, places, more, words]}
        - {trigger: tell, T, from: new, to: same, by: helper,
           takes: [whom, whoelse, about, places, more, words]}
        - {trigger: finish, T, from: new, to: done, by: helper}
        """,
)


def told(**data: object) -> Matter:
    matter = Matter(WHOM)
    assert said(matter.fire(HELPER, "begin", **data)) == "done"
    return matter


def test_a_text_is_kept_by_the_row_that_gave_it_last():
    matter = told(words="一")
    matter.fire(HELPER, "tell", words="二")

    assert matter.state.texts == {"words": 2}
    assert matter.state.values == {}
    assert matter.state.given("words")


def test_a_registered_person_is_a_value_and_one_who_is_not_a_text_never_both():
    matter = told(whom="boss")
    assert (matter.state.values, matter.state.texts) == ({"whom": "boss"}, {})

    matter.fire(HELPER, "tell", whom={"name": "王小明"})
    assert (matter.state.values, matter.state.texts) == ({}, {"whom": 2})

    matter.fire(HELPER, "tell", whom="mate")
    assert (matter.state.values, matter.state.texts) == ({"whom": "mate"}, {})


def test_parties_are_the_latest_of_every_field_that_fills_the_slot():
    matter = told(whom="boss", whoelse=["mate", "boss"])
    assert matter.state.party == ("boss", "mate")

    matter.fire(HELPER, "tell", whom={"name": "王小明"})
    assert matter.state.party == ("mate", "boss")


def test_who_is_recused_stays_recused():
    matter = told(about="boss")
    matter.fire(HELPER, "tell", about="mate")
    matter.fire(HELPER, "tell", about={"name": "王小明"})

    assert matter.state.recused == {"boss": 1, "mate": 2}


def test_concerned_units_are_those_last_named():
    matter = told(places=["M", "H"])
    matter.fire(HELPER, "tell", places=["D"])

    assert matter.state.concerned == ("D",)


def test_several_fields_of_one_act_fill_the_concerned_units_together():
    assert told(places=["M", "H"], more="D").state.concerned == ("M", "H", "D")


# --- in charge ---

CHARGE = rules(
    fields="""
        who: {T, type: person, fills: responsible}
        where: {T, type: unit, fills: responsible}
        """,
    transitions="""
        - {trigger: begin, T, from: start, to: new, by: helper}
        - {trigger: give, T, from: new, to: same, by: reader, takes: [who, where]}
        - {trigger: hand, T, from: new, to: same, by: reader, takes: [who, where],
           hands_over_by: sign}
        - {trigger: lend, T, from: new, to: same, by: reader, takes: [who, where],
           hands_over_by: nod}
        - {trigger: sign, T, from: new, to: same, by: reader}
        - {trigger: nod, T, from: new, to: same, by: reader}
        - {trigger: do, T, from: new, to: same, by: reader, handles: true}
        - {trigger: turn, T, from: new, to: waiting, by: reader}
        - {trigger: rise, T, from: waiting, to: upper, by: reader}
        - {trigger: finish, T, from: [new, upper], to: done, by: reader, handles: true}
        """,
    states="""
        new: {T, level: low, handling: true}
        waiting: {T}
        upper: {T, level: high}
        done: {T, final: true}
        """,
)


def charged(*acts: tuple[str, dict[str, object]]) -> Matter:
    matter = Matter(CHARGE)
    matter.fire(HELPER, "begin")
    for trigger, data in acts:
        assert said(matter.fire(HELPER, trigger, **data)) == "done"
    return matter


def both(matter: Matter) -> tuple[Charge, Charge]:
    return matter.state.responsible, matter.state.successor


def test_one_act_fills_the_charge_from_several_fields_and_replaces_all_of_it():
    matter = charged(("give", {"who": "boss", "where": "D"}))
    assert both(matter) == (Charge(people=("boss",), units=("D",)), NO_CHARGE)

    matter.fire(HELPER, "give", who="mate")
    assert both(matter) == (Charge(people=("mate",)), NO_CHARGE)


def test_an_act_that_names_nobody_changes_nobody():
    matter = charged(("give", {"who": "boss"}), ("do", {}), ("sign", {}))

    assert both(matter) == (Charge(people=("boss",)), NO_CHARGE)


def test_a_successor_takes_over_by_the_trigger_his_row_names_and_by_no_other():
    matter = charged(("give", {"who": "boss"}), ("hand", {"who": "mate"}), ("nod", {}))
    assert both(matter) == (Charge(people=("boss",)), Charge(people=("mate",)))

    matter.fire(MATE, "sign")
    assert both(matter) == (Charge(people=("mate",)), NO_CHARGE)
    assert matter.state.hands_over_by is None


def test_what_waits_for_a_signature_ends_when_the_case_leaves_the_level():
    matter = charged(("give", {"who": "boss"}), ("hand", {"who": "mate"}), ("turn", {}))
    assert both(matter) == (Charge(people=("boss",)), Charge(people=("mate",)))

    matter.fire(MATE, "rise")
    assert both(matter) == (Charge(people=("boss",)), NO_CHARGE)


def test_naming_another_successor_by_another_row_changes_how_he_takes_over():
    matter = charged(("hand", {"who": "mate"}), ("lend", {"who": "boss"}), ("sign", {}))
    assert both(matter) == (NO_CHARGE, Charge(people=("boss",)))

    matter.fire(BOSS, "nod")
    assert both(matter) == (Charge(people=("boss",)), NO_CHARGE)


def test_naming_the_same_successor_again_keeps_how_he_takes_over():
    matter = charged(("hand", {"who": "mate"}), ("hand", {"who": "mate"}))

    assert (matter.state.hands_over_by, matter.state.successor) == ("sign", Charge(people=("mate",)))


def test_giving_at_once_ends_a_handing_over():
    matter = charged(("hand", {"who": "mate"}), ("give", {"who": "boss"}), ("sign", {}))

    assert both(matter) == (Charge(people=("boss",)), NO_CHARGE)


def test_whoever_was_ever_in_charge_is_a_handler_and_a_successor_is_none_yet():
    matter = charged(("give", {"who": "boss"}), ("give", {"where": "D"}), ("hand", {"who": "mate"}))

    assert matter.state.handlers == Charge(people=("boss",), units=("D",))


def test_who_fires_a_row_that_handles_is_a_handler():
    assert charged(("do", {})).state.handlers.people == ("helper",)


def test_for_somebody_else_both_are_unless_the_row_stays_where_only_he_is():
    matter = charged()
    matter.fire(HELPER, "do", command={"behalf": "mate"})
    assert matter.state.handlers.people == ("mate",)

    matter.fire(BOSS, "do", command={"behalf": {"name": "王小明"}})
    assert matter.state.handlers.people == ("mate",)

    matter.fire(HELPER, "finish", command={"behalf": "nobody"})
    assert matter.state.handlers.people == ("mate", "helper", "nobody")


def test_the_system_is_never_a_handler():
    compiled = rules(
        transitions="""
        - {trigger: begin, T, from: start, to: new, by: helper}
        - {trigger: finish, T, from: new, to: done, by: system, handles: true}
        """
    )
    matter = Matter(compiled)
    matter.fire(HELPER, "begin")
    matter.fire(SYSTEM_ACTOR, "finish")

    assert not matter.state.handlers


# --- the fold itself ---


def test_the_state_is_the_fold_of_the_history():
    matter = begun("up", "put_aside", "resume", "work", "finish")

    assert fold(SMALL.workflow, matter.events) == matter.state


def test_a_gap_in_the_history_is_an_error():
    events = begun("up", "work").events

    with pytest.raises(ValueError, match="gap at 3"):
        fold(SMALL.workflow, [events[0], events[2]])
    with pytest.raises(ValueError, match="gap at 2"):
        fold(SMALL.workflow, events[1:])


def test_no_history_is_no_case():
    with pytest.raises(ValueError, match="at least one event"):
        fold(SMALL.workflow, [])


def test_an_event_of_a_row_that_the_file_does_not_have_is_an_error():
    matter = begun()

    with pytest.raises(ValueError, match="small/1 has no row vanish from new"):
        apply(SMALL.workflow, matter.state, replace(matter.events[0], seq=2, trigger="vanish", source="new"))


def test_a_charge_is_empty_or_not_and_joins_without_repeating():
    assert not Charge()
    assert Charge(units=("D",))
    assert Charge(people=("a", "b")).joined(Charge(people=("b", "c"), units=("D",))) == Charge(
        people=("a", "b", "c"), units=("D",)
    )


@pytest.mark.parametrize(("value", "entries"), [(None, ()), ("a", ("a",)), (["a", "b"], ("a", "b")), (False, (False,))])
def test_a_value_is_read_as_its_entries(value, entries):
    assert as_list(value) == entries


def test_states_are_values_and_never_change():
    state = begun().state

    with pytest.raises(AttributeError):
        state.version = 2
    assert isinstance(state, CaseState)


def test_nobody_without_a_post_or_a_part_can_move_it():
    assert said(begun().fire(NOBODY, "work")) == "case_not_found"
    assert said(begun().fire(CLERK, "work")) == "case_not_found"
