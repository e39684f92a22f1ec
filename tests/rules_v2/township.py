"""A small township to try the rules of version 2 on: one person per role, where his post sits, and `Case`, which also
knows other cases.

The file under test is `workflows/issue-escalation/v2.yaml`, or the one that MINQING_TEST_RULES_FILE names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.rules.attempt import Actor, Attempt, Command, InMeeting, OtherCase
from engine.rules.decide import Request, make_attempt
from engine.rules.machine import Compiled
from engine.rules.reading import may_read, reads_whole
from tests.rules.case import Bench, rules_under_test
from tests.rules.case import Case as CaseOnBench
from tests.rules.people import everybody, holding, longest_in_post
from tests.rules.places import (
    COUNTY,
    GROUP,
    NEIGHBOURHOOD,
    OTHER_STATION,
    OTHER_VILLAGE,
    STATION,
    TOWNSHIP,
    VILLAGE,
    WUCHANG,
)

#: The eighteen roles and where their posts sit: a unit, or a body (by name) that covers the wuchang.
SEATS = {
    "linzhang": (NEIGHBOURHOOD.code, NEIGHBOURHOOD),
    "zuzhang": (GROUP.code, GROUP),
    "pianzhang": (WUCHANG.code, WUCHANG),
    "party_group_leader": ("party-group-1", WUCHANG),
    "council_member": ("council-1", WUCHANG),
    "village_clerk": (VILLAGE.code, VILLAGE),
    "village_cadre": (VILLAGE.code, VILLAGE),
    "village_secretary": (VILLAGE.code, VILLAGE),
    "stationed_cadre": (VILLAGE.code, VILLAGE),
    "township_party_office": (TOWNSHIP.code, TOWNSHIP),
    "township_duty": (TOWNSHIP.code, TOWNSHIP),
    "township_station": (STATION.code, STATION),
    "township_leader": (TOWNSHIP.code, TOWNSHIP),
    "township_secretary": (TOWNSHIP.code, TOWNSHIP),
    "township_discipline": (TOWNSHIP.code, TOWNSHIP),
    "petition_clerk": (TOWNSHIP.code, TOWNSHIP),
    "auditor_township": (TOWNSHIP.code, TOWNSHIP),
    "auditor_county": (COUNTY.code, COUNTY),
}
ROLES = tuple(SEATS)
VILLAGE_HALL = ("village_clerk", "village_cadre", "village_secretary")

#: `far_clerk` is of another village, `other_station` has no part in the case.
PEOPLE = everybody(SEATS) | {
    "other_station": holding("other_station", "township_station", OTHER_STATION.code, OTHER_STATION),
    "far_clerk": holding("far_clerk", "village_clerk", OTHER_VILLAGE.code, OTHER_VILLAGE),
}

GATES = {"village_queued": "village_weekly", "township_queued": "township_monthly"}
SPECIAL = {"village_queued": "village_special", "township_queued": "township_special"}
DECISIONS = (
    "assign_in_village",
    "return_to_wuchang",
    "refer_to_township",
    "carry_over",
    "assign_in_township",
    "return_to_village",
    "put_on_account",
)

THIS = "430482109-1"
PRIMARY = "430482109-2"
#: An upload that may be attached to the case.
UPLOADS = {"upload-1": {"id": "upload-1"}}
OPEN = OtherCase(open=True, follows=None, veils=frozenset())


def rules() -> Compiled:
    return rules_under_test("workflows/issue-escalation/v2.yaml")


@dataclass
class Case(CaseOnBench):
    """`cases`: the others that an act may name; `followed`: some case follows this one."""

    bench = Bench(
        rules=rules,
        people=PEOPLE,
        holders=longest_in_post(SEATS),
        gates=GATES,
        decisions=frozenset(DECISIONS),
        unit=NEIGHBOURHOOD,
        known=frozenset({("case", PRIMARY), ("case", THIS)}),
    )
    cases: dict[str, OtherCase] = field(default_factory=lambda: {PRIMARY: OPEN, THIS: OPEN})
    followed: bool = False

    def copy(self) -> Case:
        return replace(self, events=[*self.events], kin={**self.kin}, cases={**self.cases})

    def attempt(self, who: str, trigger: str = "note", **given: object) -> Attempt:
        """An attempt whose values count as read already."""
        request = self._request(who, Command(trigger=trigger), None)
        row = rules().workflow.row(trigger, self.at)
        return replace(make_attempt(rules(), request, row), given=given)

    def is_read_by(self, who: str) -> bool:
        return may_read(self.attempt(who))

    def is_read_whole_by(self, who: str) -> bool:
        return reads_whole(self.attempt(who))

    @property
    def readers(self) -> set[str]:
        """The roles whose one post lets read."""
        return {role for role in ROLES if self.is_read_by(role)}

    def value(self, name: str) -> object:
        assert self.state is not None
        return self.state.values.get(name)

    def _request(self, who: str | Actor, command: Command, meeting: InMeeting | None) -> Request:
        request = super()._request(who, command, meeting)
        world = replace(request.world, cases=self.cases, followed=self.followed, files=UPLOADS)
        return replace(request, world=world)
