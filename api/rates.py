"""How often one account may do what costs much: a bucket of tokens each, in the memory of this process.

Kept nowhere else on purpose: a limit here guards the machine from a program that runs wild, and the machine has one
process. With several, each counts by itself, and a limit for all of them belongs to the proxy before them.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from api.problems import Problem

_REMEMBERED = 10_000  # accounts; those that did nothing for longest are forgotten, their buckets are full again


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then one every `seconds`."""

    burst: int
    seconds: float


EXPORTS = Rate(10, 60.0)
UPLOADS = Rate(120, 2.0)


class Limit:
    """One kind of doing, counted for each account."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._now = rate, now
        self._lock = threading.Lock()
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, who: str) -> None:
        """Count one. Raises Problem (429) where it is one too many; that one is not counted."""
        with self._lock:
            now = self._now()
            full = max(self._full_at.pop(who, now), now) + self.rate.seconds
            wait = full - now - self.rate.burst * self.rate.seconds
            self._full_at[who] = full if wait <= 0 else full - self.rate.seconds
            if len(self._full_at) > _REMEMBERED:
                self._full_at.popitem(last=False)
        if wait > 0:
            raise Problem("too_many", "too_often", headers={"Retry-After": str(math.ceil(wait))})


class Limits:
    """The limits of one process."""

    def __init__(self) -> None:
        self.exports, self.uploads = Limit(EXPORTS), Limit(UPLOADS)
