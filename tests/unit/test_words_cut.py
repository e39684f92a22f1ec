"""How search reads a text and cuts it."""

from __future__ import annotations

import pytest

from engine.store.words_cut import GRAM_MOST, Need, grams, needs, normal


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("排水沟", "排水沟"),
        ("ＡＢＣ１２３", "abc123"),
        ("Ｓ２１５　省道", "s215 省道"),
        ("  一\n\t二 ", "一 二"),
        ("ﾃﾞｰﾀ", "データ"),
        ("水\u200b沟", "水沟"),
        ("水\x07沟", "水 沟"),
        ("Straße", "strasse"),
        ("①㎡", "1m2"),
        ("（一）", "(一)"),
        ("\u3000\u200b", ""),
    ],
)
def test_a_text_is_read_without_its_outward_form(text: str, read: str):
    assert normal(text) == read
    assert normal(read) == read


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("排水沟", {"排水", "水沟", "沟"}),
        ("水 沟", {"水", "沟"}),
        ("abcdef", {"abcd", "bcde", "cdef", "def", "ef", "f"}),
        ("第3组", {"第3", "3", "组"}),
        ("3组", {"3", "组"}),
        ("s215省道", {"s215", "215", "15", "5", "省道", "道"}),
        ("𠮷水", {"𠮷水", "水"}),
        ("", set()),
    ],
)
def test_a_text_is_cut_at_every_place_and_never_across_a_blank(text: str, cut: set[str]):
    assert grams(text) == cut


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["水沟"], [("水沟", True)]),
        (["排水沟"], [("排水", True), ("水沟", True)]),
        (["水"], [("水", False)]),
        (["12"], [("12", False)]),
        (["2603-0412"], [("2603", True), ("603-", True), ("03-0", True), ("3-04", True), ("-041", True),
                         ("0412", True)]),
        (["12组"], [("12", True), ("2", True)]),
        (["水s215"], [("水s", True), ("s215", True)]),
        (["水沟", "水沟"], [("水沟", True)]),
        (["水沟", "道路"], [("水沟", True), ("道路", True)]),
    ],
)  # fmt: skip
def test_what_is_looked_for_says_which_grams_a_text_must_have(words: list[str], wanted: list[tuple[str, bool]]):
    assert needs(words) == [Need(gram=gram, exact=exact) for gram, exact in wanted]


def has(cut: set[str], need: Need) -> bool:
    return need.gram in cut if need.exact else any(gram.startswith(need.gram) for gram in cut)


def test_every_piece_of_a_text_finds_it():
    """No result is lost: whatever stands in a word, its needs are among the grams of the text."""
    for text in ("陈桥村第3组S215省道旁排水沟", "2603-0412", "a1b2c3水d4e5", "𠮷水沟ab"):
        cut = grams(normal(text))
        pieces = [normal(text)[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
        assert [piece for piece in pieces for need in needs([piece]) if not has(cut, need)] == []
        assert max(map(len, cut)) <= GRAM_MOST


def test_other_words_need_what_the_text_has_not():
    cut = grams("排水沟")

    assert [word for word in ("沟水", "水渠", "a", "排水沟渠") if all(has(cut, need) for need in needs([word]))] == []
