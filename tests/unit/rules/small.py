"""A small workflow for one test: give the sections the test is about, the rest is here; `Matter` is one case of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from textwrap import dedent, indent

from engine.definition.loader import read_workflow
from engine.definition.model import Workflow
from engine.rules.attempt import Actor, Attempt, Command, InMeeting, Post, Snapshot, Unit, World
from engine.rules.decide import Decision, Request, decide, make_attempt
from engine.rules.fold import fold
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.refusals import FieldsRefused, Refusal
from engine.rules.state import CaseState, Event

NOON = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)  # a Friday, noon in Shanghai
TODAY = "2026-03-06"

HEAD = """\
workflow: small
version: 1
title: {zh: 小流程, en: Small}
timezone: Asia/Shanghai
calendar: cn
currency: CNY
levels:
  low: {zh: 下, en: Low}
  high: {zh: 上, en: High}
"""
SECTIONS = {
    "roles": """
        helper: {title: {zh: 帮手, en: Helper}, level: low}
        boss: {title: {zh: 头, en: Boss}, level: high}
        desk: {title: {zh: 站, en: Desk}, level: high, by_unit: true}
        auditor: {title: {zh: 督查, en: Auditor}, level: high, read_only: true}
        """,
    "fields": "text: {title: {zh: 备注, en: Note}, type: text}",
    "states": """
        new: {title: {zh: 新, en: New}, level: low, handling: true}
        done: {title: {zh: 完, en: Done}, final: true}
        """,
    "transitions": """
        - {trigger: begin, title: {zh: 开, en: Begin}, from: start, to: new, by: [helper, boss]}
        - {trigger: note, title: {zh: 记, en: Note}, from: new, to: same, by: reader, takes: text}
        - {trigger: finish, title: {zh: 完, en: Finish}, from: new, to: done, by: [helper, boss]}
        """,
}


_TITLE = re.compile(r"\bT\b")


def workflow(**sections: str) -> Workflow:
    """The workflow of these sections; `T` in them stands for a title."""
    text = HEAD + "".join(_section(name, body) for name, body in {**SECTIONS, **sections}.items())
    reading = read_workflow(_TITLE.sub("title: {zh: 名, en: Name}", text).encode(), "small.yaml")
    assert reading.workflow is not None, [f"{found.mark.line}: {found.en}" for found in reading.findings]
    return reading.workflow


def _section(name: str, body: str) -> str:
    """A section of lines, or a key with its one value."""
    return f"{name}:\n{indent(dedent(body).strip(), '  ')}\n" if "\n" in body or ": {" in body else f"{name}: {body}\n"


def rules(**sections: str) -> Compiled:
    return compile_workflow(workflow(**sections))


def unit(*line: str) -> Unit:
    """`unit("high:H", "low:L")`: the unit L with its line."""
    parsed = tuple((kind, code) for kind, code in (part.split(":") for part in line))
    return Unit(code=parsed[-1][1], kind=parsed[-1][0], line=parsed)


HIGH = unit("high:H")
LOW = unit("high:H", "low:L")
OTHER_LOW = unit("high:H", "low:M")
DESK = unit("high:H", "desk:D")
OTHER_DESK = unit("high:H", "desk:E")


def post(role: str, at: Unit, *, place: str | None = None) -> Post:
    return Post(id=f"{role}@{place or at.code}", role=role, place=place or at.code, units=(at,))


def somebody(name: str, *posts: Post) -> Actor:
    return Actor(person=name, posts=posts)


HELPER = somebody("helper", post("helper", LOW))
MATE = somebody("mate", post("helper", LOW))
BOSS = somebody("boss", post("boss", HIGH))
CLERK = somebody("clerk", post("desk", DESK))
AUDITOR = somebody("auditor", post("auditor", HIGH))
NOBODY = somebody("nobody")
PERSONS = ("helper", "mate", "boss", "clerk", "auditor", "nobody")
WORLD = World(
    holders={"boss": ("boss",), "helper": ("helper", "mate")},
    known=frozenset({("person", name) for name in PERSONS} | {("unit", code) for code in ("H", "L", "M", "D", "E")}),
)


def sitting(code: str = "board", *, quorate: bool = True, carries: bool = False, day: date | None = None) -> InMeeting:
    return InMeeting(id="m-1", code=code, day=day or date(2026, 3, 6), quorate=quorate, carries=carries)


class Matter:
    """One case: fire acts at it, then look at `state` and `events`."""

    def __init__(self, compiled: Compiled, *, at: Unit = LOW) -> None:
        self.compiled = compiled
        self.unit = at
        self.events: list[Event] = []
        self.state: CaseState | None = None
        self.now = NOON
        self.world = WORLD

    def ask(self, who: Actor, trigger: str, /, *, meeting: InMeeting | None = None, expected: int | None = None,
            command: Mapping[str, object] | None = None, **data: object) -> Decision | Refusal:  # fmt: skip
        return decide(self.compiled, self.request(who, trigger, meeting, expected, command or {}, data))

    def fire(self, who: Actor, trigger: str, /, **rest: object) -> Decision | Refusal:
        answer = self.ask(who, trigger, **rest)
        if isinstance(answer, Decision):
            self.events.append(answer.event)
            self.state = answer.state
            assert fold(self.compiled.workflow, self.events) == answer.state
        return answer

    def attempt(self, who: Actor, trigger: str = "note", /, **data: object) -> Attempt:
        row = self.compiled.workflow.row(trigger, self.snapshot.source)
        return make_attempt(self.compiled, self.request(who, trigger, None, None, {}, data), row)

    def request(self, who: Actor, trigger: str, meeting: InMeeting | None, expected: int | None,
                command: Mapping[str, object], data: Mapping[str, object]) -> Request:  # fmt: skip
        return Request(
            case=self.snapshot,
            actor=who,
            command=Command(trigger=trigger, data=data, **command),
            world=self.world,
            now=self.now,
            expected=expected,
            meeting=meeting,
        )

    def related(self, **kin: str) -> None:
        """`related(helper="boss")`: the helper is a relative of the boss."""
        self.world = replace(self.world, kin={one: frozenset({other}) for one, other in kin.items()})

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(id="H-1", home="H", unit=self.unit, state=self.state)

    @property
    def at(self) -> tuple[str, str]:
        assert self.state is not None
        return self.state.state, self.state.level


def said(answer: Decision | Refusal) -> str:
    """`done`, the refusal's code, or for fields each with its problem."""
    if isinstance(answer, Decision):
        return "done"
    if isinstance(answer, FieldsRefused):
        return ", ".join(f"{problem.field}: {problem.code}" for problem in answer.problems)
    return answer.code
