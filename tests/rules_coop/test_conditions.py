"""The conditions of each row, each in both directions, with the refusal's code."""

from __future__ import annotations

import pytest

from tests.rules.case import Case, code_of, happened, refused
from tests.rules_coop.coop import (
    CONFIRMED,
    DISSOLVE,
    DIVIDEND,
    FIVE,
    GIVEN_UP,
    IN_ORDER,
    LEAVING,
    LICENCE,
    MEMBER,
    PAID,
    PAPERS,
    STRUCK_OFF,
    SUSPEND,
    VOTE,
    YEAR,
    deliberating,
    founding,
    liquidating,
    liquidation_checked,
    operating,
    paid,
    papers_checked,
    paying,
    preparing,
    registering,
    settling,
    suspended,
    with_members,
    year_checked,
)

# --- C02 to C04: in and out of one's own will, and five remain ---


@pytest.mark.parametrize("way", [preparing, operating])
def test_c02_nobody_is_made_a_member(way):
    assert refused(way().ask("council_head", "admit_member", **{**MEMBER, "voluntary": False}), "field:voluntary")


@pytest.mark.parametrize("way", [preparing, operating, suspended])
def test_c03_c04_nobody_is_made_to_leave(way):
    data = LEAVING if way is preparing else {**LEAVING, "members_total": 6}

    assert refused(way().ask("members_rep", "member_leaves", **{**data, "voluntary": False}), "field:voluntary")


@pytest.mark.parametrize("way", [operating, suspended])
def test_c04_five_members_must_remain(way):
    case = way()

    assert happened(case.ask("members_rep", "member_leaves", **LEAVING, members_total=5))
    assert refused(case.ask("members_rep", "member_leaves", **LEAVING, members_total=4), "field:members_total")


def test_c03_before_the_founding_anybody_may_leave():
    assert happened(with_members(1).ask("members_rep", "member_leaves", **LEAVING))


# --- C07: five members, four fifths of them farmers ---


def test_c07_fewer_than_five_were_admitted():
    assert refused(with_members(4).ask("council_head", "call_founding", **FIVE), "counter:admitted")
    assert happened(with_members(5).ask("council_head", "call_founding", **FIVE))


def test_c07_five_were_admitted_but_one_has_left():
    case = with_members(5)
    assert happened(case.fire("council_head", "member_leaves", **LEAVING))

    data = {"members_total": 4, "farmers_percent": 100}
    assert refused(case.ask("council_head", "call_founding", **data), "field:members_total")


def test_c07_four_fifths_are_farmers():
    case = with_members(10)

    def with_farmers(percent: int) -> str:
        return code_of(case.ask("council_head", "call_founding", members_total=10, farmers_percent=percent))

    assert with_farmers(80) == "done"
    assert with_farmers(79) == "field:farmers_percent"


# --- C08: the founding vote ---


def test_c08_what_the_founding_meeting_does_not_pass_is_prepared_again():
    case = founding()
    assert happened(case.decide_in_meeting("council_head", "found", **{**VOTE, "passed": False}))

    assert (case.at, case.level) == ("preparing", "wuchang")


# --- C11, C12: registration ---


def test_c11_nothing_is_registered_before_the_papers_are_complete():
    case = registering()
    assert refused(case.ask("village_clerk", "register", **LICENCE), "counter:papers_ok")

    assert happened(case.fire("village_secretary", "check_papers", papers="incomplete", findings="缺名册"))
    assert refused(case.ask("village_clerk", "register", **LICENCE), "counter:papers_ok")

    assert happened(case.fire("village_secretary", "check_papers", **PAPERS))
    assert happened(case.ask("village_clerk", "register", **LICENCE))


def test_c11_the_last_check_counts():
    case = papers_checked()
    assert happened(case.fire("village_secretary", "check_papers", papers="incomplete", findings="名册有误"))

    assert refused(case.ask("village_clerk", "register", **LICENCE), "field:papers")


def again(case: Case) -> Case:
    assert happened(case.fire("council_head", "call_founding", **FIVE))
    assert happened(case.decide_in_meeting("council_head", "found", **VOTE))
    return case


def test_c12_it_is_tried_three_times_and_the_papers_are_checked_each_time():
    case = papers_checked()
    for _ in range(3):
        assert happened(case.fire("village_clerk", "registration_refused", reason="名称与别社相同"))
        again(case)
        assert refused(case.ask("village_clerk", "register", **LICENCE), "counter:papers_ok")

    assert refused(case.ask("village_clerk", "registration_refused", reason="名称与别社相同"), "counter:refused")


# --- C16: a year is settled once ---


def test_c16_the_first_year_closed_may_be_any():
    assert happened(operating().ask("council_head", "close_year", **{**YEAR, "income_year": "y2028"}))


@pytest.mark.parametrize(("year", "code"), [("y2026", "counter:years_closed"), ("y2027", "counter:years_closed"),
                                            ("y2028", "done"), ("y2030", "done")])  # fmt: skip
def test_c16_after_that_only_a_later_one(year, code):
    case = paid(year="y2027")
    assert happened(case.fire("members_rep", "confirm_payment", **CONFIRMED))

    assert code_of(case.ask("council_head", "close_year", **{**YEAR, "income_year": year})) == code


def test_c16_also_a_year_without_a_dividend_is_settled():
    case = year_checked()
    none = {**DIVIDEND, "distributes": False, "dividend": "0.00"}
    assert happened(case.decide_in_meeting("council_head", "decide_dividend", **none))
    assert case.at == "operating"

    assert refused(case.ask("council_head", "close_year", **YEAR), "counter:years_closed")


# --- C18: books first, and a dividend is an amount ---


def test_c18_nothing_is_distributed_before_the_books_are_in_order():
    case = settling()
    assert refused(case.ask_in_meeting("council_head", "decide_dividend", **DIVIDEND), "counter:checked")

    assert happened(case.fire("village_supervision", "check_accounts", verdict="not_in_order", findings="缺两张票"))
    assert refused(case.ask_in_meeting("council_head", "decide_dividend", **DIVIDEND), "counter:checked")

    assert happened(case.fire("village_supervision", "check_accounts", **IN_ORDER))
    assert happened(case.ask_in_meeting("council_head", "decide_dividend", **DIVIDEND))


def test_c18_the_last_check_counts():
    case = year_checked()
    assert happened(case.fire("village_supervision", "check_accounts", verdict="not_in_order", findings="又缺一张票"))

    assert refused(case.ask_in_meeting("council_head", "decide_dividend", **DIVIDEND), "field:verdict")


def test_c18_last_years_check_does_not_count():
    case = paid(year="y2026")
    assert happened(case.fire("members_rep", "confirm_payment", **CONFIRMED))
    settling(case, "y2027")

    assert refused(case.ask_in_meeting("council_head", "decide_dividend", **DIVIDEND), "counter:checked")


def test_c18_where_a_dividend_is_paid_it_is_an_amount():
    case = year_checked()

    nothing = {**DIVIDEND, "dividend": "0.00"}
    assert refused(case.ask_in_meeting("council_head", "decide_dividend", **nothing), "field:distributes")
    assert happened(case.ask_in_meeting("council_head", "decide_dividend", **{**nothing, "distributes": False}))
    assert happened(case.ask_in_meeting("council_head", "decide_dividend", **{**nothing, "dividend": "1.00"}))


# --- C20: confirmed when all are paid ---


def test_c20_nothing_is_confirmed_before_something_was_paid_and_all_were():
    case = paying()
    assert refused(case.ask("members_rep", "confirm_payment", **CONFIRMED), "counter:paid")

    assert happened(case.fire("treasurer", "pay_dividend", **PAID))
    assert refused(case.ask("members_rep", "confirm_payment", **{**CONFIRMED, "all_paid": False}), "field:all_paid")
    assert happened(case.ask("members_rep", "confirm_payment", **CONFIRMED))


def test_c20_last_years_payments_do_not_count():
    case = paid(year="y2026")
    assert happened(case.fire("members_rep", "confirm_payment", **CONFIRMED))

    assert refused(paying(case, "y2027").ask("members_rep", "confirm_payment", **CONFIRMED), "counter:paid")


# --- C21 to C23: the members decide on suspension and dissolution ---


@pytest.mark.parametrize(("way", "motions"), [(operating, "suspend dissolve"), (suspended, "resume dissolve")])
def test_c21_c22_what_can_be_moved(way, motions):
    for motion in ("suspend", "resume", "dissolve"):
        answer = way().ask("members_rep", "call_meeting", motion=motion, reason="大家提的")
        assert code_of(answer) == ("done" if motion in motions else "field:motion")


def decided(case: Case, *, passed: bool) -> str:
    assert happened(case.decide_in_meeting("council_head", "decide_motion", **{**VOTE, "passed": passed}))
    return case.at


@pytest.mark.parametrize(("motion", "state"), [("suspend", "suspended"), ("dissolve", "liquidating")])
def test_c23_a_motion_from_trading_is_carried_out_or_not(motion, state):
    moved = {"motion": motion, "reason": "大家提的"}

    assert decided(deliberating(moved), passed=True) == state
    assert decided(deliberating(moved), passed=False) == "operating"


@pytest.mark.parametrize(("motion", "state"), [("resume", "operating"), ("dissolve", "liquidating")])
def test_c23_a_motion_from_suspension_is_carried_out_or_not(motion, state):
    moved = {"motion": motion, "reason": "大家提的"}

    assert decided(deliberating(moved, suspended()), passed=True) == state
    assert decided(deliberating(moved, suspended()), passed=False) == "suspended"


def test_c23_the_motion_is_the_one_of_this_meeting():
    case = deliberating(DISSOLVE)
    assert decided(case, passed=False) == "operating"
    deliberating(SUSPEND, case)

    assert decided(case, passed=True) == "suspended"


# --- C24, C25: the end ---


def test_c24_nothing_is_struck_off_before_the_books_are_in_order():
    case = liquidating()
    assert refused(case.ask("village_clerk", "dissolve", **STRUCK_OFF), "counter:checked")

    assert happened(case.fire("village_supervision", "check_accounts", **IN_ORDER))
    assert happened(case.ask("village_clerk", "dissolve", **STRUCK_OFF))
    assert happened(case.fire("village_supervision", "check_accounts", verdict="not_in_order", findings="有债未清"))
    assert refused(case.ask("village_clerk", "dissolve", **STRUCK_OFF), "field:verdict")


def test_c24_nothing_is_struck_off_before_debts_and_contributions_are_settled():
    answer = liquidation_checked().ask("village_clerk", "dissolve", **{**STRUCK_OFF, "settled": False})

    assert refused(answer, "field:settled")


@pytest.mark.parametrize("way", [preparing, founding, registering])
def test_c25_nothing_is_given_up_before_contributions_are_given_back(way):
    case = way()

    assert refused(case.ask("village_secretary", "abandon", **{**GIVEN_UP, "returned": False}), "field:returned")
    assert happened(case.ask("village_secretary", "abandon", **GIVEN_UP))


# --- what each refusal says in the file's own words ---


@pytest.mark.parametrize(
    ("case", "who", "trigger", "data", "zh"),
    [
        (preparing, "council_head", "admit_member", {**MEMBER, "voluntary": False}, "入社须为自愿"),
        (preparing, "members_rep", "member_leaves", {**LEAVING, "voluntary": False}, "退社须为自愿"),
        (with_members, "council_head", "call_founding", {**FIVE, "members_total": 4}, "设立合作社须有五名以上成员"),
        (
            with_members,
            "council_head",
            "call_founding",
            {**FIVE, "farmers_percent": 60},
            "农民至少占成员总数的百分之八十",
        ),
        (registering, "village_clerk", "register", LICENCE, "登记材料须先经村党组织书记审核齐全"),
        (settling, "council_head", "decide_dividend", DIVIDEND, "须先查账且账目清楚"),
        (paid, "members_rep", "confirm_payment", {**CONFIRMED, "all_paid": False}, "分红须全部发到成员"),
        (liquidating, "village_clerk", "dissolve", STRUCK_OFF, "须先查账且账目清楚"),
        (preparing, "council_head", "abandon", {**GIVEN_UP, "returned": False}, "所收出资须先退还"),
    ],
)
def test_a_refusal_says_what_to_do(case, who, trigger, data, zh):
    answer = case().ask_either(who, trigger, **data)

    assert answer.condition.refuse.zh == zh
    assert answer.condition.refuse.en
