"""The same key with the same request is done once and answered alike; and what loses to another is tried again."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from engine.cases.service import Caller
from engine.definition.model import Value
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, KeyReused, NotFound
from engine.store.casefile import Held
from engine.store.db import ATTEMPTS, Broken, Store, Unavailable, retried
from engine.store.tables import cases, history, idempotency, numbers, refusals, settings
from tests import township as t
from tests.features.ways import REPORT
from tests.store.world import World, refusal

OVER = timedelta(days=7, minutes=1)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def caller(person: str = "linzhang", *, token: str = "", key: str = "k1", request: Value = "r1") -> Caller:
    return Caller(person=person, token=token or f"token-of-{person}", key=key, request=request)


def report(world: World, sent: Caller, unit: str = t.NEIGHBOURHOOD, **data: Value) -> Held:
    return world.opened(sent.person, unit, "report", REPORT | data, caller=sent)


def accept(world: World, sent: Caller, case: str, expected: int = 1) -> Held:
    return world.sent(sent, case, Command(trigger="accept"), expected)


def note(world: World, sent: Caller, case: str, expected: int) -> Held:
    return world.sent(sent, case, Command(trigger="note", data={"text": "已经去看过"}), expected)


def told(held: Held) -> tuple[object, ...]:
    """What an answer says of the case."""
    return held.identity, held.unit, held.state


def age(world: World, by: timedelta) -> None:
    """As if all answers had been given that much earlier."""
    with world.store.begin() as tx:
        for row in tx.execute(sa.select(idempotency)).all():
            tx.execute(sa.update(idempotency).where(idempotency.c.key == row.key).values(kept_at=row.kept_at - by))


# --- again -----------------------------------------------------------------------------------------------------------


def test_an_opening_sent_twice_opens_one_case(world: World):
    first, again = report(world, caller()), report(world, caller())

    assert told(again) == told(first)
    assert [len(world.rows(table)) for table in (cases, history, idempotency)] == [1, 1, 1]
    assert world.rows(numbers)[0].taken == 1


def test_an_act_sent_twice_with_the_old_version_is_done_once_and_answered_alike(world: World):
    case = world.open()
    first, again = accept(world, caller("zuzhang"), case), accept(world, caller("zuzhang"), case)

    assert told(again) == told(first)
    assert world.version(case) == 2
    assert world.rows(refusals) == []


def test_the_first_answer_is_given_as_it_was_then_after_later_acts(world: World):
    opened = report(world, caller(), urgency="urgent")
    case = opened.identity.id
    accepted = accept(world, caller("zuzhang"), case)
    world.fire("village_clerk", case, "correct", reason="写错了", gist="两家为菜地边界争执", urgency="critical")
    world.fire("zuzhang", case, "record_measure", measure="上门", done_on="2026-03-06")

    assert told(report(world, caller(), urgency="urgent")) == told(opened)
    assert told(accept(world, caller("zuzhang"), case)) == told(accepted)
    view = world.queries.present("linzhang", report(world, caller(), urgency="urgent"))
    assert (view.state.version, view.data["gist"], view.data["urgency"]) == (1, REPORT["gist"], "urgent")
    assert world.version(case) == 4


def test_without_a_key_nothing_is_kept(world: World):
    case = world.open()
    world.fire("zuzhang", case, "accept")

    assert world.rows(idempotency) == []


def test_what_is_kept_does_not_show_what_was_sent(world: World):
    report(world, caller(request=["张小明", "13812341234"]))

    (kept,) = world.rows(idempotency)
    assert len(kept.request) == 64
    assert kept.request == world.office.fingerprint(["张小明", "13812341234"])
    assert kept.request != world.office.fingerprint(["张小明", "13812341235"])


# --- another ---------------------------------------------------------------------------------------------------------


def test_the_same_key_with_another_request_is_refused(world: World):
    case = report(world, caller()).identity.id

    assert isinstance(refusal(lambda: report(world, caller(request="r2"))), KeyReused)
    assert isinstance(refusal(lambda: note(world, caller(request="r2"), case, 1)), KeyReused)
    assert [len(world.rows(table)) for table in (cases, history)] == [1, 1]


def test_a_key_belongs_to_one_token(world: World):
    first = report(world, caller(token="a"))
    second = report(world, caller(token="b"))
    third = report(world, caller(token="b", key="k2"))

    assert len({held.identity.id for held in (first, second, third)}) == 3


def test_a_key_belongs_to_one_home(world: World):
    world.newcomer("clerk")
    for place in (t.VILLAGE, t.OTHER_VILLAGE):
        world.posts("clerk", "village_clerk", place, "2025-01-01")
    here, there = (report(world, caller("clerk"), place) for place in (t.WUCHANG, t.OTHER_WUCHANG))

    assert [held.identity.home for held in (here, there)] == [t.TOWNSHIP, t.OTHER_TOWNSHIP]
    assert told(report(world, caller("clerk"), t.OTHER_WUCHANG)) == told(there)


# --- no longer -------------------------------------------------------------------------------------------------------


def test_somebody_who_may_no_longer_read_the_case_gets_no_kept_answer(world: World):
    case = world.open()
    note(world, caller("village_clerk"), case, 1)
    world.ends("village_clerk", date(2026, 3, 5))

    assert isinstance(refusal(lambda: note(world, caller("village_clerk"), case, 1)), NotFound)


def test_a_kept_answer_about_a_case_out_of_reach_is_not_given_by_way_of_another_case(world: World):
    first, second = world.open(), world.open("linzhang_2", f"{t.SIBLING_WUCHANG}g1n1")
    note(world, caller("village_clerk"), first, 1)
    world.ends("village_clerk", date(2026, 3, 5))
    world.posts("village_clerk", "village_clerk", t.SIBLING, "2026-03-06")

    assert isinstance(refusal(lambda: note(world, caller("village_clerk"), second, 1)), NotFound)
    assert world.version(second) == 1


def test_who_is_in_charge_gets_his_answer_even_when_his_post_has_ended(world: World):
    case = world.open()
    first = accept(world, caller("zuzhang"), case)
    world.ends("zuzhang", date(2026, 3, 5))

    assert told(accept(world, caller("zuzhang"), case)) == told(first)


def test_a_refused_answer_is_not_kept(world: World):
    case = world.open()
    refer = Command(trigger="refer_to_village", data={"reason_code": "beyond_ability", "reason": "调解不成"})
    sent = caller("zuzhang")
    assert refusal(lambda: world.sent(sent, case, refer, 1)).code == "counter:measures_here"
    assert isinstance(refusal(lambda: report(world, caller(), gist="短")), FieldsRefused)
    assert world.rows(idempotency) == []

    world.fire("zuzhang", case, "record_measure", measure="上门", done_on="2026-03-06")

    assert world.sent(sent, case, refer, 2).state.state == "village_queued"


def test_after_seven_days_a_key_stands_for_nothing(world: World):
    case = world.open()
    note(world, caller("zuzhang"), case, 1)
    age(world, OVER)

    note(world, caller("zuzhang", request="r2"), case, 2)

    assert world.version(case) == 3
    assert [row.seq for row in world.rows(idempotency)] == [3]


def test_within_seven_days_it_does(world: World):
    case = world.open()
    first = note(world, caller("zuzhang"), case, 1)
    age(world, timedelta(days=6, hours=23))

    assert told(note(world, caller("zuzhang"), case, 1)) == told(first)


def test_the_simulated_time_does_not_age_an_answer(world: World):
    first = report(world, caller())
    world.wait(days=300)

    assert told(report(world, caller())) == told(first)


def test_an_opening_sweeps_what_need_not_be_kept_any_more(world: World):
    report(world, caller())
    report(world, caller("linzhang_other"), f"{t.OTHER_WUCHANG}g1n1")
    age(world, OVER)

    report(world, caller(key="k2"))

    assert [(row.home, row.key) for row in world.rows(idempotency)] == [
        (t.TOWNSHIP, "k2"),
        (t.OTHER_TOWNSHIP, "k1"),
    ]


# --- at the same time ------------------------------------------------------------------------------------------------


def together(*acts: Callable[[], Held]) -> list[Held]:
    """The answers to acts that set out at the same moment."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Held]) -> Held:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_openings_with_one_key_at_once_make_one_case(world: World):
    answers = together(*[partial(report, world, caller())] * 4)

    assert len({held.identity.id for held in answers}) == 1
    assert [told(held) for held in answers] == [told(answers[0])] * 4
    assert [len(world.rows(table)) for table in (cases, history, idempotency)] == [1, 1, 1]
    assert world.rows(numbers)[0].taken == 1
    assert world.rows(refusals) == []


def test_two_acts_with_one_key_at_once_make_one_row(world: World):
    case = world.open()
    answers = together(*[partial(accept, world, caller("zuzhang"), case)] * 4)

    assert [told(held) for held in answers] == [told(answers[0])] * 4
    assert [row.seq for row in world.rows(history)] == [1, 2]
    assert world.rows(refusals) == []


def test_one_key_for_two_cases_at_once_is_used_for_one_of_them(world: World):
    first, second = world.open(), world.open()

    def tried(case: str) -> object:
        return note(world, caller("zuzhang", request=case), case, 1).identity.id

    def outcome(case: str) -> object:
        try:
            return tried(case)
        except KeyReused:
            return "reused"

    found = together(partial(outcome, first), partial(outcome, second))

    assert found.count("reused") == 1
    assert sorted(world.version(case) for case in (first, second)) == [1, 2]


# --- lost to another -------------------------------------------------------------------------------------------------


class Taken:
    """A method that puts a row in place, after others were there first a number of times."""

    def __init__(self, store: Store, lost: int) -> None:
        self.store, self.lost, self.tries = store, lost, 0

    @retried
    def put(self) -> int:
        self.tries += 1
        with self.store.begin() as tx:
            for _ in range(2 if self.tries <= self.lost else 1):
                tx.execute(sa.insert(settings).values(name="x", value=1))
        return self.tries


def test_a_key_that_somebody_took_first_is_tried_again(store: Store):
    assert Taken(store, lost=2).put() == 3


def test_what_loses_each_time_is_given_up(store: Store):
    always = Taken(store, lost=ATTEMPTS)

    with pytest.raises(Broken, match=r"SQLITE_CONSTRAINT_PRIMARYKEY|23505"):
        always.put()
    assert always.tries == ATTEMPTS


def test_another_mistake_is_not_tried_again(store: Store):
    tries = []

    @retried
    def wrong() -> None:
        tries.append(1)
        with store.begin() as tx:
            tx.execute(sa.insert(settings).values(name=None, value=1))

    with pytest.raises(Broken, match=r"SQLITE_CONSTRAINT_NOTNULL|23502"):
        wrong()
    assert len(tries) == 1


def test_a_serialisation_failure_is_tried_again(postgres_store: Store):
    """The first try reads, then somebody else changes what it read."""
    tries = []

    @retried
    def count() -> int:
        with postgres_store.begin() as tx:
            tx.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            tx.execute(sa.select(settings)).all()
            tries.append(1)
            if len(tries) == 1:
                with postgres_store.begin() as other:
                    other.execute(sa.update(settings).values(value="theirs"))
            return tx.execute(sa.update(settings).values(value="mine")).rowcount

    assert count() > 0
    assert len(tries) == 2


def test_a_deadlock_is_told_apart_from_a_database_that_is_gone(postgres_store: Store):
    """One of the two gets SQLSTATE 40P01, and its second try comes through."""
    with postgres_store.begin() as tx:
        tx.execute(sa.insert(settings), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    @retried
    def bump(*names: str) -> None:
        with postgres_store.begin() as tx:
            tx.execute(sa.text("SET LOCAL deadlock_timeout = '10ms'"))
            for name in names:
                tx.execute(sa.update(settings).where(settings.c.name == name).values(value=len(tries)))
                if name == names[0]:
                    tries.append(name)
                    if len(tries) <= 2:
                        both_hold_one.wait()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(bump, "a", "b"), pool.submit(bump, "b", "a")]:
            done.result()

    assert len(tries) == 3


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path):
    for url in (f"sqlite:///{tmp_path}/no/such/folder/minqing.db", "postgresql://nobody@127.0.0.1:1/minqing"):
        with pytest.raises(Unavailable) as caught, Store(url).begin():
            pass
        assert not caught.value.full
        assert isinstance(caught.value.__cause__, OperationalError)


def test_a_full_disk_is_told_as_such(sqlite_store: Store):
    with pytest.raises(Unavailable) as caught, sqlite_store.begin() as tx:
        tx.execute(sa.text("PRAGMA max_page_count = 1"))
        for n in range(200):
            tx.execute(sa.insert(settings).values(name=f"n{n}", value="x" * 4000))

    assert caught.value.full


def words_in_error(store: Store) -> str:
    with pytest.raises(Broken) as caught, store.begin() as tx:
        tx.execute(sa.text("INSERT INTO people (id, name) VALUES (:id, :name)"), {"id": None, "name": "张小明"})
    return "".join(traceback.format_exception(caught.value))


def test_an_error_that_reaches_the_log_carries_nobodys_words(store: Store):
    assert "张小明" not in words_in_error(store)
