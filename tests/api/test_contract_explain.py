"""Why? What may be done, what is blocked, by which line of the file, and who could; what was done, by whom, when."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import REPORT, Api, said

(RULES,) = t.default_rules()
LINES = (t.WORKFLOWS / "issue-escalation" / "v1.yaml").read_text(encoding="utf-8").splitlines()
RELATIONS = {"opener", "reporter_side", "responsible", "successor", "holder", "reader"}


Offers = dict[str, dict[str, Any]]


def offers(api: Api, person: str, case: str, language: str | None = None) -> tuple[Offers, Offers]:
    """(allowed, blocked), each by trigger."""
    found = api.send(person, "GET", f"/v1/cases/{case}/triggers", language=language).json()
    allowed, blocked = ({each["trigger"]: each for each in found[part]} for part in ("allowed", "blocked"))
    return allowed, blocked


def line(offer: dict[str, Any]) -> str:
    """The line of the file that the offer points at."""
    by = offer["refused_by"]
    assert by["file"] == "workflows/issue-escalation/v1.yaml"
    return LINES[by["line"] - 1].strip()


# --- what may be done, and what is blocked ---------------------------------------------------------------------------


def test_every_row_from_the_present_state_is_offered_or_blocked_once_in_the_order_of_the_file(api: Api):
    ways = (world.reported, world.accepted, world.village_queued, world.village_handling, world.township_queued,
            world.unsigned, world.verifying)  # fmt: skip
    for way in ways:
        case = way(api)
        rows = [row for row in RULES.rows if api.state(case) in row.sources]
        for person in ("linzhang", "village_secretary", "township_leader", "auditor_county"):
            found = api.get(person, f"/v1/cases/{case}/triggers")
            for part in ("allowed", "blocked"):
                told = [(each["trigger"], each["ref"]) for each in found[part]]
                assert told == [(row.trigger, row.ref) for row in rows if (row.trigger, row.ref) in told]
            assert len(found["allowed"]) + len(found["blocked"]) == len(rows)
            assert (found["case"], found["version"]) == (case, api.version(case))


def test_what_is_offered_can_be_done_and_what_is_blocked_is_refused_with_that_code(api: Api):
    case = world.accepted(api, urgency="urgent")
    good = {
        "finish_in_wuchang": world.DONE, "refer_to_village": world.UP, "correct": {"reason": "写错了"},
        "record_measure": {"measure": "上门调解", "done_on": "2026-03-05"}, "note": {"text": "看到了"},
        "finish_on_spot": {"result": "说通了"},
    }  # fmt: skip
    for person in ("linzhang", "zuzhang", "council_member", "village_clerk", "village_cadre1", "township_leader"):
        allowed, blocked = offers(api, person, case)
        for trigger, offer in blocked.items():
            answer = api.fire(person, case, trigger, **good.get(trigger, {}))
            assert (answer.status_code in (403, 409), answer.json()["code"]) == (True, offer["code"])
            assert answer.json()["refused_by"] == offer["refused_by"]
            assert answer.json()["detail"] == offer["why"]
        for trigger in allowed:
            fresh = world.accepted(api, urgency="urgent")
            assert said(api.fire(person, fresh, trigger, **good[trigger])) == "200"


def test_an_offer_says_every_field_that_it_needs_or_takes(api: Api):
    allowed, _ = offers(api, "village_clerk", world.village_queued(api))

    assert list(allowed) == ["correct", "note"]
    assert allowed["note"]["needs"] == [
        {"field": "text", "title": "备注", "type": "text", "min_length": 1, "max_length": 2000}
    ]
    takes = {field["field"]: field for field in allowed["correct"]["takes"]}
    assert list(takes) == ["gist", "content", "place", "category", "urgency", "source", "heard_on", "reporter"]
    assert takes["gist"] == {"field": "gist", "title": "事由", "type": "text", "min_length": 6, "max_length": 100}
    assert takes["urgency"]["choices"] == [
        {"code": "normal", "title": "一般"}, {"code": "urgent", "title": "紧急"}, {"code": "critical", "title": "特急"},
    ]  # fmt: skip
    assert takes["heard_on"] == {"field": "heard_on", "title": "听到日期", "type": "date", "range": "past"}
    assert takes["reporter"] == {"field": "reporter", "title": "反映人", "type": "person"}


@pytest.mark.parametrize(
    ("way", "person", "trigger", "code", "zh", "en", "written"),
    [
        (world.reported, "linzhang", "accept", "role", "「受理」须由组长、片长、屋场党小组组长办理",
         "Accept is for Group head or Area head or Cluster Party group leader", "ref: T02"),
        (world.village_queued, "village_secretary", "assign_in_village", "only_in_meeting",
         "「议定村内办理」须由民情碰头会议定", "Handle in the village is decided by the Weekly meeting", "ref: T09"),
        (world.verifying, "zuzhang", "strike_off", "never:handler", "办理人不能核验自己办的事项",
         "Who handled a case may not verify it", "ref: T27"),
        (lambda api: world.reported(api, urgency="urgent"), "zuzhang", "finish_on_spot", "field:urgency",
         "「紧急程度」须为一般", "Urgency must be Normal", "when: {field: urgency, is: normal}"),
        (lambda api: world.verifying(api, category="hazard"), "council_member", "strike_off", "field:category",
         "安全隐患须由另一人现场核查", "A hazard needs a check on site by a second person",
         "- any: [{not: {field: category, is: hazard}}, {counter: site_checks, at_least: 1}]"),
        (lambda api: world.reported(api, category="hazard"), "village_secretary", "decline", "field:category",
         "「类别」不得为安全隐患", "Category must not be Hazard", "when:  [{not: {field: category, is: hazard}}"),
    ],
)  # fmt: skip
def test_what_is_blocked_says_why_in_both_languages_and_by_which_line(
    api: Api, way, person, trigger, code, zh, en, written
):
    case = way(api)
    _, blocked = offers(api, person, case)
    _, in_english = offers(api, person, case, "en")

    assert (blocked[trigger]["code"], blocked[trigger]["why"]) == (code, zh)
    assert (in_english[trigger]["code"], in_english[trigger]["why"]) == (code, en)
    assert written in line(blocked[trigger])
    assert blocked[trigger]["refused_by"]["ref"] == blocked[trigger]["ref"]
    assert in_english[trigger]["title"] == RULES.row(trigger, api.state(case)).title.en


def test_every_line_that_is_named_is_that_line_of_the_file(api: Api):
    """The row itself, or the condition within it: between this row's beginning and the next one's."""
    starts = [number for number, text in enumerate(LINES, start=1) if ("ref: T" in text and text.startswith("  - {")) or
              text.strip().startswith("- ref: T")]  # fmt: skip
    for way in (world.reported, world.accepted, world.village_queued, world.unsigned, world.verifying):
        case = way(api)
        for person in ("linzhang", "zuzhang", "village_secretary", "auditor_township"):
            for offer in offers(api, person, case)[1].values():
                begin = max(number for number in starts if number <= offer["refused_by"]["line"])
                assert f"ref: {offer['ref']}" in LINES[begin - 1]
                assert f"trigger: {offer['trigger']}" in " ".join(LINES[begin - 1 : begin + 1])
                where, key = offer["refused_by"]["rule"].split(".")
                index = int(where.removeprefix("transitions[").removesuffix("]"))
                assert (RULES.rows[index].trigger, RULES.rows[index].ref) == (offer["trigger"], offer["ref"])
                assert key in ("by", "never", "via", "when")


def test_who_could_is_posts_and_units_and_never_a_person(api: Api):
    names = {holder.name for holder in t.PEOPLE} | {name for _, name, _ in t.VILLAGERS}
    for way in (world.reported, world.village_handling, world.unsigned, world.township_handling, world.verifying):
        case = way(api)
        for offer in offers(api, "auditor_county", case)[1].values():
            assert offer["could"]
            for could in offer["could"]:
                assert set(could) == {"name", "title", "units"}
                assert could["name"] in RULES.roles.keys() | RELATIONS
                assert all(set(unit) == {"code", "name"} for unit in could["units"])
            assert not [name for name in names if name in json.dumps(offer["could"], ensure_ascii=False)]


def test_who_could_names_where_the_post_sits(api: Api):
    def could(case: str, trigger: str) -> dict[str, list[str]]:
        offer = offers(api, "auditor_county", case)[1][trigger]
        return {each["name"]: [unit["name"] for unit in each["units"]] for each in offer["could"]}

    assert could(world.reported(api), "decline") == {"village_secretary": ["陈桥村"], "township_leader": ["洋泉镇"]}
    assert could(world.reported(api), "accept") == {
        role: ["第一屋场"] for role in ("zuzhang", "pianzhang", "party_group_leader")
    }
    assert could(world.township_handling(api), "finish_in_township") == {
        "responsible": [],
        "township_station": ["司法所"],
        "township_leader": ["洋泉镇"],
    }


def test_a_closed_case_offers_nothing(api: Api):
    case = world.verifying(api)
    api.done("council_member", case, "strike_off", satisfaction="good")

    found = api.get("village_secretary", f"/v1/cases/{case}/triggers")

    assert (found["allowed"], found["blocked"]) == ([], [])


# --- what was done ---------------------------------------------------------------------------------------------------


def test_every_row_has_its_three_times_with_their_offset(api: Api):
    body = {
        "trigger": "note", "data": {"text": "看到了"}, "occurred_at": "2026-03-05T16:30:00Z",
        "client_at": "2026-03-06T00:31:00.250+00:00",
    }  # fmt: skip
    case = world.reported(api)
    api.send("zuzhang", "POST", f"/v1/cases/{case}/transitions", body, version=1)

    first, second = api.get("zuzhang", f"/v1/cases/{case}/history")["items"]

    assert [first[name] for name in ("occurred_at", "recorded_at", "client_at")] == [
        "2026-03-06T09:00:00+08:00", "2026-03-06T09:00:00+08:00", None,
    ]  # fmt: skip
    assert [second[name] for name in ("occurred_at", "recorded_at", "client_at")] == [
        "2026-03-06T00:30:00+08:00", "2026-03-06T09:00:00+08:00", "2026-03-06T08:31:00.250000+08:00",
    ]  # fmt: skip


def test_a_row_says_who_by_which_post_from_where_to_where_under_which_line(api: Api):
    case = world.village_queued(api)
    _, row = api.get("auditor_county", f"/v1/cases/{case}/history")["items"]

    assert (row["seq"], row["trigger"], row["ref"], row["title"]) == (2, "refer_to_village", "T07", "上报碰头会")
    assert (row["from"], row["to"], row["from_level"], row["to_level"]) == (
        "reported", "village_queued", "wuchang", "village",
    )  # fmt: skip
    assert (row["actor"]["id"], row["actor"]["post"]["role"], row["actor"]["post"]["place"]) == (
        "zuzhang", "zuzhang", t.GROUP,
    )  # fmt: skip
    assert LINES[row["rule"]["line"] - 1] == "  - ref: T07"
    assert (row["rule"]["workflow"], row["rule"]["version"]) == ("issue-escalation", 1)
    assert len(row["hash"]) == len(row["rule"]["sha256"]) == 64


def test_the_history_of_a_case_and_across_cases_tell_the_same(api: Api):
    case = world.verifying(api)
    alone = api.get("auditor_county", f"/v1/cases/{case}/history")["items"]
    across = api.get("auditor_county", "/v1/history", unit=t.VILLAGE, limit="200")["items"]

    assert [row for row in reversed(across) if row["case"] == case] == alone
    assert [row["seq"] for row in alone] == [1, 2, 3, 4, 5]


def test_what_a_meeting_decided_names_the_meeting_and_its_number(api: Api):
    case = world.village_queued(api)
    meeting = world.in_session(api)
    decisions = {"decisions": [{"case": case, "trigger": "return_to_wuchang", "data": world.BACK, "note": "再试一次"}]}
    api.stepped("village_secretary", meeting, "decisions", decisions)
    numbers = {
        item["case"]["id"]: item["number"] for item in api.stepped("village_secretary", meeting, "close")["items"]
    }

    row = api.get("zuzhang", f"/v1/cases/{case}/history")["items"][-1]

    assert (row["trigger"], row["meeting"], row["agenda_no"]) == ("return_to_wuchang", meeting, numbers[case])
    assert (row["note"], row["actor"]["post"]["role"]) == ("再试一次", "village_secretary")


def test_personal_texts_are_masked_for_supervisors_and_in_lists(api: Api):
    data = {"content": "打13812341234找他", "place": "陈桥村第一屋场高子树组三号院", "reporter": {"name": "李小明"}}
    case = api.open(**data)
    inside = api.get("zuzhang", f"/v1/cases/{case}")["data"]
    outside = api.get("auditor_township", f"/v1/cases/{case}")["data"]
    (listed,) = [each["data"] for each in api.get("zuzhang", "/v1/cases", limit="200")["items"] if each["id"] == case]

    assert [inside[name] for name in data] == ["打138****1234找他", data["place"], {"name": "李小明"}]
    assert [outside[name] for name in data] == ["打138****1234找他", "陈桥村第一屋场高子树组***", {"name": "李*明"}]
    assert listed == outside


# --- the times of the simulated clock --------------------------------------------------------------------------------


def test_what_is_recorded_carries_the_time_of_the_rules(api: Api):
    now = datetime.fromisoformat(api.get("zuzhang", "/v1/me")["clock"]["now"])
    later = now + timedelta(hours=2)
    case = world.reported(api)
    api.moved_clock(later.isoformat())
    api.done("zuzhang", case, "accept")

    opened, accepted = api.get("zuzhang", f"/v1/cases/{case}/history")["items"]

    assert [datetime.fromisoformat(row["recorded_at"]) for row in (opened, accepted)] == [now, later]
    assert opened["data"]["gist"] == REPORT["gist"]
