"""A township on a database of its own, and the way tests drive it: cases, meetings, posts, what was refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from textwrap import dedent, indent
from typing import Any

import sqlalchemy as sa

from engine.audit.queries import AuditQueries
from engine.cases.queries import CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.definition.loader import read_workflow
from engine.definition.model import Value, Workflow
from engine.meetings.queries import MeetingQueries, MeetingView
from engine.meetings.service import Attendance, MeetingService, NewDecision, NewMeeting
from engine.people.imports import ImportService
from engine.rules.attempt import Command
from engine.rules.refusals import Refusal
from engine.store.casefile import Held, read_case
from engine.store.db import Store
from engine.store.meetingbook import MeetingRow, read_meeting
from engine.store.tables import people
from tests import township as t
from tests.features.ways import REPORT, Step, way

READER = "township_party_office"  # reads every case and meeting of the township, unmasked
HALLS = {"village_weekly": t.VILLAGE, "township_monthly": t.TOWNSHIP}
TOWN = ("township_secretary", "township_leader", "township_party_office")
HALL = ("village_secretary", "village_clerk", *(f"village_cadre{n}" for n in range(1, 8)))
VIA = {row.trigger: row.via[0] for row in t.default_rules()[0].rows if row.via}

_HEAD = """\
workflow: {key}
version: {version}
title: {{zh: 小流程, en: Small}}
timezone: Asia/Shanghai
calendar: cn
"""
_LEVELS = """
    wuchang: {zh: 屋场, en: Cluster}
    village: {zh: 村, en: Village}
    township: {zh: 镇, en: Township}
    county: {zh: 县, en: County}
    """
_ROLES = """
    zuzhang: {T, level: wuchang}
    pianzhang: {T, level: wuchang}
    village_clerk: {T, level: village}
    village_secretary: {T, level: village}
    township_secretary: {T, level: township}
    township_station: {T, level: township, by_unit: true}
    auditor_county: {T, level: county, read_only: true}
    """


@lru_cache(maxsize=256)
def rules(*, key: str = "small", version: int = 1, draft: bool = False, **sections: str) -> Workflow:
    """A workflow of these sections, as `written`."""
    text = written(key=key, version=version, draft=draft, **sections)
    reading = read_workflow(text.encode(), f"{key}.yaml")
    assert reading.workflow is not None, [f"{found.mark.line}: {found.en}" for found in reading.findings]
    return reading.workflow


def written(*, key: str = "small", version: int = 1, draft: bool = False, **sections: str) -> str:
    """The file of these sections, where `T` stands for a title; the roles are those of the township."""
    parts = {"levels": _LEVELS, "roles": _ROLES, **sections}
    text = _HEAD.format(key=key, version=version) + ("draft: true\n" if draft else "")
    text += "".join(f"{name}:\n{indent(dedent(body).strip(), '  ')}\n" for name, body in parts.items())
    return re.sub(r"\bT\b", "title: {zh: 名, en: Name}", text)


def refusal(act: Callable[[], object]) -> Refusal:
    """What the act was refused with."""
    try:
        act()
    except Refusal as refused:
        return refused
    raise AssertionError("nothing was refused")


class World:
    """陈桥村 of 洋泉镇 with its neighbours. Time stands still until `wait`."""

    def __init__(self, store: Store, *workflows: Workflow) -> None:
        t.settle(store)
        self.store = store
        self.office, self.clock = t.open_test_office(store, *workflows)
        self.cases, self.queries = CaseService(self.office), CaseQueries(self.office)
        self.meetings, self.minutes = MeetingService(self.office), MeetingQueries(self.office)
        self.audit = AuditQueries(self.office)

    def wait(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    # --- cases -------------------------------------------------------------------------------------------------------

    def open(self, person: str = "linzhang", unit: str = t.NEIGHBOURHOOD, **data: Value) -> str:
        """The id of a case opened under the default rules."""
        return self.opened(person, unit, "report", REPORT | data).identity.id

    def opened(self, person: str, unit: str, trigger: str, data: Mapping[str, Value], *, workflow: str | None = None,
               caller: Caller | None = None, **rest: Any) -> Held:  # fmt: skip
        wanted = OpenCase(unit=unit, command=Command(trigger=trigger, data=data, **rest), workflow=workflow)
        return self.cases.open(caller or Caller(person=person), wanted)

    def fire(self, person: str, case: str, trigger: str, **data: Value) -> Held:
        """At the version the case has now."""
        return self.sent(Caller(person=person), case, Command(trigger=trigger, data=data), self.version(case))

    def sent(self, caller: Caller, case: str, command: Command, expected: int) -> Held:
        return self.cases.fire(caller, case, command, expected)

    def bring(self, state: str, **data: Value) -> str:
        """A case that went the ordinary way until it reached `state`."""
        case = self.open(**data)
        self.go(case, *way(state))
        return case

    def go(self, case: str, *steps: Step) -> None:
        """Take these steps, each directly or in a meeting held for it; each takes a minute."""
        for person, trigger, data in steps:
            self.wait(minutes=1)
            if trigger in VIA:
                meeting = self.meet(person, VIA[trigger], NewDecision(case_id=case, trigger=trigger, data=dict(data)))
                assert self.item(meeting, case).outcome == "effective"
            else:
                self.fire(person, case, trigger, **data)

    def held(self, case: str) -> Held:
        with self.store.read() as tx:
            found = read_case(tx, case)
        assert found is not None
        return found

    def version(self, case: str) -> int:
        return self.held(case).state.version

    def state(self, case: str) -> str:
        return self.held(case).state.state

    # --- meetings ----------------------------------------------------------------------------------------------------

    def plan(self, chair: str, kind: str, unit: str | None = None, *, workflow: str | None = None) -> str:
        wanted = NewMeeting(meeting=kind, unit=unit or HALLS[kind], at=self.clock.at, workflow=workflow)
        return self.meetings.create(chair, wanted)

    def gather(self, chair: str, kind: str, *, present: tuple[str, ...] = ()) -> str:
        """An open meeting with all its members there, or those given."""
        meeting = self.plan(chair, kind)
        self.meetings.open(chair, meeting, 1)
        everybody = self.row(meeting).expected
        self.meetings.attend(chair, meeting, 2, Attendance(present=present or everybody))
        return meeting

    def decide(self, chair: str, meeting: str, *decisions: NewDecision) -> None:
        self.meetings.decide(chair, meeting, self.row(meeting).version, decisions)

    def close(self, chair: str, meeting: str) -> None:
        self.meetings.close(chair, meeting, self.row(meeting).version)

    def meet(self, chair: str, kind: str, *decisions: NewDecision) -> str:
        """A whole meeting in which these decisions are taken."""
        meeting = self.gather(chair, kind)
        if decisions:
            self.decide(chair, meeting, *decisions)
        self.close(chair, meeting)
        return meeting

    def row(self, meeting: str) -> MeetingRow:
        with self.store.read() as tx:
            found = read_meeting(tx, meeting)
        assert found is not None
        return found

    def view(self, meeting: str) -> MeetingView:
        return self.minutes.get(READER, meeting)

    def item(self, meeting: str, case: str) -> Any:
        return next(each.item for each in self.view(meeting).items if each.item.case_id == case)

    # --- the register ------------------------------------------------------------------------------------------------

    def imports(self, kind: str, header: str, *rows: str) -> None:
        outcome = ImportService(self.store).apply(kind, "\n".join([header, *rows]).encode())
        assert not outcome.problems, outcome.problems

    def posts(self, person: str, role: str, place: str, since: date | str, until: date | str = "") -> None:
        """A post of a person at a unit, new or with another last day."""
        self.imports("posts", "person,role,unit,body,valid_from,valid_to", f"{person},{role},{place},,{since},{until}")

    def ends(self, person: str, until: date) -> None:
        """The person's post of the township's files ends with this day."""
        holder = next(each for each in t.PEOPLE if each.person == person)
        unit, body = ("", holder.place) if holder.body else (holder.place, "")
        self.imports(
            "posts", "person,role,unit,body,valid_from,valid_to",
            f"{person},{holder.role},{unit},{body},2025-01-01,{until}",
        )  # fmt: skip

    def newcomer(self, person: str, name: str = "新来的") -> None:
        self.imports("people", "id,name,phone", f"{person},{name},")

    # --- what is stored ----------------------------------------------------------------------------------------------

    def rows(self, table: sa.Table) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.execute(sa.select(table).order_by(*table.primary_key.columns)).all())


# --- a township with something of everything -------------------------------------------------------------------------

#: Rules that name few roles, put units beside the line in charge or concern them, and know no category.
HELP = {
    "fields": """
        helpers: {T, type: list, of: unit, fills: units}
        charge: {T, type: unit, fills: responsible}
        who: {T, type: person, fills: responsible}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        higher: {T, level: village, handling: true}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: [zuzhang, village_clerk], takes: [helpers, charge, who]}
        - {trigger: call, T, from: new, to: same, by: [zuzhang, village_secretary], takes: [helpers, charge, who]}
        - {trigger: hand, T, from: new, to: same, by: zuzhang, needs: charge, hands_over_by: take}
        - {trigger: take, T, from: new, to: same, by: successor}
        - {trigger: help, T, from: new, to: higher, by: township_station}
        - {trigger: finish, T, from: [new, higher], to: done, by: [zuzhang, village_clerk]}
        - {trigger: reopen, T, from: done, to: new, by: village_secretary, reopens: true}
        """,
}
DEPARTMENT = f"{t.COUNTY}d1"
TALKED = {"measure": "上门", "done_on": "2026-03-06"}


def varied(store: Store) -> World:
    """Cases in every state of three villages and two townships, under two files of rules; several opened in the same
    moment. People of every kind: with several posts, with none, with one that has ended, beside the line, at a body."""
    world = World(store, *t.default_rules(), rules(**HELP))
    _more_people(world)
    _ordinary_cases(world)
    _cases_elsewhere(world)
    _cases_under_other_rules(world)
    return world


def everybody(world: World) -> list[str]:
    """Ids of all registered people."""
    return [row.id for row in world.rows(people)]


def _more_people(world: World) -> None:
    world.imports("units", "code,name,kind,parent", f"{DEPARTMENT},水利局,department,{t.COUNTY}")
    world.imports("bodies", "code,name,kind,units", f"joint,联合理事会,council,{t.SECOND} {t.SIBLING_WUCHANG}")
    for person in ("nobody", "former", "coming", "double", "joint_member", "waterman", "stranger_role"):
        world.newcomer(person)
    world.posts("former", "village_clerk", t.VILLAGE, "2025-01-01", "2026-03-05")
    world.posts("coming", "village_clerk", t.VILLAGE, "2026-03-08")
    world.posts("double", "village_clerk", t.SIBLING, "2025-01-01")
    world.posts("double", "zuzhang", f"{t.WUCHANG}g2", "2025-01-01")
    world.posts("waterman", "township_station", DEPARTMENT, "2025-01-01")
    world.posts("stranger_role", "beekeeper", t.TOWNSHIP, "2025-01-01")
    world.imports(
        "posts", "person,role,unit,body,valid_from,valid_to", "joint_member,council_member,,joint,2025-01-01,"
    )


def _ordinary_cases(world: World) -> None:
    world.open(category="hazard", urgency="urgent", reporter="zhangsan")
    world.opened("zuzhang", t.GROUP, "report", REPORT | {"category": "infra"}, behalf="lishen")
    world.bring("need_info", category="hazard")
    world.bring("wuchang_handling", urgency="critical")
    for state in ("village_queued", "village_handling", "township_queued", "township_handling"):
        world.bring(state)
    world.go(world.bring("township_handling"), ("township_station", "sign_for", {}))
    done = world.bring("wuchang_handling", category="dispute")
    world.go(done, ("pianzhang", "finish_in_wuchang", {"measures": "劝解", "result": "和好"}))
    struck = world.bring("wuchang_handling", category="dispute", reporter="lishen")
    world.go(
        struck,
        ("pianzhang", "finish_in_wuchang", {"measures": "劝解", "result": "和好"}),
        ("village_clerk", "record_callback", {"method": "call", "outcome": "reached"}),
        ("village_clerk", "strike_off", {"satisfaction": "good"}),
    )
    world.go(world.open(), ("linzhang", "void", {"reason": "重复录入"}))
    world.open("village_clerk", t.SECOND)


def _cases_elsewhere(world: World) -> None:
    village, other = f"{t.SIBLING_WUCHANG}g1", f"{t.OTHER_WUCHANG}g1"
    world.open("linzhang_2", f"{village}n1", urgency="urgent")
    sibling = world.open("zuzhang_2", village, category="infra")
    world.go(
        sibling,
        ("zuzhang_2", "record_measure", TALKED),
        ("zuzhang_2", "refer_to_village", {"reason_code": "no_funds", "reason": "没有经费"}),
    )
    foreign = world.open("zuzhang_other", other)
    world.go(foreign, ("zuzhang_other", "accept", {}), ("zuzhang_other", "record_measure", TALKED))
    meeting = world.meetings.create(
        "village_secretary_2", NewMeeting(meeting="village_weekly", unit=t.SIBLING, at=world.clock.at)
    )
    world.meetings.open("village_secretary_2", meeting, 1)
    there = tuple(f"{person}_2" for person in HALL)
    world.meetings.attend("village_secretary_2", meeting, 2, Attendance(present=there))
    plan = {"responsible": "pianzhang", "plan": "请邻村片长来帮忙", "due": "2026-03-20"}
    world.decide("village_secretary_2", meeting, NewDecision(case_id=sibling, trigger="assign_in_village", data=plan))
    world.close("village_secretary_2", meeting)


def _cases_under_other_rules(world: World) -> None:
    begun = [
        world.opened("zuzhang", t.GROUP, "begin", data, workflow="small").identity.id
        for data in (
            {},
            {"helpers": [t.STATION, DEPARTMENT]},
            {"charge": t.STATION},
            {"charge": DEPARTMENT, "who": "nobody"},
            {"who": "zhangsan"},
            {"helpers": [t.SIBLING]},
        )
    ]
    world.fire("zuzhang", begun[4], "hand", charge=t.STATION)
    world.fire("township_station", begun[1], "help")
    world.fire("zuzhang", begun[0], "finish")
    world.opened("village_clerk_other", t.OTHER_WUCHANG, "begin", {"charge": f"{t.OTHER_TOWNSHIP}s1"}, workflow="small")
