"""What an operator watches: how long each queue is, and how old."""

from __future__ import annotations

from datetime import date

from engine.audit.queues import QueueQueries
from engine.store.db import Store
from tests import township as t
from tests.store.letters_world import Post


def queues(world: Post) -> dict[str, tuple[int, float]]:
    """Those that are not empty."""
    found = QueueQueries(world.office).queues()
    return {f"{each.name} {each.kind}".strip(): (each.length, each.age) for each in found if each.length}


def test_an_empty_installation_shows_every_queue_as_empty(store: Store):
    found = QueueQueries(Post(store).office).queues()

    assert [f"{each.name} {each.kind}".strip() for each in found] == [
        "timers", "outbox tell", "outbox page", "outbox remind", "outbox event", "dead tell", "dead page",
        "dead remind", "dead event", "blocked timer", "blocked message", "blocked meeting", "blocked carry_over",
            "blocked calendar", "blocked proof",
    ]  # fmt: skip
    assert {(each.length, each.age) for each in found} == {(0, 0.0)}


def test_letters_wait_are_blocked_and_are_given_up_by_kind_and_age(store: Store):
    world = Post(store)
    world.ends("village_clerk", date(2026, 3, 5))
    case = world.begin()
    world.wait(minutes=1)
    world.fire("zuzhang", case, "ring")
    world.wait(minutes=2)
    assert queues(world) == {"outbox tell": (1, 180.0), "outbox page": (1, 120.0)}

    world.remind(case, "village_clerk")
    world.deliver()
    world.wait(minutes=5)
    assert queues(world) == {"outbox remind": (1, 300.0), "blocked message": (1, 300.0)}

    for _ in range(9):
        world.wait(days=1)
        world.deliver()
    nine_days = 9 * 86_400.0 + 300.0
    assert queues(world) == {"dead remind": (1, nine_days), "blocked message": (1, nine_days)}
    assert world.blocked()[0].home == t.TOWNSHIP
