"""An empty database becomes a demo township: marked as one, its organisation imported."""

from __future__ import annotations

from datetime import date

from api.demo.organisation import organisation
from api.demo.people import Holders
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.wiring import Store, migrate

_ORDER = ("units", "bodies", "people", "posts", "households", "relatives")


class DemoBroken(RuntimeError):
    """The generated register was refused, or its history does not add up: a defect of ours, not of the user's."""


def end_post(store: Store, seed: int, role: str, unit: str, last: date) -> None:
    """Nobody holds this post after the day. Raises DemoBroken."""
    head, *lines = organisation(seed)["posts"].decode().splitlines()
    (line,) = [line for line in lines if line.split(",")[1:3] == [role, unit]]
    outcome = ImportService(store).apply("posts", f"{head}\n{line}{last}\n".encode())
    if outcome.problems:
        raise DemoBroken(f"posts: {outcome.problems[:3]}")


def settle_people(store: Store, seed: int) -> Holders:
    """Who holds which post where, once all of them are in the database. Raises DemoBroken, Wrong."""
    migrate(store)
    setup = SetupService(store)
    if setup.setup() is not None:
        raise DemoBroken("the database is not empty")
    setup.init("demo")
    register = organisation(seed)
    service = ImportService(store)
    for kind in _ORDER:
        outcome = service.apply(kind, register[kind])
        if outcome.problems:
            raise DemoBroken(f"{kind}: {outcome.problems[:3]}")
    return Holders(register)
