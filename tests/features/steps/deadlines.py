"""What the clocks of a case say."""

from __future__ import annotations

from datetime import timedelta

from engine.rules.reckoning import Why
from tests.features.words import fact


@fact("{name:Case}的{clock:Clock}到 {moment:Moment} 为止")
def a_clock_runs_until(world, name, clock, moment):
    assert world.running(name, clock).deadline == moment


@fact("{name:Case}的{clock:Clock}停着")
def a_clock_rests(world, name, clock):
    sums = world.sums(name, clock)
    assert sums
    assert not any(each.is_running for each in sums)


@fact("{name:Case}没有{clock:Clock}")
def a_clock_never_ran(world, name, clock):
    assert world.sums(name, clock) == []


@fact("{name:Case}的{clock:Clock}从头计过, 前一次到 {deadline:Moment} 为止, 停于 {stopped:Moment}")
def a_clock_began_anew(world, name, clock, deadline, stopped):
    *_, former, present = world.sums(name, clock)
    assert (former.deadline, former.run.stopped) == (deadline, stopped)
    assert present.is_running


@fact("{name:Case}的{clock:Clock}没有补足过")
def nothing_was_granted(world, name, clock):
    assert _grace(world.running(name, clock)) == []


@fact("{name:Case}的{clock:Clock}每次补足 {granted:Spans}")
def so_much_was_granted(world, name, clock, granted):
    assert _grace(world.running(name, clock)) == granted


def _grace(reckoning) -> list[timedelta]:
    """What each return added, in the measure of the clock."""
    return [grant.amount for grant in reckoning.grants if grant.why is Why.GRACE]


@fact("{name:Case}的期限为 {moment:Moment}")
def it_is_due(world, name, moment):
    due = world.held(name).deadlines
    assert (due.due, due.provisional) == (moment, False)


@fact("{name:Case}的期限暂定为 {moment:Moment}")
def it_is_due_for_now(world, name, moment):
    due = world.held(name).deadlines
    assert (due.due, due.provisional) == (moment, True)


@fact("{name:Case}没有期限")
def nothing_is_due(world, name):
    assert world.held(name).deadlines.due is None
