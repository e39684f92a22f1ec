"""What is to happen to each case: where it lies, how far it climbs, what comes in between, where it is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.cases.service import CaseHeld

RULES, FORMER_RULES = "issue-escalation/2", "issue-escalation/1"


@dataclass(slots=True, eq=False)
class Plan:
    """One case. `climbs` is the level where it is settled; `stop` the state in which it is left. `pace` stretches the
    days that people take. `turns` are things that happen to it once (`api/demo/habits.py`), `unheard` how many meetings
    do not reach it. `case` and `held` are the case once it is reported; `step` counts what was set for it, so that only
    the last holds."""

    unit: str
    category: str
    gist: str
    content: str
    climbs: str
    stop: str
    start: datetime
    rules: str = RULES
    urgency: str = "normal"
    pace: float = 1.0
    turns: set[str] = field(default_factory=set)
    unheard: int = 0
    other: Plan | None = None
    case: str = ""
    held: CaseHeld | None = None
    step: int = 0

    @property
    def former(self) -> bool:
        """It lives by version 1 of the rules."""
        return self.rules == FORMER_RULES

    @property
    def state(self) -> str:
        return self.held.state.state if self.held else "start"

    @property
    def pressing(self) -> str:
        """How urgent it is by now: an alarm makes it critical."""
        said = self.held.state.values.get("urgency") if self.held else None
        return str(said or self.urgency)

    def once(self, turn: str) -> bool:
        """It is its turn now, and never again."""
        found = turn in self.turns
        self.turns.discard(turn)
        return found

    def misses_meeting(self) -> bool:
        """This meeting does not reach it."""
        self.unheard -= 1
        return self.unheard >= 0
