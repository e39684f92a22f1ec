"""Running the system over HTTP: each administrator his part, nothing for himself or another administrator, all of it
kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from api.administration_texts import ACT_TEXTS, OFFICE_TEXTS, SCOPE_TEXTS
from engine.people.accounts import AccountService
from engine.people.acting import COMMAND, HIMSELF
from engine.people.administrators import AdministratorService
from engine.people.journal import ACTS
from engine.people.offices import OFFICES
from engine.people.passwords import PasswordService
from engine.people.scopes import SCOPES
from engine.people.sessions import SessionService
from engine.store.tables import tokens
from tests import township as t
from tests.api import world
from tests.api.client import ADMINISTRATORS, AUDIT, OPERATOR, PEOPLE, SECURITY, Api, office_of, opened, said, settle
from tests.databases import fresh_store
from tests.fast_hashing import fast_hasher


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with fresh_store("sqlite") as store:
        secrets = settle(store)
        with opened(office_of(store), secrets) as client:
            yield client


def asked(api: Api, person: str, path: str, body: Any = None) -> str:
    return said(api.send(person, "POST", path, body))


def acts(api: Api, person: str = AUDIT, **narrow: str) -> list[dict[str, Any]]:
    return list(api.get(person, "/v1/administration", **narrow)["items"])


def hired(api: Api, login: str) -> str:
    """A person with an account, made by the system administrator."""
    assert asked(api, OPERATOR, "/v1/people", {"id": login, "name": "新人", "phone": "13900000009"}) == "201"
    assert asked(api, OPERATOR, "/v1/accounts", {"login": login, "person": login}) == "201"
    return login


def with_token(api: Api, login: str, **asking: Any) -> dict[str, Any]:
    body = {"login": login, "label": "接口", "scope": "act"} | asking
    answer = api.send(SECURITY, "POST", "/v1/tokens", body)
    assert answer.status_code == 201, answer.text
    api.tokens[login] = answer.json()["token"]
    return dict(answer.json())


# --- a whole beginning -----------------------------------------------------------------------------------------------


def test_two_administrators_together_bring_somebody_to_work_and_neither_alone(api: Api):
    """The system administrator registers, the security administrator lets in."""
    hired(api, "fresh")
    assert asked(api, SECURITY, "/v1/people", {"name": "新人"}) == "403 not_administrator"
    assert asked(api, SECURITY, "/v1/accounts", {"login": "own"}) == "403 not_administrator"
    body = {"login": "fresh", "label": "接口", "scope": "act"}
    assert asked(api, OPERATOR, "/v1/tokens", body) == "403 not_administrator"
    with_token(api, "fresh")
    case = world.reported(api)
    assert said(api.send("fresh", "GET", f"/v1/cases/{case}")) == "404 case_not_found"

    post = {"person": "fresh", "role": "village_clerk", "unit": t.VILLAGE}
    assert asked(api, OPERATOR, "/v1/posts", post) == "403 not_administrator"
    given = api.send(SECURITY, "POST", "/v1/posts", post).json()

    assert said(api.send("fresh", "GET", f"/v1/cases/{case}")) == "200"
    assert (given["role"], given["place"]["code"], given["valid_from"]) == ("village_clerk", t.VILLAGE, "2026-03-06")
    assert asked(api, SECURITY, f"/v1/posts/{given['id']}/end", {}) == "200"
    assert said(api.send("fresh", "GET", f"/v1/cases/{case}")) == "404 case_not_found"


def test_what_they_did_is_kept_with_their_office_and_without_secrets_or_names(api: Api):
    hired(api, "kept")
    secret = with_token(api, "kept")["token"]
    password = api.send(SECURITY, "POST", "/v1/accounts/kept/password").json()["password"]

    found = [(each["login"], each["office"], each["act"]) for each in acts(api, object="kept")]

    assert found == [
        (SECURITY, "security", "password_given"), (SECURITY, "security", "token_issued"),
        (OPERATOR, "system", "account_added"), (OPERATOR, "system", "person_added"),
    ]  # fmt: skip
    whole = api.send(AUDIT, "GET", "/v1/administration", limit="200").text
    assert not [each for each in (secret, password, "新人", "13900000009") if each in whole]


def test_what_is_refused_leaves_no_trace_of_having_happened(api: Api):
    before = len(acts(api, limit="200"))

    assert asked(api, "village_secretary", "/v1/people", {"name": "新人"}) == "403 not_administrator"
    assert asked(api, OPERATOR, "/v1/accounts", {"login": "linzhang"}) == "422 fields login:login_taken"

    assert len(acts(api, limit="200")) == before


def test_a_name_is_told_in_the_readers_language(api: Api):
    newest = api.send(AUDIT, "GET", "/v1/administration", language="en", limit="1").json()["items"][0]

    assert newest["title"].isascii()
    assert not acts(api, limit="1")[0]["title"].isascii()


# --- pages of lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "path", "key"),
    [
        (OPERATOR, "/v1/accounts", "login"),
        (SECURITY, "/v1/tokens", "id"),
        (SECURITY, "/v1/register", "id"),
        (AUDIT, "/v1/administration", "id"),
    ],
)
def test_lists_go_on_where_they_stopped(api: Api, person, path, key):
    whole = [each[key] for each in api.get(person, path, limit="200")["items"]]
    found, cursor = [], None
    while True:
        page = api.get(person, path, limit="7", **({"cursor": cursor} if cursor else {}))
        found += [each[key] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert found == whole
    assert len(set(whole)) == len(whole) > 7


def test_accounts_are_found_by_part_of_a_login_or_a_name(api: Api):
    by_login = api.get(OPERATOR, "/v1/accounts", q="zuzhang")["items"]
    by_name = api.get(SECURITY, "/v1/accounts", q=by_login[0]["person"]["name"])["items"]

    assert {each["login"] for each in by_login} == {login for login in PEOPLE if "zuzhang" in login}
    assert by_login[0]["login"] in {each["login"] for each in by_name}


def test_administrators_are_among_the_accounts_with_their_offices(api: Api):
    found = {each["login"]: each for each in api.get(AUDIT, "/v1/accounts", limit="200")["items"]}

    assert {login: found[login]["offices"] for login in ADMINISTRATORS} == {
        login: [office] for login, office in ADMINISTRATORS.items()
    }
    assert found[AUDIT]["person"] is None
    assert found["linzhang"]["offices"] == []


def test_telephones_are_masked(api: Api):
    (found,) = api.get(SECURITY, "/v1/register", q="李婶")["items"]

    assert (found["id"], found["phone"]) == ("lishen", "100****0001")


# --- nothing for himself, nothing about administrators ---------------------------------------------------------------


@pytest.mark.parametrize("login", ADMINISTRATORS)
@pytest.mark.parametrize("what", ["password", "sessions/end", "factor/remove"])
def test_administrators_accounts_are_for_the_command_line(api: Api, login, what):
    assert asked(api, SECURITY, f"/v1/accounts/{login}/{what}") == "403 by_command_alone"


@pytest.mark.parametrize("login", ADMINISTRATORS)
def test_no_administrator_ends_another_or_gives_him_a_token_or_takes_it(api: Api, login):
    body = {"login": login, "label": "接口", "scope": "act"}
    (token,) = [each["id"] for each in api.get(AUDIT, "/v1/tokens", login=login)["items"]]

    assert asked(api, OPERATOR, f"/v1/accounts/{login}/end") == "403 by_command_alone"
    assert asked(api, SECURITY, "/v1/tokens", body) == "403 by_command_alone"
    if login != SECURITY:
        assert asked(api, SECURITY, f"/v1/tokens/{token}/revoke") == "403 by_command_alone"


def test_nobody_appoints_over_http(api: Api):
    paths = set(api.get(None, "/openapi.json")["paths"])

    assert not [path for path in paths if "administrators" in path or "office" in path]


def test_the_human_who_holds_the_office_gives_himself_nothing(api: Api):
    """`leader2` is the security administrator, too, under another login."""
    register = AccountService(api.office.store)
    register.add("second_security", None, operator=False)
    AdministratorService(api.office.store).appoint("second_security", "security", "leader2")
    api.tokens["second_security"] = register.issue_token("second_security", "test").secret
    post = {"person": "leader2", "role": "township_secretary", "unit": t.TOWNSHIP}
    (held,) = api.get(SECURITY, "/v1/posts?person=leader2")["items"]

    for path, body in (
        ("/v1/posts", post),
        (f"/v1/posts/{held['id']}/end", {}),
        ("/v1/tokens", {"login": "leader2", "label": "接口", "scope": "act"}),
        ("/v1/accounts/leader2/password", None),
        ("/v1/accounts/leader2/factor/remove", None),
    ):
        assert asked(api, "second_security", path, body) == "403 not_for_oneself", path
    assert asked(api, SECURITY, "/v1/posts", post) == "201"


# --- the audit administrator -----------------------------------------------------------------------------------------


def test_the_auditor_reads_and_the_security_administrator_reads_about_him(api: Api):
    register = AccountService(api.office.store)
    register.add("auditor3", None, operator=False)
    AdministratorService(api.office.store).appoint("auditor3", "audit")

    everything = {each["act"] for each in acts(api, limit="200")}
    of_audit = acts(api, SECURITY, limit="200")

    assert {"account_added", "office_given", "token_issued"} <= everything
    assert ("auditor3", "office_given") in [(each["object"], each["act"]) for each in of_audit]
    audit = {AUDIT, "auditor3"}
    assert all({each["login"], each["object"]} & audit for each in of_audit)
    assert {each["office"] for each in acts(api, login=OPERATOR)} == {"system"}


def test_the_command_line_leaves_the_name_of_the_machines_user(api: Api):
    found = [each for each in acts(api, object=OPERATOR) if each["act"] == "office_given"]

    assert [(each["login"], each["office"]) for each in found] == [(None, "command")]
    assert found[0]["machine_user"]


# --- scope and expiry ------------------------------------------------------------------------------------------------


def test_a_reading_token_reads_and_changes_nothing(api: Api):
    hired(api, "reading")
    api.send(SECURITY, "POST", "/v1/posts", {"person": "reading", "role": "village_clerk", "unit": t.VILLAGE})
    with_token(api, "reading", scope="read")
    case = world.reported(api)

    assert said(api.send("reading", "GET", f"/v1/cases/{case}")) == "200"
    answer = api.fire("reading", case, "note", text="看到了")
    assert said(answer) == "403 out_of_scope"
    assert answer.json()["detail"] == "这个令牌的范围不包括这样做"
    assert said(api.send("reading", "POST", "/v1/workflows/check", raw=b"a", content_type="application/yaml")) == (
        "403 out_of_scope"
    )
    assert api.get("reading", "/v1/me")["scope"] == "read"


def test_a_feeding_token_opens_the_feed_and_its_files_alone(api: Api):
    hired(api, "feeding")
    api.send(SECURITY, "POST", "/v1/posts", {"person": "feeding", "role": "village_clerk", "unit": t.VILLAGE})
    with_token(api, "feeding", scope="feed")
    missing = f"/v1/files/{t.TOWNSHIP}-01KAZ0C3W8N5T2Q7R4X6V9B1MD"

    found = {path: said(api.send("feeding", "GET", path)) for path in ("/v1/me", "/v1/events", missing, "/v1/cases",
             "/v1/units", "/v1/people", "/v1/tokens", "/v1/inbox")}  # fmt: skip

    assert [path for path, told in found.items() if told == "200"] == ["/v1/me", "/v1/events"]
    assert found[missing] == "404 file_not_found"
    assert {told for path, told in found.items() if path.split("/")[2] not in ("me", "events", "files")} == {
        "403 out_of_scope"
    }


def test_a_token_works_for_a_year_where_nobody_says_and_for_two_at_most(api: Api):
    now = datetime.now(UTC)
    until = datetime.fromisoformat(with_token(api, hired(api, "yearly"))["expires_at"])
    too_late = {
        "login": "yearly",
        "label": "接口",
        "scope": "act",
        "expires_at": (now + timedelta(days=731)).isoformat(),
    }

    assert abs(until - now - timedelta(days=365)) < timedelta(minutes=1)
    assert asked(api, SECURITY, "/v1/tokens", too_late) == "422 fields expires_at:expires_too_late"
    past = too_late | {"expires_at": "2026-01-01T00:00:00+08:00"}
    assert asked(api, SECURITY, "/v1/tokens", past) == "422 fields expires_at:expires_in_the_past"


def test_an_expired_token_opens_nothing_and_one_without_an_end_still_does(api: Api):
    ident = with_token(api, hired(api, "lapsing"))["id"]
    row = sa.update(tokens).where(tokens.c.id == ident)

    with api.office.store.begin() as tx:
        tx.execute(row.values(expires_at=None))
    assert said(api.send("lapsing", "GET", "/v1/me")) == "200"
    shown = api.get(SECURITY, "/v1/tokens", login="lapsing")["items"][0]
    assert (shown["expires_at"], shown["works"], shown["ends_soon"]) == (None, True, False)

    with api.office.store.begin() as tx:
        tx.execute(row.values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert said(api.send("lapsing", "GET", "/v1/me")) == "401 unauthorized"


def test_a_token_that_ends_within_thirty_days_is_marked(api: Api):
    near = (datetime.now(UTC) + timedelta(days=29)).isoformat()
    with_token(api, hired(api, "nearly"), expires_at=near)

    assert [each["ends_soon"] for each in api.get("nearly", "/v1/tokens")["items"]] == [True]


def test_everybody_sees_and_revokes_his_own_tokens_and_nobody_elses(api: Api):
    mine, other = with_token(api, hired(api, "mine"))["id"], with_token(api, hired(api, "other"))["id"]

    assert [each["id"] for each in api.get("mine", "/v1/tokens")["items"]] == [mine]
    assert said(api.send("mine", "GET", "/v1/tokens", login="other")) == "403 not_administrator"
    assert asked(api, "mine", f"/v1/tokens/{other}/revoke") == "403 not_administrator"
    unknown = "tk-01KAZ9Q4W2N6T1Q8R5X3V7B0MD"
    assert asked(api, "mine", f"/v1/tokens/{unknown}/revoke") == "403 not_administrator"
    assert asked(api, SECURITY, f"/v1/tokens/{unknown}/revoke") == "404 token_not_found"
    assert asked(api, "mine", f"/v1/tokens/{mine}/revoke") == "200"
    assert said(api.send("mine", "GET", "/v1/me")) == "401 unauthorized"


# --- accounts --------------------------------------------------------------------------------------------------------


def test_an_ended_account_opens_nothing_and_its_login_is_not_given_again(api: Api):
    with_token(api, hired(api, "leaving"))

    ended = api.send(OPERATOR, "POST", "/v1/accounts/leaving/end").json()
    assert (ended["login"], ended["active"]) == ("leaving", False)
    assert asked(api, OPERATOR, "/v1/accounts/leaving/end") == "200"  # harmless
    assert said(api.send("leaving", "GET", "/v1/me")) == "401 unauthorized"
    assert asked(api, OPERATOR, "/v1/accounts", {"login": "leaving"}) == "422 fields login:login_taken"
    body = {"login": "leaving", "label": "接口", "scope": "act"}
    assert asked(api, SECURITY, "/v1/tokens", body) == "422 fields login:account_ended"


def test_a_one_time_password_lets_in_once_seen_and_signs_out_everywhere(api: Api):
    hired(api, "forgetful")
    store, day = api.office.store, t.NOW.date()
    session = SessionService(store).begin("forgetful", remember=False, day=day)

    given = api.send(SECURITY, "POST", "/v1/accounts/forgetful/password").json()

    assert SessionService(store).who(session.secret, day) is None
    checked = PasswordService(store, fast_hasher()).check("forgetful", given["password"], source="test")
    assert checked.must_change is given["must_change"] is True


def test_sessions_are_counted_and_ended(api: Api):
    hired(api, "busy")
    for _ in range(2):
        SessionService(api.office.store).begin("busy", remember=False, day=t.NOW.date())

    answer = api.send(SECURITY, "POST", "/v1/accounts/busy/sessions/end")

    assert answer.json() == {"login": "busy", "ended": 2}


@pytest.mark.parametrize("what", ["end", "password", "sessions/end"])
def test_an_unknown_account_is_not_found_by_who_may(api: Api, what):
    person = OPERATOR if what == "end" else SECURITY

    assert asked(api, person, f"/v1/accounts/nobody/{what}") == "404 account_not_found"
    assert asked(api, person, f"/v1/accounts/no body/{what}") == "404 account_not_found"
    assert asked(api, "linzhang", f"/v1/accounts/nobody/{what}") == "403 not_administrator"


# --- people and posts ------------------------------------------------------------------------------------------------


def test_the_same_person_again_changes_nothing_and_another_under_his_id_is_refused(api: Api):
    body = {"id": "twice", "name": "陈一", "phone": "13900000001"}

    assert [asked(api, OPERATOR, "/v1/people", body) for _ in range(2)] == ["201", "201"]
    assert asked(api, OPERATOR, "/v1/people", body | {"name": "陈二"}) == "422 fields id:id_taken"
    assert len(acts(api, object="twice")) == 1
    assert asked(api, OPERATOR, "/v1/people", {"name": "陈一", "phone": "村口"}) == "422 fields phone:bad_phone"
    assert asked(api, OPERATOR, "/v1/people", {"id": "system", "name": "陈一"}) == "422 fields id:reserved_id"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"role": "boss"}, "role:unknown_role"),
        ({"unit": "nowhere"}, "unit:unknown_unit"),
        ({"unit": None}, "unit:unit_or_body"),
        ({"body": f"{t.VILLAGE}p01"}, "unit:unit_or_body"),
        ({"person": "nobody"}, "person:unknown_person"),
        ({"valid_from": "2026-03-07", "valid_to": "2026-03-06"}, "valid_to:ends_before_start"),
    ],
)
def test_a_post_that_cannot_be_is_refused_by_its_field(api: Api, change, told):
    body = {"person": "lishen", "role": "village_clerk", "unit": t.VILLAGE}

    assert asked(api, SECURITY, "/v1/posts", body | change) == f"422 fields {told}"
    assert api.get(SECURITY, "/v1/posts?person=lishen")["items"] == []


def test_a_post_at_a_body_is_given_and_may_get_another_last_day(api: Api):
    body = {"person": "zhangsan", "role": "council_member", "body": f"{t.VILLAGE}p01", "valid_from": "2026-03-06"}

    first = api.send(SECURITY, "POST", "/v1/posts", body).json()
    again = api.send(SECURITY, "POST", "/v1/posts", body | {"valid_to": "2026-12-31"}).json()

    assert (again["id"], first["valid_to"], again["valid_to"]) == (first["id"], None, "2026-12-31")


def test_a_post_does_not_end_in_the_past_nor_twice(api: Api):
    body = {"person": "wangson", "role": "village_clerk", "unit": t.VILLAGE, "valid_from": "2026-01-01"}
    path = f"/v1/posts/{api.send(SECURITY, 'POST', '/v1/posts', body).json()['id']}/end"

    assert asked(api, SECURITY, path, {"last_day": "2026-03-04"}) == "422 fields last_day:in_the_past"
    assert asked(api, SECURITY, path, {"last_day": "2026-03-31"}) == "200"
    assert api.send(SECURITY, "POST", path, {}).json()["valid_to"] == "2026-03-05"
    assert asked(api, SECURITY, path, {"last_day": "2026-03-31"}) == "422 fields last_day:ended_before"
    assert asked(api, SECURITY, "/v1/posts/nowhere/end", {}) == "404 post_not_found"


# --- relatives -------------------------------------------------------------------------------------------------------


def test_a_relative_declared_keeps_one_out_at_once_and_only_security_takes_it_off(api: Api):
    case = world.reported(api, reporter="zhangsan")
    declared = api.send("zuzhang", "POST", "/v1/relatives", {"other": "zhangsan", "kind": "brother"})

    assert said(declared) == "201"
    assert said(api.fire("zuzhang", case, "accept")) == "403 never:relative_of_party"
    body = {"person": "zuzhang", "other": "zhangsan", "kind": "brother"}
    assert asked(api, "zuzhang", "/v1/relatives/end", body) == "403 not_administrator"
    assert said(api.fire("zuzhang", case, "accept")) == "403 never:relative_of_party"
    assert asked(api, SECURITY, "/v1/relatives/end", body) == "200"
    assert said(api.fire("zuzhang", case, "accept")) == "200"
    assert asked(api, SECURITY, "/v1/relatives/end", body) == "404 relative_not_found"
    assert [each["act"] for each in acts(api, object="zuzhang")][:2] == ["relative_ended", "relative_declared"]


def test_a_relative_declared_twice_stands_once_and_both_sides_see_it(api: Api):
    body = {"other": "pianzhang", "kind": "cousin"}

    assert [asked(api, "village_clerk", "/v1/relatives", body) for _ in range(2)] == ["201", "201"]
    mine = api.get("village_clerk", "/v1/relatives")["items"]
    assert [(each["other"]["id"], each["kind"], each["valid_from"]) for each in mine] == [
        ("pianzhang", "cousin", "2026-03-06")
    ]
    assert mine[0] in api.get("pianzhang", "/v1/relatives")["items"]
    assert len([each for each in acts(api, object="village_clerk") if each["act"] == "relative_declared"]) == 1


def test_names_of_another_township_cannot_be_tried_out(api: Api):
    for other in ("village_clerk_other", "nobody"):
        body = {"other": other, "kind": "cousin"}
        assert asked(api, "linzhang", "/v1/relatives", body) == "422 fields other:unknown_person"
    assert asked(api, "linzhang", "/v1/relatives", {"other": "linzhang", "kind": "cousin"}) == (
        "422 fields other:own_relative"
    )


# --- combined --------------------------------------------------------------------------------------------------------


def test_a_combined_site_says_so_to_everybody(api: Api):
    offices = AdministratorService(api.office.store)
    assert api.get("linzhang", "/v1/me")["warnings"] == []
    offices.set_mode("combined")
    try:
        (zh,) = api.get("linzhang", "/v1/me")["warnings"]
        (en,) = api.send(OPERATOR, "GET", "/v1/me", language="en").json()["warnings"]
        assert "兼任" in zh
        assert en.isascii()
    finally:
        offices.set_mode("apart")


def test_who_holds_all_three_does_all_three(api: Api):
    offices, register = AdministratorService(api.office.store), AccountService(api.office.store)
    register.add("allinone", None, operator=False)
    api.tokens["allinone"] = register.issue_token("allinone", "test").secret
    offices.set_mode("combined")
    try:
        for office in ("system", "security", "audit"):
            offices.appoint("allinone", office)
        assert asked(api, "allinone", "/v1/people", {"name": "新人"}) == "201"
        assert asked(api, "allinone", "/v1/posts", {"person": "lishen", "role": "boss", "unit": t.VILLAGE}) == (
            "422 fields role:unknown_role"
        )
        assert acts(api, "allinone")
        assert asked(api, "allinone", "/v1/accounts/allinone/password") == "403 by_command_alone"
        assert api.get("allinone", "/v1/me")["offices"] == ["system", "security", "audit"]
    finally:
        for office in ("security", "audit"):
            offices.dismiss("allinone", office)
        offices.set_mode("apart")


def test_every_act_office_and_scope_has_its_words():
    assert set(ACT_TEXTS) == set(ACTS)
    assert set(OFFICE_TEXTS) == {*OFFICES, COMMAND, HIMSELF}
    assert set(SCOPE_TEXTS) == set(SCOPES)
