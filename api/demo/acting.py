"""What the demo's driver works with: the services of everybody, a clock it moves, a queue of acts ordered by time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.demo.plans import END, ZONE, Plan
from engine.cases.queries import CaseQueries
from engine.cases.service import CaseService
from engine.meetings.queries import MeetingQueries
from engine.meetings.service import MeetingService


class MovedClock:
    """The clock that the driver moves from act to act."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, _: object) -> datetime:
        return self.at.astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class DemoServices:
    """What the driver acts through: the same services as everybody."""

    clock: MovedClock
    cases: CaseService
    queries: CaseQueries
    meetings: MeetingService
    minutes: MeetingQueries
    waiting: dict[str, list[Plan]]


class Queue:
    """Acts that wait for their time."""

    def __init__(self, clock: MovedClock, chance: random.Random) -> None:
        self._clock, self._chance = clock, chance
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        """Do it then; what would fall after the end of the demo is not done."""
        if when < END:
            heapq.heappush(self._waiting, (when, next(self._order), act))

    def run(self) -> None:
        while self._waiting:
            when, _, act = heapq.heappop(self._waiting)
            self._clock.at = when
            act()

    def soon(self, days: float) -> datetime:
        """Some hours into a later day, within the hours people work."""
        later = self._clock.at + timedelta(days=max(1, round(days)))
        minutes = self._chance.randint(0, 9 * 60)
        return datetime.combine(later.astimezone(ZONE).date(), time(8, 30), ZONE) + timedelta(minutes=minutes)
