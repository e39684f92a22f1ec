"""`Case` keeps the history of one case and fires acts at it. No database: `decide` and `fold` alone.

A folder of rule tests makes a class of it with its own bench: the rules, the people and the meetings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

from engine.cases.rules_folder import open_calendars
from engine.definition.loader import load_file
from engine.rules.attempt import Actor, Attempt, Command, InMeeting, Snapshot, Unit, World
from engine.rules.decide import Decision, Request, decide, make_attempt
from engine.rules.explain import Offer, explain
from engine.rules.fold import fold
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.refusals import FieldsRefused, Refusal
from engine.rules.state import CaseState, Event
from tests.rules.places import PLACES, TOWNSHIP

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine o'clock in the morning in Shanghai
TODAY = "2026-03-02"
WORKFLOWS = Path(__file__).parents[2] / "workflows"
RULES_FILE = "MINQING_TEST_RULES_FILE"

Answer = Decision | Refusal


@cache
def rules_under_test(path: str) -> Compiled:
    """This file, or the one that the drill names in MINQING_TEST_RULES_FILE, read and compiled once."""
    reading = load_file(Path(os.environ.get(RULES_FILE, path)))
    assert reading.workflow is not None, reading.findings
    return compile_workflow(reading.workflow, open_calendars(WORKFLOWS).get(reading.workflow.calendar or ""))


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What the cases of a folder share. `gates`: state -> the meeting it waits for; `decisions`: triggers that only
    meetings fire; `carrying`: those of them that carry over; `known`: (type, value) of what exists beside people and
    places."""

    rules: Callable[[], Compiled]
    people: Mapping[str, Actor]
    holders: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, str]
    decisions: frozenset[str]
    unit: Unit
    carrying: frozenset[str] = frozenset({"carry_over"})
    known: frozenset[tuple[str, str]] = frozenset()

    @property
    def exists(self) -> frozenset[tuple[str, str]]:
        people, places = {("person", name) for name in self.people}, {("unit", unit.code) for unit in PLACES}
        return frozenset(people | places | self.known)


@dataclass
class Case:
    """One case from before its opening: `state` and `events` follow what happened, `now` moves with `wait`. Where a
    name is expected, an `Actor` made for one test will do."""

    bench: ClassVar[Bench]

    events: list[Event] = field(default_factory=list)
    state: CaseState | None = None
    now: datetime = MONDAY
    kin: dict[str, frozenset[str]] = field(default_factory=dict)
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.holders = self.holders or self.bench.holders

    def fire(self, who: str | Actor, trigger: str, **data: object) -> Answer:
        """`who` fires the trigger outside of a meeting. A refusal changes nothing."""
        return self._take(self.ask(who, trigger, **data))

    def decide_in_meeting(self, who: str | Actor, trigger: str, *, meeting: str | None = None, quorate: bool = True,
                          **data: object) -> Answer:  # fmt: skip
        """`who` decides in the chair of the meeting, by default the one at whose gate the case waits."""
        return self._take(self.ask_in_meeting(who, trigger, meeting=meeting, quorate=quorate, **data))

    def act(self, who: str | Actor, trigger: str, **data: object) -> Answer:
        """In the meeting where the act is one of a meeting, else outside."""
        return self._take(self.ask_either(who, trigger, **data))

    def ask(self, who: str | Actor, trigger: str, *, on_behalf_of: object = None, meeting: InMeeting | None = None,
            **data: object) -> Answer:  # fmt: skip
        """What firing would do, without doing it."""
        command = Command(trigger=trigger, data=data, behalf=on_behalf_of)
        return decide(self.bench.rules(), self._request(who, command, meeting))

    def ask_in_meeting(self, who: str | Actor, trigger: str, *, meeting: str | None = None, quorate: bool = True,
                       opened: date | None = None, **data: object) -> Answer:  # fmt: skip
        sitting = InMeeting(
            id="meeting-1",
            code=meeting or self.bench.gates[self.at],
            day=opened or self.today,
            quorate=quorate,
            carries=trigger in self.bench.carrying,
            agenda_no=1,
        )
        return self.ask(who, trigger, meeting=sitting, **data)

    def ask_either(self, who: str | Actor, trigger: str, **data: object) -> Answer:
        decided = trigger in self.bench.decisions and self.at in self.bench.gates
        return (self.ask_in_meeting if decided else self.ask)(who, trigger, **data)

    def offers(self, who: str) -> dict[str, Offer]:
        """By trigger, what the rules offer somebody now and who else could."""
        request = self._request(who, Command(trigger="note"), None)
        attempt: Attempt = make_attempt(self.bench.rules(), request, None)
        return {offer.row.trigger: offer for offer in explain(attempt)}

    def relate(self, one: str, other: str) -> None:
        """They are of one household, or relatives on record."""
        for person, kin in ((one, other), (other, one)):
            self.kin[person] = self.kin.get(person, frozenset()) | {kin}

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def at(self) -> str:
        return self.state.state if self.state else "start"

    @property
    def level(self) -> str:
        assert self.state is not None
        return self.state.level

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=8)).date()

    @property
    def responsible(self) -> tuple[str, ...]:
        assert self.state is not None
        return (*self.state.responsible.people, *self.state.responsible.units)

    @property
    def successor(self) -> tuple[str, ...]:
        assert self.state is not None
        return (*self.state.successor.people, *self.state.successor.units)

    @property
    def handlers(self) -> set[str]:
        assert self.state is not None
        return {*self.state.handlers.people, *self.state.handlers.units}

    def _request(self, who: str | Actor, command: Command, meeting: InMeeting | None) -> Request:
        return Request(
            case=Snapshot(id="430482109-1", home=TOWNSHIP.code, unit=self.bench.unit, state=self.state),
            actor=who if isinstance(who, Actor) else self.bench.people[who],
            command=command,
            world=World(holders=self.holders, kin=self.kin, known=self._known(who), charged=self.bench.people),
            now=self.now,
            meeting=meeting,
        )

    def _known(self, who: str | Actor) -> frozenset[tuple[str, str]]:
        own = {("person", who.person)} if isinstance(who, Actor) else set()
        return self.bench.exists | own

    def _take(self, answer: Answer) -> Answer:
        if isinstance(answer, Decision):
            self.events.append(answer.event)
            self.state = answer.state
            assert fold(self.bench.rules().workflow, self.events) == answer.state
        return answer


# --- what a test says of an answer -----------------------------------------------------------------------------------


def happened(answer: Answer) -> bool:
    assert isinstance(answer, Decision), code_of(answer)
    return True


def refused(answer: Answer, code: str) -> bool:
    """A condition does not hold, and the refusal says which."""
    assert (kind_of(answer), code_of(answer)) == ("conflict", code)
    return True


def code_of(answer: Answer) -> str:
    """`done`, the refusal's code, or for fields each with its problem: `reason: missing`."""
    if isinstance(answer, Decision):
        return "done"
    if isinstance(answer, FieldsRefused):
        return ", ".join(f"{problem.field}: {problem.code}" for problem in answer.problems)
    return answer.code


def kind_of(answer: Answer) -> str:
    """The row of the table of statuses: not_found 404, forbidden 403, conflict 409, invalid 422."""
    return "done" if isinstance(answer, Decision) else answer.kind


def mark(answer: Answer) -> str:
    """`+` may · `-` sees the case, but it is not his part (403) · `x` out of reach (404; at the opening 422)."""
    if code_of(answer) == "role":
        return "-"
    if code_of(answer) in ("case_not_found", "unit: unknown_unit"):
        return "x"
    return "+" if code_of(answer) == "done" else code_of(answer)
