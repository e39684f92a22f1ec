"""Cases brought to a state by the ordinary way, each act by the colleague `<role>_2` of whoever a test asks about.

Whoever has acted or been responsible there: linzhang_2 reported, party_group_leader_2 and zuzhang_2 were responsible in
the cluster, village_cadre_2 in the village, the station and township_leader_2 in the township.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.rules_v1.village import STATION, TODAY, Case, happened

REPORT = {"category": "infra", "gist": "水渠堵了三天没人管", "source": "visit", "heard_on": TODAY}
REASONED = {"return_code": "unclear", "reason": "情况还不清楚"}
GUIDED = {**REASONED, "guidance": "先找两户谈一次"}
UP = {"reason_code": "no_authority", "reason": "屋场没有这个权限"}
DONE = {"measures": "请人清了淤", "result": "水通了"}
TO_VILLAGE = {"responsible": "village_cadre_2", "plan": "本周请人清淤", "due": "2026-03-20"}
TO_TOWNSHIP = {
    "reason_code": "no_funds",
    "measures": "村里凑了一部分",
    "village_opinion": "请镇里支持",
    "suggested_unit": STATION.code,
}
LEAD = {"lead_unit": STATION.code, "case_leader": "township_leader_2", "due": "2026-03-31"}
REACHED = {"method": "call", "outcome": "reached"}
DECLINED = {"decline_code": "not_ours", "where_to_go": "县供电公司", "told_reporter": True}


def reported(*, by: str = "linzhang_2", **data: object) -> Case:
    """With a registered reporter, unless the data say otherwise."""
    case = Case()
    assert happened(case.fire(by, "report", **{**REPORT, "reporter": "reporter", **data}))
    return case


def anonymous(**data: object) -> Case:
    return reported(reporter=None, **data)


def need_info(case: Case | None = None, *, by: str = "village_clerk_2") -> Case:
    case = case or reported()
    assert happened(case.fire(by, "ask_for_more", **REASONED))
    return case


def wuchang_handling(case: Case | None = None) -> Case:
    case = case or reported()
    assert happened(case.fire("zuzhang_2", "accept"))
    return case


def village_queued(case: Case | None = None) -> Case:
    case = wuchang_handling(case)
    assert happened(case.fire("zuzhang_2", "refer_to_village", **UP))
    return case


def village_handling(case: Case | None = None) -> Case:
    case = village_queued(case)
    assert happened(case.decide_in_meeting("village_secretary_2", "assign_in_village", **TO_VILLAGE))
    return case


def township_queued(case: Case | None = None) -> Case:
    case = village_queued(case)
    assert happened(case.decide_in_meeting("village_secretary_2", "refer_to_township", **TO_TOWNSHIP))
    return case


def unsigned(case: Case | None = None) -> Case:
    """In the township's hands, but nobody there has signed yet."""
    case = township_queued(case)
    assert happened(case.decide_in_meeting("township_leader_2", "assign_in_township", **LEAD))
    return case


def township_handling(case: Case | None = None) -> Case:
    case = unsigned(case)
    assert happened(case.fire("township_station_2", "sign_for"))
    return case


def verifying(case: Case | None = None) -> Case:
    """Finished in the cluster."""
    case = wuchang_handling(case)
    assert happened(case.fire("zuzhang_2", "finish_in_wuchang", **DONE))
    return case


def village_verifying(case: Case | None = None) -> Case:
    case = village_handling(case)
    assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))
    return case


def township_verifying(case: Case | None = None) -> Case:
    case = township_handling(case)
    assert happened(case.fire("township_station_2", "finish_in_township", **DONE))
    return case


def reached(case: Case) -> Case:
    """One callback has reached the reporter."""
    assert happened(case.fire("village_clerk_2", "record_callback", **REACHED))
    return case


def struck_off() -> Case:
    case = reached(verifying())
    assert happened(case.fire("village_clerk_2", "strike_off", satisfaction="good"))
    return case


def not_accepted() -> Case:
    case = reported()
    assert happened(case.fire("village_secretary_2", "decline", **DECLINED))
    return case


def voided() -> Case:
    case = reported()
    assert happened(case.fire("linzhang_2", "void", reason="重复录入"))
    return case


#: Every state of version 1, and before the opening.
WAYS: dict[str, Callable[[], Case]] = {
    "start": Case,
    "reported": reported,
    "need_info": need_info,
    "wuchang_handling": wuchang_handling,
    "village_queued": village_queued,
    "village_handling": village_handling,
    "township_queued": township_queued,
    "township_handling": township_handling,
    "verifying": verifying,
    "struck_off": struck_off,
    "not_accepted": not_accepted,
    "voided": voided,
}
