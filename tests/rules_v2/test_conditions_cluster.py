"""The conditions of the rows in the cluster and around it, each in both directions, with the refusal's code."""

from __future__ import annotations

from functools import partial

import pytest

from tests.rules.case import Answer, happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    DONE,
    GUIDED,
    OPEN_STATES,
    REASONED,
    REPORT,
    WAYS,
    need_info,
    reported,
    village_handling,
    village_queued,
    wuchang_handling,
)

# --- T01: a gist or a voice note ---


def test_t01_says_what_it_is_about_or_has_a_voice_note():
    without = {name: value for name, value in REPORT.items() if name != "gist"}

    assert refused(Case().ask("linzhang", "report", **without), "field:gist")
    assert happened(Case().ask("linzhang", "report", **REPORT))
    assert happened(Case().ask("linzhang", "report", **without, files=["upload-1"]))


# --- T03: sent back for facts at most twice ---


def test_t03_facts_are_asked_for_twice_and_not_a_third_time():
    case = reported()
    for _ in range(2):
        assert happened(case.fire("village_clerk", "ask_for_more", **REASONED))
        assert happened(case.fire("linzhang_2", "supply_more", supplement="西边那条渠"))

    assert refused(case.fire("village_clerk", "ask_for_more", **REASONED), "counter:asked_more")


# --- T05: on the spot only what is not urgent and where no danger is uncontrolled ---

EARLY = [OPEN_STATES["reported"], OPEN_STATES["wuchang_handling"]]


@pytest.mark.parametrize("way", EARLY)
def test_t05_only_normal_matters_without_danger_are_settled_on_the_spot(way):
    def settle(**data: object) -> Answer:
        return way(reported(**data)).ask("linzhang", "finish_on_spot", result="好了")

    for urgency in ("urgent", "critical"):
        assert refused(settle(urgency=urgency), "field:urgency")
    assert refused(settle(danger="uncontrolled"), "field:danger")
    assert happened(settle(danger="controlled"))
    assert happened(settle())


def spoken(**said: object) -> Case:
    """Settled on the spot, and to be done again."""
    case = reported()
    assert happened(case.fire("linzhang_2", "finish_on_spot", **said))
    assert happened(case.fire("village_clerk", "redo", whats_wrong="又堵了"))
    return case


@pytest.mark.parametrize("said", [{"result": "好了"}, {"files": ["upload-1"]}])
@pytest.mark.parametrize("way", EARLY)
def test_t05_says_how_it_ended_or_has_a_voice_note_of_this_act(way, said):
    assert happened(way().ask("linzhang", "finish_on_spot", **said))
    assert refused(way().ask("linzhang", "finish_on_spot"), "field:result")
    assert refused(spoken(**said).ask("linzhang", "finish_on_spot"), "field:result")


# --- no finishing while a danger is uncontrolled ---

FINISHED = [
    ("finish_on_spot", "reported", "linzhang"),
    ("finish_on_spot", "wuchang_handling", "linzhang"),
    ("finish_in_wuchang", "wuchang_handling", "zuzhang"),
    ("settle_before_meeting", "village_queued", "village_secretary"),
    ("settle_before_meeting", "township_queued", "township_party_office"),
    ("finish_in_village", "village_handling", "village_clerk"),
    ("finish_in_township", "township_handling", "township_station"),
]


@pytest.mark.parametrize(("trigger", "state", "who"), FINISHED)
def test_nothing_is_finished_while_a_danger_is_uncontrolled(trigger, state, who):
    def finish(danger: str) -> Answer:
        return OPEN_STATES[state](reported(danger=danger)).ask(who, trigger, **DATA[trigger])

    assert refused(finish("uncontrolled"), "field:danger")
    assert happened(finish("controlled"))


# --- T06: a dispute says what kind of agreement there is ---


def test_t06_of_a_dispute_the_agreement_is_said():
    dispute, other = wuchang_handling(reported(category="dispute")), wuchang_handling()

    assert refused(dispute.ask("zuzhang", "finish_in_wuchang", **DONE), "field:category")
    for agreement in ("oral", "written"):
        assert happened(dispute.ask("zuzhang", "finish_in_wuchang", **DONE, agreement=agreement))
    assert happened(other.ask("zuzhang", "finish_in_wuchang", **DONE))


def test_t06_of_a_dispute_done_again_the_new_agreement_is_said():
    dispute = wuchang_handling(reported(category="dispute"))
    assert happened(dispute.fire("zuzhang_2", "finish_in_wuchang", **DONE, agreement="oral"))
    assert happened(dispute.fire("village_clerk", "redo", whats_wrong="又吵了"))

    assert refused(dispute.ask("zuzhang", "finish_in_wuchang", **DONE), "field:category")
    assert happened(dispute.ask("zuzhang", "finish_in_wuchang", **DONE, agreement="written"))


# --- T07: a measure first, or one of three reasons; three are for the township ---

ALL_REASONS = ("beyond_ability", "no_authority", "no_funds", "needs_experts", "cross_village", "litigation",
               "mediation_failed", "involves_cadre", "other")  # fmt: skip
WITHOUT_MEASURE = ("no_authority", "cross_village", "involves_cadre")
FOR_THE_TOWNSHIP = ("needs_experts", "litigation", "mediation_failed")


@pytest.mark.parametrize("reason", ALL_REASONS)
@pytest.mark.parametrize("way", EARLY)
def test_t07_without_a_measure_only_three_reasons_go_up(way, reason):
    case, up = way(), {"reason_code": reason, "reason": "调了两次没有用"}

    if reason in WITHOUT_MEASURE:
        assert happened(case.ask("zuzhang", "refer_to_village", **up))
    elif reason in FOR_THE_TOWNSHIP:
        assert refused(case.ask("zuzhang", "refer_to_village", **up), "field:reason_code")
    else:
        assert refused(case.ask("zuzhang", "refer_to_village", **up), "counter:measures_here")
    assert happened(case.fire("linzhang", "record_measure", **DATA["record_measure"]))
    answer = case.ask("zuzhang", "refer_to_village", **up)
    assert refused(answer, "field:reason_code") if reason in FOR_THE_TOWNSHIP else happened(answer)


@pytest.mark.parametrize("reason", ALL_REASONS)
def test_t11_not_being_able_to_settle_it_here_is_no_reason_for_the_township(reason):
    answer = village_queued().ask_in_meeting(
        "village_secretary", "refer_to_township", **{**DATA["refer_to_township"], "reason_code": reason}
    )

    assert refused(answer, "field:reason_code") if reason == "beyond_ability" else happened(answer)


def test_t07_a_measure_of_the_village_does_not_count_for_the_cluster():
    case = village_handling()
    case.fire("village_clerk", "record_measure", **DATA["record_measure"])
    case.fire("village_secretary", "bring_back", reason="要退回屋场")
    assert happened(case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))

    answer = case.fire("zuzhang", "refer_to_village", reason_code="other", reason="调了两次没有用")
    assert refused(answer, "counter:measures_here")


# --- T25, T39: what is never declined nor withdrawn ---

DECLINABLE = ("reported", "need_info", "village_queued", "township_queued")
WITHDRAWABLE = ("reported", "need_info", "wuchang_handling", "village_queued", "village_handling")
DECLINES = {"township_queued": "township_leader"}
ENDS = [*(("decline", state, DECLINES.get(state, "village_secretary"), "told_reporter") for state in DECLINABLE),
        *(("withdraw", state, "village_secretary", "confirmed") for state in WITHDRAWABLE)]  # fmt: skip


@pytest.mark.parametrize(("trigger", "state", "who", "flag"), ENDS)
def test_t25_t39_not_for_hazards_the_protected_and_petitions(trigger, state, who, flag):
    def ending(**corrected: object) -> Answer:
        case = WAYS[state]()
        assert happened(case.fire("township_party_office_2", "correct", reason="登记有误", **corrected))
        return case.ask(who, trigger, **DATA[trigger])

    assert refused(ending(category="hazard"), "field:category")
    assert refused(ending(protected="minor"), "field:protected")
    assert refused(ending(protected="violence"), "field:protected")
    assert refused(ending(is_petition=True), "field:is_petition")
    assert happened(ending(category="hardship"))


@pytest.mark.parametrize(("trigger", "state", "who", "flag"), ENDS)
def test_t25_t39_not_before_the_reporter_was_told_or_has_confirmed(trigger, state, who, flag):
    answer = WAYS[state]().ask(who, trigger, **{**DATA[trigger], flag: False})

    assert refused(answer, f"field:{flag}")


# --- T40: within a day, and only while nobody else has acted ---


@pytest.mark.parametrize("who", ["linzhang_2", "village_clerk"])
def test_t40_a_case_is_voided_within_24_hours_while_nobody_else_has_acted(who):
    case = reported()
    case.wait(hours=24)
    assert happened(case.ask(who, "void", reason="重复录入"))
    late = case.copy()
    late.wait(seconds=1)
    assert refused(late.ask(who, "void", reason="重复录入"), "since:opened")

    assert happened(case.fire("linzhang_2", "note", text="我先看看"))
    assert happened(case.ask(who, "void", reason="重复录入"))
    assert happened(case.fire("pianzhang", "note", text="我去看看"))
    assert refused(case.ask(who, "void", reason="重复录入"), "counter:others_acted")


def test_t40_also_while_more_facts_are_asked_for():
    case = reported(by="village_clerk_2")
    assert happened(case.fire("village_clerk_2", "ask_for_more", **REASONED))
    late = case.copy()
    late.wait(hours=25)

    assert happened(case.ask("village_clerk_2", "void", reason="重复录入"))
    assert refused(late.ask("village_clerk_2", "void", reason="重复录入"), "since:opened")
    assert refused(need_info().ask("linzhang_2", "void", reason="重复录入"), "counter:others_acted")


# --- T38: once in 24 hours ---


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t38_a_case_is_urged_once_in_24_hours(state):
    case = WAYS[state]()
    assert happened(case.fire("linzhang_2", "urge"))
    urging = partial(case.ask, "village_clerk", "urge")

    assert refused(urging(), "since:urge")
    case.wait(hours=23, minutes=59)
    assert refused(urging(), "since:urge")
    case.wait(minutes=1)
    assert happened(urging())
