"""The real services on the township of the tests, and what was done with them kept in plain values beside; each act is
held against the model of permissions as soon as it was tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.deps import Services
from engine.cases.office import open_office
from engine.cases.service import Caller, OpenCase
from engine.meetings.closing import CARRIED, EFFECTIVE
from engine.meetings.service import NewDecision, NewMeeting
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.rules.attempt import Command
from engine.rules.machine import compile_workflow
from engine.rules.refusals import (
    Concerned,
    ConditionRefused,
    Conflict,
    FieldsRefused,
    Forbidden,
    KeptOut,
    NotFound,
    NotInState,
    NotNamed,
    OnlyInMeeting,
    Recused,
    Refusal,
)
from engine.rules.rulebook import Rulebook
from engine.store.agendabook import read_agenda
from engine.store.casefile import read_events_at
from engine.store.clock import DatabaseClock
from engine.store.db import Store
from engine.store.meetingbook import read_meeting
from tests import township as t
from tests.properties import concern_model as concern
from tests.properties import permission_model as model
from tests.properties.rights_facts import JOINT, JOINT_UNITS, Case, Meeting, Post, done, township
from tests.properties.rights_rules import KEY, Document, row_of, workflow

WORDS = "水沟堵了"
RULEBOOK = Rulebook(
    {(KEY, v): compile_workflow(workflow(v), t.calendars()["cn"]) for v in (1, 2)}, drafts_open=True
)  # fmt: skip
_POSTS = "person,role,unit,body,valid_from,valid_to"


class Rights:
    """One township. `cases` and `meetings` by id. `make` builds the services around an office."""

    def __init__(self, store: Store, make: Callable[[Any], Services]) -> None:
        _settle(store)
        self.store, self.at = store, t.NOW
        SetupService(store).hold_clock(self.at)
        office = open_office(store, RULEBOOK, clock=DatabaseClock())
        self.office = dataclasses.replace(office, default_workflow=KEY)
        self.served = make(self.office)
        self.land = township()
        self.cases: dict[str, Case] = {}
        self.meetings: dict[str, Meeting] = {}

    @property
    def day(self) -> date:
        return _local(self.at)

    def wait(self, **span: float) -> None:
        self.at += timedelta(**span)
        SetupService(self.store).hold_clock(self.at)

    # --- the register ------------------------------------------------------------------------------------------------

    def post(self, person: str, role: str, place: str, first: date, last: date | None = None) -> None:
        """A new post, or the last day of one that is there."""
        post = Post(person, role, place, first, last)
        unit, body = (place, "") if post.places == {place} and place in self.land.above else ("", place)
        row = f"{person},{role},{unit},{body},{first},{last or ''}"
        outcome = ImportService(self.store).apply("posts", f"{_POSTS}\n{row}".encode())
        assert not outcome.problems, outcome.problems
        same = (person, role, place, first)
        self.land.posts = [p for p in self.land.posts if (p.person, p.role, p.place, p.first) != same] + [post]

    def relate(self, one: str, other: str) -> None:
        row = f"person,other,kind,valid_from,valid_to\n{one},{other},sibling,2025-01-01,"
        outcome = ImportService(self.store).apply("relatives", row.encode())
        assert not outcome.problems, outcome.problems
        self.land.marry(one, other)

    # --- cases -------------------------------------------------------------------------------------------------------

    def rows_read(self, person: str, case: Case) -> int | None:
        found: int | None = model.rows_read(self.land, case, person, self.day)
        return found

    def reads_whole(self, person: str, case: Case) -> bool:
        return self.rows_read(person, case) == case.version

    def may(
        self, person: str, case: Case, row: Document, lent: set[str] | None = None, day: date | None = None
    ) -> bool:
        return bool(model.may_act(self.land, case, person, day or self.day, row, lent or set()))

    def open(self, person: str, unit: str, version: int, trigger: str = "begin", behalf: str | None = None,
             **data: Any) -> str | None:  # fmt: skip
        """The id of the case; None where it was refused, as the model says it must be."""
        case = Case(unit=unit, rules_version=version)
        row = row_of(version, trigger, "start")
        assert row is not None
        command = Command(trigger=trigger, data=data, behalf=behalf)
        wanted = OpenCase(unit=unit, workflow=f"{KEY}/{version}", command=command)
        allowed, passing = self.may(person, case, row), self.passes_on(person, case, row, data, behalf)
        try:
            held = self.served.cases.open(Caller(person=person), wanted)
        except Refusal as refusal:
            may_be = (FieldsRefused,) if allowed or not self.rows_of_unit(person, case) else (NotNamed,)
            may_be += (Concerned,) if allowed and passing else ()
            assert isinstance(refusal, may_be), self.said(person, trigger, refusal, allowed)
            return None
        assert allowed and not passing, f"{person} opened a case at {unit}"
        self.cases[held.identity.id] = done(case, row, person, data, behalf)
        return held.identity.id

    def passes_on(self, person: str, case: Case, row: Document, data: Document, behalf: str | None = None) -> bool:
        charged = [data["worker"]] if "worker" in data else []
        after = done(case, row, person, data, behalf)
        return bool(concern.passes_on(self.land, case, after, person, self.day, charged))

    def rows_of_unit(self, person: str, case: Case) -> bool:
        return bool(model.reading(self.land, case, person, self.day))

    def fire(self, person: str, case_id: str, trigger: str, **data: Any) -> Refusal | None:
        """What it was refused with. The answer is the one that the model calls for."""
        case = self.cases[case_id]
        row = row_of(case.rules_version, trigger, case.state)
        may_be = self._answers(person, case, row, data)
        try:
            held = self.served.cases.fire(
                Caller(person=person), case_id, Command(trigger=trigger, data=data), case.version
            )
        except Refusal as refusal:
            assert isinstance(refusal, may_be), self.said(person, trigger, refusal, may_be)
            return refusal
        assert _Done in may_be, f"{person} did {trigger} to {case}, which calls for {may_be}"
        assert row is not None, (trigger, case)
        self.cases[case_id] = after = done(case, row, person, data)
        assert (held.state.state, held.state.level, held.state.version) == (after.state, after.level, after.version)
        return None

    def _answers(self, person: str, case: Case, row: Document | None, data: Document) -> tuple[Any, ...]:
        """The kinds of answer that the model leaves; None stands for done."""
        if not self.rows_read(person, case):
            return (NotFound,)
        if not self.reads_whole(person, case):
            return (Recused,)
        if row is None:
            return (NotInState, FieldsRefused)
        if "via" in row:
            return (OnlyInMeeting,)
        if not self.may(person, case, row):
            return (NotNamed, KeptOut)
        primary = self.cases.get(data.get("primary", ""))
        if primary is not None and not self.reads_whole(person, primary):
            return (FieldsRefused,)
        refused = FieldsRefused, ConditionRefused, Conflict
        return (Concerned, *refused) if self.passes_on(person, case, row, data) else (_Done, *refused)

    def said(self, *facts: Any) -> str:
        return " | ".join(f"{type(each).__name__} {each}" for each in facts)

    # --- meetings ----------------------------------------------------------------------------------------------------

    def plan(self, person: str, unit: str, version: int) -> str | None:
        meeting = Meeting(unit=unit, rules_version=version)
        at = self.at + timedelta(hours=1)
        wanted = NewMeeting(meeting="board", unit=unit, at=at, workflow=f"{KEY}/{version}")
        found = self._tried(
            bool(model.seats(self.land, meeting, person, self.day, meeting.members)),
            lambda: self.served.meetings.create(person, wanted), (FieldsRefused,),
        )  # fmt: skip
        if found is not None:
            self.meetings[found] = meeting
        return found

    def can_chair(self, person: str, meeting: Meeting) -> bool:
        own = model.seats(self.land, meeting, person, self.day, meeting.chairs)
        return bool(own or model.lent_to(self.land, meeting, person, self.day))

    def delegate(self, person: str, meeting_id: str, to: str) -> None:
        meeting = self.meetings[meeting_id]
        right = bool(model.seats(self.land, meeting, person, self.day, meeting.chairs))
        done_ = self._tried(
            right, lambda: self.served.arranging.delegate(person, meeting_id, self._version(meeting_id), to, "去县里"),
            (FieldsRefused, Conflict), meeting=meeting, person=person,
        )  # fmt: skip
        if done_:
            meeting.delegate, meeting.delegated_by = to, person

    def step(self, person: str, meeting_id: str, what: str) -> bool:
        """`open` or `cancel` it."""
        meeting = self.meetings[meeting_id]
        version = self._version(meeting_id)
        meetings = self.served.meetings
        ways: dict[str, Callable[[], None]] = {
            "open": lambda: meetings.open(person, meeting_id, version),
            "cancel": lambda: meetings.cancel(person, meeting_id, version, "防汛"),
        }
        waiting = self.waiting(meeting)
        worked = self._tried(self.can_chair(person, meeting), ways[what], (Conflict,), meeting=meeting, person=person)
        if worked:
            meeting.status = {"open": "open", "cancel": "cancelled"}[what]
            if what == "open":
                meeting.agenda = tuple(waiting)
        return bool(worked)

    def waiting(self, meeting: Meeting) -> list[str]:
        """What waits at its gate, whatever version of the rules."""
        return [
            ident for ident, case in self.cases.items()
            if case.state == "waits" and meeting.unit in self.land.above[case.unit]
        ]  # fmt: skip

    def decide(self, person: str, meeting_id: str, case_id: str, trigger: str, **data: Any) -> bool:
        meeting, case = self.meetings[meeting_id], self.cases[case_id]
        row = row_of(case.rules_version, trigger, case.state)
        lent = model.lent_to(self.land, meeting, person, self.day)
        right = self.can_chair(person, meeting) and row is not None and self.may(person, case, row, lent)
        decision = NewDecision(case_id=case_id, trigger=trigger, data=dict(data))
        may_be = (FieldsRefused, Conflict, ConditionRefused, NotInState)
        return bool(self._tried(
            right, lambda: self.served.meetings.decide(person, meeting_id, self._version(meeting_id), [decision]),
            may_be, meeting=meeting, person=person,
        ))  # fmt: skip

    def close(self, person: str, meeting_id: str) -> bool:
        meeting = self.meetings[meeting_id]
        worked = self._tried(
            self.can_chair(person, meeting),
            lambda: self.served.meetings.close(person, meeting_id, self._version(meeting_id)),
            (Conflict,), meeting=meeting, person=person,
        )  # fmt: skip
        if worked:
            meeting.status = "closed"
            self._take_effect(meeting_id, meeting)
        return bool(worked)

    def _take_effect(self, meeting_id: str, meeting: Meeting) -> None:
        """What closing did, each held against the rights of who decided, on the day he did."""
        with self.store.read() as tx:
            row = read_meeting(tx, meeting_id)
            assert row is not None
            items = read_agenda(tx, row)
        assert {item.case_id for item in items} == set(meeting.agenda)
        for item in items:
            self._settle_item(meeting, item)

    def _settle_item(self, meeting: Meeting, item: Any) -> None:
        case = self.cases[item.case_id]
        if item.outcome == EFFECTIVE:
            decided = item.decided
            row = row_of(case.rules_version, decided.trigger, case.state)
            day = _local(decided.decided_at)
            lent = model.lent_to(self.land, meeting, decided.actor, day)
            assert row is not None
            assert self.may(decided.actor, case, row, lent, day), f"{decided} took effect"
            self.cases[item.case_id] = done(case, row, decided.actor, self._kept(item))
        elif item.seq is not None:
            row = row_of(case.rules_version, "carry", case.state)
            assert row is not None
            assert item.outcome == CARRIED or item.refusal is not None, item
            self.cases[item.case_id] = done(case, row, "system", {})

    def _kept(self, item: Any) -> Document:
        """The values of a decision that took effect stand in the history."""
        with self.store.read() as tx:
            (event,) = read_events_at(tx, {(item.case_id, item.seq)}).values()
        return dict(event.facts)

    def _version(self, meeting_id: str) -> int:
        with self.store.read() as tx:
            row = read_meeting(tx, meeting_id)
        assert row is not None
        return row.version

    def _tried(self, right: bool, act: Callable[[], Any], otherwise: tuple[type[Refusal], ...], *,
               meeting: Meeting | None = None, person: str = "") -> Any:  # fmt: skip
        """What the act returned, True for None; None where it was refused. Who has no right never gets it done; who
        has is refused for other reasons alone; and who does not see the meeting hears that there is none."""
        sees = meeting is None or model.sees_meeting(self.land, meeting, person, self.day)
        try:
            found = act()
        except Refusal as refusal:
            if not sees:
                assert isinstance(refusal, NotFound), refusal
            elif right:
                assert isinstance(refusal, (*otherwise, Forbidden)), refusal
            return None
        assert right, "done without a right"
        assert sees, "done by somebody who does not see the meeting"
        return found if found is not None else True


class _Done:
    """Stands for an act that was done, among kinds of refusal."""


def _local(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date()


def _settle(store: Store) -> None:
    """The township with what it lacks for this: a department of the county, and a council of two villages."""
    t.settle(store)
    service = ImportService(store)
    body = f"code,name,kind,units\n{JOINT},联合理事会,council,{' '.join(JOINT_UNITS)}"
    for kind, text in (("units", f"code,name,kind,parent\n{t.POWER_COMPANY},供电公司,department,{t.COUNTY}"),
                       ("bodies", body)):  # fmt: skip
        outcome = service.apply(kind, text.encode())
        assert not outcome.problems, outcome.problems
