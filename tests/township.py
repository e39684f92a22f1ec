"""A small township for tests: 陈桥村 with one hamlet cluster of two groups, a sibling village, another township.

Everything is imported as a township would import it. `PEOPLE` maps a name used in tests to the post it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.cases.office import Office, open_office
from engine.cases.rules_folder import open_calendars, read_folder
from engine.definition.calendar import Calendar
from engine.definition.model import Workflow
from engine.people.imports import ImportService
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.rulebook import Rulebook
from engine.store.clock import HeldClock
from engine.store.db import Store
from engine.store.tables import bodies, body_units, household_people, households, people, posts, relatives, units

WORKFLOWS = Path(__file__).parent.parent / "workflows"
NOW = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)  # Friday 09:00 in Shanghai

COUNTY, TOWNSHIP, OTHER_TOWNSHIP = "430482", "430482109", "430482110"
VILLAGE, SIBLING, OTHER_VILLAGE = "430482109223", "430482109239", "430482110201"
WUCHANG, SECOND, SIBLING_WUCHANG, OTHER_WUCHANG = (
    f"{VILLAGE}w01", f"{VILLAGE}w02", f"{SIBLING}w01", f"{OTHER_VILLAGE}w01",
)  # fmt: skip
STATION, POWER_COMPANY = f"{TOWNSHIP}s1", f"{COUNTY}d1"
GROUP, NEIGHBOURHOOD = f"{WUCHANG}g1", f"{WUCHANG}g1n1"

UNITS = [
    (COUNTY, "常宁市", "county", ""),
    (TOWNSHIP, "洋泉镇", "township", COUNTY),
    (OTHER_TOWNSHIP, "庙前镇", "township", COUNTY),
    (STATION, "司法所", "station", TOWNSHIP),
    (f"{OTHER_TOWNSHIP}s1", "司法所", "station", OTHER_TOWNSHIP),
    (VILLAGE, "陈桥村", "village", TOWNSHIP),
    (SIBLING, "香湖村", "village", TOWNSHIP),
    (OTHER_VILLAGE, "庙前村", "village", OTHER_TOWNSHIP),
    (WUCHANG, "第一屋场", "wuchang", VILLAGE),
    (SECOND, "第二屋场", "wuchang", VILLAGE),
    (SIBLING_WUCHANG, "第一屋场", "wuchang", SIBLING),
    (OTHER_WUCHANG, "第一屋场", "wuchang", OTHER_VILLAGE),
    (GROUP, "高子树组", "group", WUCHANG),
    (f"{WUCHANG}g2", "高桥组", "group", WUCHANG),
    (NEIGHBOURHOOD, "高子树一邻", "neighbourhood", GROUP),
    (f"{SIBLING_WUCHANG}g1", "湖边组", "group", SIBLING_WUCHANG),
    (f"{SIBLING_WUCHANG}g1n1", "湖边一邻", "neighbourhood", f"{SIBLING_WUCHANG}g1"),
    (f"{OTHER_WUCHANG}g1", "庙边组", "group", OTHER_WUCHANG),
    (f"{OTHER_WUCHANG}g1n1", "庙边一邻", "neighbourhood", f"{OTHER_WUCHANG}g1"),
]


@dataclass(frozen=True)
class Holder:
    person: str
    name: str
    role: str
    place: str
    body: bool = False


def _local(tag: str, village: str, wuchang: str) -> list[Holder]:
    return [
        Holder(f"linzhang{tag}", "刘爹", "linzhang", f"{wuchang}g1n1"),
        Holder(f"zuzhang{tag}", "高组长", "zuzhang", f"{wuchang}g1"),
        Holder(f"pianzhang{tag}", "王建国", "pianzhang", wuchang),
        Holder(f"party_group_leader{tag}", "陈大明", "party_group_leader", f"{village}p01", body=True),
        Holder(f"council_member{tag}", "周小理", "council_member", f"{village}c01", body=True),
        Holder(f"village_clerk{tag}", "文小书", "village_clerk", village),
        *(Holder(f"village_cadre{n}{tag}", f"王主任{n}", "village_cadre", village) for n in range(1, 8)),
        Holder(f"village_secretary{tag}", "周书记", "village_secretary", village),
    ]


def _town(tag: str, township: str) -> list[Holder]:
    return [
        Holder(f"township_party_office{tag}", "小陈", "township_party_office", township),
        Holder(f"township_station{tag}", "司法所长", "township_station", f"{township}s1"),
        Holder(f"township_leader{tag}", "李镇长", "township_leader", township),
        Holder(f"township_secretary{tag}", "何书记", "township_secretary", township),
        Holder(f"auditor_township{tag}", "老蒋", "auditor_township", township),
    ]


PEOPLE = [
    *_local("", VILLAGE, WUCHANG),
    *_local("_2", SIBLING, SIBLING_WUCHANG),
    *_local("_other", OTHER_VILLAGE, OTHER_WUCHANG),
    *_town("", TOWNSHIP),
    *_town("_other", OTHER_TOWNSHIP),
    Holder("auditor_county", "县督查", "auditor_county", COUNTY),
]
#: The posts of a cluster's own affairs (works projects, its cooperative), for `settle_council`. Members of a meeting
#: have their posts at the very unit where it sits.
COUNCIL = [
    Holder("council_head", "周理事长", "council_head", f"{VILLAGE}c01", body=True),
    Holder("treasurer", "钱会计", "treasurer", f"{VILLAGE}c01", body=True),
    *(Holder(f"household_rep{n}", f"户代表{n}", "household_rep", WUCHANG) for n in range(1, 4)),
    *(Holder(f"members_rep{n}", f"成员代表{n}", "members_rep", WUCHANG) for n in range(1, 5)),
    Holder("village_supervision", "严监督", "village_supervision", VILLAGE),
]
#: The posts that version 2 of the default workflow names and version 1 does not, for `settle_whole_book`.
WHOLE_BOOK = [
    Holder("township_duty", "值班员", "township_duty", TOWNSHIP),
    Holder("township_discipline", "纪委书记", "township_discipline", TOWNSHIP),
    Holder("petition_clerk", "信访专干", "petition_clerk", TOWNSHIP),
    Holder("stationed_cadre", "驻村干部", "stationed_cadre", VILLAGE),
]
VILLAGERS = [("lishen", "李婶", "10000000001"), ("wangson", "王小军", ""), ("zhangsan", "张三", "10000000003")]


_UNITS = "code,name,kind,parent"
_POSTS = "person,role,unit,body,valid_from,valid_to"


def _csv(header: str, rows: list[tuple[str, ...]]) -> bytes:
    return "\n".join([header, *(",".join(row) for row in rows)]).encode()


def _post(holder: Holder, last_day: str = "") -> tuple[str, ...]:
    unit, body = ("", holder.place) if holder.body else (holder.place, "")
    return (holder.person, holder.role, unit, body, "2025-01-01", last_day)


def register() -> dict[str, bytes]:
    """The import files of this township."""
    villages = ((VILLAGE, WUCHANG), (SIBLING, SIBLING_WUCHANG), (OTHER_VILLAGE, OTHER_WUCHANG))
    bodies = [(f"{village}p01", "第一屋场党小组", "party_group", wuchang) for village, wuchang in villages]
    bodies += [(f"{village}c01", "第一屋场理事会", "council", wuchang) for village, wuchang in villages]
    people = [(holder.person, holder.name, "") for holder in PEOPLE] + VILLAGERS
    return {
        "units": _csv(_UNITS, UNITS),
        "bodies": _csv("code,name,kind,units", bodies),
        "people": _csv("id,name,phone", people),
        "posts": _csv(_POSTS, [_post(holder) for holder in PEOPLE]),
        "households": _csv("code,unit,head,members", [("h1", GROUP, "lishen", "lishen linzhang")]),
        "relatives": _csv("person,other,kind,valid_from,valid_to", [("pianzhang", "wangson", "son", "2025-01-01", "")]),
    }


@lru_cache(maxsize=1)
def all_rules() -> tuple[Workflow, ...]:
    """Every file of `workflows/`."""
    return tuple(read_folder(WORKFLOWS))


@lru_cache(maxsize=1)
def calendars() -> Mapping[str, Calendar]:
    """The calendars of `workflows/` by their codes."""
    return open_calendars(WORKFLOWS)


@lru_cache(maxsize=1)
def default_rules() -> tuple[Workflow, ...]:
    """Version 1 of the default workflow alone."""
    return tuple(workflow for workflow in all_rules() if workflow.name == "issue-escalation/1")


def whole_book() -> Workflow:
    """Version 2: all rows T01–T50."""
    (rules,) = (workflow for workflow in all_rules() if workflow.name == "issue-escalation/2")
    return rules


_REGISTER = (units, bodies, body_units, people, posts, households, household_people, relatives)
Rows = dict[sa.Table, list[dict[str, Any]]]
_imported: dict[str, Rows] = {}


def settle(store: Store) -> None:
    """Import the township into an initialised database."""
    _bring_in(store, "township", register())


def settle_council(store: Store) -> None:
    """Import the posts of the first cluster's own affairs, beside the township."""
    _bring_in(store, "council", _holding(COUNCIL))


def settle_whole_book(store: Store) -> None:
    """Import what version 2 needs beside the township: its posts, and a department of the county."""
    department = _csv(_UNITS, [(POWER_COMPANY, "供电公司", "department", COUNTY)])
    _bring_in(store, "whole book", {"units": department, **_holding(WHOLE_BOOK)})


def _bring_in(store: Store, name: str, files: Mapping[str, bytes]) -> None:
    """Import the files; from the second time in a process on, put in the rows that the import added."""
    if name not in _imported:
        before = _registered(store)
        _import(store, files)
        after = _registered(store)
        _imported[name] = {table: [row for row in after[table] if row not in before[table]] for table in _REGISTER}
        return
    with store.begin() as tx:
        for table, rows in _imported[name].items():
            if rows:
                tx.execute(sa.insert(table), rows)


def _registered(store: Store) -> Rows:
    """Units above come before those below, which refer to them."""
    with store.read() as tx:
        orders = {table: [units.c.line] if table is units else table.primary_key.columns for table in _REGISTER}
        found = {table: tx.execute(sa.select(table).order_by(*order)).mappings() for table, order in orders.items()}
        return {table: [dict(row) for row in rows] for table, rows in found.items()}


def end_posts(store: Store, person: str, last_day: str) -> None:
    """Somebody of the township serves until this day, in ISO form, and no longer."""
    posts = [_post(holder, last_day) for holder in [*PEOPLE, *WHOLE_BOOK] if holder.person == person]
    _import(store, {"posts": _csv(_POSTS, posts)})


def _holding(holders: list[Holder]) -> dict[str, bytes]:
    people = _csv("id,name,phone", [(holder.person, holder.name, "") for holder in holders])
    return {"people": people, "posts": _csv(_POSTS, [_post(holder) for holder in holders])}


def _import(store: Store, files: Mapping[str, bytes]) -> None:
    service = ImportService(store)
    for kind, data in files.items():
        outcome = service.apply(kind, data)
        assert not outcome.problems, (kind, outcome.problems)


def open_test_office(store: Store, *workflows: Workflow, now: datetime = NOW) -> tuple[Office, HeldClock]:
    """An office on a test database with the township in it, and the clock that tells its time."""
    clock = HeldClock(now)
    compiled = {(each.key, each.version): _compiled(each) for each in workflows or default_rules()}
    return open_office(store, Rulebook(compiled, drafts_open=True), clock=clock), clock


def _compiled(workflow: Workflow) -> Compiled:
    """Once a process for each workflow, as a server does it."""
    kept = _machines.get(id(workflow))
    if kept is None:
        kept = _machines[id(workflow)] = compile_workflow(workflow, calendars().get(workflow.calendar))
    return kept  # which holds the workflow, so that no other ever has its id


_machines: dict[int, Compiled] = {}
