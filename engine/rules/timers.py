"""The steps that the running clocks of a case have before them, each at its moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.definition.model import Step, Workflow
from engine.rules.reckoning import Reckoning


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """A step of a clock falls due. `sum` is the row with which the sum began, `step` its place among the clock's steps;
    with the case these name it, and it happens once."""

    clock: str
    sum: int
    step: int
    due_at: datetime

    @property
    def key(self) -> tuple[str, int, int]:
        return self.clock, self.sum, self.step


def plan(ticking: Iterable[Reckoning]) -> tuple[Timer, ...]:
    """All steps of the clocks that run now, in the order they fall due, whether they have happened or not."""
    found = [timer for each in ticking for timer in _of(each)]
    return tuple(sorted(found, key=lambda timer: timer.due_at))


def step_of(workflow: Workflow, timer: Timer) -> Step:
    return workflow.clocks[timer.clock].steps[timer.step]


def _of(reckoning: Reckoning) -> list[Timer]:
    moments = [(number, reckoning.moment_of(step.at)) for number, step in enumerate(reckoning.clock.steps)]
    code, began = reckoning.clock.code, reckoning.sum.seq
    return [
        Timer(clock=code, sum=began, step=number, due_at=moment) for number, moment in moments if moment is not None
    ]
