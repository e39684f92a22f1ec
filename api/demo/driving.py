"""Driving the demo's cases through a year: every act is fired by a person who may, at his time, through the services.

Each case has a `Plan`: how far it climbs and where it stops. Acts wait in one queue ordered by time, so that meetings
find what has reached their gate by then. Nothing is inserted; what the rules refuse would stop the demo.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from api.demo.acting import DemoServices, Queue
from api.demo.days import next_monthly, next_weekly
from api.demo.matters import MEASURES, REASONS, RESULTS
from api.demo.people import Holders
from api.demo.plans import PERSONA_PLACES, ZONE, Plan
from engine.cases.service import Caller, OpenCase
from engine.meetings.attendance import Attendance
from engine.meetings.service import NewDecision, NewMeeting
from engine.rules.attempt import Command

#: Version 1 has no clocks: this year needs nobody to fire them.
RULES = "issue-escalation/1"


class Year:
    """Runs all plans of one township from January to the morning of the demo."""

    def __init__(self, services: DemoServices, holders: Holders, township: str, seed: int) -> None:
        self.services, self.holders, self.township = services, holders, township
        self.random = random.Random(f"{seed}/{township}")
        self.queue = Queue(services.clock, self.random)
        self._gates: dict[str, set[date]] = {}

    def run(self, plans: list[Plan]) -> None:
        for plan in plans:
            self.queue.at(plan.start, lambda plan=plan: self._report(plan))  # type: ignore[misc]
        self.queue.run()

    # --- one case ---

    def _who(self, plan: Plan, role: str, turn: int = 0) -> str:
        return self.holders.of(role, plan.unit, turn)

    def _fire(self, plan: Plan, person: str, trigger: str, **data: object) -> None:
        version = self.services.queries.get(person, plan.case).state.version
        command = Command(trigger=trigger, data=data)
        self.services.cases.fire(Caller(person=person), plan.case, command, version)

    def _today(self) -> str:
        return self.services.clock.at.astimezone(ZONE).date().isoformat()

    def _pick(self, texts: tuple[str, ...]) -> str:
        return self.random.choice(texts)

    def _report(self, plan: Plan) -> None:
        data: dict[str, object] = {
            "category": plan.category,
            "gist": plan.gist,
            "content": plan.content,
            "source": self.random.choice(("visit", "visit", "talk", "came", "call", "chat")),
            "heard_on": self._today(),
        }
        if self.random.random() > 0.05:
            data["reporter"] = {"name": self._name(), "phone": f"100{self.random.randint(0, 10**8 - 1):08d}"}
        opener = self._who(plan, "linzhang" if self.holders.kinds[plan.unit] == "neighbourhood" else "zuzhang")
        command = Command(trigger="report", data=data)
        held = self.services.cases.open(
            Caller(person=opener), OpenCase(unit=plan.unit, command=command, workflow=RULES)
        )
        plan.case = held.identity.id
        if plan.stop == "voided":
            self.queue.at(self.services.clock.at + timedelta(hours=2), lambda: self._void(plan))
        else:
            self._next(plan, 1, self._triage)

    def _name(self) -> str:
        given = self.random.choice(("小明", "桂英", "国强", "秀兰", "建军", "春花", "志远", "玉梅", "大勇", "爱莲"))
        return self.random.choice("李王张刘陈周吴谢罗邓") + given

    def _next(self, plan: Plan, days: float, act: Callable[[Plan], None]) -> None:
        self.queue.at(self.queue.soon(days), lambda: act(plan))

    def _triage(self, plan: Plan) -> None:
        if plan.stop == "reported":
            return
        if plan.stop == "not_accepted":
            where = "请向人民法院起诉或申请仲裁"
            self._fire(plan, self._who(plan, "village_secretary"), "decline",
                       decline_code="in_court", where_to_go=where, told_reporter=True)  # fmt: skip
            return
        if plan.stop == "need_info":
            self._fire(plan, self._who(plan, "party_group_leader"), "ask_for_more",
                       return_code="unclear", reason="地点没有说清，请补一张方位说明")  # fmt: skip
            return
        self._fire(plan, self._who(plan, "party_group_leader"), "accept")
        if plan.stop != "wuchang_handling":
            self._next(plan, self.random.randint(1, 3), self._measure_in_cluster)

    def _void(self, plan: Plan) -> None:
        """A slip: the same matter was entered twice, and its opener takes it back within the day."""
        opener = self._who(plan, "linzhang" if self.holders.kinds[plan.unit] == "neighbourhood" else "zuzhang")
        self._fire(plan, opener, "void", reason="重复录入")

    def _measure_in_cluster(self, plan: Plan) -> None:
        person = self._who(plan, "zuzhang" if self._has(plan, "zuzhang") else "pianzhang")
        self._fire(plan, person, "record_measure", measure=self._pick(MEASURES), done_on=self._today())
        self._next(plan, self.random.randint(1, 4), self._leave_cluster)

    def _has(self, plan: Plan, role: str) -> bool:
        return any(self.holders.all_at(role, place) for place in self.holders.line(plan.unit))

    def _leave_cluster(self, plan: Plan) -> None:
        if plan.climbs == "wuchang":
            self._fire(plan, self._who(plan, "pianzhang"), "finish_in_wuchang",
                       measures=self._pick(MEASURES), result=self._pick(RESULTS))  # fmt: skip
            self._verify_soon(plan)
            return
        self._fire(plan, self._who(plan, "pianzhang"), "refer_to_village",
                   reason_code="beyond_ability", reason=self._pick(REASONS))  # fmt: skip
        self._await_village_meeting(plan)

    # --- the village's weekly meeting ---

    def _await_village_meeting(self, plan: Plan) -> None:
        village = self.holders.above(plan.unit, "village")
        self._meet_on(village, next_weekly(self.services.clock.at), self._hold_weekly)
        self._waiting(village).append(plan)

    def _meet_on(self, unit: str, when: datetime, hold: Callable[[str], None]) -> None:
        days = self._gates.setdefault(unit, set())
        if when.date() not in days:
            days.add(when.date())
            self.queue.at(when, lambda: hold(unit))

    def _waiting(self, unit: str) -> list[Plan]:
        return self.services.waiting.setdefault(unit, [])

    def _hold_weekly(self, village: str) -> None:
        secretary = self.holders.all_at("village_secretary", village)[0]
        members = [
            secretary,
            *self.holders.all_at("village_clerk", village),
            *self.holders.all_at("village_cadre", village),
        ]
        present, on_leave = tuple(members[:-1]), tuple(members[-1:])
        waiting, self.services.waiting[village] = self._waiting(village), []
        decisions, after = [], []
        for plan in waiting:
            decision, then = self._village_decision(plan, village)
            after.append((plan, then))
            decisions += [decision] if decision else []
        self._meeting(secretary, "village_weekly", village, present, on_leave, decisions)
        for plan, then in after:
            then(plan)

    def _village_decision(self, plan: Plan, village: str) -> tuple[NewDecision | None, Callable[[Plan], None]]:
        if plan.stop == "village_queued":
            return None, lambda _: None  # carried over
        if not plan.returned and self.random.random() < 0.12:
            plan.returned = True
            data = {"return_code": "too_early", "reason": "双方还没有坐到一起谈", "guidance": "请理事会再调一次"}
            return self._decision(plan, "return_to_wuchang", data), self._again_in_cluster
        if plan.climbs == "township":
            data = {
                "reason_code": self.random.choice(("no_funds", "no_authority", "needs_experts")),
                "measures": self._pick(MEASURES),
                "village_opinion": "村里已尽力，请镇里统筹",
                "suggested_unit": self._station(plan),
            }
            return self._decision(plan, "refer_to_township", data), self._await_township_meeting
        due = (self.services.clock.at.astimezone(ZONE).date() + timedelta(days=14)).isoformat()
        cadre = self.random.choice(self.holders.all_at("village_cadre", village))
        data = {"responsible": cadre, "plan": self._pick(MEASURES), "due": due}
        return self._decision(plan, "assign_in_village", data), self._work_in_village

    def _decision(self, plan: Plan, trigger: str, data: Mapping[str, object]) -> NewDecision:
        return NewDecision(case_id=plan.case, trigger=trigger, data=dict(data))

    def _station(self, plan: Plan) -> str:
        """Some station; the persona's for what personas see."""
        stations = self.holders.units("station", self.township)
        return stations[-1] if plan.unit in PERSONA_PLACES else self.random.choice(stations)

    def _leader(self, plan: Plan) -> str:
        leaders = self.holders.all_at("township_leader", self.township)
        return leaders[0] if plan.unit in PERSONA_PLACES else self.random.choice(leaders)

    def _again_in_cluster(self, plan: Plan) -> None:
        self._next(plan, 2, self._leave_cluster)

    def _work_in_village(self, plan: Plan) -> None:
        if plan.stop != "village_handling":
            self._next(plan, self.random.randint(2, 7), self._finish_in_village)

    def _finish_in_village(self, plan: Plan) -> None:
        village = self.holders.above(plan.unit, "village")
        responsible = self.services.queries.get(self._who(plan, "village_secretary"), plan.case).state.responsible
        person = responsible.people[0]
        assert person in self.holders.all_at("village_cadre", village)
        self._fire(plan, person, "record_measure", measure=self._pick(MEASURES), done_on=self._today())
        self._fire(plan, person, "finish_in_village", measures=self._pick(MEASURES), result=self._pick(RESULTS))
        self._verify_soon(plan)

    # --- the township's monthly meeting ---

    def _await_township_meeting(self, plan: Plan) -> None:
        self._meet_on(self.township, next_monthly(self.services.clock.at), self._hold_monthly)
        self._waiting(self.township).append(plan)

    def _hold_monthly(self, township: str) -> None:
        secretary = self.holders.all_at("township_secretary", township)[0]
        leaders = self.holders.all_at("township_leader", township)
        members = (secretary, *leaders, *self.holders.all_at("township_party_office", township))
        waiting, self.services.waiting[township] = self._waiting(township), []
        taken = [plan for plan in waiting if plan.stop != "township_queued"]
        due = (self.services.clock.at.astimezone(ZONE).date() + timedelta(days=28)).isoformat()
        decisions = [
            self._decision(plan, "assign_in_township",
                           {"lead_unit": self._station(plan), "case_leader": self._leader(plan), "due": due})
            for plan in taken
        ]  # fmt: skip
        self._meeting(secretary, "township_monthly", township, members, (), decisions)
        for plan in taken:
            self._next(plan, 2, self._sign_for)

    def _sign_for(self, plan: Plan) -> None:
        person = self._station_person(plan)
        self._fire(plan, person, "sign_for")
        if plan.stop != "township_handling":
            self._next(plan, self.random.randint(4, 15), self._finish_in_township)

    def _station_person(self, plan: Plan) -> str:
        state = self.services.queries.get(self._who(plan, "township_secretary"), plan.case).state
        unit = (*state.successor.units, *state.responsible.units)[0]
        return self.holders.all_at("township_station", unit)[0]

    def _finish_in_township(self, plan: Plan) -> None:
        person = self._station_person(plan)
        self._fire(plan, person, "record_measure", measure=self._pick(MEASURES), done_on=self._today())
        self._fire(plan, person, "finish_in_township", measures=self._pick(MEASURES), result=self._pick(RESULTS))
        self._verify_soon(plan)

    def _meeting(self, chair: str, kind: str, unit: str, present: tuple[str, ...], on_leave: tuple[str, ...],
                 decisions: list[NewDecision]) -> None:  # fmt: skip
        meetings = self.services.meetings
        new = NewMeeting(meeting=kind, unit=unit, at=self.services.clock.at)
        meeting = meetings.create(chair, new)
        meetings.open(chair, meeting, 1)
        meetings.attend(chair, meeting, 2, Attendance(present=present, on_leave=on_leave, recorder=present[1]))
        if decisions:
            meetings.decide(chair, meeting, 3, decisions)
        self.services.clock.at += timedelta(minutes=45)
        meetings.close(chair, meeting, 4 if decisions else 3)

    # --- verifying ---

    def _verify_soon(self, plan: Plan) -> None:
        if plan.stop != "verifying":
            self._next(plan, self.random.randint(1, 4), self._verify)

    def _verify(self, plan: Plan) -> None:
        clerk = self._who(plan, "village_clerk")
        view = self.services.queries.get(clerk, plan.case)
        if plan.category == "hazard" or "reporter" not in view.state.texts:
            self._fire(plan, clerk, "record_callback", method="on_site", outcome="reached")
        self._fire(plan, clerk, "record_callback", method="call", outcome="reached")
        satisfied = "good" if self.random.random() < 0.8 else "fair"
        self._fire(plan, clerk, "strike_off", satisfaction=satisfied)
