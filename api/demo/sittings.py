"""Meetings: opened by their chair at their hour, decided, closed three quarters of an hour later; now and then one is
missed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from api.demo.acting import ZONE
from api.demo.days import next_monthly, next_weekly
from api.demo.driving import Driver
from api.demo.habits import Habits
from api.demo.matters import MEASURES
from api.demo.plans import Plan
from engine.meetings.attendance import Attendance
from engine.meetings.queries import MeetingView
from engine.meetings.service import NewDecision, NewMeeting
from engine.rules.refusals import Refusal

VILLAGE, TOWNSHIP = "village_weekly", "township_monthly"
_LASTING = timedelta(minutes=45)
#: No meeting is called.
NEVER_CALLED = datetime.min.replace(tzinfo=UTC)
#: A unit and a date.
Day = tuple[str, date]
_PAGE = 40


class Sittings:
    """Holds the meetings of the rhythm, and before `rhythm` those that are called where something waits. Nobody opens
    the share `missed` of the weekly ones, nor those `skipped` by village and day."""

    def __init__(self, driver: Driver, habits: Habits, *, missed: float = 0, skipped: Collection[Day] = (),
                 rhythm: datetime = NEVER_CALLED) -> None:  # fmt: skip
        self.driver, self.habits = driver, habits
        self.missed, self.skipped, self.rhythm = missed, skipped, rhythm
        self.known: set[str] = set()
        self.called: set[Day] = set()
        habits.at_gate = self._call

    def hold(self, townships: Iterable[str]) -> None:
        """Set every meeting that is planned from now on, once."""
        for township in townships:
            for view in self._planned(township):
                if view.meeting.id not in self.known:
                    self.known.add(view.meeting.id)
                    self._set(view)

    def _planned(self, township: str) -> list[MeetingView]:
        """Those yet to come, the earliest first."""
        now, secretary = self.driver.services.clock.at, self.driver.holders.all_at("township_secretary", township)[0]
        found: list[MeetingView] = []
        after = None
        while True:
            page, after = self.driver.services.minutes.page(secretary, status="planned", after=after, limit=_PAGE)
            found += [view for view in page if view.meeting.at >= now]
            if after is None or after[0] < now:
                return found[::-1]

    def _set(self, view: MeetingView) -> None:
        meeting = view.meeting
        weekly = meeting.meeting == VILLAGE
        if (weekly and self.driver.random.random() < self.missed) or self._is_skipped(meeting.unit.code, meeting.at):
            return
        self.driver.queue.at(meeting.at, lambda: self._open(view))

    def _is_skipped(self, unit: str, at: datetime) -> bool:
        return (unit, at.astimezone(ZONE).date()) in self.skipped

    # --- meetings that are called ------------------------------------------------------------------------------------

    def _call(self, plan: Plan) -> None:
        """Before the rhythm: for what waits a meeting on the next usual day, one for all."""
        now = self.driver.services.clock.at
        if plan.state == "village_queued":
            kind, unit, when = VILLAGE, self.driver.village(plan), next_weekly(now)
        else:
            kind, unit, when = TOWNSHIP, self.driver.township(plan), next_monthly(now)
        if when < self.rhythm and (unit, when.date()) not in self.called:
            self.called.add((unit, when.date()))
            self.driver.queue.at(when, lambda: self._create(kind, unit))

    def _create(self, kind: str, unit: str) -> None:
        chair = self._chair(kind, unit)
        new = NewMeeting(meeting=kind, unit=unit, at=self.driver.services.clock.at)
        meeting = self.driver.services.meetings.create(chair, new)
        self._open(self.driver.services.minutes.get(chair, meeting))

    # --- one meeting -------------------------------------------------------------------------------------------------

    def _open(self, view: MeetingView) -> None:
        meetings, meeting = self.driver.services.meetings, view.meeting
        chair, members = self._members(view)
        meetings.open(chair, meeting.id, meeting.version)
        away = members[-1:] if len(members) > 3 else []
        present = tuple(each for each in members if each not in away)
        there = Attendance(present=present, on_leave=tuple(away), recorder=present[-1])
        meetings.attend(chair, meeting.id, meeting.version + 1, there)
        version = meeting.version + 2
        plans, version = self._decide(view, chair, version)
        self.driver.queue.at(self.driver.services.clock.at + _LASTING, lambda: self._close(view, chair, version, plans))

    def _members(self, view: MeetingView) -> tuple[str, list[str]]:
        """The chair, and all who are expected with the chair first."""
        chair = self._chair(view.meeting.meeting, view.meeting.unit.code)
        return chair, [chair, *(each for each in view.meeting.expected if each != chair)]

    def _chair(self, kind: str, unit: str) -> str:
        return self.driver.holders.all_at("village_secretary" if kind == VILLAGE else "township_secretary", unit)[0]

    def _decide(self, view: MeetingView, chair: str, version: int) -> tuple[list[Plan], int]:
        """Every case on the agenda that has its turn; what the rules refuse is left out and counted."""
        agenda = self.driver.services.minutes.get(chair, view.meeting.id).items
        plans = [self.driver.plans[item.item.case_id] for item in agenda]
        wanted = [each for each in map(self._decision(view), plans) if each is not None]
        while wanted:
            try:
                self.driver.services.meetings.decide(chair, view.meeting.id, version, wanted)
                return plans, version + 1
            except Refusal as refusal:
                place = int((refusal.at or "decisions[0]").removeprefix("decisions[").removesuffix("]"))
                self.driver.refused[wanted.pop(place).trigger, refusal.code] += 1
        return plans, version

    def _decision(self, view: MeetingView) -> Callable[[Plan], NewDecision | None]:
        return self._by_village if view.meeting.meeting == VILLAGE else self._by_township

    def _by_village(self, plan: Plan) -> NewDecision | None:
        if plan.stop == "village_queued" or plan.misses_meeting():
            return None
        if plan.once("returned"):
            data = {"return_code": "too_early", "reason": "双方还没有坐到一起谈", "guidance": "请理事会再调一次"}
            return _decided(plan, "return_to_wuchang", data)
        if plan.once("on_account"):
            return _decided(plan, "put_on_account", self._account(28))
        if plan.climbs in ("township", "county"):
            return _decided(plan, "refer_to_township", self._up(plan))
        return _decided(plan, "assign_in_village", self.habits.in_village(plan))

    def _account(self, days: int) -> dict[str, object]:
        review = self.driver.day(days)
        return {"account_code": "season", "reason": "要等秋后施工", "review_on": review, "told_reporter": True}

    def _up(self, plan: Plan) -> dict[str, object]:
        return {
            "reason_code": self.driver.random.choice(("no_funds", "no_authority", "needs_experts")),
            "measures": self.driver.random.choice(MEASURES),
            "village_opinion": "村里已尽力，请镇里统筹",
            "suggested_unit": self.driver.station(plan),
        }

    def _by_township(self, plan: Plan) -> NewDecision | None:
        if plan.stop == "township_queued" or plan.misses_meeting():
            return None
        if plan.once("sent_back"):
            plan.climbs = "village"
            data = {"return_code": "lower_can", "reason": "村里可以办", "guidance": "请村里先清理，镇里派人指导"}
            return _decided(plan, "return_to_village", data)
        if plan.once("on_account"):
            return _decided(plan, "put_on_account", self._account(80))
        return _decided(plan, "assign_in_township", self.habits.in_township(plan))

    def _close(self, view: MeetingView, chair: str, version: int, plans: Sequence[Plan]) -> None:
        self.driver.services.meetings.close(chair, view.meeting.id, version)
        for plan in plans:
            self.habits.seen(plan)


def _decided(plan: Plan, trigger: str, data: Mapping[str, object]) -> NewDecision:
    return NewDecision(case_id=plan.case, trigger=trigger, data=dict(data))
