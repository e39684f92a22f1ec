"""What people do with a case by the state in which it is: each once, after some days, and then somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from api.demo.callbacks import Callbacks
from api.demo.driving import Driver
from api.demo.matters import MEASURES, REASONS, RESULTS
from api.demo.places import COUNTY
from api.demo.plans import Plan
from api.demo.reporting import report
from engine.rules.refusals import Stale

#: State -> within how many days somebody takes the case up.
_DELAYS = {
    "reported": (0.05, 0.6), "need_info": (0.5, 2.5), "wuchang_handling": (0.5, 1.6), "village_handling": (1.5, 4.0),
    "township_handling": (2.0, 7.0), "county_tracking": (6.0, 14.0), "emergency": (0.02, 0.3), "verifying": (0.4, 3.0),
    "village_queued": (0.1, 1.0), "township_queued": (0.1, 1.5), "struck_off": (5.0, 20.0),
}  # fmt: skip
#: Where people take the time that they take; elsewhere all are alike.
_WORK = ("reported", "need_info", "wuchang_handling", "village_handling", "township_handling", "verifying")
#: What is urgent waits for no second day.
_HURRY = {"normal": 1.0, "urgent": 0.2, "critical": 0.1}
#: By when it is to be done, in days inside the limits of the rules: in a village, in the township.
_DUE = {"normal": (11, 25), "urgent": (2, 4), "critical": (0, 0)}


class Habits:
    """The people of a township, one case at a time."""

    def __init__(self, driver: Driver) -> None:
        self.driver, self.random = driver, driver.random
        #: told of every case that comes to a meeting's gate
        self.at_gate: Callable[[Plan], None] = lambda _: None
        verifying = Callbacks(driver)
        self._by_state = {
            "reported": self._triage,
            "need_info": self._supply,
            "wuchang_handling": self._in_cluster,
            "village_queued": self._before_village_meeting,
            "village_handling": self._in_village,
            "township_queued": self._before_township_meeting,
            "township_handling": self._in_township,
            "county_tracking": self._reply,
            "emergency": self._danger,
            "verifying": verifying.verify,
            "struck_off": verifying.reopen,
        }

    def begin(self, plan: Plan) -> None:
        report(self.driver, plan)
        self.go_on(plan)

    def go_on(self, plan: Plan) -> None:
        """Set what comes next, where something does before a meeting or a clock moves the case."""
        plan.step += 1  # what was set before is off
        if plan.state in ("village_queued", "township_queued"):
            self.at_gate(plan)
        rests = plan.state == plan.stop and "reopened" not in plan.turns
        if plan.state in self._by_state and not rests:
            low, high = _DELAYS[plan.state]
            pace = plan.pace if plan.state in _WORK else 1.0
            days = self.random.uniform(low, high) * pace * _HURRY[plan.pressing]
            self.driver.step(plan, days, self._act)

    def seen(self, plan: Plan) -> None:
        """A meeting dealt with it: look where it is now, and go on."""
        self.driver.look(plan)
        self.go_on(plan)

    def _act(self, plan: Plan) -> None:
        """By the state in which the case was last seen; who comes too late looks again."""
        try:
            before = plan.held
            self._by_state[plan.state](plan)
        except Stale:
            self.seen(plan)
            return
        if plan.held is not before:
            self.go_on(plan)

    def _text(self, texts: tuple[str, ...]) -> str:
        return self.random.choice(texts)

    def _done(self, plan: Plan) -> dict[str, object]:
        """What was done and how it ended; version 2 asks of a dispute what kind of agreement."""
        agreed = {"agreement": "oral"} if plan.category == "dispute" and not plan.former else {}
        return {"measures": self._text(MEASURES), "result": self._text(RESULTS), **agreed}

    def _measure(self, plan: Plan, person: str) -> bool:
        """A measure is recorded at each level before the case leaves it; false where one was already."""
        assert plan.held is not None
        state = plan.held.state
        if any(mark.level == state.level for mark in state.counts.get("measures_here", ())):
            return False
        return self.driver.fire(plan, person, "record_measure", measure=self._text(MEASURES), done_on=self.driver.day())

    # --- in the cluster ----------------------------------------------------------------------------------------------

    def _triage(self, plan: Plan) -> None:
        fire, who = self.driver.fire, self.driver.who
        leader = who(plan, "party_group_leader")
        if plan.stop == "voided":
            fire(plan, who(plan, "village_clerk"), "void", reason="重复录入")
        elif plan.stop == "withdrawn":
            fire(plan, who(plan, "village_clerk"), "withdraw", confirmed=True, reason="反映人说自家已经弄好")
        elif plan.stop == "not_accepted":
            told = {"decline_code": "in_court", "where_to_go": "请向人民法院起诉或申请仲裁", "told_reporter": True}
            fire(plan, who(plan, "village_secretary"), "decline", **told)
        elif plan.stop == "need_info" or plan.once("ask_more"):
            fire(plan, leader, "ask_for_more", return_code="unclear", reason="地点没有说清，请补一张方位说明")
        elif plan.once("on_spot"):
            fire(plan, leader, "finish_on_spot", **{k: v for k, v in self._done(plan).items() if k != "measures"})
        else:
            fire(plan, leader, "accept")

    def _supply(self, plan: Plan) -> None:
        person = self.driver.who(plan, "pianzhang")
        self.driver.fire(plan, person, "supply_more", supplement="在村道第二个弯往里三十米")

    def _in_cluster(self, plan: Plan) -> None:
        pianzhang = self.driver.who(plan, "pianzhang")
        if plan.other is not None and plan.once("merge"):
            self._merge(plan, plan.other)
        elif plan.once("alarm"):
            self.driver.fire(plan, pianzhang, "raise_alarm", danger_type="house", text="刚才又落了一块，屋里有人")
        elif self._measure(plan, pianzhang):
            return
        elif plan.climbs == "wuchang":
            self.driver.fire(plan, pianzhang, "finish_in_wuchang", **self._done(plan))
        else:
            up = {"reason_code": "beyond_ability", "reason": self._text(REASONS)}
            self.driver.fire(plan, pianzhang, "refer_to_village", **up)

    def _merge(self, plan: Plan, other: Plan) -> None:
        """Into the case that says the same, as long as that is open."""
        if other.held is None:
            return
        self.driver.look(other)
        if other.held.state.closed_at is None:
            reason = "说的是同一件事"
            self.driver.fire(plan, self.driver.who(plan, "village_clerk"), "merge", primary=other.case, reason=reason)

    # --- danger ------------------------------------------------------------------------------------------------------

    def _danger(self, plan: Plan) -> None:
        fire, who = self.driver.fire, self.driver.who
        if plan.once("paged"):
            fire(plan, who(plan, "village_secretary"), "acknowledge")
        elif plan.once("false_alarm"):
            fire(plan, who(plan, "township_duty"), "false_alarm", reason="是烧秸秆，已经熄了", urgency="normal")
        else:
            risk = self.random.choice(("none", "some"))
            done = {"disposition": "拉了警戒线，劝离了住户", "controlled_on": self.driver.day(), "residual_risk": risk}
            fire(plan, who(plan, "village_secretary"), "control_danger", **done)

    # --- in the village ----------------------------------------------------------------------------------------------

    def _before_village_meeting(self, plan: Plan) -> None:
        """Most wait for the meeting; what is urgent does not, and now and then it is settled before."""
        secretary = self.driver.who(plan, "village_secretary")
        if plan.once("settled"):
            self.driver.fire(plan, self.driver.who(plan, "pianzhang"), "settle_before_meeting", **self._done(plan))
        elif plan.once("joined"):
            own = self.driver.village(plan)
            both = [own, next(each for each in self.driver.holders.beside(own) if each != own)]
            self.driver.fire(plan, secretary, "join_villages", villages=both, lead_village=own)
        elif plan.pressing != "normal":
            self.driver.fire(plan, secretary, "assign_in_village", **self.in_village(plan))

    def in_village(self, plan: Plan) -> dict[str, object]:
        """Who handles it in the village, how, and by when."""
        cadre = self.random.choice(self.driver.holders.all_at("village_cadre", self.driver.village(plan)))
        return {"responsible": cadre, "plan": self._text(MEASURES), "due": self.driver.day(_DUE[plan.pressing][0])}

    def _in_village(self, plan: Plan) -> None:
        person = self._responsible(plan)
        if plan.once("recused"):
            self._recuse(plan, person)
        elif plan.once("extended"):
            self._extend(plan, "township_leader", 20)
        elif not self._measure(plan, person):
            self.driver.fire(plan, person, "finish_in_village", **self._done(plan))

    def _responsible(self, plan: Plan) -> str:
        """Who is in charge; where nobody of the village is, its secretary acts."""
        assert plan.held is not None
        return next(iter(plan.held.state.responsible.people), self.driver.who(plan, "village_secretary"))

    def _recuse(self, plan: Plan, person: str) -> None:
        cadres = self.driver.holders.all_at("village_cadre", self.driver.village(plan))
        another = next(each for each in cadres if each != person)
        data = {"recusal_code": "interest", "recused_person": person, "responsible": another}
        self.driver.fire(plan, self.driver.who(plan, "village_secretary"), "recuse", **data)

    def _extend(self, plan: Plan, role: str, days: int) -> None:
        """So many days from the day it came here; later than that nobody asks any more."""
        assert plan.held is not None
        since: date = plan.held.state.stay.at.date()
        due = since + timedelta(days=days)
        data = {"reason": "等材料到场", "due": due.isoformat()}
        self.driver.fire(plan, self.driver.who(plan, role), "extend", **data)

    # --- in the township, with the county ----------------------------------------------------------------------------

    def _before_township_meeting(self, plan: Plan) -> None:
        if plan.pressing != "normal":
            secretary = self.driver.who(plan, "township_secretary")
            self.driver.fire(plan, secretary, "assign_in_township", **self.in_township(plan))

    def in_township(self, plan: Plan) -> dict[str, object]:
        """Which station leads, which leader is in charge, and by when."""
        due = self.driver.day(_DUE[plan.pressing][1])
        return {"lead_unit": self.driver.station(plan), "case_leader": self.driver.leader(plan), "due": due}

    def _in_township(self, plan: Plan) -> None:
        assert plan.held is not None
        state = plan.held.state
        unit = next(iter((*state.successor.units, *state.responsible.units)), None)
        person = self.driver.holders.all_at("township_station", unit)[0] if unit else self.driver.leader(plan)
        if state.successor.units or state.successor.people:
            self.driver.fire(plan, person, "sign_for", **({} if plan.former else {"signed_by": person}))
        elif plan.once("extended"):
            self._extend(plan, "township_secretary", 40)
        elif self._measure(plan, person):
            return
        elif plan.climbs == "county" and plan.once("county"):
            self._refer_to_county(plan)
        else:
            self.driver.fire(plan, person, "finish_in_township", **self._done(plan))

    def _refer_to_county(self, plan: Plan) -> None:
        letter = {"department": COUNTY, "channel": "letter", "letter_no": "洋政函2026-7",
                  "expected_reply": self.driver.day(21)}  # fmt: skip
        self.driver.fire(plan, self.driver.who(plan, "township_secretary"), "refer_to_county", **letter)

    def _reply(self, plan: Plan) -> None:
        solved = self.random.random() < 0.75
        reply = "已列入计划并动工" if solved else "不属本部门职责，请属地先行处置"
        data = {"reply": reply, "reply_on": self.driver.day(), "solved": solved}
        self.driver.fire(plan, self.driver.who(plan, "township_party_office"), "record_reply", **data)
