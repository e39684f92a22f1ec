"""argon2id with as little work as it can do: what is tested is what is done with it."""

from __future__ import annotations

from engine.people.hashing import Hasher


def fast_hasher(*, passes: int = 1, at_a_time: int = 2, waiting: int = 16, patience: float = 5.0) -> Hasher:
    return Hasher(memory_kib=8, passes=passes, at_a_time=at_a_time, waiting=waiting, patience=patience)
