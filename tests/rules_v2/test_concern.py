"""Concern cannot be passed on (ADR 0036): who must keep out does nothing through others, and the matter only rises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.attempt import InMeeting
from tests.rules.case import code_of, happened
from tests.rules_v2.table import DATA
from tests.rules_v2.township import PEOPLE, Case
from tests.rules_v2.ways import (
    DONE,
    OPEN_STATES,
    RECUSAL,
    reported,
    township_handling,
    verifying,
    village_handling,
    wuchang_handling,
)


def brought(state: str, **data: object) -> Case:
    return OPEN_STATES[state](reported(**data))


def of_his_son(state: str, who: str) -> Case:
    """The party is a relative of whom it is about."""
    case = brought(state)
    case.relate(who, "reporter")
    return case


# --- who goes on with it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["village_cadre", "village_clerk", "pianzhang", "linzhang", "council_member"])
def test_a_relative_hands_on_to_nobody_of_his_own_level_or_below(named):
    case = of_his_son("village_handling", "village_secretary")

    assert code_of(case.ask("village_secretary", "transfer", responsible=named, reason="我不便")) == "concerned:charge"


def test_a_relative_hands_on_to_who_stands_above_him():
    case = of_his_son("village_handling", "village_secretary")

    assert happened(case.ask("village_secretary", "transfer", responsible="township_leader", reason="我不便"))


def test_nobody_puts_himself_in_charge_of_what_concerns_him():
    case = of_his_son("village_handling", "village_secretary")
    given = {"responsible": "village_secretary", "reason": "我来"}

    assert code_of(case.ask("village_secretary", "transfer", **given)) == "concerned:charge"


def test_who_declares_his_own_interest_does_not_choose_his_subordinate():
    case = brought("village_handling")
    own = RECUSAL | {"recusal_code": "interest", "recused_person": "village_secretary"}

    assert code_of(case.ask("village_secretary", "recuse", **own | {"responsible": "pianzhang"})) == "concerned:charge"
    assert happened(case.ask("village_secretary", "recuse", **own | {"responsible": "township_leader"}))


def test_somebody_who_is_not_concerned_chooses_freely():
    case = of_his_son("village_handling", "village_secretary")

    assert happened(case.ask("township_leader", "transfer", responsible="council_member", reason="他家离得近"))


def test_who_was_in_charge_before_it_came_out_hands_on_upward_alone():
    """Relatives declared after the accepting count from then on."""
    case = township_handling()
    assert happened(case.ask("township_station_2", "transfer", responsible="township_leader", reason="忙"))
    case.relate("township_station_2", "reporter")

    given = {"responsible": "linzhang", "reason": "忙"}
    assert code_of(case.ask("township_station_2", "transfer", **given)) == "concerned:charge"


# --- down ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "state", "who"),
    [
        ("return_to_wuchang", "village_queued", "village_secretary"),
        ("return_to_village", "township_queued", "township_leader"),
        ("return_to_village", "township_queued", "township_secretary"),
    ],
)
def test_a_party_or_a_relative_passes_nothing_down(trigger, state, who):
    own, of_kin = brought(state, reporter=who), of_his_son(state, who)

    for case in (own, of_kin):
        assert code_of(case.ask_in_meeting(who, trigger, **DATA[trigger])) == "concerned:down"
    assert happened(brought(state).ask_in_meeting(who, trigger, **DATA[trigger]))


def test_a_relative_may_let_it_go_up():
    case = of_his_son("village_queued", "village_secretary")

    assert happened(case.ask_in_meeting("village_secretary", "refer_to_township", **DATA["refer_to_township"]))


# --- in another's place ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["party", "relative", "recused"])
def test_nobody_finishes_for_somebody_who_must_keep_out(relation):
    case = wuchang_handling(reported(reporter="zuzhang" if relation == "party" else "reporter"))
    if relation == "relative":
        case.relate("zuzhang", "reporter")
    if relation == "recused":
        recusal = RECUSAL | {"recused_person": "zuzhang"}
        assert happened(case.fire("township_party_office_2", "recuse", **recusal))

    asked = case.ask("pianzhang", "finish_in_wuchang", on_behalf_of="zuzhang", **DONE, agreement="oral")
    assert code_of(asked) == "concerned:behalf"
    assert happened(case.ask("pianzhang", "finish_in_wuchang", on_behalf_of="linzhang", **DONE, agreement="oral"))


def test_nobody_verifies_for_the_handler():
    case = verifying()
    (handler, *_) = sorted(case.handlers)
    asked = case.ask("village_clerk", "record_callback", on_behalf_of=handler, method="call", outcome="reached")

    assert code_of(asked) == "concerned:behalf"


@pytest.mark.parametrize("relation", ["party", "relative", "recused"])
def test_a_delegate_decides_nothing_that_is_kept_from_who_named_him(relation):
    principal = "village_secretary"
    case = brought("village_queued", reporter=principal if relation == "party" else "reporter")
    if relation == "relative":
        case.relate(principal, "reporter")
    if relation == "recused":
        case.state = replace(case.state, recused={principal: case.state.version})

    for trigger in ("assign_in_village", "return_to_wuchang") if relation == "recused" else ("assign_in_village",):
        asked = case.ask("village_cadre", trigger, meeting=chaired_for(principal), **DATA[trigger])
        assert code_of(asked) == "concerned:delegate"


def test_a_delegate_decides_everything_else():
    case = brought("village_queued")
    given = DATA["assign_in_village"]

    assert happened(case.ask("village_cadre", "assign_in_village", meeting=chaired_for("village_secretary"), **given))


def chaired_for(principal: str) -> InMeeting:
    """The weekly meeting with a delegate of this person in the chair."""
    return InMeeting(
        id="meeting-1", code="village_weekly", day=village_handling().today, quorate=True, carries=False, agenda_no=1,
        stands_in=("village_secretary",), principal=PEOPLE[principal],
    )  # fmt: skip
