"""The year of the demo: 106 disputes and hazards, each left in a state that shows something on 25 December 2026."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from api.demo.acting import ZONE
from api.demo.matters import DISPUTES, FOR_THE_MEETING, HAZARDS, OTHERS
from api.demo.people import Holders
from api.demo.places import CHENQIAO, PERSONA_PLACES
from api.demo.plans import FORMER_RULES, Plan

FIRST, END = date(2026, 1, 5), datetime(2026, 12, 25, 8, 0, tzinfo=ZONE)
#: Cases of the first weeks were opened under version 1 of the rules, and stay under it.
_NEW_RULES = date(2026, 3, 1)
#: Meetings sit on their rhythm from then on; before, one was called where something waited.
RHYTHM = datetime(2026, 11, 2, tzinfo=ZONE)
#: Where a case comes to rest: (climbs, stop, how many). `stop` is a state of version 2.
ENDS = (
    ("wuchang", "struck_off", 30), ("village", "struck_off", 19), ("township", "struck_off", 8),
    ("wuchang", "not_accepted", 2), ("wuchang", "voided", 1), ("wuchang", "withdrawn", 1), ("wuchang", "sealed", 1),
    ("wuchang", "merged", 2),
    ("wuchang", "reported", 4), ("wuchang", "need_info", 2), ("wuchang", "wuchang_handling", 8),
    ("village", "village_queued", 7), ("village", "village_handling", 6), ("village", "on_account", 2),
    ("township", "township_queued", 4), ("township", "township_handling", 3), ("county", "county_tracking", 1),
    ("wuchang", "verifying", 4), ("wuchang", "emergency", 1),
)  # fmt: skip
_ENDED = ("struck_off", "not_accepted", "voided", "withdrawn", "sealed", "merged")
#: How many days before the end a case begins that is left open in its state.
_BEFORE_END = {
    "reported": (1, 1), "need_info": (1, 3), "wuchang_handling": (3, 4), "village_queued": (8, 9),
    "village_handling": (10, 12), "on_account": (17, 19), "township_queued": (22, 28), "township_handling": (40, 46),
    "county_tracking": (40, 46), "verifying": (5, 7),
}  # fmt: skip
#: Where personas see it, it is in the village a week longer than it should.
_OVERDUE = timedelta(days=7)
#: This village has had no clerk since the day: what he is to be told waits in the queue of what could not be done.
VACANT, SINCE = "430482109245", date(2026, 12, 18)
_LATEST = {"wuchang": 320, "village": 300, "township": 250, "county": 250}
#: What comes in between, of 100 cases that are struck off.
_TURNS = {"returned": 8, "ask_more": 5, "on_spot": 5, "redo": 4, "unreached": 5, "anonymous": 4, "extended": 6}
#: Some in the cluster take so much longer, in the days when meetings have their rhythm.
_SLOWNESS, _SLOW_DAYS = 5.0, (302, 330)


def plans_of(holders: Holders, township: str, seed: int) -> list[Plan]:
    """Of each end one lies where the personas of 陈桥村 have their posts, and one where those of 香湖村 have."""
    chance = random.Random(f"{seed}/plans")
    places = [unit for unit in holders.units("neighbourhood", township) if not unit.startswith(VACANT)]
    ends = [(climbs, stop) for climbs, stop, times in ENDS for _ in range(times)]
    homes = {end: list(PERSONA_PLACES[:2]) for end in ends}
    found: list[Plan] = []
    for matter, end in zip(_matters(chance), ends, strict=True):
        anywhere, home = chance.choice(places), homes[end]
        found.append(_plan(chance, home.pop(0) if home else anywhere, *matter, *end))
    _fit(found, chance)
    return found


def _matters(chance: random.Random) -> list[tuple[str, str, str]]:
    kinds = [("dispute", *DISPUTES[i % len(DISPUTES)]) for i in range(64)]
    kinds += [("hazard", *HAZARDS[i % len(HAZARDS)]) for i in range(42)]
    chance.shuffle(kinds)
    return kinds


def _plan(chance: random.Random, unit: str, category: str, gist: str, content: str, climbs: str, stop: str) -> Plan:
    if stop in ("not_accepted", "withdrawn"):
        category, (gist, content) = "dispute", DISPUTES[10]
    turns = {turn for turn, share in _TURNS.items() if stop == "struck_off" and chance.random() * 100 < share}
    if category == "hazard":
        turns -= {"on_spot", "extended"}
    if stop == "on_account":
        turns.add("on_account")
    if climbs == "county":
        turns.add("county")
    start = _start(chance, climbs, stop)
    return Plan(unit=unit, category=category, gist=gist, content=content, climbs=climbs, stop=stop, start=start,
                pace=chance.uniform(0.6, 1.0), turns=turns)  # fmt: skip


def _start(chance: random.Random, climbs: str, stop: str) -> datetime:
    if stop == "emergency":
        return END - timedelta(minutes=100)
    days = chance.randint(0, _LATEST[climbs]) if stop in _ENDED else _late(chance, stop)
    start = datetime.combine(FIRST + timedelta(days=days), time(7), ZONE)
    return start + timedelta(minutes=chance.randint(0, 13 * 60))


def _late(chance: random.Random, stop: str) -> int:
    """Days after the first of January's plans, such that the case is left in its state by the end."""
    return (END.date() - FIRST).days - chance.randint(*_BEFORE_END[stop])


def _fit(plans: list[Plan], chance: random.Random) -> None:
    """Who lives by which rules, what is late, what says the same as another case."""
    for plan in plans:
        if plan.stop == "village_handling" and plan.unit in PERSONA_PLACES:
            plan.start -= _OVERDUE
        if plan.stop == "emergency":
            plan.turns.add("direct_alarm")
        if plan.start.date() < _NEW_RULES and plan.stop in ("struck_off", "not_accepted", "voided"):
            plan.rules = FORMER_RULES
            plan.turns -= {"on_spot", "extended", "anonymous"}
    _leave_one_open(plans)
    _tell_nobody(plans)
    _repeat(plans)
    slow = [plan for plan in plans if plan.stop == "struck_off" and plan.climbs == "wuchang" and not plan.former]
    for plan in slow[-4:]:
        day = FIRST + timedelta(days=chance.randint(*_SLOW_DAYS))
        plan.start = datetime.combine(day, time(9), ZONE)
        plan.pace, plan.turns = _SLOWNESS, set()


def _leave_one_open(plans: list[Plan]) -> None:
    """A case of version 1 that is still open: its rules know no clocks, so none has raised it."""
    left = next(plan for plan in plans if plan.former and plan.climbs == "village" and plan.stop == "struck_off")
    left.stop, left.turns = "village_handling", set()


def _tell_nobody(plans: list[Plan]) -> None:
    """One case is referred to the weekly meeting of the village without a clerk, who is to be told of it."""
    plan = next(plan for plan in plans if plan.stop == "village_queued" and plan.unit not in PERSONA_PLACES)
    plan.unit, plan.start = f"{VACANT}w01g1n1", datetime.combine(SINCE + timedelta(days=1), time(9), ZONE)


def _repeat(plans: list[Plan]) -> None:
    """The same matter reported again from the same place the day after."""
    first = [plan for plan in plans if plan.stop == "struck_off" and plan.climbs == "village" and not plan.former]
    for plan, other in zip([plan for plan in plans if plan.stop == "merged"], first, strict=False):
        plan.unit, plan.start = other.unit, other.start + timedelta(minutes=30)
        plan.category, plan.gist, plan.content = other.category, other.gist, other.content
        plan.other, plan.turns, plan.pace = other, {"merge"}, 0.3


def others_of(seed: int) -> list[Plan]:
    """A few small matters of other kinds, for the second township, before the eyes of its personas."""
    chance = random.Random(f"{seed}/others")
    matters = chance.sample(OTHERS, len(OTHERS))
    ends = (("struck_off", 1), ("reported", 23), ("wuchang_handling", 21), ("struck_off", 4))
    return [
        Plan(unit=PERSONA_PLACES[2], category=category, gist=gist, content=content, climbs="wuchang", stop=stop,
             start=datetime(2026, 12, day, 9, tzinfo=ZONE))
        for (gist, content, category), (stop, day) in zip(matters, ends, strict=True)
    ]  # fmt: skip


def todays_of(holders: Holders, township: str, seed: int) -> list[Plan]:
    """What came to the 碰头会 of 陈桥村 since the last one, from all over the village: a meeting to hold today."""
    chance = random.Random(f"{seed}/today")
    places = [unit for unit in holders.units("neighbourhood", township) if unit.startswith(CHENQIAO)]
    return [
        Plan(unit=chance.choice(places), category=category, gist=gist, content=content, climbs="village",
             stop="village_queued", start=_start(chance, "village", "village_queued"), pace=chance.uniform(0.6, 1.0))
        for gist, content, category in FOR_THE_MEETING
    ]  # fmt: skip
