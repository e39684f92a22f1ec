"""A small township to try the rules of version 1 on: its places, one person per role, and `Case`, which keeps the
history of one case and fires acts at it. No database: `decide` and `fold` alone.

The file under test is `workflows/issue-escalation/v1.yaml`, or the one that MINQING_TEST_V1_FILE names.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from engine.definition.loader import load_file
from engine.rules.attempt import SYSTEM_ACTOR, Actor, Attempt, Command, InMeeting, Post, Snapshot, Unit, World
from engine.rules.decide import Decision, Request, decide, make_attempt
from engine.rules.explain import Offer, explain
from engine.rules.fold import fold
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.refusals import FieldsRefused, Refusal
from engine.rules.state import CaseState, Event

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine o'clock in the morning in Shanghai
TODAY = "2026-03-02"

# --- places ----------------------------------------------------------------------------------------------------------

_COUNTY = ("county", "430482")
_TOWNSHIP = (_COUNTY, ("township", "430482109"))
_VILLAGE = (*_TOWNSHIP, ("village", "430482109201"))
_WUCHANG = (*_VILLAGE, ("wuchang", "430482109201-W1"))
_GROUP = (*_WUCHANG, ("group", "430482109201-G1"))


def _unit(*line: tuple[str, str]) -> Unit:
    return Unit(code=line[-1][1], kind=line[-1][0], line=line)


COUNTY = _unit(_COUNTY)
TOWNSHIP = _unit(*_TOWNSHIP)
VILLAGE = _unit(*_VILLAGE)
WUCHANG = _unit(*_WUCHANG)
GROUP = _unit(*_GROUP)
NEIGHBOURHOOD = _unit(*_GROUP, ("neighbourhood", "430482109201-N1"))
STATION = _unit(*_TOWNSHIP, ("station", "430482109-S1"))
OTHER_STATION = _unit(*_TOWNSHIP, ("station", "430482109-S2"))
OTHER_VILLAGE = _unit(*_TOWNSHIP, ("village", "430482109202"))

# --- people ----------------------------------------------------------------------------------------------------------

#: The fourteen roles and where their posts sit: a unit, or a body (by name) that covers the wuchang.
SEATS: dict[str, tuple[str, Unit]] = {
    "linzhang": (NEIGHBOURHOOD.code, NEIGHBOURHOOD),
    "zuzhang": (GROUP.code, GROUP),
    "pianzhang": (WUCHANG.code, WUCHANG),
    "party_group_leader": ("party-group-1", WUCHANG),
    "council_member": ("council-1", WUCHANG),
    "village_clerk": (VILLAGE.code, VILLAGE),
    "village_cadre": (VILLAGE.code, VILLAGE),
    "village_secretary": (VILLAGE.code, VILLAGE),
    "township_party_office": (TOWNSHIP.code, TOWNSHIP),
    "township_station": (STATION.code, STATION),
    "township_leader": (TOWNSHIP.code, TOWNSHIP),
    "township_secretary": (TOWNSHIP.code, TOWNSHIP),
    "auditor_township": (TOWNSHIP.code, TOWNSHIP),
    "auditor_county": (COUNTY.code, COUNTY),
}
ROLES = tuple(SEATS)


def _holding(person: str, role: str, place: str, unit: Unit) -> Actor:
    return Actor(person=person, posts=(Post(id=f"post-{person}", role=role, place=place, units=(unit,)),))


def _everybody() -> dict[str, Actor]:
    people = {"system": SYSTEM_ACTOR, "reporter": Actor(person="reporter"), "villager": Actor(person="villager")}
    for role, (place, unit) in SEATS.items():
        people[role] = _holding(role, role, place, unit)
        people[f"{role}_2"] = _holding(f"{role}_2", role, place, unit)
    people["other_station"] = _holding("other_station", "township_station", OTHER_STATION.code, OTHER_STATION)
    people["far_clerk"] = _holding("far_clerk", "village_clerk", OTHER_VILLAGE.code, OTHER_VILLAGE)
    return people


#: By name. Somebody called like a role holds one post of it; his colleague `<role>_2` does what came before a test.
#: `reporter` and `villager` hold no post; `far_clerk` is of another village, `other_station` has no part in the case.
PEOPLE = _everybody()

_PLACES = (COUNTY, TOWNSHIP, VILLAGE, WUCHANG, GROUP, NEIGHBOURHOOD, STATION, OTHER_STATION, OTHER_VILLAGE)
_KNOWN = frozenset({("person", name) for name in PEOPLE} | {("unit", unit.code) for unit in _PLACES})
_HOLDERS = {role: (f"{role}_2", role) for role in SEATS}  # the colleague is the longer in post

# --- meetings --------------------------------------------------------------------------------------------------------

GATES = {"village_queued": "village_weekly", "township_queued": "township_monthly"}
DECISIONS = (
    "assign_in_village",
    "return_to_wuchang",
    "refer_to_township",
    "carry_over",
    "assign_in_township",
    "return_to_village",
)

# --- a case ----------------------------------------------------------------------------------------------------------

Answer = Decision | Refusal


@cache
def rules() -> Compiled:
    """The file under test, read and compiled once."""
    path = Path(os.environ.get("MINQING_TEST_V1_FILE", "workflows/issue-escalation/v1.yaml"))
    reading = load_file(path)
    assert reading.workflow is not None, reading.findings
    return compile_workflow(reading.workflow)


class Case:
    """One case from before its opening: `state` and `events` follow what happened, `now` moves with `wait`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.state: CaseState | None = None
        self.now = MONDAY
        self.kin: dict[str, frozenset[str]] = {}
        self.holders: dict[str, tuple[str, ...]] = _HOLDERS

    def fire(self, who: str, trigger: str, **data: object) -> Answer:
        """`who` fires the trigger outside of a meeting. A refusal changes nothing."""
        return self._take(self.ask(who, trigger, **data))

    def decide_in_meeting(self, who: str, trigger: str, *, meeting: str | None = None, quorate: bool = True,
                          **data: object) -> Answer:  # fmt: skip
        """`who` decides in the chair of the meeting, by default the one at whose gate the case waits."""
        return self._take(self.ask_in_meeting(who, trigger, meeting=meeting, quorate=quorate, **data))

    def act(self, who: str, trigger: str, **data: object) -> Answer:
        """In the meeting where the act is one of a meeting, else outside."""
        return self._take(self.ask_either(who, trigger, **data))

    def ask(self, who: str, trigger: str, *, on_behalf_of: object = None, meeting: InMeeting | None = None,
            **data: object) -> Answer:  # fmt: skip
        """What firing would do, without doing it."""
        command = Command(trigger=trigger, data=data, behalf=on_behalf_of)
        return decide(rules(), self._request(who, command, meeting))

    def ask_in_meeting(self, who: str, trigger: str, *, meeting: str | None = None, quorate: bool = True,
                       opened: date | None = None, **data: object) -> Answer:  # fmt: skip
        sitting = InMeeting(
            id="meeting-1",
            code=meeting or GATES[self.at],
            day=opened or self.today,
            quorate=quorate,
            carries=trigger == "carry_over",
            agenda_no=1,
        )
        return self.ask(who, trigger, meeting=sitting, **data)

    def ask_either(self, who: str, trigger: str, **data: object) -> Answer:
        asking = self.ask_in_meeting if trigger in DECISIONS and self.at in GATES else self.ask
        return asking(who, trigger, **data)

    def offers(self, who: str) -> dict[str, Offer]:
        """By trigger, what the rules offer somebody now and who else could."""
        request = self._request(who, Command(trigger="note"), None)
        attempt: Attempt = make_attempt(rules(), request, None)
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

    def _request(self, who: str, command: Command, meeting: InMeeting | None) -> Request:
        return Request(
            case=Snapshot(id="430482109-1", home=TOWNSHIP.code, unit=NEIGHBOURHOOD, state=self.state),
            actor=PEOPLE[who],
            command=command,
            world=World(holders=self.holders, kin=self.kin, known=_KNOWN),
            now=self.now,
            meeting=meeting,
        )

    def _take(self, answer: Answer) -> Answer:
        if isinstance(answer, Decision):
            self.events.append(answer.event)
            self.state = answer.state
            assert fold(rules().workflow, self.events) == answer.state
        return answer


# --- what a test says of an answer -----------------------------------------------------------------------------------


def happened(answer: Answer) -> bool:
    assert isinstance(answer, Decision), code_of(answer)
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
