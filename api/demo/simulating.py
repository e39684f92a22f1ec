"""A synthetic township under the simulated clock: so many days, so many cases, everything from one seed."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.demo.acting import ZONE, services
from api.demo.driving import Driver
from api.demo.habits import Habits
from api.demo.mix import mixed
from api.demo.places import TOWN
from api.demo.plans import RULES
from api.demo.settling import settle_people
from api.demo.sittings import Sittings
from engine.audit.figures import FigureQueries, Figures
from engine.audit.verify import Verdict, verify
from engine.definition.model import Workflow
from engine.people.setup import SetupService
from engine.wiring import Store

#: Time begins on the first day of the last year that the calendar of the release knows.
START = datetime(2026, 1, 1, tzinfo=ZONE)
#: Of the weekly meetings that nobody opens.
MISSED = 0.06


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulated:
    """What became of it. `refused` says which acts the rules refused, by trigger and code."""

    workflow: Workflow
    until: datetime
    days: int
    seed: int
    figures: Figures
    refused: Mapping[tuple[str, str], int]
    verdict: Verdict


def simulate(store: Store, workflows: Path, *, days: int, cases: int, seed: int) -> Simulated:
    """Drive a township through the days in a database that is empty. Raises Wrong, RulesRefused."""
    holders = settle_people(store, seed)
    at_hand = services(store, workflows, START, seed)
    driver = Driver(at_hand, holders, seed)
    habits, until = Habits(driver), START + timedelta(days=days)
    for plan in mixed(holders, TOWN, START, days, cases, seed):
        driver.queue.at(plan.start, lambda plan=plan: habits.begin(plan))  # type: ignore[misc]
    driver.keep_rhythm(START, Sittings(driver, habits, missed=MISSED).hold)
    with _few_collections():
        driver.run(until)
    driver.look_for_missed()
    SetupService(store).hold_clock(until)
    book = at_hand.office.rulebook
    rules = book.find(RULES)
    assert rules is not None
    return Simulated(
        workflow=rules.workflow,
        until=until,
        days=days,
        seed=seed,
        figures=FigureQueries(at_hand.office).figures(ZONE),
        refused=dict(sorted(driver.refused.items())),
        verdict=verify(store, book),
    )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Acts make many objects that no cycle holds: looking for cycles among all that stays takes a tenth of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
