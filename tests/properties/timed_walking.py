"""Random histories under rules with clocks, in memory: acts at random moments, each with what it needs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from engine.rules.clocks import reckon_all
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.reckoning import Reckoning
from engine.rules.refusals import Refusal
from engine.rules.worktime import Worktime
from tests import township as t
from tests.properties.clock_judge import Row, Told, judge
from tests.properties.seconds import DAY, FIRST, HOUR, moment, second
from tests.properties.small_rules import Rules
from tests.properties.timed_rules import CATEGORIES, URGENCIES, timed_rules
from tests.unit.rules.small import Matter, post, somebody, unit

#: So many histories go by one file of rules: to read one takes as long as to live through three.
PER_RULES = 10
ACTS = 14
_PLACE = unit("township:T", "village:V", "wuchang:W")
ZUZHANG = somebody("helper", post("zuzhang", _PLACE))
#: Acts that move a case away and back are drawn more often.
_WEIGHTS: Mapping[str, int] = {"finish": 0, "return": 4, "refer": 3, "park": 2, "resume": 5, "assign": 2}
_GAPS = (5, 15 * 60, 3 * HOUR, 3 * HOUR, DAY, DAY, 3 * DAY, 9 * DAY)
#: A clock, and the row one of its sums began with.
Key = tuple[str, int]


@lru_cache(maxsize=4)
def compiled_rules(seed: str) -> tuple[Rules, Compiled]:
    rules = timed_rules(seed)
    return rules, compile_workflow(rules.workflow, t.calendars()["cn"])


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One act, and what every sum of every clock came to at that moment, just before it and just after."""

    trigger: str
    data: Mapping[str, Any]
    at: datetime
    before: Mapping[Key, Reckoning]
    after: Mapping[Key, Reckoning]


@dataclass
class History:
    """One case of its own, from a Monday in September on. `times` is what has happened, one row an act."""

    seed: str
    chance: random.Random = field(init=False)
    now: int = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.rules, self.compiled = compiled_rules(str(int(self.seed) // PER_RULES))
        self.matter = Matter(self.compiled, at=_PLACE)
        self.now = self.chance.randrange(6 * DAY, 30 * DAY)
        self.work = Worktime.of(self.compiled.workflow, t.calendars()["cn"])
        data = self._data("begin")
        if not self.act("begin", data):  # the date is later than the rule's
            self.act("begin", {name: value for name, value in data.items() if name != "due"})

    @property
    def rows(self) -> list[Row]:
        return [
            Row(at=second(each.recorded_at), state=each.target, level=each.level_to, trigger=each.trigger,
                facts=each.facts)
            for each in self.matter.events
        ]  # fmt: skip

    @property
    def state(self) -> str:
        assert self.matter.state is not None
        return self.matter.state.state

    def act(self, trigger: str, data: Mapping[str, Any]) -> bool:
        """Whether it was done, now."""
        self.matter.now = moment(self.now)
        return not isinstance(self.matter.fire(ZUZHANG, trigger, **data), Refusal)

    def go_on(self) -> Turn | None:
        """Some time passes and something is asked for; None where it was refused, as a date later than the rule allows
        is now and then."""
        self.now += self.chance.randrange(self.chance.choice(_GAPS))
        triggers = [row.trigger for row in self.compiled.workflow.rows_from(self.state)]
        (trigger,) = self.chance.choices(triggers, [_WEIGHTS.get(each, 1) for each in triggers])
        return self.turn(trigger, self._data(trigger))

    def turn(self, trigger: str, data: Mapping[str, Any]) -> Turn | None:
        before = self.reckoned()
        if not self.act(trigger, data):
            return None
        return Turn(trigger=trigger, data=data, at=moment(self.now), before=keyed(before), after=keyed(self.reckoned()))

    def _data(self, trigger: str) -> dict[str, Any]:
        row = next(each for each in self.rules.document["transitions"] if each["trigger"] == trigger)
        wanted = [*row.get("needs", ()), *(each for each in row.get("takes", ()) if self.chance.random() < 0.5)]
        return {name: self._value(name) for name in wanted}

    def _value(self, name: str) -> Any:
        day = FIRST + timedelta(days=self.now // DAY + self.chance.randrange(-1, 18))
        values = {"urgency": self.chance.choice(URGENCIES), "category": self.chance.choice(CATEGORIES), "text": "字",
                  "head": "mate"}  # fmt: skip
        return values[name] if name in values else day.isoformat()

    def told(self) -> list[Told]:
        """By the judge."""
        return judge(self.rules.document, self.rows, self.now)

    def reckoned(self) -> list[Reckoning]:
        """By the engine."""
        assert self.matter.state is not None
        return list(reckon_all(self.compiled.workflow, self.matter.state, self.work))


def keyed(found: Iterable[Reckoning]) -> Mapping[Key, Reckoning]:
    return {(each.clock.code, each.sum.seq): each for each in found}


def histories(count: int) -> Iterator[History]:
    return (History(str(number)) for number in range(count))
