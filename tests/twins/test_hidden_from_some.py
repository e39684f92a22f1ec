"""What a rule of visibility hides from some is for these as if it were not there: a matter about the cadres of the
village for the village hall, one of a minor or of violence for all but the few who must know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.twins.acting import GIST, decide, gated, ground, in_session, in_the_hall, lived, told
from tests.twins.asking import Hidden, api_reads, api_writes, differences, main_ones, page_reads, page_writes
from tests.twins.township import Twin, Twins, twins

HALL = ["village_secretary", "village_clerk", "village_cadre2", "village_cadre3"]
#: Not those who are in charge of such a matter, opened it, or must know.
UNINVOLVED = ["village_clerk", "village_cadre2", "zuzhang", "council_member", "stationed_cadre", "township_station",
              "township_discipline", "petition_clerk", "auditor_township", "auditor_county", "linzhang_2",
              None]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`opened`: what is given to the case that is hidden from the beginning; `hide`: what hides the other one later."""

    readers: Sequence[str | None]
    there: Sequence[str]
    opened: dict[str, object]
    hide: Callable[[Twin, str], object]


def _recuse(twin: Twin, case: str) -> None:
    given = {"recusal_code": "interest", "recused_person": "village_secretary", "responsible": "township_leader"}
    twin.done("township_party_office", case, "recuse", **given)


def _protect(twin: Twin, case: str) -> None:
    twin.done("township_party_office", case, "correct", protected="violence", reason="家里动了手")


KINDS = {
    "about a cadre": Case(HALL, ["village_secretary", "village_clerk"], {"about": "village_cadre2"}, _recuse),
    "protected": Case(UNINVOLVED, ["village_clerk", "auditor_township"], {"protected": "minor"}, _protect),
}


@dataclass
class Story:
    both: Twins
    hidden: Hidden
    readers: Sequence[str | None]
    during: list[str]


@pytest.fixture(scope="module", params=sorted(KINDS))
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with twins("sqlite", tmp_path_factory.mktemp("twins"), ground, signed=False) as both:
        yield happened(both, KINDS[request.param])


def happened(both: Twins, kind: Case) -> Story:
    first = both.hidden(lambda twin: twin.open("linzhang", gist=GIST, reporter="zhangsan", **kind.opened))
    second, photo = both.hidden(lived)
    messages = told(both.telling, second)
    plain = both.both(gated)
    both.both(lambda twin: gated(twin, urgency="urgent"))
    both.both(Twin.work)
    meeting = both.both(in_session)
    both.both(lambda twin: decide(twin, meeting, plain), lambda twin: decide(twin, meeting, second, plain))
    both.hidden(lambda twin: kind.hide(twin, second))
    numbers = [both.telling.get("township_leader", f"/v1/cases/{each}")["number"] for each in (first, second)]
    hidden = Hidden(
        cases=[first, second],
        files=[photo],
        messages=messages,
        q=["冒领补助", *numbers],
        case=plain,
        meetings=[meeting],
    )
    during = in_the_hall(both, hidden, kind.there)
    both.both(lambda twin: twin.stepped("village_secretary", meeting, "close"))
    both.both(Twin.work)
    return Story(both, hidden, kind.readers, during)


def test_nothing_shows_it_while_a_meeting_is_held_that_it_stood_before(story: Story):
    assert story.during == []


def test_nothing_shows_it_to_those_from_whom_it_is_hidden(story: Story):
    """Nothing is signed here: how many rows a home has is told by the log that everybody reads, those of such cases
    too (ADR 0036)."""
    asks = [*api_reads(story.both.telling, story.hidden), *page_reads(story.both.telling, story.hidden)]

    assert differences(story.both, story.readers, main_ones(asks, story.hidden)) == []


def test_nothing_that_they_try_with_it_is_answered_otherwise_than_with_nothing(story: Story):
    asks = [*api_writes(story.both.telling, story.hidden), *page_writes(story.both.telling, story.hidden)]

    assert differences(story.both, story.readers[:1], asks) == []


def test_those_who_must_know_see_it(story: Story):
    twin, hidden = story.both.telling, story.hidden
    for reader in ("township_leader", "township_party_office"):
        assert {each["id"] for each in twin.get(reader, "/v1/cases", q=GIST)["items"]} == set(hidden.cases)
