"""Reading cases: one, what may be done with it, its history, and lists by keyset. Everything obeys reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from engine.cases.listing import count, found_rows, place_of, reach_of
from engine.cases.lookups import Lookups
from engine.cases.many import choices_of
from engine.cases.naming import CaseAt, names_of, places_of_rows
from engine.cases.narrowing import CaseFilter, Place
from engine.cases.office import Office
from engine.cases.opening import offers_to_open
from engine.cases.reading import as_read, asked_for, attempt_to_read, kept_to_few, offers_of, sight_of
from engine.cases.referring import discreet, telling, untold
from engine.cases.views import CaseView, Choices, EventView, Followed, people_and_places, registered, see_event
from engine.definition.model import Value, Workflow
from engine.rules.attempt import Attempt
from engine.rules.explain import Offer
from engine.rules.mask import NO_NAMES, Names, Sight, hides, masked
from engine.rules.own import given
from engine.rules.reading import reads_whole
from engine.rules.state import Event
from engine.store.casefile import ON_PAYLOAD, Held, held_from_row, home_of, read_case, read_cases, read_texts
from engine.store.db import Tx
from engine.store.folding import event_from_row
from engine.store.names import people_names, place_names, unit_names
from engine.store.tables import cases, history, payloads


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """`next` is the cursor of the following page; None on the last."""

    cases: tuple[CaseView, ...]
    next: Place | None


class CaseQueries:
    """The reads of cases for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, person: str, case_id: str, *, masked: bool = False) -> CaseView:
        """`masked`: as lists show it, whoever reads. Raises NotFound, also where the case is out of reach."""
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            return self._read(tx, held, attempt, masked=masked)

    def present(self, person: str, held: Held) -> CaseView:
        """The view of a case just changed, as its state was then; only the texts and names are read again. Raises
        NotFound where the change hid it from the person."""
        with self.office.store.read() as tx:
            return self._read(tx, held, attempt_to_read(tx, self.office, held, person))

    def triggers(self, person: str, case_id: str) -> Choices:
        """Raises NotFound."""
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            view = self._read(tx, held, attempt)
            offers = offers_of(tx, self.office, held, person)
            places = {unit for offer in offers for could in offer.could for unit in could.units}
            return Choices(view=replace(view, names={**view.names, **unit_names(tx, places)}), offers=offers)

    def choices(self, person: str, ids: Sequence[str]) -> list[Choices]:
        """As `triggers`, of several cases at one moment and without names of posts that could: those within reach, in
        the order given."""
        with self.office.store.read() as tx:
            return choices_of(tx, self.office, person, list(read_cases(tx, ids).values()), ids, self.views)

    def openings(self, person: str, unit: str, workflow: str | None = None) -> tuple[Offer, ...]:
        """Which rows from `start` the person may fire at the unit, and what refuses the others; by the newest published
        version of the default rules, or of those named (`key` or `key/version`). Raises NotFound for a unit out of
        reach and for unknown rules, FieldsRefused (`unit_too_high`) for a unit above the lowest level."""
        with self.office.store.read() as tx:
            return offers_to_open(tx, self.office, person, unit, workflow)

    def history(self, person: str, case_id: str, *, after: int = 0) -> list[EventView]:
        """The rows of the case after a version of it, oldest first; all without one. Raises NotFound."""
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            last = as_read(tx, held, attempt).state.version
            here = (
                history.c.home == home_of(case_id),
                history.c.case_id == case_id,
                history.c.seq > after,
                history.c.seq <= last,
            )
            rows = tx.execute(EVENTS.where(*here).order_by(history.c.seq)).all()
            return events_seen(tx, self.office, rows, {case_id: sight_of(attempt)})

    def page(self, person: str, wanted: CaseFilter) -> Page:
        """Cases in reach, in the order of the filter; texts masked."""
        with self.office.store.read() as tx:
            rows = found_rows(tx, self.office, reach_of(tx, self.office, person), wanted)
            held = [held_from_row(row) for row in rows[: wanted.limit]]
            last = place_of(held[-1], wanted) if len(rows) > wanted.limit else None
            return Page(cases=tuple(self.views(tx, held)), next=last)

    def counts(self, person: str, filters: Mapping[str, CaseFilter], most: int = 999) -> dict[str, int]:
        """How many cases in reach each filter finds, all at one moment; counted no further than `most` + 1, which says
        that there are more."""
        with self.office.store.read() as tx:
            mine = reach_of(tx, self.office, person)
            return {name: count(tx, self.office, mine, wanted, most) for name, wanted in filters.items()}

    # --- one case ----------------------------------------------------------------------------------------------------

    def _read(self, tx: Tx, held: Held, attempt: Attempt, *, masked: bool = False) -> CaseView:
        sight = Sight.MASKED if masked else sight_of(attempt)
        view = self.views(tx, [as_read(tx, held, attempt)], sight)[0]
        return replace(view, follows=self._primary(tx, view.state.primary, attempt.actor.person))

    def _primary(self, tx: Tx, primary: str | None, person: str) -> Followed | None:
        """The case that a merged one follows, where the person may read that as well."""
        held = read_case(tx, primary) if primary else None
        if held is None or not reads_whole(attempt_to_read(tx, self.office, held, person)):
            return None
        return Followed(
            identity=held.identity, workflow=self._workflow(held), state=held.state, deadlines=held.deadlines
        )

    def open_to(self, tx: Tx, held: Sequence[Held], person: str) -> list[Held]:
        """Those that the person may read as they are. To see the meeting is not enough: the post that lets him may be
        of a role that the case's own rules do not name."""
        lookups, now = Lookups(tx, self.office), self.office.clock.now(tx)
        return [each for each in held if reads_whole(lookups.reading(each, person, now))]

    def views(self, tx: Tx, held: Sequence[Held], sight: Sight = Sight.MASKED) -> list[CaseView]:
        """The cases as a reader of this sight may see them, in the order given."""
        held = discreet(tx, self.office, held)
        states = {each.identity.id: each.state for each in held}
        texts = read_texts(tx, states)
        names = _names(tx, [self._workflow(each) for each in held], held)
        late, hidden = self._overdue(tx, held), self._hidden(tx, held, sight)
        return [
            self._seen(each, texts[each.identity.id], names, sight, hidden.get(each.identity.id, NO_NAMES),
                       each.identity.id in late)
            for each in held
        ]  # fmt: skip

    def _hidden(self, tx: Tx, held: Sequence[Held], sight: Sight) -> dict[str, Names]:
        """Whose names their texts hide; who sees them openly needs none."""
        if sight is Sight.OPEN:
            return {}
        places = [CaseAt(case_id=each.identity.id, unit=each.unit, workflow=self._workflow(each)) for each in held]
        return _fewer(names_of(tx, self.office.names, places), kept_to_few(tx, self.office, held))

    def _overdue(self, tx: Tx, held: Sequence[Held]) -> set[str]:
        """Of the open cases that have a deadline those for which it has passed; the time is asked only for these."""
        due = {each.identity.id: each.deadlines.due for each in held if each.state.closed_at is None}
        dated = {case: at for case, at in due.items() if at is not None}
        now = self.office.clock.now(tx) if dated else None
        return {case for case, at in dated.items() if now is not None and at < now}

    def _seen(self, held: Held, texts: Mapping[str, Value], names: Mapping[str, str], sight: Sight, hidden: Names,
              overdue: bool) -> CaseView:  # fmt: skip
        workflow = self._workflow(held)
        values = {**held.state.values, **texts}
        data = masked(workflow, values, sight, hidden)
        return CaseView(
            identity=held.identity,
            workflow=workflow,
            state=held.state,
            holder=held.unit.at(held.state.level) or held.unit.code,
            data=data,
            names=names,
            sight=sight,
            hidden=hidden,
            deadlines=held.deadlines,
            overdue=overdue,
            erased=tuple(name for name in held.state.texts if name not in texts),
            masked=hides(workflow, values, data),
            line=held.unit.line,
        )

    def _workflow(self, held: Held) -> Workflow:
        identity = held.identity
        return self.office.rulebook.pinned(*identity.file).workflow


def _names(tx: Tx, workflows: Sequence[Workflow], held: Sequence[Held]) -> dict[str, str]:
    people: set[str] = set()
    places: set[str] = set()
    for each, workflow in zip(held, workflows, strict=True):
        more_people, more_places = people_and_places(each.state)
        people |= more_people | registered(workflow, each.state.values, "person")
        places |= more_places | registered(workflow, each.state.values, "unit") | {code for _, code in each.unit.line}
    return {**people_names(tx, people), **unit_names(tx, places)}


def _fewer(names: Mapping[str, Names], few: Collection[str]) -> dict[str, Names]:
    """What is kept to a few people shows no part of a name where it is masked."""
    return {case: replace(each, nameless=True) if case in few else each for case, each in names.items()}


#: History rows with the number of their case and their payload.
EVENTS = (
    sa.select(history, payloads.c.body, cases.c.number)
    .outerjoin(payloads, ON_PAYLOAD)
    .join(cases, sa.and_(cases.c.home == history.c.home, cases.c.id == history.c.case_id))
)


def events_seen(tx: Tx, office: Office, rows: Sequence[sa.Row[tuple[object, ...]]],
                sights: Mapping[str, Sight]) -> list[EventView]:  # fmt: skip
    """The rows as their readers may see them; a case that `sights` does not name is seen masked."""
    events = [event_from_row(row, row.body) for row in rows]
    workflows = [office.rulebook.pinned(e.workflow, e.workflow_version, e.file_hash).workflow for e in events]
    names = _names_in(tx, events, workflows)
    where = zip((row.case_id for row in rows), (event.unit for event in events), workflows, strict=True)
    few = kept_to_few(tx, office, read_cases(tx, {row.case_id for row in rows}).values())
    hidden = _fewer(names_of(tx, office.names, places_of_rows(tx, where)), few)
    back = untold(tx, office, zip(workflows, map(given, events), strict=True))
    views = []
    for row, event, workflow in zip(rows, events, workflows, strict=True):
        view = EventView(
            case_id=row.case_id,
            number=row.number,
            event=event,
            hash=row.hash,
            data={**telling(workflow, given(event), back), **event.payload.get("data", {})},
            note=event.payload.get("note"),
            behalf=event.payload.get("behalf"),
            names=names,
            workflow=workflow,
            erased=row.body is None,
            hidden=hidden.get(row.case_id, NO_NAMES),
        )
        views.append(see_event(view, sights.get(row.case_id, Sight.MASKED)))
    return views


def _names_in(tx: Tx, events: Sequence[Event], workflows: Sequence[Workflow]) -> dict[str, str]:
    """Names of everyone and every place that the rows speak of."""
    people = {each for e in events for each in (e.actor, e.behalf, *e.responsible.people, *e.successor.people) if each}
    places = {e.unit for e in events} | {e.post.place for e in events if e.post}
    places |= {unit for e in events for unit in (*e.responsible.units, *e.successor.units)}
    for event, workflow in zip(events, workflows, strict=True):
        people |= registered(workflow, given(event), "person")
        places |= registered(workflow, given(event), "unit")
    return {**place_names(tx, places), **people_names(tx, people)}
