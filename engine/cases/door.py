"""THE DOOR. Every change of every case goes through `fire_all`; no other code writes a case row (law 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.cases.calendars import keep_used
from engine.cases.indexing import index_written
from engine.cases.letters import letters_of
from engine.cases.lookups import Lookups, cases_named, snapshot
from engine.cases.office import Office
from engine.cases.reporting import agenda_reports
from engine.definition.model import RECOMPUTE, SYSTEM
from engine.rules.anew import is_behind, recompute
from engine.rules.attempt import Command, InMeeting, Snapshot, Unit
from engine.rules.clocks import NO_DEADLINES, deadlines, running
from engine.rules.decide import Decision, Request, decide
from engine.rules.fold import local_day
from engine.rules.machine import Compiled
from engine.rules.refusals import NotFound, Refusal
from engine.rules.state import CaseState, Event
from engine.rules.timers import plan
from engine.store.casebook import Entry, count_again, write
from engine.store.casefile import Held, Identity
from engine.store.clock import not_before
from engine.store.db import Tx
from engine.store.numbering import take_number
from engine.store.reportbook import ReportRow, put_reports


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Where and under which rules a case is to be opened."""

    compiled: Compiled
    unit: Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One command of one person (or `system`) on one case. `case_id` is None for an opening. `expected` is the version
    the caller saw, None where the caller holds the case anyway. `judged_at` is when the person's posts count, where
    that was earlier than now (a meeting's decision). `entered_late`: the opening of an old case (补录); of what is long
    past nobody is told."""

    person: str
    command: Command
    case_id: str | None = None
    opening: Opening | None = None
    expected: int | None = None
    meeting: InMeeting | None = None
    judged_at: datetime | None = None
    entered_late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one act: the event and the case after it, or the refusal and the case as it is. `held` is None
    for an unknown case and a refused opening."""

    act: Act
    held: Held | None
    event: Event | None = None
    refusal: Refusal | None = None


@dataclass(slots=True)
class _Desk:
    """A case while the door works on it. `again`: it was counted by an older calendar than the one that is here."""

    held: Held
    before: CaseState | None
    events: list[tuple[Event, str]]
    again: bool = False
    silent: bool = False  #: nobody is told of these events


def fire_all(tx: Tx, office: Office, acts: Sequence[Act], lookups: Lookups | None = None) -> list[Outcome]:
    """Judge and carry out the acts in their order, in the caller's transaction: lock all cases in the order of their
    ids, decide purely, write everything in few statements. A refused act changes nothing and does not stop the others;
    who wants all or nothing raises, and so rolls back. `lookups` are those of this transaction, where the caller has
    looked something up, or locked a case, already.

    A case whose deadlines an older calendar counted is counted by the present one before its act; `system` with the
    trigger RECOMPUTE asks for that alone, and where no deadline changes there is neither event nor refusal.

    Raises RulesMissing when the file a case was opened under is not there, ClockBehind when the time is before the last
    row of one of the cases.
    """
    lookups = lookups or Lookups(tx, office)
    outcomes, desks = _weigh(tx, office, acts, lookups)
    entries = {case: _entry(office, desk) for case, desk in desks.items() if desk.events}
    hashes = write(tx, list(entries.values())) if entries else {}
    index_written(tx, office.rulebook, office.names, [(each, desks[case].held.unit) for case, each in entries.items()])
    same = [_entry(office, desk) for desk in desks.values() if desk.again and not desk.events]
    if same:
        count_again(tx, same, office.clock.now(tx))
    keep_used(tx, office, (_rules(office, each.identity) for each in (*entries.values(), *same)))
    put_reports(tx, [report for desk in desks.values() for report in _reports(office, desk)])
    lookups.attach_claimed()
    return [_as_written(outcome, entries, hashes) for outcome in outcomes]


def judge_all(tx: Tx, office: Office, acts: Sequence[Act], lookups: Lookups | None = None) -> list[Outcome]:
    """What `fire_all` would answer to these acts now; nothing is written. The cases stay locked."""
    return _weigh(tx, office, acts, lookups or Lookups(tx, office))[0]


def _weigh(tx: Tx, office: Office, acts: Sequence[Act], lookups: Lookups) -> tuple[list[Outcome], dict[str, _Desk]]:
    lookups.begin_moves()
    own = {act.case_id for act in acts if act.case_id}
    locked = lookups.lock(own.union(*(cases_named(act.command) for act in acts)))
    desks = {case: _Desk(held=held, before=held.state, events=[]) for case, held in locked.items() if case in own}
    now = _time_of(tx, office, desks)
    return [_fire(tx, office, lookups, desks, act, now) for act in acts], desks


def _time_of(tx: Tx, office: Office, desks: dict[str, _Desk]) -> datetime:
    """The time of these acts, taken when the locks are held: no row is recorded before the one it follows. Raises
    ClockBehind."""
    last = max((desk.held.last_at for desk in desks.values() if desk.held.last_at), default=None)
    return not_before(last, office.clock.now(tx))


def _fire(tx: Tx, office: Office, lookups: Lookups, desks: dict[str, _Desk], act: Act, now: datetime) -> Outcome:
    if act.opening is not None:
        return _open(tx, office, lookups, desks, act, now)
    desk = desks.get(act.case_id or "")
    if desk is None:
        return Outcome(act=act, held=None, refusal=NotFound("case"))
    identity = desk.held.identity
    compiled = _rules(office, identity)
    if act.person == SYSTEM and act.command.trigger == RECOMPUTE:
        return Outcome(act=act, event=_count_again(office, desk, compiled, now), held=desk.held)
    request = _request(lookups, compiled, snapshot(desk.held), act, now)
    decision = decide(compiled, request)
    if isinstance(decision, Refusal):
        return Outcome(act=act, held=desk.held, refusal=decision)
    if _count_again(office, desk, compiled, now) is not None:
        again = decide(compiled, replace(request, case=snapshot(desk.held), expected=None))
        assert isinstance(again, Decision)  # nothing but the version is another
        decision = again
    lookups.claim(request.world.files, identity.id)
    _take(office, desk, decision)
    lookups.move(desk.held)
    return Outcome(act=act, held=desk.held, event=decision.event)


def _count_again(office: Office, desk: _Desk, compiled: Compiled, now: datetime) -> Event | None:
    """Where a new version of the calendar came since the last act: the deadlines by it, and before anything else
    happens the row that says so, if they are others than before."""
    held = desk.held
    if not is_behind(compiled, held.state, held.counted_by):
        return None
    desk.again = True
    found = recompute(compiled, snapshot(held), held.deadlines, held.counted_by, now)
    if found is not None:
        _take(office, desk, found)
    assert compiled.calendar is not None
    desk.held = replace(desk.held, counted_by=compiled.calendar.version)
    return found.event if found else None


def _open(tx: Tx, office: Office, lookups: Lookups, desks: dict[str, _Desk], act: Act, now: datetime) -> Outcome:
    assert act.opening is not None
    compiled, unit = act.opening.compiled, act.opening.unit
    home = office.home_of(unit)
    case_id = office.new_id(home)
    case = Snapshot(id=case_id, home=home, unit=unit, state=None)
    request = _request(lookups, compiled, case, act, now)
    decision = decide(compiled, request)
    if isinstance(decision, Refusal):
        return Outcome(act=act, held=None, refusal=decision)
    lookups.claim(request.world.files, case_id)
    identity = Identity(
        home=home,
        id=case_id,
        number=take_number(tx, home, local_day(compiled.workflow, now), office.secret),
        workflow=compiled.workflow.key,
        workflow_version=compiled.workflow.version,
        file_hash=compiled.workflow.sha256,
    )
    held = Held(identity=identity, unit=unit, state=decision.state, last_hash="0" * 64)
    desks[case_id] = _Desk(held=held, before=None, events=[(decision.event, office.new_salt())],
                           silent=act.entered_late)  # fmt: skip
    return Outcome(act=act, held=held, event=decision.event)


def _rules(office: Office, identity: Identity) -> Compiled:
    return office.rulebook.pinned(*identity.file)


def _request(lookups: Lookups, compiled: Compiled, case: Snapshot, act: Act, now: datetime) -> Request:
    workflow = compiled.workflow
    row = workflow.row(act.command.trigger, case.source)
    judged = act.judged_at or now
    principal = act.meeting.principal if act.meeting else None
    behind = principal.person if principal else None
    world = lookups.world(workflow, [row] if row else [], case, act.person, act.command, judged, behind=behind)
    return Request(
        case=case,
        actor=lookups.actor(act.person, local_day(workflow, judged)),
        command=act.command,
        world=replace(world, files=lookups.files(workflow, row, case.id, act.person, act.command)),
        now=now,
        expected=act.expected,
        meeting=act.meeting,
    )


def _take(office: Office, desk: _Desk, decision: Decision) -> None:
    desk.events.append((decision.event, office.new_salt()))
    desk.held = replace(desk.held, state=decision.state, last_at=decision.event.recorded_at)


def _entry(office: Office, desk: _Desk) -> Entry:
    identity, state = desk.held.identity, desk.held.state
    compiled = _rules(office, identity)
    workflow, work = compiled.workflow, compiled.work(desk.held.unit)
    ticking = running(workflow, state, work) if work and workflow.clocks else None
    return Entry(
        identity=identity,
        workflow=workflow,
        before=desk.before,
        after=state,
        events=tuple(desk.events),
        last_hash=desk.held.last_hash,
        deadlines=deadlines(ticking) if ticking is not None else None,
        timers=plan(ticking) if ticking is not None else None,
        letters=letters_of(office, identity, workflow, [event for event, _ in desk.events], silent=desk.silent),
        counted_by=compiled.calendar.version if ticking is not None and compiled.calendar else None,
    )


def _reports(office: Office, desk: _Desk) -> list[ReportRow]:
    workflow = _rules(office, desk.held.identity).workflow
    return agenda_reports(office, desk.held, workflow, [event for event, _ in desk.events])


def _as_written(outcome: Outcome, entries: dict[str, Entry], hashes: dict[str, str]) -> Outcome:
    if outcome.held is None or outcome.held.identity.id not in hashes:
        return outcome
    case_id = outcome.held.identity.id
    entry, last_hash = entries[case_id], hashes[case_id]
    dates, counted_by = entry.deadlines or NO_DEADLINES, entry.counted_by
    return replace(outcome, held=replace(outcome.held, last_hash=last_hash, deadlines=dates, counted_by=counted_by))
