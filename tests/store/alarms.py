"""An alarm at night: a small workflow whose clock calls one after the other, and a township with a duty office of three
and two leaders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.cases.timekeeping import Timekeeper
from engine.definition.model import Value
from engine.duty.service import DutyService, NewTurn
from engine.store.db import Store
from engine.store.tables import inbox
from tests import township as t
from tests.store.letters_world import Post

ZONE = ZoneInfo("Asia/Shanghai")
ALARM: Mapping[str, str] = {
    "roles": """
        zuzhang: {T, level: wuchang}
        village_clerk: {T, level: village}
        village_cadre: {T, level: village}
        village_secretary: {T, level: village}
        stationed_cadre: {T, level: township}
        township_duty: {T, level: township}
        township_leader: {T, level: township}
        township_secretary: {T, level: township}
        """,
    "fields": """
        gone: {T, type: person, fills: recused}
        """,
    "counters": """
        acknowledged: {T, of: acknowledge, per: stay}
        """,
    "clocks": """
        control:
          title: {zh: 险情控制, en: Control}
          per: stay
          limits: 24 hours
          steps: [{at: 100%, remind: [township_leader, township_secretary]}]
        page:
          title: {zh: 应急确认, en: Acknowledgement}
          per: stay
          limits: 15 minutes
          when: {counter: acknowledged, at_most: 0}
          steps:
            - {at: 100%, remind: [village_cadre, township_leader]}
            - {at: 200%, remind: [stationed_cadre, township_secretary]}
            - {at: 300%, remind: [village_secretary, township_duty]}
        total: {title: {zh: 总, en: Total}, per: case, limits: 10 minutes, steps: [{at: 100%, remind: village_clerk}]}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        alarm: {T, runs: [control, page]}
        village: {T, level: village, handling: true, runs: total}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: zuzhang}
        - {trigger: raise_alarm, title: {zh: 特急直报, en: Alarm}, from: start, to: alarm,
           by: [zuzhang, township_duty], pages: [village_secretary, township_duty]}
        - {trigger: raise_alarm, title: {zh: 特急直报, en: Alarm}, from: [new, village], to: alarm,
           by: [zuzhang, township_duty], pages: [village_secretary, township_duty]}
        - {trigger: acknowledge, T, from: alarm, to: same, by: paged}
        - {trigger: leave, T, from: alarm, to: same, by: zuzhang, needs: gone}
        - {trigger: false_alarm, T, from: alarm, to: back, by: [township_duty, township_leader], tells: paged}
        - {trigger: control_danger, T, from: alarm, to: village, by: [township_duty, village_secretary],
           reports_to: [village_weekly, township_monthly]}
        - {trigger: thank, T, from: [new, village], to: same, by: paged}
        - {trigger: finish, T, from: [new, village], to: done, by: zuzhang}
        """,
    "meetings": """
        village_weekly:
          {T, level: village, members: [village_secretary, village_clerk], chair: village_secretary, quorum: 50%}
        township_monthly:
          {T, level: township, members: [township_secretary, township_leader], chair: township_secretary, quorum: 50%}
        """,
    "visibility": "- {T, when: {state: done}, never_to: village_clerk}",
}
#: The duty office beside `township_duty`, and a second leader.
DUTY = ("duty_b", "duty_c")


def local(text: str) -> datetime:
    """`03-07 02:00` of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


class Night(Post):
    """Time moves as the worker moves it: each step at its own moment, its letters delivered before the next."""

    def __init__(self, store: Store, **parts: str) -> None:
        super().__init__(store, **{**ALARM, **parts})
        t.settle_whole_book(store)
        for person in (*DUTY, "leader_b"):
            self.newcomer(person)
        for person in DUTY:
            self.posts(person, "township_duty", t.TOWNSHIP, "2025-01-01")
        self.posts("leader_b", "township_leader", t.TOWNSHIP, "2025-01-01")
        self.keeper, self.duty = Timekeeper(self.office), DutyService(self.office)
        self.clock.at = local("03-07 02:00")

    def alarm(self, person: str = "zuzhang") -> str:
        """Given now; the list is called."""
        case = self.opened(person, t.GROUP, "raise_alarm", {}, workflow="small").identity.id
        self.deliver()
        return case

    def run_until(self, text: str) -> None:
        def move(moment: datetime) -> None:
            self.clock.at = moment

        self.keeper.run_until(local(text), move, self.deliver)

    def act(self, person: str, case: str, trigger: str, **data: Value) -> None:
        self.fire(person, case, trigger, **data)
        self.deliver()

    def called(self) -> list[tuple[str, str]]:
        """(local time, person) of every message that waited for no morning, in order."""
        rows = [row for row in self.rows(inbox) if row.urgent]
        return sorted((f"{row.shown_at.astimezone(ZONE):%H:%M}", row.person) for row in rows)

    def called_at(self, hour: str) -> list[str]:
        return [person for at, person in self.called() if at == hour]

    def on_duty(self, person: str, since: str, until: str, role: str = "township_duty", unit: str = t.TOWNSHIP) -> str:
        turn = NewTurn(role=role, unit=unit, person=person, starts_at=local(since), ends_at=local(until))
        return self.duty.enter(None, turn).id
