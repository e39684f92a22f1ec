"""Who was called for a case, when, and who has answered: the proof of an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.reading import as_read, asked_for
from engine.definition.model import Title, Workflow
from engine.messages.delivery import workflow_of
from engine.rules.paging import answers, pagings
from engine.rules.state import Event, Paging
from engine.store.casefile import home_of, read_events
from engine.store.db import Tx
from engine.store.names import people_names
from engine.store.outbox import REMIND
from engine.store.tables import inbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One person was called: by a row (`kind` page) or a clock (remind, with the `share` of it that was used), whose
    title it has. `read_at`: he opened it; `answered_at`: he did what is for those who were paged, in the same alarm."""

    person: str
    name: str | None
    kind: str
    title: Title
    share: int | None
    called_at: datetime
    read_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseCalls:
    """The calls of a case in the order they were made."""

    workflow: Workflow
    calls: tuple[Call, ...]


class CallQueries:
    """The reads of calls for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def calls(self, person: str, case_id: str) -> CaseCalls:
        """Raises NotFound. Who is recused sees those made before."""
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            last = as_read(tx, held, attempt).state.version
            workflow, events = workflow_of(self.office, held), read_events(tx, case_id, until=last)
            rows = _urgent(tx, case_id, last)
            names = people_names(tx, {row.person for row in rows})
        rounds = [(each, answers(workflow, each, events)) for each in pagings(workflow, events)]
        return CaseCalls(
            workflow=workflow, calls=tuple(_call(workflow, events, rounds, names.get(row.person), row) for row in rows)
        )


def _urgent(tx: Tx, case_id: str, last: int) -> Sequence[Any]:
    here = (inbox.c.home == home_of(case_id), inbox.c.case_id == case_id, inbox.c.seq <= last)
    query = sa.select(inbox).where(*here, inbox.c.urgent.is_(sa.true()))
    return tx.execute(query.order_by(inbox.c.shown_at, inbox.c.person, inbox.c.id)).all()


def _call(workflow: Workflow, events: Sequence[Event], rounds: Sequence[tuple[Paging, dict[str, datetime]]],
          name: str | None, row: Any) -> Call:  # fmt: skip
    answered = next((found for paging, found in rounds if paging.spans(row.seq)), {})
    return Call(
        person=row.person,
        name=name,
        kind=row.kind,
        title=_title(workflow, events[row.seq - 1], row),
        share=row.share,
        called_at=row.shown_at,
        read_at=row.read_at,
        answered_at=answered.get(row.person),
    )


def _title(workflow: Workflow, event: Event, row: Any) -> Title:
    """Its code, where a draft was edited and names it no more."""
    named = workflow.clocks.get(row.cause) if row.kind == REMIND else workflow.row(row.cause, event.source)
    return named.title if named else Title(zh=row.cause, en=row.cause)
