"""`minqing demo`: the township of the article with a year of cases, its personas, and what a second start does."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from api.commands.demoing import _told_before
from api.settings import Settings
from engine.audit.verify import verify
from engine.cases.rules_folder import open_rulebook
from engine.people.passwords import PasswordService
from engine.store.tables import bodies, cases, history, meetings, timers, units
from engine.wiring import Store, open_database
from tests import township as t
from tests.api.in_process import client_of
from tests.demo_built import BuiltDemo, built_demo, run_in

END = datetime.fromisoformat("2026-12-25T08:00:00+08:00")
TOWN, OTHER_TOWN = "430482109", "430482110"
VILLAGE_ROLES = ["linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member", "village_clerk",
                 "village_cadre", "village_secretary"]  # fmt: skip
TOWN_ROLES = ["township_party_office", "township_duty", "township_station", "township_leader", "township_secretary",
              "township_discipline", "petition_clerk", "auditor_township"]  # fmt: skip
AFFAIR_ROLES = ["council_head", "treasurer", "household_rep", "members_rep", "village_supervision"]


@dataclass
class Demo:
    """A copy of what `minqing demo` built when it ran first, and the application on it."""

    folder: Path
    first: BuiltDemo
    client: httpx.Client
    store: Store

    @property
    def file(self) -> Path:
        return self.folder / ".minqing" / "demo.db"

    @property
    def accounts_file(self) -> Path:
        return self.folder / ".minqing" / "demo-accounts.json"

    @property
    def accounts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.accounts_file.read_text(encoding="utf-8"))
        return found

    def ask(self, persona: str, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.accounts[persona]['token']}"}
        answer = self.client.get(path, headers=headers, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def everything(self, persona: str, path: str, **query: Any) -> list[Any]:
        items, cursor = [], {}
        while True:
            page = self.ask(persona, path, limit=200, **query, **cursor)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.execute(query).all())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, first = tmp_path_factory.mktemp("demo"), built_demo()
    url = f"sqlite:///{first.copy_to(folder)}"
    store = open_database(url)
    with client_of(create_app(Settings(database_url=url, workflows_dir=t.WORKFLOWS))) as client:
        yield Demo(folder=folder, first=first, client=client, store=store)
    store.dispose()


# --- the organisation ------------------------------------------------------------------------------------------------


def test_the_township_has_the_numbers_of_the_article(demo: Demo):
    kinds = Counter(row.kind for row in demo.rows(sa.select(units).where(units.c.line.contains(f"township:{TOWN}/"))))
    groups = Counter(row.kind for row in demo.rows(sa.select(bodies).where(bodies.c.code.startswith(TOWN))))

    assert (kinds["village"], kinds["wuchang"]) == (27, 201)
    assert groups == {"party_group": 192, "council": 201}


def test_anybody_of_the_township_sees_its_27_villages_and_none_of_the_other(demo: Demo):
    villages = demo.everything("linzhang", "/v1/units", kind="village")

    assert len(villages) == 27
    assert {village["parent"] for village in villages} == {TOWN}
    assert {"陈桥村", "香湖村"} <= {village["name"] for village in villages}
    assert len(demo.everything("linzhang_other", "/v1/units", kind="village")) == 3
    assert len(demo.everything("auditor_county", "/v1/units", kind="village")) == 30


# --- the cases -------------------------------------------------------------------------------------------------------


def test_106_disputes_and_hazards_stand_in_every_state_of_the_rules(demo: Demo):
    rules = open_rulebook(demo.store, t.WORKFLOWS).find("issue-escalation/2")
    assert rules is not None
    (sealed,) = demo.everything("township_discipline", "/v1/cases", state="sealed")
    every = [*demo.everything("auditor_county", "/v1/cases", unit=TOWN), sealed]
    found = [case for case in every if case["data"].get("category") in ("dispute", "hazard", None)]

    assert len(found) == 106
    assert {case["data"].get("category") for case in found} == {"dispute", "hazard", None}  # of what is sealed, none
    assert {case["state"] for case in found} == set(rules.workflow.states)
    assert Counter(case["level"] for case in found).keys() == set(rules.workflow.levels)
    assert len({case["number"] for case in found}) == 106


def test_todays_meeting_of_chenqiao_has_matters_from_all_over_the_village(demo: Demo):
    waiting = demo.everything("village_secretary", "/v1/cases", state="village_queued")

    assert len(waiting) == 10
    assert len({case["unit"] for case in waiting}) > 5
    assert len({case["data"]["category"] for case in waiting}) >= 4


def test_the_first_weeks_cases_stay_under_version_1_and_one_of_them_is_open_without_a_clock(demo: Demo):
    query = sa.select(cases.c.workflow_version, cases.c.state, cases.c.opened_at, cases.c.due_at, cases.c.closed_at)
    rows = demo.rows(query.where(cases.c.home == TOWN))
    first = [row for row in rows if row.workflow_version == 1]
    (left,) = [row for row in first if row.closed_at is None]

    assert {row.workflow_version for row in rows} == {1, 2}
    assert max(row.opened_at for row in first) < min(row.opened_at for row in rows if row.workflow_version == 2)
    assert (left.state, left.due_at) == ("village_handling", None)


def test_the_other_township_has_a_few_cases_that_the_first_does_not_see(demo: Demo):
    there = demo.everything("auditor_county", "/v1/cases", unit=OTHER_TOWN)
    seen = demo.everything("township_secretary", "/v1/cases")

    assert len(there) == 4
    assert len(seen) == 114  # all but what is sealed
    assert not {case["id"] for case in there} & {case["id"] for case in seen}


def test_every_chain_verifies_and_every_case_is_the_fold_of_its_history(demo: Demo):
    verdict = verify(demo.store, open_rulebook(demo.store, t.WORKFLOWS))

    assert verdict.flaws == ()
    assert verdict.cases == 119
    assert verdict.rows == len(demo.rows(sa.select(history.c.seq)))


def test_time_is_held_on_the_25th_and_everything_ends_before(demo: Demo):
    clock = demo.ask("linzhang", "/v1/me")["clock"]
    (latest,) = demo.rows(sa.select(sa.func.max(history.c.recorded_at), sa.func.max(history.c.occurred_at)))
    held = demo.rows(sa.select(meetings.c.opened_at, meetings.c.closed_at, meetings.c.status))

    assert (datetime.fromisoformat(clock["now"]), clock["simulated"]) == (END, True)
    assert END.strftime("%A %d") == "Friday 25"
    assert max(latest) < END
    assert {row.status for row in held} == {"closed", "planned"}
    assert max(row.closed_at for row in held if row.closed_at) < END


def test_the_clocks_have_done_everything_that_fell_due_by_then(demo: Demo):
    waiting = demo.rows(sa.select(timers.c.next_try_at).where(timers.c.next_try_at <= END))
    fired = {row.trigger for row in demo.rows(sa.select(history.c.trigger).where(history.c.actor == "system"))}

    assert waiting == []
    assert fired >= {"raise_to_village", "raise_to_township", "supervise"}


def test_meetings_are_set_eight_weeks_ahead_by_their_rhythm(demo: Demo):
    coming = demo.rows(
        sa.select(meetings.c.at, meetings.c.turn).where(meetings.c.status == "planned", meetings.c.at > END)
    )

    assert {row.at.astimezone(END.tzinfo).isoformat() for row in coming} >= {
        "2026-12-25T09:00:00+08:00", "2026-12-25T15:00:00+08:00",
    }  # fmt: skip
    assert all(row.turn for row in coming)
    assert max(row.at for row in coming) > END + timedelta(weeks=7)


def test_a_few_cases_are_overdue_and_some_have_a_yellow_card(demo: Demo):
    now = END.astimezone(UTC)
    found = demo.everything("township_secretary", "/v1/cases")
    late = [case for case in found if case["due_at"] and datetime.fromisoformat(case["due_at"]) < now]
    cards = Counter(case["data"].get("card") for case in late)

    assert 5 <= len(late) <= 20
    assert cards["yellow"] >= 2


def test_a_missed_meeting_and_a_letter_to_nobody_stand_in_the_queue(demo: Demo):
    queue = demo.ask("township_secretary", "/v1/blocked")["items"]

    assert {(each["kind"], each["code"]) for each in queue} == {("meeting", "turn_missed"), ("message", "nobody")}
    (missed,) = [each for each in queue if each["kind"] == "meeting"]
    assert missed["unit"] == f"{TOWN}239"


def test_the_year_goes_through_every_trigger_of_the_rules_that_an_escalation_needs(demo: Demo):
    fired = {row.trigger for row in demo.rows(sa.select(history.c.trigger).distinct())}

    assert fired >= {
        "report", "accept", "ask_for_more", "finish_in_wuchang", "record_measure", "refer_to_village",
        "assign_in_village", "refer_to_township", "finish_in_village", "assign_in_township", "sign_for",
        "finish_in_township", "record_callback", "strike_off", "decline", "void",
    }  # fmt: skip


def test_the_readme_s_query_across_cases_finds_what_rose_to_the_township(demo: Demo):
    rows = demo.ask("auditor_county", "/v1/history", from_level="village", to_level="township", limit=5)["items"]

    assert len(rows) == 5
    assert {row["trigger"] for row in rows} == {"refer_to_township", "raise_to_township"}
    decided = [row for row in rows if row["trigger"] == "refer_to_township"]
    assert all(row["meeting"] and row["agenda_no"] for row in decided)


# --- the personas ----------------------------------------------------------------------------------------------------


def test_the_personas_are_those_of_the_contract(demo: Demo):
    expected = [
        *VILLAGE_ROLES, *(f"{role}_2" for role in VILLAGE_ROLES), *TOWN_ROLES, "auditor_county", "operator",
        "security_admin", "audit_admin",
        *(f"{role}_other" for role in (*VILLAGE_ROLES, *TOWN_ROLES)),
        *AFFAIR_ROLES, *(f"{role}_other" for role in AFFAIR_ROLES),
    ]  # fmt: skip

    assert sorted(demo.accounts) == sorted(expected)
    assert all({"login", "password", "token", "posts"} <= set(account) for account in demo.accounts.values())
    assert all(account["login"] == persona for persona, account in demo.accounts.items())


def test_every_token_works_and_its_posts_are_those_of_the_file(demo: Demo):
    for persona, account in demo.accounts.items():
        me = demo.ask(persona, "/v1/me")
        told = sorted((post["role"], post["place"]["code"]) for post in me["posts"])
        written = sorted((post["role"], post.get("unit") or post.get("body")) for post in account["posts"])
        assert (me["login"], me["person"], told) == (persona, account["person"], written)
        assert me["operator"] == (persona == "operator")
        assert me["offices"] == {"operator": ["system"], "security_admin": ["security"], "audit_admin": ["audit"]}.get(
            persona, []
        )


def test_a_password_of_the_file_signs_in(demo: Demo):
    passwords = PasswordService(demo.store)

    for persona in ("village_clerk", "operator"):
        checked = passwords.check(persona, demo.accounts[persona]["password"], source="203.0.113.7")
        assert (checked.login, checked.must_change) == (persona, False)


def test_a_file_of_accounts_that_was_spoilt_is_as_none(tmp_path: Path):
    file = tmp_path / "demo-accounts.json"
    assert _told_before(file) == {}
    for text in ("", "{", "[]", '{"linzhang": 1}', "\x00"):
        file.write_text(text)
        assert _told_before(file) == {}
    file.write_text('{"linzhang": {"password": "tukamolu4826"}}')
    assert _told_before(file) == {"linzhang": {"password": "tukamolu4826"}}


def test_each_persona_holds_its_role_where_the_contract_says(demo: Demo):
    homes = dict.fromkeys(VILLAGE_ROLES, f"{TOWN}223") | dict.fromkeys(TOWN_ROLES, TOWN)
    homes |= {f"{role}_2": f"{TOWN}239" for role in VILLAGE_ROLES} | {"auditor_county": "430482"}
    homes |= {f"{role}_other": OTHER_TOWN for role in (*VILLAGE_ROLES, *TOWN_ROLES, *AFFAIR_ROLES)}
    homes |= dict.fromkeys(AFFAIR_ROLES, f"{TOWN}223")
    for persona, home in homes.items():
        role = persona.removesuffix("_2").removesuffix("_other")
        (place,) = [
            post.get("unit") or post["body"] for post in demo.accounts[persona]["posts"] if post["role"] == role
        ]
        assert place.startswith(home), persona
    assert demo.accounts["operator"]["posts"] == []


def test_what_is_sealed_only_discipline_inspection_sees(demo: Demo):
    seeing = {role for role in (*VILLAGE_ROLES, *TOWN_ROLES) if demo.everything(role, "/v1/cases", state="sealed")}

    assert seeing == {"township_discipline"}


def test_the_village_hall_and_the_township_have_something_to_read_and_to_do(demo: Demo):
    hall = ("village_clerk", "village_cadre", "village_secretary")
    town = ("township_party_office", "township_leader", "township_secretary", "auditor_township", "auditor_county")

    assert all(demo.ask(persona, "/v1/cases")["items"] for persona in (*hall, *town))
    assert demo.ask("township_secretary", "/v1/cases", mine="true")["items"]
    assert demo.ask("operator", "/v1/cases")["items"] == []


def test_the_file_of_tokens_is_its_owner_s_alone(demo: Demo):
    assert stat.S_IMODE(demo.accounts_file.stat().st_mode) == 0o600


# --- the second start ------------------------------------------------------------------------------------------------


def test_the_first_start_tells_what_it_built_in_both_languages(demo: Demo):
    assert "119 件事项" in demo.first.output
    assert "119 cases" in demo.first.output
    assert str(demo.first.accounts_file) in demo.first.output.replace("\n", "")


def test_a_second_start_builds_nothing_and_hands_out_fresh_tokens(demo: Demo):
    before = (demo.file.stat().st_ino, sorted(row.id for row in demo.rows(sa.select(cases.c.id))))
    old = demo.accounts

    second = run_in(demo.folder)

    assert second.exit_code == 0, second.output
    assert "正在生成" not in second.output
    assert (demo.file.stat().st_ino, sorted(row.id for row in demo.rows(sa.select(cases.c.id)))) == before
    assert not list(demo.file.parent.glob("*.new.db*"))
    for persona, account in demo.accounts.items():
        assert account["token"] != old[persona]["token"]
        kept = ("person", "posts", "password", "password_set_at")
        assert [account[name] for name in kept] == [old[persona][name] for name in kept]
    assert demo.ask("linzhang", "/v1/me")["login"] == "linzhang"
    stale = demo.client.get("/v1/me", headers={"Authorization": f"Bearer {old['linzhang']['token']}"})
    assert stale.status_code == 401
    assert stat.S_IMODE(demo.accounts_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("end", ["", "_2", "_other"])
def test_every_persona_of_a_village_has_something_to_see(demo, end):
    seen = {role: demo.everything(f"{role}{end}", "/v1/cases") for role in VILLAGE_ROLES}

    assert {role: bool(items) for role, items in seen.items()} == dict.fromkeys(VILLAGE_ROLES, True)
    assert demo.everything(f"party_group_leader{end}", "/v1/cases", mine=True)


@pytest.mark.parametrize(
    "persona",
    [
        "village_secretary",
        "village_clerk",
        "township_station",
        "township_leader",
        "township_duty",
        "township_secretary",
    ],
)
def test_something_waits_for_who_decides(demo, persona):
    assert demo.everything(persona, "/v1/cases", mine=True)
