"""The one driver through which all steps act and look: a township, its cases, its meetings, what was refused last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.problems import detail, field_text
from engine.audit.queries import AuditQueries, HistoryFilter
from engine.audit.verify import verify
from engine.cases.queries import CaseFilter, CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.cases.views import CaseView, EventView
from engine.definition.model import Value, Workflow
from engine.meetings.queries import ItemView, MeetingQueries, MeetingView
from engine.meetings.service import Attendance, MeetingService, NewDecision, NewMeeting
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, Refusal
from engine.store.db import Store
from tests import township as t
from tests.features.ways import REPORT, way
from tests.features.words import PLACES, WORKFLOW

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: Who reads every case of the township, unmasked, and who reads the histories of all: by workflow, else the first.
READERS = {WORKFLOW.name: ("township_party_office", "auditor_county"), "": ("village_clerk", "auditor_township")}


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A refused act: who tried what at which case, why not, and the history as it was before."""

    person: str
    trigger: str
    case: str | None
    refusal: Refusal
    before: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """What he is told in Chinese: one sentence, or one for each field that is wrong."""
        if isinstance(self.refusal, FieldsRefused):
            return [field_text(self.refusal.workflow, problem)[0] for problem in self.refusal.problems]
        return [detail(self.refusal)[0]]


class World:
    """陈桥村 of 洋泉镇 with its neighbours, on a database of its own. Each act takes a second."""

    def __init__(self, store: Store) -> None:
        t.settle(store)
        self.office, self.clock = t.open_test_office(store, *t.all_rules())
        self.service, self.queries = CaseService(self.office), CaseQueries(self.office)
        self.meetings, self.minutes = MeetingService(self.office), MeetingQueries(self.office)
        self.audit = AuditQueries(self.office)
        self.cases: dict[str, str] = {}
        self.meeting = ""
        self.heard: Heard | None = None
        self._unanswered = False
        self.follow(WORKFLOW)

    def follow(self, workflow: Workflow) -> None:
        """What happens from now on happens under these rules."""
        self.workflow = workflow
        self.reader, self.auditor = READERS.get(workflow.name, READERS[""])

    # --- time --------------------------------------------------------------------------------------------------------

    def at(self, moment: str) -> None:
        self.clock.at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)

    def wait(self, span: timedelta) -> None:
        self.clock.at += span

    # --- acting ------------------------------------------------------------------------------------------------------

    def open(self, person: str, name: str, data: Mapping[str, Value], *, unit: str = t.NEIGHBOURHOOD,
             behalf: Value = None) -> None:  # fmt: skip
        command = Command(trigger="report", data={**REPORT, **data}, behalf=behalf)
        self.begin(person, name, command, unit=unit)

    def begin(self, person: str, name: str, command: Command, *, unit: str) -> None:
        """Any opening of the rules that are followed."""
        wanted = OpenCase(unit=unit, command=command, workflow=self.workflow.name)

        def opened() -> None:
            case = self.service.open(Caller(person=person), wanted).identity.id
            self.cases[name] = self.cases[""] = case

        self._try(person, command.trigger, None, opened)

    def bring(self, name: str, state: str, data: Mapping[str, Value]) -> None:
        """A case that went the ordinary way until it reached `state`."""
        self.open("linzhang", name, {"reporter": "zhangsan", **data})
        self.go(name, way(state))

    def go(self, name: str, steps: list[tuple[str, str, Mapping[str, Value]]]) -> None:
        """Take these steps, each directly or in a meeting held for it."""
        for person, trigger, data in steps:
            via = next(row for row in WORKFLOW.rows if row.trigger == trigger).via
            if via:
                self.hold(person, via[0], 9 if via[0] == "village_weekly" else 3)
                self.decide(person, name, trigger, data)
                self.close()
            else:
                self.fire(person, name, trigger, data)

    def fire(self, person: str, name: str, trigger: str, data: Mapping[str, Value], *, behalf: Value = None) -> None:
        case = self.cases[name]
        command = Command(trigger=trigger, data=data, behalf=behalf)
        version = self.queries.get(self.reader, case).state.version
        self._try(person, trigger, case, lambda: self.service.fire(Caller(person=person), case, command, version))

    def decide(self, person: str, name: str, trigger: str, data: Mapping[str, Value]) -> None:
        case = self.cases[name]
        decision = NewDecision(case_id=case, trigger=trigger, data=dict(data))

        def decided() -> None:
            self.meetings.decide(person, self.meeting, self._meeting_version(), [decision])

        self._try(person, trigger, case, decided)

    def _try(self, person: str, trigger: str, case: str | None, act: Callable[[], object]) -> None:
        """A refusal is kept until a step asks for it; none that nobody asks for goes unnoticed."""
        self.settled()
        before = self.trace(case) if case else ()
        try:
            act()
        except Refusal as refusal:
            self.heard = Heard(person=person, trigger=trigger, case=case, refusal=refusal, before=before)
            self._unanswered = True
        self.clock.at += timedelta(seconds=1)

    def settled(self) -> None:
        if self._unanswered and self.heard:
            raise AssertionError(f"{self.heard.person} {self.heard.trigger}: {self.heard.sentences}")

    def refusal(self) -> Heard:
        """What was refused last; from now on it counts as expected."""
        if self.heard is None:
            raise AssertionError("nothing was refused")
        self._unanswered = False
        return self.heard

    # --- meetings ----------------------------------------------------------------------------------------------------

    def plan(self, person: str, kind: str, at: str) -> None:
        self._set(person, kind, datetime.fromisoformat(at).replace(tzinfo=SHANGHAI))

    def _set(self, person: str, kind: str, at: datetime) -> None:
        wanted = NewMeeting(meeting=kind, unit=PLACES[kind], at=at, workflow=self.workflow.name)
        self._try(person, "create", None, lambda: self._created(person, wanted))
        self.settled()

    def _created(self, person: str, wanted: NewMeeting) -> None:
        self.meeting = self.meetings.create(person, wanted)

    def hold(self, chair: str, kind: str, present: int) -> None:
        """Open the planned meeting, or one called now, with the chair and so many members in all."""
        if not self.meeting or self.agenda().meeting.status != "planned":
            self._set(chair, kind, self.clock.at)
        self.meetings.open(chair, self.meeting, self._meeting_version())
        self.attend(present)

    def attend(self, present: int) -> None:
        meeting = self.agenda().meeting
        others = [person for person in meeting.expected if person != meeting.chair]
        there = Attendance(present=(meeting.chair or "", *others[: present - 1]))
        self.meetings.attend(meeting.chair or "", self.meeting, meeting.version, there)

    def undo(self, name: str) -> None:
        self.meetings.undo(self._chair(), self.meeting, self._meeting_version(), self.cases[name])

    def close(self) -> None:
        self.settled()
        self.meetings.close(self._chair(), self.meeting, self._meeting_version())
        self.clock.at += timedelta(seconds=1)

    def cancel(self, person: str, reason: str) -> None:
        self.meetings.cancel(person, self.meeting, self._meeting_version(), reason)

    def _chair(self) -> str:
        return self.agenda().meeting.chair or ""

    def _meeting_version(self) -> int:
        return self.agenda().meeting.version

    # --- looking -----------------------------------------------------------------------------------------------------

    def case(self, name: str) -> CaseView:
        self.settled()
        return self.queries.get(self.reader, self.cases[name])

    def history(self, name: str) -> list[EventView]:
        self.settled()
        return self.queries.history(self.reader, self.cases[name])

    def last(self, name: str, trigger: str) -> EventView:
        return next(row for row in reversed(self.history(name)) if row.event.trigger == trigger)

    def agenda(self) -> MeetingView:
        """The meeting the scenario speaks of, with its agenda: live before it is opened, fixed from then on."""
        return self.minutes.get(self.reader, self.meeting)

    def item(self, name: str) -> ItemView | None:
        self.settled()
        return next((item for item in self.agenda().items if item.item.case_id == self.cases[name]), None)

    def trace(self, case: str) -> tuple[str, ...]:
        """The hashes of its history: equal when nothing was done."""
        return tuple(row.hash for row in self.queries.history(self.reader, case))

    def finish(self) -> dict[str, set[int]]:
        """Nothing was refused unnoticed and every history proves itself. Returns the lines of the rows that happened,
        under the file they stand in."""
        self.settled()
        flaws = verify(self.office.store, self.office.rulebook).flaws
        if flaws:
            raise AssertionError(flaws)
        lines: dict[str, set[int]] = {}
        for case in set(self.cases.values()):
            for row in self.queries.history(self.auditor, case):
                lines.setdefault(row.workflow.name, set()).add(row.event.line)
        return lines

    # --- what somebody learns ----------------------------------------------------------------------------------------

    def lists(self, person: str) -> list[str]:
        """Ids of the cases that all his lists together show."""
        found = [view.identity.id for view in self.queries.page(person, CaseFilter()).cases]
        found += [row.case_id for row in self.audit.history(person, HistoryFilter()).rows]
        return found + [row.denial.case_id for row in self.audit.refusals(person)[0] if row.denial.case_id]

    def answers(self, person: str, case: str, meeting: str) -> list[tuple[str, ...]]:
        """What he hears when he reads this case and meeting, and when he acts on them."""
        note = Command(trigger="note", data={"text": "路过看到"})
        caller = Caller(person=person)
        attempts: list[Callable[[], object]] = [
            lambda: self.queries.get(person, case),
            lambda: self.queries.triggers(person, case),
            lambda: self.queries.history(person, case),
            lambda: self.service.fire(caller, case, note, 1),
            lambda: self.service.fire(caller, case, Command(trigger="no_such_trigger"), 99),
            lambda: self.minutes.get(person, meeting),
            lambda: self.minutes.closing(person, meeting),
            lambda: self.meetings.open(person, meeting, 1),
            lambda: self.meetings.decide(person, meeting, 1, [NewDecision(case_id=case, trigger="note")]),
            lambda: self.meetings.cancel(person, meeting, 1, "不开了"),
        ]
        return [_answer(attempt) for attempt in attempts]


def _answer(attempt: Callable[[], object]) -> tuple[str, ...]:
    try:
        attempt()
    except Refusal as refusal:
        return (refusal.kind, refusal.code, *detail(refusal))
    return ("done",)
