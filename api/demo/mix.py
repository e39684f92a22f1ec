"""A year's mix of cases for a simulation: what they are about, how far they climb, what comes in between. All shares
are assumptions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.demo.matters import DISPUTES, HAZARDS, OTHERS
from api.demo.people import Holders
from api.demo.plans import Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Of a kind of matter: its weight among all, and of 100 such how many are settled where."""

    category: str
    weight: float
    levels: tuple[int, int, int, int]  #: cluster, village, township, county


SHARES = (
    Share(category="dispute", weight=26, levels=(54, 30, 14, 2)),
    Share(category="hazard", weight=14, levels=(49, 33, 15, 3)),
    Share(category="hardship", weight=15, levels=(42, 36, 20, 2)),
    Share(category="infra", weight=18, levels=(25, 42, 26, 7)),
    Share(category="environment", weight=13, levels=(68, 26, 6, 0)),
    Share(category="policy", weight=9, levels=(52, 33, 13, 2)),
    Share(category="suggest", weight=5, levels=(30, 42, 26, 2)),
)
_LEVELS = ("wuchang", "village", "township", "county")
#: What happens to how many of 100 cases.
_TURNS = {
    "anonymous": 3.0, "petition": 1.2, "ask_more": 5.0, "on_spot": 6.0, "returned": 9.0, "on_account": 5.0,
    "extended": 6.0, "redo": 4.0, "unreached": 8.0, "reopened": 2.5, "recused": 1.5, "alarm": 1.2, "direct_alarm": 0.6,
    "false_alarm": 0.5, "cadre": 1.0, "joined": 1.0, "settled": 3.0, "sent_back": 2.0, "merge": 3.0,
}  # fmt: skip
_ENDS = {"not_accepted": 1.5, "withdrawn": 1.0, "voided": 0.7, "sealed": 0.3}
_URGENCIES = {"urgent": 7.0, "critical": 1.5}
#: How many of 100 are handled by people who take their time, and how much of it.
_SLOW, _SLOWNESS = 9.0, (3.0, 9.0)
#: So much of a unit's code is its village.
_VILLAGE = 12
#: How many of 100 a meeting does not reach once, and how many it does not reach again and again.
_UNHEARD, _NEVER_HEARD = 8.0, 1.5


def mixed(holders: Holders, township: str, start: datetime, days: int, cases: int, seed: int) -> list[Plan]:
    """So many cases of one township over so many days, the earliest first; the same for the same seed."""
    chance = random.Random(f"{seed}/mix")
    places = holders.units("neighbourhood", township)
    starts = sorted(start + timedelta(minutes=_minute(chance, days)) for _ in range(cases))
    plans: list[Plan] = []
    for when in starts:
        plan = _plan(chance, chance.choice(places), when)
        _fit(plan, chance, plans)
        plans.append(plan)
    return plans


def _minute(chance: random.Random, days: int) -> int:
    """Some minute of some day on which people are about."""
    return chance.randrange(days) * 24 * 60 + chance.randint(7 * 60, 20 * 60)


def _plan(chance: random.Random, unit: str, start: datetime) -> Plan:
    share = chance.choices(SHARES, weights=[each.weight for each in SHARES])[0]
    gist, content = _matter(chance, share.category)
    return Plan(
        unit=unit,
        category=share.category,
        gist=gist,
        content=content,
        climbs=chance.choices(_LEVELS, weights=share.levels)[0],
        stop=_one_of(chance, _ENDS, "struck_off"),
        start=start,
        urgency=_one_of(chance, _URGENCIES, "normal"),
        pace=chance.uniform(*_SLOWNESS) if _happens(chance, _SLOW) else chance.uniform(0.5, 1.3),
        turns={turn for turn, share in _TURNS.items() if _happens(chance, share)},
        unheard=_unheard(chance),
    )


def _matter(chance: random.Random, category: str) -> tuple[str, str]:
    known = {"dispute": DISPUTES, "hazard": HAZARDS}
    others = [(gist, content) for gist, content, found in OTHERS if found == category]
    return chance.choice(known.get(category) or others or [(gist, content) for gist, content, _ in OTHERS])


def _happens(chance: random.Random, of_100: float) -> bool:
    return chance.random() * 100 < of_100


def _one_of(chance: random.Random, shares: dict[str, float], otherwise: str) -> str:
    """One by its share of 100."""
    return chance.choices([*shares, otherwise], weights=[*shares.values(), 100 - sum(shares.values())])[0]


def _unheard(chance: random.Random) -> int:
    at = chance.random() * 100
    return 3 if at < _NEVER_HEARD else int(at < _NEVER_HEARD + _UNHEARD)


def _fit(plan: Plan, chance: random.Random, before: list[Plan]) -> None:
    """Take away what the rules do not allow together, and name the case that it repeats."""
    turns = plan.turns
    if plan.climbs == "county":
        turns.add("county")
    if {"alarm", "direct_alarm"} & turns:
        turns.add("paged")
    if plan.urgency != "normal" or plan.category == "hazard":
        turns -= {"on_spot", "extended"}
    if plan.pace > 2:
        turns.discard("extended")
    if "anonymous" in turns:
        turns.discard("unreached")
    if plan.stop != "struck_off":
        plan.pace = 1.0
        turns -= {"petition", "direct_alarm", "cadre", "merge", "ask_more"}
        plan.urgency = "normal"
    if plan.category == "hazard" and plan.stop in ("not_accepted", "withdrawn"):
        plan.stop = "struck_off"
    if "petition" in turns:
        turns -= {"merge", "extended"}
    if "merge" in turns:
        plan.other = _alike(plan, before, chance)
    if "direct_alarm" in turns or "cadre" in turns:
        turns -= {"anonymous", "returned", "joined", "settled", "sent_back", "on_account", "alarm"}


def _alike(plan: Plan, before: list[Plan], chance: random.Random) -> Plan | None:
    """One of the last cases of the same village, which may still be open."""
    here = plan.unit[:_VILLAGE]
    recent = [each for each in before[-300:] if each.unit.startswith(here) and each.stop == "struck_off"]
    return chance.choice(recent) if recent else None
