"""Whom a row keeps out although he holds the post: nobody handles or verifies his own matter, nor whom it concerns."""

from __future__ import annotations

import pytest

from tests.rules.case import code_of, happened, kind_of
from tests.rules_v2.table import DATA
from tests.rules_v2.township import PEOPLE, Case
from tests.rules_v2.ways import DONE, OPEN_STATES, REACHED, merged, reached, reported, verifying, village_handling

#: Rows nobody fires in his own matter, in a relative's, or recused: (trigger, from, somebody of `by`).
NOT_CONCERNED = [
    ("accept", "reported", "zuzhang"),
    ("finish_on_spot", "reported", "linzhang"),
    ("finish_on_spot", "wuchang_handling", "linzhang"),
    ("finish_in_wuchang", "wuchang_handling", "pianzhang"),
    ("assign_in_village", "village_queued", "village_secretary"),
    ("settle_before_meeting", "village_queued", "pianzhang"),
    ("settle_before_meeting", "township_queued", "township_party_office"),
    ("finish_in_village", "village_handling", "village_clerk"),
    ("assign_in_township", "township_queued", "township_leader"),
    ("finish_in_township", "township_handling", "township_station"),
    ("strike_off", "verifying", "council_member"),
]


def brought(state: str, **data: object) -> Case:
    """Brought to the state; where it is verified, a callback has reached the reporter."""
    case = OPEN_STATES[state](reported(**data))
    return reached(case) if state == "verifying" else case


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_nobody_handles_or_verifies_his_own_matter(trigger, state, who):
    refused = brought(state, reporter=who).ask_either(who, trigger, **DATA[trigger])

    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:party")
    assert happened(brought(state).ask_either(who, trigger, **DATA[trigger]))


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_nobody_handles_or_verifies_a_relatives_matter(trigger, state, who):
    case = brought(state)
    case.relate(who, "reporter")

    refused = case.ask_either(who, trigger, **DATA[trigger])
    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:relative_of_party")


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_being_related_to_somebody_else_keeps_nobody_out(trigger, state, who):
    case = brought(state)
    case.relate(who, "villager")

    assert happened(case.ask_either(who, trigger, **DATA[trigger]))


def recused(case: Case, who: str) -> Case:
    """Before he had the post that would move the case; whoever was responsible is so again, where it is a person."""
    holders, person = case.holders, next(iter(case.state.responsible.people))
    case.holders = dict.fromkeys(holders, ())
    data = {**DATA["recuse"], "recused_person": who, "responsible": person}
    assert happened(case.fire("township_party_office_2", "recuse", **data))
    case.holders = holders
    return case


@pytest.mark.parametrize(("trigger", "state", "who"), NOT_CONCERNED)
def test_who_is_recused_is_refused_and_the_row_itself_says_so(trigger, state, who):
    case = recused(brought(state), who)

    assert case.ask_either(who, trigger, **DATA[trigger]).code in ("never:recused", "case_not_found")
    offer = case.offers(who)[trigger]
    if trigger not in ("assign_in_village", "assign_in_township"):  # there a meeting would be asked for first
        assert (offer.refusal.code, offer.refusal.refused_by.ref) == ("never:recused", offer.row.ref)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t33_who_is_recused_does_not_recuse_others(state):
    case = recused(brought(state), "township_leader")

    assert case.ask("township_leader", "recuse", **DATA["recuse"]).code == "never:recused"
    assert case.offers("township_leader")["recuse"].refusal.code == "never:recused"
    assert happened(case.ask("township_party_office", "recuse", **DATA["recuse"]))


@pytest.mark.parametrize("trigger", ["assign_in_village", "assign_in_township"])
def test_who_is_recused_does_not_decide_at_once_either(trigger):
    state, who = {
        "assign_in_village": ("village_queued", "village_secretary"),
        "assign_in_township": ("township_queued", "township_leader"),
    }[trigger]
    case = brought(state, urgency="urgent")
    assert case.offers(who)[trigger].refusal is None
    recused(case, who)

    assert case.offers(who)[trigger].refusal.code == "never:recused"


def test_who_is_recused_is_refused_everything():
    case = recused(brought("wuchang_handling"), "zuzhang")

    for trigger in ("finish_in_wuchang", "note", "urge", "record_measure", "correct", "raise_alarm"):
        assert code_of(case.ask("zuzhang", trigger, **DATA[trigger])) == "never:recused"
    assert not case.is_read_whole_by("zuzhang")
    assert case.is_read_whole_by("pianzhang")


# --- rows that a party may fire all the same: they do not handle ---


@pytest.mark.parametrize(
    ("trigger", "state", "who"),
    [
        ("ask_for_more", "reported", "pianzhang"),
        ("supply_more", "need_info", "zuzhang"),
        ("refer_to_village", "wuchang_handling", "pianzhang"),
        ("refer_to_township", "village_queued", "village_secretary"),
        ("put_on_account", "village_queued", "village_secretary"),
        ("carry_over", "village_queued", "village_secretary"),
        ("record_callback", "verifying", "council_member"),
        ("redo", "verifying", "village_clerk"),
        ("raise_alarm", "reported", "linzhang"),
        ("record_measure", "reported", "linzhang"),
        ("correct", "reported", "linzhang"),
        ("note", "reported", "linzhang"),
    ],
)
def test_a_party_may_do_what_neither_handles_nor_verifies(trigger, state, who):
    assert happened(brought(state, reporter=who).ask_either(who, trigger, **DATA[trigger]))


# --- the handler does not verify ---

VERIFYING = ["record_callback", "strike_off", "redo"]


@pytest.mark.parametrize("trigger", VERIFYING)
def test_who_finished_a_case_does_not_verify_it(trigger):
    case = village_handling()
    assert happened(case.fire("village_clerk", "finish_in_village", **DONE))
    assert happened(case.fire("council_member", "record_callback", **REACHED))

    refused = case.ask("village_clerk", trigger, **DATA[trigger])
    assert (kind_of(refused), code_of(refused)) == ("forbidden", "never:handler")
    assert happened(case.ask("village_clerk_2", trigger, **DATA[trigger]))


@pytest.mark.parametrize("trigger", VERIFYING)
def test_who_recorded_a_measure_does_not_verify_it(trigger):
    case = OPEN_STATES["wuchang_handling"]()
    assert happened(case.fire("village_secretary", "record_measure", **DATA["record_measure"]))
    assert happened(case.fire("zuzhang", "finish_in_wuchang", **DONE))

    assert code_of(reached(case).ask("village_secretary", trigger, **DATA[trigger])) == "never:handler"


def test_of_a_merged_case_no_handler_calls_back():
    case = reported()
    assert happened(case.fire("village_clerk", "record_measure", **DATA["record_measure"]))
    case = merged(case)

    assert code_of(case.ask("village_clerk", "record_callback", **REACHED)) == "never:handler"
    assert happened(case.ask("village_cadre", "record_callback", **REACHED))


def test_a_handler_hears_why_he_in_particular_may_not():
    assert code_of(verifying().ask("zuzhang_2", "strike_off", satisfaction="good")) == "never:handler"


def test_everybody_a_table_names_is_somebody():
    assert {who for _, _, who in NOT_CONCERNED} <= set(PEOPLE)
