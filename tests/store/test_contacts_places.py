"""Whom one may telephone, and where one may report: up one's own line, and never beside it. On both databases, in the
demo's township."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from api.demo.personas import personas
from api.demo.places import CHENQIAO, COUNTY, OTHER_TOWN, TOWN, XIANGHU
from engine.people.imports import ImportService
from engine.people.kinds import kinds_from
from engine.people.queries import Contact, OrganisationQueries, Place
from engine.store.db import Store
from tests.store.test_people_queries import KINDS, TODAY, few_villages

WHO = personas()
FIRST = f"{CHENQIAO}w01"
NEIGHBOURHOOD = f"{FIRST}g1n1"
LOW = ("wuchang", "group", "neighbourhood")


@pytest.fixture
def read(store: Store) -> OrganisationQueries:
    imports = ImportService(store)
    for kind in KINDS:
        assert imports.apply(kind, few_villages(kind).encode()).problems == ()
    return OrganisationQueries(store)


# --- contacts --------------------------------------------------------------------------------------------------------


def roles_at(found: tuple[Contact, ...]) -> dict[str, set[str]]:
    """Kind of place -> roles, in the order of the answer."""
    at: dict[str, set[str]] = {}
    for each in found:
        at.setdefault(each.place_kind, set()).add(each.role)
    return at


def test_a_neighbour_head_gets_those_above_him_the_nearest_first(read: OrganisationQueries):
    found = read.contacts(WHO["linzhang"], TODAY)
    at = roles_at(found)

    assert next(iter(at)) == "group"
    assert list(at)[-2:] == ["village", "township"]
    assert at["group"] == {"zuzhang"}
    assert at["party_group"] == {"party_group_leader"}
    assert {"village_clerk", "village_secretary", "village_cadre"} <= at["village"]
    assert {"township_duty", "township_party_office"} <= at["township"]
    assert not any(each.person == WHO["linzhang"] or each.place.startswith(XIANGHU) for each in found)


def test_their_telephones_are_whole_and_places_have_names(read: OrganisationQueries):
    found = read.contacts(WHO["linzhang"], TODAY)

    assert all(each.phone and each.phone.isdecimal() and len(each.phone) == 11 for each in found)
    (secretary,) = [each for each in found if each.role == "village_secretary"]
    assert (secretary.person, secretary.place, secretary.place_name) == (
        WHO["village_secretary"], CHENQIAO, "陈桥村",
    )  # fmt: skip


def test_nobody_gets_those_below_or_beside_him(read: OrganisationQueries):
    clerk = read.contacts(WHO["village_clerk"], TODAY)
    town = read.contacts(WHO["township_party_office"], TODAY)
    leader = read.contacts(WHO["party_group_leader"], TODAY)

    assert {each.place for each in clerk} == {CHENQIAO, TOWN}
    assert {each.place for each in town} == {TOWN}
    assert {each.place_kind for each in leader} == {"wuchang", "council", "village", "township"}
    assert not any(each.role in ("linzhang", "zuzhang") for each in leader)
    assert {each.place for each in read.contacts(WHO["auditor_county"], TODAY)} <= {COUNTY}


def test_who_holds_no_valid_post_gets_nobody(read: OrganisationQueries, store: Store):
    header = "id,name,phone\nvillager,李婶,\n"
    assert ImportService(store).apply("people", header.encode()).written

    assert read.contacts("villager", TODAY) == read.contacts("@operator", TODAY) == ()
    assert read.contacts(WHO["linzhang"], TODAY.replace(year=2020)) == ()


def test_a_post_that_has_ended_is_no_contact(read: OrganisationQueries, store: Store):
    head = f"person,role,unit,body,valid_from,valid_to\n{WHO['linzhang_2']},zuzhang,{FIRST}g1,,2024-01-01,2026-03-05\n"
    assert ImportService(store).apply("posts", head.encode()).added == 1

    assert WHO["linzhang_2"] not in {each.person for each in read.contacts(WHO["linzhang"], TODAY)}
    before = read.contacts(WHO["linzhang"], TODAY.replace(day=5))
    assert WHO["linzhang_2"] in {each.person for each in before}


def test_contacts_are_narrowed_to_the_line_of_a_unit_and_to_roles(read: OrganisationQueries, store: Store):
    second = f"person,role,unit,body,valid_from,valid_to\n{WHO['linzhang']},linzhang,{XIANGHU}w01g1n1,,2025-01-01,\n"
    ImportService(store).apply("posts", second.encode())
    me = WHO["linzhang"]

    here, there = read.contacts(me, TODAY, unit=NEIGHBOURHOOD), read.contacts(me, TODAY, unit=f"{XIANGHU}w01g1n1")
    assert {each.place[:12] for each in here if each.place != TOWN} == {CHENQIAO}
    assert {each.place[:12] for each in there if each.place != TOWN} == {XIANGHU}
    assert set(here) | set(there) == set(read.contacts(me, TODAY))
    assert {each.role for each in read.contacts(me, TODAY, roles=["village_clerk", "zuzhang"])} == {
        "village_clerk", "zuzhang",
    }  # fmt: skip
    assert read.contacts(me, TODAY, roles=[]) == ()
    for far in ("nowhere", OTHER_TOWN, f"{FIRST}g2", f"{CHENQIAO}w02"):
        assert read.contacts(me, TODAY, unit=far) == (), far


# --- places ----------------------------------------------------------------------------------------------------------


def places(read: OrganisationQueries, who: str, under: str | None = None) -> tuple[Place, ...]:
    return read.places(WHO[who], TODAY, kinds=LOW, under=under)


def test_a_neighbour_head_has_a_handful(read: OrganisationQueries):
    found = places(read, "linzhang")

    assert [(each.code, each.allowed, each.leaf) for each in found] == [
        (FIRST, True, False), (f"{FIRST}g1", True, False), (NEIGHBOURHOOD, True, True),
    ]  # fmt: skip
    assert (found[1].name, found[1].kind, found[1].parent, found[1].parent_name) == (
        "高子树组", "group", FIRST, "陈桥村第一屋场",
    )  # fmt: skip
    assert found[0].parent == CHENQIAO


def test_a_group_head_has_his_neighbourhoods_and_an_area_head_his_whole_cluster(read: OrganisationQueries):
    group, cluster = places(read, "zuzhang"), places(read, "pianzhang")

    neighbourhoods = re.findall(rf"\n{FIRST}g(\d)n\d,", few_villages("units"))
    assert Counter(each.kind for each in group) == {
        "wuchang": 1, "group": 1, "neighbourhood": neighbourhoods.count("1"),
    }  # fmt: skip
    assert Counter(each.kind for each in cluster) == {
        "wuchang": 1, "group": 4, "neighbourhood": len(neighbourhoods),
    }  # fmt: skip
    assert all(each.allowed for each in cluster)
    assert [each.code for each in cluster] == sorted(each.code for each in cluster)


def test_a_body_lets_its_head_report_in_every_cluster_that_it_covers(read: OrganisationQueries):
    found = {each.code for each in places(read, "party_group_leader")}

    assert FIRST in found
    assert NEIGHBOURHOOD in found
    assert {code[:12] for code in found} == {CHENQIAO}


def test_a_village_and_a_township_go_down_level_by_level(read: OrganisationQueries):
    village, town = places(read, "village_clerk"), places(read, "township_party_office")

    assert {each.kind for each in village} == {"wuchang"}
    assert all(each.allowed and each.parent == CHENQIAO and not each.leaf for each in village)
    assert {each.code for each in town} == {CHENQIAO, XIANGHU}  # and no station: it leads nowhere
    assert not any(each.allowed or each.leaf for each in town)
    assert {each.code for each in places(read, "township_party_office", CHENQIAO)} == {each.code for each in village}
    below = places(read, "township_party_office", FIRST)
    assert [(each.code, each.allowed) for each in below[:2]] == [(FIRST, True), (f"{FIRST}g1", True)]
    assert {each.kind for each in below[1:]} == {"group"}
    assert [each.code for each in places(read, "village_clerk", NEIGHBOURHOOD)] == [NEIGHBOURHOOD]


def test_the_county_comes_down_from_its_townships(read: OrganisationQueries):
    assert {each.code for each in places(read, "auditor_county")} == {TOWN, OTHER_TOWN}
    assert {each.code for each in places(read, "auditor_county", TOWN)} == {CHENQIAO, XIANGHU}


def test_nothing_out_of_reach_is_a_place(read: OrganisationQueries):
    assert [each.code for each in places(read, "linzhang", CHENQIAO)] == [FIRST]
    assert [each.code for each in places(read, "linzhang", FIRST)] == [FIRST, f"{FIRST}g1"]
    for far in (f"{FIRST}g2", f"{CHENQIAO}w02", XIANGHU, OTHER_TOWN, "nowhere"):
        assert places(read, "linzhang", far) == (), far
    assert places(read, "village_clerk", XIANGHU) == places(read, "village_clerk", OTHER_TOWN) == ()
    assert places(read, "township_station") == ()
    assert read.places("@operator", TODAY, kinds=LOW) == read.places("@operator", TODAY, kinds=LOW, under=TOWN) == ()


def test_all_places_below_one_at_once(read: OrganisationQueries):
    found = read.places(WHO["village_clerk"], TODAY, kinds=LOW, under=FIRST, deep=True)

    assert (found[0].code, found[0].allowed) == (FIRST, True)
    assert {place.kind for place in found} == set(LOW)
    assert NEIGHBOURHOOD in {place.code for place in found}
    assert all(place.code.startswith(FIRST) for place in found)
    assert read.places(WHO["village_clerk"], TODAY, kinds=LOW, under=XIANGHU, deep=True) == ()
    assert read.places(WHO["village_clerk"], TODAY, kinds=LOW, under="nowhere", deep=True) == ()


def test_kinds_where_cases_belong():
    assert kinds_from("wuchang") == LOW
    assert kinds_from("township") == ("township", "village", *LOW)
    assert kinds_from("station") == ("station",)
