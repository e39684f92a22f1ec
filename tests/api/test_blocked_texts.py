"""What stands in the blocked queue says in words what is wrong and which post could go on; never a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from api.blocked_texts import blocked_text
from engine.cases.blocked_views import BlockedView
from engine.cases.clock_queries import ClockQueries
from engine.cases.timekeeping import Timekeeper
from engine.definition.model import CarryOver, Step
from engine.messages import webhooks
from engine.messages.receivers import Receiver
from engine.messages.sending import Sender, Undelivered
from engine.messages.webhooks import WebhookService
from engine.rules.rulebook import RulesMissing
from engine.store.clock import real_now
from engine.store.db import Store
from tests import township as t
from tests.store.letters_world import Post
from tests.store.rhythmic import WEEKLY, RhythmicWorld, rule_book
from tests.store.test_timekeeping import Timed
from tests.store.tiers import TIERS
from tests.store.world import World

CHAIR = "能处理的：村党组织书记（陈桥村）。"


def told(world: World, person: str = "village_secretary", unit: str | None = None) -> tuple[str, str]:
    (view,) = [each for each in views(world, person) if unit is None or each.found.unit == unit]
    names = {each.name for each in t.PEOPLE}
    assert not [name for name in names if name in "".join(blocked_text(view))]
    return blocked_text(view)


def views(world: World, person: str) -> Sequence[BlockedView]:
    return ClockQueries(world.office).blocked(person)


# --- steps of clocks -------------------------------------------------------------------------------------------------


@pytest.fixture
def timed(store: Store) -> Timed:
    return Timed(store)


def stuck(world: Timed) -> str:
    case = world.begin()
    for moment in ("03-09T17:30", "03-23T17:30", "04-21T17:30"):
        world.run(moment)
    return case


def test_a_step_that_a_condition_refused_says_which_and_who_may_take_it(timed: Timed):
    stuck(timed)

    assert told(timed) == (
        "「办理时限」已到 100%，应自动「名」而没有办成：请填写「名」。能处理的：名（洋泉镇）。",
        "'Name' should have come at 100% of 'Handling': Fill in Name. Who could go on: Name (洋泉镇).",
    )
    (view,) = views(timed, "zuzhang")
    assert [(each.name, each.units) for each in view.could] == [("township_secretary", (t.TOWNSHIP,))]
    assert view.refusal is not None
    assert view.refusal.refused_by is not None
    assert view.refusal.refused_by.rule == view.found.facts["rule"] == "transitions[3].when"


def test_where_nobody_may_take_the_step_himself_those_who_may_do_anything_are_named(store: Store):
    alone = TIERS["transitions"].replace("by: [township_secretary, system]", "by: system")
    world = Timed(store, transitions=alone)
    stuck(world)

    assert [each.name for each in views(world, "zuzhang")[0].could] == ["zuzhang"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ZeroDivisionError(), "「办理时限」到期的一步没有办成：程序出错，管理员可在日志中查到。能处理的：系统操作员。"),
        (RulesMissing(), "「办理时限」到期的一步没有办成：缺少这件事项所依据的规则文件。能处理的：系统操作员。"),
    ],
)
def test_a_case_that_cannot_be_taken_up_is_for_the_operator(timed: Timed, monkeypatch, error, said):
    def failing(*_: object) -> object:
        raise error

    monkeypatch.setattr(Timekeeper, "_carry_out", failing)
    timed.begin()
    timed.run("03-09T17:30")

    assert told(timed)[0] == said


# --- letters ---------------------------------------------------------------------------------------------------------


def test_a_letter_to_a_vacant_post_names_the_post(store: Store):
    world = Post(store)
    world.ends("village_clerk", date(2026, 3, 5))
    world.remind(world.begin(), "village_clerk")
    world.deliver()

    assert told(world) == (
        "消息没有送达：没有可以通知的人，须有人担任：名（陈桥村），会自动再试。能处理的：系统操作员。",
        "A message was not delivered: nobody is there to be told, appoint: Name (陈桥村); it is tried again. "
        "Who could go on: the operator.",
    )
    for _ in range(9):
        world.clock.at += timedelta(days=1)
        world.deliver()
    assert "，已不再重试。" in told(world)[0]


class Refusing(Sender):
    """Reaches nobody."""

    def send(self, *_: object) -> None:
        raise Undelivered("status", 503)


def test_a_receiver_that_takes_nothing_is_named_with_its_answer(store: Store, monkeypatch):
    world = Post(store)
    world.having(receivers=("county",))
    world.begin()
    county = Receiver(name="county", url="https://county.example/", person="auditor_county", secret="")
    monkeypatch.setattr(webhooks, "headers_of", lambda *_: {})
    for hours in (1, 2, 3):
        monkeypatch.setattr(webhooks, "real_now", lambda hours=hours: real_now() + timedelta(hours=hours))
        WebhookService(world.office, [county], Refusing()).send_to("county")

    zh, en = told(world)

    assert zh == "消息没有送达：接收系统「county」没有收下：应答为 503，会自动再试。能处理的：系统操作员。"
    assert "the receiver 'county' did not take it: it answers with 503; it is tried again." in en


# --- meetings --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rhythmic(store: Store) -> RhythmicWorld:
    world = RhythmicWorld(store)
    world.set_until("03-14 00:00")
    world.bring("village_queued")
    return world


def of_meeting(world: RhythmicWorld) -> str:
    """In Chinese, what the queue says of the village's weekly meeting."""
    world.watch.sweep()
    return told(world, unit=t.VILLAGE)[0]


MISSED = "民情碰头会没有按时召开或结束："


def test_a_turn_without_a_meeting_is_for_its_chair(rhythmic: RhythmicWorld):
    rhythmic.at("03-07 00:30")

    assert of_meeting(rhythmic) == f"{MISSED}自 2026-03-06 15:00 起有 1 次没有开会，1 件事项在等。{CHAIR}"
    assert told(rhythmic, unit=t.VILLAGE)[1] == (
        "Weekly meeting was not held or ended in time: meetings missed since 2026-03-06 15:00: 1; cases that wait: 1. "
        "Who could go on: Village Party secretary (陈桥村)."
    )


def test_a_meeting_that_was_called_off_is_told_apart(rhythmic: RhythmicWorld):
    rhythmic.meetings.cancel("village_secretary", rhythmic.of_turn("2026-W10"), 1, "下雨")
    rhythmic.at("03-07 00:30")

    assert of_meeting(rhythmic) == f"{MISSED}自 2026-03-06 15:00 起 1 次会议取消而没有另开，1 件事项在等。{CHAIR}"


def test_a_meeting_that_was_never_closed_or_never_opened_is_told_apart(rhythmic: RhythmicWorld):
    called = rhythmic.plan("village_secretary", WEEKLY)
    rhythmic.meetings.open("village_secretary", rhythmic.of_turn("2026-W10"), 1)
    rhythmic.at("03-07 00:30")
    assert f"{MISSED}2026-03-06 " in of_meeting(rhythmic)
    assert f"召开的会议没有结束，1 件事项在等。{CHAIR}" in of_meeting(rhythmic)
    rhythmic.close("village_secretary", rhythmic.of_turn("2026-W10"))

    rhythmic.clock.at = rhythmic.row(called).at + timedelta(days=1)

    rhythmic.watch.sweep()
    said = [blocked_text(view)[0] for view in views(rhythmic, "village_secretary") if view.found.subject == called]
    assert [f"的会议没有召开，1 件事项在等。{CHAIR}" in each for each in said] == [True]


def test_a_case_carried_over_too_often_says_what_the_rules_could_not_do(store: Store):
    carry = CarryOver(trigger="carry_over", at_most=0, then=Step(at=0, fire="finish_in_village"))
    world = RhythmicWorld(store, rule_book(carry_over=carry))
    world.bring("village_queued")
    world.wait(days=7)
    world.meet("village_secretary", WEEKLY)

    assert told(world)[0] == (
        "民情碰头会顺延次数已满，应自动「村级办结」而没有办成：事项处于「待碰头会议定」，不能村级办结。" + CHAIR
    )
