"""Cases on both databases: one climbs from the hamlet cluster to the township and is struck off."""

from __future__ import annotations

import pytest

from engine.audit.verify import verify
from engine.cases.narrowing import CaseFilter
from engine.meetings.service import NewDecision
from engine.rules.refusals import ConditionRefused, KeptOut, NotFound, OnlyInMeeting
from engine.store.db import Store
from tests import township as t
from tests.store.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


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
    decision = NewDecision(case_id=case, trigger="refer_to_township", data=up)
    world.meet("village_secretary", "village_weekly", decision)
    assert world.state(case) == "township_queued"
    assign = {"lead_unit": t.STATION, "case_leader": "township_leader", "due": "2026-03-20"}
    decision = NewDecision(case_id=case, trigger="assign_in_township", data=assign)
    meeting = world.meet("township_secretary", "township_monthly", decision)
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
