"""Who may read what: the clause in SQL answers like the rule in Python, for everybody and every case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from engine.cases.lookups import Lookups
from engine.cases.narrowing import CaseFilter
from engine.cases.reading import attempt_to_read, reader, today
from engine.rules.reading import may_read
from engine.rules.refusals import NotFound
from engine.store import reach
from engine.store.casefile import read_cases
from engine.store.db import Store
from engine.store.tables import cases
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.world import HELP, World, everybody, refusal, rules, varied

#: One of each kind of reader: on the line, above, below, beside it, at a body, with two posts, in charge, auditing.
WATCHED = (
    "linzhang", "pianzhang", "council_member", "village_cadre1", "village_secretary_2", "township_leader",
    "township_station", "township_station_other", "waterman", "joint_member", "double", "former", "nobody", "zhangsan",
    "lishen", "auditor_township", "auditor_county",
)  # fmt: skip


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with fresh_store(request.param) as store:
        yield varied(store)


def by_rules(world: World, person: str) -> set[str]:
    """Ids of the cases that the rules let somebody read."""
    with world.store.read() as tx:
        lookups = Lookups(tx, world.office)
        ids = tx.execute(sa.select(cases.c.id)).scalars().all()
        attempts = {
            case: attempt_to_read(tx, world.office, held, person, lookups=lookups)
            for case, held in read_cases(tx, ids).items()
        }
    return {case for case, attempt in attempts.items() if may_read(attempt)}


def by_clause(world: World, person: str) -> set[str]:
    with world.store.read() as tx:
        clause = reach.readable(reader(tx, world.office, person), world.office.rulebook, today(tx, world.office))
        return set(tx.execute(sa.select(cases.c.id).select_from(reach.JOINED).where(clause)).scalars())


def by_list(world: World, person: str) -> set[str]:
    return {view.identity.id for view in world.queries.page(person, CaseFilter(limit=200)).cases}


def test_the_clause_answers_like_the_rule_for_everybody_and_every_case(world: World):
    people = everybody(world)
    found = {person: by_clause(world, person) for person in people}

    assert found == {person: by_rules(world, person) for person in people}
    counts = {len(readable) for readable in found.values()}
    assert {0, len(world.rows(cases))} < counts  # from nobody's to the county auditor's
    assert len(counts) > 8


def test_lists_show_exactly_what_one_may_read(world: World):
    for person in WATCHED:
        assert by_list(world, person) == by_rules(world, person), person


def test_one_case_is_shown_exactly_to_those_who_may_read_it(world: World):
    for person in ("pianzhang", "double", "waterman", "zhangsan"):
        readable = by_rules(world, person)
        for row in world.rows(cases):
            if row.id in readable:
                assert world.queries.get(person, row.id).identity.id == row.id
            else:
                assert isinstance(refusal(lambda p=person, c=row.id: world.queries.get(p, c)), NotFound)


@pytest.mark.parametrize("person", ["nobody", "former", "coming", "stranger_role"])
def test_without_a_valid_post_of_a_named_role_one_reads_only_what_names_oneself(world: World, person: str):
    in_charge = [row.id for row in world.rows(cases) if person in row.folded["responsible"]["people"]]

    assert by_list(world, person) == set(in_charge)


def test_the_reader_of_a_list_has_the_posts_of_the_townships_own_day(store: Store):
    world = World(store)
    case = world.open()
    world.newcomer("coming")
    world.posts("coming", "village_clerk", t.VILLAGE, "2026-03-07")
    world.wait(hours=14, minutes=59)  # a minute to midnight in Shanghai
    assert by_list(world, "coming") == by_rules(world, "coming") == set()

    world.wait(minutes=1)

    assert by_list(world, "coming") == by_rules(world, "coming") == {case}


def test_the_homes_of_somebody_are_those_of_his_posts_the_units_above_and_of_cases_that_name_him(world: World):
    def homes(person: str) -> list[str] | None:
        with world.store.read() as tx:
            return reach.homes_of(tx, reader(tx, world.office, person), "township")

    assert homes("linzhang") == [t.COUNTY, t.TOWNSHIP]
    assert homes("zhangsan") == [t.TOWNSHIP]  # in charge of one case, without a post
    assert homes("linzhang_other") == [t.COUNTY, t.OTHER_TOWNSHIP]
    assert homes("former") == []
    assert homes("auditor_county") is None
    assert homes("waterman") is None  # a department of the county belongs to no township


def test_without_rules_nobody_has_anything_to_read(store: Store):
    world = World(store, rules(**HELP))
    world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small")
    world.office.rulebook.versions.clear()

    assert by_list(world, "village_clerk") == set()


def test_a_case_above_the_home_level_is_listed_for_the_posts_below_it(store: Store):
    county = rules(
        levels="county: {zh: 县, en: County}",
        states="new: {T, level: county, handling: true}\ndone: {T, final: true}",
        fields="text: {T, type: text}",
        roles="department_head: {T, level: county}\nvillage_clerk: {T, level: county}",
        transitions="- {trigger: begin, T, from: start, to: new, by: department_head, takes: text}\n"
        "- {trigger: finish, T, from: new, to: done, by: department_head}",
    )
    world = World(store, county)
    world.newcomer("head")
    world.posts("head", "department_head", t.COUNTY, "2025-01-01")
    case = world.opened("head", t.COUNTY, "begin", {}, workflow="small").identity.id
    assert by_rules(world, "village_clerk") == by_clause(world, "village_clerk") == {case}

    assert by_list(world, "village_clerk") == {case}
