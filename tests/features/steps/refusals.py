"""What was refused: the sentence, that nothing changed, and that it stands in the record."""

from __future__ import annotations

from engine.cases.narrowing import CaseFilter
from tests.features.words import fact


@fact("被拒绝, 提示“{sentence:Sentence}”")
def refused_with(world, sentence):
    assert sentence in world.refusal().sentences


@fact("事项不变")
def the_case_is_unchanged(world):
    heard = world.refusal()
    assert heard.case is not None
    assert world.trace(heard.case) == heard.before


@fact("没有产生事项")
def no_case_came_of_it(world):
    assert world.refusal().case is None
    assert world.queries.page("township_party_office", CaseFilter()).cases == ()


@fact("这次拒绝已留痕, {auditor:Person}可以查到")
def the_refusal_is_on_record(world, auditor):
    heard = world.refusal()
    rows, _ = world.audit.refusals(auditor, case_id=heard.case)
    line = heard.refusal.refused_by
    found = [(row.denial.person, row.denial.trigger, row.denial.code, row.denial.ref) for row in rows]
    assert (heard.person, heard.trigger, heard.refusal.code, line.ref if line else None) in found
