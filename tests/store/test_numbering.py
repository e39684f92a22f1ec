"""Case numbers: short, unique within a home and month, and showing neither order nor gap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa

from engine.store.db import Store, retried
from engine.store.numbering import scatter, take_number
from engine.store.tables import numbers
from tests import township as t
from tests.store.world import World, refusal

MARCH = date(2026, 3, 6)
KEY = "00" * 32


def taken(store: Store, home: str = "h", day: date = MARCH, secret: str = KEY) -> str:
    with store.begin() as tx:
        return take_number(tx, home, day, secret)


def counter_at(store: Store, count: int) -> None:
    with store.begin() as tx:
        tx.execute(sa.insert(numbers).values(home="h", month="2603", taken=count))


# --- the permutation -------------------------------------------------------------------------------------------------


def test_the_first_ten_thousand_are_all_numbers_of_four_digits():
    assert sorted(scatter(count, key="k") for count in range(10_000)) == [f"{n:04}" for n in range(10_000)]


def test_beyond_them_numbers_have_five_digits_and_none_comes_twice():
    found = {scatter(count, key="k") for count in range(10_000, 13_000)}

    assert len(found) == 3_000
    assert {(len(number), number[0] != "0") for number in found} == {(5, True)}


@pytest.mark.parametrize(("count", "digits"), [(0, 4), (9_999, 4), (10_000, 5), (99_999, 5), (100_000, 6)])
def test_a_digit_is_added_where_a_range_is_used_up(count, digits):
    assert len(scatter(count, key="k")) == digits


def test_numbers_do_not_show_their_order():
    found = [int(scatter(count, key="k")) for count in range(1_000)]
    rising = sum(later > earlier for earlier, later in pairwise(found))
    neighbours = sum(abs(later - earlier) == 1 for earlier, later in pairwise(found))

    assert 400 < rising < 600
    assert neighbours < 5


def test_another_key_gives_another_order():
    assert [scatter(n, key="k") for n in range(20)] != [scatter(n, key="l") for n in range(20)]


# --- the counter -----------------------------------------------------------------------------------------------------


def test_a_number_is_the_month_and_four_digits(store: Store):
    first = taken(store)

    assert first == f"2603-{scatter(0, key=f'{KEY}/h/2603')}"
    assert taken(store) != first


def test_each_home_and_each_month_counts_for_itself(store: Store):
    for home, day in (("h", MARCH), ("i", MARCH), ("h", date(2026, 4, 1)), ("h", MARCH)):
        taken(store, home, day)

    with store.read() as tx:
        counted = {(row.home, row.month): row.taken for row in tx.execute(sa.select(numbers))}
    assert counted == {("h", "2603"): 2, ("i", "2603"): 1, ("h", "2604"): 1}


def test_two_homes_do_not_number_alike(store: Store):
    assert [taken(store) for _ in range(5)] != [taken(store, "i") for _ in range(5)]


def test_the_ten_thousandth_case_of_a_month_has_four_digits_and_the_next_five(store: Store):
    counter_at(store, 9_999)

    assert [len(taken(store)) for _ in range(2)] == [len("2603-0000"), len("2603-00000")]


def test_a_number_that_was_rolled_back_is_given_again(store: Store):
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        lost = take_number(tx, "h", MARCH, KEY)
        raise ZeroDivisionError

    assert taken(store) == lost


def test_numbers_taken_at_once_are_all_different(store: Store):
    take = retried(lambda _: taken(store))

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(take, range(24)))

    assert len(set(found)) == 24
    with store.read() as tx:
        assert tx.execute(sa.select(numbers.c.taken)).scalars().all() == [24]


# --- in cases --------------------------------------------------------------------------------------------------------


def test_the_month_is_that_of_the_townships_own_day(store: Store):
    world = World(store)
    world.clock.at = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai

    assert world.held(world.open(heard_on="2026-04-01")).identity.number.startswith("2604-")


def test_a_refused_opening_takes_no_number(store: Store):
    world = World(store)

    refusal(lambda: world.open(gist="短"))

    assert world.rows(numbers) == []


def test_two_townships_may_have_the_same_number(store: Store):
    world = World(store)
    cases = [world.held(world.open()), world.held(world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1"))]

    assert [case.identity.home for case in cases] == [t.TOWNSHIP, t.OTHER_TOWNSHIP]
    assert [(row.home, row.taken) for row in world.rows(numbers)] == [(t.TOWNSHIP, 1), (t.OTHER_TOWNSHIP, 1)]
