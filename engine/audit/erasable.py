"""What there is to erase: whose, where it lies, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.people.errors import Wrong
from engine.people.forgetting import Registered, people_named, registered_person
from engine.rules.erasing import Cause, Subject, rows_about, uploads_of
from engine.rules.rulebook import RulesMissing
from engine.rules.state import Event
from engine.store import erasurebook as book
from engine.store.casefile import Held, read_cases
from engine.store.db import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Who is to be forgotten: the id of a registered person, or the name and telephone of one who is not. `home`
    narrows it to one home, and then the register keeps him."""

    person: str | None = None
    name: str | None = None
    phone: str | None = None
    home: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundCase:
    """A case with rows about him: why each is among them. `open`: it is not closed."""

    home: str
    case_id: str
    number: str
    unit: str
    open: bool
    rows: Mapping[int, Cause]


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasable:
    """What an erasure takes away, or took: rows of cases, texts beside the history (of meetings, reasons of reveals),
    uploads, messages to him, and whether the register forgets him."""

    cases: tuple[FoundCase, ...] = ()
    texts: int = 0
    uploads: int = 0
    registered: bool = False

    @property
    def rows(self) -> int:
        return sum(len(each.rows) for each in self.cases)


@dataclass(slots=True)
class InHome:
    """What one home holds about him."""

    held: dict[str, Held]
    rows: dict[str, dict[int, Cause]]
    uploads: dict[str, set[str]]
    said: list[book.Said] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def subject_of(tx: Tx, wanted: Wanted) -> tuple[Subject, Registered | None]:
    """Raises Wrong for a person who is not registered, and for a name and telephone that are somebody's who is."""
    if wanted.person is None:
        if wanted.name and wanted.phone and (same := people_named(tx, wanted.name, wanted.phone)):
            raise Wrong("is_registered", people=tuple(same))
        return Subject(name=wanted.name, phone=wanted.phone), None
    known = registered_person(tx, wanted.person)
    if known is None:
        raise Wrong("unknown_person", person=wanted.person)
    name = known.name if known.name and len(known.name) > 1 else None
    return Subject(person=known.id, name=name, phone=known.phone), known


def found_in(tx: Tx, office: Office, home: str, subject: Subject) -> InHome:
    """Everything of the home that is about him."""
    rows: dict[str, dict[int, Cause]] = {}
    uploads: dict[str, set[str]] = {}
    for case_id, group in groupby(book.held_rows(tx, home), key=lambda row: row[0]):
        events = [event for _, event in group]
        if about := rows_about(subject, events, _rules(office, events[0])):
            rows[case_id] = about
            uploads[case_id] = {name for e in events if e.seq in about for name in uploads_of(e.payload)}
    said = [each for each in book.said_beside(tx, home) if _is_about(subject, each)]
    waiting = book.waiting_uploads(tx, home, subject.person) if subject.person else []
    return InHome(held=read_cases(tx, rows), rows=rows, uploads=uploads, said=said, waiting=waiting)


def _rules(office: Office, event: Event) -> Workflow | None:
    try:
        return office.rulebook.pinned(event.workflow, event.workflow_version, event.file_hash).workflow
    except RulesMissing:
        return None


def _is_about(subject: Subject, said: book.Said) -> bool:
    return (subject.person is not None and said.by == subject.person) or subject.is_in(said.value)


def erasable(found: Iterable[InHome], *, registered: bool = False) -> Erasable:
    several = list(found)
    return Erasable(
        cases=tuple(_case(each.held[case], rows) for each in several for case, rows in each.rows.items()),
        texts=sum(len(each.said) for each in several),
        uploads=sum(len(set(each.waiting).union(*each.uploads.values())) for each in several),
        registered=registered,
    )


def _case(held: Held, rows: Mapping[int, Cause]) -> FoundCase:
    identity, state = held.identity, held.state
    return FoundCase(home=identity.home, case_id=identity.id, number=identity.number, unit=state.unit,
                     open=state.closed_at is None, rows=rows)  # fmt: skip
