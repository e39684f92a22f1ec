"""For every row of version 1, by (trigger, state it is fired from): the fields it needs and takes, with good values."""

from __future__ import annotations

from tests.rules_v1.village import STATION, TODAY
from tests.rules_v1.ways import DECLINED, DONE, GUIDED, LEAD, REASONED, REPORT, TO_TOWNSHIP, TO_VILLAGE, UP

#: A good value for every field there is.
GOOD: dict[str, object] = {
    "gist": "水渠堵了三天没人管",
    "content": "从三组的塘坝往下五十米",
    "place": "陈桥村三组塘坝下",
    "reporter": "villager",
    "heard_on": TODAY,
    "source": "visit",
    "category": "infra",
    "urgency": "normal",
    "reason_code": "no_funds",
    "return_code": "unclear",
    "decline_code": "not_ours",
    "reason": "情况还不清楚",
    "guidance": "先找两户谈一次",
    "supplement": "堵的是西边那条渠",
    "measure": "上门劝解一次",
    "done_on": TODAY,
    "measures": "请人清了淤",
    "result": "水通了",
    "plan": "本周请人清淤",
    "due": "2026-03-20",
    "responsible": "village_cadre_2",
    "lead_unit": STATION.code,
    "case_leader": "township_leader_2",
    "village_opinion": "请镇里支持",
    "suggested_unit": STATION.code,
    "where_to_go": "县供电公司",
    "told_reporter": True,
    "method": "call",
    "outcome": "reached",
    "satisfaction": "good",
    "whats_wrong": "渠又堵了",
    "text": "已经和他说过",
}

CORRECTED = ("gist", "content", "place", "category", "urgency", "source", "heard_on", "reporter")

#: (trigger, from) -> what the act needs.
NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("report", "start"): ("category", "gist", "source", "heard_on"),
    ("accept", "reported"): (),
    ("ask_for_more", "reported"): ("return_code", "reason"),
    ("supply_more", "need_info"): ("supplement",),
    ("finish_on_spot", "reported"): ("result",),
    ("finish_on_spot", "wuchang_handling"): ("result",),
    ("finish_in_wuchang", "wuchang_handling"): ("measures", "result"),
    ("refer_to_village", "reported"): ("reason_code", "reason"),
    ("refer_to_village", "wuchang_handling"): ("reason_code", "reason"),
    ("assign_in_village", "village_queued"): ("responsible", "plan", "due"),
    ("return_to_wuchang", "village_queued"): ("return_code", "reason", "guidance"),
    ("refer_to_township", "village_queued"): ("reason_code", "measures", "village_opinion", "suggested_unit"),
    ("carry_over", "village_queued"): (),
    ("carry_over", "township_queued"): (),
    ("settle_before_meeting", "village_queued"): ("measures", "result"),
    ("settle_before_meeting", "township_queued"): ("measures", "result"),
    ("finish_in_village", "village_handling"): ("measures", "result"),
    ("assign_in_township", "township_queued"): ("lead_unit", "case_leader", "due"),
    ("return_to_village", "township_queued"): ("return_code", "reason", "guidance"),
    ("sign_for", "township_handling"): (),
    ("finish_in_township", "township_handling"): ("measures", "result"),
    ("bring_back", "village_handling"): ("reason",),
    ("bring_back", "township_handling"): ("reason",),
    ("record_callback", "verifying"): ("method", "outcome"),
    ("strike_off", "verifying"): ("satisfaction",),
    ("redo", "verifying"): ("whats_wrong",),
    ("decline", "reported"): ("decline_code", "where_to_go", "told_reporter"),
    ("decline", "need_info"): ("decline_code", "where_to_go", "told_reporter"),
    ("decline", "village_queued"): ("decline_code", "where_to_go", "told_reporter"),
    ("decline", "township_queued"): ("decline_code", "where_to_go", "told_reporter"),
    ("void", "reported"): ("reason",),
    ("void", "need_info"): ("reason",),
    ("record_measure", "reported"): ("measure", "done_on"),
    ("record_measure", "wuchang_handling"): ("measure", "done_on"),
    ("record_measure", "village_handling"): ("measure", "done_on"),
    ("record_measure", "township_handling"): ("measure", "done_on"),
    **{("correct", state): ("reason",) for state in (
        "reported", "need_info", "wuchang_handling", "village_queued", "village_handling", "township_queued",
        "township_handling", "verifying")},
    **{("note", state): ("text",) for state in (
        "reported", "need_info", "wuchang_handling", "village_queued", "village_handling", "township_queued",
        "township_handling", "verifying")},
}  # fmt: skip

#: trigger -> what may be given beside it.
TAKES: dict[str, tuple[str, ...]] = {
    "report": ("content", "place", "reporter", "urgency"),
    "carry_over": ("reason",),
    "record_callback": ("satisfaction", "text"),
    "correct": CORRECTED,
}

#: trigger -> data with which it can be fired in the ordinary way.
DATA: dict[str, dict[str, object]] = {
    "report": REPORT,
    "accept": {},
    "ask_for_more": REASONED,
    "supply_more": {"supplement": "堵的是西边那条渠"},
    "finish_on_spot": {"result": "当场说通了"},
    "finish_in_wuchang": DONE,
    "refer_to_village": UP,
    "assign_in_village": TO_VILLAGE,
    "return_to_wuchang": GUIDED,
    "refer_to_township": TO_TOWNSHIP,
    "carry_over": {},
    "settle_before_meeting": DONE,
    "finish_in_village": DONE,
    "assign_in_township": LEAD,
    "return_to_village": GUIDED,
    "sign_for": {},
    "finish_in_township": DONE,
    "bring_back": {"reason": "还要再议一次"},
    "record_callback": {"method": "call", "outcome": "not_reached"},
    "strike_off": {"satisfaction": "good"},
    "redo": {"whats_wrong": "渠又堵了"},
    "decline": DECLINED,
    "void": {"reason": "重复录入"},
    "record_measure": {"measure": "上门劝解一次", "done_on": TODAY},
    "correct": {"reason": "地点写错了", "place": "陈桥村三组塘坝下"},
    "note": {"text": "已经和他说过"},
}
