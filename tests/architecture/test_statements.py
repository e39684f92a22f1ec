"""Every statement names its home: what a whole scenario sends to the database is read and held against the rules of
architecture.md, "Keys that can spread". SQL is read by simple text means: SQLAlchemy writes it in one manner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.access import AccessLog
from engine.audit.accesses import AccessFilter, AccessQueries
from engine.audit.case_file import CaseFileQueries
from engine.audit.keys import KeyService
from engine.audit.proofs import Auditor, ProofQueries
from engine.audit.queries import HistoryFilter
from engine.audit.queues import QueueQueries
from engine.audit.retention import AccessRetention
from engine.audit.verify import verify
from engine.audit.witnessing import Witness
from engine.cases.calendar_queries import CalendarQueries
from engine.cases.clock_queries import ClockQueries
from engine.cases.door import Act
from engine.cases.importing.service import CaseImportService, Given
from engine.cases.indexing import index_cases
from engine.cases.narrowing import CaseFilter
from engine.cases.picks import PickQueries
from engine.cases.recounting import Recounting
from engine.cases.service import Caller
from engine.cases.timekeeping import Timekeeper
from engine.definition.calendar import DayKind
from engine.definition.model import Title
from engine.meetings.service import NewDecision
from engine.messages.delivery import LetterService
from engine.messages.feed import EventFeed
from engine.messages.inbox import InboxService, MessageFilter
from engine.messages.receivers import Receiver
from engine.messages.sending import Sender
from engine.messages.webhooks import WebhookService
from engine.rules.attempt import Command
from engine.rules.rulebook import Rulebook
from engine.store import trust_tables as trust
from engine.store.casefile import read_cases, read_events_at
from engine.store.clock import real_now
from engine.store.db import Store
from engine.store.tables import FAMILY
from tests import township as t
from tests.features.ways import FINISH, IN_TOWNSHIP, SIGN, TO_VILLAGE
from tests.store.access_world import note, written_at
from tests.store.letters_world import TELLING
from tests.store.tiers import TIERS
from tests.store.uploads import FILED, age, service, upload
from tests.store.world import TALKED, World, refusal, rules

FAMILY_NAMES = frozenset(table.name for table in FAMILY)
NOT_WRITTEN_YET = frozenset(table.name for table in (trust.reveals, trust.erasures))

#: The statements that may leave the home open, each with its reason.
ACROSS_HOMES = {
    "tied": "the homes of which somebody has cases are found by what names him, through an index of its own",
    "county": "somebody above the home level reads the lists of all homes",
    "gate": "a meeting above the home level gathers what waits at its gate in all homes",
    "search": "what search lacks is looked for in all homes; each case is then read and written by its home",
    "metrics": "the lengths of the queues are of the whole installation",
    "due": "what is due is looked for in all homes, without a lock; each letter is then claimed within its home",
    "verify": "verification without a home walks all cases; each history is then read by its home",
    "counted": "what an older calendar counted is looked for in all homes; each case is then counted in its home",
    "noted": "which calls of a spool stand in the log already is asked by their moments, in all homes",
    "overseen": "the audit office reads the calls of all homes",
    "kept": "calls that are old enough to go are looked for in all homes; they are then dropped by their home",
    "witness": "nights and meetings without a checkpoint are looked for in all homes; each is then taken in its home",
    "sweep": "what fell due is looked for in all homes, without locks; each case is then taken up in its home",
}
_TIED = re.compile(
    r"SELECT DISTINCT case_ties\.home FROM case_ties WHERE case_ties\.target = \S+ AND case_ties\.kind = \S+"
)
_SWEEP = re.compile(
    r"SELECT timers\.home, timers\.case_id, min\(timers\.due_at\) AS due_at FROM timers"
    r" WHERE timers\.next_try_at <= .+? GROUP BY timers\.home, timers\.case_id ORDER BY .*"
)
_COUNTED = re.compile(
    r"SELECT (?:cases\.home, cases\.id|count\(\*\) AS count_1) FROM cases WHERE cases\.workflow = .+"
    r" AND cases\.closed_at IS NULL AND .+"
)
_KNOWN = {"tied": _TIED, "sweep": _SWEEP, "counted": _COUNTED}


# --- reading SQL -----------------------------------------------------------------------------------------------------

_NAME = r"[a-z_][a-z_0-9]*"
_VALUE = r"(?:\?|%\([a-z_0-9]+\)s(?:::[A-Z]+)?)"
_TABLE = re.compile(rf"(?:^|JOIN |, )({_NAME})(?: AS ({_NAME}))?(?= |,|$)")
_BOUND = re.compile(rf"^({_NAME})\.home (?:= {_VALUE}$|IN \()")
_SAME = re.compile(rf"^({_NAME})\.home = ({_NAME})\.home$")
_FORBIDDEN = ("OFFSET", "ADVISORY", "NEXTVAL", "CURRVAL", "LASTVAL", "SETVAL")
_TAIL = re.compile(r" (?:GROUP BY|HAVING|ORDER BY|LIMIT|FOR UPDATE|RETURNING) .*$")


def one_line(sql: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"'[^']*'", "''", sql)).strip()


def selects(sql: str) -> list[tuple[str, int | None]]:
    """Every SELECT of the statement by itself, with the place of the one around it. Inner ones stand as `(#)`."""
    found: list[tuple[str, int | None]] = []

    def read(text: str, around: int | None) -> None:
        for part in re.split(r" UNION(?: ALL)? ", text):
            place = len(found)
            found.append(("", around))
            inner: list[str] = []
            flat = _lift(part, inner)
            found[place] = (flat, around)
            for each in inner:
                read(each, place)

    read(sql, None)
    return found


def _lift(text: str, inner: list[str]) -> str:
    """The text with each `(SELECT …)` replaced; what was inside is put into `inner`."""
    out, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign == "(" and (depth or text.startswith("(SELECT ", place)):
            start = start if depth else place
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            if not depth:
                inner.append(text[start + 1 : place])
                out.append("(#)")
        elif not depth:
            out.append(sign)
    return "".join(out)


def conjuncts(condition: str) -> list[str]:
    """The parts that all must hold; a bare OR between them leaves none that surely does."""
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"\(|\)| AND | OR ", condition):
        sign = found.group()
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and sign == " OR ":
            return []
        if depth == 0 and sign == " AND ":
            parts.append(condition[start : found.start()])
            start = found.end()
    return [_bare(part) for part in (*parts, condition[start:])]


def _bare(part: str) -> str:
    part = part.strip()
    return _bare(part[1:-1]) if part.startswith("(") and part.endswith(")") and part.count("(") == 1 else part


@dataclass(frozen=True)
class Scope:
    """One SELECT: family tables by the name they go by, which of them are bound to a home, which have the same home."""

    family: dict[str, str]
    bound: frozenset[str]
    same: frozenset[tuple[str, str]]

    @staticmethod
    def of(select: str) -> Scope:
        body = _TAIL.sub("", select.partition(" FROM ")[2])
        sources, _, where = body.partition(" WHERE ")
        tables = {alias or name: name for name, alias in _TABLE.findall(sources)}
        joined = [
            part
            for on in sources.split(" ON ")[1:]
            for part in conjuncts(re.split(r" (?:LEFT )?(?:OUTER )?JOIN ", on)[0])
        ]
        parts = [*conjuncts(where), *joined]
        return Scope(
            family={alias: name for alias, name in tables.items() if name in FAMILY_NAMES},
            bound=frozenset(match.group(1) for part in conjuncts(where) if (match := _BOUND.match(part))),
            same=frozenset((match.group(1), match.group(2)) for part in parts if (match := _SAME.match(part))),
        )

    def together(self, alias: str) -> set[str]:
        """All names that are said to have the same home as this one, itself included."""
        found = {alias}
        while more := {other for pair in self.same for other in pair if set(pair) & found} - found:
            found |= more
        return found


def faults(sql: str, parameters: Any = (), *, across: bool = False) -> list[str]:
    """What is wrong with one statement. `across`: it may leave the home open, but joins on it all the same."""
    text = one_line(sql)
    upper = text.upper()
    if isinstance(parameters, tuple) and parameters[-1:] == (
        0,
    ):  # SQLite's way of writing LIMIT, also of what is counted
        upper = re.sub(r"LIMIT \? OFFSET \?(\) AS \w+)?$", r"LIMIT ?\1", upper)
    found = [word for word in _FORBIDDEN if re.search(rf"\b\w*{word}\w*\b", upper)]
    if not any(re.search(rf"\b{name}\b", text) for name in FAMILY_NAMES):
        return found
    verb = text.split(" ", 1)[0]
    readers: dict[str, Callable[[str], list[str]]] = {"INSERT": _insert, "UPDATE": _change, "DELETE": _change}
    if verb in readers:
        return found + readers[verb](text)
    return found + (_read(text, across=across) if verb == "SELECT" else ["not understood"])


def _insert(text: str) -> list[str]:
    match = re.match(rf"INSERT INTO ({_NAME}) \(([^)]*)\)", text)
    if match is None:
        return ["not understood"]
    name, columns = match.groups()
    return [] if name not in FAMILY_NAMES or "home" in columns.split(", ") else [f"{name}: inserts no home"]


def _change(text: str) -> list[str]:
    """An UPDATE or DELETE; the inner SELECTs of its condition are read as any other."""
    match = re.match(rf"(?:UPDATE|DELETE FROM) ({_NAME})(?: SET (.*?))?(?: WHERE (.*?))?(?: RETURNING .*)?$", text)
    if match is None:
        return ["not understood"]
    name, values, where = match.groups()
    if name not in FAMILY_NAMES:
        return []
    found = [f"{name}: home is updated"] if values and re.search(r"\bhome ?=", values) else []
    if not any((bound := _BOUND.match(part)) and bound.group(1) == name for part in conjuncts(where or "")):
        found.append(f"{name}: no home in its condition")
    return found + [fault for each in re.findall(r"\((SELECT .*)\)", where or "") for fault in _read(each)]


def _read(text: str, *, across: bool = False) -> list[str]:
    scopes = [(Scope.of(select), around) for select, around in selects(text)]
    found = []
    for scope, around in scopes:
        outer = scopes[around][0].family if around is not None else {}
        for alias, name in scope.family.items():
            together = scope.together(alias)
            if not (across or together & scope.bound or together & set(outer)):
                found.append(f"{name}: no home in its condition")
            if not set(scope.family) <= together | scope.bound:
                found.append(f"{name}: joined without its home")
    return found


# --- listening -------------------------------------------------------------------------------------------------------


@dataclass
class Ear:
    """Every statement sent, with its parameters and the reason for which it may leave the home open."""

    heard: list[tuple[str, Any, str | None]] = field(default_factory=list)
    reason: str | None = None

    def hear(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        self.heard.append((statement, parameters, self.reason))

    @contextmanager
    def across(self, reason: str) -> Iterator[None]:
        assert reason in ACROSS_HOMES
        self.reason = reason
        yield
        self.reason = None

    def touched(self, verb: str) -> set[str]:
        """Family tables that a statement of this kind has named first."""
        pattern = re.compile(rf"{verb} ({_NAME})")
        named = (pattern.match(one_line(statement)) for statement, _, _ in self.heard)
        return {match.group(1) for match in named if match} & FAMILY_NAMES


COUNTY_RULES = {
    "roles": "zuzhang: {T, level: wuchang}\ncounty_chief: {T, level: county}",
    "fields": "text: {T, type: text}",
    "states": "new: {T, level: county, gate: board}\ndone: {T, final: true}",
    "meetings": "board: {T, level: county, members: county_chief, chair: county_chief, quorum: 50%}",
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: zuzhang, takes: text}
        - {trigger: agree, T, from: new, to: done, by: county_chief, via: board}
        """,
}


@pytest.fixture
def world(store: Store) -> World:
    more = rules(key="above", **COUNTY_RULES), rules(**FILED), rules(key="tiers", **TIERS)
    world = World(store, *t.default_rules(), *more, rules(key="telling", **TELLING))
    world.newcomer("chief")
    world.posts("chief", "county_chief", t.COUNTY, "2025-01-01")
    return world


@pytest.fixture
def ear(world: World) -> Ear:
    ear = Ear()
    sa.event.listen(world.store.engine, "before_cursor_execute", ear.hear)
    return ear


def climb(world: World) -> tuple[str, str]:
    """Through all levels and out, with a key sent twice, refusals, an undone decision and a preview. Returns the case
    and the meeting that moved it."""
    report = Command(trigger="report", data={"category": "dispute", "gist": "两家为排水沟争执", "source": "visit",
                                             "heard_on": "2026-03-05", "reporter": "zhangsan"})  # fmt: skip
    sent = Caller(person="linzhang", token="token", key="k1", request="r1")
    for _ in range(2):
        case = world.opened("linzhang", t.NEIGHBOURHOOD, "report", report.data, caller=sent).identity.id
    accept = Command(trigger="accept", note="已联系")
    caller = Caller(person="pianzhang", token="token", key="k2", request="r2")
    for _ in range(2):
        world.sent(caller, case, accept, 1)
    refusal(lambda: world.fire("pianzhang", case, "refer_to_village", reason_code="other", reason="谈不拢"))
    world.go(case, ("pianzhang", "record_measure", TALKED), TO_VILLAGE)
    meeting = world.gather("village_secretary", "village_weekly")
    up = {"reason_code": "no_funds", "measures": "调解两次", "village_opinion": "请协调", "suggested_unit": t.STATION}
    decision = NewDecision(case_id=case, trigger="refer_to_township", data=up)
    refusal(lambda: world.decide("village_secretary", meeting, NewDecision(case_id=case, trigger="decline")))
    world.decide("village_secretary", meeting, decision)
    world.meetings.undo("village_secretary", meeting, 4, case)
    world.decide("village_secretary", meeting, decision)
    world.minutes.closing("village_secretary", meeting)
    world.close("village_secretary", meeting)
    world.go(
        case, IN_TOWNSHIP, SIGN, FINISH["township"],
        ("village_clerk", "record_callback", {"method": "call", "outcome": "reached"}),
        ("village_clerk", "strike_off", {"satisfaction": "good"}),
    )  # fmt: skip
    return case, meeting


def many(world: World) -> None:
    """Cases of two homes in one call, a meeting called off, one that carries over."""
    waits = world.bring("village_queued")
    here, there = world.open(), world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
    note = Command(trigger="accept")
    world.cases.fire_many([Act(person=p, case_id=c, command=note) for p, c in (("zuzhang", here), ("zuzhang", there))])
    refusal(lambda: world.cases.fire_many([Act(person="zuzhang", case_id=here, command=note)], atomic=True))
    refusal(lambda: world.sent(Caller(person="zuzhang"), f"{t.TOWNSHIP}-none", note, 1))
    world.meetings.cancel("village_secretary", world.plan("village_secretary", "village_weekly"), 1, "改期")
    world.meet("village_secretary", "village_weekly")
    assert world.held(waits).state.stay.carried == 1
    with world.store.read() as tx:
        read_cases(tx, [here, there])
        read_events_at(tx, [(here, 1), (there, 1)])


OLD_LIST = Given(
    data="事由\n桥头路灯坏了三盏\n渠道淤塞没有人管\n".encode(),
    name="old.csv",
    map_name="map.yaml",
    map_data=f"""
source: old
workflow: issue-escalation
by: village_clerk
unit: {{under: "{t.VILLAGE}", spread: wuchang}}
fields:
  gist: 事由
  category: {{constant: infra}}
  source: {{constant: visit}}
  heard_on: {{constant: 2025-01-01}}
""".encode(),
)


def bring_in(world: World) -> None:
    """An old list, previewed, imported, and imported once more."""
    service = CaseImportService(world.office)
    assert len(service.preview(OLD_LIST).opened) == 2
    assert len(service.apply(OLD_LIST).opened) == 2
    assert service.apply(OLD_LIST).already == 2


def look(world: World, person: str, case: str, meeting: str) -> None:
    """Everything that can be read, with every filter and a second page."""
    page = world.queries.page(person, CaseFilter(limit=1))
    world.queries.page(
        person,
        CaseFilter(
            unit=t.VILLAGE, mine=True, workflow="issue-escalation", state=("reported",), level="wuchang",
            category="dispute", urgency="normal", responsible=t.STATION, overdue=False,
            opened_from=world.clock.at, opened_to=world.clock.at, q="水沟 排", after=page.next,
        ),
    )  # fmt: skip
    due = world.queries.page(person, CaseFilter(order="due", limit=1))
    mine = CaseFilter(waiting=True, reported=True, due_until=world.clock.at, order="due", after=due.next)
    world.queries.page(person, mine)
    world.queries.counts(person, {"mine": mine, "all": CaseFilter()})
    rows = world.audit.history(person, HistoryFilter(limit=1))
    world.audit.history(
        person,
        HistoryFilter(
            unit=t.VILLAGE, trigger="report", ref="T01", from_level="wuchang", to_level="village", actor="linzhang",
            meeting=meeting, since=world.clock.at, until=world.clock.at, after=rows.next,
        ),
    )  # fmt: skip
    refused = world.audit.refusals(person, limit=1)
    world.audit.refusals(person, case_id=case, after=refused[1])
    meetings = world.minutes.page(person, limit=1)
    world.minutes.page(person, unit=t.VILLAGE, status="closed", after=meetings[1])


def look_at_one(world: World, person: str, case: str, meeting: str) -> None:
    world.queries.get(person, case)
    world.queries.triggers(person, case)
    world.queries.history(person, case)
    world.queries.openings(person, t.WUCHANG)
    PickQueries(world.office).people_for(person, case)
    PickQueries(world.office).units_for(person, case)
    world.minutes.get(person, meeting)


def at_once(world: World) -> None:
    """What need not wait for the meeting is put on its agenda all the same, and stands there when it is called off."""
    case = world.bring("village_queued", urgency="urgent")
    plan = {"responsible": "village_cadre1", "plan": "今晚就办", "due": "2026-03-20"}
    world.fire("village_secretary", case, "assign_in_village", **plan)
    meeting = world.gather("village_secretary", "village_weekly")
    world.minutes.get("village_secretary", meeting)
    world.meetings.cancel("village_secretary", meeting, 3, "停电")
    world.minutes.get("village_secretary", world.plan("village_secretary", "village_weekly"))


def above(world: World, ear: Ear) -> None:
    """A meeting of the county decides on cases of two townships."""
    cases = [
        world.opened(person, unit, "begin", {}, workflow="above").identity.id
        for person, unit in (("zuzhang", t.GROUP), ("zuzhang_other", f"{t.OTHER_WUCHANG}g1"))
    ]
    meeting = world.plan("chief", "board", t.COUNTY, workflow="above")
    with ear.across("gate"):
        world.minutes.get("chief", meeting)
        world.meetings.open("chief", meeting, 1)
    world.decide("chief", meeting, *(NewDecision(case_id=case, trigger="agree") for case in cases))
    world.minutes.closing("chief", meeting)
    world.close("chief", meeting)
    world.minutes.get("chief", meeting)


def uploaded(world: World, folder: Path) -> None:
    """Sent, named by an act, read, expired; from a home to a case of another too."""
    found = service(world, folder)
    scan, other, old = upload(found, "zuzhang"), upload(found, "zuzhang_other"), upload(found, "zuzhang")
    case = world.opened("zuzhang", t.GROUP, "begin", {"scan": scan}, workflow="small").identity.id
    refusal(lambda: world.fire("zuzhang", case, "add", photos=[other]))
    found.fetch("auditor_county", scan)
    age(world, old, days=2)
    found.sweep(t.TOWNSHIP)


def told(world: World, ear: Ear) -> None:
    """Somebody is told, and reads it; a post is vacant, and is filled."""
    case = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="telling").identity.id
    world.fire("zuzhang", case, "give")  # nobody is responsible
    letters, inboxes = LetterService(world.office), InboxService(world.office)
    with ear.across("due"):
        assert letters.deliver().blocked == 1
    page = inboxes.page("village_clerk", MessageFilter(limit=1))
    inboxes.page("village_clerk", MessageFilter(unread=True, day=page.digest.day, after=(world.clock.at, case)))
    inboxes.read("village_clerk", page.messages[0].id)
    world.fire("zuzhang", case, "give", charge="pianzhang")
    world.wait(hours=1)
    with ear.across("due"):
        assert letters.deliver().told == 2
    world.cases.office = replace(world.office, receivers=("county", "gone"))
    world.fire("zuzhang", case, "plain")
    told, unreachable = Receiver(name="county", url="http://127.0.0.1:1/", person="auditor_county",
                                 secret="whsec_" + "A" * 32), Sender(private=True)  # fmt: skip
    with ear.across("due"):
        report = WebhookService(world.office, [told], unreachable).send()
    assert (report.failed, report.passed) == (1, 1)
    feed = EventFeed(world.office)
    feed.after("village_clerk", feed.after("village_clerk", None, 1).last, 1)
    with ear.across("metrics"):
        assert QueueQueries(world.office).queues()


def fall_due(world: World) -> None:
    """Steps that fire, one that cannot and then can, and one that a pause takes away."""
    keeper, queries = Timekeeper(world.office), ClockQueries(world.office)
    case = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="tiers").identity.id
    resting = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="tiers").identity.id
    world.fire("zuzhang", resting, "park")
    for _ in range(5):
        world.wait(days=30)
        keeper.run_due()
    assert {view.found.case_id for view in queries.blocked("township_secretary")} == {case}
    world.fire("zuzhang", case, "change", text="有了说明")
    world.fire("zuzhang", case, "change", urgency="urgent")
    world.wait(days=30)
    keeper.run_due()
    assert queries.blocked("township_secretary") == []
    assert queries.clocks("zuzhang", case).clocks


def counted_again(world: World) -> None:
    """A new version of the calendar: deadlines that it moves, and one that it does not."""
    for urgency in ("normal", "urgent"):
        world.opened("zuzhang", t.GROUP, "begin", {"urgency": urgency}, workflow="tiers")
    book = [each.workflow for each in world.office.rulebook.all()]
    day = {
        world.clock.at.date() + timedelta(days=days): (DayKind.LOCAL_OFF, Title(zh="涝", en="Flood"))
        for days in range(7)
    }
    later = {
        code: replace(each, version=each.version + 1, local={t.VILLAGE: day}) for code, each in t.calendars().items()
    }
    recounting = Recounting(replace(world.office, rulebook=Rulebook.of(book, later, drafts_open=True)))
    (found,) = CalendarQueries(recounting.office).in_use()
    assert found.waiting >= 2
    done = recounting.sweep()
    assert done.changed and done.same and not done.failed


def called(world: World, ear: Ear, case: str, folder: Path) -> None:
    """Calls are noted, read by those who oversee, and dropped when they are old."""
    access = AccessLog(world.office, folder)
    note(access, about=case)
    with ear.across("noted"):
        access.flush()
    queries = AccessQueries(world.office, access)
    queries.of_case("auditor_township", case, None, 50)
    queries.page({"audit"}, AccessFilter(objects=(case,)))
    queries.page({"audit"}, AccessFilter(home=t.TOWNSHIP, after=(world.clock.at, case)))
    with ear.across("overseen"):
        list(queries.export({"security"}, AccessFilter(login="clerk", way="token", status=200, since=world.clock.at)))
    written_at(world.store, real_now() - timedelta(days=201), 2)
    with ear.across("kept"):
        assert AccessRetention(access).sweep() == 2


def witnessed(world: World, ear: Ear, folder: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints of a meeting and of a night, and proofs of them; leaves enough for a node of the lowest height."""
    monkeypatch.setattr("engine.store.treebook.KEPT_HEIGHTS", (2,))
    key = folder / "signing.key"
    KeyService(world.store, key).prepare()
    office = replace(world.office, signing_key=key)
    with ear.across("witness"):
        assert Witness(office).sweep().taken > 1
        assert Witness(replace(office, signing_key=None)).sweep().taken == 0
    proofs, who = ProofQueries(office), Auditor(person="township_party_office")
    (last, *_), _ = proofs.page(who, t.TOWNSHIP, "open", after=(10**6, ""))
    assert proofs.get(who, last.id) == proofs.latest(who, t.TOWNSHIP, "open")
    assert proofs.inclusion(who, case, 1).covered
    assert proofs.consistency(who, t.TOWNSHIP, "open", 5).proof
    assert proofs.vkeys(who, t.TOWNSHIP, "open")
    assert CaseFileQueries(office).read("township_party_office", case).coverage.covered


def test_every_statement_of_a_whole_scenario_names_its_home(world: World, ear: Ear, tmp_path: Path, monkeypatch):
    case, meeting = climb(world)
    many(world)
    bring_in(world)
    at_once(world)
    above(world, ear)
    uploaded(world, tmp_path)
    told(world, ear)
    fall_due(world)
    counted_again(world)
    called(world, ear, case, tmp_path / "access")
    witnessed(world, ear, tmp_path, case, monkeypatch)
    look(world, "township_party_office", case, meeting)
    look_at_one(world, "township_party_office", case, meeting)
    look_at_one(world, "auditor_county", case, meeting)
    with ear.across("county"):
        look(world, "auditor_county", case, meeting)
    assert verify(world.store, world.office.rulebook, home=t.TOWNSHIP).flaws == ()
    with ear.across("search"):
        index_cases(world.store, world.office.rulebook, everything=True)
    with ear.across("verify"):
        assert verify(world.store, world.office.rulebook).flaws == ()

    found, needed = {}, set()
    for statement, parameters, reason in ear.heard:
        excused = next((why for why, known in _KNOWN.items() if known.fullmatch(one_line(statement))), reason)
        if excused and faults(statement, parameters):
            needed.add(excused)
        if wrong := faults(statement, parameters, across=excused is not None):
            found[one_line(statement)] = wrong
    assert found == {}
    assert needed == set(ACROSS_HOMES)  # none of the exceptions is kept without need
    assert ear.touched("INSERT INTO") == FAMILY_NAMES - NOT_WRITTEN_YET
    assert ear.touched("UPDATE") == {
        "cases", "numbers", "meetings", "agenda", "agenda_reports", "decisions", "files", "timers", "blocked", "outbox",
        "inbox", "tree_heads",
    }  # fmt: skip
    assert ear.touched("DELETE FROM") == {
        "case_ties", "agenda", "decisions", "idempotency", "files", "search_texts", "timers", "blocked", "outbox",
        "access_log",
    }  # fmt: skip


# --- the check itself ------------------------------------------------------------------------------------------------

GOOD = [
    "SELECT cases.id FROM cases WHERE cases.home = ? AND cases.id IN (?, ?)",
    "SELECT cases.id FROM cases WHERE cases.home IN (?, ?) AND (cases.state = ? OR cases.level = ?) ORDER BY cases.id",
    "SELECT units.code FROM units WHERE units.code = ?",
    "SELECT cases.id \nFROM cases JOIN units ON units.code = cases.unit \nWHERE cases.home = %(home_1)s::VARCHAR",
    "SELECT history.seq FROM history JOIN payloads ON payloads.home = history.home AND payloads.seq = history.seq "
    "WHERE history.home = %(home_1)s AND history.case_id = %(case_id_1)s ORDER BY history.seq",
    "SELECT history.seq FROM history LEFT OUTER JOIN payloads ON payloads.home = history.home WHERE history.home = ?",
    "SELECT cases.id FROM cases WHERE cases.home = ? AND (EXISTS (SELECT * FROM case_ties WHERE case_ties.home = "
    "cases.home AND case_ties.case_id = cases.id AND case_ties.kind = ?))",
    "INSERT INTO cases (home, id) VALUES (?, ?)",
    "INSERT INTO units (code, name) VALUES (?, ?)",
    "UPDATE cases SET state=?, version=? WHERE cases.home = ? AND cases.id = ?",
    "UPDATE numbers SET taken=(numbers.taken + ?) WHERE numbers.home = ? AND numbers.month = ? RETURNING taken",
    "UPDATE settings SET value=? WHERE settings.name = ?",
    "DELETE FROM decisions WHERE decisions.home = ? AND decisions.case_id IN (?, ?)",
    "SELECT cases.id FROM cases WHERE cases.home = ? LIMIT 5 FOR UPDATE OF cases",
    "BEGIN IMMEDIATE",
]
BAD = {
    "SELECT cases.id FROM cases": "cases: no home in its condition",
    "SELECT cases.home FROM cases WHERE cases.id = ?": "cases: no home in its condition",
    "SELECT cases.id FROM cases WHERE cases.home > ?": "cases: no home in its condition",
    "SELECT cases.id FROM cases WHERE cases.home = ? OR cases.id = ?": "cases: no home in its condition",
    "SELECT cases.id FROM cases WHERE (cases.home = ? OR cases.id = ?) AND cases.state = ?": "cases: no home in its "
    "condition",
    "SELECT history.seq FROM history JOIN payloads ON payloads.case_id = history.case_id WHERE history.home = ?":
        "history: joined without its home",
    "SELECT history.seq FROM history, payloads WHERE history.home = ?": "payloads: no home in its condition",
    "SELECT h.seq FROM history AS h JOIN units ON units.code = h.unit": "history: no home in its condition",
    "SELECT cases.id FROM cases WHERE cases.home = ? AND cases.id IN (SELECT case_ties.case_id FROM case_ties WHERE "
    "case_ties.target = ?)": "case_ties: no home in its condition",
    "SELECT units.code FROM units UNION ALL SELECT cases.unit FROM cases": "cases: no home in its condition",
    "INSERT INTO history (case_id, seq) VALUES (?, ?)": "history: inserts no home",
    "INSERT INTO history SELECT * FROM payloads": "not understood",
    "UPDATE cases SET state=? WHERE cases.id = ?": "cases: no home in its condition",
    "UPDATE cases SET home=? WHERE cases.home = ?": "cases: home is updated",
    "UPDATE cases SET state=?": "cases: no home in its condition",
    "DELETE FROM idempotency WHERE idempotency.kept_at < ?": "idempotency: no home in its condition",
    "DELETE FROM decisions WHERE decisions.home = ? AND decisions.case_id IN (SELECT agenda.case_id FROM agenda)":
        "agenda: no home in its condition",
    "WITH x AS (SELECT 1) SELECT cases.id FROM cases": "not understood",
    "SELECT cases.id FROM cases WHERE cases.home = ? LIMIT ? OFFSET ?": "OFFSET",
    "SELECT pg_advisory_xact_lock(1)": "ADVISORY",
    "SELECT nextval('ids')": "NEXTVAL",
}  # fmt: skip


@pytest.mark.parametrize("sql", GOOD)
def test_a_statement_that_names_its_home_passes(sql: str):
    assert faults(sql) == []


@pytest.mark.parametrize("sql", BAD)
def test_a_statement_that_does_not_is_caught(sql: str):
    assert BAD[sql] in faults(sql, (1, 2, 3))


def test_an_offset_of_nothing_is_how_sqlite_writes_a_limit():
    sql = "SELECT cases.id FROM cases WHERE cases.home = ? LIMIT ? OFFSET ?"

    counted = f"SELECT count(*) AS count_1 FROM ({sql}) AS anon_1"

    for each in (sql, counted):
        assert faults(each, ("h", 5, 0)) == []
        assert faults(each, ("h", 5, 50)) == ["OFFSET"]


def test_a_list_across_homes_still_joins_on_them():
    joined = "SELECT history.seq FROM history JOIN cases ON cases.id = history.case_id"

    assert faults("SELECT cases.id FROM cases", across=True) == []
    assert faults(joined, across=True) == ["history: joined without its home", "cases: joined without its home"]


def test_the_ear_hears_what_the_engine_sends(sqlite_store: Store):
    ear = Ear()
    sa.event.listen(sqlite_store.engine, "before_cursor_execute", ear.hear)
    with sqlite_store.read() as tx, ear.across("verify"):
        tx.execute(sa.text("SELECT cases.id FROM cases"))

    assert ear.heard[-1] == ("SELECT cases.id FROM cases", (), "verify")
