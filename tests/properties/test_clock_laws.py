"""Clocks people can predict (law 4), over random histories under random rules, against a judge that counts seconds.

And the judge can see: bugs that somebody might really write are put into the running program, and each is found in the
same budget. MINQING_TEST_CLOCKS asks for more histories; `make drill` does.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

import engine.rules.reckoning
import engine.rules.running
from engine.rules.reckoning import Reckoning, Why
from engine.rules.worktime import Worktime
from tests.properties.clock_judge import Told
from tests.properties.reference import LawBroken
from tests.properties.seconds import passed, second
from tests.properties.timed_walking import ACTS, History, Turn, histories

HISTORIES = int(os.environ.get("MINQING_TEST_CLOCKS", "40"))
NOTHING_MOVES = ("note", "reassign", "stir", "press")


def must(holds: bool, history: History, what: str) -> None:
    if not holds:
        told = [f"{row.at} {row.trigger} -> {row.state} {dict(row.facts)}" for row in history.rows]
        raise LawBroken("\n".join([f"history {history.seed} at {history.now}: {what}", *told]))


def turns(history: History) -> Iterator[Turn]:
    for _ in range(ACTS):
        turn = history.go_on()
        if turn is not None:
            yield turn


# --- no act gives more time than law 4 says ------------------------------------------------------------------------


def hold_no_more_time(count: int) -> int:
    """Every act of so many histories; how many there were."""
    done = 0
    for history in histories(count):
        for turn in turns(history):
            done += 1
            hold_turn(history, turn)
            hold_with_judge(history)
    return done


def hold_turn(history: History, turn: Turn) -> None:
    """What law 4 says of one act, said of the moments before and after it."""
    for key, now in turn.after.items():
        was = turn.before.get(key)
        if was is None or was.limit is None or now.limit is None:
            continue
        if was.limit != now.limit:
            must(turn.trigger == "correct", history, f"{turn.trigger} changed the limit of {key}")
            if was.unit is now.unit:
                must(was.used(turn.at) == now.used(turn.at), history, f"{key}: the time used changed with the limit")
        elif "due" not in turn.data:
            hold_left(history, turn, was, now)
    if turn.trigger in NOTHING_MOVES:
        must(deadlines(turn.before) == deadlines(turn.after), history, f"{turn.trigger} moved a deadline")


def hold_left(history: History, turn: Turn, was: Reckoning, now: Reckoning) -> None:
    """The same limit, and no date was given: what is left is what was left, or on a return the grace."""
    came_back = now.is_running and not was.is_running
    least = now.length * now.clock.grace / 100 if came_back else timedelta.min
    expected = max(was.left(turn.at), least)
    must(now.left(turn.at) == expected, history, f"{turn.trigger}: {now.left(turn.at)} left, it was {expected}")
    if was.is_running and now.is_running:
        must(was.deadline == now.deadline, history, f"{turn.trigger} moved a deadline")


def deadlines(found: object) -> object:
    return {key: each.deadline for key, each in found.items()}  # type: ignore[attr-defined]


def hold_with_judge(history: History) -> None:
    told, reckoned = history.told(), history.reckoned()
    must(len(told) == len(reckoned), history, f"the judge knows {len(told)} sums, the engine {len(reckoned)}")
    for judged, ours in zip(told, reckoned, strict=True):
        engine = as_seconds(ours, history)
        must(engine == judged, history, f"the engine says {engine}, the judge {judged}")


def as_seconds(ours: Reckoning, history: History) -> Told:
    """What the engine says, as the judge says it."""
    at = engine_moment(history)
    running = ours.is_running
    limited = ours.limit is not None or bool(ours.grants)
    steps = {f"{step.at}%": ours.moment_of(step.at) for step in ours.clock.steps} if running else {}
    return Told(
        clock=ours.clock.code,
        began=ours.sum.seq,
        level=ours.sum.level,
        running=running,
        used=whole(ours.used(at)),
        left=whole(ours.left(at)) if limited else None,
        deadline=second(ours.deadline) if running and ours.deadline else None,
        steps={share: second(moment) for share, moment in steps.items() if moment},
    )


def engine_moment(history: History):
    return history.matter.now + timedelta(seconds=history.now - second(history.matter.now))


def whole(span: timedelta) -> int:
    assert span.microseconds == 0, span
    return span.days * 86_400 + span.seconds


def test_no_note_correction_return_or_reassignment_gives_more_time():
    assert hold_no_more_time(HISTORIES) > HISTORIES * ACTS / 2


# --- what a case has spent is what its history says ----------------------------------------------------------------


def hold_time_spent(count: int) -> int:
    """Cases sent back again and again; the most that one was."""
    most = 0
    for history in histories(count):
        most = max(most, sent_back(history))
        hold_spent(history)
        hold_granted(history)
    return most


def sent_back(history: History) -> int:
    """To and fro between the two levels, with pauses; how often it came back."""
    times = history.chance.randrange(1, 9)
    for _ in range(times):
        for trigger in ("refer", *history.chance.choice(((), ("assign",), ("assign", "park", "resume"))), "return"):
            history.now += history.chance.randrange(history.chance.choice((60, 5 * 3600, 2 * 86_400)))
            must(history.act(trigger, {"review": "2026-12-01"} if trigger == "park" else {}), history, trigger)
    history.now += history.chance.randrange(86_400)
    return times


def hold_spent(history: History) -> None:
    """All sums of a clock at a level together have used the time between the rows after which it ran there."""
    for level in history.rules.document["levels"]:
        mine = [each for each in history.reckoned() if (each.clock.code, each.sum.level) == ("handle", level)]
        used = sum((whole(each.used(engine_moment(history))) for each in mine), 0)
        if mine:
            must(used == spent(history, level, mine[0].unit.value), history, f"{used} s spent at {level}")


def spent(history: History, level: str, unit: str) -> int:
    rows = history.rows
    ends = [*(row.at for row in rows[1:]), history.now]
    states = history.rules.document["states"]
    return sum(
        passed(unit, row.at, end)
        for row, end in zip(rows, ends, strict=True)
        if row.level == level and "handle" in states[row.state].get("runs", ())
    )


def hold_granted(history: History) -> None:
    """The limit, the day it began, and at each return no more than its grace; never overdue on arrival."""
    for each in history.reckoned():
        if each.limit is None or any(grant.day for grant in each.grants):
            continue
        graces = [grant.amount for grant in each.grants if grant.why is Why.GRACE]
        others = sum((grant.amount for grant in each.grants if grant.why is not Why.GRACE), timedelta())
        grace = each.length * each.clock.grace / 100
        late = max(timedelta(), each.used_before - others)
        must(each.granted == others + sum(graces, timedelta()), history, "granted is not what was granted for")
        must(len(graces) < len(each.sum.runs) and sum(graces, timedelta()) <= late + grace, history, "more than grace")
        if each.deadline and each.clock.grace and len(each.sum.runs) > 1:
            must(each.deadline > each.run.started, history, "it arrived overdue")


def test_a_case_returned_any_number_of_times_has_spent_what_its_history_says():
    assert hold_time_spent(HISTORIES) == 8


# --- pauses ----------------------------------------------------------------------------------------------------------


def hold_pauses(count: int) -> int:
    """Every history is paused at some moment and goes on at another; how many clocks went on."""
    return sum(paused(history) for history in histories(count))


def paused(history: History) -> int:
    for _ in range(history.chance.randrange(6)):
        history.go_on()
    parking = history.turn("park", {"review": "2026-12-01"})
    if parking is None:
        return 0
    history.now += history.chance.randrange(history.chance.choice((3, 3600, 86_400, 20 * 86_400)))
    pause = second(parking.at), history.now
    resuming = history.turn("resume", {})
    assert resuming is not None
    found = [(was, resuming.after[key]) for key, was in parking.before.items() if was.is_running and was.limit]
    again = [(was, now) for was, now in found if now.is_running]  # a clock of one stay begins anew
    for was, now in again:
        hold_conserved(history, was, now, resuming, pause)
    return len(again)


def hold_conserved(history: History, was: Reckoning, now: Reckoning, turn: Turn, pause: tuple[int, int]) -> None:
    """To the second: what was used, what was left, and the deadline later by as much as the pause was of its time."""
    used, left = was.used(pause_start(turn, pause)), was.left(pause_start(turn, pause))
    must(now.used(turn.at) == used, history, f"{now.used(turn.at)} used, it was {used}")
    ends = [second(run.stopped) if run.stopped else pause[0] for run in was.sum.runs]
    spans = [passed(was.unit.value, second(run.started), end) for run, end in zip(was.sum.runs, ends, strict=True)]
    must(whole(used) == sum(spans), history, f"{used} used, there were {sum(spans)} s")
    least = now.length * now.clock.grace / 100
    must(now.left(turn.at) == max(left, least), history, f"{now.left(turn.at)} left, it was {left}")
    if left >= least and left > timedelta():
        unit, end = was.unit.value, second(now.deadline)  # type: ignore[arg-type]
        must(passed(unit, pause[1], end) >= whole(left), history, f"{end} is too early")
        if unit != "natural days":  # these may end later, past a day off
            must(passed(unit, pause[1], end) == whole(left), history, f"{end} is too late")


def pause_start(turn: Turn, pause: tuple[int, int]):
    return turn.at - timedelta(seconds=pause[1] - pause[0])


def test_pausing_and_going_on_conserves_time_to_the_second():
    assert hold_pauses(HISTORIES) > HISTORIES


# --- bugs that are found ---------------------------------------------------------------------------------------------


def grace_on_top(monkeypatch):
    """A return gives its grace on top of what is left, not up to it."""

    def _return(tally, run):
        tally.by_rule += tally.length * tally.clock.grace / 100

    monkeypatch.setattr(engine.rules.reckoning._Tally, "_return", _return)


def handing_over_starts_anew(monkeypatch):
    sums = engine.rules.running._sums

    def _sums(clock, before, after, row, event, is_running):
        restarts = frozenset({clock.code} if event.trigger == "reassign" else row.restarts)
        return sums(clock, before, after, dataclasses.replace(row, restarts=restarts), event, is_running)

    monkeypatch.setattr(engine.rules.running, "_sums", _sums)


def third_return_begins_anew(monkeypatch):
    continued = engine.rules.running._continued

    def _continued(clock, sums, level):
        found = continued(clock, sums, level)
        return None if found and len(found.runs) == 3 else found

    monkeypatch.setattr(engine.rules.running, "_continued", _continued)


def limit_of_the_beginning(monkeypatch):
    """A change of urgency comes too late for a clock that runs."""
    monkeypatch.setattr(
        engine.rules.reckoning, "limit_of", lambda clock, state, level: next(iter(clock.limits.values()))
    )


def date_within_an_extension_is_cut(monkeypatch):
    """As it was: what was decided after an extension went no further than the limit without it."""
    due_of = engine.rules.reckoning._Tally._due

    def _due(tally, run, due):
        rule = tally.by_rule
        due_of(tally, run, due)
        is_last = tally.by_due is not None and due is tally.found.dues[-1] and due.extends
        tally.by_rule = max(rule, tally.by_due) if is_last else rule

    monkeypatch.setattr(engine.rules.reckoning._Tally, "_due", _due)


def stay_is_forgotten(monkeypatch):
    stop = engine.rules.running._stop

    def _stop(found, event):
        stopped = stop(found, event)
        last = stopped.runs[-1]
        return dataclasses.replace(stopped, runs=(*stopped.runs[:-1], dataclasses.replace(last, stopped=last.started)))

    monkeypatch.setattr(engine.rules.running, "_stop", _stop)


def last_stay_alone_is_added(monkeypatch):
    run_of = engine.rules.reckoning._Tally._run

    def _run(tally, run):
        tally.used = timedelta()
        run_of(tally, run)

    monkeypatch.setattr(engine.rules.reckoning._Tally, "_run", _run)


def seconds_are_dropped(monkeypatch):
    measured = Worktime.measured

    def whole_minutes(work, unit, start, end):
        return measured(work, unit, start, end) // timedelta(minutes=1) * timedelta(minutes=1)

    monkeypatch.setattr(Worktime, "measured", whole_minutes)


def pause_is_counted(monkeypatch):
    stop = engine.rules.running._started

    def _started(clock, sums, after, event):
        going_on = stop(clock, sums, after, event)
        return tuple(_closed_up(each) for each in going_on)

    monkeypatch.setattr(engine.rules.running, "_started", _started)


def _closed_up(found):
    """Each run begins where the one before it stopped."""
    starts = [found.runs[0].started, *(run.stopped for run in found.runs[:-1])]
    runs = (dataclasses.replace(run, started=at) for run, at in zip(found.runs, starts, strict=True))
    return dataclasses.replace(found, runs=tuple(runs))


@pytest.mark.parametrize(
    ("bug", "hold"),
    [
        (grace_on_top, hold_no_more_time),
        (handing_over_starts_anew, hold_no_more_time),
        (third_return_begins_anew, hold_no_more_time),
        (limit_of_the_beginning, hold_no_more_time),
        (date_within_an_extension_is_cut, hold_no_more_time),
        (grace_on_top, hold_time_spent),
        (stay_is_forgotten, hold_time_spent),
        (last_stay_alone_is_added, hold_time_spent),
        (seconds_are_dropped, hold_pauses),
        (pause_is_counted, hold_pauses),
    ],
)
def test_a_bug_is_found(monkeypatch, bug, hold):
    bug(monkeypatch)

    with pytest.raises(LawBroken):
        hold(HISTORIES)
