"""What every row of version 2 says, written by hand from the rule book."""

from __future__ import annotations

from tests.rules.case import TODAY, happened
from tests.rules.places import STATION
from tests.rules.rows import Table
from tests.rules_v2.grid import GRID
from tests.rules_v2.township import ROLES, Case
from tests.rules_v2.ways import (
    ACCOUNT,
    ALARM,
    CLOSED_STATES,
    CONFIRMED,
    CONTROLLED,
    DECLINED,
    DONE,
    FALSE,
    GUIDED,
    HANDED,
    LEAD,
    LEFT,
    LETTER,
    MERGED,
    OPEN_STATES,
    REACHED,
    REASONED,
    RECUSAL,
    REPORT,
    SIGNED,
    SOLVED,
    TO_TOWNSHIP,
    TO_VILLAGE,
    UP,
    VILLAGES,
    WAYS,
    Way,
    called,
    once,
    petition,
    reported,
    step,
    unsigned,
    village_handling,
    wuchang_handling,
)

WHY = {"reason": "有了新情况"}
MEASURE = {"measure": "上门劝解一次", "done_on": TODAY}

#: trigger, or (trigger, from) where the rows differ -> data with which it can be fired in the ordinary way.
DATA: dict[object, dict[str, object]] = {
    "report": REPORT,
    "ask_for_more": REASONED,
    "supply_more": {"supplement": "堵的是西边那条渠"},
    "finish_on_spot": {"result": "当场说通了"},
    "finish_in_wuchang": DONE,
    "refer_to_village": UP,
    "assign_in_village": TO_VILLAGE,
    "return_to_wuchang": GUIDED,
    "refer_to_township": TO_TOWNSHIP,
    "settle_before_meeting": DONE,
    "finish_in_village": DONE,
    "join_villages": VILLAGES,
    "assign_in_township": LEAD,
    "return_to_village": GUIDED,
    ("sign_for", "township_handling"): SIGNED,
    "finish_in_township": DONE,
    "refer_to_county": LETTER,
    "record_reply": SOLVED,
    "bring_back": WHY,
    "put_on_account": ACCOUNT,
    "resume": {"resume_code": "ready", **WHY},
    "merge": MERGED,
    "split": WHY,
    "record_callback": {"method": "call", "outcome": "not_reached"},
    "strike_off": {"satisfaction": "good"},
    "redo": {"whats_wrong": "渠又堵了"},
    "reopen": WHY,
    "decline": DECLINED,
    "appeal": WHY,
    "raise_alarm": ALARM,
    "control_danger": CONTROLLED,
    "false_alarm": FALSE,
    "recuse": RECUSAL,
    "seal": {"seal_code": "discipline"},
    "transfer": HANDED,
    "extend": {**WHY, "due": "2026-03-13"},
    ("extend", "county_tracking"): {**WHY, "expected_reply": "2026-04-10"},
    "supervise": {"card": "yellow", "requirement": "三天内拿出办法"},
    "leave_petition": LEFT,
    "withdraw": CONFIRMED,
    "void": {"reason": "重复录入"},
    "record_measure": MEASURE,
    "correct": {"reason": "地点写错了", "place": "陈桥村三组塘坝下"},
    "note": {"text": "已经和他说过"},
    **{trigger: {} for trigger in ("accept", "carry_over", "urge", "acknowledge", "sign_for", "raise_to_village",
                                   "raise_to_township")},
}  # fmt: skip

#: trigger, or (trigger, from) -> what the act needs. Rows not named need nothing.
NEEDS: dict[object, tuple[str, ...]] = {
    "report": ("category", "source", "heard_on"),
    "ask_for_more": ("return_code", "reason"),
    "supply_more": ("supplement",),
    "finish_in_wuchang": ("measures", "result"),
    "refer_to_village": ("reason_code", "reason"),
    "assign_in_village": ("responsible", "plan", "due"),
    "return_to_wuchang": ("return_code", "reason", "guidance"),
    "refer_to_township": ("reason_code", "measures", "village_opinion", "suggested_unit"),
    "settle_before_meeting": ("measures", "result"),
    "finish_in_village": ("measures", "result"),
    "join_villages": ("villages", "lead_village"),
    "assign_in_township": ("lead_unit", "case_leader", "due"),
    "return_to_village": ("return_code", "reason", "guidance"),
    ("sign_for", "township_handling"): ("signed_by",),
    "finish_in_township": ("measures", "result"),
    "refer_to_county": ("department", "channel", "letter_no", "expected_reply"),
    "record_reply": ("reply", "reply_on", "solved"),
    "bring_back": ("reason",),
    "put_on_account": ("account_code", "reason", "review_on", "told_reporter"),
    "resume": ("resume_code",),
    "merge": ("primary", "reason"),
    "split": ("reason",),
    "record_callback": ("method", "outcome"),
    "strike_off": ("satisfaction",),
    "redo": ("whats_wrong",),
    "reopen": ("reason",),
    "decline": ("decline_code", "where_to_go", "told_reporter"),
    "appeal": ("reason",),
    "raise_alarm": ("danger_type",),
    "control_danger": ("disposition", "controlled_on", "residual_risk"),
    "false_alarm": ("reason", "urgency"),
    "recuse": ("recusal_code", "recused_person", "responsible"),
    "seal": ("seal_code",),
    "transfer": ("responsible", "reason"),
    "extend": ("reason", "due"),
    ("extend", "county_tracking"): ("reason", "expected_reply"),
    "supervise": ("card",),
    "leave_petition": ("written_no", "delivered_on"),
    "withdraw": ("confirmed", "reason"),
    "void": ("reason",),
    "record_measure": ("measure", "done_on"),
    "correct": ("reason",),
    "note": ("text",),
}
FINISHING = ("finish_on_spot", "finish_in_wuchang", "settle_before_meeting", "finish_in_village", "finish_in_township")

#: trigger, or (trigger, from) -> what may be given beside it.
TAKES: dict[object, tuple[str, ...]] = {
    "report": ("gist", "files", "content", "place", "reporter", "urgency", "about", "protected", "is_petition",
               "petition_no", "repeat_of", "danger"),
    **dict.fromkeys(FINISHING, ("agreement", "files")),
    "finish_on_spot": ("result", "files", "agreement"),
    **dict.fromkeys(("supply_more", "record_reply", "control_danger", "record_measure"), ("files",)),
    "carry_over": ("reason",),
    "resume": ("reason",),
    "record_callback": ("satisfaction", "text", "files"),
    "raise_alarm": ("place", "text", "files"),
    ("raise_alarm", "start"): ("place", "gist", "files", "content", "reporter"),
    "recuse": ("reason",),
    ("seal", "start"): ("gist", "files", "content", "place", "reporter", "about", "source", "heard_on"),
    "supervise": ("requirement", "reply_by", "reason"),
    "urge": ("text",),
    "correct": ("gist", "content", "place", "category", "urgency", "source", "heard_on", "reporter",
                "protected", "is_petition", "petition_no", "repeat_of", "danger"),
    "note": ("instruction", "files"),
}  # fmt: skip

#: What is said when an act gives nothing at all, where its row needs no field but asks for one of several.
NOTHING_SAID: dict[str, str] = {"finish_on_spot": "field:result"}

#: A good value for every field.
GOOD: dict[str, object] = {
    name: value for data in [*DATA.values(), REACHED] for name, value in data.items()
} | {
    "content": "从三组的塘坝往下五十米", "reporter": "villager", "urgency": "normal", "text": "已经和他说过",
    "agreement": "oral", "protected": "none", "is_petition": False, "petition_no": "香信2026-3",
    "repeat_of": MERGED["primary"], "danger": "none", "requirement": "三天内拿出办法", "reply_by": "2026-03-10",
    "instruction": True, "direct_alarm": False, "past_village": False, "about": "villager", "files": ["upload-1"],
     "expected_reply": "2026-04-10", "due": "2026-04-10",
    "lead_unit": STATION.code,
}  # fmt: skip

#: Rows whose `by` names relations, or a station, which acts only where it is in charge. For the others see the grid.
BY: dict[object, str] = {
    "raise_alarm": "reader",
    ("raise_alarm", "start"): "linzhang zuzhang pianzhang party_group_leader council_member village_clerk "
    "village_cadre village_secretary stationed_cadre township_party_office township_duty township_leader "
    "township_secretary township_discipline petition_clerk",
    "supply_more": "reporter_side zuzhang pianzhang village_clerk",
    "finish_in_village": "responsible village_clerk village_cadre village_secretary party_group_leader",
    "sign_for": "successor",
    "finish_in_township": "responsible",
    "record_reply": "township_party_office township_station",
    "bring_back": "responsible township_leader",
    ("bring_back", "village_handling"): "responsible village_secretary",
    "acknowledge": "paged",
    "decline": "village_secretary township_leader",
    "recuse": "village_secretary township_party_office township_leader",
    ("recuse", "emergency"): "township_party_office township_leader",
    "transfer": "party_group_leader village_secretary township_leader township_station",
    "urge": "reporter_side zuzhang village_clerk township_party_office",
    "void": "opener village_clerk",
    "record_measure": "responsible linzhang zuzhang pianzhang party_group_leader village_clerk village_cadre "
    "village_secretary township_station",
    "correct": "holder village_clerk township_party_office",
    "note": "reader",
}
SYSTEM_ONLY = ("raise_to_village", "raise_to_township")

VILLAGE_GATE = ("assign_in_village", "return_to_wuchang", "refer_to_township", "carry_over", "put_on_account")
TOWNSHIP_GATE = ("assign_in_township", "return_to_village", "carry_over", "put_on_account")


def sent_back_by_its_opener(case: Case | None = None) -> Case:
    case = case or reported(by="village_clerk_2")
    assert happened(case.fire("village_clerk_2", "ask_for_more", **REASONED))
    return case


def as_petition(way: Way) -> Way:
    return lambda: way(petition())


TABLE = Table(
    grid=GRID,
    roles=ROLES,
    levels={
        "reported": "wuchang",
        "need_info": "wuchang",
        "wuchang_handling": "wuchang",
        "village_queued": "village",
        "village_handling": "village",
        "township_queued": "township",
        "township_handling": "township",
        "county_tracking": "county",
    },
    ways=WAYS,
    closed=tuple(CLOSED_STATES),
    good=GOOD,
    data=DATA,
    needs=NEEDS,
    takes=TAKES,
    decisions={(trigger, "village_queued"): "village_weekly" for trigger in VILLAGE_GATE}
    | {(trigger, "township_queued"): "township_monthly" for trigger in TOWNSHIP_GATE},
    wrong_meeting="village_weekly",
    posts_out={},
    prepared={
        ("void", "need_info"): once(sent_back_by_its_opener),
        ("strike_off", "verifying"): once(called),
        ("sign_for", "wuchang_handling"): once(step(wuchang_handling, "township_leader_2", "transfer", HANDED)),
        ("sign_for", "village_handling"): once(step(village_handling, "township_leader_2", "transfer", HANDED)),
        ("sign_for", "township_handling"): once(unsigned),
        **{("leave_petition", state): once(as_petition(way)) for state, way in OPEN_STATES.items()},
    },
    who=dict.fromkeys(SYSTEM_ONLY, "system"),
)
