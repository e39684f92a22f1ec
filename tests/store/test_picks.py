"""What a form offers: rows that open a case at a unit, people and units for its fields. On both databases."""

from __future__ import annotations

import pytest

from engine.cases.picks import PickQueries
from engine.rules.refusals import FieldsRefused, NotFound, NotNamed, Refusal
from engine.store.db import Store
from tests import township as t
from tests.store.world import World, refusal, rules


@pytest.fixture
def world(store: Store) -> World:
    world = World(store, *t.default_rules(), t.whole_book())
    t.settle_whole_book(store)
    return world


# --- what opens a case -----------------------------------------------------------------------------------------------


def openings(world: World, person: str, unit: str = t.NEIGHBOURHOOD, workflow: str | None = None) -> dict[str, object]:
    """Trigger -> what refuses it."""
    return {offer.row.trigger: offer.refusal for offer in world.queries.openings(person, unit, workflow)}


def test_the_newest_published_rules_say_what_opens_a_case(world: World):
    assert openings(world, "linzhang") == {"report": None, "raise_alarm": None, "seal": None}
    assert openings(world, "linzhang", workflow="issue-escalation/1") == {"report": None}
    assert openings(world, "township_duty", t.WUCHANG)["raise_alarm"] is None


def test_what_is_not_mine_is_refused_and_says_whose_it_is(world: World):
    offers = world.queries.openings("auditor_township", t.NEIGHBOURHOOD)

    assert all(isinstance(offer.refusal, NotNamed) for offer in offers)
    could = {could.name: could.units for could in offers[0].could}
    assert (could["linzhang"], could["village_clerk"]) == ((t.WUCHANG,), (t.VILLAGE,))


def test_it_is_answered_as_the_door_would(world: World):
    for person in ("linzhang", "village_clerk_other", "township_station", "auditor_county", "nobody"):
        for unit in (t.NEIGHBOURHOOD, t.VILLAGE, t.SECOND, t.STATION, t.OTHER_WUCHANG, "nowhere"):
            told = refusal(lambda p=person, u=unit: world.opened(p, u, "report", {}))  # nothing given: fields come last
            try:
                offered = openings(world, person, unit)["report"]
            except Refusal as refused:
                offered = refused
            codes = [problem.code for problem in getattr(told, "problems", ())]
            if "unknown_unit" in codes:
                assert isinstance(offered, NotFound), (person, unit)
            elif "unit_too_high" in codes:
                assert isinstance(offered, FieldsRefused), (person, unit)
            else:
                assert (offered is None) == isinstance(told, FieldsRefused), (person, unit)


def test_an_unknown_unit_and_one_out_of_reach_are_told_apart_by_nothing(world: World):
    far, none = (refusal(lambda u=unit: openings(world, "linzhang", u)) for unit in (t.SECOND, "nowhere"))

    assert (far.code, none.code) == ("unit_not_found", "unit_not_found")
    assert refusal(lambda: openings(world, "linzhang", workflow="other")).code == "workflow_not_found"


# --- people and units of a form --------------------------------------------------------------------------------------


def picked(world: World, person: str, case: str) -> set[tuple[str, str]]:
    """(person, place of a post) of the people offered."""
    found = PickQueries(world.office).people_for(person, case)
    assert all(each.phone is None and each.posts for each in found)
    return {(each.id, post.place) for each in found for post in each.posts}


def test_people_are_those_with_posts_on_the_line_of_the_case_and_right_below(world: World):
    case = world.open("pianzhang", t.WUCHANG)
    found = picked(world, "pianzhang", case)

    assert found >= {
        ("zuzhang", t.GROUP), ("pianzhang", t.WUCHANG), ("party_group_leader", f"{t.VILLAGE}p01"),
        ("council_member", f"{t.VILLAGE}c01"), ("village_clerk", t.VILLAGE), ("township_leader", t.TOWNSHIP),
    }  # fmt: skip
    people = {person for person, _ in found}
    assert not people & {"linzhang", "township_station", "village_clerk_2", "township_leader_other", "auditor_county"}


def test_the_holders_at_a_unit_in_charge_are_offered_too(world: World):
    case = world.bring("township_handling")

    assert ("township_station", t.STATION) in picked(world, "township_leader", case)


def test_only_valid_posts_within_the_readers_sight_are_offered(world: World):
    case = world.opened("zuzhang", t.GROUP, "report", REPORTED, behalf="lishen").identity.id
    world.posts("zhangsan", "zuzhang", t.GROUP, "2025-01-01", "2026-03-05")

    assert ("zhangsan", t.GROUP) not in picked(world, "zuzhang", case)
    assert picked(world, "lishen", case) == set()  # he reads his case, but holds no post
    picks = PickQueries(world.office)
    for ask in (picks.people_for, picks.units_for):
        assert refusal(lambda a=ask: a("linzhang_2", case)).code == "case_not_found"
        assert refusal(lambda a=ask: a("zuzhang", f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE")).code == "case_not_found"


REPORTED = {"category": "unclear", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}


def test_units_are_those_of_the_home_that_hold_cases_or_help_and_of_the_county(world: World):
    found = PickQueries(world.office).units_for("village_secretary", world.open())

    assert [(unit.kind, unit.code) for unit in found] == [
        ("department", t.POWER_COMPANY), ("station", t.STATION), ("township", t.TOWNSHIP),
        ("village", t.VILLAGE), ("village", t.SIBLING),
    ]  # fmt: skip


def test_rules_of_another_home_level_do_not_matter(store: Store):
    """A case above the home level has no homes below it to choose from but what is of no home."""
    county = rules(
        levels="county: {zh: 县, en: County}",
        states="new: {T, level: county, handling: true}\ndone: {T, final: true}",
        fields="text: {T, type: text}",
        roles="department_head: {T, level: county}",
        transitions="- {trigger: begin, T, from: start, to: new, by: department_head, takes: text}\n"
        "- {trigger: finish, T, from: new, to: done, by: department_head}",
    )
    world = World(store, county)
    world.newcomer("head")
    world.posts("head", "department_head", t.COUNTY, "2025-01-01")
    case = world.opened("head", t.COUNTY, "begin", {}, workflow="small").identity.id

    assert ("head", t.COUNTY) in picked(world, "head", case)
    assert {unit.code for unit in PickQueries(world.office).units_for("head", case)} >= {t.TOWNSHIP, t.OTHER_TOWNSHIP}
