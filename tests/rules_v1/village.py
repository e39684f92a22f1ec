"""A small township to try the rules of version 1 on: one person per role, where his post sits, and `Case`.

The file under test is `workflows/issue-escalation/v1.yaml`, or the one that MINQING_TEST_RULES_FILE names.
"""

from __future__ import annotations

from engine.rules.machine import Compiled
from tests.rules.case import TODAY, Answer, Bench, code_of, happened, kind_of, rules_under_test
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

__all__ = ["DECISIONS", "GATES", "PEOPLE", "ROLES", "SEATS", "STATION", "TODAY", "Answer", "Case", "code_of",
           "happened", "kind_of", "rules"]  # fmt: skip

#: The fourteen roles and where their posts sit: a unit, or a body (by name) that covers the wuchang.
SEATS = {
    "linzhang": (NEIGHBOURHOOD.code, NEIGHBOURHOOD),
    "zuzhang": (GROUP.code, GROUP),
    "pianzhang": (WUCHANG.code, WUCHANG),
    "party_group_leader": ("party-group-1", WUCHANG),
    "council_member": ("council-1", WUCHANG),
    "village_clerk": (VILLAGE.code, VILLAGE),
    "village_cadre": (VILLAGE.code, VILLAGE),
    "village_secretary": (VILLAGE.code, VILLAGE),
    "township_party_office": (TOWNSHIP.code, TOWNSHIP),
    "township_station": (STATION.code, STATION),
    "township_leader": (TOWNSHIP.code, TOWNSHIP),
    "township_secretary": (TOWNSHIP.code, TOWNSHIP),
    "auditor_township": (TOWNSHIP.code, TOWNSHIP),
    "auditor_county": (COUNTY.code, COUNTY),
}
ROLES = tuple(SEATS)

#: `far_clerk` is of another village, `other_station` has no part in the case.
PEOPLE = everybody(SEATS) | {
    "other_station": holding("other_station", "township_station", OTHER_STATION.code, OTHER_STATION),
    "far_clerk": holding("far_clerk", "village_clerk", OTHER_VILLAGE.code, OTHER_VILLAGE),
}

GATES = {"village_queued": "village_weekly", "township_queued": "township_monthly"}
DECISIONS = (
    "assign_in_village",
    "return_to_wuchang",
    "refer_to_township",
    "carry_over",
    "assign_in_township",
    "return_to_village",
)


def rules() -> Compiled:
    return rules_under_test("workflows/issue-escalation/v1.yaml")


class Case(CaseOnBench):
    bench = Bench(
        rules=rules,
        people=PEOPLE,
        holders=longest_in_post(SEATS),
        gates=GATES,
        decisions=frozenset(DECISIONS),
        unit=NEIGHBOURHOOD,
    )
