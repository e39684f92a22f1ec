"""How long a letter waits before it is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import timedelta

NOBODY, RULES_MISSING, UNDELIVERED = "nobody", "rules_missing", "undelivered"

_HOUR = timedelta(hours=1)
_LONGEST = timedelta(hours=24)
_TRIES = 10
#: Between the tries of one webhook: six days in sum.
_RECEIVER = tuple(
    timedelta(seconds=each)
    for each in (5, 30, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400, 86_400, 86_400, 86_400)
)


def wait_for_people(tries: int) -> timedelta | None:
    """After so many tries without anybody in the post: an hour, then twice as long each time, a day at most. None: it
    was often enough."""
    if tries >= _TRIES:
        return None
    wait: timedelta = min(_HOUR * 2 ** (tries - 1), _LONGEST)
    return wait


def wait_for_receiver(tries: int) -> timedelta | None:
    """After so many failed tries to reach a receiver. None: it was often enough."""
    return _RECEIVER[tries - 1] if tries <= len(_RECEIVER) else None
