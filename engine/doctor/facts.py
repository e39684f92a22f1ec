"""What is known of an installation when it is examined. Values alone: gathered elsewhere, judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PRODUCTION = "production"


class Severity(StrEnum):
    """An error ends the command with 1: something is wrong, or will be soon."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; the words for `code` stand at the surface."""

    code: str
    severity: Severity
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configured:
    """The settings that can be set wrongly. `webhooks`: name -> URL."""

    host: str = "127.0.0.1"
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    webhooks: Mapping[str, str] = field(default_factory=dict)
    webhooks_private: bool = False
    worker: bool = True
    access_log_days: int = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A file or folder that the service needs. `mode` are its permission bits, None where it is not there; `free` and
    `total` bytes of its disk; `kind` the file system, where the system tells."""

    path: str
    mode: int | None = None
    writable: bool = True
    free: int = 10**12
    total: int = 10**12
    kind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """`places` by what they are: database, key, config, files, spool, temporary."""

    python: tuple[int, int] = (3, 11)
    sqlite: tuple[int, int, int] = (3, 45, 0)
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """`trouble`: why it does not answer. `triggers`: those of the migrations that are not there as they were made.
    `rights`: what the role may do to tables that are only added to. `ahead`: how far the database's clock is ahead of
    this machine's."""

    trouble: str | None = None
    kind: str = "sqlite"
    version: int = 0
    current: bool = True
    mark: str | None = PRODUCTION
    simulated: bool = False
    journal: str = "wal"
    triggers: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    superuser: bool = False
    ahead: timedelta = timedelta()
    last_recorded: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """`missing`: offices that nobody holds. `unchanged`: administrators whose password somebody else chose.
    `endless`: tokens without an end, `unused`: those whose account has not called for ninety days."""

    missing: tuple[str, ...] = ()
    combined: bool = False
    unchanged: tuple[str, ...] = ()
    endless: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """`key`: why nothing can be signed, as `engine/audit/keys.py` says it. `uncovered`: the earliest row that no
    checkpoint covers. `oldest_access`: the oldest call in the log of access."""

    key: str | None = None
    uncovered: datetime | None = None
    last_backup: datetime | None = None
    cases: int = 1
    oldest_access: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What waits: the step that is due longest, what could not be carried out, letters that were given up."""

    due_since: datetime | None = None
    blocked: int = 0
    dead: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """`refused`: why the folder cannot be served. `calendars`: code -> the last year it knows."""

    refused: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    default_missing: str | None = None
    calendars: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All of it. What could not be asked because the database does not answer, or is not current, is None. Left as it
    is made, nothing is wrong with it."""

    now: datetime
    configured: Configured = Configured()
    machine: Machine = Machine()
    database: Database = Database()
    people: People | None = People()
    trust: Trust | None = Trust()
    work: Work | None = Work()
    rules: Rules | None = Rules()

    @property
    def production(self) -> bool:
        return self.database.mark == PRODUCTION

    @property
    def grave(self) -> Severity:
        """What in production is an error, and for training no more than worth a word."""
        return Severity.ERROR if self.production else Severity.NOTE
