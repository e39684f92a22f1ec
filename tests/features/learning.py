"""What somebody learns of the cases: by his lists, and by what he hears when he asks for one or acts on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from api.problems import detail
from engine.audit.queries import HistoryFilter
from engine.cases.narrowing import CaseFilter
from engine.cases.service import Caller
from engine.meetings.service import NewDecision
from engine.rules.attempt import Command
from engine.rules.refusals import Refusal

if TYPE_CHECKING:
    from tests.features.world import World


def lists(world: World, person: str) -> list[str]:
    """Ids of the cases that all his lists together show."""
    found = [view.identity.id for view in world.queries.page(person, CaseFilter()).cases]
    found += [row.case_id for row in world.audit.history(person, HistoryFilter()).rows]
    return found + [row.denial.case_id for row in world.audit.refusals(person)[0] if row.denial.case_id]


def answers(world: World, person: str, case: str, meeting: str) -> list[tuple[str, ...]]:
    """What he hears when he reads this case and meeting, and when he acts on them."""
    note = Command(trigger="note", data={"text": "路过看到"})
    caller = Caller(person=person)
    attempts: list[Callable[[], object]] = [
        *readings(world, person, case),
        lambda: world.service.fire(caller, case, note, 1),
        lambda: world.service.fire(caller, case, Command(trigger="no_such_trigger"), 99),
        lambda: world.minutes.get(person, meeting),
        lambda: world.minutes.closing(person, meeting),
        lambda: world.meetings.open(person, meeting, 1),
        lambda: world.meetings.decide(person, meeting, 1, [NewDecision(case_id=case, trigger="note")]),
        lambda: world.meetings.cancel(person, meeting, 1, "不开了"),
    ]
    return [answer(attempt) for attempt in attempts]


def readings(world: World, person: str, case: str) -> list[Callable[[], object]]:
    return [
        lambda: world.queries.get(person, case),
        lambda: world.queries.triggers(person, case),
        lambda: world.queries.history(person, case),
    ]


def answer(attempt: Callable[[], object]) -> tuple[str, ...]:
    try:
        attempt()
    except Refusal as refusal:
        return (refusal.kind, refusal.code, *detail(refusal))
    return ("done",)
