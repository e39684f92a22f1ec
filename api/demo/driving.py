"""Driving a township through time: every act is fired by a person who may, at his moment, through the services; the
clocks fire at theirs, meetings sit on their rhythm, letters go out.

Each case has a `Plan`. What comes next is asked of the state in which the case is by then (`habits.py`, `sittings.py`),
for the clocks move cases too. Nothing is inserted; what the rules refuse is counted, and the demo takes none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from api.demo.acting import ZONE, DemoServices, Queue, awake
from api.demo.people import Holders
from api.demo.places import PERSONA_PLACES
from api.demo.plans import Plan
from engine.cases.service import Caller, CaseHeld, OpenCase
from engine.meetings.series import Planned
from engine.messages.delivery import Delivery
from engine.rules.attempt import Command
from engine.rules.refusals import Refusal, Stale

#: Meetings are set so far ahead while time passes; the letters of so many hours go out together.
_WEEK, _MAIL = timedelta(days=7), timedelta(hours=3)


class Driver:
    """Moves time, and lets everybody act in it."""

    def __init__(self, services: DemoServices, holders: Holders, seed: int) -> None:
        self.services, self.holders = services, holders
        self.random = random.Random(f"{seed}/people")
        self.queue = Queue()
        self.plans: dict[str, Plan] = {}
        self._quiet = False  # nothing happened since the last letters went out
        #: (trigger, code) -> how often the rules refused it
        self.refused: Counter[tuple[str, str]] = Counter()

    def run(self, until: datetime) -> None:
        """Everything before `until`, in order; at last the time is there, and nothing of the clocks is left undone."""
        self.queue.at(self.services.clock.at, self._mail)
        while (found := self.queue.next(until)) is not None:
            when, act = found
            self._run_clocks(when)
            act()
            self._quiet = self._quiet and act == self._mail
        self._run_clocks(until)
        self._deliver()

    def _run_clocks(self, until: datetime) -> None:
        """What the clocks do up to then, each at its moment."""
        clock, keeper = self.services.clock, self.services.keeper
        while (moment := keeper.next_moment(until)) is not None:
            clock.move(moment)
            keeper.run_due()
            self._quiet = False
            self._deliver()
        clock.move(until)

    def _mail(self) -> None:
        self._deliver()
        self.queue.at(self.services.clock.at + _MAIL, self._mail)

    def _deliver(self) -> None:
        """All that waits: one round takes only so many."""
        while not self._quiet:
            self._quiet = self.services.letters.deliver() == Delivery()

    # --- what people need to know ------------------------------------------------------------------------------------

    def today(self) -> date:
        return self.services.clock.at.astimezone(ZONE).date()

    def day(self, days: float = 0) -> str:
        """The date so many days from now."""
        return (self.today() + timedelta(days=days)).isoformat()

    def who(self, plan: Plan, role: str) -> str:
        return self.holders.of(role, plan.unit)

    def township(self, plan: Plan) -> str:
        return self.holders.above(plan.unit, "township")

    def village(self, plan: Plan) -> str:
        return self.holders.above(plan.unit, "village")

    def station(self, plan: Plan) -> str:
        """Some station; the persona's for what personas see."""
        stations = self.holders.units("station", self.township(plan))
        return stations[-1] if plan.unit in PERSONA_PLACES else self.random.choice(stations)

    def leader(self, plan: Plan) -> str:
        leaders = self.holders.all_at("township_leader", self.township(plan))
        return leaders[0] if plan.unit in PERSONA_PLACES else self.random.choice(leaders)

    # --- acts --------------------------------------------------------------------------------------------------------

    def later(self, days: float, act: Callable[[], None]) -> None:
        """Do it so many days from now, when people are awake."""
        self.queue.at(awake(self.services.clock.at + timedelta(days=days), self.random), act)

    def step(self, plan: Plan, days: float, act: Callable[[Plan], None]) -> None:
        """The next thing that somebody does with the case, in place of what was set before."""
        plan.step += 1
        mine = plan.step
        self.later(days, lambda: act(plan) if plan.step == mine else None)

    def open(self, plan: Plan, person: str, trigger: str, data: dict[str, object]) -> None:
        wanted = OpenCase(unit=plan.unit, command=Command(trigger=trigger, data=data), workflow=plan.rules)
        plan.held = self._counted(trigger, lambda: self.services.cases.open(Caller(person=person), wanted))
        if plan.held is not None:
            plan.case = plan.held.identity.id
            self.plans[plan.case] = plan
            self._page(trigger)

    def fire(self, plan: Plan, person: str, trigger: str, /, **data: object) -> bool:
        """Fire it at the case as last seen; false where the rules refused it. Who acts on what has changed meanwhile
        is told so by raising Stale, and looks again."""
        assert plan.held is not None
        command, version = Command(trigger=trigger, data=data), plan.held.state.version
        caller = Caller(person=person)
        held = self._counted(trigger, lambda: self.services.cases.fire(caller, plan.case, command, version))
        plan.held = held or plan.held
        self._page(trigger)
        return held is not None

    def _page(self, trigger: str) -> None:
        """An alarm waits for no round of letters."""
        if trigger == "raise_alarm":
            self._quiet = False
            self._deliver()

    def _counted(self, trigger: str, act: Callable[[], CaseHeld]) -> CaseHeld | None:
        try:
            return act()
        except Stale:
            raise
        except Refusal as refusal:
            self.refused[trigger, refusal.code] += 1
            return None

    def look(self, plan: Plan) -> None:
        """See the case as it is by now, through the eyes of the township's secretary."""
        assert plan.held is not None
        view = self.services.queries.get(self.who(plan, "township_secretary"), plan.case)
        plan.held = CaseHeld(
            identity=plan.held.identity, unit=plan.held.unit, state=view.state, last_hash=plan.held.last_hash
        )

    # --- meetings ----------------------------------------------------------------------------------------------------

    def keep_rhythm(self, start: datetime, hold: Callable[[Iterable[str]], None]) -> None:
        """From then on meetings are set week by week and given to `hold`; who missed one is looked for as often."""
        self.queue.at(start, lambda: self._plan(start, hold))

    def _plan(self, when: datetime, hold: Callable[[Iterable[str]], None]) -> None:
        self.look_for_missed()
        self.set_ahead(_WEEK)
        hold(sorted(code for code, kind in self.holders.kinds.items() if kind == "township"))
        following = when + _WEEK
        self.queue.at(following, lambda: self._plan(following, hold))

    def set_ahead(self, span: timedelta) -> Planned:
        return self.services.series.plan_ahead(self.services.clock.at + span)

    def look_for_missed(self) -> None:
        self.services.watch.sweep()
