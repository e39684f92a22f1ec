"""Who is responsible after each act, who is a handler from then on, and whom the rows tell and page."""

from __future__ import annotations

import pytest

from tests.rules.case import happened
from tests.rules.places import STATION
from tests.rules_v2.table import FINISHING, TABLE
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    REPORT,
    reported,
    township_handling,
    unsigned,
)

# --- who is responsible ---


def test_t01_the_party_group_leader_longest_in_post_is_the_first_receiver():
    assert reported().responsible == ("party_group_leader_2",)
    alone = Case(holders={"zuzhang": ("zuzhang",)})
    assert happened(alone.fire("linzhang", "report", **REPORT))
    assert alone.responsible == ()


@pytest.mark.parametrize("who", ["zuzhang", "pianzhang", "party_group_leader"])
def test_t02_who_accepts_becomes_responsible(who):
    case = reported()
    assert happened(case.fire(who, "accept"))

    assert case.responsible == (who,)


#: What changes who is responsible, at once or by signing; every other row leaves it as it is.
NAMING = {
    "accept": ("zuzhang",),
    "assign_in_village": ("village_cadre_2",),
    "recuse": ("council_member_2",),
    "report": ("party_group_leader_2",),
    ("raise_alarm", "start"): ("village_secretary_2",),
    ("sign_for", "wuchang_handling"): ("council_member",),
    ("sign_for", "village_handling"): ("council_member",),
    ("sign_for", "township_handling"): ("township_leader_2", STATION.code),
}


@pytest.mark.parametrize("line", TABLE.lines, ids=lambda line: f"{line.trigger}-{line.source}")
def test_who_is_responsible_after_each_act_and_who_is_a_handler(line):
    case = TABLE.before(line)
    former, handlers = (case.responsible, case.handlers) if case.state else ((), set())
    who = TABLE.actor(line)
    assert happened(case.act(who, line.trigger, **TABLE.given(line)))

    named = NAMING.get(line.act) or NAMING.get(line.trigger, former)
    handles = {who} if line.trigger in (*FINISHING, "record_measure") else set()
    assert case.responsible == named
    assert case.handlers == handlers | set(named) | handles


def test_t15_the_former_stays_responsible_until_the_lead_unit_or_leader_signs():
    assert (unsigned().responsible, unsigned().successor) == (("zuzhang_2",), ("township_leader_2", STATION.code))
    assert township_handling().responsible == ("township_leader_2", STATION.code)


@pytest.mark.parametrize("trigger", [*FINISHING, "record_measure"])
def test_of_what_is_done_for_somebody_he_is_a_handler_and_who_typed_a_finish_too(trigger):
    line = next(line for line in TABLE.lines if line.trigger == trigger)
    case, who = TABLE.before(line), TABLE.actor(line)
    before = case.handlers
    assert happened(case.fire(who, trigger, on_behalf_of="council_member", **TABLE.given(line)))

    assert case.handlers == before | {"council_member"} | ({who} if trigger in FINISHING else set())


# --- whom the rows tell and page ---

TELLS = {
    "report": "responsible",
    "accept": "reporter_side",
    "ask_for_more": "reporter_side",
    "supply_more": "responsible",
    "refer_to_village": "village_clerk",
    "raise_to_village": "responsible village_clerk village_secretary",
    "assign_in_village": "responsible reporter_side",
    "return_to_wuchang": "party_group_leader responsible",
    "refer_to_township": "township_party_office reporter_side",
    "raise_to_township": "responsible village_secretary township_party_office",
    "join_villages": "township_party_office",
    "assign_in_township": "successor village_secretary",
    "return_to_village": "village_secretary responsible",
    "refer_to_county": "reporter_side township_party_office",
    "put_on_account": "reporter_side",
    "resume": "responsible",
    "merge": "reporter_side",
    "split": "reporter_side",
    "strike_off": "reporter_side responsible",
    "redo": "responsible reporter_side",
    "reopen": "responsible reporter_side",
    "decline": "reporter_side",
    "control_danger": "responsible reporter_side",
    "recuse": "responsible",
    "transfer": "successor",
    "extend": "responsible reporter_side",
    ("extend", "county_tracking"): "",
    "supervise": "responsible",
    "urge": "responsible",
}


def test_whom_each_row_tells_and_that_a_sealed_case_tells_nobody(rules):
    for line in TABLE.lines:
        row = rules.workflow.row(line.trigger, line.source)
        expected = TELLS.get(line.act, TELLS.get(line.trigger, ""))
        assert set(row.tells) == set(expected.split()), line.act


def test_only_an_alarm_pages(rules):
    pages = {line.trigger: rules.workflow.row(line.trigger, line.source).pages for line in TABLE.lines}

    assert {trigger for trigger, people in pages.items() if people} == {"raise_alarm"}
