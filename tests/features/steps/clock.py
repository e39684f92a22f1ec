"""The time, the rules in force, and how long somebody serves."""

from __future__ import annotations

from datetime import timedelta

from tests import township as t
from tests.features.words import act

WEEKDAYS = "一二三四五六日"


@act("现在是 {moment:Moment}, 周{weekday}")
def now_is(world, moment, weekday):
    assert WEEKDAYS[moment.weekday()] == weekday
    world.begin_at(moment)


@act("到了 {moment:Moment}")
def it_is_later(world, moment):
    world.until(moment)


@act("到了 {moment:Moment}, 周{weekday}")
def it_is_later_on_that_weekday(world, moment, weekday):
    assert WEEKDAYS[moment.weekday()] == weekday
    world.until(moment)


@act("后台停了, 到 {moment:Moment} 才恢复")
def nobody_worked_until(world, moment):
    world.sleep_until(moment)


@act("过了 {hours:N} 小时")
def hours_pass(world, hours):
    world.wait(timedelta(hours=hours))


@act("{person:Person}的职务到 {day:Day} 为止")
def a_post_ends(world, person, day):
    t.end_posts(world.office.store, person, day)


@act("规则版本为 {version:N}, 会议由人召集")
def rules_without_a_rhythm(world, version):
    assert world.rules.version == version
    assert not any(meeting.every for meeting in world.rules.meetings.values())


@act("规则版本为 {version:N}")
def rules_are(world, version):
    assert world.rules.version == version
