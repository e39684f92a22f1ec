"""Where the invented people, posts, households and ties of the demo are collected while they are made up."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from api.demo.names import person_name

_OPENING = "2025-01-01"
_OTHER_DAYS = ("2023-07-01", "2024-03-01", "2024-09-01", "2025-03-01", "2025-06-16", "2025-09-01")
_SHARE_OF_OTHER_DAYS = 0.06


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """`place` is the code of a unit, or of a body where `at_body`; `place_name` is what people call it."""

    person: str
    role: str
    place: str
    place_name: str
    at_body: bool
    valid_from: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    code: str
    unit: str
    head: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """Two people on record as relatives."""

    person: str
    other: str
    kind: str


class Register:
    """`prefix` begins the ids of its people."""

    def __init__(self, prefix: str, rng: Random) -> None:
        self._prefix = prefix
        self._rng = rng
        self.people: list[Person] = []
        self.posts: list[Post] = []
        self.households: list[Household] = []
        self.ties: list[Tie] = []
        #: persona -> id of the person
        self.personas: dict[str, str] = {}

    def person(self, name: str | None = None) -> str:
        """Somebody new; the id."""
        number = len(self.people) + 1
        self.people.append(Person(id=f"{self._prefix}{number:04d}", name=name or person_name(self._rng)))
        return self.people[-1].id

    def post(self, person: str, role: str, place: str, place_name: str, *, at_body: bool = False) -> None:
        other = self._rng.random() < _SHARE_OF_OTHER_DAYS
        since = self._rng.choice(_OTHER_DAYS) if other else _OPENING
        made = Post(person=person, role=role, place=place, place_name=place_name, at_body=at_body, valid_from=since)
        self.posts.append(made)

    def household(self, unit: str, number: int, head: str, members: tuple[str, ...]) -> None:
        self.households.append(Household(code=f"{unit}h{number:02d}", unit=unit, head=head, members=members))
