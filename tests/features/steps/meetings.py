"""Meetings: setting, holding, deciding, undoing, closing, calling off; their agenda and minutes."""

from __future__ import annotations

from engine.meetings.rhythms import OwnRhythm
from tests.features.words import act, fact


@act("{person:Person}定于 {moment:Moment} 召开{kind:Meeting}")
def a_meeting_is_set(world, person, kind, moment):
    world.plan(person, kind, moment)


@act("{chair:Person}主持{kind:Meeting}, 应到 {expected:N} 人, 实到 {present:N} 人")
def a_meeting_is_held(world, chair, kind, expected, present):
    world.hold(chair, kind, present)
    meeting = world.agenda().meeting
    assert (len(meeting.expected), len(meeting.present)) == (expected, present)


@act("{chair:Person}主持 {day:Date} 的{kind:Meeting}, 应到 {expected:N} 人, 实到 {present:N} 人")
def the_meeting_of_a_day_is_held(world, chair, day, kind, expected, present):
    world.turn(kind, day)
    a_meeting_is_held(world, chair, kind, expected, present)


@act("{chair:Person}在会上{about:About}{trigger:Act}{given:Values}")
def somebody_decides(world, chair, about, trigger, given):
    world.decide(chair, about, trigger, given)


@act("{chair:Person}撤销{name:Case}的决议")
def the_decision_is_undone(world, chair, name):
    assert world.agenda().meeting.chair == chair
    world.undo(name)


@act("会议结束")
def the_meeting_closes(world):
    world.close()


@act("{person:Person}取消会议, 理由「{reason:Said}」")
def the_meeting_is_called_off(world, person, reason):
    world.cancel(person, reason)


@act("{person:Person}取消 {day:Date} 的{kind:Meeting}, 理由「{reason:Said}」")
def the_meeting_of_a_day_is_called_off(world, person, day, kind, reason):
    world.turn(kind, day)
    world.cancel(person, reason)


@act("{kind:Meeting}自定为每月 {monthday:N} 日")
def the_unit_sets_its_day_of_the_month(world, kind, monthday):
    world.set_rhythm(kind, OwnRhythm(monthday=monthday))


@act("{kind:Meeting}自定为每周{weekday:Weekday}")
def the_unit_sets_its_weekday(world, kind, weekday):
    world.set_rhythm(kind, OwnRhythm(weekday=weekday))


@act("{person:Person}把{name:Case}临时增列到 {day:Date} 的{kind:Meeting}, 理由「{reason:Said}」")
def somebody_adds_to_the_agenda_of_a_day(world, person, name, day, kind, reason):
    world.turn(kind, day)
    world.add(person, name, reason)


@act("{person:Person}把{name:Case}列入议程, 理由「{reason:Said}」")
def somebody_adds_to_the_agenda(world, person, name, reason):
    world.add(person, name, reason)


# --- agenda and minutes ----------------------------------------------------------------------------------------------


@fact("{name:Case}列入这次会议议程, 议题序号为 {number:N}")
def on_the_agenda(world, name, number):
    item = world.item(name)
    assert item is not None
    assert item.item.number == number


@fact("{name:Case}不在这次会议议程上")
def not_on_the_agenda(world, name):
    assert world.item(name) is None


@fact("{name:Case}列入 {day:Date} 的{kind:Meeting}议程, 议题序号为 {number:N}")
def on_the_agenda_of_a_day(world, name, day, kind, number):
    assert _positions(world, name, day, kind) == [number]


@fact("{name:Case}不在 {day:Date} 的{kind:Meeting}议程上")
def not_on_the_agenda_of_a_day(world, name, day, kind):
    assert _positions(world, name, day, kind) == []


def _positions(world, name, day, kind):
    items = world.sitting(kind, day).items
    return [each.item.number for each in items if each.item.case_id == world.cases[name]]


@fact("议程记下{name:Case}由{person:Person}增列, 理由「{reason:Said}」")
def the_agenda_keeps_who_added_it(world, name, person, reason):
    item = world.item(name).item
    assert (item.added_by, item.added_reason) == (person, reason)


@fact("{first:Date} 至 {last:Date} 的{kind:Meeting}定在 {moments:Moments}")
def the_days_are(world, first, last, kind, moments):
    assert [each.meeting.at for each in world.sittings(kind, first, last)] == moments


@fact("{first:Date} 至 {last:Date} 没有{kind:Meeting}")
def there_is_no_meeting(world, first, last, kind):
    assert world.sittings(kind, first, last) == []


@fact("这次会议是 {year:N} 年第 {number:N} 次")
def the_meeting_has_its_number(world, year, number):
    meeting = world.agenda().meeting
    assert (meeting.year, meeting.number) == (year, number)


@fact("{name:Case}尚无决议")
def undecided(world, name):
    item = world.item(name)
    assert item is not None
    assert item.item.decided is None


@fact("纪要中{name:Case}记为「{outcome:Outcome}」")
def the_minutes_say(world, name, outcome):
    item = world.item(name)
    assert item is not None
    assert item.item.outcome == outcome


@fact("纪要中{name:Case}的决议仍是「{title:ActTitle}」, 并注明未生效的原因")
def the_void_decision_stands(world, name, title):
    item = world.item(name)
    assert item is not None
    assert item.case.workflow.row(item.trigger, "village_queued").title.zh == title
    assert item.item.refusal == "state"


@fact("决议「{title:ActTitle}」记有这次会议、议题序号 {number:N}、主持人{chair:Person}和实到 {present:N} 人的名单")
def the_decision_names_its_meeting(world, title, number, chair, present):
    meeting = world.agenda().meeting
    row = next(row for row in world.history("") if row.event.meeting == meeting.id)
    assert row.workflow.row(row.event.trigger, row.event.source).title.zh == title
    assert (row.event.agenda_no, row.event.actor, meeting.chair) == (number, chair, chair)
    assert len(set(meeting.present)) == present
    assert chair in meeting.present


@fact("{name:Case}列入下次{kind:Meeting}「{report:Report}」")
def told_at_the_next(world, name, kind, report):
    assert world.reported(name, kind) == [report]


@fact("{name:Case}列入 {day:Date} 的{kind:Meeting}「{report:Report}」")
def told_on_a_day(world, name, day, kind, report):
    assert _reports(world, name, day, kind) == [report]


@fact("{name:Case}不在 {day:Date} 的{kind:Meeting}补报中")
def not_told_on_a_day(world, name, day, kind):
    assert _reports(world, name, day, kind) == []


def _reports(world, name, day, kind):
    reports = world.sitting(kind, day).reports
    return [each.report.kind for each in reports if each.case.identity.id == world.cases[name]]


@fact("{name:Case}不在下次{kind:Meeting}的补报中")
def not_told_at_the_next(world, name, kind):
    assert world.reported(name, kind) == []
