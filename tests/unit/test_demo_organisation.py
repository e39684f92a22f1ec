"""The demo's organisation: the numbers of the article, nobody's real data, and importable as it stands."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from api.demo.affairs import AFFAIR_ROLES
from api.demo.organisation import build, organisation
from api.demo.personas import OFFICES, PERSONAS, VILLAGE_ROLES, open_accounts, personas
from api.demo.places import CHENQIAO, EXTENTS, MIAOQIAN, OTHER_TOWN, TOWN, XIANGHU
from engine.people.accounts import AccountService
from engine.people.easy_passwords import is_easy
from engine.people.imports import KINDS, ImportService
from engine.people.passwords import PasswordService
from engine.store.db import Store
from tests.fast_hashing import fast_hasher

Rows = list[dict[str, str]]
FIRST = CHENQIAO + "w01"


@pytest.fixture(scope="module")
def tables() -> dict[str, Rows]:
    return {kind: list(csv.DictReader(data.decode().splitlines())) for kind, data in organisation().items()}


def of_town(rows: Rows, column: str, town: str = TOWN) -> Rows:
    return [row for row in rows if row[column].startswith(town)]


def test_the_article_s_numbers_are_exact(tables):
    units = Counter(row["kind"] for row in of_town(tables["units"], "code"))
    bodies = Counter(row["kind"] for row in of_town(tables["bodies"], "code"))

    assert units == {"township": 1, "village": 27, "wuchang": 201, "group": 520, "neighbourhood": 1040, "station": 4}
    assert bodies == {"party_group": 192, "council": 201}


def test_nine_party_groups_cover_two_neighbouring_clusters(tables):
    groups = [row for row in of_town(tables["bodies"], "code") if row["kind"] == "party_group"]
    covered = [row["units"].split() for row in groups]

    assert Counter(map(len, covered)) == {1: 183, 2: 9}
    assert len({unit for units in covered for unit in units}) == 201
    for left, right in (units for units in covered if len(units) == 2):
        assert int(right[-2:]) - int(left[-2:]) == 1
        assert left[:-3] == right[:-3]


def test_villages_have_their_public_codes_and_spoken_names(tables):
    villages = {row["code"]: row["name"] for row in tables["units"] if row["kind"] == "village"}

    assert villages[CHENQIAO] == "陈桥村"
    assert villages[XIANGHU] == "香湖村"
    assert villages["430482109001"] == "洋泉社区"
    assert sum(code.startswith(OTHER_TOWN) for code in villages) == 3
    assert not [name for name in villages.values() if name.endswith("委会")]


def test_every_village_has_five_to_eleven_clusters_and_every_cluster_one_to_five_groups(tables):
    below = Counter(row["parent"] for row in of_town(tables["units"], "code") if row["kind"] == "wuchang")
    groups = Counter(row["parent"] for row in of_town(tables["units"], "code") if row["kind"] == "group")
    party = Counter(row["code"][:12] for row in of_town(tables["bodies"], "code") if row["kind"] == "party_group")

    assert min(below.values()) >= 5
    assert max(below.values()) <= 11
    assert set(groups.values()) <= {1, 2, 3, 4, 5}
    assert set(party.values()) <= set(range(5, 11))


def test_the_first_cluster_of_chenqiao_is_the_one_of_the_article(tables):
    assert [row["name"] for row in tables["units"] if row["parent"] == FIRST] == [
        "高子树组",
        "高桥组",
        "对江组",
        "前丰组",
    ]


def test_posts_are_about_3200(tables):
    roles = Counter(row["role"] for row in tables["posts"] if (row["unit"] or row["body"]).startswith(TOWN))

    assert roles == {
        "linzhang": 1040, "zuzhang": 520, "pianzhang": 201, "party_group_leader": 192, "council_member": 1005,
        "village_cadre": 135, "village_clerk": 27, "village_secretary": 27, "township_party_office": 3,
        "township_duty": 2, "township_station": 40, "township_leader": 8, "township_secretary": 1,
        "township_discipline": 2, "petition_clerk": 1, "auditor_township": 2,
        "council_head": 1, "treasurer": 1, "household_rep": 5, "members_rep": 5, "village_supervision": 3,
    }  # fmt: skip
    assert sum(roles.values()) == 3221


def test_the_other_township_has_every_role_too(tables):
    roles = {
        town: {row["role"] for row in tables["posts"] if (row["unit"] or row["body"]).startswith(town)}
        for town in EXTENTS
    }

    assert roles[TOWN] == roles[OTHER_TOWN]


def test_one_person_commonly_holds_two_to_four_posts(tables):
    held = Counter(Counter(row["person"] for row in tables["posts"]).values())

    assert set(held) == {1, 2, 3, 4}
    assert sum(held[many] for many in (2, 3, 4)) > 700
    roles = defaultdict(set)
    for row in tables["posts"]:
        roles[row["person"]].add(row["role"])
    both = Counter(frozenset(found) & {"linzhang", "zuzhang"} for found in roles.values())
    assert both[frozenset({"linzhang", "zuzhang"})] == 156 + 3


def test_140_area_heads_lead_a_party_group(tables):
    holders = defaultdict(set)
    for row in tables["posts"]:
        if (row["unit"] or row["body"]).startswith(TOWN):
            holders[row["role"]].add(row["person"])

    assert len(holders["pianzhang"] & holders["party_group_leader"]) == 140


def test_nobody_can_be_mistaken_for_a_real_person(tables):
    text = b"\n".join(organisation().values()).decode()

    assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", text)
    phones = [row["phone"] for row in tables["people"]]
    assert all(re.fullmatch(r"100\d{8}", phone) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_names_are_short_and_long(tables):
    lengths = Counter(len(row["name"]) for row in tables["people"])

    assert lengths[11] == 1
    assert lengths[4] >= 1
    assert set(lengths) <= {2, 3, 4, 11}


def test_the_same_seed_makes_the_same_files():
    first = organisation()
    build.cache_clear()

    assert organisation() == first
    assert organisation(7) != first


def test_personas_are_named_as_the_product_says():
    assert len(PERSONAS) == len(set(PERSONAS)) == 54
    assert set(personas()) == {*build().personas, *OFFICES}
    assert [persona for persona, person in personas().items() if person is None] == list(OFFICES)
    assert {"linzhang", "village_secretary_2", "township_station_other", "auditor_county"} <= set(PERSONAS)
    assert not {"auditor_county_other", "operator_other", "township_duty_2", "treasurer_2"} & set(PERSONAS)


def test_a_persona_holds_only_the_post_of_its_role(tables):
    posts = defaultdict(list)
    for row in tables["posts"]:
        posts[row["person"]].append(row["role"])

    for persona, person in personas().items():
        expected = [] if person is None else [persona.removesuffix("_2").removesuffix("_other")]
        assert posts[person] == expected


def test_the_village_personas_sit_on_one_line(tables):
    covers = {row["code"]: row["units"] for row in tables["bodies"]}
    places = {row["person"]: row["unit"] or covers[row["body"]] for row in tables["posts"]}

    for suffix, village in (("", CHENQIAO), ("_2", XIANGHU), ("_other", "430482110201")):
        for role in VILLAGE_ROLES:
            place = places[personas()[role + suffix]]
            assert place.startswith(village + "w01") if role in VILLAGE_ROLES[:5] else place == village


def test_who_runs_what_is_common_sits_on_the_same_line(tables):
    covers = {row["code"]: row["units"] for row in tables["bodies"]}
    places = {row["person"]: row["unit"] or covers[row["body"]] for row in tables["posts"]}

    for suffix, village in (("", CHENQIAO), ("_other", MIAOQIAN)):
        found = {role: places[personas()[role + suffix]] for role in AFFAIR_ROLES}
        assert found == dict.fromkeys(AFFAIR_ROLES[:4], village + "w01") | {"village_supervision": village}


def test_who_keeps_the_books_decides_and_checks_nothing(tables):
    roles = defaultdict(set)
    for row in tables["posts"]:
        roles[row["person"]].add(row["role"])

    assert {frozenset(found) for found in roles.values() if found & {"treasurer", "village_supervision"}} == {
        frozenset({"treasurer"}),
        frozenset({"village_supervision"}),
    }


def test_no_two_personas_are_kin(tables):
    people = set(personas().values())
    tied = [{row["person"], row["other"]} for row in tables["relatives"]]
    tied += [{row["head"], *row["members"].split()} for row in tables["households"]]

    assert not [pair for pair in combinations(people, 2) for tie in tied if tie.issuperset(pair)]
    assert [row["person"] for row in tables["relatives"]] == [personas()["pianzhang"]]


def test_households_lie_in_the_two_named_villages(tables):
    assert {row["unit"][:12] for row in tables["households"]} == {CHENQIAO, XIANGHU}
    members = [person for row in tables["households"] for person in (row["head"], *row["members"].split())]
    assert len(set(members)) == len(members)


def test_it_imports_cleanly_within_seconds_and_again_without_change(store: Store):
    imports, began = ImportService(store), time.monotonic()

    first = {kind: imports.apply(kind, data) for kind, data in organisation().items()}
    took = time.monotonic() - began
    again = [imports.apply(kind, data) for kind, data in organisation().items()]

    assert tuple(first) == KINDS
    assert [outcome.problems for outcome in first.values()] == [()] * len(KINDS)
    assert first["posts"].added == 3221 + 131 + 2
    assert [(outcome.added, outcome.changed) for outcome in again] == [(0, 0)] * len(KINDS)
    assert took < 10


def settled(store: Store) -> AccountService:
    for kind in ("units", "bodies", "people", "posts"):
        ImportService(store).apply(kind, organisation()[kind])
    return AccountService(store)


def test_personas_get_accounts_and_tokens(sqlite_store: Store):
    accounts = settled(sqlite_store)
    passwords = PasswordService(sqlite_store, fast_hasher())

    opened = open_accounts(accounts, passwords, {})
    again = open_accounts(accounts, passwords, opened)

    assert tuple(opened) == PERSONAS
    assert opened["pianzhang"]["posts"] == [{"role": "pianzhang", "unit": FIRST, "name": "陈桥村第一屋场"}]
    assert opened["council_member"]["posts"][0]["body"] == CHENQIAO + "c01"
    assert (opened["operator"]["person"], opened["operator"]["posts"]) == (None, [])
    assert accounts.who(again["operator"]["token"]).operator
    assert accounts.who(again["linzhang"]["token"]).person == personas()["linzhang"]
    assert accounts.who(opened["linzhang"]["token"]) is None


def test_personas_get_passwords_that_stay(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch):
    accounts, passwords = settled(sqlite_store), PasswordService(sqlite_store, fast_hasher())
    opened = open_accounts(accounts, passwords, {})
    monkeypatch.setattr(PasswordService, "_keep", lambda *given: pytest.fail("set again"))

    again = open_accounts(accounts, passwords, opened)

    told = {persona: account["password"] for persona, account in opened.items()}
    assert {persona: account["password"] for persona, account in again.items()} == told
    assert len(set(told.values())) == len(PERSONAS)
    assert [password for password in told.values() if not is_easy(password)] == []
    for persona in ("linzhang", "operator", "auditor_county"):
        checked = passwords.check(persona, told[persona], source="203.0.113.7")
        assert (checked.login, checked.must_change) == (persona, False)


def test_a_password_that_a_visitor_changed_is_set_again_and_a_spoilt_one_is_made_anew(sqlite_store: Store):
    accounts, passwords = settled(sqlite_store), PasswordService(sqlite_store, fast_hasher())
    opened = open_accounts(accounts, passwords, {})
    passwords.change("linzhang", opened["linzhang"]["password"], "hogeduwa5736")
    opened["zuzhang"] = {"password": "12345678"}
    opened["pianzhang"] = {"password": None}
    del opened["operator"]

    again = open_accounts(accounts, passwords, opened)

    assert again["linzhang"]["password"] == opened["linzhang"]["password"]
    for persona in ("linzhang", "zuzhang", "pianzhang", "operator", "township_duty"):
        assert passwords.check(persona, again[persona]["password"], source="203.0.113.7").login == persona
