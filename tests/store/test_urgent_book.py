"""The urgent path under the rule book itself: version 2 of the default workflow, its own clocks and meetings."""

from __future__ import annotations

import pytest

from engine.audit.verify import verify
from engine.cases.timekeeping import Timekeeper
from engine.definition.model import Value
from engine.duty.service import DutyService
from engine.messages.delivery import LetterService
from engine.messages.inbox import InboxService
from engine.store.db import Store
from engine.store.tables import history
from tests import township as t
from tests.store.alarms import DUTY, Night, local
from tests.store.world import World

OFFICE = ["duty_b", "duty_c", "township_duty"]


class BookNight(Night):
    """The duty office of three and two leaders; the first of each is on duty until eight."""

    def __init__(self, store: Store) -> None:
        World.__init__(self, store, t.whole_book())
        t.settle_whole_book(store)
        for person in (*DUTY, "leader_b"):
            self.newcomer(person)
        for person in DUTY:
            self.posts(person, "township_duty", t.TOWNSHIP, "2025-01-01")
        self.posts("leader_b", "township_leader", t.TOWNSHIP, "2025-01-01")
        self.letters, self.inboxes = LetterService(self.office), InboxService(self.office)
        self.keeper, self.duty = Timekeeper(self.office), DutyService(self.office)
        self.clock.at = local("03-07 02:00")
        for person, role in (("township_duty", "township_duty"), ("leader_b", "township_leader")):
            self.on_duty(person, "03-06 08:00", "03-07 08:00", role=role)

    def alarm(self, person: str = "linzhang", **data: Value) -> str:
        given = {"danger_type": "geo", "gist": "山体有裂缝，住三户", **data}
        case = self.opened(person, t.NEIGHBOURHOOD, "raise_alarm", given, workflow="issue-escalation/2").identity.id
        self.deliver()
        return case


@pytest.fixture
def night(store: Store) -> BookNight:
    return BookNight(store)


def test_the_list_is_called_every_quarter_of_an_hour_until_somebody_answers(night: BookNight):
    case = night.alarm()
    night.run_until("03-07 02:50")

    assert night.called_at("02:00") == ["township_duty", "village_secretary"]
    assert night.called_at("02:15") == sorted(["leader_b", *(f"village_cadre{n}" for n in range(1, 8))])
    assert night.called_at("02:30") == ["stationed_cadre", "township_secretary"]
    assert night.called_at("02:45") == sorted([*OFFICE, "village_secretary", "township_leader"])

    night.act("stationed_cadre", case, "acknowledge")
    assert night.rows(history)[-1].trigger == "acknowledge"


def test_an_answer_at_sixteen_minutes_ends_it(night: BookNight):
    case = night.alarm()
    night.run_until("03-07 02:16")
    night.act("leader_b", case, "acknowledge")
    night.run_until("03-07 07:00")

    assert {at for at, _ in night.called()} == {"02:00", "02:15"}


def test_the_danger_under_control_stands_on_the_next_agendas_of_both_bodies(night: BookNight):
    case = night.alarm()
    done = {"disposition": "三户已转移", "controlled_on": "2026-03-07", "residual_risk": "some"}
    night.act("township_duty", case, "control_danger", **done)
    night.clock.at = local("03-07 09:00")
    weekly = night.plan("village_secretary", "village_weekly", workflow="issue-escalation/2")
    monthly = night.plan("township_secretary", "township_monthly", workflow="issue-escalation/2")

    for meeting in (weekly, monthly):
        told = [(each.report.kind, each.report.case_id, each.event.trigger) for each in night.view(meeting).reports]
        assert told == [("told", case, "control_danger")]


def test_a_false_alarm_goes_back_and_calls_no_more(night: BookNight):
    case = night.alarm()
    night.run_until("03-07 02:16")
    night.act("leader_b", case, "false_alarm", reason="是烧秸秆", urgency="normal")
    night.run_until("03-07 06:00")

    assert (night.state(case), night.held(case).state.values["urgency"]) == ("reported", "normal")
    assert {at for at, _ in night.called()} == {"02:00", "02:15"}
    assert verify(night.store, night.office.rulebook).flaws == ()
