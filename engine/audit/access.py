"""The log of access: who looked at or changed what, every call and every changing command (ADR 0033).

Noting appends one line to a spool file and returns; a flusher moves what waits into the table in one transaction: once
a second, when `BATCH` wait, when it stops, and before anybody reads the log. A read of a case never waits for the disk.
What cannot be noted is told to the process's log as a whole and counted: it stops nobody from reporting a danger.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import logging
import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from engine.audit.spool import Lines, Spool
from engine.cases.office import Office
from engine.cases.reading import today
from engine.rules.attempt import Actor, Unit
from engine.store import register
from engine.store.accessbook import Access, home_in, units_of, write_accesses, written
from engine.store.clock import real_now
from engine.store.db import Broken, Store, Tx, Unavailable, retried

log = logging.getLogger("minqing.access")

BATCH = 200
_SECONDS = 1.0
_AT_ONCE = 500  # entries in one transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """For who watches: entries that wait in the spool, that were told to the process's log instead, and how often the
    table could not be written, since the process began."""

    waiting: int
    lost: int
    failures: int


def folder_beside(store: Store) -> Path:
    """Where the spool lies if no setting says otherwise: `access` beside an SQLite file, else in the working
    directory."""
    file = sa.make_url(store.url).database
    here = Path(file).parent if store.is_sqlite and file else Path.cwd() / ".minqing"
    return here / "access"


class AccessLog:
    """The noting and writing of one process. Noting never raises and never waits for the database."""

    def __init__(self, office: Office, folder: Path | None = None) -> None:
        self.office = office
        here = folder or folder_beside(office.store)
        self.spool = Spool(here, _name_of(office, here))
        self._lost = self._failures = 0
        self._wanted = threading.Event()
        self._flushing = threading.Lock()

    def note(self, *, way: str, method: str, what: str, status: int, login: str | None = None,
             person: str | None = None, office: str | None = None, about: str | None = None,
             asked: Iterable[str] = (), code: str | None = None, source: str | None = None) -> None:  # fmt: skip
        """One call, noted with the time it has now."""
        entry = Access(
            id=str(ULID()), at=real_now(), login=login, person=person, office=office, way=way, method=method[:8],
            what=what[:200], object=about, asked=tuple(asked), status=status, code=code, source=source,
        )  # fmt: skip
        line = _line(entry)
        try:
            self.spool.append(line)
        except OSError as error:
            self._lost += 1
            log.error("a call could not be noted (%s), so it is told here: %s", error.strerror, line.decode())
        if self.spool.waiting >= BATCH:
            self._wanted.set()

    def figures(self) -> Figures:
        return Figures(waiting=self.spool.waiting, lost=self._lost, failures=self._failures)

    def flush(self) -> int:
        """Write all that waits to the table, also what ended processes left; returns how many. Raises Unavailable:
        then it goes on waiting."""
        with self._flushing:  # twice: first what a database that was away has left waiting
            return sum(self._write(file) for _ in range(2) for file in self.spool.take())

    def run(self, stop: threading.Event) -> None:
        """Flush again and again until `stop` is set, and a last time then."""
        while not stop.is_set():
            self._tried()
            if self._wanted.wait(_SECONDS):
                self._wanted.clear()
        self._tried()

    def end(self, stop: threading.Event) -> None:
        """Let `run` write what waits and return."""
        stop.set()
        self._wanted.set()

    def _tried(self) -> None:
        try:
            self.flush()
        except Unavailable as gone:
            self._failures += 1
            log.warning("the log of access waits in its spool: %s", gone)
        except Exception:
            self._failures += 1
            log.exception("the log of access waits in its spool")

    def _write(self, file: Lines) -> int:
        entries = [entry for line in file.read() if (entry := self._read(line))]
        try:
            count = sum(write(self.office, entries[at : at + _AT_ONCE]) for at in range(0, len(entries), _AT_ONCE))
        except Broken as broken:
            self._lost += len(entries)
            log.error("%d calls cannot be written (%s): %s keeps them", len(entries), broken, file.put_aside())
            count = 0
        else:
            file.remove()
        self.spool.done(file)
        return count

    def _read(self, line: bytes) -> Access | None:
        """None for half a line: the machine stopped while it was written."""
        try:
            return _entry(json.loads(line))
        except (ValueError, TypeError, KeyError):
            self._lost += 1
            log.error("a line of the spool cannot be read: %r", line[:400])
            return None


def note_command(store: Store, *, login: str, what: str, about: str | None, asked: Iterable[str],
                 status: int) -> None:  # fmt: skip
    """A command of the command line, written to the table at once: its process ends. Where that cannot be, as in a
    database that was not migrated, the process's log says it."""
    entry = Access(
        id=str(ULID()), at=real_now(), login=login, person=None, office=None, way="command", method="run", what=what,
        object=about, asked=tuple(asked), status=status, code=None, source=None,
    )  # fmt: skip
    try:
        with store.begin() as tx:
            write_accesses(tx, [entry])
    except (Unavailable, Broken) as error:
        log.error("a command could not be noted (%s), so it is told here: %s", error, _line(entry).decode())


def network_of(host: str) -> str | None:
    """The network that an address is of, IPv4 the /24, IPv6 the /48; None where it is no address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _name_of(office: Office, folder: Path) -> str:
    """Begins the names of a database's files: of several that share a folder each takes its own. An SQLite file is
    known by its way from there, so that both may move together."""
    url = sa.make_url(office.store.url)
    place = os.path.relpath(url.database or "", folder) if office.store.is_sqlite else f"{url.host} {url.database}"
    return hashlib.sha256(f"{office.secret} {place}".encode()).hexdigest()[:16]


def _line(entry: Access) -> bytes:
    return json.dumps(entry.as_row() | {"at": entry.at.isoformat()}, separators=(",", ":")).encode()


def _entry(read: dict[str, Any]) -> Access:
    return Access(**{**read, "at": datetime.fromisoformat(read["at"]), "asked": tuple(read["asked"])})


# --- into the table --------------------------------------------------------------------------------------------------


@retried
def write(office: Office, entries: Sequence[Access]) -> int:
    """Write what is not there yet, with home and post; returns how many. Raises Unavailable, Broken."""
    if not entries:
        return 0
    with office.store.read() as tx:
        known = written(tx, entries)
        fresh = placed(tx, office, [each for each in entries if each.id not in known])
    with office.store.begin() as tx:
        write_accesses(tx, fresh)
    return len(fresh)


def placed(tx: Tx, office: Office, entries: Sequence[Access]) -> list[Access]:
    """Each with the first post of its person that reaches what it was about, his only one where it was about nothing,
    and with the home of the object, else of his first post. By the posts of today: it is written a second later."""
    day = today(tx, office)
    actors = {person: register.actor(tx, person, day) for person in {each.person for each in entries} if person}
    lying = units_of(tx, {each.object for each in entries if each.object})
    units = register.find_units(tx, set(lying.values()))
    return [_placed(office, each, actors.get(each.person or ""), units.get(lying.get(each.object or "", "")))
            for each in entries]  # fmt: skip


def _placed(office: Office, entry: Access, actor: Actor | None, unit: Unit | None) -> Access:
    home = home_in(entry.object)
    if actor is None or not actor.posts:
        return replace(entry, home=home)
    post = _through(actor, unit) if home else (actor.posts[0].id if len(actor.posts) == 1 else None)
    return replace(entry, home=home or office.home_of(actor.posts[0].units[0]), post=post)


def _through(actor: Actor, unit: Unit | None) -> str | None:
    """The first post at the unit, above it or below it."""
    if unit is None:
        return None
    return next((post.id for post in actor.posts if post.reaches(unit)), None)
