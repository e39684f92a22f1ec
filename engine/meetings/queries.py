"""Reading meetings: one with its agenda, decisions and minutes; the closing preview; lists by keyset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.cases.naming import joined, names_at
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.reading import reader
from engine.cases.referring import telling, untold
from engine.cases.views import CaseView, registered
from engine.definition.model import Meeting, Value, Workflow
from engine.meetings.access import expected_members, is_quorate, must_see, rules_of, seat, worktime_of
from engine.meetings.agenda import agenda_now, cutoff
from engine.meetings.closing import CARRIED, CONSEQUENCE, EFFECTIVE, preview
from engine.rules.attempt import Actor, Unit
from engine.rules.fold import local_day
from engine.rules.mask import Sight, masked, seen
from engine.rules.refusals import Conflict, NotFound
from engine.rules.state import Event
from engine.store import reach, register
from engine.store.agendabook import Item
from engine.store.casefile import read_cases, read_events_at
from engine.store.checkpointbook import CheckpointRow, of_meeting
from engine.store.db import Tx
from engine.store.meetingbook import CLOSED, OPEN, PLANNED, MeetingRow, list_meetings, read_meeting
from engine.store.names import people_names, unit_names
from engine.store.reportbook import ReportRow, reports_at, waiting_reports


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemView:
    """One agenda item: the case as lists show it, the decision with its values as this reader may see them, and what
    became of it at closing. `place` is the unit right below the meeting's in which the matter is; None where it is the
    meeting's own."""

    item: Item
    case: CaseView
    trigger: str | None
    data: Mapping[str, Value]
    note: str | None
    names: Mapping[str, str]
    place: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportView:
    """What the meeting is to ratify or is told: the row of a case, and who fired it when. It takes no decision."""

    report: ReportRow
    case: CaseView
    event: Event


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingView:
    """A meeting; `items` and `reports` are live while it is planned, fixed from its opening on. `cutoff` is until when
    cases come to its agenda by themselves; `provisional`: its day hangs on holidays not known yet. `names` maps people
    and units. `checkpoint`: what was signed at its closing; None where that is still to come."""

    meeting: MeetingRow
    workflow: Workflow
    rules: Meeting
    quorate: bool
    items: tuple[ItemView, ...]
    names: Mapping[str, str]
    reports: tuple[ReportView, ...] = ()
    cutoff: datetime | None = None
    provisional: bool = False
    checkpoint: CheckpointRow | None = None


class MeetingQueries:
    """The reads of meetings for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._cases = CaseQueries(office)

    def get(self, person: str, meeting_id: str) -> MeetingView:
        """Raises NotFound, also where it is out of reach."""
        with self.office.store.read() as tx:
            meeting = self._found(tx, person, meeting_id)
            return self._whole(tx, meeting, agenda_now(tx, self.office, meeting), person)

    def closing(self, person: str, meeting_id: str) -> MeetingView:
        """The preview: each item with what closing now would make of it. Raises NotFound, Conflict where not open."""
        with self.office.store.begin() as tx:
            meeting = self._found(tx, person, meeting_id)
            if meeting.status != OPEN:
                raise Conflict("meeting_status", status=meeting.status)
            return self._whole(tx, meeting, preview(tx, self.office, meeting), person)

    def page(self, person: str, *, unit: str | None = None, status: str | None = None,
             since: datetime | None = None, until: datetime | None = None,
             after: tuple[datetime, str] | None = None, limit: int = 50,
             ) -> tuple[list[MeetingView], tuple[datetime, str] | None]:  # fmt: skip
        """Meetings at units where one has a post, or below them; the latest first, without their agendas. They are set
        for `since` or later, and before `until`."""
        with self.office.store.read() as tx:
            actor = reader(tx, self.office, person)
            homes = reach.homes_of(tx, actor, self.office.home_level)
            rows = list_meetings(
                tx, self._lines(actor), homes=homes, unit=unit, status=status, since=since, until=until, after=after,
                limit=limit + 1,
            )  # fmt: skip
            views = [self._view(tx, row, [], person) for row in rows[:limit]]
            last = rows[limit - 1] if len(rows) > limit else None
            return views, (last.at, last.id) if last else None

    def _lines(self, actor: Actor) -> dict[tuple[str, int], list[str]]:
        """Of each version of the rules, the lines of the units where one has a post of a role that it names."""
        return {
            (workflow.key, workflow.version): [
                register.line_of(unit)
                for post in actor.posts
                if post.role in workflow.roles and not workflow.roles[post.role].by_unit
                for unit in post.units
            ]
            for workflow in (compiled.workflow for compiled in self.office.rulebook.all())
        }

    def _found(self, tx: Tx, person: str, meeting_id: str) -> MeetingRow:
        meeting = read_meeting(tx, meeting_id)
        if meeting is None:
            raise NotFound("meeting")
        there = seat(tx, self.office, rules_of(self.office, meeting), meeting.meeting, person)
        must_see(there, meeting.unit)
        return meeting

    def _whole(self, tx: Tx, meeting: MeetingRow, items: Sequence[Item], person: str) -> MeetingView:
        view = self._view(tx, meeting, items, person)
        reports = tuple(self._report_views(tx, self._reports(tx, meeting), person))
        signed = of_meeting(tx, meeting.id) if meeting.status == CLOSED else None
        return replace(view, reports=reports, cutoff=cutoff(self.office, meeting), checkpoint=signed)

    def _reports(self, tx: Tx, meeting: MeetingRow) -> list[ReportRow]:
        return waiting_reports(tx, meeting) if meeting.status == PLANNED else reports_at(tx, meeting)

    def _report_views(self, tx: Tx, reports: Sequence[ReportRow], person: str) -> list[ReportView]:
        """The reports; one whose case is hidden from the reader is not there."""
        held = read_cases(tx, {report.case_id for report in reports})
        shown = self._cases.open_to(tx, list(held.values()), person)
        cases = {view.identity.id: view for view in self._cases.views(tx, shown)}
        fired = read_events_at(tx, {(report.case_id, report.seq) for report in reports})
        return [
            ReportView(report=each, case=cases[each.case_id], event=fired[each.case_id, each.seq])
            for each in reports
            if each.case_id in cases
        ]

    def _view(self, tx: Tx, meeting: MeetingRow, items: Sequence[Item], person: str) -> MeetingView:
        workflow = rules_of(self.office, meeting)
        rules = workflow.meetings[meeting.meeting]
        if meeting.status == PLANNED:
            day = local_day(workflow, meeting.at)
            meeting = replace(meeting, expected=expected_members(tx, rules, meeting.unit, day))
        people = {*meeting.expected, *meeting.present, *meeting.on_leave, *meeting.observers}
        named = (meeting.chair, meeting.recorder, meeting.delegate, meeting.delegated_by)
        people |= {person for person in named if person}
        people |= {item.added_by for item in items if item.added_by}
        views = self._item_views(tx, meeting, items, person)
        return MeetingView(
            meeting=self._as_shown(tx, meeting, views),
            workflow=workflow,
            rules=rules,
            quorate=is_quorate(rules, meeting),
            items=tuple(views),
            names={**people_names(tx, people), **unit_names(tx, [meeting.unit.code])},
            provisional=self._is_provisional(meeting),
        )

    def _as_shown(self, tx: Tx, meeting: MeetingRow, views: Sequence[ItemView]) -> MeetingRow:
        """What was written about the meeting itself hides who lives there and who stands on its agenda."""
        if meeting.reason is None and meeting.delegation is None:
            return meeting
        there = names_at(tx, self.office.names, meeting.unit, meeting.home)
        names = joined((there, *(view.case.hidden for view in views)))
        reason, delegation = (seen(said, Sight.MASKED, names) for said in (meeting.reason, meeting.delegation))
        return replace(meeting, reason=reason, delegation=delegation)

    def _is_provisional(self, meeting: MeetingRow) -> bool:
        """The rhythm set it on a day of a year whose holidays are not known yet."""
        if meeting.status != PLANNED or meeting.turn is None or meeting.moved:
            return False
        work = worktime_of(self.office, meeting)
        return not work.calendar.covers(work.day_of(meeting.at).year)

    def _item_views(self, tx: Tx, meeting: MeetingRow, items: Sequence[Item], person: str) -> list[ItemView]:
        """The items; one whose case is hidden from the reader, or from which he is recused, is not there."""
        held = read_cases(tx, [item.case_id for item in items])
        shown = self._cases.open_to(tx, list(held.values()), person)
        cases = {view.identity.id: view for view in self._cases.views(tx, shown)}
        fired = read_events_at(tx, {(item.case_id, item.seq) for item in items if item.seq is not None})
        views = self._discreet(
            tx, [_item_view(item, cases[item.case_id], fired) for item in items if item.case_id in cases]
        )
        names = _names_in(tx, views)
        return [
            replace(view, names={**view.case.names, **names}, place=_place(held[view.item.case_id].unit, meeting.unit))
            for view in views
        ]

    def _discreet(self, tx: Tx, views: Sequence[ItemView]) -> list[ItemView]:
        """A decision that names a case which is kept to some posts does not say which."""
        back = untold(tx, self.office, ((view.case.workflow, view.data) for view in views))
        return [replace(view, data=telling(view.case.workflow, view.data, back)) for view in views]


def _place(unit: Unit, meeting: Unit) -> str | None:
    """The unit on the line right below the meeting's."""
    codes = [code for _, code in unit.line]
    below = codes[codes.index(meeting.code) + 1 :] if meeting.code in codes else []
    return below[0] if below else None


def _names_in(tx: Tx, views: Sequence[ItemView]) -> dict[str, str]:
    """Names of the people and units that decisions give: until closing the case does not know them yet."""
    people = {each for view in views for each in registered(view.case.workflow, view.data, "person")}
    places = {each for view in views for each in registered(view.case.workflow, view.data, "unit")}
    return {**people_names(tx, people), **unit_names(tx, places)}


def _item_view(item: Item, case: CaseView, fired: Mapping[tuple[str, int], Event]) -> ItemView:
    """Masked for everybody: an agenda hangs on a wall, and minutes are printed."""
    trigger, data, note = _said(item, fired)
    return ItemView(
        item=replace(item, added_reason=seen(item.added_reason, Sight.MASKED, case.hidden)),
        case=case,
        trigger=trigger,
        data=masked(case.workflow, data, Sight.MASKED, case.hidden),
        note=seen(note, Sight.MASKED, case.hidden),
        names=case.names,
    )


def _said(item: Item, fired: Mapping[tuple[str, int], Event]) -> tuple[str | None, Mapping[str, Value], str | None]:
    """What was decided: from the history once it took effect, else as recorded (so in a preview)."""
    event = fired.get((item.case_id, item.seq or 0)) if item.outcome in (EFFECTIVE, CARRIED, CONSEQUENCE) else None
    if event is not None:
        return event.trigger, {**event.facts, **event.payload.get("data", {})}, event.payload.get("note")
    if item.decided is None:
        return None, {}, None
    return item.decided.trigger, item.decided.data, item.decided.note
