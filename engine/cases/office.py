"""What every service works with: the database, the rules, the time, and where ids and salts come from."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ulid import ULID

from engine.rules.attempt import Unit
from engine.rules.rulebook import Rulebook
from engine.store.clock import Clock, DatabaseClock
from engine.store.db import Store
from engine.store.namebook import NameBook
from engine.store.settings import read_setting


def _new_ulid() -> str:
    return str(ULID())


def _new_salt() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """`home_level` and `secret` are the settings of the database. `receivers` are the names of those who get webhooks.
    `kept_calendars` are versions (code, number) that the database is known to keep; `names` remembers whose names are
    hidden in texts. `signing_key` is the file with the key that signs checkpoints; None where nothing is signed.
    Ids and salts are arguments so that tests can fix them."""

    store: Store
    rulebook: Rulebook
    home_level: str
    secret: str
    default_workflow: str = "issue-escalation"
    clock: Clock = field(default_factory=DatabaseClock)
    receivers: tuple[str, ...] = ()
    kept_calendars: set[tuple[str, int]] = field(default_factory=set)
    names: NameBook = field(default_factory=NameBook)
    signing_key: Path | None = None
    new_ulid: Callable[[], str] = _new_ulid
    new_salt: Callable[[], str] = _new_salt

    def home_of(self, unit: Unit) -> str:
        """The code of the unit at the home level; a unit above that level is its own home."""
        return unit.at(self.home_level) or unit.code

    def new_id(self, home: str) -> str:
        return f"{home}-{self.new_ulid()}"

    def fingerprint(self, request: object) -> str:
        """A keyed hash of a request's body: nobody can guess a text from it."""
        text = json.dumps(request, sort_keys=True, separators=(",", ":"))
        return hmac.new(bytes.fromhex(self.secret), text.encode(), hashlib.sha256).hexdigest()


def open_office(store: Store, rulebook: Rulebook, *, default_workflow: str = "issue-escalation",
                clock: Clock | None = None, receivers: tuple[str, ...] = (),
                signing_key: Path | None = None) -> Office:  # fmt: skip
    """The office of an initialised database. Raises LookupError where `minqing init` was never run."""
    with store.read() as tx:
        home_level, secret = read_setting(tx, "home_level"), read_setting(tx, "secret")
    if not home_level or not secret:
        raise LookupError("this database is not initialised")
    return Office(
        store=store,
        rulebook=rulebook,
        home_level=home_level,
        secret=secret,
        default_workflow=default_workflow,
        clock=clock or DatabaseClock(),
        receivers=receivers,
        signing_key=signing_key,
    )
