"""The one driver through which all steps act and look: a township, its cases, its meetings, what was refused last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from engine.audit.queries import AuditQueries
from engine.audit.verify import verify
from engine.cases.clock_queries import ClockQueries
from engine.cases.door import Act
from engine.cases.queries import CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.definition.model import START, SYSTEM, FieldType, Row, Value, Workflow
from engine.files.depots import FolderDepot
from engine.files.service import FileService
from engine.meetings.arranging import ArrangingService
from engine.meetings.queries import MeetingQueries
from engine.meetings.rhythms import OwnRhythm, RhythmService
from engine.meetings.service import Attendance, MeetingService, NewDecision, NewMeeting
from engine.messages.inbox import InboxService
from engine.rules.attempt import Command
from engine.rules.fold import as_list
from engine.rules.refusals import Refusal
from engine.rules.state import Event
from engine.store.casefile import read_events
from engine.store.db import Store
from engine.store.meetingbook import MeetingRow, read_meeting
from engine.worker import Worker
from tests import township as t
from tests.features.heard import Heard
from tests.features.sights import Sights
from tests.features.tally import Example
from tests.features.ways import REPORT, also, way
from tests.features.words import FILES, PLACES


class World(Sights):
    """陈桥村 of 洋泉镇 with its neighbours, on a database of its own, under the first of these rules until it is told
    to follow another. Uploads go to a folder of its own. Each act takes a second."""

    def __init__(self, store: Store, *rules: Workflow, folder: Path) -> None:
        t.settle(store)
        self.store = store
        self.rules = rules[0]
        self.office, self.clock = t.open_test_office(store, *rules)
        self.service, self.queries = CaseService(self.office), CaseQueries(self.office)
        self.meetings, self.minutes = MeetingService(self.office), MeetingQueries(self.office)
        self.arranging = ArrangingService(self.office)
        self.audit = AuditQueries(self.office)
        self.deadlines, self.inboxes = ClockQueries(self.office), InboxService(self.office)
        self.rhythms = RhythmService(self.office)
        self.worker = Worker(self.office, every=1)
        self.files = FileService(self.office, FolderDepot(folder))
        self.cases: dict[str, str] = {}
        self.meeting = ""
        self.heard: Heard | None = None
        self.examples: set[Example] = set()
        self._asked: set[Example] = set()  # rows that a step names, not the way to where it begins
        self._underway = False
        self._unanswered = False

    def follow(self, rules: Workflow) -> None:
        """What happens from now on happens under these rules."""
        self.rules = rules

    # --- time --------------------------------------------------------------------------------------------------------

    def begin_at(self, moment: datetime) -> None:
        """The scenario begins: nothing has happened before."""
        self.clock.at = moment
        self.worker.once()

    def until(self, moment: datetime) -> None:
        """Time passes, and the worker carries out what falls due, each moment in turn."""
        self.settled()
        self.worker.keeper.run_until(moment, self._set_clock, self.worker.letters.deliver)
        self.worker.once()

    def sleep_until(self, moment: datetime) -> None:
        """Time passes while no worker runs; then it starts again."""
        self.settled()
        self.clock.at = moment
        self.worker.once()

    def wait(self, span: timedelta) -> None:
        self.until(self.clock.at + span)

    def _set_clock(self, moment: datetime) -> None:
        self.clock.at = moment

    # --- acting ------------------------------------------------------------------------------------------------------

    def open(self, person: str, name: str, data: Mapping[str, Value], *, unit: str = t.NEIGHBOURHOOD,
             behalf: Value = None, trigger: str = "report") -> None:  # fmt: skip
        given = {**REPORT, **data} if trigger == "report" else data
        command = Command(trigger=trigger, data=self._named(person, given), behalf=behalf)
        self.begin(person, name, command, unit=unit)

    def begin(self, person: str, name: str, command: Command, *, unit: str) -> None:
        """Any opening of the rules that are followed."""
        wanted = OpenCase(unit=unit, command=command, workflow=self.rules.name)

        def opened() -> None:
            case = self.service.open(Caller(person=person), wanted).identity.id
            self.cases[name] = self.cases[""] = case

        self._try(person, command.trigger, None, opened)

    def bring(self, name: str, state: str, data: Mapping[str, Value]) -> None:
        """A case that went the ordinary way until it reached `state`."""
        self._underway = True
        self.open("linzhang", name, {"reporter": "zhangsan", **data})
        self.go(name, way(state))

    def go(self, name: str, steps: list[tuple[str, str, Mapping[str, Value]]]) -> None:
        """Take these steps, each directly or in a meeting held for it."""
        self._underway = True
        for person, trigger, data in steps:
            row = self._row(trigger, self.cases[name])
            assert row is not None, (trigger, self.held(name).state.state)
            self._step(person, name, row, {**data, **also(row)})
        self._underway = False

    def _step(self, person: str, name: str, row: Row, data: Mapping[str, Value]) -> None:
        if row.via:
            self.hold(person, row.via[0], 9 if row.via[0] == "village_weekly" else 3)
            self.decide(person, name, row.trigger, data)
            self.close()
        else:
            self.fire(person, name, row.trigger, data)

    def fire(self, person: str, name: str, trigger: str, data: Mapping[str, Value], *, behalf: Value = None) -> None:
        case = self.cases[name]
        command = Command(trigger=trigger, data=self._named(person, data), behalf=behalf)
        version = self.held(name).state.version

        def fired() -> None:
            if person == SYSTEM:  # through the door, as a clock would
                act = Act(person=SYSTEM, command=command, case_id=case, expected=version)
                self.service.fire_many([act], atomic=True)
            else:
                self.service.fire(Caller(person=person), case, command, version)

        self._try(person, trigger, case, fired)

    def decide(self, person: str, name: str, trigger: str, data: Mapping[str, Value]) -> None:
        case = self.cases[name]
        decision = NewDecision(case_id=case, trigger=trigger, data=self._named(person, data))

        def decided() -> None:
            self.meetings.decide(person, self.meeting, self._meeting_version(), [decision])

        self._try(person, trigger, case, decided)

    def _named(self, person: str, data: Mapping[str, Value]) -> dict[str, Value]:
        """A case is given by its name in the scenario, a file by what it is: he who acts has just uploaded it."""
        return {field: self._meant(person, field, value) for field, value in data.items()}

    def _meant(self, person: str, code: str, value: Value) -> Value:
        field = self.rules.fields.get(code)
        if field is None or not value:
            return value
        if field.type is FieldType.CASE:
            return self.cases[str(value)]
        if field.of is FieldType.FILE:
            return [self._upload(person, each) for each in as_list(value)]
        return value

    def _upload(self, person: str, what: Value) -> str:
        return self.files.take(person, self.files.admit(person), FILES[str(what)]()).id

    def _try(self, person: str, trigger: str, case: str | None, act: Callable[[], object]) -> None:
        """A refusal is kept until a step asks for it; none that nobody asks for goes unnoticed."""
        self.settled()
        before, row = self.trace(case) if case else "", self.asks(trigger, case)
        try:
            act()
        except Refusal as refusal:
            self.heard = Heard(person=person, trigger=trigger, case=case, row=row, refusal=refusal, before=before)
            self._unanswered = True
        self.clock.at += timedelta(seconds=1)

    def asks(self, trigger: str, case: str | None = None) -> Row | None:
        """A step asks for this act: should it happen, its row has an example."""
        row = self._row(trigger, case)
        self._asked |= {self._example(row)} if row and not self._underway else set()
        return row

    def _row(self, trigger: str, case: str | None) -> Row | None:
        return self.rules.row(trigger, self._held(case).state.state if case else START)

    def _example(self, row: Row, refused_by: str | None = None) -> Example:
        return Example(workflow=self.rules.name, line=row.mark.line, refused_by=refused_by)

    def settled(self) -> None:
        if self._unanswered and self.heard:
            raise AssertionError(f"{self.heard.person} {self.heard.trigger}: {self.heard.sentences}")

    def refusal(self) -> Heard:
        """What was refused last; from now on it counts as expected."""
        if self.heard is None:
            raise AssertionError("nothing was refused")
        self._unanswered = False
        if self.heard.row and self.heard.is_of_the_row:
            self.examples.add(self._example(self.heard.row, self.heard.code))
        return self.heard

    # --- meetings ----------------------------------------------------------------------------------------------------

    def plan(self, person: str, kind: str, at: datetime) -> None:
        place = PLACES[self.rules.meetings[kind].level]
        wanted = NewMeeting(meeting=kind, unit=place, at=at, workflow=self.rules.name)
        self._try(person, "create", None, lambda: self._created(person, wanted))
        self.settled()

    def _created(self, person: str, wanted: NewMeeting) -> None:
        self.meeting = self.meetings.create(person, wanted)

    def turn(self, kind: str, day: date) -> None:
        """From now on it is about the meeting that the rhythm set on this day."""
        self.meeting = self.sitting(kind, day).meeting.id

    def set_rhythm(self, kind: str, own: OwnRhythm) -> None:
        self.rhythms.keep(kind, PLACES[self.rules.meetings[kind].level], own)

    def hold(self, chair: str, kind: str, present: int) -> None:
        """Open the planned meeting, or one called now, with the chair and so many members in all."""
        if not self.meeting or self._row_of_meeting().status != "planned":
            self.plan(chair, kind, self.clock.at)
        self.meetings.open(chair, self.meeting, self._meeting_version())
        self.attend(present)

    def attend(self, present: int) -> None:
        meeting = self._row_of_meeting()
        others = [person for person in meeting.expected if person != meeting.chair]
        there = Attendance(present=(meeting.chair or "", *others[: present - 1]))
        self.meetings.attend(meeting.chair or "", self.meeting, meeting.version, there)

    def add(self, person: str, name: str, reason: str) -> None:
        """Put the case on the agenda of the meeting."""
        self.arranging.add(person, self.meeting, self._meeting_version(), self.cases[name], reason)

    def reported(self, name: str, kind: str) -> list[str]:
        """What the next meeting of this kind is to ratify or is told of the case; the meeting is not set."""
        self.settled()
        unit, chair = PLACES[self.rules.meetings[kind].level], self.rules.meetings[kind].chair[0]
        wanted = NewMeeting(meeting=kind, unit=unit, at=self.clock.at + timedelta(days=7), workflow=self.rules.name)
        meeting = self.meetings.create(chair, wanted)
        view = self.minutes.get(chair, meeting)
        self.meetings.cancel(chair, meeting, 1, "只为看议程")
        return [each.report.kind for each in view.reports if each.case.identity.id == self.cases[name]]

    def undo(self, name: str) -> None:
        self.meetings.undo(self._chair(), self.meeting, self._meeting_version(), self.cases[name])

    def close(self) -> None:
        self.settled()
        self.meetings.close(self._chair(), self.meeting, self._meeting_version())
        self.clock.at += timedelta(seconds=1)

    def cancel(self, person: str, reason: str) -> None:
        self.meetings.cancel(person, self.meeting, self._meeting_version(), reason)

    def _chair(self) -> str:
        return self._row_of_meeting().chair or ""

    def _meeting_version(self) -> int:
        return self._row_of_meeting().version

    def _row_of_meeting(self) -> MeetingRow:
        """The meeting the scenario speaks of, without its agenda."""
        with self.store.read() as tx:
            found = read_meeting(tx, self.meeting)
        assert found is not None
        return found

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> set[Example]:
        """Nothing was refused unnoticed and every history proves itself. Returns which of the rows that its steps name
        happened (and what the system did by itself), or refused by what is their own."""
        self.settled()
        flaws = verify(self.store, self.office.rulebook).flaws
        if flaws:
            raise AssertionError(flaws)
        with self.store.read() as tx:
            events = [event for case in set(self.cases.values()) for event in read_events(tx, case)]
        return self.examples | {found for event in events if (found := _happened(event)) in self._asked
                                or event.actor == SYSTEM}  # fmt: skip


def _happened(event: Event) -> Example:
    return Example(workflow=f"{event.workflow}/{event.workflow_version}", line=event.line)
