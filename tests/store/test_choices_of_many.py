"""What may be done with several cases, asked at once, is what one hears asking case by case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.cases.views import Choices
from engine.rules.refusals import NotFound
from engine.store.db import Store
from engine.store.tables import cases
from tests.store.world import World, varied

ASKED = ("zuzhang", "village_clerk", "township_secretary", "township_station", "auditor_county", "zhangsan", "unknown")


@pytest.fixture
def world(store: Store) -> World:
    return varied(store)


def one_by_one(world: World, person: str, ids: list[str]) -> list[Choices]:
    found = []
    for case in ids:
        try:
            found.append(world.queries.triggers(person, case))
        except NotFound:
            continue
    return found


def told(found: list[Choices]) -> list[tuple[str, int, list[tuple[str, str | None]]]]:
    return [
        (
            each.view.identity.id,
            each.view.state.version,
            [(offer.row.trigger, offer.refusal.code if offer.refusal else None) for offer in each.offers],
        )
        for each in found
    ]


def test_many_cases_are_told_as_each_alone_in_the_order_asked(world: World):
    with world.store.read() as tx:
        ids = list(tx.execute(sa.select(cases.c.id).order_by(cases.c.number)).scalars())

    answers = {person: told(world.queries.choices(person, ids)) for person in ASKED}

    assert answers == {person: told(one_by_one(world, person, ids)) for person in ASKED}
    assert answers["unknown"] == []
    assert len(answers["zuzhang"]) > 3
    assert told(world.queries.choices("zuzhang", ids[::-1])) == answers["zuzhang"][::-1]
