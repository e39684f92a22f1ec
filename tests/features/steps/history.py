"""The history of a case: what is kept, and in whose name."""

from __future__ import annotations

from tests.features.words import ACTS, fact


@fact("历史中有 {times:N} 次「{title:ActTitle}」")
def it_happened_so_often(world, times, title):
    trigger = ACTS[title]
    assert sum(row.event.trigger == trigger for row in world.history("")) == times


@fact("历史最后一步为「{title:ActTitle}」, 由{person:Person}办理")
def the_last_step_is(world, title, person):
    last = world.history("")[-1]
    assert (last.event.trigger, last.event.actor) == (ACTS[title], person)


@fact("历史最后一步由{person:Person}办理")
def who_took_the_last_step(world, person):
    assert world.history("")[-1].event.actor == person


@fact("历史中由{person:Person}录入, 为{behalf:Person}代办")
def both_names_are_kept(world, person, behalf):
    last = world.history("")[-1].event
    assert (last.actor, last.behalf, last.proxy) == (person, behalf, True)


@fact("历史中原来的{field:Field}和更正后的{same:Field}都可查到")
def old_and_new_are_kept(world, field, same):
    assert field == same
    given = [row.data[field.code] for row in world.history("") if field.code in row.data]
    assert len(given) == 2
    assert given[0] != given[1]


@fact("上报人为{person:Person}, 反映人为{reporter:Person}")
def reporter_and_opener_differ(world, person, reporter):
    case = world.case("")
    assert (case.state.opener, case.data["reporter"]) == (person, reporter)
