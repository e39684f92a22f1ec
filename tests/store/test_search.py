"""Search: which cases say what is asked, for whom, and that it tells no more than a list shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.cases.indexing import index_cases, lacks_words
from engine.cases.narrowing import CaseFilter
from engine.cases.service import Caller
from engine.rules.attempt import Command
from engine.rules.rulebook import Rulebook
from engine.store import words
from engine.store.db import Store
from engine.store.tables import search_grams, search_texts
from engine.store.words import forget_words
from tests import township as t
from tests.store.test_masking import SAID, STRANGER
from tests.store.world import TALKED, World, rules

OTHER = f"{t.OTHER_WUCHANG}g1n1"


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def found(world: World, q: str, person: str = "auditor_county", **wanted: object) -> list[str]:
    page = world.queries.page(person, CaseFilter(q=q, limit=200, **wanted))
    assert page.next is None
    return [view.identity.id for view in page.cases]


# --- what is found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "q",
    [
        "水沟",
        "沟",
        "排水沟",
        "两家 水沟",
        "水沟 两家",
        "为排水沟争执不下",
        "ｓ２１５",
        "S215",
        "215",
        "旁",
        "水沟\u3000s215",
        "215旁",
    ],
)
def test_what_stands_in_a_text_is_found(world: World, q: str):
    case = world.open(gist="S215旁两家为排水沟争执不下")
    world.open(gist="路灯不亮已经三个月")

    assert found(world, q) == [case]


@pytest.mark.parametrize(
    "q", ["水渠", "沟水", "两家沟", "水沟 路灯", "s216", "排水沟争执不下了", "%", "_", "水_", "\\"]
)
def test_what_does_not_stand_there_is_not(world: World, q: str):
    world.open(gist="S215旁两家为排水沟争执不下")

    assert found(world, q) == []


def test_a_word_whose_grams_are_all_there_but_not_together_is_not_found(world: World):
    world.open(gist="水沟里有沟渠，另有水沟")
    case = world.open(gist="新修的水沟渠不通水了")

    assert found(world, "水沟渠") == [case]


def test_a_word_does_not_reach_from_one_text_into_the_next(world: World):
    world.open(gist="两家都说排水", content="沟在对面")

    assert (found(world, "排水沟"), len(found(world, "排水 沟在"))) == ([], 1)


def test_a_mark_of_the_query_stands_for_itself(world: World):
    case = world.open(gist="已完成50%_还差一半")
    world.open(gist="已完成50多处还差一半")

    assert found(world, "50%_") == found(world, "%_还") == [case]


def test_every_act_is_searched_and_so_are_earlier_texts(world: World):
    case = world.open()
    world.go(case, ("pianzhang", "record_measure", TALKED | {"measure": "上门测量宅基地"}))
    world.go(case, ("pianzhang", "record_measure", TALKED | {"measure": "请了族老来谈"}))
    world.sent(Caller(person="zuzhang"), case, Command(trigger="note", data={"text": "备注一下"}, note="雨季前完工"), 3)

    for q in ("宅基地", "族老", "备注一下", "雨季", "宅基地 雨季"):
        assert found(world, q) == [case], q


def test_the_number_is_found_whole_and_in_part(world: World):
    case = world.open()
    world.open()
    number = world.held(case).identity.number

    assert found(world, number) == found(world, number.replace("-", "－")) == [case]
    assert case in found(world, number[-4:])
    assert len(found(world, number[:5])) == 2


def test_q_narrows_together_with_the_other_filters(world: World):
    first, second = world.open(category="hazard"), world.open(category="dispute")

    assert found(world, "排水沟", category="hazard") == [first]
    assert found(world, "排水沟", unit=t.VILLAGE) == [second, first]
    assert found(world, "排水沟", unit=t.OTHER_VILLAGE) == []


def test_who_does_not_reach_a_case_does_not_find_it(world: World):
    mine, other = world.open(), world.open("linzhang_other", OTHER)

    assert found(world, "排水沟") == [other, mine]
    assert found(world, "排水沟", "zuzhang") == found(world, "排水沟", "township_party_office") == [mine]
    assert found(world, "排水沟", "zuzhang_other") == [other]
    assert found(world, "排水沟", "lishen") == found(world, "排水沟", "nobody") == []
    assert found(world, world.held(other).identity.number, "zuzhang") == []


# --- what is masked --------------------------------------------------------------------------------------------------


def test_what_a_list_hides_finds_nothing_for_anybody(world: World):
    case = world.opened("linzhang", t.NEIGHBOURHOOD, "report", world_report(), behalf=STRANGER,
                        note="证号43048219900101123X").identity.id  # fmt: skip
    hidden = (
        "13812341234", "12341234", "8123", "张小明", "小明", "430482199001011234", "19900101", "0734-8765432", "87654",
        "43048219900101123X", "高子树组12号",
    )  # fmt: skip

    for person in ("linzhang", "zuzhang", "township_secretary", "auditor_county"):
        assert {q: found(world, q, person) for q in hidden} == {q: [] for q in hidden}, person
        assert found(world, "水沟堵了", person) == found(world, "高子树组", person) == [case]


def world_report() -> dict[str, object]:
    """As in the tests of masking; the free text tells the name of nobody."""
    return {"category": "unclear", "source": "visit", "heard_on": "2026-03-05"} | SAID | {
        "gist": "家门口水沟堵了，电话13812341234", "content": "身份证430482199001011234，座机0734-8765432"}  # fmt: skip


def test_what_a_list_shows_of_a_masked_text_is_found(world: World):
    case = world.opened("linzhang", t.NEIGHBOURHOOD, "report", world_report()).identity.id

    assert found(world, "138****1234") == found(world, "张*明") == [case]


def test_nothing_that_is_kept_for_search_is_hidden_in_a_list(world: World):
    world.opened("linzhang", t.NEIGHBOURHOOD, "report", world_report(), behalf=STRANGER, note="打13812341234")
    kept = "".join(row.text for row in world.rows(search_texts))

    assert [secret for secret in ("13812341234", "张小明", "430482199001011234", "8765432") if secret in kept] == []
    assert "138****1234" in kept


# --- what is taken back ----------------------------------------------------------------------------------------------


def test_one_payload_can_be_forgotten(world: World):
    case = world.open()
    world.go(case, ("pianzhang", "record_measure", TALKED | {"measure": "测量排水沟"}))

    with world.store.begin() as tx:
        forget_words(tx, t.TOWNSHIP, case, 1)

    assert (found(world, "两家"), found(world, "测量排水沟")) == ([], [case])
    assert {row.seq for row in world.rows(search_grams)} == {0, 2}


def test_a_whole_case_can_be_forgotten_and_no_gram_of_it_stays(world: World):
    case, other = world.open(), world.open()

    with world.store.begin() as tx:
        forget_words(tx, t.TOWNSHIP, case)

    assert found(world, "排水沟") == [other]
    assert (
        {row.case_id for row in world.rows(search_grams)}
        == {row.case_id for row in world.rows(search_texts)}
        == {other}
    )


# --- cases of an earlier release -------------------------------------------------------------------------------------


def bare(world: World) -> None:
    """As an earlier release left it."""
    with world.store.begin() as tx:
        tx.execute(sa.delete(search_texts))


def kept(world: World) -> tuple[list[object], list[object]]:
    return sorted(map(tuple, world.rows(search_texts))), sorted(map(tuple, world.rows(search_grams)))


def test_what_was_there_before_search_is_indexed_just_as_what_comes_after(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.cases.indexing._AT_ONCE", 2)
    for _ in range(5):
        world.bring("wuchang_handling")
    world.open("linzhang_other", OTHER)
    before = kept(world)
    assert not lacks_words(world.store)
    bare(world)
    assert lacks_words(world.store)

    assert index_cases(world.store, world.office.rulebook) == 6

    assert kept(world) == before
    assert index_cases(world.store, world.office.rulebook) == 0


def test_all_can_be_indexed_anew(world: World):
    world.bring("village_queued")
    world.open()
    before = kept(world)

    assert index_cases(world.store, world.office.rulebook, everything=True) == 2

    assert kept(world) == before


def test_of_a_case_whose_rules_are_gone_only_the_number_is_indexed(store: Store):
    small = rules(
        fields="text: {T, type: text}", states="new: {T, level: wuchang}\ndone: {T, final: true}",
        transitions="- {trigger: begin, T, from: start, to: new, by: zuzhang, takes: text}\n"
        "- {trigger: finish, T, from: new, to: done, by: zuzhang}",
    )  # fmt: skip
    world = World(store, *t.default_rules(), small)
    held = world.opened("zuzhang", t.GROUP, "begin", {"text": "排水沟"}, workflow="small")
    assert found(world, "排水沟", "zuzhang") == [held.identity.id]
    bare(world)

    index_cases(store, Rulebook.of(t.default_rules()))

    assert [row.text for row in world.rows(search_texts)] == [held.identity.number]


# --- pages -----------------------------------------------------------------------------------------------------------


def pages(world: World, person: str, wanted: CaseFilter, between: Callable[[], object] = lambda: None) -> list[str]:
    seen, after = [], None
    while True:
        page = world.queries.page(person, replace(wanted, after=after))
        assert len(page.cases) == wanted.limit or page.next is None
        seen += [view.identity.id for view in page.cases]
        if page.next is None:
            return seen
        after = page.next
        between()


@pytest.mark.parametrize("many", [0, 3, words.MANY], ids=["all frequent", "some", "none"])
@pytest.mark.parametrize("person", ["zuzhang", "auditor_county"])
def test_pages_are_full_in_order_and_lose_nothing_however_frequent_a_word_is(
    world: World, person: str, many: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(words, "MANY", many)
    said = []
    for turn in range(9):
        world.wait(minutes=turn % 2)
        case = world.open(gist=("水沟渠不通" if turn % 3 else "水沟里有沟渠") + "已经三天了")
        said += [case] * (turn % 3 > 0)
        world.open("linzhang_other", OTHER, gist="路灯不亮已经三天了")

    shown = pages(world, person, CaseFilter(limit=2, q="水沟渠 三天"))

    assert sorted(shown) == sorted(said)
    assert shown == [case for case in pages(world, person, CaseFilter(limit=50)) if case in said]


def test_what_is_opened_between_pages_shifts_nothing(world: World):
    before = [world.open() for _ in range(4)]

    def opened_meanwhile() -> None:
        world.wait(minutes=1)
        world.open()

    assert sorted(pages(world, "zuzhang", CaseFilter(limit=1, q="排水沟"), opened_meanwhile)) == sorted(before)
