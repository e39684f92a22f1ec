"""Meetings over HTTP: a gate and a batch. What each step takes, what refuses it, and what it leaves behind."""

from __future__ import annotations

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import Api, said

ASSIGNED = {"responsible": "village_cadre2", "plan": "三天内上门", "due": world.DUE}


@pytest.fixture
def meeting(api: Api):
    """The village's meeting in session, quorate, with one case at its gate; called off afterwards."""
    case = world.village_queued(api)
    held = world.in_session(api)
    yield held, case
    if api.get("village_clerk", f"/v1/meetings/{held}")["status"] == "open":
        api.stepped("village_secretary", held, "cancel", {"reason": "改期再开"})
    api.done("village_secretary", case, "decline", **world.DECLINED) if api.state(case) == "village_queued" else None


def deciding(api: Api, meeting: str, *decisions: tuple[str, str, dict], person="village_secretary"):
    sent = [{"case": case, "trigger": trigger, "data": data} for case, trigger, data in decisions]
    return api.step(person, meeting, "decisions", {"decisions": sent})


def item(view, case):
    (found,) = [each for each in view["items"] if each["case"]["id"] == case]
    return found


def test_before_its_opening_the_agenda_is_live_then_it_is_fixed(api: Api):
    held = world.planned(api)
    first = world.village_queued(api)
    assert first in [each["case"]["id"] for each in api.get("village_clerk", f"/v1/meetings/{held}")["items"]]
    api.stepped("village_secretary", held, "open")

    late = world.village_queued(api)

    agenda = [each["case"]["id"] for each in api.get("village_clerk", f"/v1/meetings/{held}")["items"]]
    assert first in agenda
    assert late not in agenda
    assert said(deciding(api, held, (late, "carry_over", {}))) == "422 fields decisions[0].case:not_on_agenda"
    api.stepped("village_secretary", held, "cancel", {"reason": "改期再开"})
    for case in (first, late):
        api.done("village_secretary", case, "decline", **world.DECLINED)


def test_each_step_wants_its_status(api: Api):
    held = world.planned(api)
    decision = {"case": f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE", "trigger": "carry_over"}
    in_session = [
        ("attendance", {"present": ["village_secretary"]}),
        ("decisions", {"decisions": [decision]}),
        ("close", None),
    ]

    for what, body in in_session:
        assert said(api.step("village_secretary", held, what, body)) == "409 meeting_status"
    assert said(api.send("village_clerk", "GET", f"/v1/meetings/{held}/closing")) == "409 meeting_status"
    api.stepped("village_secretary", held, "open")
    assert said(api.step("village_secretary", held, "open")) == "409 meeting_status"
    api.stepped("village_secretary", held, "close")
    for what, body in (*in_session, ("open", None), ("cancel", {"reason": "改期再开"})):
        answer = api.step("village_secretary", held, what, body)
        assert (said(answer), answer.json()["detail"]) == ("409 meeting_status", "会议已结束，不能这样办")


def test_one_meeting_of_a_kind_is_open_at_a_unit(api: Api, meeting):
    other = world.planned(api)

    assert said(api.step("village_secretary", other, "open")) == "409 another_meeting_open"
    held = world.in_session(api, world.SIBLING)
    api.stepped("village_secretary_2", held, "cancel", {"reason": "改期再开"})


def test_a_decision_waits_for_the_closing_and_can_be_undone_until_then(api: Api, meeting):
    held, case = meeting
    decided = deciding(api, held, (case, "assign_in_village", ASSIGNED)).json()

    assert item(decided, case)["decision"]["trigger"] == "assign_in_village"
    assert api.state(case) == "village_queued"
    undone = api.stepped("village_secretary", held, f"decisions/{case}", method="DELETE")
    assert item(undone, case)["decision"] is None
    again = api.step("village_secretary", held, f"decisions/{case}", method="DELETE")
    assert said(again) == "404 decision_not_found"


def test_at_closing_every_decision_takes_effect_and_the_rest_is_carried_over(api: Api, meeting):
    held, case = meeting
    deciding(api, held, (case, "assign_in_village", ASSIGNED))
    foretold = item(api.get("village_clerk", f"/v1/meetings/{held}/closing"), case)

    closed = item(api.stepped("village_secretary", held, "close"), case)

    assert (foretold["outcome"], closed["outcome"], closed["decision"]["by"]) == (
        "effective", "effective", "village_secretary",
    )  # fmt: skip
    assert closed["decision"]["data"]["responsible"] == {"id": "village_cadre2", "name": "王主任2"}
    assert api.state(case) == "village_handling"


def test_whom_a_decision_names_is_named_before_the_closing_too(api: Api, meeting):
    held, case = meeting
    decided = deciding(api, held, (case, "assign_in_village", ASSIGNED)).json()

    assert item(decided, case)["decision"]["data"]["responsible"] == {"id": "village_cadre2", "name": "王主任2"}


def test_of_several_decisions_the_first_refused_one_is_named_and_none_is_kept(api: Api, meeting):
    held, case = meeting
    answer = deciding(api, held, (case, "assign_in_village", ASSIGNED), ("x" + case[1:], "carry_over", {}))
    assert said(answer) == "422 fields decisions[1].case:not_on_agenda"
    twice = deciding(api, held, (case, "carry_over", {}), (case, "carry_over", {}))
    assert said(twice) == "422 fields decisions[1].case:decided_twice"

    refused = deciding(api, held, (case, "assign_in_village", {}))

    assert said(refused) == "422 fields responsible:missing plan:missing due:missing"
    assert refused.json()["at"] == "decisions[0]"
    assert refused.json()["refused_by"]["ref"] == "T09"
    assert item(api.get("village_clerk", f"/v1/meetings/{held}"), case)["decision"] is None
    assert api.version(held) == 3


@pytest.mark.parametrize(
    ("trigger", "data", "answer"),
    [
        ("note", {"text": "看到了"}, "409 not_a_decision"),
        ("settle_before_meeting", world.DONE, "409 not_a_decision"),
        ("accept", {}, "409 state"),
        ("nonsense", {}, "422 fields trigger:unknown_trigger"),
        ("assign_in_village", ASSIGNED | {"due": "2026-03-05"}, "422 fields due:before_today"),
        ("return_to_wuchang", world.BACK | {"x": 1}, "422 fields x:unknown_field"),
    ],
)
def test_what_is_no_decision_of_this_meeting_is_refused(api: Api, meeting, trigger, data, answer):
    held, case = meeting

    assert said(deciding(api, held, (case, trigger, data))) == answer


def test_without_a_quorum_cases_may_only_be_carried_over(api: Api, meeting):
    held, case = meeting
    view = api.stepped("village_clerk", held, "attendance", {"present": ["village_secretary", "village_clerk"]})

    assert view["quorum"] == {"percent": 50, "reached": False}
    assert len(view["expected"]) == 9
    assert said(deciding(api, held, (case, "assign_in_village", ASSIGNED))) == "409 quorum"
    assert said(deciding(api, held, (case, "carry_over", {}))) == "200"


def test_a_closed_meeting_is_never_edited_and_its_case_tells_the_number(api: Api, meeting):
    held, case = meeting
    deciding(api, held, (case, "return_to_wuchang", world.BACK))
    closed = api.stepped("village_secretary", held, "close")
    api.done("zuzhang", case, "note", text="看到了")

    kept = api.get("village_clerk", f"/v1/meetings/{held}")

    assert (kept["version"], kept["status"]) == (closed["version"], "closed")
    assert item(kept, case)["decision"] == item(closed, case)["decision"]
    row = api.get("zuzhang", f"/v1/cases/{case}/history")["items"][-2]
    assert (row["meeting"], row["agenda_no"]) == (held, item(closed, case)["number"])


def test_a_cancelled_meeting_carries_nothing_and_keeps_its_reason(api: Api, meeting):
    held, case = meeting
    deciding(api, held, (case, "return_to_wuchang", world.BACK))
    version = api.version(case)

    view = api.stepped("village_secretary", held, "cancel", {"reason": "大雨封路"})

    assert (view["status"], view["reason"]) == ("cancelled", "大雨封路")
    assert (api.state(case), api.version(case)) == ("village_queued", version)


@pytest.mark.parametrize("version", [1, 2, 4, 999])
def test_every_step_wants_the_present_version(api: Api, meeting, version):
    held, _ = meeting

    for what in ("close", "open"):
        answer = api.send("village_secretary", "POST", f"/v1/meetings/{held}/{what}", version=version)
        assert said(answer) == "412 stale_version"
    assert said(api.send("village_secretary", "POST", f"/v1/meetings/{held}/close")) == "428 version_required"


def test_what_was_refused_in_a_meeting_stands_among_the_refusals(api: Api, meeting):
    held, case = meeting
    deciding(api, held, (case, "carry_over", {}), person="village_clerk")
    deciding(api, held, (case, "note", {"text": "看到了"}))

    rows = api.get("auditor_township", "/v1/refusals", limit="2")["items"]

    told = {(row["person"]["id"], row["trigger"], row["code"], row["meeting"]) for row in rows}
    assert told == {
        ("village_clerk", "meeting.decide", "not_chair", held),
        ("village_secretary", "note", "not_a_decision", held),
    }


# --- around a meeting: another day, another chair, one more case -----------------------------------------------------


def test_a_planned_meeting_is_moved(api: Api):
    held = world.planned(api)
    moved = api.stepped("village_secretary", held, "move", {"at": "2026-12-24T19:30:00+08:00"})

    assert (moved["at"], moved["moved"], moved["turn"], moved["version"]) == (
        "2026-12-24T19:30:00+08:00", True, None, 2,
    )  # fmt: skip
    answer = api.step("village_secretary", held, "move", {"at": "2020-01-01T09:00:00+08:00"})
    assert said(answer) == "422 fields at:before_now"
    assert answer.json()["errors"][0]["message"] == "「时间」须晚于现在"
    assert said(api.step("village_secretary", held, "move", {})) == "422 fields at:missing"


def test_a_chair_who_is_away_names_another_member_in_writing(api: Api):
    held = world.planned(api)
    named = {"delegate": "village_cadre2", "reason": "到县里开会，委托主持"}

    assert said(api.step("village_secretary", held, "delegate", named | {"delegate": "linzhang"})) == (
        "422 fields delegate:not_members"
    )
    kept = api.stepped("village_secretary", held, "delegate", named)["delegation"]
    assert (kept["delegate"]["id"], kept["by"]["id"], kept["reason"]) == (
        "village_cadre2", "village_secretary", "到县里开会，委托主持",
    )  # fmt: skip
    opened = api.stepped("village_cadre2", held, "open")
    assert opened["chair"]["id"] == "village_cadre2"
    assert (opened["year"], opened["number"] > 0) == (2026, True)
    api.stepped("village_cadre2", held, "cancel", {"reason": "改期再开"})


def test_the_chair_adds_a_case_that_came_late(api: Api, meeting):
    held, _ = meeting
    late = world.village_queued(api)
    body = {"case": late, "reason": "今晚可能降雨，电话 13800138000"}

    added = item(api.stepped("village_secretary", held, "agenda", body), late)

    assert (added["added"]["by"]["id"], added["added"]["at"][:10]) == ("village_secretary", "2026-03-06")
    assert "13800138000" not in added["added"]["reason"]
    again = api.step("village_secretary", held, "agenda", body)
    assert said(again) == "422 fields case:on_agenda"
    assert again.json()["errors"][0]["message"] == "这件事项已在本次议程上"
    absent = body | {"case": f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"}
    assert said(api.step("village_secretary", held, "agenda", absent)) == "422 fields case:unknown_case"
    elsewhere = body | {"case": world.reported(api)}
    assert said(api.step("village_secretary", held, "agenda", elsewhere)) == "422 fields case:not_at_gate"
    api.done("village_secretary", late, "decline", **world.DECLINED)


def test_what_was_done_at_once_stands_there_to_be_ratified(api: Api):
    case = world.village_handling(api)
    held = world.planned(api)

    found = [each for each in api.get("village_clerk", f"/v1/meetings/{held}")["reports"] if each["case"]["id"] == case]

    (report,) = found
    assert (report["kind"], report["ref"], report["title"], report["by"]) == (
        "ratify", "T09", "议定村内办理", "village_secretary",
    )  # fmt: skip
    assert report["seq"] == 3
