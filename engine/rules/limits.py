"""How the limit of a clock changed under way: a change of a field in `by` sets it anew for the same time already used,
and is shown before and after (language, section 8). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from engine.definition.model import Clock, Duration, Workflow
from engine.rules.fold import apply
from engine.rules.reckoning import limit_of
from engine.rules.state import CaseState, Event, Sum


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitChange:
    """The row `seq` changed the limit; None stands for no limit."""

    seq: int
    before: Duration | None
    after: Duration | None


def states_of(workflow: Workflow, events: Iterable[Event]) -> Iterator[CaseState]:
    """The case after each of its events, which are in order."""
    state: CaseState | None = None
    for event in events:
        state = apply(workflow, state, event)
        yield state


def limit_changes(clock: Clock, found: Sum, states: Iterable[CaseState]) -> tuple[LimitChange, ...]:
    """Those of this sum since it began, until it was over."""
    end = found.runs[-1].until if found.over else None
    within = [each for each in states if each.version >= found.seq and (end is None or each.version <= end)]
    limits = [(each.version, limit_of(clock, each, found.level)) for each in within]
    return tuple(LimitChange(seq=seq, before=was, after=now) for (_, was), (seq, now) in pairwise(limits) if was != now)
