"""Who sees what, and what somebody hears of a case that he may not see."""

from __future__ import annotations

from engine.cases.narrowing import CaseFilter
from tests.features.learning import answer, answers, lists, readings
from tests.features.words import fact

ABSENT = "0" * 26


@fact("{person:Person}的清单里有该事项")
def his_list_has_it(world, person):
    assert world.cases[""] in [view.identity.id for view in world.queries.page(person, CaseFilter()).cases]


@fact("{person:Person}的清单、上报历程和拒绝记录里都没有该事项")
def nothing_of_his_shows_it(world, person):
    assert world.cases[""] not in lists(world, person)


@fact("{person:Person}看不到{name:Case}")
def he_cannot_read_it(world, person, name):
    case = world.cases[name]
    assert case not in lists(world, person)
    assert {answer(read)[0] for read in readings(world, person, case)} == {"not_found"}


@fact("{person:Person}看得到{name:Case}")
def he_reads_it(world, person, name):
    assert world.cases[name] in lists(world, person)
    assert {answer(read)[0] for read in readings(world, person, world.cases[name])} == {"done"}


@fact("{person:Person}查看或办理该事项及其会议, 得到的答复与没有它们时完全一样")
def it_is_absent_to_him(world, person):
    home = world.case("").identity.home
    absent = f"{home}-{ABSENT}"
    real = answers(world, person, world.cases[""], world.meeting)
    assert real == answers(world, person, absent, absent)
    assert "done" not in {answer[0] for answer in real}


@fact("{person:Person}看到的反映人电话已隐去")
def the_telephone_is_hidden(world, person):
    assert world.queries.get(person, world.cases[""]).data["reporter"]["phone"] == "100****0009"
