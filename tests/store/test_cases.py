"""Cases on both databases: one climbs from the hamlet cluster to the township and is struck off."""

from __future__ import annotations

import pytest

from engine.audit.verify import verify
from engine.cases.queries import CaseFilter, CaseQueries
from engine.cases.service import Caller, CaseService, OpenCase
from engine.meetings.queries import MeetingQueries
from engine.meetings.service import Attendance, MeetingService, NewDecision, NewMeeting
from engine.rules.attempt import Command
from engine.rules.refusals import ConditionRefused, KeptOut, NotFound, OnlyInMeeting
from tests import township as t

REPORT = {"category": "dispute", "gist": "两家为排水沟争执不下", "source": "visit", "heard_on": "2026-03-05"}


@pytest.fixture
def world(store):
    t.settle(store)
    office, clock = t.open_test_office(store)
    return World(office, clock)


class World:
    def __init__(self, office, clock):
        self.office, self.clock = office, clock
        self.cases, self.queries = CaseService(office), CaseQueries(office)
        self.meetings, self.minutes = MeetingService(office), MeetingQueries(office)

    def open(self, person="linzhang", unit=t.NEIGHBOURHOOD, **data):
        command = Command(trigger="report", data=REPORT | data)
        return self.cases.open(Caller(person=person), OpenCase(unit=unit, command=command)).identity.id

    def fire(self, person, case_id, trigger, **data):
        version = self.version(case_id)
        return self.cases.fire(Caller(person=person), case_id, Command(trigger=trigger, data=data), version)

    def version(self, case_id):
        return self.queries.get("township_party_office", case_id).state.version

    def state(self, case_id):
        return self.queries.get("township_party_office", case_id).state.state

    def meet(self, chair, kind, unit, present, decisions):
        meeting = self.meetings.create(chair, NewMeeting(meeting=kind, unit=unit, at=self.clock.at))
        self.meetings.open(chair, meeting, 1)
        self.meetings.attend(chair, meeting, 2, Attendance(present=present))
        self.meetings.decide(chair, meeting, 3, decisions)
        self.meetings.close(chair, meeting, 4)
        return meeting


def test_a_case_climbs_all_levels_and_is_struck_off(world):
    case = world.open()
    world.fire("party_group_leader", case, "accept")
    with pytest.raises(ConditionRefused, match="counter:measures_here"):
        world.fire("zuzhang", case, "refer_to_village", reason_code="beyond_ability", reason="调解两次不成")
    world.fire("zuzhang", case, "record_measure", measure="上门调解", done_on="2026-03-06")
    world.fire("zuzhang", case, "refer_to_village", reason_code="beyond_ability", reason="调解两次不成")
    assert world.state(case) == "village_queued"
    up = {
        "reason_code": "no_funds",
        "measures": "调解两次",
        "village_opinion": "请镇里协调",
        "suggested_unit": t.STATION,
    }
    with pytest.raises(OnlyInMeeting):
        world.fire("village_secretary", case, "refer_to_township", **up)
    hall = ("village_secretary", "village_clerk", "village_cadre1", "village_cadre2", "village_cadre3")
    world.meet(
        "village_secretary", "village_weekly", t.VILLAGE, hall,
        [NewDecision(case_id=case, trigger="refer_to_township", data=up)],
    )  # fmt: skip
    assert world.state(case) == "township_queued"
    assign = {"lead_unit": t.STATION, "case_leader": "township_leader", "due": "2026-03-20"}
    meeting = world.meet(
        "township_secretary", "township_monthly", t.TOWNSHIP,
        ("township_secretary", "township_leader", "township_party_office"),
        [NewDecision(case_id=case, trigger="assign_in_township", data=assign)],
    )  # fmt: skip
    held = world.queries.get("township_station", case)
    assert (held.state.responsible.people, held.state.successor.units) == (("party_group_leader",), (t.STATION,))
    world.fire("township_station", case, "sign_for")
    world.fire("township_station", case, "finish_in_township", measures="清沟", result="已疏通")
    with pytest.raises(KeptOut, match="never:handler"):
        world.fire("township_station", case, "record_callback", method="call", outcome="reached")
    world.fire("village_clerk", case, "record_callback", method="call", outcome="reached")
    with pytest.raises(ConditionRefused):
        world.fire("village_clerk", case, "strike_off", satisfaction="bad")
    world.fire("village_clerk", case, "strike_off", satisfaction="good")
    assert world.state(case) == "struck_off"
    rows = world.queries.history("auditor_county", case)
    assert [row.event.seq for row in rows] == list(range(1, len(rows) + 1))
    decided = next(row for row in rows if row.event.trigger == "assign_in_township")
    assert (decided.event.meeting, decided.event.agenda_no) == (meeting, 1)
    minutes = world.minutes.get("auditor_township", meeting)
    assert [(item.item.outcome, item.trigger) for item in minutes.items] == [("effective", "assign_in_township")]
    assert verify(world.office.store, world.office.rulebook).flaws == ()


def test_a_sibling_village_and_another_township_see_nothing(world):
    case = world.open()
    for person in ("village_clerk_2", "township_secretary_other", "pianzhang_2"):
        with pytest.raises(NotFound):
            world.queries.get(person, case)
        assert world.queries.page(person, CaseFilter()).cases == ()
    for person in ("linzhang", "zuzhang", "village_clerk", "township_leader", "auditor_county", "council_member"):
        assert [view.identity.id for view in world.queries.page(person, CaseFilter()).cases] == [case]
