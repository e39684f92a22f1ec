"""The people of a cooperative, and cooperatives brought to each state by the ordinary way, each act by the colleague
`<role>_2` of whoever a test asks about.

The file under test is `workflows/cooperative/v1.yaml`, or the one that MINQING_TEST_RULES_FILE names.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.rules.machine import Compiled
from tests.rules.case import TODAY, Bench, happened, rules_under_test
from tests.rules.case import Case as CaseOnBench
from tests.rules.people import everybody, longest_in_post
from tests.rules.places import GROUP, TOWNSHIP, VILLAGE, WUCHANG

SEATS = {
    "council_head": ("council-1", WUCHANG),
    "members_rep": (WUCHANG.code, WUCHANG),
    "treasurer": (WUCHANG.code, WUCHANG),
    "village_clerk": (VILLAGE.code, VILLAGE),
    "village_secretary": (VILLAGE.code, VILLAGE),
    "village_supervision": (VILLAGE.code, VILLAGE),
    "auditor_township": (TOWNSHIP.code, TOWNSHIP),
}
GATES = {"founding": "members_meeting", "settling": "members_meeting", "deliberating": "members_meeting"}

IDEA = {"name": "高桥油茶合作社", "business": "油茶种植和加工", "place": "陈桥村三组"}
MEMBER = {"member": "reporter", "member_kind": "farmer", "voluntary": True}
SHARE = {"member": "reporter", "amount": "1000.00", "booked_on": TODAY, "voucher": "股001"}
FIVE = {"members_total": 5, "farmers_percent": 100}
VOTE = {"votes_for": 5, "votes_other": 0, "passed": True}
PAPERS = {"papers": "complete", "findings": "章程和名册齐全"}
LICENCE = {"licence_no": "93430482MA4L000000", "registered_on": TODAY}
INCOME = {"income": "sales", "amount": "3000.00", "booked_on": TODAY, "voucher": "收001"}
SPENDING = {"amount": "800.00", "payee": {"name": "肥料店"}, "spent_on": "肥料", "booked_on": TODAY, "voucher": "付001"}
CORRECTION = {"voucher": "收001", "amount": "300.00", "reason": "多写了一个零"}
YEAR = {"income_year": "y2026", "year_income": "3000.00", "year_spending": "800.00", "surplus": "2000.00"}
IN_ORDER = {"verdict": "in_order", "findings": "票据与账目相符"}
DIVIDEND = {"distributes": True, "dividend": "1500.00", "reserve": "500.00", "votes_for": 5, "votes_other": 0}
PAID = {"member": "reporter", "amount": "300.00", "booked_on": TODAY, "voucher": "红001"}
CONFIRMED = {"all_paid": True, "posted_at": "屋场公示栏"}
SUSPEND = {"motion": "suspend", "reason": "今年油茶绝收"}
DISSOLVE = {"motion": "dissolve", "reason": "大家不想办了"}
STRUCK_OFF = {"struck_off_on": TODAY, "settled": True}
GIVEN_UP = {"reason": "凑不齐人", "returned": True}
LEAVING = {"member": "reporter", "voluntary": True, "reason": "外出务工"}


def rules() -> Compiled:
    return rules_under_test("workflows/cooperative/v1.yaml")


class Case(CaseOnBench):
    bench = Bench(
        rules=rules,
        people=everybody(SEATS),
        holders=longest_in_post(SEATS),
        gates=GATES,
        decisions=frozenset({"found", "carry_over", "decide_dividend", "decide_motion"}),
        unit=GROUP,
    )


def preparing(*, by: str = "members_rep_2") -> Case:
    case = Case()
    assert happened(case.fire(by, "propose", **IDEA))
    return case


def with_members(members: int = 5, case: Case | None = None) -> Case:
    case = case or preparing()
    for _ in range(members):
        assert happened(case.fire("council_head_2", "admit_member", **MEMBER))
    return case


def founding(case: Case | None = None) -> Case:
    case = with_members(case=case)
    assert happened(case.fire("council_head_2", "call_founding", **FIVE))
    return case


def registering(case: Case | None = None) -> Case:
    case = founding(case)
    assert happened(case.decide_in_meeting("council_head_2", "found", **VOTE))
    return case


def papers_checked(case: Case | None = None) -> Case:
    case = registering(case)
    assert happened(case.fire("village_secretary_2", "check_papers", **PAPERS))
    return case


def operating(case: Case | None = None) -> Case:
    case = papers_checked(case)
    assert happened(case.fire("village_clerk_2", "register", **LICENCE))
    return case


def settling(case: Case | None = None, year: str = "y2026") -> Case:
    case = case or operating()
    assert happened(case.fire("council_head_2", "close_year", **{**YEAR, "income_year": year}))
    return case


def year_checked(case: Case | None = None, year: str = "y2026") -> Case:
    case = settling(case, year)
    assert happened(case.fire("village_supervision_2", "check_accounts", **IN_ORDER))
    return case


def paying(case: Case | None = None, year: str = "y2026") -> Case:
    case = year_checked(case, year)
    assert happened(case.decide_in_meeting("council_head_2", "decide_dividend", **DIVIDEND))
    return case


def paid(case: Case | None = None, year: str = "y2026") -> Case:
    case = paying(case, year)
    assert happened(case.fire("treasurer_2", "pay_dividend", **PAID))
    return case


def deliberating(motion: dict[str, str] | None = None, case: Case | None = None) -> Case:
    case = case or operating()
    assert happened(case.fire("members_rep_2", "call_meeting", **(motion or SUSPEND)))
    return case


def suspended() -> Case:
    case = deliberating()
    assert happened(case.decide_in_meeting("council_head_2", "decide_motion", **VOTE))
    return case


def liquidating() -> Case:
    case = deliberating(DISSOLVE)
    assert happened(case.decide_in_meeting("council_head_2", "decide_motion", **VOTE))
    return case


def liquidation_checked() -> Case:
    case = liquidating()
    assert happened(case.fire("village_supervision_2", "check_accounts", **IN_ORDER))
    return case


def dissolved() -> Case:
    case = liquidation_checked()
    assert happened(case.fire("village_clerk_2", "dissolve", **STRUCK_OFF))
    return case


def abandoned() -> Case:
    case = preparing()
    assert happened(case.fire("council_head_2", "abandon", **GIVEN_UP))
    return case


#: Every state, and before the opening.
WAYS: dict[str, Callable[[], Case]] = {
    "start": Case,
    "preparing": preparing,
    "founding": founding,
    "registering": registering,
    "operating": operating,
    "settling": settling,
    "paying": paying,
    "deliberating": deliberating,
    "suspended": suspended,
    "liquidating": liquidating,
    "dissolved": dissolved,
    "abandoned": abandoned,
}
