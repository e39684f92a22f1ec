"""The calls of one paging: the row with `pages`, then the steps of clocks that reminded while the case was there. Pure.

A call follows another where no more than `SOON` lies between them: then they are one chain, rung one after the other
until somebody answers. Steps are remembered where they are carried out, not in the history: a reminder changes nothing
about the case (ADR 0027).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.definition.model import Step, Workflow
from engine.rules.state import Event, Move, Paging

#: So far apart calls may be and still be rung one after the other [A].
SOON = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """A step of a clock that was carried out: when, and at which version of the case."""

    clock: str
    step: int
    seq: int
    at: datetime


def reminded(workflow: Workflow, paging: Paging | None, fired: Iterable[Fired]) -> tuple[str, ...]:
    """Whom the clocks reminded in this paging, by the names of their steps, each once."""
    names = (name for each in fired if paging and paging.spans(each.seq) for name in reminds(workflow, each))
    return tuple(dict.fromkeys(names))


def reminds(workflow: Workflow, fired: Fired) -> tuple[str, ...]:
    """Whom the step names; nobody where a draft was edited and has it no more."""
    step = _step(workflow, fired.clock, fired.step)
    return step.remind if step else ()


def _step(workflow: Workflow, code: str, number: int) -> Step | None:
    clock = workflow.clocks.get(code)
    return clock.steps[number] if clock and number < len(clock.steps) else None


def chain(workflow: Workflow, paging: Paging, fired: Iterable[Fired], now: datetime) -> tuple[str, ...]:
    """The names of all calls before `now` that were rung one after the other up to now, each once; of a call that comes
    alone none."""
    steps = [(each.at, reminds(workflow, each)) for each in fired if paging.spans(each.seq)]
    calls = [call for call in ((paging.at, paging.names), *steps) if call[0] <= now]
    found: list[str] = []
    later = now
    for at, names in sorted(calls, reverse=True):
        if later - at > SOON:
            break
        found, later = [*names, *found], at
    return tuple(dict.fromkeys(found))


def pagings(workflow: Workflow, events: Iterable[Event]) -> tuple[Paging, ...]:
    """Every paging of a case, in order: one for each row with `pages`."""
    found: list[Paging] = []
    for event in events:
        row = workflow.row(event.trigger, event.source)
        if found and found[-1].until is None and ((row and row.pages) or event.move is not Move.SAME):
            found[-1] = replace(found[-1], until=event.seq)
        if row and row.pages:
            found.append(Paging(names=row.pages, seq=event.seq, at=event.recorded_at))
    return tuple(found)


def answers(workflow: Workflow, paging: Paging, events: Iterable[Event]) -> dict[str, datetime]:
    """Person -> when he first did in this paging what is for those who were paged (`by: paged`)."""
    found: dict[str, datetime] = {}
    for event in events:
        row = workflow.row(event.trigger, event.source)
        if row and "paged" in row.by and paging.spans(event.seq):
            found.setdefault(event.actor, event.recorded_at)
    return found
