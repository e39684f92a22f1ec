"""The codes of the contract: which there are, in which order they come, and the problem that comes with each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from api.app import app_of
from engine.cases.rules_folder import read_folder
from engine.people.accounts import AccountService
from engine.store.clock import real_now
from engine.wiring import Unavailable
from tests import township as t
from tests.api import world
from tests.api.client import REPORT, Api, opened, said
from tests.api.in_process import client_of

NOTE = {"trigger": "note", "data": {"text": "看到了"}}
ABSENT = f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"
KEYS = {"type", "title", "status", "detail", "code"}


def fired(api: Api, person, case, body=NOTE, **how):
    return api.send(person, "POST", f"/v1/cases/{case}/transitions", body, **how)


# --- the order: 401, 428, 404, a kept answer, 412, then from, via, never, by, fields, when ---------------------------


@pytest.mark.parametrize("case", ["nonsense", ABSENT])
def test_who_has_no_token_hears_that_first_whatever_else_is_wrong(api: Api, case):
    assert said(fired(api, None, case, {"nothing": 1})) == "401 unauthorized"
    assert said(fired(api, None, case, raw=b"{", version='"x"')) == "401 unauthorized"
    assert said(api.send(None, "GET", "/v1/cases", colour="red")) == "401 unauthorized"


@pytest.mark.parametrize(
    "raw", [b'{"trigger": "\xff"}', b'{"data": ' + b"[" * 50_000, b'{"data": ' + b"9" * 5000 + b"}"]
)
def test_who_has_no_token_hears_that_first_however_broken_the_body_is(api: Api, raw):
    assert said(fired(api, None, ABSENT, raw=raw, version=1)) == "401 unauthorized"


@pytest.mark.parametrize("case", ["nonsense", ABSENT])
def test_a_missing_version_is_told_before_the_case_is_looked_for(api: Api, case):
    assert said(fired(api, "zuzhang", case)) == "428 version_required"


def test_out_of_reach_is_told_before_the_version_is_compared(api: Api):
    case = world.reported(api, world.OTHER)

    assert said(fired(api, "zuzhang", case, version=9)) == "404 case_not_found"


def test_a_kept_answer_is_given_before_the_version_is_compared(api: Api):
    case = world.reported(api)

    assert said(fired(api, "zuzhang", case, version=1, key="kept")) == "200"
    assert said(fired(api, "zuzhang", case, version=1, key="kept")) == "200"
    assert said(fired(api, "zuzhang", case, version=1, key="another")) == "412 stale_version"
    assert api.version(case) == 2


def test_a_stale_version_is_told_before_anything_is_judged(api: Api):
    case = world.reported(api)
    api.done("zuzhang", case, "note", text="看到了")

    for trigger in ("nonsense", "strike_off", "assign_in_village", "accept"):
        assert said(fired(api, "linzhang", case, {"trigger": trigger, "data": {"x": 1}}, version=1)) == (
            "412 stale_version"
        )


def test_what_is_no_command_is_told_before_any_case_is_looked_for(api: Api):
    """So it says nothing of the case: it is the same for one's own, a foreign and an absent one, at any version."""
    case = world.reported(api)
    answers = [
        fired(api, person, each, {"trigger": 5}, version=version).text
        for person, each, version in (
            ("zuzhang", case, 1),
            ("zuzhang", case, 9),
            ("zuzhang_other", case, 1),
            ("zuzhang", ABSENT, 1),
        )
    ]

    assert len(set(answers)) == 1
    assert said(fired(api, "zuzhang", case, {"trigger": 5}, version=1)) == "422 fields trigger:bad_shape"


def test_the_state_is_judged_before_the_meeting(api: Api):
    assert said(api.fire("linzhang", world.reported(api), "assign_in_village", x=1)) == "409 state"


def test_the_meeting_is_judged_before_who_acts(api: Api):
    assert said(api.fire("linzhang", world.village_queued(api), "assign_in_village", x=1)) == "409 only_in_meeting"


def test_who_is_kept_out_is_judged_before_who_is_named(api: Api):
    assert said(api.fire("zuzhang", world.verifying(api), "strike_off", x=1)) == "403 never:handler"


def test_who_acts_is_judged_before_the_fields(api: Api):
    assert said(api.fire("linzhang", world.reported(api), "accept", x=1)) == "403 role"


def test_the_fields_are_judged_before_the_conditions(api: Api):
    case = world.reported(api)
    up = {"reason_code": "no_funds", "reason": "缺资金"}

    assert said(api.fire("zuzhang", case, "refer_to_village", reason="缺资金", x=1)) == (
        "422 fields x:unknown_field reason_code:missing"
    )
    assert said(api.fire("zuzhang", case, "refer_to_village", **up)) == "409 counter:measures_here"


def test_a_trigger_that_no_rule_has_is_a_field(api: Api):
    assert said(api.fire("zuzhang", world.reported(api), "nonsense")) == "422 fields trigger:unknown_trigger"


# --- every status is a problem ---------------------------------------------------------------------------------------


def unreadable(api: Api, **how):
    return api.send("zuzhang", "POST", "/v1/cases", raw=b'{"unit": ', **how)


def too_large(api: Api, **how):
    return api.send("zuzhang", "POST", "/v1/cases", raw=b" " * 1_200_000, **how)


def with_the_store(api: Api, error, method="POST", **how):
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(api.office.store, "begin" if method == "POST" else "read", lambda: raised(error))
        return api.send("linzhang", method, "/v1/cases", {"unit": t.WUCHANG, "data": REPORT}, **how)


def raised(error):
    raise error


ASKS = {
    400: ("unreadable", unreadable),
    401: ("unauthorized", lambda api, **how: api.send(None, "GET", "/v1/me", **how)),
    403: ("role", lambda api, **how: fired(api, "linzhang", world.reported(api), {"trigger": "accept"}, version=1,
                                           **how)),
    404: ("case_not_found", lambda api, **how: api.send("zuzhang", "GET", f"/v1/cases/{ABSENT}", **how)),
    405: ("method_not_allowed", lambda api, **how: api.send("zuzhang", "PUT", "/v1/cases", **how)),
    409: ("state", lambda api, **how: fired(api, "linzhang", world.reported(api), {"trigger": "strike_off"}, version=1,
                                            **how)),
    412: ("stale_version", lambda api, **how: fired(api, "linzhang", world.reported(api), version=7, **how)),
    413: ("too_large", too_large),
    422: ("fields", lambda api, **how: api.send("zuzhang", "POST", "/v1/cases", {"unit": t.WUCHANG}, **how)),
    428: ("version_required", lambda api, **how: fired(api, "linzhang", ABSENT, **how)),
    500: ("broken", lambda api, **how: with_the_store(api, RuntimeError("of ours"), **how)),
    503: ("unavailable", lambda api, **how: with_the_store(api, Unavailable(), **how)),
    507: ("storage_full", lambda api, **how: with_the_store(api, Unavailable(full=True), **how)),
}  # fmt: skip


@pytest.mark.parametrize("status", ASKS)
def test_every_refusal_is_problem_json_in_chinese_and_on_request_in_english(api: Api, status):
    code, ask = ASKS[status]
    chinese, english = ask(api), ask(api, language="en")

    for answer, language in ((chinese, "zh-CN"), (english, "en")):
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
        assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert "accept-language" in answer.headers["vary"].lower()
        assert set(problem) >= KEYS
        assert set(problem) <= KEYS | {"errors", "refused_by", "at"}
        assert problem["type"].startswith("urn:minqing:problem:")
        assert all(problem[name] for name in ("title", "detail"))
    assert chinese.json()["title"] != english.json()["title"]
    assert chinese.json()["detail"] != english.json()["detail"]
    assert english.json()["detail"].isascii()


def test_the_kind_of_problem_stands_in_its_type(api: Api):
    kinds = {status: ask(api).json()["type"].rpartition(":")[2] for status, (_, ask) in ASKS.items()}

    assert len(set(kinds.values())) == len(kinds)
    assert kinds[404] == "not_found"
    assert kinds[422] == "invalid"


def test_what_a_rule_refuses_names_its_line_and_each_field(api: Api):
    answer = api.fire("zuzhang", world.reported(api), "refer_to_village", reason="缺资金", x=1)

    problem = answer.json()
    assert [set(error) for error in problem["errors"]] == [{"field", "code", "message"}] * 2
    assert [error["message"] for error in problem["errors"]] == ["这一步不接受「x」", "请填写「上报原因」"]
    line = problem["refused_by"]
    assert (line["file"], line["ref"]) == ("workflows/issue-escalation/v1.yaml", "T07")
    assert (t.WORKFLOWS.parent / line["file"]).read_text().splitlines()[line["line"] - 1] == "  - ref: T07"


def test_an_address_that_does_not_exist_is_a_problem_too(api: Api):
    assert said(api.send("zuzhang", "GET", "/v1/nothing")) == "404 route_not_found"
    assert said(api.send("zuzhang", "GET", "/nothing")) == "404 route_not_found"
    assert said(api.send("zuzhang", "GET", "/static/../app.py")) == "404 route_not_found"


def test_a_method_that_does_not_exist_names_those_that_do(api: Api):
    answer = api.send("zuzhang", "DELETE", "/v1/cases")

    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "POST"}


# --- who signs in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer mq_wrong", "Basic {token}", "{token}", "bearer  x"]
)
def test_without_a_token_that_works_nobody_gets_in(api: Api, header):
    headers = {"Authorization": header.format(token=api.tokens["zuzhang"])} if header else {}

    answer = api.client.get("/v1/me", headers=headers)

    assert said(answer) == "401 unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_stops_with_its_date_its_revocation_or_its_account(api: Api):
    accounts = AccountService(api.office.store)
    accounts.add("guest", "zhangsan", operator=False)
    revoked = accounts.issue_token("guest", "test")
    kept = accounts.issue_token("guest", "test", expires_at=real_now() + timedelta(days=1))
    api.tokens |= {"revoked": revoked.secret, "kept": kept.secret}

    assert said(api.send("revoked", "GET", "/v1/me")) == said(api.send("kept", "GET", "/v1/me")) == "200"
    accounts.revoke(revoked.id)
    assert said(api.send("revoked", "GET", "/v1/me")) == "401 unauthorized"
    assert said(api.send("kept", "GET", "/v1/me")) == "200"
    accounts.end("guest")
    assert said(api.send("kept", "GET", "/v1/me")) == "401 unauthorized"


# --- the reader's language -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("*", "zh-CN"),
        ("fr", "zh-CN"),
        ("zh", "zh-CN"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN-us", "en"),
        ("en, zh", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.6", "zh-CN"),
        ("en;q=0.6, zh;q=0.5", "en"),
        ("en;q=0", "zh-CN"),
        ("zh;q=0, en;q=0.001", "en"),
        ("fr, en;q=0.3", "en"),
        ("de;q=1.0, zh-TW;q=0.7, en;q=0.3", "zh-CN"),
        (";;;,,q=1", "zh-CN"),
    ],
)
def test_chinese_is_spoken_unless_english_is_wanted_more(api: Api, accept, language):
    answer = api.send(None, "GET", "/v1/me", language=accept)

    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == {"zh-CN": "请先登录", "en": "Sign in first"}[language]


def test_titles_and_field_messages_follow_the_language_too(api: Api):
    case = world.reported(api)
    wrong = api.send("zuzhang", "POST", "/v1/cases", {"unit": t.WUCHANG, "data": {}}, language="en").json()

    assert [error["message"] for error in wrong["errors"]][:2] == ["Fill in Category", "Fill in Gist"]
    assert api.get("zuzhang", f"/v1/cases/{case}")["state_title"] == "已上报待受理"
    assert api.send("zuzhang", "GET", f"/v1/cases/{case}", language="en").json()["state_title"] == "Reported"


# --- the version -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "version", ["1", "", '""', 'W/"1"', "*", '"1", "2"', '"-1"', '"1.0"', '"１"', '"x"', "'1'", '"1', '"1234567890"']
)
def test_a_version_is_a_quoted_number(api: Api, version):
    headers = {"Authorization": f"Bearer {api.tokens['zuzhang']}", "If-Match": version.encode()}

    answer = api.client.post(f"/v1/cases/{world.reported(api)}/transitions", json=NOTE, headers=headers)

    assert said(answer) == "428 bad_version"


def test_any_other_number_is_stale_and_says_both(api: Api):
    answer = fired(api, "zuzhang", world.reported(api), version=999_999_999)

    assert said(answer) == "412 stale_version"
    assert answer.json()["detail"] == "您看到的是第 999999999 版，现在是第 1 版，请刷新后再办"


# --- location, version and links -------------------------------------------------------------------------------------


def test_what_is_made_is_found_where_its_location_says_at_the_version_of_its_etag(api: Api):
    body = {"unit": t.WUCHANG, "data": REPORT}
    meeting = {"meeting": "village_weekly", "unit": t.VILLAGE, "at": world.AT}

    for path, sent in (("/v1/cases", body), ("/v1/meetings", meeting)):
        made = api.send("village_clerk", "POST", path, sent)
        found = api.send("village_clerk", "GET", made.headers["location"])
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        assert (found.json(), found.headers["etag"]) == (made.json(), '"1"')
        assert made.headers["location"] == f"{path}/{made.json()['id']}"


def test_every_change_gives_the_next_version_which_the_next_change_wants(api: Api):
    case = world.reported(api)
    first = fired(api, "zuzhang", case, version='"1"')
    second = fired(api, "zuzhang", case, version=first.headers["etag"])

    assert (first.headers["etag"], second.headers["etag"]) == ('"2"', '"3"')
    assert second.json()["version"] == 3
    assert api.send("zuzhang", "GET", f"/v1/cases/{case}").headers["etag"] == '"3"'


def test_a_meeting_has_its_version_in_every_answer(api: Api):
    meeting = world.in_session(api)
    read = api.send("village_clerk", "GET", f"/v1/meetings/{meeting}")
    preview = api.send("village_clerk", "GET", f"/v1/meetings/{meeting}/closing")
    closed = api.step("village_secretary", meeting, "close")

    assert [answer.headers["etag"] for answer in (read, preview, closed)] == ['"3"', '"3"', '"4"']


def test_the_links_of_a_case_can_be_followed(api: Api):
    case = world.reported(api)
    links = api.get("zuzhang", f"/v1/cases/{case}")["links"]

    assert api.get("zuzhang", links["self"])["id"] == case
    assert api.get("zuzhang", links["triggers"])["case"] == case
    assert [row["case"] for row in api.get("zuzhang", links["history"])["items"]] == [case]
    assert said(api.send("zuzhang", "POST", links["transitions"], NOTE, version=1)) == "200"


def test_a_case_has_what_the_contract_names(api: Api):
    case = api.get("zuzhang", f"/v1/cases/{world.reported(api)}")

    assert set(case) >= {
        "id", "number", "workflow", "workflow_version", "state", "level", "unit", "holder", "data", "version",
        "opened_at", "due_at", "total_due_at", "closed_at", "responsible", "flags", "links",
    }  # fmt: skip
    assert (case["unit"], case["holder"], case["level"]) == (t.NEIGHBOURHOOD, t.WUCHANG, "wuchang")


def test_the_holder_follows_the_level_and_the_unit_stays(api: Api):
    found = [api.get("zuzhang", f"/v1/cases/{way(api)}") for way in (world.village_queued, world.township_queued)]

    assert [case["holder"] for case in found] == [t.VILLAGE, t.TOWNSHIP]
    assert {case["unit"] for case in found} == {t.NEIGHBOURHOOD}


def test_a_number_is_the_month_and_four_digits_and_shows_no_order(api: Api):
    numbers = [api.get("zuzhang", f"/v1/cases/{world.reported(api)}")["number"] for _ in range(12)]

    assert all(re.fullmatch(r"2603-\d{4}", number) for number in numbers)
    assert len(set(numbers)) == 12
    assert numbers != sorted(numbers)


# --- when the database is gone or full -------------------------------------------------------------------------------


@pytest.mark.parametrize(("full", "status", "wait"), [(False, 503, "5"), (True, 507, "300")])
def test_a_database_that_fails_says_when_to_come_again_and_nothing_is_done(api: Api, full, status, wait):
    case = world.reported(api)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(api.office.store, "begin", lambda: raised(Unavailable(full=full)))
        answer = fired(api, "zuzhang", case, version=1, key=f"again-{status}")

    assert (answer.status_code, answer.headers["retry-after"]) == (status, wait)
    assert api.version(case) == 1
    assert said(fired(api, "zuzhang", case, version=1, key=f"again-{status}")) == "200"


def test_reading_fails_in_the_same_way(api: Api):
    assert said(with_the_store(api, Unavailable(), "GET")) == "503 unavailable"


def test_the_process_answers_without_a_database_and_is_not_ready(api: Api):
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(api.office.store, "read", lambda: raised(Unavailable()))
        healthy, ready = api.send(None, "GET", "/healthz"), api.send(None, "GET", "/readyz")

    assert (healthy.status_code, healthy.json()) == (200, {"status": "ok"})
    assert (said(ready), "retry-after" in ready.headers) == ("503 unavailable", True)
    assert api.send(None, "GET", "/readyz").json() == {"status": "ready"}


def test_a_case_whose_rules_are_gone_is_not_served_until_they_are_back(api: Api, tmp_path):
    case = world.reported(api)
    other = tmp_path / "workflows" / "other"
    other.mkdir(parents=True)
    text = (t.WORKFLOWS / "issue-escalation" / "v1.yaml").read_text().replace("issue-escalation", "other", 1)
    (other / "v1.yaml").write_text(text.replace("workflow: issue-escalation", "workflow: other"))
    office, _ = t.open_test_office(api.office.store, *read_folder(tmp_path / "workflows"))

    with opened(office, api.tokens) as without:
        answer = without.send("zuzhang", "GET", f"/v1/cases/{case}")

    assert (said(answer), answer.headers["retry-after"]) == ("503 rules_missing", "300")
    assert said(api.send("zuzhang", "GET", f"/v1/cases/{case}")) == "200"


# --- how large a body may be -----------------------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length(api: Api):
    def in_parts():
        for _ in range(13):
            yield b" " * 100_000

    headers = {"Authorization": f"Bearer {api.tokens['zuzhang']}", "Content-Type": "application/json"}

    assert said(too_large(api)) == "413 too_large"
    assert said(api.client.post("/v1/cases", content=in_parts(), headers=headers)) == "413 too_large"
    assert said(
        api.send("zuzhang", "POST", "/v1/workflows/check", raw=b"#" * 1_200_000, content_type="application/yaml")
    ) == ("413 too_large")


def test_the_limit_is_the_setting_of_the_installation(api: Api):
    with client_of(app_of(api.office, max_body=300)) as small:
        headers = {"Authorization": f"Bearer {api.tokens['zuzhang']}"}
        body = {"unit": t.WUCHANG, "data": REPORT | {"content": "好" * 300}}
        assert said(small.post("/v1/cases", json=body, headers=headers)) == "413 too_large"
        body["data"].pop("content")
        assert said(small.post("/v1/cases", json=body, headers=headers)) == "201"
