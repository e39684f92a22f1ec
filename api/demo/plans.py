"""What happens to each case of the demo: where it lies, how far it climbs, and the state in which it is left."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.demo.matters import DISPUTES, HAZARDS, OTHERS
from api.demo.people import Holders
from api.demo.places import CHENQIAO, MIAOQIAN, XIANGHU

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, END = date(2026, 1, 5), datetime(2026, 12, 25, 8, 0, tzinfo=ZONE)
#: Where a case comes to rest: (stop, how many). `stop` is a state of version 1.
ENDS = (
    ("wuchang", "struck_off", 36), ("village", "struck_off", 20), ("township", "struck_off", 9),
    ("wuchang", "not_accepted", 2), ("wuchang", "voided", 1),
    ("wuchang", "reported", 4), ("wuchang", "need_info", 2), ("wuchang", "wuchang_handling", 8),
    ("village", "village_queued", 7), ("village", "village_handling", 6),
    ("township", "township_queued", 4), ("township", "township_handling", 3), ("wuchang", "verifying", 4),
)  # fmt: skip


#: The first neighbourhood of the first 屋场 of each named village: its holders, and those above, are personas.
PERSONA_PLACES = tuple(f"{village}w01g1n1" for village in (CHENQIAO, XIANGHU, MIAOQIAN))


@dataclass(slots=True)
class Plan:
    """One case: where, about what, how high it climbs, and the state in which it is left."""

    unit: str
    category: str
    gist: str
    content: str
    climbs: str
    stop: str
    start: datetime
    case: str = ""
    returned: bool = False


def plans_of(holders: Holders, township: str, seed: int) -> list[Plan]:
    """106 disputes and hazards over the year; those left open begin in the last weeks, so that every state is seen. Of
    each end one lies where the personas of 陈桥村 have their posts, and one where those of 香湖村 have."""
    chance = random.Random(f"{seed}/plans")
    places = holders.units("neighbourhood", township)
    kinds = [("dispute", *DISPUTES[i % len(DISPUTES)]) for i in range(64)]
    kinds += [("hazard", *HAZARDS[i % len(HAZARDS)]) for i in range(42)]
    chance.shuffle(kinds)
    ends = [(climbs, stop) for climbs, stop, times in ENDS for _ in range(times)]
    found, homes = [], {end: list(PERSONA_PLACES[:2]) for end in ends}
    for (category, gist, content), (climbs, stop) in zip(kinds, ends, strict=True):
        if stop == "not_accepted":
            category, (gist, content) = "dispute", DISPUTES[10]
        anywhere, home = chance.choice(places), homes[climbs, stop]
        found.append(Plan(unit=home.pop(0) if home else anywhere, category=category, gist=gist, content=content,
                          climbs=climbs, stop=stop, start=_start(chance, climbs, stop)))  # fmt: skip
    return found


def _start(chance: random.Random, climbs: str, stop: str) -> datetime:
    final = stop in ("struck_off", "not_accepted", "voided")
    latest = {"wuchang": 320, "village": 300, "township": 250}[climbs]
    days = chance.randint(0, latest) if final else _late(chance, climbs, stop)
    start = datetime.combine(FIRST + timedelta(days=days), time(7), ZONE)
    return start + timedelta(minutes=chance.randint(0, 13 * 60))


def _late(chance: random.Random, climbs: str, stop: str) -> int:
    """Days after the first of January's plans, such that the case is left in its state by the end."""
    whole = (END.date() - FIRST).days
    if climbs == "township":
        return whole - chance.randint(*((18, 26) if stop == "township_queued" else (55, 62)))
    if climbs == "village":
        return whole - chance.randint(*((10, 12) if stop == "village_queued" else (20, 28)))
    return whole - chance.randint(*((2, 6) if stop in ("reported", "need_info") else (8, 20)))


def others_of(seed: int) -> list[Plan]:
    """A few small matters of other kinds, for the second township, before the eyes of its personas."""
    chance = random.Random(f"{seed}/others")
    matters = chance.sample(OTHERS, len(OTHERS))
    stops = ("struck_off", "reported", "wuchang_handling", "struck_off")
    return [
        Plan(unit=PERSONA_PLACES[2], category=category, gist=gist, content=content, climbs="wuchang", stop=stop,
             start=datetime(2026, 12, 1 + place, 9, tzinfo=ZONE))
        for place, ((gist, content, category), stop) in enumerate(zip(matters, stops, strict=True))
    ]  # fmt: skip
