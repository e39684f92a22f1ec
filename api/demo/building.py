"""Building the demo's database: organisation imported, a year of cases driven, the clock held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.demo.acting import DemoServices, MovedClock
from api.demo.driving import Year
from api.demo.organisation import SEED, organisation
from api.demo.people import Holders, rows
from api.demo.plans import END, ZONE, Plan, others_of, plans_of
from engine.audit.verify import verify
from engine.cases.office import open_office
from engine.cases.queries import CaseQueries
from engine.cases.rules_folder import RulesRefused, open_rulebook
from engine.cases.service import CaseService
from engine.meetings.queries import MeetingQueries
from engine.meetings.service import MeetingService
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.wiring import Store, is_current, migrate, open_database

TOWNSHIP, OTHER_TOWNSHIP = "430482109", "430482110"
_ORDER = ("units", "bodies", "people", "posts", "households", "relatives")


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    units: int
    posts: int
    cases: int
    rows: int


class DemoBroken(RuntimeError):
    """The generated register was refused, or its history does not add up: a defect of ours, not of the user's."""


def is_built(file: Path, workflows: Path) -> bool:
    """A whole demo of the present schema and rules stands there: it is renamed into place only when it is done."""
    if not file.exists():
        return False
    store = open_database(f"sqlite:///{file}")
    try:
        return is_current(store) and bool(open_rulebook(store, workflows).versions)
    except RulesRefused:
        return False
    finally:
        store.dispose()


def build(file: Path, workflows: Path, seed: int = SEED) -> Built:
    """Build the demo beside `file` and put it there; what stood there before is replaced. Raises DemoBroken."""
    fresh = file.with_suffix(".new.db")
    _remove(fresh)
    store = open_database(f"sqlite:///{fresh}")
    built = build_in(store, workflows, seed)
    store.dispose()
    _remove(file)
    fresh.rename(file)
    return built


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def build_in(store: Store, workflows: Path, seed: int = SEED) -> Built:
    """The same in a database of any kind that is empty."""
    migrate(store)
    setup = SetupService(store)
    setup.init("demo")
    register = organisation(seed)
    _import(store, register)
    holders = Holders(register)
    services = _services(store, workflows)
    _drive(services, holders, TOWNSHIP, plans_of(holders, TOWNSHIP, seed), seed)
    _drive(services, holders, OTHER_TOWNSHIP, others_of(seed), seed)
    setup.hold_clock(END)
    verdict = verify(store, services.cases.office.rulebook)
    if verdict.flaws:
        raise DemoBroken(str(verdict.flaws[:3]))
    return Built(
        units=len(rows(register["units"])),
        posts=len(rows(register["posts"])),
        cases=verdict.cases,
        rows=verdict.rows,
    )


def _import(store: Store, register: dict[str, bytes]) -> None:
    service = ImportService(store)
    for kind in _ORDER:
        outcome = service.apply(kind, register[kind])
        if outcome.problems:
            raise DemoBroken(f"{kind}: {outcome.problems[:3]}")


def _services(store: Store, workflows: Path) -> DemoServices:
    clock = MovedClock(datetime(2026, 1, 1, tzinfo=ZONE))
    office = open_office(store, open_rulebook(store, workflows), clock=clock)
    return DemoServices(
        clock=clock,
        cases=CaseService(office),
        queries=CaseQueries(office),
        meetings=MeetingService(office),
        minutes=MeetingQueries(office),
        waiting={},
    )


def _drive(services: DemoServices, holders: Holders, township: str, plans: list[Plan], seed: int) -> None:
    services.waiting.clear()
    Year(services, holders, township, seed).run(plans)
