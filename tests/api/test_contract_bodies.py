"""What a body may hold: every wrong value is named by its field, changes nothing, and is never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests import township as t
from tests.api import world
from tests.api.client import EMPTY_VILLAGE, REPORT, Api, opened, said, settle
from tests.api.fields_workflow import register_workflow
from tests.databases import fresh_store


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Beside the rules of the township a workflow with a field of every type."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        office, _ = t.open_test_office(store, *t.default_rules(), register_workflow())
        with opened(office, tokens) as client:
            yield client


def opening(api: Api, person="linzhang", unit=t.NEIGHBOURHOOD, **body):
    return api.send(person, "POST", "/v1/cases", {"unit": unit, "data": REPORT, **body})


def reporting(api: Api, **data):
    return opening(api, data=REPORT | data)


def entering(api: Api, **data):
    return opening(api, workflow="register", data=data)


def noting(api: Api, **body):
    case = world.reported(api)
    sent = {"trigger": "note", "data": {"text": "看到了"}, **body}
    return api.send("zuzhang", "POST", f"/v1/cases/{case}/transitions", sent, version=1)


def count(api: Api) -> int:
    return len(api.get("auditor_county", "/v1/cases", limit="200")["items"])


# --- values of the township's rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"gist": "五个字长"}, "gist:too_short"),
        ({"gist": "长" * 20_000}, "gist:too_long"),
        ({"content": "长" * 20_000}, "content:too_long"),
        ({"gist": None}, "gist:missing"),
        ({"gist": "   \n\t  "}, "gist:missing"),
        ({"gist": 123456}, "gist:not_text"),
        ({"gist": ["一二三四五六"]}, "gist:not_text"),
        ({"gist": {"zh": "一二三四五六"}}, "gist:not_text"),
        ({"gist": "一二三\x00四五六"}, "gist:control_character"),
        ({"gist": "一二三\x1b[31m四五六"}, "gist:control_character"),
        ({"content": "一二三\ud800四五六"}, "content:control_character"),
        ({"category": "nonsense"}, "category:not_a_choice"),
        ({"category": ["dispute"]}, "category:not_a_choice"),
        ({"category": True}, "category:not_a_choice"),
        ({"category": "矛盾纠纷"}, "category:not_a_choice"),
        ({"heard_on": "2026-02-30"}, "heard_on:no_such_day"),
        ({"heard_on": "2026-13-01"}, "heard_on:no_such_day"),
        ({"heard_on": "2026-2-3"}, "heard_on:not_a_date"),
        ({"heard_on": "２０２６-０３-０５"}, "heard_on:not_a_date"),
        ({"heard_on": "2026-03-05T00:00:00+08:00"}, "heard_on:not_a_date"),
        ({"heard_on": 20260305}, "heard_on:not_a_date"),
        ({"heard_on": "2026-03-07"}, "heard_on:after_today"),
        ({"reporter": {"name": "李😀"}}, "reporter:bad_name"),
        ({"reporter": {"name": "李\n婶"}}, "reporter:bad_name"),
        ({"reporter": {"name": "李\u202e婶"}}, "reporter:bad_name"),
        ({"reporter": {"name": "李\x00婶"}}, "reporter:control_character"),
        ({"reporter": {"name": "李\udfff婶"}}, "reporter:control_character"),
        ({"reporter": {"name": "  "}}, "reporter:bad_name"),
        ({"reporter": {"name": "李" * 41}}, "reporter:bad_name"),
        ({"reporter": {"name": 5}}, "reporter:not_text"),
        ({"reporter": {"phone": "13812341234"}}, "reporter:not_a_person"),
        ({"reporter": {"name": "李婶", "age": 5}}, "reporter:not_a_person"),
        ({"reporter": {"name": "李婶", "phone": "138123412345"}}, "reporter:bad_phone"),
        ({"reporter": {"name": "李婶", "phone": "1381234123"}}, "reporter:bad_phone"),
        ({"reporter": {"name": "李婶", "phone": "１３８１２３４１２３４"}}, "reporter:bad_phone"),
        ({"reporter": {"name": "李婶", "phone": 13812341234}}, "reporter:bad_phone"),
        ({"reporter": "nobody"}, "reporter:unknown_person"),
        ({"reporter": 5}, "reporter:unknown_person"),
        ({"reporter": "x" * 500}, "reporter:unknown_person"),
        ({"colour": "red"}, "colour:unknown_field"),
        ({"colour": None}, "colour:unknown_field"),
        ({"measure": "上门调解"}, "measure:unknown_field"),
        ({"responsible": "zuzhang"}, "responsible:unknown_field"),
    ],
)  # fmt: skip
def test_every_wrong_value_is_named_by_its_field(api: Api, data, problem):
    before = count(api)

    answer = api.send(
        "linzhang", "POST", "/v1/cases", raw=json.dumps({"unit": t.WUCHANG, "data": REPORT | data}).encode()
    )

    assert said(answer) == f"422 fields {problem}"
    assert answer.json()["errors"][0]["message"]
    assert count(api) == before


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"reporter": {"name": "买买提·吐尔逊江·阿不"}}, None),
        ({"reporter": {"name": "阿卜杜热西提买买提江吐"}}, None),
        ({"reporter": {"name": "𠮷田婶", "phone": "07341234567"}}, {"name": "𠮷田婶", "phone": "0734****4567"}),
        ({"reporter": {"name": "O'Brien (Li)"}}, None),
        ({"reporter": {"name": "李婶", "phone": "13812341234"}}, {"name": "李婶", "phone": "138****1234"}),
        ({"content": "第一行\n第二行\t缩进 😀"}, None),
        ({"content": "长" * 8000}, None),
        ({"gist": "六个字的事由"}, None),
        ({"heard_on": "2026-03-06"}, None),
        ({"heard_on": "2024-02-29"}, None),
    ],
)
def test_what_fits_is_kept_as_it_was_written(api: Api, data, kept):
    answer = reporting(api, **data)

    assert said(answer) == "201"
    (name,) = data
    assert answer.json()["data"][name] == (kept or data[name])


def test_a_name_of_eleven_characters_is_masked_in_lists_by_its_ends(api: Api):
    name = "买买提吐尔逊江阿不都拉"
    case = reporting(api, reporter={"name": name}).json()["id"]

    (listed,) = [each for each in api.get("zuzhang", "/v1/cases", limit="200")["items"] if each["id"] == case]
    assert len(name) == 11
    assert listed["data"]["reporter"] == {"name": "买*********拉"}


def test_all_wrong_fields_are_told_at_once(api: Api):
    answer = reporting(api, gist="短", category="x", heard_on="2026-02-30", reporter={"name": "😀"}, colour=1)

    assert said(answer) == (
        "422 fields colour:unknown_field category:not_a_choice gist:too_short heard_on:no_such_day reporter:bad_name"
    )


# --- values of every type --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("sure", "true", "not_a_flag"),
        ("sure", 1, "not_a_flag"),
        ("number", "5", "not_an_integer"),
        ("number", 5.0, "not_an_integer"),
        ("number", True, "not_an_integer"),
        ("number", 0, "under"),
        ("number", 100, "over"),
        ("number", 10**400, "not_an_integer"),
        ("cost", 12, "not_money"),
        ("cost", "12.345", "not_money"),
        ("cost", "1e3", "not_money"),
        ("cost", "-1.00", "under"),
        ("cost", "5000.01", "over"),
        ("day", "31.12.2026", "not_a_date"),
        ("after", "2026-03-05", "before_today"),
        ("who", {"name": ""}, "bad_name"),
        ("chief", {"name": "李婶"}, "unknown_person"),
        ("villager", "@operator", "unknown_person"),
        ("where", t.OTHER_VILLAGE, "unknown_unit"),
        ("where", {"code": t.VILLAGE}, "unknown_unit"),
        ("home", "h9", "unknown_household"),
        ("tags", "one", "not_a_list"),
        ("tags", ["一", "二", "三", "四"], "too_long"),
        ("tags", ["一", 2], "not_text"),
        ("places", [t.VILLAGE, t.OTHER_VILLAGE], "unknown_unit"),
        ("kind", "c", "not_a_choice"),
    ],
)
def test_every_type_of_field_says_what_is_wrong(api: Api, name, value, code):
    assert said(entering(api, **{name: value})) == f"422 fields {name}:{code}"


def test_every_type_of_field_takes_what_fits_and_gives_it_back(api: Api):
    given = {
        "words": "两个字起", "kind": "a", "sure": False, "number": 99, "cost": "1250", "day": "2000-01-01",
        "after": "2026-03-06", "who": "lishen", "chief": "zuzhang", "villager": "zhangsan", "where": t.STATION,
        "home": "h1", "tags": ["一", "二"], "places": [t.VILLAGE, t.SIBLING],
    }  # fmt: skip
    kept = entering(api, **given)

    assert said(kept) == "201"
    assert kept.json()["data"] == given | {
        "cost": "1250.00",
        "who": {"id": "lishen", "name": "李婶"},
        "chief": {"id": "zuzhang", "name": "高组长"},
        "villager": {"id": "zhangsan", "name": "张三"},
        "where": {"code": t.STATION, "name": "司法所"},
        "places": [{"code": t.VILLAGE, "name": "陈桥村"}, {"code": t.SIBLING, "name": "香湖村"}],
    }


# --- the body itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"data": REPORT}, "unit:missing"),
        ({"unit": t.WUCHANG, "data": REPORT, "colour": 1}, "colour:unknown_key"),
        ({"unit": t.WUCHANG, "data": REPORT, "state": "struck_off"}, "state:unknown_key"),
        ({"unit": t.WUCHANG, "data": REPORT, "on_behalf": "lishen"}, "on_behalf:unknown_key"),
        ({"unit": t.WUCHANG, "data": []}, "data:bad_shape"),
        ({"unit": t.WUCHANG, "data": "x"}, "data:bad_shape"),
        ({"unit": 5, "data": REPORT}, "unit:bad_shape"),
        ({"unit": "a b", "data": REPORT}, "unit:bad_pattern"),
        ({"unit": "u" * 65, "data": REPORT}, "unit:bad_pattern"),
        ({"unit": t.WUCHANG, "data": REPORT, "trigger": "Report"}, "trigger:bad_pattern"),
        ({"unit": t.WUCHANG, "data": REPORT, "trigger": ""}, "trigger:bad_pattern"),
        ({"unit": t.WUCHANG, "data": REPORT, "workflow": "Issue Escalation"}, "workflow:bad_pattern"),
        ({"unit": t.WUCHANG, "data": REPORT, "workflow": "nonsense"}, "workflow:unknown_workflow"),
        ({"unit": t.WUCHANG, "data": REPORT, "workflow": "issue-escalation/2"}, "workflow:unknown_workflow"),
        ({"unit": t.WUCHANG, "data": REPORT, "trigger": "nonsense"}, "trigger:unknown_trigger"),
        ({"unit": t.WUCHANG, "data": REPORT, "note": "长" * 20_000}, "note:too_long"),
        ({"unit": t.WUCHANG, "data": REPORT, "note": "\x00"}, "note:bad_shape"),
        ({"unit": t.WUCHANG, "data": REPORT, "note": "\ud83d"}, "note:bad_shape"),
        ({"unit": t.WUCHANG, "data": REPORT, "note": 5}, "note:bad_shape"),
        ({"unit": t.VILLAGE, "data": REPORT}, "unit:unit_too_high"),
        ({"unit": t.STATION, "data": REPORT}, "unit:unit_too_high"),
    ],
)
def test_a_body_of_another_form_names_what_is_wrong(api: Api, body, problem):
    raw = json.dumps(body).encode()

    assert said(api.send("township_party_office", "POST", "/v1/cases", raw=raw)) == f"422 fields {problem}"


@pytest.mark.parametrize("raw", [b"[]", b"null", b"5", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_refused_as_a_whole(api: Api, raw):
    assert said(api.send("linzhang", "POST", "/v1/cases", raw=raw)) == "422 fields body:bad_shape"


def test_a_body_must_be_there_and_be_json(api: Api):
    assert said(api.send("linzhang", "POST", "/v1/cases")) == "422 fields body:missing"
    text = json.dumps({"unit": t.WUCHANG, "data": REPORT}).encode()
    assert (
        said(api.send("linzhang", "POST", "/v1/cases", raw=text, content_type="text/plain"))
        == "422 fields body:bad_shape"
    )
    form = b"unit=430482109223w01"
    kind = "application/x-www-form-urlencoded"
    assert said(api.send("linzhang", "POST", "/v1/cases", raw=form, content_type=kind)) == "422 fields body:bad_shape"


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b'{"unit": "\xff"}', b"{'unit': 1}", b'{"a": 1}{"b": 2}',
                                 b'{"data": ' + b"[" * 100_000, b"9" * 5000])  # fmt: skip
def test_json_that_cannot_be_read_is_told_so(api: Api, raw):
    assert said(api.send("linzhang", "POST", "/v1/cases", raw=raw)) == "400 unreadable"


@pytest.mark.parametrize("raw", [b"{", b'{"unit": ', b"\x00"])
def test_json_that_cannot_be_read_is_not_even_told_without_a_token(api: Api, raw):
    assert said(api.send(None, "POST", "/v1/cases", raw=raw)) == "401 unauthorized"


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "1e999", "-0.0"])
def test_numbers_that_are_none_are_no_values(api: Api, written):
    raw = f'{{"workflow": "register", "unit": "{t.WUCHANG}", "data": {{"number": {written}}}}}'.encode()

    assert said(api.send("linzhang", "POST", "/v1/cases", raw=raw, key=written)) == "422 fields number:not_an_integer"


@pytest.mark.parametrize("field", ["gist", "reporter", "colour"])
def test_a_value_nested_as_deep_as_is_read_is_only_a_wrong_value(api: Api, field):
    nested = "[" * 18 + "]" * 18
    raw = f'{{"unit": "{t.WUCHANG}", "data": {{"{field}": {nested}}}}}'.encode()

    assert api.send("linzhang", "POST", "/v1/cases", raw=raw).status_code == 422


@pytest.mark.parametrize("depth", [1, 5, 15])
def test_a_value_nested_less_deep_is_a_wrong_value(api: Api, depth):
    raw = f'{{"unit": "{t.WUCHANG}", "data": {{"gist": {"[" * depth + "]" * depth}}}}}'.encode()

    assert api.send("linzhang", "POST", "/v1/cases", raw=raw).status_code == 422


def test_keys_that_nobody_could_store_are_refused_without_a_stumble(api: Api):
    for raw in (
        b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        b'{"unit": "x", "data": {"\\ud800": 1}}',
        b'{"' + b"k" * 9000 + b'": 1}',
    ):
        assert api.send("linzhang", "POST", "/v1/cases", raw=raw).status_code == 422  # fmt: skip


def test_a_field_whose_name_is_none_is_still_called_by_it(api: Api):
    assert said(reporting(api, Colour="red")) == "422 fields Colour:unknown_field"


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("occurred_at", "2026-03-05T09:00:00", "time_without_offset"),
        ("client_at", "2026-03-05T09:00:00", "time_without_offset"),
        ("occurred_at", "2026-03-05", "time_without_offset"),
        ("occurred_at", "yesterday", "bad_shape"),
        ("occurred_at", "2026-02-30T09:00:00+08:00", "bad_shape"),
        ("occurred_at", "0001-01-01T00:00:00+08:00", "bad_shape"),
        ("client_at", "9999-12-31T23:59:59-08:00", "bad_shape"),
        ("occurred_at", True, "bad_shape"),
        ("occurred_at", "2026-03-06T09:00:01+08:00", "after_now"),
        ("occurred_at", "2199-12-31T23:59:59-12:00", "after_now"),
    ],
)
def test_a_time_has_its_offset_and_has_happened(api: Api, name, value, code):
    assert said(noting(api, **{name: value})) == f"422 fields {name}:{code}"


@pytest.mark.parametrize("value", [1_700_000_000, 1.7e9, "1700000000", 0])
def test_a_bare_number_is_no_time(api: Api, value):
    assert noting(api, occurred_at=value).status_code == 422


@pytest.mark.parametrize(
    "value", ["2026-03-06T09:00:00+08:00", "2026-03-06T01:00:00Z", "1999-12-31T23:59:59.999-11:30"]
)
def test_what_has_happened_up_to_now_is_taken(api: Api, value):
    assert said(noting(api, occurred_at=value)) == "200"


def test_a_device_may_be_wrong_about_the_time(api: Api):
    assert said(noting(api, client_at="2031-01-01T00:00:00+08:00")) == "200"


# --- 代报 -------------------------------------------------------------------------------------------------------------


def test_it_is_opened_for_a_registered_person_who_may_then_read_it(api: Api):
    case = opening(api, on_behalf_of="lishen").json()

    assert case["on_behalf_of"] == {"id": "lishen", "name": "李婶"}
    assert case["opener"] == {"id": "linzhang", "name": "刘爹"}
    assert api.get("lishen", f"/v1/cases/{case['id']}")["id"] == case["id"]
    (row,) = api.get("zuzhang", f"/v1/cases/{case['id']}/history")["items"]
    assert (row["actor"]["id"], row["on_behalf_of"]) == ("linzhang", {"id": "lishen", "name": "李婶"})


def test_it_is_opened_for_somebody_who_is_not_registered(api: Api):
    case = opening(api, on_behalf_of={"name": "张小明", "phone": "13812341234"}).json()["id"]

    for person, name in (("zuzhang", "张小明"), ("auditor_township", "张*明")):
        (row,) = api.get(person, f"/v1/cases/{case}/history")["items"]
        assert row["on_behalf_of"] == {"name": name, "phone": "138****1234"}


def test_the_rights_are_those_of_who_sends_it(api: Api):
    case = world.reported(api)
    body = {"trigger": "accept", "on_behalf_of": "zuzhang"}

    assert said(api.send("linzhang", "POST", f"/v1/cases/{case}/transitions", body, version=1)) == "403 role"


@pytest.mark.parametrize(
    ("behalf", "code"),
    [
        ("nobody", "unknown_person"),
        ("@operator", "unknown_person"),
        ({"name": ""}, "bad_name"),
        ({"name": "李😀"}, "bad_name"),
        ({"name": "李婶", "phone": "123456789012"}, "bad_phone"),
        ({"name": "李婶", "phone": ""}, "bad_phone"),
    ],
)
def test_whom_it_is_done_for_is_judged_like_any_person(api: Api, behalf, code):
    assert said(opening(api, on_behalf_of=behalf)) == f"422 fields on_behalf_of:{code}"


@pytest.mark.parametrize("behalf", [5, [], {}, {"name": "李婶", "age": 5}, {"phone": "13812341234"}, "李婶"])
def test_whatever_is_wrong_with_whom_it_is_done_for_is_called_by_that_name(api: Api, behalf):
    errors = opening(api, on_behalf_of=behalf).json()["errors"]

    assert {error["field"] for error in errors} <= {"on_behalf_of", "on_behalf_of.name", "on_behalf_of.age"}


# --- places without people -------------------------------------------------------------------------------------------


def test_where_nobody_is_there_to_receive_it_a_case_says_so(api: Api):
    """No Party group covers the second cluster."""
    case = opening(api, "village_clerk", t.SECOND).json()

    assert case["responsible"] is None
    assert case["flags"] == ["nobody_responsible"]


def test_an_empty_village_has_no_cases_no_people_and_no_meeting(api: Api):
    for path in ("/v1/cases", "/v1/history", "/v1/people", "/v1/meetings"):
        assert api.get("township_secretary", path, unit=EMPTY_VILLAGE) == {"items": [], "next": None}
    assert api.get("township_secretary", "/v1/units", parent=EMPTY_VILLAGE)["items"] == []
    body = {"meeting": "village_weekly", "unit": EMPTY_VILLAGE, "at": world.AT}
    assert said(api.send("township_secretary", "POST", "/v1/meetings", body)) == "403 not_a_member"
    assert said(opening(api, "township_party_office", EMPTY_VILLAGE)) == "422 fields unit:unit_too_high"


# --- meetings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"unit": t.WUCHANG}, "unit:wrong_level"),
        ({"meeting": "township_monthly"}, "unit:wrong_level"),
        ({"meeting": "nonsense"}, "meeting:unknown_meeting"),
        ({"meeting": "Weekly"}, "meeting:bad_pattern"),
        ({"at": "2026-03-06T15:00:00"}, "at:time_without_offset"),
        ({"at": "soon"}, "at:bad_shape"),
        ({"at": None}, "at:bad_shape"),
        ({"workflow": "nonsense"}, "workflow:unknown_workflow"),
        ({"chair": "village_secretary"}, "chair:unknown_key"),
    ],
)
def test_a_meeting_is_set_with_what_it_needs(api: Api, body, problem):
    sent = {"meeting": "village_weekly", "unit": t.VILLAGE, "at": world.AT} | body

    assert said(api.send("village_secretary", "POST", "/v1/meetings", sent)) == f"422 fields {problem}"


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"present": ["village_secretary"], "on_leave": ["village_secretary"]}, "on_leave:present_too"),
        ({"present": ["village_clerk"]}, "chair:not_present"),
        ({"present": ["village_secretary", "village_clerk"], "chair": "village_clerk"}, "chair:may_not_chair"),
        ({"present": ["village_secretary", "linzhang"]}, "present:not_members"),
        ({"present": ["village_secretary"], "on_leave": ["linzhang"]}, "on_leave:not_members"),
        ({"present": ["village_secretary"], "observers": ["nobody"]}, "observers:unknown_person"),
        ({"present": ["village_secretary"], "observers": ["village_clerk"]}, "observers:members_too"),
        ({"present": ["village_secretary"], "recorder": "linzhang"}, "recorder:not_present"),
        ({"present": []}, "chair:not_present"),
        ({}, "present:missing"),
        ({"present": "village_secretary"}, "present:bad_shape"),
        ({"present": ["x"] * 1001}, "present:out_of_bounds"),
        ({"present": ["a b"]}, "present.0:bad_pattern"),
        ({"present": ["village_secretary"], "expected": []}, "expected:unknown_key"),
    ],
)
def test_who_is_there_is_judged_by_who_is_expected(api: Api, body, problems):
    meeting = world.planned(api)
    api.stepped("village_secretary", meeting, "open")

    assert said(api.step("village_clerk", meeting, "attendance", body)) == f"422 fields {problems}"
    assert api.version(meeting) == 2
    api.stepped("village_secretary", meeting, "cancel", {"reason": "改期"})


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "reason:missing"),
        (" \n", "reason:missing"),
        ("长" * 20_000, "reason:too_long"),
        ("\x1b", "reason:control_character"),
        ("\x00", "reason:bad_shape"),
        (None, "reason:bad_shape"),
    ],
)
def test_a_meeting_is_called_off_with_a_reason(api: Api, reason, problem):
    meeting = world.planned(api)

    assert said(api.step("village_secretary", meeting, "cancel", {"reason": reason})) == f"422 fields {problem}"


def test_a_list_of_decisions_is_neither_empty_nor_endless(api: Api):
    meeting = world.in_session(api)
    one = {"case": f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE", "trigger": "carry_over"}

    for decisions in ([], [one] * 501):
        answer = api.step("village_secretary", meeting, "decisions", {"decisions": decisions})
        assert said(answer) == "422 fields decisions:out_of_bounds"
    api.stepped("village_secretary", meeting, "cancel", {"reason": "改期"})
