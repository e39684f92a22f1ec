"""Cases brought to a state by the ordinary way, each act by the colleague `<role>_2` of whoever a test asks about.

Whoever has acted or been responsible there: linzhang_2 reported, party_group_leader_2 and zuzhang_2 were responsible in
the cluster, village_cadre_2 in the village, the station and township_leader_2 in the township.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.rules.case import TODAY, happened
from tests.rules.places import STATION, TOWNSHIP, VILLAGE
from tests.rules_v2.township import PRIMARY, Case

REPORT = {"category": "infra", "gist": "水渠堵了三天没人管", "source": "visit", "heard_on": TODAY}
REASONED = {"return_code": "unclear", "reason": "情况还不清楚"}
GUIDED = {**REASONED, "guidance": "先找两户谈一次"}
UP = {"reason_code": "no_authority", "reason": "屋场没有这个权限"}
DONE = {"measures": "请人清了淤", "result": "水通了"}
TO_VILLAGE = {"responsible": "village_cadre_2", "plan": "本周请人清淤", "due": TODAY}
TO_TOWNSHIP = {
    "reason_code": "no_funds",
    "measures": "村里凑了一部分",
    "village_opinion": "请镇里支持",
    "suggested_unit": STATION.code,
}
LEAD = {"lead_unit": STATION.code, "case_leader": "township_leader_2", "due": TODAY}
SIGNED = {"signed_by": "township_station_2"}
LETTER = {"department": TOWNSHIP.code, "channel": "letter", "letter_no": "函2026-5", "expected_reply": "2026-03-23"}
SOLVED = {"reply": "已经改好线路", "reply_on": TODAY, "solved": True}
VILLAGES = {"villages": [VILLAGE.code, "430482109202"], "lead_village": VILLAGE.code}
ACCOUNT = {"account_code": "season", "reason": "要等秋后施工", "review_on": "2026-04-01", "told_reporter": True}
MERGED = {"primary": PRIMARY, "reason": "说的是同一条渠"}
REACHED = {"method": "call", "outcome": "reached"}
DECLINED = {"decline_code": "not_ours", "where_to_go": "县供电公司", "told_reporter": True}
ALARM = {"danger_type": "geo"}
FALSE = {"reason": "是烧秸秆", "urgency": "normal"}
CONTROLLED = {"disposition": "拉了警戒线", "controlled_on": TODAY, "residual_risk": "some"}
RECUSAL = {"recusal_code": "relative", "recused_person": "villager", "responsible": "council_member_2"}
HANDED = {"responsible": "council_member", "reason": "他家离得近"}
LEFT = {"written_no": "香信复2026-3", "delivered_on": TODAY}
CONFIRMED = {"confirmed": True, "reason": "自家已经弄好"}

Way = Callable[..., Case]


def reported(*, by: str = "linzhang_2", **data: object) -> Case:
    """With a registered reporter, unless the data say otherwise."""
    case = Case()
    assert happened(case.fire(by, "report", **{**REPORT, "reporter": "reporter", **data}))
    return case


def anonymous(**data: object) -> Case:
    return reported(reporter=None, **data)


def petition(**data: object) -> Case:
    return reported(is_petition=True, petition_no="香信2026-3", **data)


def step(before: Way, who: str, trigger: str, data: dict[str, object] | None = None) -> Way:
    """The way that goes on from another with one act, in the meeting where it is one's."""

    def way(case: Case | None = None) -> Case:
        case = before(case) if case else before()
        assert happened(case.act(who, trigger, **(data or {})))
        return case

    return way


def opened(case: Case | None = None) -> Case:
    return case or reported()


need_info = step(opened, "village_clerk_2", "ask_for_more", REASONED)
wuchang_handling = step(opened, "zuzhang_2", "accept")
village_queued = step(wuchang_handling, "zuzhang_2", "refer_to_village", UP)
village_handling = step(village_queued, "village_secretary_2", "assign_in_village", TO_VILLAGE)
township_queued = step(village_queued, "village_secretary_2", "refer_to_township", TO_TOWNSHIP)
unsigned = step(township_queued, "township_leader_2", "assign_in_township", LEAD)
township_handling = step(unsigned, "township_station_2", "sign_for", SIGNED)
county_tracking = step(township_handling, "township_leader_2", "refer_to_county", LETTER)
emergency = step(opened, "linzhang_2", "raise_alarm", ALARM)
on_account = step(village_queued, "village_secretary_2", "put_on_account", ACCOUNT)
township_on_account = step(township_queued, "township_leader_2", "put_on_account", ACCOUNT)
verifying = step(wuchang_handling, "zuzhang_2", "finish_in_wuchang", DONE)
village_verifying = step(village_handling, "village_cadre_2", "finish_in_village", DONE)
township_verifying = step(township_handling, "township_station_2", "finish_in_township", DONE)
county_verifying = step(county_tracking, "township_party_office_2", "record_reply", SOLVED)
called = step(verifying, "village_clerk_2", "record_callback", REACHED)
struck_off = step(called, "village_clerk_2", "strike_off", {"satisfaction": "good"})
not_accepted = step(opened, "village_secretary_2", "decline", DECLINED)
merged = step(opened, "village_clerk_2", "merge", MERGED)
sealed = step(opened, "township_discipline_2", "seal", {"seal_code": "discipline"})
withdrawn = step(opened, "village_clerk_2", "withdraw", CONFIRMED)
voided = step(opened, "linzhang_2", "void", {"reason": "重复录入"})


def reached(case: Case) -> Case:
    """One callback has reached the reporter."""
    assert happened(case.fire("village_clerk_2", "record_callback", **REACHED))
    return case


#: Every open state, each with the way there.
OPEN_STATES: dict[str, Way] = {
    "reported": opened,
    "need_info": need_info,
    "wuchang_handling": wuchang_handling,
    "village_queued": village_queued,
    "village_handling": village_handling,
    "township_queued": township_queued,
    "township_handling": township_handling,
    "county_tracking": county_tracking,
    "emergency": emergency,
    "verifying": verifying,
    "on_account": on_account,
}
CLOSED_STATES: dict[str, Way] = {
    "struck_off": struck_off,
    "not_accepted": not_accepted,
    "merged": merged,
    "sealed": sealed,
    "withdrawn": withdrawn,
    "voided": voided,
}
_MADE: dict[Way, Case] = {}


def once(way: Way) -> Callable[[], Case]:
    """The way gone once, and a copy of the case it led to for each who asks."""

    def fresh() -> Case:
        if way not in _MADE:
            _MADE[way] = way()
        return _MADE[way].copy()

    return fresh


#: Every state, and before the opening.
WAYS: dict[str, Callable[[], Case]] = {"start": Case} | {
    state: once(way) for state, way in (OPEN_STATES | CLOSED_STATES).items()
}
