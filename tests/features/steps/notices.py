"""Who was told what, and what could not be carried out."""

from __future__ import annotations

from engine.meetings.watching import MEETING
from engine.messages.waiting import NOBODY
from engine.store.blockedbook import MESSAGE
from engine.store.outbox import PAGE, REMIND, TELL
from tests.features.words import PLACES, SPEAKS, fact


def _of(world, person, kind, cause):
    found = [each for each in world.messages(person, "") if each.kind == kind]
    return [each for each in found if each.title.zh == cause]


@fact("{person:Person}收到「{cause:Cause}」的通知 {times:N} 次")
def he_was_told(world, person, cause, times):
    assert len(_of(world, person, TELL, cause)) == times


@fact("{person:Person}收到「{cause:Cause}」用去 {share:N}% 的提醒 {times:N} 次")
def he_was_reminded(world, person, cause, share, times):
    assert [each.share for each in _of(world, person, REMIND, cause)].count(share) == times


@fact("{person:Person}在 {moment:Moment} 收到「{cause:Cause}」用去 {share:N}% 的提醒")
def he_was_reminded_at(world, person, moment, cause, share):
    found = _of(world, person, REMIND, cause)
    assert [each.shown_at for each in found if each.share == share] == [moment]


@fact("{person:Person}在 {moment:Moment} 收到「{cause:Cause}」的通知")
def he_was_told_at(world, person, moment, cause):
    assert [each.shown_at for each in _of(world, person, TELL, cause)] == [moment]


@fact("{person:Person}在 {moment:Moment} 收到「{cause:Cause}」的应急呼叫, 附有“{notice:Sentence}”")
def he_was_paged(world, person, moment, cause, notice):
    found = _of(world, person, PAGE, cause)
    assert [(each.shown_at, each.notice.zh) for each in found] == [(moment, notice)]


@fact("{person:Person}没有收到{name:Case}的任何消息")
def he_heard_nothing(world, person, name):
    assert world.messages(person, name) == []


# --- what is blocked -------------------------------------------------------------------------------------------------


@fact("{person:Person}在受阻事项中看到{name:Case}的「{cause:Cause}」无人可告, 共试 {tries:N} 次")
def nobody_is_there(world, person, name, cause, tries):
    case = world.cases[name]
    found = [each.found for each in world.blocked(person) if each.found.case_id == case]
    said = [(each.kind, each.code, each.facts["cause"], each.tries) for each in found]
    assert said == [(MESSAGE, NOBODY, SPEAKS[cause], tries)]


@fact("{person:Person}在受阻事项中看到{kind:Meeting}{why:Missed}, 等着的有{name:Case}")
def a_meeting_was_missed(world, person, kind, why, name):
    (found,) = _missed(world, person, kind)
    assert (found.code, found.facts["cases"]) == (why, [world.case(name).identity.number])


@fact("{person:Person}在受阻事项中看不到{kind:Meeting}")
def no_meeting_was_missed(world, person, kind):
    assert _missed(world, person, kind) == []


@fact("{person:Person}在受阻事项中看不到{name:Case}")
def nothing_of_it_is_blocked(world, person, name):
    assert world.cases[name] not in [each.found.case_id for each in world.blocked(person)]


def _missed(world, person, kind):
    here = PLACES[world.rules.meetings[kind].level]
    found = [each.found for each in world.blocked(person) if each.found.kind == MEETING]
    return [each for each in found if (each.unit, each.facts["meeting"]) == (here, kind)]
