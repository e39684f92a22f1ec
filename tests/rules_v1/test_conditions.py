"""The conditions of each row, each in both directions, with the refusal's code."""

from __future__ import annotations

import pytest

from tests.rules.case import refused
from tests.rules_v1.acts import DATA
from tests.rules_v1.village import Answer, Case, happened
from tests.rules_v1.ways import (
    DECLINED,
    DONE,
    GUIDED,
    REASONED,
    TO_VILLAGE,
    UP,
    anonymous,
    need_info,
    reached,
    reported,
    township_handling,
    township_queued,
    unsigned,
    verifying,
    village_handling,
    village_queued,
    wuchang_handling,
)

# --- T03: sent back for facts at most twice ---


def test_t03_facts_are_asked_for_twice_and_not_a_third_time():
    case = reported()
    for _ in range(2):
        assert happened(case.fire("village_clerk", "ask_for_more", **REASONED))
        assert happened(case.fire("linzhang_2", "supply_more", supplement="西边那条渠"))

    assert refused(case.fire("village_clerk", "ask_for_more", **REASONED), "counter:asked_more")


# --- T05: on the spot only what is not urgent ---


@pytest.mark.parametrize("urgency", ["urgent", "critical"])
@pytest.mark.parametrize("accepted", [False, True])
def test_t05_only_normal_matters_are_settled_on_the_spot(urgency, accepted):
    pressing, normal = reported(urgency=urgency), reported(urgency="normal")
    if accepted:
        pressing, normal = wuchang_handling(pressing), wuchang_handling(normal)

    assert refused(pressing.ask("linzhang", "finish_on_spot", result="好了"), "field:urgency")
    assert happened(normal.ask("linzhang", "finish_on_spot", result="好了"))


# --- T18: signed for first ---


@pytest.mark.parametrize("who", ["zuzhang_2", "township_leader", "township_leader_2"])
def test_t18_nothing_is_finished_in_the_township_before_it_was_signed_for(who):
    case = unsigned()

    assert refused(case.ask(who, "finish_in_township", **DONE), "counter:signed_here")
    assert happened(case.fire("township_station", "sign_for"))
    assert happened(case.ask("township_leader", "finish_in_township", **DONE))


# --- T07: a measure first, or one of three reasons ---

ALL_REASONS = (
    "beyond_ability",
    "no_authority",
    "no_funds",
    "needs_experts",
    "cross_village",
    "litigation",
    "mediation_failed",
    "involves_cadre",
    "other",
)
WITHOUT_MEASURE = ("no_authority", "cross_village", "involves_cadre")


@pytest.mark.parametrize("reason", ALL_REASONS)
@pytest.mark.parametrize("way", [reported, wuchang_handling])
def test_t07_without_a_measure_only_three_reasons_go_up(way, reason):
    case = way()
    answer = case.fire("zuzhang", "refer_to_village", reason_code=reason, reason="调了两次没有用")

    if reason in WITHOUT_MEASURE:
        assert happened(answer)
    else:
        assert refused(answer, "counter:measures_here")


@pytest.mark.parametrize("reason", ALL_REASONS)
@pytest.mark.parametrize("way", [reported, wuchang_handling])
def test_t07_after_one_measure_every_reason_goes_up(way, reason):
    case = way()
    assert happened(case.fire("linzhang", "record_measure", **DATA["record_measure"]))

    assert happened(case.fire("zuzhang", "refer_to_village", reason_code=reason, reason="调了两次没有用"))


def test_t07_a_measure_of_the_village_does_not_count_for_the_cluster():
    case = village_handling()
    case.fire("village_clerk", "record_measure", **DATA["record_measure"])
    case.fire("village_secretary", "bring_back", reason="要退回屋场")
    assert happened(case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))

    answer = case.fire("zuzhang", "refer_to_village", reason_code="other", reason="调了两次没有用")
    assert refused(answer, "counter:measures_here")


def test_t07_a_measure_of_the_cluster_counts_there_again_after_a_return():
    case = wuchang_handling()
    case.fire("zuzhang", "record_measure", **DATA["record_measure"])
    case.fire("zuzhang", "refer_to_village", reason_code="other", reason="调了两次没有用")
    assert happened(case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))

    assert happened(case.fire("zuzhang", "refer_to_village", reason_code="other", reason="还是不行"))


def test_t07_says_what_to_do_in_the_files_own_words_and_names_its_line():
    answer = reported().fire("zuzhang", "refer_to_village", reason_code="other", reason="调了两次没有用")

    assert answer.condition.refuse.zh.startswith("先记录一次已采取的措施")
    assert answer.facts == {"counter:measures_here": 0}
    assert (answer.refused_by.ref, answer.refused_by.rule) == ("T07", "transitions[6].when")


# --- T10 and T16: returned at most twice ---


def returned_to_wuchang(times: int) -> Case:
    case = village_queued()
    for _ in range(times):
        assert happened(case.decide_in_meeting("village_secretary_2", "return_to_wuchang", **GUIDED))
        assert happened(case.fire("zuzhang_2", "refer_to_village", **UP))
    return case


def test_t10_the_village_returns_a_case_twice_and_not_a_third_time():
    assert happened(returned_to_wuchang(1).decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))

    third = returned_to_wuchang(2).decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED)
    assert refused(third, "counter:to_wuchang")


def returned_to_village(times: int) -> Case:
    case = township_queued()
    for _ in range(times):
        assert happened(case.decide_in_meeting("township_leader_2", "return_to_village", **GUIDED))
        assert happened(case.fire("village_secretary_2", "bring_back", reason="村里确实办不了"))
        assert happened(case.decide_in_meeting("village_secretary_2", "refer_to_township", **DATA["refer_to_township"]))
    return case


@pytest.mark.parametrize("times", [0, 1])
def test_t16_the_township_leader_returns_a_case_twice(times):
    case = returned_to_village(times)

    assert happened(case.decide_in_meeting("township_leader", "return_to_village", **GUIDED))
    assert happened(returned_to_village(times).decide_in_meeting("township_secretary", "return_to_village", **GUIDED))


def test_t16_the_third_return_is_ruled_by_the_township_secretary():
    case = returned_to_village(2)

    refusal = case.decide_in_meeting("township_leader", "return_to_village", **GUIDED)
    assert refused(refusal, "counter:to_village")
    assert refusal.facts == {"counter:to_village": 2}
    assert happened(case.decide_in_meeting("township_secretary", "return_to_village", **GUIDED))


# --- T50: brought back at most twice at one level ---


def brought_back_in_village(times: int) -> Case:
    case = village_handling()
    for _ in range(times):
        assert happened(case.fire("village_cadre_2", "bring_back", reason="要再议"))
        assert happened(case.decide_in_meeting("village_secretary_2", "assign_in_village", **TO_VILLAGE))
    return case


def brought_back_in_township(times: int, case: Case | None = None) -> Case:
    case = township_handling(case)
    for _ in range(times):
        assert happened(case.fire("township_leader_2", "bring_back", reason="要再议"))
        assert happened(case.decide_in_meeting("township_leader_2", "assign_in_township", **DATA["assign_in_township"]))
    return case


@pytest.mark.parametrize(
    ("way", "who"), [(brought_back_in_village, "village_secretary"), (brought_back_in_township, "township_leader")]
)
def test_t50_a_case_is_brought_back_twice_at_a_level_and_not_a_third_time(way, who):
    assert happened(way(1).fire(who, "bring_back", reason="要再议"))

    assert refused(way(2).fire(who, "bring_back", reason="要再议"), "counter:brought_back")


def test_t50_what_was_brought_back_in_the_village_does_not_count_in_the_township():
    case = brought_back_in_village(2)
    assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))
    for _ in range(2):  # the second 不满意 takes it to the township
        assert happened(case.fire("village_clerk_2", "redo", whats_wrong="又堵了"))
        if case.at == "village_handling":
            assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))
    assert happened(case.decide_in_meeting("township_leader_2", "assign_in_township", **DATA["assign_in_township"]))

    assert happened(case.fire("township_leader", "bring_back", reason="要再议"))


# --- T27: struck off only after a callback ---


def called(case: Case, outcome: str, *, method: str = "call", days: float = 0) -> Case:
    case.wait(days=days)
    assert happened(case.fire("village_clerk_2", "record_callback", method=method, outcome=outcome))
    return case


def strike_off(case: Case, satisfaction: str = "good") -> Answer:
    return case.fire("village_clerk", "strike_off", satisfaction=satisfaction)


def test_t27_nothing_is_struck_off_without_a_callback():
    assert refused(strike_off(verifying()), "counter:reached")


@pytest.mark.parametrize("method", ["call", "visit", "on_site"])
def test_t27_one_callback_that_reached_the_reporter_is_enough(method):
    assert happened(strike_off(called(verifying(), "reached", method=method)))


@pytest.mark.parametrize("outcome", ["not_reached", "refused"])
def test_t27_three_tries_on_two_days_do_instead(outcome):
    case = called(called(called(verifying(), outcome), outcome), outcome, days=1)

    assert happened(strike_off(case, "not_reached"))


def test_t27_three_tries_on_one_day_do_not():
    case = called(called(called(verifying(), "not_reached"), "not_reached"), "not_reached")

    assert refused(strike_off(case), "counter:reached")


def test_t27_two_tries_on_two_days_do_not():
    case = called(called(verifying(), "not_reached"), "not_reached", days=1)

    assert refused(strike_off(case), "counter:reached")


def test_t27_days_are_those_of_shanghai():
    case = verifying()
    case.wait(hours=14)  # 23:00 in Shanghai
    called(called(case, "not_reached"), "not_reached")
    case.wait(hours=1)  # midnight there, not yet in UTC
    called(case, "not_reached")

    assert happened(strike_off(case, "not_reached"))


def test_t27_an_anonymous_case_needs_a_check_on_site_instead():
    case = verifying(anonymous())

    assert refused(strike_off(case), "counter:reached")
    assert happened(strike_off(called(case, "not_reached", method="on_site")))


def test_t27_a_call_does_not_do_for_an_anonymous_case():
    assert refused(strike_off(called(verifying(anonymous()), "not_reached")), "counter:reached")


def test_t27_with_a_reporter_a_check_on_site_does_not_replace_reaching_him():
    case = called(verifying(), "not_reached", method="on_site")

    assert refused(strike_off(case), "counter:reached")


def test_t27_a_reporter_who_is_not_registered_is_a_reporter_too():
    case = verifying(reported(reporter={"name": "王小明"}))

    assert refused(strike_off(called(case, "not_reached", method="on_site")), "counter:reached")


@pytest.mark.parametrize("satisfaction", ["good", "fair", "not_reached", "no_answer"])
def test_t27_any_answer_but_dissatisfied_is_struck_off(satisfaction):
    assert happened(strike_off(reached(verifying()), satisfaction))


def test_t27_dissatisfied_is_never_struck_off():
    assert refused(strike_off(reached(verifying()), "bad"), "field:satisfaction")


@pytest.mark.parametrize("way", [reported, anonymous])
def test_t27_a_hazard_needs_a_check_on_site_by_a_second_person(way):
    case = called(verifying(way(category="hazard")), "reached")
    refusal = strike_off(case)

    assert refused(refusal, "field:category")
    assert refusal.condition.refuse.zh == "安全隐患须由另一人现场核查"
    assert happened(strike_off(called(case, "not_reached", method="on_site")))


@pytest.mark.parametrize("category", ["unclear", "dispute", "hardship", "infra", "environment", "conduct", "other"])
def test_t27_only_hazards_do(category):
    assert happened(strike_off(called(verifying(reported(category=category)), "reached")))


def test_t27_what_was_called_before_a_redo_does_not_count_after_it():
    case = called(verifying(), "reached")
    assert happened(case.fire("village_clerk", "redo", whats_wrong="又堵了"))
    assert happened(case.fire("zuzhang_2", "finish_in_wuchang", **DONE))

    assert refused(strike_off(case), "counter:reached")


# --- T25: not for hazards, and only when the reporter was told ---


@pytest.mark.parametrize("way", [reported, need_info, village_queued, township_queued])
def test_t25_a_hazard_is_never_declined(way):
    hazard = way(reported(category="hazard")) if way is not reported else reported(category="hazard")

    assert refused(hazard.ask("village_secretary", "decline", **DECLINED), "field:category")
    assert happened(way().ask("village_secretary", "decline", **DECLINED))


@pytest.mark.parametrize("way", [reported, need_info, village_queued, township_queued])
def test_t25_nothing_is_declined_before_the_reporter_was_told(way):
    answer = way().ask("village_secretary", "decline", **{**DECLINED, "told_reporter": False})

    assert refused(answer, "field:told_reporter")


# --- T40: within a day, and only while nobody else has acted ---


@pytest.mark.parametrize("who", ["linzhang_2", "village_clerk"])
def test_t40_a_case_is_voided_within_24_hours(who):
    case = reported()
    case.wait(hours=24)
    assert happened(case.ask(who, "void", reason="重复录入"))

    case.wait(seconds=1)
    assert refused(case.ask(who, "void", reason="重复录入"), "since:opened")


@pytest.mark.parametrize("who", ["linzhang_2", "village_clerk"])
def test_t40_a_case_is_not_voided_once_somebody_else_has_acted(who):
    case = reported()
    assert happened(case.fire("pianzhang", "note", text="我去看看"))

    assert refused(case.ask(who, "void", reason="重复录入"), "counter:others_acted")


def test_t40_what_the_opener_did_himself_does_not_stand_in_the_way():
    case = reported()
    assert happened(case.fire("linzhang_2", "record_measure", **DATA["record_measure"]))
    assert happened(case.fire("linzhang_2", "correct", reason="写错了", place="塘坝下"))

    assert happened(case.fire("village_clerk", "void", reason="重复录入"))


def test_t40_a_case_sent_back_for_facts_by_somebody_else_is_not_voided():
    assert refused(need_info().ask("linzhang_2", "void", reason="重复录入"), "counter:others_acted")


def test_t40_a_case_sent_back_by_the_opener_himself_is_voided_within_the_day():
    case = need_info(reported(by="village_clerk_2"), by="village_clerk_2")
    assert happened(case.ask("village_clerk_2", "void", reason="重复录入"))

    case.wait(hours=25)
    assert refused(case.ask("village_clerk_2", "void", reason="重复录入"), "since:opened")


# --- T45: only a higher level lowers the urgency ---


def lowering(case: Case, who: str, urgency: str = "normal") -> Answer:
    return case.ask(who, "correct", reason="没有那么急", urgency=urgency)


@pytest.mark.parametrize("who", ["linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member"])
def test_t45_the_cluster_may_raise_the_urgency_but_not_lower_it(who):
    case = reported(urgency="urgent")

    assert refused(lowering(case, who), "field:urgency")
    assert happened(lowering(case, who, "critical"))
    assert happened(lowering(case, who, "urgent"))


@pytest.mark.parametrize("who", ["village_clerk", "township_party_office"])
def test_t45_a_higher_level_lowers_the_urgency_of_a_case_in_the_cluster(who):
    assert happened(lowering(reported(urgency="urgent"), who))
    assert happened(lowering(reported(urgency="critical"), who, "urgent"))


def test_t45_in_the_village_the_township_lowers_it_not_the_village():
    case = village_handling(reported(urgency="urgent"))

    for who in ("village_clerk", "village_cadre", "village_secretary"):
        assert refused(lowering(case, who), "field:urgency")
    assert happened(lowering(case, "township_party_office"))


def test_t45_in_the_township_only_its_secretary_lowers_it():
    case = township_handling(reported(urgency="critical"))

    for who in ("village_clerk", "township_party_office", "township_leader", "township_station"):
        assert refused(lowering(case, who, "urgent"), "field:urgency")
    assert happened(lowering(case, "township_secretary", "urgent"))


def test_t45_the_lowered_urgency_is_what_holds_from_then_on():
    case = reported(urgency="urgent")
    assert happened(case.fire("village_clerk", "correct", reason="没有那么急", urgency="normal"))

    assert case.state.values["urgency"] == "normal"
    assert happened(case.fire("linzhang", "finish_on_spot", result="好了"))


def test_t45_every_other_correction_asks_for_no_higher_level():
    case = reported(urgency="urgent")

    assert happened(case.fire("zuzhang", "correct", reason="写错了", category="dispute", gist="邻里因水渠起了争执"))
    assert case.state.values["category"] == "dispute"
