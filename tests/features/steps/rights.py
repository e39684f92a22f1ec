"""What somebody may not do though he sees it, what he does not find, and what he alone sees."""

from __future__ import annotations

from engine.cases.narrowing import CaseFilter
from engine.cases.sealed import SealedQueries
from tests.features.auditing import attempts, kept
from tests.features.words import act, fact


@act("{chair:Person}书面委托{delegate:Person}主持{kind:Meeting}, 应到 {expected:N} 人, 实到 {present:N} 人")
def a_delegate_holds_the_meeting(world, chair, delegate, kind, expected, present):
    world.plan(chair, kind, world.clock.at)
    world.arranging.delegate(chair, world.meeting, 1, delegate, "到县里开会")
    world.hold(delegate, kind, present)
    meeting = world.agenda().meeting
    assert (meeting.delegate, meeting.chair) == (delegate, delegate)
    assert (len(meeting.expected), len(meeting.present)) == (expected, present)


@fact("{person:Person}的封存登记上有 {count:N} 件, 写着「{title:Said}」")
def his_register_has_stubs(world, person, count, title):
    world.settled()
    page = SealedQueries(world.office).page(person)
    assert (page.count, {row.title.zh for row in page.rows}) == (count, {title})
    assert world.case("").identity.number in {row.number for row in page.rows}


@fact("{person:Person}的封存登记是空的")
def his_register_is_empty(world, person):
    world.settled()
    assert (SealedQueries(world.office).page(person).rows, SealedQueries(world.office).page(person).count) == ((), 0)


@fact("{person:Person}查找“{words:Sentence}”有结果")
def he_finds_something(world, person, words):
    world.settled()
    assert world.queries.page(person, CaseFilter(q=words)).cases


@fact("{person:Person}查找“{words:Sentence}”没有结果")
def he_finds_nothing(world, person, words):
    world.settled()
    assert world.queries.page(person, CaseFilter(q=words)).cases == ()


@fact("{person:Person}在每个接口和每张表单上写什么都被拒绝, 事项和会议都不变")
def whatever_he_writes_is_refused(pages, person):
    before = kept(pages)
    tried = dict(attempts(pages, person))
    # a form may lead back to its page where it has nothing to do; that nothing was kept says the rest
    assert {told: status for told, status in tried.items() if status < 400 and not told.startswith("form")} == {}
    assert len(tried) > 40
    assert kept(pages) == before
