"""The feed: every row in reach once, in the order it was recorded, and nobody's words in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.messages.feed import EventFeed, Place
from engine.store import clock as clocks
from engine.store.clock import DatabaseClock, hold
from engine.store.db import Store
from engine.store.tables import history
from tests import township as t
from tests.store.letters_world import Post
from tests.store.world import World, varied


@pytest.fixture
def world(store: Store) -> Post:
    return Post(store)


def walked(world: World, person: str, size: int) -> list[str]:
    """The ids of everything, page after page, until there is no more."""
    feed, place, found = EventFeed(world.office), None, []
    while True:
        page = feed.after(person, place, size)
        found += [fact["id"] for fact in page.facts]
        place = page.last
        if not page.more:
            return found


def recorded(world: World) -> list[str]:
    rows = sorted(world.rows(history), key=lambda row: (row.recorded_at, row.home, row.case_id, row.seq))
    return [f"{row.case_id}/{row.seq}" for row in rows]


@pytest.mark.parametrize("size", [1, 7, 200])
def test_whoever_reads_all_gets_every_row_once_in_order(sqlite_store: Store, size):
    """Cases of two townships under two files of rules, several acts in the same moment."""
    world = varied(sqlite_store)

    assert walked(world, "auditor_county", size) == recorded(world)


def test_on_both_databases_the_order_is_the_same(world: Post):
    for _ in range(3):
        world.fire("zuzhang", world.begin(), "plain")
        world.wait(seconds=1)

    assert walked(world, "zuzhang", 2) == recorded(world)
    assert len(recorded(world)) == 6


def test_who_stands_at_the_end_gets_what_comes_and_nothing_again(world: Post):
    feed = EventFeed(world.office)
    assert feed.after("zuzhang", None, 10).last is None
    case = world.begin()
    first = feed.after("zuzhang", None, 10)
    assert feed.after("zuzhang", first.last, 10).facts == ()
    world.wait(seconds=1)
    world.fire("zuzhang", case, "plain")

    second = feed.after("zuzhang", first.last, 10)

    assert [(fact["case"], fact["seq"]) for page in (first, second) for fact in page.facts] == [(case, 1), (case, 2)]
    assert feed.after("zuzhang", second.last, 10).last == second.last


def test_a_row_leaves_the_house_without_anybodys_words_or_name(world: Post):
    case = world.begin(words="李婶家的事", charge="pianzhang")
    world.fire("zuzhang", case, "ring")

    first, second = EventFeed(world.office).after("zuzhang", None, 10).facts

    number = world.held(case).identity.number
    assert first == {
        "id": f"{case}/1", "case": case, "number": number, "seq": 1, "trigger": "begin", "ref": None, "from": "start",
        "to": "new", "from_level": None, "to_level": "wuchang", "unit": t.GROUP, "meeting": None, "workflow": "small",
        "workflow_version": 1, "occurred_at": "2026-03-06T09:00:00+08:00", "recorded_at": "2026-03-06T09:00:00+08:00",
    }  # fmt: skip
    assert (second["from"], second["to"], second["from_level"], second["to_level"]) == (
        "new", "alarm", "wuchang", "village",
    )  # fmt: skip


def test_nothing_of_a_case_out_of_reach_or_hidden_is_told(world: Post):
    case, other = world.begin(), world.begin()
    world.fire("zuzhang", other, "hide", secret=True)

    def seen(person: str) -> set[str]:
        return {fact["case"] for fact in EventFeed(world.office).after(person, None, 10).facts}

    assert seen("village_clerk") == seen("auditor_county") == {case}
    assert seen("township_secretary") == {case, other}
    assert seen("village_clerk_2") == seen("township_secretary_other") == set()


def test_on_postgresql_the_newest_rows_wait_until_no_earlier_one_can_still_appear(postgres_store: Store, monkeypatch):
    world = Post(postgres_store)
    world.having(clock=DatabaseClock())
    world.begin()
    feed = EventFeed(world.office)

    assert feed.after("zuzhang", None, 10).facts == ()
    now = clocks.real_now() + timedelta(seconds=31)
    monkeypatch.setattr(clocks, "real_now", lambda: now)
    assert len(feed.after("zuzhang", None, 10).facts) == 1


def test_while_time_is_held_nothing_waits(postgres_store: Store):
    world = Post(postgres_store)
    with postgres_store.begin() as tx:
        hold(tx, world.clock.at)
    world.having(clock=DatabaseClock())
    world.begin()

    assert len(EventFeed(world.office).after("zuzhang", None, 10).facts) == 1


def test_on_sqlite_nothing_waits(sqlite_store: Store):
    world = Post(sqlite_store)
    world.having(clock=DatabaseClock())
    world.begin()

    assert len(EventFeed(world.office).after("zuzhang", None, 10).facts) == 1


def test_a_place_far_ahead_stays_where_it_is(world: Post):
    world.begin()
    place: Place = (world.clock.at + timedelta(days=1), t.TOWNSHIP, f"{t.TOWNSHIP}-x", 1)

    page = EventFeed(replace(world.office)).after("zuzhang", place, 10)

    assert (page.facts, page.last, page.more) == ((), place, False)
