"""Ways by which somebody could learn of what is kept from him, or undo what he must keep out of; each was open once."""

from __future__ import annotations

import pytest

from engine.cases.clock_queries import ClockQueries
from engine.cases.revealing import Asked, RevealService
from engine.meetings.service import Attendance, NewDecision
from engine.rules.refusals import FieldsRefused, KeptOut, Recused, Refusal
from engine.store import trust_tables as trust
from engine.store.db import Store
from tests import township as t
from tests.store.rhythmic import RhythmicWorld
from tests.store.world import HELP, World, refusal, rules

BOARD = {
    "fields": """
        about: {T, type: person, fills: recused}
        friend: {T, type: person, fills: party}
        same: {T, type: case}
        """,
    "states": """
        waits: {T, level: village, handling: true, gate: board}
        sealed: {T, final: true}
        done: {T, final: true}
        """,
    "meetings": "board: {T, level: village, members: [village_clerk, village_secretary], "
                "chair: [village_secretary, village_clerk], quorum: 50%}",
    "visibility": "- {T, when: {state: sealed}, only_to: township_secretary}",
    "transitions": """
        - {trigger: begin, T, from: start, to: waits, by: [zuzhang, village_clerk]}
        - {trigger: note, T, from: waits, to: same, by: zuzhang, takes: [about, friend]}
        - {trigger: settle, T, from: waits, to: done, by: [village_secretary, village_clerk], via: board,
           never: party, takes: same}
        - {trigger: seal, T, from: waits, to: sealed, by: township_secretary}
        - {trigger: finish, T, from: waits, to: done, by: zuzhang}
        """,
}  # fmt: skip


@pytest.fixture
def book(sqlite_store: Store) -> World:
    """Under the whole book."""
    world = World(sqlite_store, t.whole_book())
    t.settle_whole_book(sqlite_store)
    return world


@pytest.fixture
def board(sqlite_store: Store) -> World:
    """Under rules of a village board, of which two may take the chair."""
    return World(sqlite_store, *t.default_rules(), rules(**BOARD))


def denied(world: World, person: str) -> list[tuple[str, str]]:
    """(trigger, code) of the refused acts that he reads of."""
    return [(row.denial.trigger, row.denial.code) for row in world.audit.refusals(person)[0]]


# --- refused acts ----------------------------------------------------------------------------------------------------


def test_a_role_that_the_rules_of_a_case_do_not_name_reads_nothing_of_what_was_refused_there(store: Store):
    world = World(store, *t.default_rules(), rules(**HELP))
    case = world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id
    assert refusal(lambda: world.fire("pianzhang", case, "finish")).code == "role"

    assert denied(world, "auditor_county") == denied(world, "pianzhang") == [("finish", "role")]
    assert denied(world, "auditor_township") == []


def test_nobody_reads_who_wanted_to_report_to_discipline_inspection_and_was_refused(book: World):
    sealing = {"seal_code": "discipline", "gist": "冒领补助款"}
    tried = [
        lambda: book.opened("linzhang", t.NEIGHBOURHOOD, "seal", {}),
        lambda: book.opened("linzhang", f"{t.SIBLING_WUCHANG}g1n1", "seal", sealing),  # out of his reach
        lambda: book.opened("linzhang", t.NEIGHBOURHOOD, "seal", sealing, workflow="unknown"),
        lambda: book.opened("linzhang", t.NEIGHBOURHOOD, "report", {}),
    ]
    assert {refusal(each).code for each in tried} == {"fields"}

    assert sorted(denied(book, "linzhang")) == [("report", "fields"), *[("seal", "fields")] * 3]
    assert denied(book, "auditor_township") == denied(book, "auditor_county") == [("report", "fields")]


def test_the_log_of_the_program_does_not_say_who_wanted_to_either(book: World, caplog: pytest.LogCaptureFixture):
    refusal(lambda: book.opened("linzhang", "nowhere", "seal", {"seal_code": "discipline"}))

    assert "linzhang" not in caplog.text


# --- meetings --------------------------------------------------------------------------------------------------------


def waiting(world: World, **data: object) -> str:
    case = world.open(**data)
    world.wait(minutes=1)
    world.fire("zuzhang", case, "refer_to_village", reason_code="no_authority", reason="屋场没有这个权限")
    return case


def test_what_is_sealed_leaves_no_gap_before_a_case_from_which_somebody_is_recused(book: World):
    plain, sealed, recusing = waiting(book), waiting(book), waiting(book, about="pianzhang")
    meeting = book.gather("village_secretary", "village_weekly")
    book.fire("township_party_office", sealed, "seal", seal_code="discipline")

    def numbers() -> list[tuple[str, int | None]]:
        return [(each.item.case_id, each.item.number) for each in book.minutes.get("village_clerk", meeting).items]

    there = [case for case in (plain, recusing) if case in dict(numbers())]
    assert numbers() == [(case, number) for number, case in enumerate(there, start=1)]
    assert numbers()[0] == (plain, 1)
    book.close("village_secretary", meeting)
    assert numbers() == [(case, number) for number, case in enumerate(there, start=1)]


def test_the_queue_names_no_number_of_a_case_from_which_somebody_is_recused(sqlite_store: Store):
    world = RhythmicWorld(sqlite_store)
    world.set_until("03-14 00:00")
    plain = waiting(world)
    waiting(world, about="pianzhang")
    world.at("03-07 00:30")
    world.watch.sweep()

    (found,) = [each for each in world.blocked("meeting") if each.unit == t.VILLAGE]
    assert found.facts["cases"] == [world.held(plain).identity.number]


def test_a_post_that_the_rules_of_a_meeting_do_not_name_reads_nothing_of_what_waits_for_it(store: Store):
    world = RhythmicWorld(store)
    world.newcomer("stranger_role")
    world.posts("stranger_role", "beekeeper", t.TOWNSHIP, "2025-01-01")
    world.posts("stranger_role", "township_station", t.VILLAGE, "2025-01-01")  # beside the line
    world.set_until("03-14 00:00")
    waiting(world)
    world.at("03-07 00:30")
    world.watch.sweep()
    queue = ClockQueries(world.office)

    told = {person: len(queue.blocked(person)) for person in ("village_clerk", "auditor_township", "stranger_role")}
    assert told == {"village_clerk": 1, "auditor_township": 2, "stranger_role": 0}
    assert {person: queue.blocked_count(person) for person in told} == told


def at_the_board(world: World) -> str:
    """Waits for the board."""
    return world.opened("zuzhang", t.GROUP, "begin", {}, workflow="small").identity.id


def decided(world: World, case: str, **data: str) -> str:
    """The clerk has the case settled by the board, and hands the chair on to the secretary."""
    meeting = world.plan("village_clerk", "board", t.VILLAGE, workflow="small")
    world.meetings.open("village_clerk", meeting, 1)
    world.decide("village_clerk", meeting, NewDecision(case_id=case, trigger="settle", data=dict(data)))
    there = Attendance(present=("village_clerk", "village_secretary"), chair="village_secretary")
    world.meetings.attend("village_clerk", meeting, world.row(meeting).version, there)
    return meeting


def said(world: World, meeting: str) -> list[object]:
    """The values of its decisions."""
    items = world.minutes.get("village_secretary", meeting).items
    return [dict(each.data) for each in items if each.trigger]


@pytest.mark.parametrize(("field", "refused"), [("about", Recused), ("friend", KeptOut)])
def test_who_must_keep_out_of_a_decision_cannot_take_it_back(board: World, field: str, refused: type[Refusal]):
    case = at_the_board(board)
    meeting = decided(board, case)
    board.fire("zuzhang", case, "note", **{field: "village_secretary"})
    version = board.row(meeting).version

    found = refusal(lambda: board.meetings.undo("village_secretary", meeting, version, case))

    assert isinstance(found, refused)
    assert board.row(meeting).version == version
    assert (case, "settle", found.code) in [
        (row.denial.case_id, row.denial.trigger, row.denial.code) for row in board.audit.refusals("auditor_county")[0]
    ]


def test_who_may_decide_takes_back_what_could_not_be_decided_any_more(board: World):
    case = at_the_board(board)
    meeting = decided(board, case)
    board.fire("zuzhang", case, "finish")

    board.meetings.undo("village_secretary", meeting, board.row(meeting).version, case)

    assert said(board, meeting) == []


@pytest.mark.parametrize("closed", [False, True])
def test_a_decision_that_names_a_sealed_case_does_not_say_which(board: World, closed: bool):
    case, other = at_the_board(board), at_the_board(board)
    meeting = decided(board, case, same=other)
    assert said(board, meeting) == [{"same": other}]
    board.fire("township_secretary", other, "seal")
    if closed:
        board.close("village_secretary", meeting)

    assert said(board, meeting) == [{}]


# --- one case --------------------------------------------------------------------------------------------------------


def test_who_was_recused_sees_the_deadline_as_it_was(book: World):
    case = book.open()
    book.wait(hours=2)
    before = book.queries.get("pianzhang", case).deadlines
    book.fire("township_party_office", case, "recuse", recusal_code="interest", recused_person="pianzhang",
              responsible="township_leader")  # fmt: skip
    book.fire("zuzhang", case, "accept")

    assert book.queries.get("zuzhang", case).deadlines != before
    assert book.queries.get("pianzhang", case).deadlines == before


def test_a_sealed_case_that_another_repeats_is_shown_for_no_reason(book: World):
    service = RevealService(book.office)
    sealed = book.open()
    case = book.open(repeat_of=sealed, gist="又来了，打13812341234")
    book.fire("township_party_office", sealed, "seal", seal_code="discipline")

    for seq in (None, 1):
        asked = Asked(fields=("repeat_of",), reason="visit", seq=seq)
        found = refusal(lambda asked=asked: service.reveal("zuzhang", "z", case, asked))
        assert isinstance(found, FieldsRefused)
        assert [(each.field, each.code) for each in found.problems] == [("repeat_of", "not_kept")]


def test_why_something_of_a_protected_case_was_shown_holds_no_part_of_a_name(book: World):
    case = book.open(protected="minor", reporter={"name": "张小明"})
    asked = Asked(fields=("reporter",), reason="other", words="张小明的母亲要电话")

    RevealService(book.office).reveal("linzhang", "l", case, asked)

    (row,) = book.rows(trust.reveals)
    assert row.words == "***的母亲要电话"
