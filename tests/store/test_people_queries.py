"""Reading the organisation: what each post lets its holder see."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import pytest

from api.demo.organisation import organisation
from api.demo.personas import personas
from api.demo.places import CHENQIAO, COUNTY, OTHER_TOWN, TOWN, XIANGHU
from engine.people.imports import ImportService
from engine.people.queries import OrganisationQueries
from engine.store.db import Store

TODAY = date(2026, 3, 6)
WHO = personas()
KINDS = ("units", "bodies", "people", "posts")


@lru_cache
def few_villages(kind: str) -> str:
    """The demo's file without most villages of 洋泉镇."""
    lines = organisation()[kind].decode().splitlines(keepends=True)
    other = re.compile(rf"{TOWN}(?!{CHENQIAO[9:]}|{XIANGHU[9:]})\d{{3}}")
    return "".join(line for line in lines if not other.search(line))


@pytest.fixture
def read(store: Store) -> OrganisationQueries:
    imports = ImportService(store)
    for kind in KINDS:
        assert imports.apply(kind, few_villages(kind).encode()).problems == ()
    extra = "code,name,kind,parent\n430482d1,常宁市水利局,department,430482\n"
    assert imports.apply("units", extra.encode()).written
    return OrganisationQueries(store)


def codes(page) -> set[str]:
    return {unit.code for unit in page.units}


def test_i_am_told_my_posts_of_today(read: OrganisationQueries, store: Store):
    me = WHO["party_group_leader"]
    post = f"{me},linzhang,{CHENQIAO}w01g1n1,,"
    header = "person,role,unit,body,valid_from,valid_to\n"
    ended, coming = f"{post}2024-01-01,2026-03-05", f"{post}2026-03-07,"
    assert ImportService(store).apply("posts", f"{header}{ended}\n{coming}\n".encode()).added == 2

    seen = read.me(me, TODAY)

    assert seen.name
    (held,) = seen.posts
    assert (held.role, held.place, held.place_kind) == ("party_group_leader", CHENQIAO + "p01", "party_group")
    assert (held.place_name, held.valid_to) == ("陈桥村第一屋场党小组", None)
    assert [post.role for post in read.me(me, date(2026, 3, 7)).posts] == ["linzhang", "party_group_leader"]


def test_nobody_has_no_posts(read: OrganisationQueries):
    assert (read.me("@operator", TODAY).name, read.me("@operator", TODAY).posts) == (None, ())


def test_a_neighbour_head_sees_his_township_what_lies_above_and_what_belongs_to_none(read: OrganisationQueries):
    seen = codes(read.units(WHO["linzhang"], TODAY, limit=5000))

    assert {COUNTY, TOWN, CHENQIAO, "430482d1", TOWN + "s1"} <= seen
    assert not [code for code in seen if code.startswith(OTHER_TOWN)]
    assert len(seen) == few_villages("units").count("\n" + TOWN) + len({COUNTY, "430482d1"})


def test_a_county_post_sees_everything_and_no_post_nothing(read: OrganisationQueries):
    everything = codes(read.units(WHO["auditor_county"], TODAY, limit=5000))

    assert {TOWN, OTHER_TOWN, OTHER_TOWN + "s1"} <= everything
    assert read.units("@operator", TODAY).units == ()
    assert read.people("@operator", TODAY).people == ()
    assert read.units(WHO["linzhang"], date(2020, 1, 1)).units == ()


def test_units_are_narrowed_and_paged(read: OrganisationQueries):
    me = WHO["linzhang"]

    groups = read.units(me, TODAY, parent=CHENQIAO + "w01")
    assert [unit.name for unit in groups.units] == ["高子树组", "高桥组", "对江组", "前丰组"]
    assert codes(read.units(me, TODAY, kind="township")) == {TOWN}
    assert codes(read.units(me, TODAY, q="陈桥村第一湾场")) == {CHENQIAO + "w01"}
    assert read.units(me, TODAY, q="%").units == ()

    found, cursor = [], None
    while True:
        page = read.units(me, TODAY, kind="neighbourhood", cursor=cursor, limit=10)
        found += [unit.code for unit in page.units]
        if (cursor := page.next) is None:
            break
    assert len(found) == len(set(found)) == len(re.findall(f"\n{TOWN}.*,neighbourhood,", few_villages("units")))


def test_people_of_the_home_are_found_with_masked_telephones(read: OrganisationQueries):
    page = read.people(WHO["linzhang"], TODAY, q="王建国", role="pianzhang")

    (found,) = [who for who in page.people if who.id == WHO["pianzhang"]]
    assert found.phone.startswith("100****")
    assert len(found.phone) == 11
    assert [(post.role, post.place_name) for post in found.posts] == [("pianzhang", "陈桥村第一屋场")]


def test_people_are_narrowed_by_unit_and_role(read: OrganisationQueries):
    me = WHO["linzhang"]

    heads = read.people(me, TODAY, unit=CHENQIAO + "w01", role="zuzhang")
    leaders = read.people(me, TODAY, unit=CHENQIAO + "w01", role="party_group_leader")

    assert len(heads.people) == 4
    assert [who.id for who in leaders.people] == [WHO["party_group_leader"]]
    assert read.people(me, TODAY, unit="nowhere").people == ()


def test_people_of_another_home_are_not_seen(read: OrganisationQueries):
    assert read.people(WHO["linzhang"], TODAY, unit=OTHER_TOWN).people == ()
    assert read.people(WHO["linzhang"], TODAY, unit=COUNTY, role="auditor_county").people == ()
    assert len(read.people(WHO["auditor_county"], TODAY, unit=OTHER_TOWN, limit=200).people) == 99


def test_posts_elsewhere_are_not_shown(read: OrganisationQueries, store: Store):
    both = f"person,role,unit,body,valid_from,valid_to\n{WHO['zuzhang']},zuzhang,{OTHER_TOWN},,2025-01-01,\n"
    ImportService(store).apply("posts", both.encode())

    (seen,) = [
        who
        for who in read.people(WHO["linzhang_2"], TODAY, unit=CHENQIAO + "w01", role="zuzhang").people
        if who.id == WHO["zuzhang"]
    ]

    assert [post.place for post in seen.posts] == [CHENQIAO + "w01g1"]
    assert OTHER_TOWN in codes(read.units(WHO["zuzhang"], TODAY, limit=5000))


def test_people_are_paged_by_id(read: OrganisationQueries):
    found, cursor = [], None
    while True:
        page = read.people(WHO["linzhang_other"], TODAY, cursor=cursor, limit=20)
        found += [who.id for who in page.people]
        if (cursor := page.next) is None:
            break

    assert found == sorted(set(found))
    assert len(found) == 99


def test_people_and_units_within_sight_have_a_name_for_me(read: OrganisationQueries):
    me = WHO["village_clerk"]
    own = read.me(me, TODAY).name

    assert read.named(me, TODAY, CHENQIAO) == "陈桥村"
    assert read.named(me, TODAY, me) == own
    assert read.named(me, TODAY, "nowhere") is None
    assert read.named("nobody", TODAY, CHENQIAO) is None
