"""The demo's posts suffice for a works project and a cooperative: its personas take one of each the whole main way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

import pytest

from api.demo.organisation import organisation
from api.demo.personas import personas
from api.demo.places import CHENQIAO, MIAOQIAN
from engine.cases.office import open_office
from engine.cases.queries import CaseQueries
from engine.cases.rules_folder import read_folder
from engine.cases.service import Caller, CaseService, OpenCase
from engine.meetings.attendance import Attendance
from engine.meetings.service import MeetingService, NewDecision, NewMeeting
from engine.people.imports import ImportService
from engine.people.setup import SetupService
from engine.rules.attempt import Command
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from tests import township as t
from tests.databases import fresh_store
from tests.rules.case import TODAY
from tests.rules_coop import coop
from tests.rules_works import project

START = datetime.fromisoformat(f"{TODAY}T10:00:00+08:00")


@cache
def rulebook() -> Rulebook:
    return Rulebook.of(read_folder(t.WORKFLOWS), drafts_open=True)


class Affair:
    """One case of a 屋场, each act by the persona of that role and ending."""

    def __init__(self, store: Store, workflow: str, village: str, end: str = "") -> None:
        self.workflow, self.village, self.end = workflow, village, end
        office = open_office(store, rulebook())
        self.cases, self.queries, self.meetings = CaseService(office), CaseQueries(office), MeetingService(office)
        self.people, self.case = personas(), ""

    def who(self, role: str) -> str:
        person = self.people[role + self.end]
        assert person is not None
        return person

    def state(self) -> str:
        return self.queries.get(self.who("auditor_township"), self.case).state.state

    def propose(self, role: str, **data: object) -> None:
        command = Command(trigger="propose", data=data)
        wanted = OpenCase(unit=f"{self.village}w01", workflow=self.workflow, command=command)
        self.case = self.cases.open(Caller(person=self.who(role)), wanted).identity.id

    def fire(self, person: str, trigger: str, **data: object) -> None:
        version = self.queries.get(person, self.case).state.version
        self.cases.fire(Caller(person=person), self.case, Command(trigger=trigger, data=data), version)

    def decide(self, kind: str, unit: str, roles: tuple[str, ...], trigger: str, **data: object) -> None:
        """In a meeting at which all sit who hold the roles; the first one's persona chairs it."""
        chair = self.who(roles[0])
        present = (chair, *sorted(person for role in roles for person in seated(role, unit) if person != chair))
        meeting = self.meetings.create(chair, NewMeeting(meeting=kind, unit=unit, at=START, workflow=self.workflow))
        self.meetings.open(chair, meeting, 1)
        self.meetings.attend(chair, meeting, 2, Attendance(present=present, on_leave=(), recorder=present[1]))
        self.meetings.decide(chair, meeting, 3, [NewDecision(case_id=self.case, trigger=trigger, data=data)])
        self.meetings.close(chair, meeting, 4)


def rows(kind: str) -> list[list[str]]:
    return [line.split(",") for line in organisation()[kind].decode().splitlines()[1:]]


def seated(role: str, unit: str) -> list[str]:
    """Who holds the role at the unit, or at a body that covers it."""
    covers = {code: units for code, _, _, units in rows("bodies")}
    return [row[0] for row in rows("posts") if row[1] == role and unit in (row[2], *covers.get(row[3], "").split())]


@pytest.fixture(scope="module")
def settled() -> Iterator[Store]:
    with fresh_store("sqlite") as store:
        imports = ImportService(store)
        for kind, data in organisation().items():
            assert imports.apply(kind, data).problems == ()
        SetupService(store).hold_clock(START)
        yield store


def test_a_works_project_goes_from_the_idea_to_its_end(settled: Store):
    affair = Affair(settled, "works-project/1", CHENQIAO)
    homes = [code for code, unit, *_ in rows("households") if unit.startswith(f"{CHENQIAO}w01")]
    reps = seated("household_rep", f"{CHENQIAO}w01")
    giver, builder = reps[-1], affair.who("linzhang")
    affair.propose("household_rep", **project.IDEA)
    affair.fire(affair.who("council_head"), "put_to_vote", **project.PLAN | {"households": homes})
    affair.decide("cluster_meeting", f"{CHENQIAO}w01", ("council_head", "household_rep"), "record_vote", **project.VOTE)
    affair.decide("village_meeting", CHENQIAO, ("village_secretary", "village_clerk"), "approve")
    affair.fire(affair.who("treasurer"), "record_income", **project.INCOME | {"giver": giver})
    affair.fire(affair.who("council_head"), "start_building", **project.START | {"builder": builder})
    affair.fire(builder, "finish_building", **project.DONE)
    affair.fire(affair.who("village_supervision"), "check_books", **project.IN_ORDER)
    affair.fire(affair.who("household_rep"), "accept_works", **project.GOOD_WORK)
    SetupService(settled).hold_clock(START + timedelta(days=8))
    affair.fire(affair.who("village_clerk"), "complete")

    assert affair.state() == "completed"


@pytest.mark.parametrize(("village", "end"), [(CHENQIAO, ""), (MIAOQIAN, "_other")])
def test_a_cooperative_goes_from_the_first_talk_to_its_first_dividend(settled: Store, village: str, end: str):
    affair = Affair(settled, "cooperative/1", village, end)
    at = f"{village}w01"
    members, meeting = seated("linzhang", f"{at}g1n1") + seated("members_rep", at), ("council_head", "members_rep")
    affair.propose("members_rep", **coop.IDEA)
    for member in members[:5]:
        affair.fire(affair.who("council_head"), "admit_member", **coop.MEMBER | {"member": member})
    affair.fire(affair.who("council_head"), "call_founding", **coop.FIVE)
    affair.decide("members_meeting", at, meeting, "found", **coop.VOTE)
    affair.fire(affair.who("village_secretary"), "check_papers", **coop.PAPERS)
    affair.fire(affair.who("village_clerk"), "register", **coop.LICENCE)
    affair.fire(affair.who("treasurer"), "record_income", **coop.INCOME)
    affair.fire(affair.who("council_head"), "close_year", **coop.YEAR)
    affair.fire(affair.who("village_supervision"), "check_accounts", **coop.IN_ORDER)
    affair.decide("members_meeting", at, meeting, "decide_dividend", **coop.DIVIDEND)
    affair.fire(affair.who("treasurer"), "pay_dividend", **coop.PAID | {"member": members[0]})
    affair.fire(affair.who("members_rep"), "confirm_payment", **coop.CONFIRMED)

    assert affair.state() == "operating"
