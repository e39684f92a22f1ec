"""Who is told what, when, and what becomes of a letter that reaches nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.messages.delivery import LetterService
from engine.messages.inbox import MessageFilter
from engine.rules.refusals import NotFound
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.tables import inbox
from tests import township as t
from tests.store.letters_world import Post
from tests.store.world import refusal

WORDS = "李婶家的事，电话 13812341234"


@pytest.fixture
def world(store: Store) -> Post:
    return Post(store)


# --- what is written -------------------------------------------------------------------------------------------------


def test_a_row_that_tells_leaves_its_letter_with_the_act(world: Post):
    case = world.begin()

    (letter,) = world.written()
    assert (letter.home, letter.case_id, letter.seq) == (t.TOWNSHIP, case, 1)
    assert (letter.kind, letter.cause, letter.names) == ("tell", "begin", ["village_clerk", "opener"])
    assert (letter.actor, letter.notice, letter.tries, letter.done_at) == ("zuzhang", None, 0, None)
    assert letter.created_at == letter.next_try_at == world.clock.at


def test_a_row_that_tells_nobody_leaves_none(world: Post):
    case = world.begin()
    world.fire("zuzhang", case, "plain")

    assert len(world.written()) == 1


def test_a_refused_act_tells_nobody(world: Post):
    case = world.begin()
    refusal(lambda: world.fire("pianzhang", case, "give", charge="pianzhang"))

    assert len(world.written()) == 1


def test_a_step_of_a_clock_leaves_a_letter_of_its_share(world: Post):
    case = world.begin()
    world.remind(case, "responsible", "village_clerk", clock="handle", share=150)

    (letter,) = [row for row in world.written() if row.kind == "remind"]
    assert (letter.cause, letter.share, letter.names, letter.seq) == (
        "handle",
        150,
        ["responsible", "village_clerk"],
        1,
    )
    assert (letter.actor, letter.receiver, letter.next_try_at) == (None, None, world.clock.at)


# --- who is told -----------------------------------------------------------------------------------------------------


def test_the_holder_of_the_role_on_the_line_is_told_and_who_did_it_is_not(world: Post):
    world.begin()

    report = world.deliver()

    assert (report.told, report.messages, report.blocked) == (1, 1, 0)
    assert world.said("village_clerk") == ["开始"]
    assert world.said("zuzhang") == world.said("village_clerk_2") == world.said("village_clerk_other") == []


def test_a_relation_is_who_stands_in_it_now(world: Post):
    case = world.begin(charge="pianzhang")
    world.fire("zuzhang", case, "give", charge="party_group_leader")
    world.fire("village_clerk", case, "give", charge="council_member")

    world.deliver()

    assert world.said("council_member") == ["交办", "交办"]
    assert world.said("party_group_leader") == []


def test_a_unit_in_charge_is_told_through_its_posts(world: Post):
    case = world.begin()
    world.fire("zuzhang", case, "give", lead=t.STATION)
    world.fire("zuzhang", case, "station")

    world.deliver()

    assert world.said("township_station") == ["名", "交办"]


def test_a_role_beside_the_line_hears_only_where_it_is_in_charge(world: Post):
    world.fire("zuzhang", world.begin(), "station")

    report = world.deliver()

    assert (report.told, report.blocked) == (1, 1)
    assert world.said("township_station") == []


def test_superiors_are_all_of_a_higher_level_and_an_auditor_is_told_where_named(world: Post):
    world.fire("zuzhang", world.begin(), "up")

    world.deliver()

    for person in ("village_secretary", "township_secretary", "auditor_county"):
        assert world.said(person) == ["名"], person
    assert world.said("pianzhang") == []


def test_those_who_were_paged_can_be_told_later(world: Post):
    case = world.begin()
    world.fire("zuzhang", case, "ring")
    world.fire("zuzhang", case, "again")

    world.deliver()

    assert world.said("village_secretary") == ["名", "直报"]


def test_nobody_is_told_of_a_case_that_was_hidden_meanwhile(world: Post):
    case = world.begin()
    world.fire("zuzhang", case, "hide", secret=True)

    report = world.deliver()

    assert (report.told, report.passed, report.messages) == (0, 1, 0)
    assert world.rows(inbox) == []
    assert world.blocked() == []


def test_what_was_told_goes_with_the_right_to_read_it(world: Post):
    case = world.begin()
    world.deliver()
    (message,) = world.read("village_clerk")
    world.fire("zuzhang", case, "hide", secret=True)

    page = world.inboxes.page("village_clerk", MessageFilter())

    assert (page.messages, page.digest.cases, page.digest.unread) == ((), 0, 0)
    with pytest.raises(NotFound):
        world.inboxes.read("village_clerk", message.id)


def test_who_was_recused_is_told_nothing_and_keeps_nothing(world: Post):
    case = world.begin()
    world.deliver()
    world.fire("zuzhang", case, "leave", gone="village_clerk")
    world.fire("zuzhang", case, "ring")

    world.deliver()

    assert world.said("village_clerk") == []
    assert world.said("village_secretary") == ["直报"]


# --- each once -------------------------------------------------------------------------------------------------------


def test_a_letter_is_delivered_once(world: Post):
    world.begin()

    reports = [world.deliver(), world.deliver()]

    assert [each.messages for each in reports] == [1, 0]
    assert len(world.read("village_clerk")) == 1


def test_who_is_named_twice_is_told_once(world: Post):
    case = world.begin(charge="village_clerk")
    world.remind(case, "responsible", "village_clerk", "reader")
    world.fire("zuzhang", case, "ring")

    world.deliver()

    assert [row.person for row in world.rows(inbox)].count("village_clerk") == 3  # begun, reminded, paged


def test_a_round_takes_no_more_than_it_may_and_the_longest_due_first(world: Post):
    for _ in range(3):
        world.begin()
        world.wait(minutes=1)

    assert world.deliver(2).told == 2
    (last,) = [row for row in world.written() if row.done_at is None]
    assert last.created_at == world.clock.at - timedelta(minutes=1)


def test_what_was_delivered_a_month_ago_is_forgotten_but_stays_in_the_inbox(world: Post):
    world.begin()
    world.deliver()
    world.wait(days=30, seconds=1)
    world.begin()
    world.deliver()

    assert [row.created_at for row in world.written()] == [world.clock.at]
    assert len(world.read("village_clerk")) == 2


def test_four_workers_deliver_each_letter_once(world: Post):
    for _ in range(20):
        world.begin()
    workers = [LetterService(world.office) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda worker: worker.deliver(), workers))

    assert sum(each.told for each in reports) == len(world.read("village_clerk")) == 20


# --- nobody there ----------------------------------------------------------------------------------------------------


def vacant(world: Post) -> None:
    world.ends("village_clerk", date(2026, 3, 5))


def test_a_letter_to_a_vacant_post_is_seen_to_wait(world: Post):
    vacant(world)
    case = world.begin()
    world.remind(case, "village_clerk")

    report = world.deliver()

    (found,) = world.blocked()
    assert (report.blocked, report.passed) == (1, 1)
    assert (found.kind, found.code, found.case_id, found.unit) == ("message", "nobody", case, t.GROUP)
    assert found.facts == {"kind": "remind", "names": ["village_clerk"], "cause": "handle", "given_up": False}
    assert found.since == world.clock.at
    assert found.attend_by == datetime.fromisoformat("2026-03-09T17:30:00+08:00")  # it is a Friday


def test_it_is_tried_again_and_leaves_the_queue_once_somebody_is_there(world: Post):
    vacant(world)
    world.remind(world.begin(), "village_clerk")
    world.deliver()
    world.newcomer("clerk_new")
    world.posts("clerk_new", "village_clerk", t.VILLAGE, "2026-03-06")

    assert world.deliver().told == 0
    world.wait(hours=1)
    assert world.deliver().told == 1

    assert world.blocked() == []
    assert len(world.read("clerk_new")) == 1


def test_it_is_tried_less_and_less_often_and_given_up_in_sight(world: Post):
    vacant(world)
    world.remind(world.begin(), "village_clerk")
    waits = []
    while not (report := world.deliver()).dead:
        before = world.clock.at
        (open_letter,) = [row for row in world.written() if row.next_try_at]
        waits.append((open_letter.next_try_at - before) / timedelta(hours=1))
        assert report.blocked == 1
        world.clock.at = open_letter.next_try_at

    assert waits == [1, 2, 4, 8, 16, 24, 24, 24, 24]
    (dead,) = [row for row in world.written() if row.dead_at]
    assert (dead.tries, dead.code, dead.next_try_at) == (10, "nobody", None)
    assert [(each.subject, each.tries, each.facts["given_up"]) for each in world.blocked()] == [(dead.id, 10, True)]
    world.wait(days=30)
    assert world.deliver().dead == 0


def test_a_letter_whose_rules_are_gone_waits_and_keeps_no_other_back(world: Post):
    world.begin()
    rulebook = world.office.rulebook
    world.letters.office = world.having(rulebook=Rulebook.of(()))

    assert world.deliver().blocked == 1
    assert [each.code for each in world.blocked()] == ["rules_missing"]

    world.letters.office = world.having(rulebook=rulebook)
    world.wait(hours=1)
    assert world.deliver().told == 1


# --- when ------------------------------------------------------------------------------------------------------------


def at(world: Post, day: int, hour: int, minute: int = 0) -> None:
    """Local time in March 2026."""
    world.clock.at = datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("hour", "minute", "shown", "day"),
    [(20, 59, (7, 20, 59), 7), (21, 0, (8, 7, 0), 8), (23, 30, (8, 7, 0), 8), (0, 0, (7, 7, 0), 7),
     (6, 59, (7, 7, 0), 7), (7, 0, (7, 7, 0), 7)],
)  # fmt: skip
def test_what_is_told_in_the_quiet_hours_is_shown_in_the_morning(world: Post, hour, minute, shown, day):
    at(world, 7, hour, minute)
    world.begin()
    world.deliver()

    (row,) = world.rows(inbox)
    local = row.shown_at + timedelta(hours=8)
    assert (local.day, local.hour, local.minute) == shown
    assert row.day == date(2026, 3, day)
    assert bool(world.read("village_clerk")) is (row.shown_at <= world.clock.at)
    at(world, *shown)
    assert len(world.read("village_clerk")) == 1


def test_a_page_waits_for_no_morning_nor_does_a_reminder_while_the_alarm_lasts(world: Post):
    at(world, 7, 23)
    case = world.begin()
    world.fire("zuzhang", case, "ring")
    world.remind(case, "village_clerk", clock="page")
    world.deliver()

    assert sorted(each.kind for each in world.rows(inbox) if each.shown_at == world.clock.at) == [
        "page", "page", "remind",
    ]  # fmt: skip


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_message_is_made_of_titles_and_the_case_as_it_is_now(world: Post):
    case = world.begin(words=WORDS)
    world.fire("village_clerk", case, "give", charge="pianzhang")
    world.deliver()
    world.wait(hours=2)
    world.fire("zuzhang", case, "ring")

    (message,) = world.read("pianzhang")

    assert (message.kind, message.case_id, message.number) == ("tell", case, world.held(case).identity.number)
    assert (message.title.zh, message.notice and message.notice.en) == ("交办", "Call within three days")
    assert (message.unit, message.unit_name, message.state) == (t.GROUP, "高子树组", "alarm")
    assert (message.read_at, message.closed) == (None, False)


def test_what_an_edited_draft_names_no_more_is_shown_by_its_code(world: Post):
    case = world.begin()
    world.remind(case, "village_clerk", clock="earlier")
    world.deliver()

    assert sorted(world.said("village_clerk")) == ["earlier", "开始"]


def test_pages_of_an_inbox_follow_one_another_without_gap(world: Post):
    cases = []
    for _ in range(5):
        cases.append(world.begin())
        world.deliver()
        world.wait(minutes=1)
    seen, after = [], None
    while True:
        page = world.inboxes.page("village_clerk", MessageFilter(after=after, limit=2))
        seen += [each.case_id for each in page.messages]
        after = page.next
        if after is None:
            break

    assert seen == cases[::-1]


def test_reading_is_noted_the_first_time_and_narrows_to_what_is_unread(world: Post):
    world.begin()
    world.deliver()
    (message,) = world.read("village_clerk")

    first = world.inboxes.read("village_clerk", message.id)
    world.wait(hours=1)
    again = world.inboxes.read("village_clerk", message.id)

    assert first.read_at == again.read_at == world.clock.at - timedelta(hours=1)
    assert world.read("village_clerk", unread=True) == []
    assert len(world.read("village_clerk")) == 1


def test_several_are_read_at_once_each_of_them_the_first_time_alone(world: Post):
    for _ in range(3):
        world.begin()
        world.deliver()
    first, *others = world.read("village_clerk")
    early = world.inboxes.read("village_clerk", first.id).read_at
    world.wait(hours=1)

    world.inboxes.read_many("village_clerk", [first.id, others[0].id])
    world.inboxes.read_many("village_secretary", [others[1].id])

    assert [each.id for each in world.read("village_clerk", unread=True)] == [others[1].id]
    seen = {each.id: each.read_at for each in world.read("village_clerk", seen=True)}
    assert seen == {first.id: early, others[0].id: world.clock.at}


def test_nobody_marks_what_is_somebody_elses(world: Post):
    world.begin()
    world.deliver()
    (message,) = world.read("village_clerk")

    for person in ("village_secretary", "village_clerk_other"):
        with pytest.raises(NotFound):
            world.inboxes.read(person, message.id)
    assert world.rows(inbox)[0].read_at is None


def test_the_digest_of_a_day_counts_what_it_brought(world: Post):
    case = world.begin()
    world.begin()
    world.fire("zuzhang", case, "ring")
    world.remind(case, "village_clerk")
    world.deliver()
    world.inboxes.read("village_clerk", world.read("village_clerk")[0].id)
    at(world, 7, 9)
    world.begin()
    world.deliver()

    def digest(**wanted):
        found = world.inboxes.page("village_clerk", MessageFilter(**wanted)).digest
        return found.told, found.paged, found.reminded, found.cases, found.unread

    assert digest() == (1, 0, 0, 1, 1)
    assert digest(day=date(2026, 3, 6)) == (2, 1, 1, 2, 3)
    assert len(world.read("village_clerk", day=date(2026, 3, 6))) == 4
