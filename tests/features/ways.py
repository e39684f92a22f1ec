"""The ordinary way of a case from its report to each state: who does what, with what.

The steps give what version 1 asks for. `also` is what a row of a later version asks for or takes besides.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.model import Row, Value
from tests import township as t

Step = tuple[str, str, Mapping[str, Value]]

REPORT = {"category": "unclear", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}

ACCEPT: Step = ("pianzhang", "accept", {})
MEASURE: Step = ("pianzhang", "record_measure", {"measure": "上门劝解一次", "done_on": "2026-03-06"})
TO_VILLAGE: Step = ("pianzhang", "refer_to_village", {"reason_code": "beyond_ability", "reason": "两家都不让步"})
IN_VILLAGE: Step = (
    "village_secretary",
    "assign_in_village",
    {"responsible": "village_cadre1", "plan": "重新划定沟渠", "due": "2026-03-20"},
)
TO_TOWNSHIP: Step = (
    "village_secretary",
    "refer_to_township",
    {
        "reason_code": "needs_experts",
        "measures": "村里调解两次",
        "village_opinion": "请司法所牵头调解",
        "suggested_unit": t.STATION,
    },
)
IN_TOWNSHIP: Step = (
    "township_leader",
    "assign_in_township",
    {"lead_unit": t.STATION, "case_leader": "township_leader", "due": "2026-04-03"},
)
SIGN: Step = ("township_station", "sign_for", {})
BACK_TO_WUCHANG: Step = (
    "village_secretary",
    "return_to_wuchang",
    {"return_code": "too_early", "reason": "只劝过一次", "guidance": "由片长主持调解"},
)
BACK_TO_VILLAGE: Step = (
    "township_leader",
    "return_to_village",
    {"return_code": "too_early", "reason": "村里还没有请村调委会", "guidance": "先由村调委会调解"},
)
AGAIN: Step = ("village_secretary", "bring_back", {"reason": "村调委会调解未成"})
ASK_MORE: Step = ("pianzhang", "ask_for_more", {"return_code": "unclear", "reason": "不知道是哪一段沟"})

_DONE = {"measures": "清淤并重新划线", "result": "水沟已通，两家签字"}
FINISH: dict[str, Step] = {
    "wuchang": ("pianzhang", "finish_in_wuchang", _DONE),
    "village": ("village_cadre1", "finish_in_village", _DONE),
    "township": ("township_station", "finish_in_township", _DONE),
}

TO_COUNTY: Step = (
    "township_leader",
    "refer_to_county",
    {
        "department": t.POWER_COMPANY,
        "channel": "letter",
        "letter_no": "洋函〔2026〕3号",
        "expected_reply": "2026-03-27",
    },
)
ON_ACCOUNT: Step = (
    "village_secretary",
    "put_on_account",
    {"account_code": "season", "reason": "汛期不能开挖", "review_on": "2026-03-31", "told_reporter": True},
)
ALARM: Step = ("linzhang", "raise_alarm", {"danger_type": "geo", "place": "屋后山坡"})
DECLINE: Step = (
    "village_secretary",
    "decline",
    {"decline_code": "in_court", "where_to_go": "县人民法院", "told_reporter": True},
)
CALL_BACK: Step = ("village_clerk", "record_callback", {"method": "call", "outcome": "reached"})
STRIKE_OFF: Step = ("village_clerk", "strike_off", {"satisfaction": "good"})

_TO_TOWNSHIP = [ACCEPT, MEASURE, TO_VILLAGE, TO_TOWNSHIP]
_WAYS: dict[str, list[Step]] = {
    "reported": [],
    "need_info": [ASK_MORE],
    "wuchang_handling": [ACCEPT],
    "village_queued": [ACCEPT, MEASURE, TO_VILLAGE],
    "village_handling": [ACCEPT, MEASURE, TO_VILLAGE, IN_VILLAGE],
    "township_queued": _TO_TOWNSHIP,
    "township_handling": [*_TO_TOWNSHIP, IN_TOWNSHIP],
    "county_tracking": [*_TO_TOWNSHIP, TO_COUNTY],
    "emergency": [ACCEPT, ALARM],
    "verifying": [ACCEPT, FINISH["wuchang"]],
    "on_account": [ACCEPT, MEASURE, TO_VILLAGE, ON_ACCOUNT],
    "struck_off": [ACCEPT, FINISH["wuchang"], CALL_BACK, STRIKE_OFF],
    "not_accepted": [DECLINE],
}
_ALSO = {"signed_by": "township_station", "agreement": "written"}


def also(row: Row) -> dict[str, Value]:
    return {field: value for field, value in _ALSO.items() if field in (*row.needs, *row.takes)}


def way(state: str) -> list[Step]:
    return _WAYS[state]


def way_to_done(level: str) -> list[Step]:
    """Until the handler of this level says done."""
    handling = [*way(f"{level}_handling"), *([SIGN] if level == "township" else [])]
    return [*handling, FINISH[level]]
