"""Who signs: the name of this installation, the key in its file, and every public key that ever signed here.

An installation is named once, by chance. The name of a log is `minqing-<name>/<home>`, and `…/veiled` for what is kept
to some posts alone. A key signs when it is the last of the list `signing_keys` in the database: two servers with two
files would otherwise sign in turns, and nobody could tell a mistake from a theft.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from engine.audit.signing import NoKey, SigningKey, fresh_key, read_key
from engine.people.errors import Wrong
from engine.rules.signed_note import VerifierKey
from engine.store.clock import real_now
from engine.store.db import Store, Tx, retried
from engine.store.rhythmbook import units_of_kind
from engine.store.settings import read_setting, write_setting
from engine.store.trust_tables import OPEN

_INSTALLATION, _KEYS = "installation", "signing_keys"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownKey:
    """A public key (32 bytes) that signs, or signed, from this moment on."""

    public: bytes
    since: datetime


def key_beside(store: Store) -> Path | None:
    """Where the key lies if no setting says otherwise: beside an SQLite file (`minqing.signing.key` with `minqing.db`),
    so that a training database never has the key of the real one; on PostgreSQL nowhere."""
    file = sa.make_url(store.url).database
    return key_of_file(Path(file)) if store.is_sqlite and file and file != ":memory:" else None


def key_of_file(database: Path) -> Path:
    """The place of the key of an SQLite file."""
    return database.with_suffix(".signing.key")


def origin(installation: str, home: str, log: str) -> str:
    """The name of a log, under which it is signed too."""
    return f"minqing-{installation}/{home}" + ("" if log == OPEN else f"/{log}")


def installation(tx: Tx) -> str | None:
    """Eight hex digits; None until the first key was prepared."""
    found: str | None = read_setting(tx, _INSTALLATION)
    return found


def known_keys(tx: Tx) -> list[KnownKey]:
    """All of them, the oldest first."""
    kept = read_setting(tx, _KEYS) or []
    return [
        KnownKey(public=bytes.fromhex(each["public"]), since=datetime.fromisoformat(each["since"])) for each in kept
    ]


def verifier_keys(tx: Tx, name: str) -> list[VerifierKey]:
    """Every key that may have signed under this name."""
    return [VerifierKey(name=name, public=each.public) for each in known_keys(tx)]


def registered(tx: Tx, key: SigningKey) -> str:
    """The name of the installation, once this key is the one that signs in it. The first key that ever comes is written
    down. Raises NoKey (other) where another signed last."""
    known = known_keys(tx)
    if not known:
        _register(tx, key)
    elif known[-1].public != key.public:
        raise NoKey("other")
    return _named(tx)


def _named(tx: Tx) -> str:
    name = installation(tx)
    if name is None:
        name = secrets.token_hex(4)
        write_setting(tx, _INSTALLATION, name)
    return name


def _register(tx: Tx, key: SigningKey) -> None:
    kept: Sequence[object] = read_setting(tx, _KEYS) or []
    write_setting(tx, _KEYS, [*kept, {"public": key.public.hex(), "since": real_now().isoformat()}])


def trouble(tx: Tx, file: Path | None) -> str | None:
    """Why nothing can be signed, as NoKey says it; None where all is well."""
    try:
        key = read_key(file)
    except NoKey as none:
        return none.code
    known = known_keys(tx)
    return "other" if known and known[-1].public != key.public else None


class KeyService:
    """Commands on the signing key; `file` is where it lies, None where nothing says so."""

    def __init__(self, store: Store, file: Path | None) -> None:
        self.store, self.file = store, file

    def prepare(self) -> bool:
        """A key for an installation that never had one; whether one was made. Raises Wrong where it cannot be kept."""
        with self.store.read() as tx:
            if known_keys(tx) or self.file is None or self.file.exists():
                return False
        self.renew()
        return True

    @retried
    def renew(self) -> KnownKey:
        """A new key from now on; what the former ones signed stays verified by the list. The former file is replaced.
        Raises Wrong where there is no place for it, or it cannot be written."""
        if self.file is None:
            raise Wrong("no_signing_key")
        key, kept = fresh_key()
        fresh = _written(self.file, kept)
        with self.store.begin() as tx:
            _named(tx)
            _register(tx, key)
        os.replace(fresh, self.file)  # noqa: PTH105 - after the list has it: a key that is not listed signs nothing
        return KnownKey(public=key.public, since=real_now())

    def state(self) -> str | None:
        """As `trouble`."""
        with self.store.read() as tx:
            return trouble(tx, self.file)

    def name(self) -> str | None:
        """Of the installation."""
        with self.store.read() as tx:
            return installation(tx)

    def homes(self, wanted: Sequence[str] | None = None) -> list[str]:
        """Those asked for, or every unit of the level of homes."""
        if wanted:
            return list(wanted)
        with self.store.read() as tx:
            return [unit.code for unit in units_of_kind(tx, str(read_setting(tx, "home_level")))]

    def known(self) -> list[KnownKey]:
        with self.store.read() as tx:
            return known_keys(tx)


def _written(file: Path, kept: bytes) -> Path:
    """Beside its place, for its owner alone, on the disk."""
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(kept)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Wrong("no_folder", folder=str(file.parent), reason=error.strerror) from error
    return fresh
