"""What the rows of a case say to whom: the letters that go into the outbox with the act itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from engine.cases.office import Office
from engine.definition.model import SYSTEM, Step, Workflow
from engine.rules.own import row_of
from engine.rules.state import Event
from engine.store.casefile import Held, Identity
from engine.store.clock import real_now
from engine.store.outbox import EVENT, PAGE, REMIND, TELL, Letter


def letters_of(office: Office, identity: Identity, workflow: Workflow, events: Sequence[Event], *,
               silent: bool = False) -> tuple[Letter, ...]:  # fmt: skip
    """Of each act what its row tells and pages, and one to every receiver of webhooks. `silent`: the receivers alone,
    who keep books of their own."""
    found = (letter for event in events for letter in _of_event(office, identity, workflow, event))
    return tuple(letter for letter in found if letter.receiver or not silent)


def reminder_of(office: Office, held: Held, clock: str, step: Step, now: datetime) -> Letter:
    """What a step of a clock says to those it reminds, for `post` in the transaction that carries the step out."""
    home = held.identity.home
    return Letter(
        home=home,
        id=office.new_id(home),
        case_id=held.identity.id,
        seq=held.state.version,
        kind=REMIND,
        names=step.remind,
        cause=clock,
        share=step.at,
        created_at=now,
        next_try_at=now,
    )


def _of_event(office: Office, identity: Identity, workflow: Workflow, event: Event) -> Iterator[Letter]:
    row = row_of(workflow, event)
    assert row is not None
    letter = Letter(
        home=identity.home,
        id="",
        case_id=identity.id,
        seq=event.seq,
        kind=EVENT,
        names=(),
        cause=event.trigger,
        created_at=event.recorded_at,
        next_try_at=event.recorded_at,
        actor=None if event.actor == SYSTEM else event.actor,
    )
    notice = {"zh": row.notice.zh, "en": row.notice.en} if row.notice else None
    for kind, names in ((TELL, row.tells), (PAGE, row.pages)):
        if names:
            yield replace(letter, id=office.new_id(identity.home), kind=kind, names=names, notice=notice)
    for receiver in office.receivers:
        yield replace(letter, id=office.new_id(identity.home), receiver=receiver, next_try_at=real_now())
