"""Which of many flaws is told first."""

from __future__ import annotations

from engine.audit.verify import Verdict
from engine.audit.verify_cases import Flaw

HOME, OTHER = "430482109", "430482110"


def missing(leaf: int, until: int, home: str = HOME) -> Flaw:
    return Flaw(case_id=None, seq=None, what="leaf_missing", home=home, log="open", leaf=leaf, until=until)


def nowhere(leaf: int, home: str = HOME) -> Flaw:
    return Flaw(case_id="c", seq=2, what="leaf_nowhere", home=home, log="open", leaf=leaf)


def first(*flaws: Flaw) -> Flaw | None:
    return Verdict(cases=1, rows=1, erased=0, flaws=flaws).first


def test_a_row_that_is_named_goes_before_a_range_of_places():
    assert first(missing(0, 308), nowhere(308)) == nowhere(308)


def test_one_empty_place_is_as_exact_as_a_row():
    assert first(nowhere(9), missing(5, 6)) == missing(5, 6)


def test_of_several_exact_ones_the_lowest_leaf_of_the_first_home_is_told():
    assert first(nowhere(1, OTHER), nowhere(9), nowhere(4)) == nowhere(4)


def test_nothing_is_first_where_nothing_is_wrong():
    assert first() is None
