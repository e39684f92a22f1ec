"""People for tests of rules: one for each role, and his colleague, each with one post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.rules.attempt import SYSTEM_ACTOR, Actor, Post, Unit

#: Role -> where its posts sit: the code of a unit, or the name of a body, and the unit it sits at or covers.
Seats = Mapping[str, tuple[str, Unit]]


def holding(person: str, role: str, place: str, unit: Unit) -> Actor:
    return Actor(person=person, posts=(Post(id=f"post-{person}", role=role, place=place, units=(unit,)),))


def everybody(seats: Seats) -> dict[str, Actor]:
    """By name. Somebody called like a role holds one post of it; his colleague `<role>_2` does what came before a test.
    `reporter` and `villager` hold no post."""
    people = {"system": SYSTEM_ACTOR, "reporter": Actor(person="reporter"), "villager": Actor(person="villager")}
    for role, (place, unit) in seats.items():
        people[role] = holding(role, role, place, unit)
        people[f"{role}_2"] = holding(f"{role}_2", role, place, unit)
    return people


def holding_both(people: Mapping[str, Actor], one: str, other: str) -> Actor:
    """A third person with the posts of both."""
    posts = (*people[one].posts, *people[other].posts)
    return Actor(person=f"{one}+{other}", posts=tuple(replace(post, id=f"{post.id}-too") for post in posts))


def longest_in_post(seats: Seats) -> dict[str, tuple[str, ...]]:
    """Role -> who holds it on the line: the colleague is the longer in post."""
    return {role: (f"{role}_2", role) for role in seats}
