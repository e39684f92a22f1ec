"""The meeting pages without scripts: opening, the roll, one case a screen, closing, minutes; what refuses and what is
kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests import township as t
from tests.api import world
from tests.web.client import Browser, Form, Page
from tests.web.hygiene import flaws_of
from tests.web.world import Web

PLAN = "架临时水管，请农综中心看渠道"


@pytest.fixture
def chair(web: Web) -> Browser:
    return web.browser("village_secretary")


@pytest.fixture
def planned(web: Web) -> Iterator[tuple[str, list[str]]]:
    """A meeting of the village that is set, and two cases at its gate; all are gone afterwards."""
    cases = [world.village_queued(web, gist=gist) for gist in ("渠道垮塌约四十米进不了水", "前丰公屋漏雨堂屋积水")]
    meeting = world.planned(web)
    yield meeting, cases
    if web.get("village_clerk", f"/v1/meetings/{meeting}")["status"] in ("planned", "open"):
        web.stepped("village_secretary", meeting, "cancel", {"reason": "改期再开"})
    for case in web.get("village_secretary", "/v1/cases", state="village_queued", unit=t.VILLAGE)["items"]:
        web.done("village_secretary", case["id"], "decline", **world.DECLINED)


def opened(chair: Browser, meeting: str, **roll: str) -> Page:
    """Opened, the roll called: everybody there, but for those named."""
    page = chair.get(f"/meetings/{meeting}")
    page = chair.submit(page.form(button="开会，先点名"))
    assert page.path == f"/meetings/{meeting}/attendance"
    given = {f"p.{person}": where for person, where in roll.items()}
    return chair.submit(page.form(button="记下到会，看议程"), given)


def number_of(web: Web, meeting: str, case: str) -> int:
    view = web.get("village_secretary", f"/v1/meetings/{meeting}")
    return next(each["number"] for each in view["items"] if each["case"]["id"] == case)


def screen(web: Web, chair: Browser, meeting: str, case: str, do: str = "") -> Page:
    query = f"?do={do}" if do else ""
    return chair.get(f"/meetings/{meeting}/items/{number_of(web, meeting, case)}{query}")


def decision_form(page: Page, trigger: str) -> Form:
    return next(form for form in page.forms if form.node.attrs.get("data-decision") == trigger)


def assigned(web: Web, chair: Browser, meeting: str, case: str, **more: str) -> Page:
    form = decision_form(screen(web, chair, meeting, case, "assign_in_village"), "assign_in_village")
    return chair.submit(form, {"d.responsible": "village_cadre2", "d.plan": PLAN} | more)


def decided(web: Web, meeting: str, case: str) -> dict | None:
    view = web.get("village_secretary", f"/v1/meetings/{meeting}")
    return next(each["decision"] for each in view["items"] if each["case"]["id"] == case)


# --- from the list to the minutes ------------------------------------------------------------------------------------


def test_a_meeting_from_the_list_to_its_minutes_by_one_button_a_page(web: Web, chair: Browser, planned):
    meeting, (first, second) = planned
    assert f"/meetings/{meeting}" in chair.get("/meetings").links

    page = opened(chair, meeting, village_cadre7="leave")
    assert "实到 8 人，应到 9 人" in page.text
    start = next(link for link in page.links if link.startswith(f"/meetings/{meeting}/items/"))
    assert "回车，开始议第" in page.text
    page = chair.get(start)
    assert (page.status, flaws_of(page)) == (200, [])

    page = assigned(web, chair, meeting, first)
    assert page.path == f"/meetings/{meeting}/items/{number_of(web, meeting, second)}"
    form = decision_form(screen(web, chair, meeting, second, "carry_over"), "carry_over")
    page = chair.submit(form, {"d.reason": "等资金答复"})
    assert page.path == f"/meetings/{meeting}/closing"
    assert "与议题数相符" in page.text

    page = chair.submit(page.form(button="散会，生成纪要"))

    assert page.path == f"/meetings/{meeting}/minutes"
    assert flaws_of(page) == []
    assert all(words in page.text for words in (PLAN, "王主任2", "已生效", "等资金答复", "请假王主任7", "主持人签名"))
    assert web.state(first) == "village_handling"
    assert chair.get(f"/meetings/{meeting}").path == f"/meetings/{meeting}/minutes"


def test_everybody_expected_is_ticked_as_present_and_the_clerk_writes(web: Web, chair: Browser, planned):
    meeting, _ = planned
    page = chair.submit(chair.get(f"/meetings/{meeting}").form(button="开会，先点名"))
    form = page.form(button="记下到会，看议程")

    people = {name: value for name, value in form.values if name.startswith("p.")}

    assert len(people) == 9
    assert set(people.values()) == {"here"}
    assert (form.value("chair"), form.value("recorder")) == ("village_secretary", "village_clerk")


def test_opening_twice_opens_once(chair: Browser, planned):
    meeting, _ = planned
    form = chair.get(f"/meetings/{meeting}").form(button="开会，先点名")

    first, again = chair.submit(form), chair.submit(form)

    assert (first.path, again.path, again.status) == (f"/meetings/{meeting}/attendance",) * 2 + (200,)


def test_a_roll_that_cannot_be_keeps_what_was_chosen(chair: Browser, planned):
    meeting, _ = planned
    page = opened(chair, meeting, village_secretary="away", village_cadre3="leave")

    assert page.status == 422
    form = page.form(button="记下到会，看议程")
    assert (form.value("p.village_secretary"), form.value("p.village_cadre3")) == ("away", "leave")
    assert "主持人" in page.tree.one("main").text


# --- one case --------------------------------------------------------------------------------------------------------


def test_the_screen_tells_the_case_without_those_who_reported_it(web: Web, chair: Browser, planned):
    meeting, _ = planned
    case = world.village_queued(
        web,
        gist="两户过道堆柴出不了门",
        content="电话 13812345678 是反映人的",
        reporter={"name": "张小明", "phone": "13812341234"},
    )
    opened(chair, meeting)
    page = screen(web, chair, meeting, case)

    assert page.h1 == "两户过道堆柴出不了门"
    assert all(words in page.text for words in ("无权限", "屋场没有这个权限", "组长高组长", "138****5678"))
    assert not any(hidden in page.html for hidden in ("张小明", "张*明", "13812341234", "13812345678"))


def test_the_keys_are_the_rows_of_the_gate_and_each_says_why_not(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    keys = {
        node.attrs["data-key"]: node
        for node in screen(web, chair, meeting, first).tree.walk()
        if "data-key" in node.attrs
    }

    chosen = {key: node.attrs.get("data-choose") for key, node in keys.items()}

    assert [chosen[key] for key in "1234"] == [
        "assign_in_village", "return_to_wuchang", "refer_to_township", "put_on_account",
    ]  # fmt: skip
    assert (chosen["5"], chosen["0"]) == ("merge", "carry_over")
    assert "还可顺延 2 次" in keys["0"].text
    assert "decline" in chosen.values()


def test_the_rules_own_date_is_proposed_and_is_allowed(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    form = decision_form(screen(web, chair, meeting, first, "assign_in_village"), "assign_in_village")

    assert form.options("d.due") == ["2026-03-20", "2026-03-13", "other"]
    assert form.value("d.due") == "2026-03-20"
    assert "10 个工作日：3月20日（周五）17:30" in form.node.text
    assigned(web, chair, meeting, first)
    assert decided(web, meeting, first)["data"]["due"] == "2026-03-20"


def test_somebody_who_is_absent_and_another_day_can_be_chosen(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting, village_cadre5="away")
    other = {
        "d.responsible": "other",
        "d.responsible.other": "village_cadre5",
        "d.due": "other",
        "d.due.other": "2026-03-11",
    }
    assigned(web, chair, meeting, first, **other)

    data = decided(web, meeting, first)["data"]
    assert (data["responsible"]["id"], data["due"]) == ("village_cadre5", "2026-03-11")


def test_a_refused_decision_keeps_what_was_typed_on_the_same_screen(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    page = assigned(
        web, chair, meeting, first, **{"d.due": "other", "d.due.other": "2026-04-30", "d.responsible": "village_cadre3"}
    )

    assert (page.status, page.h1) == (422, "渠道垮塌约四十米进不了水")
    form = decision_form(page, "assign_in_village")
    assert (form.value("d.plan"), form.value("d.due.other")) == (PLAN, "2026-04-30")
    assert ("d.responsible", "village_cadre3") in form.values
    assert "2026-03-20" in page.tree.one("main").text
    assert "hidden" not in form.node.attrs
    assert decided(web, meeting, first) is None


def test_a_decision_sent_twice_is_recorded_once(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    form = decision_form(screen(web, chair, meeting, first, "assign_in_village"), "assign_in_village")
    values = {"d.responsible": "village_cadre2", "d.plan": PLAN}
    chair.submit(form, values)
    version = web.version(meeting)

    again = chair.submit(form, values)

    assert (again.status, web.version(meeting)) == (200, version)


def test_a_decision_that_another_desk_changed_is_shown_beside_ones_own(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    form = decision_form(screen(web, chair, meeting, first, "assign_in_village"), "assign_in_village")
    beside = {"decisions": [{"case": first, "trigger": "return_to_wuchang", "data": world.BACK}]}
    web.stepped("village_secretary", meeting, "decisions", beside)
    values = {"d.responsible": "village_cadre2", "d.plan": PLAN}

    page = chair.submit(form, values)
    assert page.status == 412
    assert all(words in page.text for words in ("别的电脑刚改过这一项", "议定退回屋场", "请理事会出面"))
    assert decided(web, meeting, first)["trigger"] == "return_to_wuchang"

    chair.submit(decision_form(page, "assign_in_village"))
    assert decided(web, meeting, first)["data"]["plan"] == PLAN


def test_what_another_desk_did_to_other_items_is_no_reason_to_ask_again(web: Web, chair: Browser, planned):
    meeting, (first, second) = planned
    opened(chair, meeting)
    form = decision_form(screen(web, chair, meeting, first, "carry_over"), "carry_over")
    world.decided(web, meeting, second)

    page = chair.submit(form)

    assert page.status == 200
    assert decided(web, meeting, first)["trigger"] == "carry_over"


def test_a_decision_can_be_taken_back_and_taking_back_twice_is_no_error(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    assigned(web, chair, meeting, first)
    page = screen(web, chair, meeting, first)
    form = page.form(button="撤销")

    first_time, again = chair.submit(form), chair.submit(form)

    assert (first_time.status, again.status) == (200, 200)
    assert decided(web, meeting, first) is None


def test_merging_takes_effect_at_once_and_the_case_stands_in_the_minutes(web: Web, chair: Browser, planned):
    meeting, (first, second) = planned
    opened(chair, meeting)
    form = decision_form(screen(web, chair, meeting, second, "merge"), "merge")
    assert first in form.options("d.primary")

    chair.submit(form, {"d.primary": first, "d.reason": "同一条渠道"})

    assert web.state(second) == "merged"
    page = chair.get(f"/meetings/{meeting}/closing")
    assert "会前已办，只记入纪要" in page.text
    assert "已并案" in page.text


# --- quorum, chair, closing ------------------------------------------------------------------------------------------


def test_without_a_quorum_only_carrying_over_is_left(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    away = {f"village_cadre{n}": "away" for n in range(2, 8)}
    page = opened(chair, meeting, **away)
    assert "要到 5 人才能议定，现在只能顺延" in page.text
    page = screen(web, chair, meeting, first)

    offered = {form.node.attrs["data-decision"] for form in page.forms if "data-decision" in form.node.attrs}

    assert "carry_over" in offered
    assert not offered & {"assign_in_village", "return_to_wuchang", "refer_to_township", "put_on_account"}
    assert "没到法定人数" in page.text
    sent = [*decision_form(page, "carry_over").values]
    posted = [(name, "assign_in_village" if name == "trigger" else value) for name, value in sent]
    refused = chair.post(decision_form(page, "carry_over").action, posted)
    assert refused.status in (409, 422)
    assert decided(web, meeting, first) is None


def test_who_is_not_in_the_chair_sees_and_decides_nothing(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    clerk = web.browser("village_clerk")
    page = screen(web, clerk, meeting, first)
    sent = [*decision_form(screen(web, chair, meeting, first, "carry_over"), "carry_over").values]
    token = clerk.get("/password").form("/password").value("token")

    assert not [form for form in page.forms if "data-decision" in form.node.attrs]
    refused = clerk.post(page.path, [(name, token if name == "token" else value) for name, value in sent])
    assert refused.status == 403
    assert decided(web, meeting, first) is None


@pytest.mark.parametrize("person", ["village_secretary_2", "linzhang", "village_clerk_other"])
def test_a_meeting_out_of_reach_is_not_there(web: Web, planned, person: str):
    meeting, _ = planned
    for part in ("", "/items/1", "/closing", "/minutes", "/briefs", "/arrange", "/attendance"):
        assert web.browser(person).get(f"/meetings/{meeting}{part}").status == 404


def test_a_case_that_left_meanwhile_stands_in_the_minutes_with_its_reason(web: Web, chair: Browser, planned):
    meeting, (first, second) = planned
    opened(chair, meeting)
    assigned(web, chair, meeting, first)
    web.done("village_secretary", first, "decline", **world.DECLINED)
    page = chair.get(f"/meetings/{meeting}/closing")
    assert "未生效" in page.text
    assert "会前已不在待议，现在是「不予受理」" in page.text
    assert "还有 1 件没有议" in page.text

    page = chair.submit(page.form(button="散会，生成纪要"))

    assert "未生效：会前已不在待议，现在是「不予受理」" in page.text.replace("： ", "：")
    assert web.state(second) == "village_queued"


def test_closing_twice_closes_once(web: Web, chair: Browser, planned):
    meeting, _ = planned
    opened(chair, meeting)
    form = chair.get(f"/meetings/{meeting}/closing").form(button="散会，生成纪要")

    first, again = chair.submit(form), chair.submit(form)

    assert (first.path, again.path, again.status) == (f"/meetings/{meeting}/minutes",) * 2 + (200,)
    assert web.get("village_clerk", f"/v1/meetings/{meeting}")["status"] == "closed"


def test_closing_by_an_old_preview_shows_the_new_one(web: Web, chair: Browser, planned):
    meeting, (first, _) = planned
    opened(chair, meeting)
    form = chair.get(f"/meetings/{meeting}/closing").form(button="散会，生成纪要")
    world.decided(web, meeting, first)

    page = chair.submit(form)

    assert (page.status, page.h1) == (412, "散会前核对")
    assert chair.submit(page.form(button="散会，生成纪要")).path == f"/meetings/{meeting}/minutes"


def test_before_the_closing_there_are_no_minutes(chair: Browser, planned):
    meeting, _ = planned
    page = chair.get(f"/meetings/{meeting}/minutes")

    assert (page.status, page.h1) == (404, "会还没散，纪要散会时生成")


# --- around it -------------------------------------------------------------------------------------------------------


def test_what_came_after_the_opening_is_added_with_a_reason(web: Web, chair: Browser, planned):
    meeting, _ = planned
    opened(chair, meeting)
    late = world.village_queued(web, gist="机耕道塌方收割机进不去")
    page = chair.get(f"/meetings/{meeting}")
    assert "还在等，不在议程上，1 件" in page.text
    page = chair.get(f"/meetings/{meeting}/add/{late}")
    empty = chair.submit(page.form(), {"reason": ""})
    assert empty.status == 422

    page = chair.submit(empty.form(), {"reason": "今晚可能降雨"})

    assert page.path == f"/meetings/{meeting}"
    assert "今晚可能降雨" in screen(web, chair, meeting, late).text


def test_a_special_meeting_is_set_and_a_wrong_time_is_kept(web: Web, chair: Browser):
    page = chair.get("/meetings/new")
    what = f"village_special@{t.VILLAGE}"
    wrong = chair.submit(page.form(), {"what": what, "on_day": "2026-03-06", "on_time": "25:00"})
    assert wrong.status == 422
    assert wrong.form().value("on_time") == "25:00"

    page = chair.submit(wrong.form(), {"on_time": "16:30"})

    assert (page.status, "村临时会" in page.text, "16:30" in page.text) == (200, True, True)
    meeting = page.path.rsplit("/", 1)[1]
    case = world.village_queued(web, gist="养鸭场气味大六户联名")
    assert f"/meetings/{meeting}/add/{case}" in chair.get(f"/meetings/{meeting}").links
    chair.submit(chair.get(f"/meetings/{meeting}/add/{case}").form(), {"reason": "这次会专议"})
    assert f"/meetings/{meeting}/items/1" in chair.get(f"/meetings/{meeting}").links
    web.stepped("village_secretary", meeting, "cancel", {"reason": "改期再开"})
    web.done("village_secretary", case, "decline", **world.DECLINED)


def test_moving_delegating_and_calling_off(web: Web, chair: Browser, planned):
    meeting, _ = planned
    page = chair.get(f"/meetings/{meeting}/arrange")
    wrong = chair.submit(page.form(f"/meetings/{meeting}/delegate"), {"delegate": "village_cadre3"})
    assert wrong.status == 422
    assert wrong.form(f"/meetings/{meeting}/delegate").value("delegate") == "village_cadre3"
    page = chair.submit(wrong.form(f"/meetings/{meeting}/delegate"), {"reason": "到县里开会"})
    assert "王主任3" in page.text
    page = chair.get(f"/meetings/{meeting}/arrange")
    page = chair.submit(page.form(f"/meetings/{meeting}/move"), {"on_day": "2026-03-07", "on_time": "10:00"})
    assert "3月7日（周六）10:00" in page.text
    stands_in = web.browser("village_cadre3").get(f"/meetings/{meeting}")
    assert stands_in.form(button="开会，先点名")
    page = chair.get(f"/meetings/{meeting}/arrange")

    page = chair.submit(page.form(f"/meetings/{meeting}/cancel"), {"reason": "防汛"})

    assert (page.h1, "防汛" in page.text) == ("会议取消了", True)


@pytest.mark.parametrize("part", ["", "/attendance", "/items/1", "/closing", "/briefs"])
def test_in_english_nothing_but_data_is_chinese(web: Web, chair: Browser, planned, part: str):
    meeting, _ = planned
    opened(chair, meeting)
    page = chair.likes(lang="en").get(f"/meetings/{meeting}{part}")

    assert (page.status, flaws_of(page, "en")) == (200, [])
    assert not any(words in page.text for words in ("议题", "顺延", "反映", "主持", "回车"))


def test_the_townships_meeting_works_by_the_same_pages(web: Web):
    case = world.township_queued(web)
    meeting = world.planned(web, town=True)
    chair = web.browser("township_secretary")
    briefs = chair.get(f"/meetings/{meeting}/briefs")
    assert all(words in briefs.text for words in ("需专业力量", "请站所牵头", "司法所", "走过的路"))
    opened(chair, meeting)
    view = web.get("township_secretary", f"/v1/meetings/{meeting}")
    number = next(each["number"] for each in view["items"] if each["case"]["id"] == case)
    page = chair.get(f"/meetings/{meeting}/items/{number}?do=assign_in_township")
    form = decision_form(page, "assign_in_township")
    assert form.value("d.lead_unit") == t.STATION, json.dumps(form.values, ensure_ascii=False)

    chair.submit(form, {"d.case_leader": "leader2"} if "leader2" in form.options("d.case_leader") else
                 {"d.case_leader": "other", "d.case_leader.other": "leader2"})  # fmt: skip

    view = web.get("township_secretary", f"/v1/meetings/{meeting}")
    assert [each["decision"]["trigger"] for each in view["items"] if each["case"]["id"] == case] == [
        "assign_in_township"
    ]
    web.stepped("township_secretary", meeting, "cancel", {"reason": "改期再开"})
