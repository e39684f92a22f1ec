"""How things are measured: each against its yardstick, in turn, several rounds, as medians with the range."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

ROUNDS, SECONDS, CLIENTS = 3, 2.0, 8
#: Runs for so many seconds; how often it was done in one of them.
Rate = Callable[[float], float]


def looping(act: Callable[[], object], *, each: int = 1) -> Rate:
    """One caller, again and again; an act counts as `each`."""

    def rate(seconds: float) -> float:
        start, times = time.perf_counter(), 0
        while (now := time.perf_counter()) < start + seconds:
            act()
            times += each
        return times / (now - start)

    return rate


def together(acts: list[Callable[[], object]]) -> Rate:
    """Several callers at once, each in a thread of his own."""

    def rate(seconds: float) -> float:
        with ThreadPoolExecutor(len(acts)) as pool:
            return sum(pool.map(lambda act: looping(act)(seconds), acts))

    return rate


def measure(name: str, thing: Rate, yardstick: Rate) -> str:
    """One row of the table: both rates as medians, and the ratio with its range. Both are warmed before."""
    for rate in (thing, yardstick):
        rate(SECONDS / 4)
    pairs = [(thing(SECONDS), yardstick(SECONDS)) for _ in range(ROUNDS)]
    ratios = [mine / bare for mine, bare in pairs]
    rates = [statistics.median(column) for column in zip(*pairs, strict=True)]
    low, high = min(ratios), max(ratios)
    return f"| {name} | {rates[0]:.0f} | {rates[1]:.0f} | {statistics.median(ratios):.2f} ({low:.2f}–{high:.2f}) |"
