"""Building the demo's database: organisation imported, a year of cases driven, meetings set ahead, the clock held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from api.demo.acting import ZONE, DemoServices, services
from api.demo.driving import Driver
from api.demo.habits import Habits
from api.demo.organisation import SEED, organisation
from api.demo.people import Holders, rows
from api.demo.places import TOWN, XIANGHU
from api.demo.settling import DemoBroken, end_post, settle_people
from api.demo.sittings import Sittings
from api.demo.year import END, FIRST, RHYTHM, SINCE, VACANT, others_of, plans_of, todays_of
from engine.audit.keys import KeyService, key_of_file
from engine.audit.verify import verify
from engine.cases.rules_folder import RulesRefused, open_rulebook
from engine.people.setup import SetupService
from engine.wiring import Store, is_current, open_database

__all__ = ["Built", "DemoBroken", "build", "build_in", "is_built"]

#: The demo's meetings are set so far ahead, as a worker sets them.
_AHEAD = timedelta(weeks=8)
#: A weekly meeting that nobody opened, so that it stands in the queue of what could not be carried out.
_MISSED = (XIANGHU, date(2026, 12, 18))


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    units: int
    posts: int
    cases: int
    rows: int


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
    built = build_in(store, workflows, seed, key_of_file(file))
    store.dispose()
    _remove(file)
    fresh.rename(file)
    return built


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def build_in(store: Store, workflows: Path, seed: int = SEED, key: Path | None = None) -> Built:
    """The same in a database of any kind that is empty; `key` is the file with the key that signs its checkpoints, made
    where it is not there."""
    holders = settle_people(store, seed)
    KeyService(store, key).prepare()
    end_post(store, seed, "village_clerk", VACANT, SINCE)
    at_hand = services(store, workflows, datetime.combine(FIRST, datetime.min.time(), ZONE), seed, key)
    _drive(at_hand, holders, seed)
    SetupService(store).hold_clock(END)
    _cover(at_hand)
    verdict = verify(store, at_hand.office.rulebook)
    if verdict.flaws:
        raise DemoBroken(str(verdict.flaws[:3]))
    register = organisation(seed)
    return Built(
        units=len(rows(register["units"])),
        posts=len(rows(register["posts"])),
        cases=verdict.cases,
        rows=verdict.rows,
    )


def _cover(at_hand: DemoServices) -> None:
    """The last night's checkpoint of every home, so that the demo begins as a morning does."""
    if at_hand.office.signing_key is not None:
        at_hand.witness.sweep()


def _drive(at_hand: DemoServices, holders: Holders, seed: int) -> None:
    """The year up to the moment at which the demo stands. Raises DemoBroken where the rules refuse something."""
    driver = Driver(at_hand, holders, seed)
    habits = Habits(driver)
    sittings = Sittings(driver, habits, skipped={_MISSED}, rhythm=RHYTHM)
    for plan in (*plans_of(holders, TOWN, seed), *todays_of(holders, TOWN, seed), *others_of(seed)):
        driver.queue.at(plan.start, lambda plan=plan: habits.begin(plan))  # type: ignore[misc]
    driver.keep_rhythm(RHYTHM, sittings.hold)
    driver.run(END)
    driver.set_ahead(_AHEAD)
    driver.look_for_missed()
    if driver.refused:
        raise DemoBroken(f"refused: {dict(driver.refused)}")
