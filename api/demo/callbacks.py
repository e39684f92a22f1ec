"""Verifying: somebody who never handled the case calls back and strikes it off, or has it done again."""

from __future__ import annotations

from api.demo.driving import Driver
from api.demo.plans import Plan

_TRIES = 3


class Callbacks:
    """Those who verify: the village's clerk, or the Party office where a case passes the village by."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def verify(self, plan: Plan) -> None:
        person = self.driver.who(plan, "township_party_office" if "cadre" in plan.turns else "village_clerk")
        if plan.once("petition"):
            self._answer_in_writing(plan)
        elif plan.once("redo"):
            self.driver.fire(plan, person, "redo", whats_wrong="才过几天又是老样子")
        elif "unreached" in plan.turns:
            self._try_again(plan, person)
        else:
            self._strike_off(plan, person)

    def reopen(self, plan: Plan) -> None:
        if plan.once("reopened") and "cadre" not in plan.turns:
            secretary = self.driver.who(plan, "village_secretary")
            self.driver.fire(plan, secretary, "reopen", reason="雨后又出了同样的情况")

    def _answer_in_writing(self, plan: Plan) -> None:
        written = {"written_no": "洋信复2026-3", "delivered_on": self.driver.day()}
        self.driver.fire(plan, self.driver.who(plan, "petition_clerk"), "leave_petition", **written)

    def _try_again(self, plan: Plan, person: str) -> None:
        """Nobody answers: three tries on different days, then it may be struck off."""
        assert plan.held is not None
        state = plan.held.state
        if sum(mark.seq > state.stay.seq for mark in state.counts.get("tries", ())) < _TRIES:
            self.driver.fire(plan, person, "record_callback", method="call", outcome="not_reached")
        else:
            self._on_site(plan, person)
            self.driver.fire(plan, person, "strike_off", satisfaction="not_reached")

    def _on_site(self, plan: Plan, person: str) -> None:
        """A danger, and what nobody in particular reported, is looked at on the spot."""
        assert plan.held is not None
        anonymous = "anonymous" in plan.turns
        if plan.category == "hazard" or plan.held.state.values.get("danger_type") or anonymous:
            self.driver.fire(plan, person, "record_callback", method="on_site", outcome="reached")

    def _strike_off(self, plan: Plan, person: str) -> None:
        self._on_site(plan, person)
        if "anonymous" not in plan.turns:
            self.driver.fire(plan, person, "record_callback", method="call", outcome="reached")
        satisfied = "good" if self.driver.random.random() < 0.8 else "fair"
        self.driver.fire(plan, person, "strike_off", satisfaction=satisfied)
