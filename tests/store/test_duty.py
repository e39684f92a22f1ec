"""The duty roster: who may be on it, what is called off, which hours nobody has, and who may keep it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.duty.checking import uncovered
from engine.duty.importing import DutyImport, read_moment
from engine.duty.service import NewTurn
from engine.rules.refusals import FieldsRefused, Forbidden, NotFound
from engine.store.db import Store
from engine.store.tables import duty_turns
from tests import township as t
from tests.store.alarms import ZONE, Night, local

HEADER = "role,unit,person,from,until"


@pytest.fixture
def night(store: Store) -> Night:
    return Night(store)


@pytest.fixture
def here(sqlite_store: Store) -> Night:
    return Night(sqlite_store)


def turn(person: str = "duty_b", since: str = "03-07 08:00", until: str = "03-08 08:00", *, role: str = "township_duty",
         unit: str = t.TOWNSHIP) -> NewTurn:  # fmt: skip
    return NewTurn(role=role, unit=unit, person=person, starts_at=local(since), ends_at=local(until))


def problems(night: Night, wanted: NewTurn) -> list[str]:
    with pytest.raises(FieldsRefused) as refused:
        night.duty.enter(None, wanted)
    return [f"{each.field}:{each.code}" for each in refused.value.problems]


def listed(night: Night, person: str | None = None, **wanted) -> list[tuple[str, str, str]]:
    views = night.duty.turns(person, **wanted)
    return [
        (view.turn.person, *(f"{each.astimezone(ZONE):%m-%d %H:%M}" for each in (view.turn.starts_at, view.turn.until)))
        for view in views
    ]


def gaps(night: Night, person: str | None = None) -> list[tuple[str, str, str]]:
    return [
        (gap.role, f"{gap.starts_at.astimezone(ZONE):%m-%d %H:%M}", f"{gap.ends_at.astimezone(ZONE):%m-%d %H:%M}")
        for gap in night.duty.gaps(person)
    ]


# --- who may be on it ------------------------------------------------------------------------------------------------


def test_a_turn_is_kept_with_who_entered_it_and_when(night: Night):
    kept = night.duty.enter("township_secretary", turn())

    (row,) = night.rows(duty_turns)
    assert (row.id, row.role, row.unit, row.person) == (kept.id, "township_duty", t.TOWNSHIP, "duty_b")
    assert (row.starts_at, row.ends_at) == (local("03-07 08:00"), local("03-08 08:00"))
    assert (row.entered_by, row.entered_at) == ("township_secretary", night.clock.at)
    assert listed(night) == [("duty_b", "03-07 08:00", "03-08 08:00")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (turn("village_secretary"), ["person:no_such_post"]),
        (turn(unit=t.VILLAGE), ["person:no_such_post"]),
        (turn("nobody"), ["person:unknown_person"]),
        (turn(unit="430482999"), ["unit:unknown_unit"]),
        (turn(role="beekeeper"), ["role:unknown_role"]),
        (turn(since="03-08 08:00"), ["until:ends_before_start"]),
        (turn(until="04-08 08:00"), ["until:turn_too_long"]),
        (turn(since="03-05 08:00", until="03-07 02:00"), ["until:turn_over"]),
        (turn("nobody", unit="430482999"), ["unit:unknown_unit", "person:unknown_person"]),
    ],
)
def test_what_cannot_be_entered_is_told(here: Night, wanted, expected):
    assert problems(here, wanted) == expected
    assert here.rows(duty_turns) == []


def test_the_post_must_be_held_from_the_first_hour_to_the_last(night: Night):
    night.newcomer("relief")
    night.posts("relief", "township_duty", t.TOWNSHIP, "2026-03-08", "2026-03-09")

    assert problems(night, turn("relief", "03-07 20:00", "03-08 08:00")) == ["person:no_such_post"]
    assert problems(night, turn("relief", "03-09 20:00", "03-10 08:00")) == ["person:no_such_post"]
    night.duty.enter(None, turn("relief", "03-08 00:00", "03-10 00:00"))
    night.posts("relief", "township_duty", t.TOWNSHIP, "2026-03-10")
    night.duty.enter(None, turn("relief", "03-10 00:00", "03-11 08:00"))


def test_nobody_is_on_the_same_duty_twice_but_two_may_share_it(night: Night):
    night.duty.enter(None, turn())

    assert problems(night, turn(since="03-07 20:00", until="03-08 20:00")) == ["from:overlaps"]
    night.duty.enter(None, turn("duty_c", "03-07 20:00", "03-08 20:00"))
    night.duty.enter(None, turn(since="03-08 08:00", until="03-09 08:00"))


# --- calling off -----------------------------------------------------------------------------------------------------


def test_a_turn_called_off_before_it_begins_never_counts_and_stays_on_record(night: Night):
    kept = night.duty.enter(None, turn())

    night.duty.call_off("township_secretary", kept.id)

    assert listed(night) == []
    (row,) = night.rows(duty_turns)
    assert (row.called_off_by, row.called_off_at, row.ends_at) == (
        "township_secretary", night.clock.at, local("03-08 08:00"),
    )  # fmt: skip
    night.duty.enter(None, turn())


def test_one_that_has_begun_counts_until_then(night: Night):
    kept = night.duty.enter(None, turn())
    night.clock.at = local("03-07 12:00")

    night.duty.call_off(None, kept.id)
    night.duty.enter(None, turn("duty_c", "03-07 12:00", "03-08 08:00"))

    assert listed(night, since=local("03-07 00:00")) == [
        ("duty_b", "03-07 08:00", "03-07 12:00"),
        ("duty_c", "03-07 12:00", "03-08 08:00"),
    ]


def test_what_is_over_or_called_off_or_out_of_reach_cannot_be_called_off(here: Night):
    kept = here.duty.enter(None, turn())
    for person in ("township_secretary_other", "lishen"):
        with pytest.raises(NotFound):
            here.duty.call_off(person, kept.id)
    here.clock.at = local("03-08 08:00")
    for ident in (kept.id, "0" * 26):
        with pytest.raises(NotFound):
            here.duty.call_off(None, ident)


# --- the hours that nobody has ---------------------------------------------------------------------------------------


def test_the_hours_of_the_coming_week_without_anybody_are_seen(night: Night):
    assert gaps(night) == []  # no roster at all: everybody is called, as ever
    night.duty.enter(None, turn(since="03-07 08:00", until="03-09 08:00"))
    night.duty.enter(None, turn("duty_c", "03-09 20:00", "03-13 08:00"))
    night.duty.enter(None, turn("duty_b", "03-13 06:00", "03-20 08:00"))

    assert gaps(night) == [
        ("township_duty", "03-07 02:00", "03-07 08:00"),
        ("township_duty", "03-09 08:00", "03-09 20:00"),
    ]
    assert gaps(night, "village_clerk") == gaps(night, "township_secretary") == gaps(night)
    assert gaps(night, "township_secretary_other") == gaps(night, "lishen") == []


def test_who_leaves_the_post_leaves_a_gap(night: Night):
    night.duty.enter(None, turn(until="03-20 08:00"))
    night.posts("duty_b", "township_duty", t.TOWNSHIP, "2025-01-01", "2026-03-10")

    assert gaps(night)[1:] == [("township_duty", "03-11 00:00", "03-14 02:00")]


def test_a_roster_that_ran_out_is_missed_for_a_month(here: Night):
    here.duty.enter(None, turn())
    here.clock.at = local("04-06 08:00")
    assert len(gaps(here)) == 1

    here.clock.at += timedelta(days=2)
    assert gaps(here) == []


def test_stretches_between_spans():
    hours = [local(f"03-07 {hour:02}:00") for hour in range(10)]

    assert uncovered(hours[0], hours[9], []) == [(hours[0], hours[9])]
    assert uncovered(hours[2], hours[5], [(hours[0], hours[9])]) == []
    assert uncovered(hours[2], hours[8], [(hours[6], hours[7]), (hours[0], hours[4]), (hours[3], hours[5])]) == [
        (hours[5], hours[6]), (hours[7], hours[8]),
    ]  # fmt: skip


# --- who may keep it -------------------------------------------------------------------------------------------------


def test_a_roster_is_kept_by_the_unit_itself_or_one_above(here: Night):
    village = {"role": "village_cadre", "unit": t.VILLAGE}
    here.duty.enter("village_clerk", turn("village_cadre1", **village))
    here.duty.enter("township_leader", turn("village_cadre2", **village))
    for person in ("zuzhang", "auditor_county", "auditor_township"):
        with pytest.raises((Forbidden, FieldsRefused)) as refused:
            here.duty.enter(person, turn("village_cadre3", **village))
        assert refused.value.code in ("not_over_unit", "fields")
    with pytest.raises(Forbidden):
        here.duty.enter("village_secretary", turn())
    with pytest.raises(FieldsRefused):
        here.duty.enter("village_secretary_2", turn("village_cadre3", **village))
    assert len(here.rows(duty_turns)) == 2


# --- from a file -----------------------------------------------------------------------------------------------------


def imported(night: Night, *rows: str, apply: bool = True):
    service = DutyImport(night.office)
    return (service.apply if apply else service.preview)("\n".join([HEADER, *rows]).encode())


def test_a_month_comes_from_a_file_and_again_without_harm(night: Night):
    rows = [
        f"township_duty,{t.TOWNSHIP},{person},2026-03-{day:02} 08:00,2026-03-{day + 1:02} 08:00"
        for day, person in zip(range(7, 28), ("duty_b", "duty_c", "township_duty") * 7, strict=True)
    ]
    assert (imported(night, *rows, apply=False).added, night.rows(duty_turns)) == (21, [])

    first, again = imported(night, *rows), imported(night, *rows)

    assert (first.added, first.written, again.added, again.unchanged) == (21, True, 0, 21)
    assert len(night.rows(duty_turns)) == 21
    assert listed(night)[0] == ("duty_b", "03-07 08:00", "03-08 08:00")


def test_a_file_with_a_fault_is_not_taken_and_each_fault_is_told(night: Night):
    outcome = imported(
        night,
        f"township_duty,{t.TOWNSHIP},duty_b,2026-03-07 08:00,2026-03-08 08:00",
        f"township_duty,{t.TOWNSHIP},duty_b,2026-03-07 20:00,2026-03-08 20:00",
        f"township_duty,{t.TOWNSHIP},village_clerk,2026-03-07 08:00,2026-03-08 08:00",
        f"township_duty,{t.TOWNSHIP},duty_c,3月7日,",
        f"beekeeper,{t.TOWNSHIP},duty_c,2026-03-08T08:00+08:00,2026-03-08 07:00",
    )

    assert [(each.row, each.column, each.code) for each in outcome.problems] == [
        (3, "from", "overlaps"),
        (4, "person", "no_such_post"),
        (5, "from", "bad_moment"),
        (5, "until", "missing"),
        (6, "role", "unknown_role"),
        (6, "until", "ends_before_start"),
    ]
    assert night.rows(duty_turns) == []


@pytest.mark.parametrize("text", ["", "2026-03-07", "2026-13-07 08:00", "08:00", "20260307T0800", "2026-03-07 25:00"])
def test_what_is_no_moment(text):
    assert read_moment(text, ZONE) is None


def test_a_moment_is_local_or_has_its_offset():
    assert read_moment("2026-03-07 08:00", ZONE) == read_moment("2026-03-07T00:00:00Z", ZONE) == local("03-07 08:00")
    assert date(2026, 3, 7) == local("03-07 08:00").date()
