"""Case numbers `YYMM-NNNN`: a counter per home and month behind a keyed permutation, so that a number is short enough
for a telephone and shows neither order nor gap."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.tables import numbers

_ROUNDS = 6


def take_number(tx: Tx, home: str, day: date, secret: str) -> str:
    """The next number of this home and month."""
    month = day.strftime("%y%m")
    return f"{month}-{scatter(_take(tx, home, month), key=f'{secret}/{home}/{month}')}"


def _take(tx: Tx, home: str, month: str) -> int:
    """How many were taken before: 0 for the first. Concurrent openings of a home wait for each other here."""
    here = (numbers.c.home == home, numbers.c.month == month)
    bumped = sa.update(numbers).where(*here).values(taken=numbers.c.taken + 1).returning(numbers.c.taken)
    taken = tx.execute(bumped).scalar()
    if taken is not None:
        return int(taken) - 1
    tx.execute(sa.insert(numbers).values(home=home, month=month, taken=1))
    return 0


def scatter(count: int, *, key: str) -> str:
    """The count-th number: four digits for the first 10,000, then five, then six: a permutation of each range."""
    low, digits = 0, 4
    while count >= 10**digits:
        low, digits = 10**digits, digits + 1
    return str(low + _permute(count - low, 10**digits - low, f"{key}/{digits}")).zfill(digits)


def _permute(number: int, size: int, key: str) -> int:
    """A permutation of range(size): a Feistel network over the next power of four, walked until it lands inside."""
    half = (size - 1).bit_length() // 2 + (size - 1).bit_length() % 2
    while True:
        number = _feistel(number, half, key)
        if number < size:
            return number


def _feistel(number: int, half: int, key: str) -> int:
    mask = (1 << half) - 1
    left, right = number >> half, number & mask
    for turn in range(_ROUNDS):
        digest = hmac.new(key.encode(), f"{turn}/{right}".encode(), hashlib.sha256).digest()
        left, right = right, left ^ (int.from_bytes(digest[:4], "big") & mask)
    return left << half | right
