"""What the driver of a township works with: the services of everybody, a clock it moves, a queue of acts by time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ulid import ULID

from engine.audit.checkpoints import CheckpointService
from engine.audit.witnessing import Witness
from engine.cases.office import Office, open_office
from engine.cases.queries import CaseQueries
from engine.cases.rules_folder import open_rulebook
from engine.cases.service import CaseService
from engine.cases.timekeeping import Timekeeper
from engine.meetings.queries import MeetingQueries
from engine.meetings.series import SeriesService
from engine.meetings.service import MeetingService
from engine.meetings.watching import MeetingWatch
from engine.messages.delivery import LetterService
from engine.wiring import Store

ZONE = ZoneInfo("Asia/Shanghai")
#: People act within these hours of the day.
_FROM, _TO = time(7), time(21)


class MovedClock:
    """The clock that the driver moves from act to act; it never goes back."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, _: object) -> datetime:
        return self.at.astimezone(UTC)

    def move(self, at: datetime) -> None:
        self.at = max(self.at, at)


class Chances:
    """Ids and salts that come from a seed and the moved clock, in place of those that nobody can guess."""

    def __init__(self, clock: MovedClock, seed: int | str) -> None:
        self._clock, self._random = clock, random.Random(f"{seed}/ids")

    def ulid(self) -> str:
        moment = int(self._clock.at.timestamp() * 1000)
        return str(ULID(moment.to_bytes(6, "big") + self._random.randbytes(10)))

    def salt(self) -> str:
        return self._random.randbytes(16).hex()


@dataclass(frozen=True, slots=True)
class DemoServices:
    """What the driver acts through: the same services as everybody."""

    clock: MovedClock
    office: Office
    cases: CaseService
    queries: CaseQueries
    meetings: MeetingService
    minutes: MeetingQueries
    keeper: Timekeeper
    letters: LetterService
    series: SeriesService
    watch: MeetingWatch
    witness: Witness


def services(store: Store, workflows: Path, start: datetime, seed: int, key: Path | None = None) -> DemoServices:
    """Those of a database that was set up, its time moved from `start` on; `key` signs its checkpoints."""
    clock = MovedClock(start)
    office = open_office(store, open_rulebook(store, workflows), clock=clock, signing_key=key)
    apart = replace(office, new_ulid=Chances(clock, f"{seed}/checkpoints").ulid)  # these change no id of the others
    chances = Chances(clock, seed)
    office = replace(office, new_ulid=chances.ulid, new_salt=chances.salt)
    return DemoServices(
        clock=clock,
        office=office,
        cases=CaseService(office),
        queries=CaseQueries(office),
        meetings=MeetingService(office, CheckpointService(apart).after_meeting),
        minutes=MeetingQueries(office),
        keeper=Timekeeper(office),
        letters=LetterService(office),
        series=SeriesService(office),
        watch=MeetingWatch(office),
        witness=Witness(apart),
    )


class Queue:
    """Acts that wait for their time, those of one moment in the order they came."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (when, next(self._order), act))

    def next(self, before: datetime) -> tuple[datetime, Callable[[], None]] | None:
        """The first act before this moment, taken out; None where there is none."""
        if not self._waiting or self._waiting[0][0] >= before:
            return None
        when, _, act = heapq.heappop(self._waiting)
        return when, act


def awake(when: datetime, chance: random.Random) -> datetime:
    """That moment, or where people sleep the next morning."""
    here = when.astimezone(ZONE)
    if _FROM <= here.time() < _TO:
        return when
    day = here.date() + timedelta(days=here.time() >= _TO)
    return datetime.combine(day, _FROM, ZONE) + timedelta(minutes=chance.randint(0, 90))
