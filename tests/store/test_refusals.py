"""What was refused stays on record: who, through which post, where, which trigger, why, when; and who may read it."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest

from engine.cases.service import Caller
from engine.meetings.service import Attendance, NewDecision, NewMeeting
from engine.people.importing.posts import post_id
from engine.rules.attempt import Command
from engine.rules.refusals import Conflict, FieldsRefused, Forbidden, NotFound, Stale
from engine.store.db import Store
from engine.store.tables import refusals
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import World, refusal, rules

ABSENT = f"{t.TOWNSHIP}-01ARZ3NDEKTSV4RRFFQ69G5FAV"
FOUNDED = date(2025, 1, 1)  # since when the posts of the township are held


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def seen_by(world: World, person: str, **asked: object) -> list[tuple[str, str]]:
    """(trigger, code) of the refused acts that somebody may read, the newest first."""
    return [(view.denial.trigger, view.denial.code) for view in world.audit.refusals(person, **asked)[0]]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_refused_act_is_kept_with_person_post_case_trigger_code_line_and_time(world: World):
    case = world.open()
    world.wait(hours=1)
    refused = refusal(lambda: world.fire("zuzhang", case, "decline"))

    (row,) = world.rows(refusals)
    assert (row.home, row.at, row.person) == (t.TOWNSHIP, world.clock.at, "zuzhang")
    assert row.post == post_id("zuzhang", "zuzhang", t.GROUP, None, FOUNDED)
    assert (row.unit, row.case_id, row.meeting_id) == (t.NEIGHBOURHOOD, case, None)
    assert (row.trigger, row.code, row.ref, row.line) == ("decline", "role", "T25", refused.refused_by.line)
    assert (row.workflow, row.workflow_version) == ("issue-escalation", 1)
    assert row.id.startswith(f"{t.TOWNSHIP}-")


def test_somebody_without_a_post_is_kept_without_one(world: World):
    case = world.open()
    refusal(lambda: world.fire("lishen", case, "note", text="是我家的事"))

    assert [(row.person, row.post, row.code) for row in world.rows(refusals)] == [("lishen", None, "case_not_found")]


def test_somebody_out_of_reach_is_kept_with_the_post_he_has(world: World):
    case = world.open()
    refusal(lambda: world.fire("village_clerk_2", case, "note", text="听说的"))

    post = post_id("village_clerk_2", "village_clerk", t.SIBLING, None, FOUNDED)
    assert [(row.unit, row.post) for row in world.rows(refusals)] == [(t.NEIGHBOURHOOD, post)]


def test_of_several_posts_the_one_that_reaches_the_case_is_kept(world: World):
    case = world.open()
    world.newcomer("both")
    world.posts("both", "village_clerk", t.SIBLING, "2025-01-01")
    world.posts("both", "council_member", t.WUCHANG, "2025-01-01")

    refusal(lambda: world.fire("both", case, "accept"))

    assert [row.post for row in world.rows(refusals)] == [post_id("both", "council_member", t.WUCHANG, None, FOUNDED)]


def test_a_refused_opening_is_kept_at_its_unit(world: World):
    refusal(lambda: world.open(gist="短"))
    refusal(lambda: world.opened("zuzhang", t.GROUP, "accept", {}))

    kept = {(row.home, row.unit, row.case_id, row.trigger, row.code) for row in world.rows(refusals)}
    assert kept == {
        (t.TOWNSHIP, t.NEIGHBOURHOOD, None, "report", "fields"),
        (t.TOWNSHIP, t.GROUP, None, "accept", "state"),
    }


def test_a_refused_opening_without_a_trigger_is_kept_under_the_one_that_was_judged(world: World):
    refusal(lambda: world.opened("linzhang", t.NEIGHBOURHOOD, "", REPORT | {"gist": "短"}))

    assert [row.trigger for row in world.rows(refusals)] == ["report"]


def test_an_opening_out_of_reach_is_kept_in_the_home_of_the_unit(world: World):
    refusal(lambda: world.open("linzhang", t.OTHER_WUCHANG))
    refusal(lambda: world.open("linzhang", t.COUNTY))

    assert [(row.home, row.unit) for row in world.rows(refusals)] == [
        (t.COUNTY, t.COUNTY),
        (t.OTHER_TOWNSHIP, t.OTHER_WUCHANG),
    ]


def test_a_stale_version_was_never_judged_and_is_no_refused_act(world: World):
    case = world.open()

    assert isinstance(refusal(lambda: world.sent(Caller(person="zuzhang"), case, Command(trigger="accept"), 7)), Stale)
    assert world.rows(refusals) == []


def test_what_was_tried_on_nothing_known_is_logged_and_not_stored(world: World, caplog: pytest.LogCaptureFixture):
    note = Command(trigger="note")
    with caplog.at_level(logging.WARNING, "minqing.refusals"):
        assert isinstance(refusal(lambda: world.sent(Caller(person="zuzhang"), ABSENT, note, 1)), NotFound)
        assert isinstance(refusal(lambda: world.open("zuzhang", "nowhere")), FieldsRefused)
        assert isinstance(refusal(lambda: world.meetings.open("zuzhang", ABSENT, 1)), NotFound)

    assert world.rows(refusals) == []
    assert [record.getMessage() for record in caplog.records] == [
        "note by zuzhang on nothing known: case_not_found",
        "report by zuzhang on nothing known: fields",
        "meeting.open by zuzhang on nothing known: meeting_not_found",
    ]


def test_the_log_holds_nothing_that_was_written(world: World, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        refusal(lambda: world.open("zuzhang", "nowhere", gist="张小明家的电话是13812341234"))
        refusal(lambda: world.open("zuzhang", gist="张小明家的电话是13812341234", mood="坏"))

    assert "张小明" not in caplog.text
    assert "13812341234" not in caplog.text


def test_a_trigger_too_long_for_the_record_is_cut(world: World):
    case = world.open()
    refusal(lambda: world.fire("zuzhang", case, "x" * 500))

    assert [row.trigger for row in world.rows(refusals)] == ["x" * 80]


def test_what_one_may_not_read_is_no_refused_act(world: World):
    case = world.open()
    for read in (world.queries.get, world.queries.history, world.queries.triggers):
        assert isinstance(refusal(lambda read=read: read("village_clerk_2", case)), NotFound)

    assert world.rows(refusals) == []


# --- on meetings -----------------------------------------------------------------------------------------------------


def test_a_refused_act_on_a_meeting_is_kept_under_the_meetings_unit(world: World):
    meeting = world.plan("village_secretary", "village_weekly")
    assert isinstance(refusal(lambda: world.meetings.open("village_clerk", meeting, 1)), Forbidden)
    assert isinstance(refusal(lambda: world.meetings.attend("village_clerk", meeting, 1, Attendance())), Conflict)

    post = post_id("village_clerk", "village_clerk", t.VILLAGE, None, FOUNDED)
    assert {(r.home, r.unit, r.meeting_id, r.case_id, r.person, r.post, r.trigger, r.code)
            for r in world.rows(refusals)} == {
        (t.TOWNSHIP, t.VILLAGE, meeting, None, "village_clerk", post, "meeting.open", "not_chair"),
        (t.TOWNSHIP, t.VILLAGE, meeting, None, "village_clerk", post, "meeting.attendance", "meeting_status"),
    }  # fmt: skip


def test_an_act_on_a_meeting_out_of_reach_is_kept_there_too(world: World):
    meeting = world.plan("village_secretary", "village_weekly")

    outsiders = ("village_clerk_2", "township_secretary_other", "lishen")
    for person in outsiders:
        refused = refusal(lambda person=person: world.meetings.cancel(person, meeting, 1, "不开了"))
        assert isinstance(refused, NotFound)
    assert {(row.unit, row.person, row.code) for row in world.rows(refusals)} == {
        (t.VILLAGE, person, "meeting_not_found") for person in outsiders
    }


def test_a_stale_version_of_a_meeting_is_no_refused_act(world: World):
    meeting = world.plan("village_secretary", "village_weekly")

    assert isinstance(refusal(lambda: world.meetings.open("village_secretary", meeting, 2)), Stale)
    assert world.rows(refusals) == []


def test_a_meeting_that_was_not_set_is_kept_at_the_unit_it_was_wanted_for(world: World):
    wanted = NewMeeting(meeting="village_weekly", unit=t.VILLAGE, at=world.clock.at)
    refusal(lambda: world.meetings.create("linzhang", wanted))

    assert [(row.unit, row.trigger, row.code, row.meeting_id) for row in world.rows(refusals)] == [
        (t.VILLAGE, "meeting.create", "not_a_member", None)
    ]


def test_a_refused_decision_is_kept_with_its_case_and_its_meeting(world: World):
    case = world.bring("village_queued")
    meeting = world.gather("village_secretary", "village_weekly")
    decision = NewDecision(case_id=case, trigger="refer_to_township", data={"reason_code": "other"})

    refusal(lambda: world.decide("village_secretary", meeting, decision))

    assert [(row.person, row.case_id, row.meeting_id, row.trigger, row.code) for row in world.rows(refusals)] == [
        ("village_secretary", case, meeting, "refer_to_township", "fields")
    ]


def test_a_list_of_decisions_that_cannot_be_read_is_kept_under_the_meeting(world: World):
    case = world.open()
    meeting = world.gather("village_secretary", "village_weekly")

    refusal(lambda: world.decide("village_secretary", meeting, NewDecision(case_id=case, trigger="carry_over")))

    assert [(row.case_id, row.unit, row.trigger, row.code) for row in world.rows(refusals)] == [
        (None, t.VILLAGE, "meeting.decide", "fields")
    ]


# --- who reads it ----------------------------------------------------------------------------------------------------


def test_everybody_reads_his_own_and_auditors_those_of_their_units(world: World):
    here, there = world.open(), world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
    refusal(lambda: world.fire("zuzhang", here, "decline"))
    world.wait(minutes=1)
    refusal(lambda: world.fire("pianzhang", here, "sign_for"))
    world.wait(minutes=1)
    refusal(lambda: world.fire("zuzhang_other", there, "void"))

    assert seen_by(world, "zuzhang") == [("decline", "role")]
    assert seen_by(world, "auditor_township") == [("sign_for", "state"), ("decline", "role")]
    assert seen_by(world, "auditor_township_other") == [("void", "role")]
    assert seen_by(world, "auditor_county") == [("void", "role"), ("sign_for", "state"), ("decline", "role")]
    for person in ("village_secretary", "township_secretary", "lishen", "linzhang"):
        assert seen_by(world, person) == []


def test_the_view_names_who_and_where(world: World):
    refusal(lambda: world.open("zuzhang", t.GROUP, gist="短"))

    (view,) = world.audit.refusals("auditor_county")[0]
    assert (view.names["zuzhang"], view.names[t.GROUP]) == ("高组长", "高子树组")


def test_ones_own_list_does_not_betray_what_exists(world: World):
    case = world.open()
    meeting = world.plan("village_secretary", "village_weekly")
    refusal(lambda: world.fire("village_clerk_2", case, "note", text="听说的"))
    refusal(lambda: world.meetings.open("village_clerk_2", meeting, 1))
    refusal(lambda: world.open("village_clerk_2", t.OTHER_WUCHANG))

    assert seen_by(world, "village_clerk_2") == []
    assert sorted(seen_by(world, "auditor_county")) == [
        ("meeting.open", "meeting_not_found"),
        ("note", "case_not_found"),
        ("report", "fields"),
    ]


def test_the_list_may_be_narrowed_to_one_case(world: World):
    first, second = world.open(), world.open()
    refusal(lambda: world.fire("zuzhang", first, "decline"))
    refusal(lambda: world.fire("zuzhang", second, "sign_for"))

    assert seen_by(world, "auditor_township", case_id=first) == [("decline", "role")]
    assert seen_by(world, "zuzhang", case_id=second) == [("sign_for", "state")]
    assert seen_by(world, "zuzhang", case_id=ABSENT) == []


def test_pages_show_each_refused_act_once_though_more_come_between(world: World):
    case = world.open()
    for turn in range(7):
        refusal(lambda: world.fire("zuzhang", case, "sign_for"))
        world.wait(minutes=turn % 3)  # several in one moment
    for size in (1, 2, 3):
        wanted = sorted(((row.at, row.id) for row in world.rows(refusals)), reverse=True)
        found, after = [], None
        while True:
            views, after = world.audit.refusals("zuzhang", after=after, limit=size)
            found += [(view.denial.at, view.denial.id) for view in views]
            world.wait(seconds=1)
            refusal(lambda: world.fire("zuzhang", case, "sign_for"))  # newer than the page: it shifts nothing
            if after is None:
                break
        assert found == wanted


def test_the_time_on_record_is_that_of_the_rules(world: World):
    world.clock.at += timedelta(days=200)
    refusal(lambda: world.open(gist="短"))

    assert [row.at for row in world.rows(refusals)] == [world.clock.at]


def test_under_other_rules_their_name_is_on_record(store: Store):
    world = World(store, rules(
        states="new: {T, level: wuchang, handling: true}\ndone: {T, final: true}",
        fields="text: {T, type: text}",
        transitions="- {trigger: begin, T, from: start, to: new, by: zuzhang, needs: text}\n"
        "- {trigger: finish, T, from: new, to: done, by: zuzhang}",
    ))  # fmt: skip
    refusal(lambda: world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small"))

    assert [(row.workflow, row.workflow_version, row.ref) for row in world.rows(refusals)] == [("small", 1, None)]
