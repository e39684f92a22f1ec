"""The people of a works project, and cases brought to each state by the ordinary way, each act by the colleague
`<role>_2` of whoever a test asks about; `villager` is the builder.

The file under test is `workflows/works-project/v1.yaml`, or the one that MINQING_TEST_RULES_FILE names.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.rules.machine import Compiled
from tests.rules.case import TODAY, Bench, happened, rules_under_test
from tests.rules.case import Case as CaseOnBench
from tests.rules.people import everybody, longest_in_post
from tests.rules.places import GROUP, TOWNSHIP, VILLAGE, WUCHANG

SEATS = {
    "household_rep": (WUCHANG.code, WUCHANG),
    "council_head": ("council-1", WUCHANG),
    "council_member": ("council-1", WUCHANG),
    "treasurer": ("council-1", WUCHANG),
    "village_clerk": (VILLAGE.code, VILLAGE),
    "village_secretary": (VILLAGE.code, VILLAGE),
    "village_supervision": (VILLAGE.code, VILLAGE),
    "auditor_township": (TOWNSHIP.code, TOWNSHIP),
}
GATES = {"voting": "cluster_meeting", "reviewing": "village_meeting"}

IDEA = {"name": "高桥塘坝清淤", "kind": "water", "purpose": "清淤并砌护坡"}
PLAN = {"estimate": "20000.00", "households": ["h1", "h2"]}
VOTE = {"entitled": 30, "votes_for": 24, "votes_other": 1, "passed": True}
INCOME = {
    "income": "self_raised",
    "amount": "500.00",
    "giver": "reporter",
    "entered_for": TODAY,
    "voucher": "收001",
    "voluntary": True,
}
SUBSIDY = {"amount": "5000.00", "granted_by": "镇财政所", "entered_for": TODAY, "voucher": "奖001"}
SPENDING = {
    "amount": "800.00",
    "payee": {"name": "沙石场"},
    "spent_on": "沙石",
    "entered_for": TODAY,
    "voucher": "付001",
}
REFUND = {"amount": "500.00", "payee": "reporter", "entered_for": TODAY, "voucher": "退001"}
START = {"builder": "villager", "due": "2026-06-30"}
DONE = {"progress": "护坡已砌好"}
IN_ORDER = {"books": "in_order", "findings": "票据与账目相符"}
GOOD_WORK = {"findings": "现场查看合格", "posted_at": "屋场公示栏"}


def rules() -> Compiled:
    return rules_under_test("workflows/works-project/v1.yaml")


class Case(CaseOnBench):
    bench = Bench(
        rules=rules,
        people=everybody(SEATS),
        holders=longest_in_post(SEATS),
        gates=GATES,
        decisions=frozenset({"record_vote", "carry_over", "approve", "return_proposal"}),
        unit=GROUP,
        known=frozenset({("household", "h1"), ("household", "h2")}),
    )


def proposed(*, by: str = "household_rep_2") -> Case:
    case = Case()
    assert happened(case.fire(by, "propose", **IDEA))
    return case


def voting(case: Case | None = None) -> Case:
    case = case or proposed()
    assert happened(case.fire("council_head_2", "put_to_vote", **PLAN))
    return case


def reviewing(case: Case | None = None) -> Case:
    case = voting(case)
    assert happened(case.decide_in_meeting("council_head_2", "record_vote", **VOTE))
    return case


def raising(case: Case | None = None) -> Case:
    case = reviewing(case)
    assert happened(case.decide_in_meeting("village_secretary_2", "approve"))
    return case


def with_money(case: Case | None = None) -> Case:
    case = raising(case)
    assert happened(case.fire("treasurer_2", "record_income", **INCOME))
    return case


def building(case: Case | None = None) -> Case:
    case = with_money(case)
    assert happened(case.fire("council_head_2", "start_building", **START))
    return case


def accepting(case: Case | None = None) -> Case:
    case = building(case)
    assert happened(case.fire("villager", "finish_building", **DONE))
    return case


def checked(case: Case | None = None) -> Case:
    case = accepting(case)
    assert happened(case.fire("village_supervision_2", "check_books", **IN_ORDER))
    return case


def on_notice(case: Case | None = None) -> Case:
    case = checked(case)
    assert happened(case.fire("household_rep_2", "accept_works", **GOOD_WORK))
    return case


def notice_over() -> Case:
    case = on_notice()
    case.wait(days=8)
    return case


def completed() -> Case:
    case = notice_over()
    assert happened(case.fire("system", "complete"))
    return case


def dropped() -> Case:
    case = proposed()
    assert happened(case.fire("council_head_2", "drop", reason="大家不想办了"))
    return case


#: Every state, and before the opening.
WAYS: dict[str, Callable[[], Case]] = {
    "start": Case,
    "proposed": proposed,
    "voting": voting,
    "reviewing": reviewing,
    "raising": raising,
    "building": building,
    "accepting": accepting,
    "on_notice": on_notice,
    "completed": completed,
    "dropped": dropped,
}
