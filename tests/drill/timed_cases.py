"""Cases with many timers for the drill `timers`: four steps each, two acts, a reminder, and a last act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.cases.door import Act, Opening, fire_all
from engine.cases.office import Office, open_office
from engine.rules.attempt import Command, Unit
from engine.rules.rulebook import Rulebook
from engine.store import register
from engine.store.clock import HeldClock
from engine.store.db import Store, Tx
from engine.store.pins import pin
from tests import township as t
from tests.store.world import rules
from tests.township import settle

#: Every case is through with its steps by then, whenever it began.
BEGUN, OVER = datetime.fromisoformat("2026-03-02T09:00+08:00"), datetime.fromisoformat("2026-04-30T09:00+08:00")
STEPS = 4
#: What the history of a case says when each of its steps happened once and in its turn; the reminder is said after
#: the second row.
IN_TURN = ("begin", "stir", "press", "rise")
REMINDED_AFTER = 2
_SECTIONS = {
    "business_hours": 'open: "08:30"\nclose: "17:30"',
    "fields": "text: {T, type: text}",
    "clocks": """
        handle:
          title: {zh: 办理时限, en: Handling}
          per: level
          limits: 8 working days
          steps:
            - {at: 25%, fire: stir}
            - {at: 50%, remind: zuzhang}
            - {at: 75%, fire: press}
            - {at: 100%, fire: rise}
        """,
    "states": """
        low: {T, level: wuchang, handling: true, runs: handle}
        higher: {T, level: village, handling: true}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: low, by: zuzhang}
        - {trigger: stir, T, from: low, to: same, by: system}
        - {trigger: press, T, from: low, to: same, by: system}
        - {trigger: rise, T, from: low, to: higher, by: system}
        - {trigger: finish, T, from: higher, to: done, by: village_clerk}
        """,
}
_WORKFLOW = rules(key="drill", **_SECTIONS)
#: Read once: a worker that takes a killed one's place has it from the process it is forked from.
RULEBOOK = Rulebook.of([_WORKFLOW], t.calendars())
_BATCH = 250


def open_cases(store: Store, count: int) -> list[str]:
    """A township with so many cases, a batch beginning every seven minutes; the ids."""
    settle(store)
    office = open_office(store, RULEBOOK, clock=HeldClock(BEGUN))
    batches = [min(_BATCH, count - start) for start in range(0, count, _BATCH)]
    return [case for number, size in enumerate(batches) for case in _batch(store, office, size, number)]


def _batch(store: Store, office: Office, size: int, number: int) -> Sequence[str]:
    assert isinstance(office.clock, HeldClock)
    office.clock.at = BEGUN + number * timedelta(minutes=7)
    with store.begin() as tx:
        opening = Opening(compiled=RULEBOOK.version("drill", 1), unit=_unit(tx))
        pin(tx, opening.compiled.workflow, office.clock.at)
        act = Act(person="zuzhang", command=Command(trigger="begin"), opening=opening)
        outcomes = fire_all(tx, office, [act] * size)
        return [outcome.held.identity.id for outcome in outcomes if outcome.held]


def _unit(tx: Tx) -> Unit:
    unit = register.find_unit(tx, t.GROUP)
    assert unit is not None
    return unit
