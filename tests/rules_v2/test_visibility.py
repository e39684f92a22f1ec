"""Who reads a case: sealed ones, protected ones, those about a village cadre."""

from __future__ import annotations

import pytest

from tests.rules.case import code_of, happened
from tests.rules_v2.table import DATA
from tests.rules_v2.township import ROLES, VILLAGE_HALL, Case
from tests.rules_v2.ways import (
    LEAD,
    OPEN_STATES,
    RECUSAL,
    REPORT,
    WAYS,
    reported,
    unsigned,
    village_handling,
)

ALL = set(ROLES) - {"township_station"}  # a station reads where it has, or is to have, the case
PROTECTED = {"village_secretary", "township_party_office", "township_duty", "township_leader", "township_secretary"}


def corrected(case: Case, **data: object) -> Case:
    assert happened(case.fire("township_party_office", "correct", reason="登记有误", **data))
    return case


@pytest.mark.parametrize("state", [state for state in WAYS if state not in ("start", "sealed")])
def test_an_ordinary_case_is_read_by_every_post_that_reaches_it(state):
    case = WAYS[state]()

    stations = {"township_station"} if state in ("township_handling", "county_tracking") else set()
    assert case.readers == ALL | stations


# --- sealed ---


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_sealed_case_is_read_by_discipline_inspection_alone(state):
    case = WAYS[state]()
    assert happened(case.fire("township_discipline", "seal", seal_code="discipline"))

    assert case.readers == {"township_discipline"}
    for who in ("linzhang_2", "zuzhang_2", "village_cadre_2", "township_leader_2", "township_station_2", "reporter"):
        assert not case.is_read_by(who)
        assert code_of(case.ask(who, "note", text="在吗")) == "case_not_found"


def test_sealed_at_the_opening_even_who_opened_it_reads_it_no_more():
    case = Case()
    assert happened(case.fire("linzhang", "seal", **DATA["seal"], about="village_secretary", gist="反映村书记的事"))

    assert (case.at, case.level, case.readers) == ("sealed", "wuchang", {"township_discipline"})
    assert not case.is_read_by("linzhang")


# --- protected ---


@pytest.mark.parametrize("protected", ["minor", "violence"])
@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_protected_case_is_read_by_few(state, protected):
    case = corrected(WAYS[state](), protected=protected)

    stations = {"township_station"} if state in ("township_handling", "county_tracking") else set()
    assert case.readers == PROTECTED | stations
    assert case.is_read_by("linzhang_2")  # who opened it
    assert not case.is_read_by("linzhang")


@pytest.mark.parametrize("state", OPEN_STATES)
def test_who_is_responsible_for_a_protected_case_reads_it_whatever_his_post(state):
    case = corrected(WAYS[state](), protected="minor")

    for person in case.state.responsible.people:
        assert case.is_read_by(person)


def test_whom_a_protected_case_is_handed_to_reads_it_before_he_signs():
    case = corrected(unsigned(), protected="violence")

    assert case.successor == (LEAD["case_leader"], LEAD["lead_unit"])
    assert case.readers == PROTECTED | {"township_station"}
    case = corrected(village_handling(), protected="violence")
    assert happened(case.fire("village_secretary", "transfer", **DATA["transfer"]))
    assert case.is_read_by("council_member")
    assert not case.is_read_by("council_member_2")


def test_what_is_not_protected_any_more_is_read_as_before():
    case = corrected(corrected(reported(), protected="minor"), protected="none")

    assert case.readers == ALL


def test_a_protected_case_is_found_by_nobody_else():
    case = reported(protected="minor")

    for who in ("zuzhang", "village_clerk", "township_discipline", "petition_clerk", "auditor_township"):
        assert code_of(case.ask(who, "note", text="在吗")) == "case_not_found"


# --- about a village cadre ---


@pytest.mark.parametrize("about", VILLAGE_HALL)
def test_a_case_about_a_village_cadre_is_unseen_by_the_village_hall(about):
    case = reported(about=about)

    assert case.readers == ALL - set(VILLAGE_HALL)
    for who in VILLAGE_HALL:
        assert not case.is_read_by(f"{who}_2")
        assert code_of(case.ask(who, "note", text="在吗")) == "case_not_found"


@pytest.mark.parametrize("about", ["villager", "zuzhang", "stationed_cadre", "far_clerk", {"name": "王主任"}])
def test_a_case_about_anybody_else_is_seen_by_the_village_hall(about):
    case = reported(about=about)

    assert case.readers >= set(VILLAGE_HALL)
    assert about not in ("zuzhang", "stationed_cadre") or about not in case.readers


def test_a_clerk_who_reports_about_a_village_cadre_does_not_read_it_after():
    case = Case()
    assert happened(case.fire("village_clerk", "report", **REPORT, about="village_secretary"))

    assert not case.is_read_by("village_clerk")


def test_who_is_recused_while_a_case_runs_reads_what_was_written_before():
    case = reported()
    assert happened(case.fire("township_leader", "recuse", **{**RECUSAL, "recused_person": "zuzhang"}))

    assert case.is_read_by("zuzhang")
    assert not case.is_read_whole_by("zuzhang")


def test_both_rules_hold_together():
    case = reported(protected="minor", about="village_cadre", by="township_party_office")

    assert case.readers == PROTECTED - {"village_secretary"}
