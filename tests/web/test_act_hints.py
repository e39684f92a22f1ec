"""What a form says before it is filled: what the rules will ask for, and what was said a moment ago."""

from __future__ import annotations

import pytest

from tests.web.world import Web


@pytest.fixture
def verifying(web: Web) -> str:
    case = web.open("linzhang", category="dispute")
    web.done("party_group_leader", case, "accept")
    web.done("party_group_leader", case, "finish_in_wuchang", measures="上门两次", result="说好了", agreement="oral")
    return case


def test_what_the_callback_said_is_not_asked_for_twice(web: Web, verifying: str):
    web.done("village_clerk", verifying, "record_callback", method="call", outcome="reached", satisfaction="fair")

    form = (
        web.browser("village_clerk").get(f"/cases/{verifying}/do/strike_off").form(f"/cases/{verifying}/do/strike_off")
    )

    assert form.value("d.satisfaction") == "fair"


def test_another_try_of_the_same_act_says_something_new(web: Web, verifying: str):
    web.done("village_clerk", verifying, "record_callback", method="call", outcome="not_reached")

    path = f"/cases/{verifying}/do/record_callback"
    form = web.browser("village_clerk").get(path).form(path)

    assert "d.outcome" not in {name for name, _ in form.values}


def test_a_condition_that_asks_for_an_optional_field_is_told_beforehand(web: Web, verifying: str):
    page = web.browser("township_party_office").get(f"/cases/{verifying}/do/supervise")

    assert "请写明督办要求；撤销的请写明理由" in page.text
