"""Hashing passwords with argon2id: a few at a time, and as much work for an unknown login as for a known one."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

_SALT_BYTES = 16
_HASH_BYTES = 32


class Busy(Exception):
    """More passwords are being hashed than may be at a time: try again in `retry_after` whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many passwords at a time")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fresh` is the hash to keep from now on, where the kept one has other parameters than ours."""

    right: bool
    fresh: str | None = None


class Hasher:
    """argon2id with `memory_kib`, `passes` and `lanes`. Of all threads `at_a_time` hash, `waiting` others wait
    `patience` seconds at most, and more are turned away at once: each hash takes its memory and a core, each who waits
    a thread, and pages must go on being served."""

    def __init__(
        self,
        *,
        memory_kib: int = 19 * 1024,
        passes: int = 2,
        lanes: int = 1,
        at_a_time: int = 2,
        waiting: int = 16,
        patience: float = 5.0,
    ) -> None:
        self._argon2 = PasswordHasher(
            time_cost=passes,
            memory_cost=memory_kib,
            parallelism=lanes,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys = _hash_of_nothing(memory_kib, passes, lanes)
        self._room = threading.BoundedSemaphore(at_a_time + waiting)
        self._slots = threading.BoundedSemaphore(at_a_time)
        self._patience = patience

    def hash(self, password: str) -> str:
        """The PHC string to keep. Raises Busy."""
        with self._slot():
            return self._argon2.hash(_bytes(password))

    def judge(self, password: str, kept: str | None) -> Verdict:
        """Whether the password is the one kept; without one the same work is done, and it is wrong. Raises Busy."""
        with self._slot():
            if not self._matches(password, kept or self._nobodys) or kept is None:
                return Verdict(right=False)
            old = self._argon2.check_needs_rehash(kept)
            return Verdict(right=True, fresh=self._argon2.hash(_bytes(password)) if old else None)

    def _matches(self, password: str, kept: str) -> bool:
        try:
            return self._argon2.verify(kept, _bytes(password))
        except VerifyMismatchError:
            return False

    @contextmanager
    def _slot(self) -> Iterator[None]:
        with self._held(self._room, 0), self._held(self._slots, self._patience):
            yield

    @contextmanager
    def _held(self, places: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
        if not places.acquire(timeout=patience):
            raise Busy(retry_after=max(1, round(self._patience)))
        try:
            yield
        finally:
            places.release()


def _bytes(password: str) -> bytes:
    """A lone surrogate, which only a forged request holds, is no reason to fail otherwise than by being wrong."""
    return password.encode("utf-8", "surrogatepass")


def _hash_of_nothing(memory_kib: int, passes: int, lanes: int) -> str:
    """A well-formed hash that no password is known to have."""
    salt, digest = (_base64(secrets.token_bytes(size)) for size in (_SALT_BYTES, _HASH_BYTES))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${digest}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


#: The hasher of the process: all services share its slots.
HASHER = Hasher()
