"""Cases gone through with the real engine: everything that anybody could do next, tried one after the other.

Nothing here knows the checker. What may happen to a case is what `decide` lets happen, for a few people, a few values
of each field, in and out of meetings, at once and after weeks.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from transitions import MachineError

from engine.definition.findings import Step
from engine.definition.model import BACK, SYSTEM, ActorIs, Condition, Counter, Field, FieldType, Row, Since, Workflow
from engine.rules.attempt import SYSTEM_ACTOR, Actor, Attempt, Command, InMeeting, Post, Snapshot, Unit, World
from engine.rules.decide import Decision, Request, decide, make_attempt
from engine.rules.machine import Compiled
from engine.rules.refusals import NoDestination, Refusal
from engine.rules.serving import walk
from engine.rules.state import CaseState

NOON = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
VILLAGE = Unit(code="V", kind="village", line=(("town", "T"), ("village", "V")))
TOWN = Unit(code="T", kind="town", line=(("town", "T"),))


def _post(role: str, unit: Unit) -> Post:
    return Post(id=role, role=role, place=unit.code, units=(unit,))


POSTS = (_post("clerk", VILLAGE), _post("head", VILLAGE), _post("leader", TOWN))
#: One person for each post, and one for each few of them.
PEOPLE = tuple(
    Actor(person="_and_".join(post.role for post in posts), posts=posts)
    for number in (1, 2, 3)
    for posts in itertools.combinations(POSTS, number)
)
#: Those with one post, who hold another one since.
MOVED = tuple(Actor(person=one.role, posts=(other,)) for one, other in itertools.permutations(POSTS, 2))
WORLD = World(
    holders={post.role: (post.role,) for post in POSTS},
    known=frozenset(("person", actor.person) for actor in PEOPLE),
)
_VALUES: Mapping[FieldType, tuple[Any, ...]] = {
    FieldType.TEXT: ("水沟堵了",),
    FieldType.FLAG: (True, False),
    FieldType.INTEGER: (0, 1, 3, 9, 10),
    FieldType.DATE: ("2026-01-05", "2026-03-06", "2026-09-01"),
    FieldType.PERSON: ("clerk", "head"),
    FieldType.MONEY: ("1.00", "1250.00"),
}


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing somebody tries."""

    actor: Actor
    row: Row
    data: Mapping[str, Any] = field(default_factory=dict)
    meeting: InMeeting | None = None
    wait: timedelta = timedelta()


@dataclass(frozen=True)
class Case:
    """A case at a moment; `state` is None before the opening."""

    state: CaseState | None = None
    now: datetime = NOON

    @property
    def source(self) -> str:
        return self.state.state if self.state else "start"

    @property
    def spot(self) -> tuple[str, str]:
        return (self.state.state, self.state.level) if self.state else ("start", "")


def request(case: Case, act: Act) -> Request:
    now = case.now + act.wait
    return Request(
        case=Snapshot(id="1", home="T", unit=VILLAGE, state=case.state),
        actor=act.actor,
        command=Command(trigger=act.row.trigger, data=act.data),
        world=WORLD,
        now=now,
        meeting=replace(act.meeting, day=date(now.year, now.month, now.day)) if act.meeting else None,
    )


def attempt(compiled: Compiled, case: Case, act: Act) -> Attempt:
    return make_attempt(compiled, request(case, act), act.row)


def fired(compiled: Compiled, case: Case, act: Act) -> Case | Refusal:
    """The case after the act. A destination that the machine has no state for is none."""
    asked = request(case, act)
    try:
        answer = decide(compiled, asked)
    except (MachineError, KeyError):
        return NoDestination(compiled.workflow, act.row)
    return Case(answer.state, asked.now) if isinstance(answer, Decision) else answer


def acts(workflow: Workflow, case: Case, trigger: str | None = None, *, everyone: bool = True) -> Iterator[Act]:
    """Everything anybody may try now: with every value of every field, and without those that need not be given. Not
    `everyone`: nobody whose role the row does not name, unless it names relations."""
    waits = (timedelta(), timedelta(days=60)) if _asks_time(workflow) else (timedelta(),)
    for row in workflow.rows_from(case.source):
        if trigger in (None, row.trigger) and row is workflow.row(row.trigger, case.source):
            tried = itertools.product(
                (*_people(workflow), SYSTEM_ACTOR), _data(workflow, row), _meetings(workflow, row), waits
            )
            for actor, data, meeting, wait in tried:
                if everyone or _is_named(row, actor):
                    yield Act(actor=actor, row=row, data=data, meeting=meeting, wait=wait)


def _people(workflow: Workflow) -> tuple[Actor, ...]:
    """Whoever holds several posts, or others than before, counts only where a condition asks who acts."""
    asked = any(isinstance(each, ActorIs) for each in _conditions(workflow))
    return (*PEOPLE, *MOVED) if asked else PEOPLE[: len(POSTS)]


def _conditions(workflow: Workflow) -> Iterator[Condition]:
    for row in workflow.rows:
        for top in (*row.when, *(each for target in row.targets for each in target.when)):
            yield from walk(top)


def _is_named(row: Row, actor: Actor) -> bool:
    roles = {SYSTEM} if actor.is_system else {post.role for post in actor.posts}
    return bool(roles & {*row.by}) or not {*row.by} <= {SYSTEM, *(post.role for post in POSTS)}


def _asks_time(workflow: Workflow) -> bool:
    return any(isinstance(each, Since) for each in _conditions(workflow))


def _data(workflow: Workflow, row: Row) -> list[Mapping[str, Any]]:
    needed = [(name, _values(workflow.fields[name])) for name in row.needs]
    taken = [(name, (None, *_values(workflow.fields[name]))) for name in row.takes]
    names = [name for name, _ in (*needed, *taken)]
    combined = itertools.product(*(values for _, values in (*needed, *taken)))
    return [{name: value for name, value in zip(names, values, strict=True) if value is not None}
            for values in combined]  # fmt: skip


def _values(asked: Field) -> tuple[Any, ...]:
    return tuple(asked.choices) if asked.type is FieldType.CHOICE else _VALUES[asked.type]


def _meetings(workflow: Workflow, row: Row) -> list[InMeeting | None]:
    found: list[InMeeting | None] = [None]
    for code in row.via:
        carrying = workflow.meetings[code].carry_over
        carries = carrying is not None and carrying.trigger == row.trigger
        found.append(InMeeting(id="m", code=code, day=NOON.date(), quorate=True, carries=carries))
    return found


# --- exploring -----------------------------------------------------------------------------------------------------


@dataclass
class Explored:
    """`cases` that were met, one for each that differs in what rules can see, and which of them each `leads` to;
    `tried` is all that anybody tried, and what came of it; `whole` if nothing was left to try."""

    cases: list[Case]
    leads: dict[int, set[int]]
    tried: list[tuple[Case, Act, Case | Refusal]]
    whole: bool

    @property
    def spots(self) -> set[tuple[str, str]]:
        return {case.spot for case in self.cases if case.state}

    def leading_to(self, states: set[str]) -> set[int]:
        """The numbers of the cases that can come into one of the states, or are in it."""
        found = {number for number, case in enumerate(self.cases) if case.source in states}
        while fresh := {number for number, aims in self.leads.items() if aims & found} - found:
            found |= fresh
        return found


def explore(compiled: Compiled, start: Case | None = None, *, most: int = 400) -> Explored:
    """All that can become of a case, breadth first, until `most` different ones were met."""
    begun = start or Case()
    number = {_key(compiled.workflow, begun): 0}
    cases, leads, tried, todo = [begun], {}, [], deque([0])
    while todo and len(cases) < most:
        at = todo.popleft()
        leads[at] = set()
        for act in acts(compiled.workflow, cases[at], everyone=False):
            found = fired(compiled, cases[at], act)
            tried.append((cases[at], act, found))
            if not isinstance(found, Case):
                continue
            key = _key(compiled.workflow, found)
            if key not in number:
                number[key] = len(cases)
                todo.append(len(cases))
                cases.append(found)
            leads[at].add(number[key])
    return Explored(cases, leads, tried, not todo)


def onward(compiled: Compiled, case: Case, trigger: str | None = None) -> Iterator[Case]:
    for act in acts(compiled.workflow, case, trigger, everyone=False):
        found = fired(compiled, case, act)
        if isinstance(found, Case):
            yield found


def _key(workflow: Workflow, case: Case) -> object:
    """What rules can see of a case; counts above four look alike, and of the stays the last five count."""
    state = case.state
    if state is None:
        return None
    deep = 5 if any(target.to == BACK for row in workflow.rows for target in row.targets) else 1
    stays = tuple((stay.state, stay.level) for stay in state.stays[-deep:])
    values = frozenset((name, str(value)) for name, value in state.values.items())
    counts = tuple(_counts(counter, state, deep) for counter in workflow.counters.values())
    people = (state.opener, state.handlers, state.responsible)
    return stays, values, frozenset(state.texts), counts, people, _recent(workflow, case)


def _recent(workflow: Workflow, case: Case) -> object:
    """What happened less than an hour ago, where a condition asks for that."""
    state = case.state
    if state is None or not _asks_time(workflow):
        return None
    events = {**state.fired, "opened": state.opened_at, "closed": state.closed_at, "entered": state.stay.at}
    return frozenset(name for name, at in events.items() if at and case.now - at < timedelta(hours=1))


def _counts(counter: Counter, state: CaseState, deep: int) -> tuple[object, ...]:
    marks = state.counts.get(counter.code, ())
    stays = tuple(min(4, sum(mark.seq > stay.seq for mark in marks)) for stay in state.stays[-deep:])
    levels = tuple(min(4, sum(mark.level == level for mark in marks)) for level in ("village", "town"))
    return (*stays, *levels)


# --- walking a witness ---------------------------------------------------------------------------------------------


def walked(compiled: Compiled, witness: tuple[Step, ...], begin: Case | None = None) -> list[Case]:
    """The cases that went this very way, one for each that differs in what rules can see; none if nobody can go it. A
    last step that fails is left out."""
    cases = [begin or Case()]
    for step in witness:
        if step.target is not None:
            cases = _one_step(compiled, step, cases)
    return cases


def _one_step(compiled: Compiled, step: Step, cases: list[Case]) -> list[Case]:
    found: dict[object, Case] = {}
    for case in cases:
        for end in onward(compiled, case, step.trigger) if case.source == step.source else ():
            if end.spot == (step.target, step.level):
                found.setdefault(_key(compiled.workflow, end), end)
    return list(found.values())
