"""Cases: how they come to be, what is done with them, and what they then are."""

from __future__ import annotations

from tests.features import ways
from tests.features.words import FIELDS, LEVELS, UNITS, act, fact, values
from tests.township import SIBLING_WUCHANG, VILLAGE


@act("一条{category:Category}事项处于「{state:State}」{given:Values}")
@act("一条{category:Category}事项「{name:Said}」处于「{state:State}」{given:Values}")
def a_case_is(world, category, state, given, name=""):
    world.bring(name, state, {"category": category, **given})
    world.settled()


@act("一条{category:Category}事项已由{level:Level}一级办结待核验{given:Values}")
def a_case_is_done(world, category, level, given):
    world.open("linzhang", "", {"category": category, "reporter": "zhangsan", **given})
    world.go("", ways.way_to_done(level))
    world.settled()


@act("一条匿名的{category:Category}事项已由{level:Level}一级办结待核验")
def an_anonymous_case_is_done(world, category, level):
    a_case_is_done(world, category, level, {"reporter": None})


@act("{person:Person}上报事项{given:Values}")
def somebody_reports(world, person, given):
    world.open(person, "", given)


@act("{person:Person}代{behalf:Person}上报事项{given:Values}")
def somebody_reports_for(world, person, behalf, given):
    world.open(person, "", given, behalf=behalf)


@act("{person:Person}开立「{trigger:Opening}」{given:Values}")
def somebody_opens(world, person, trigger, given):
    world.open(person, "", given, trigger=trigger)


@act("{person:Person}上报事项, 发生在「{unit:Said}」")
def somebody_reports_from(world, person, unit):
    places = {"没有的屋场": f"{VILLAGE}w99", "香湖村第一屋场": SIBLING_WUCHANG}
    world.open(person, "", {}, unit=places[unit])


@act("{person:Person}上报事项, 反映人的姓名中有换行")
def somebody_reports_a_broken_name(world, person):
    world.open(person, "", {"reporter": {"name": "邓\n老五"}})


@act("{person:Person}上报事项, 详情长达 {length:N} 个字")
def somebody_reports_at_length(world, person, length):
    world.open(person, "", {"content": "渠" * length})


@act("{person:Person}{about:About}{trigger:Act}{given:Values}")
def somebody_does(world, person, about, trigger, given):
    world.fire(person, about, trigger, given)


@act("{person:Person}代{behalf:Person}{trigger:Act}{given:Values}")
def somebody_does_for(world, person, behalf, trigger, given):
    world.fire(person, "", trigger, given, behalf=behalf)


@act("{person:Person}上报事项「{name:Said}」{given:Values}")
def somebody_reports_one_of_several(world, person, name, given):
    world.open(person, name, given)


@act("{person:Person}又回访 {times:N} 次都未联系上")
def nobody_answers(world, person, times):
    for _ in range(times):
        world.fire(person, "", "record_callback", {"method": "call", "outcome": "not_reached"})


@act("村已把该事项退回屋场 {times:N} 次, 屋场又上报碰头会")
def the_village_returned_it(world, times):
    for _ in range(times):
        world.go("", [ways.BACK_TO_WUCHANG, ways.TO_VILLAGE])
    world.settled()


@act("镇已把该事项退回村 {times:N} 次, 村又议定上报镇")
def the_township_returned_it(world, times):
    for _ in range(times):
        world.go("", [ways.BACK_TO_VILLAGE, ways.AGAIN, ways.TO_TOWNSHIP])
    world.settled()


@act("村又再提碰头会, 并议定上报镇")
def the_village_brought_it_back_and_referred_it(world):
    world.go("", [ways.AGAIN, ways.TO_TOWNSHIP])
    world.settled()


@act("镇又议定退回村")
def the_township_returned_it_again(world):
    world.go("", [ways.BACK_TO_VILLAGE])
    world.settled()


@act("村又议定退回屋场")
def the_village_returned_it_again(world):
    world.go("", [ways.BACK_TO_WUCHANG])
    world.settled()


@act("事项又议定村内办理")
def the_village_assigned_it_again(world):
    world.go("", [ways.IN_VILLAGE])
    world.settled()


@act("事项又议定村内办理, 村里又再提碰头会")
def the_village_assigned_it_and_brought_it_back(world):
    world.go("", [ways.IN_VILLAGE, ways.AGAIN])
    world.settled()


# --- what a case is --------------------------------------------------------------------------------------------------


@fact("{name:Case}为「{state:State}」")
def the_state_is(world, name, state):
    assert world.case(name).state.state == state


@fact("{name:Case}的{field:Field}为「{said:Said}」")
def a_value_is(world, name, field, said):
    expected = values(f", {field.title.zh}「{said}」")[field.code]
    assert world.case(name).data.get(field.code) == expected


@fact("{name:Case}没有{field:Field}")
def no_value_is(world, name, field):
    assert field.code in {known.code for known in FIELDS.values()}
    assert field.code not in world.case(name).data


@fact("责任人为{person:Person}")
def in_charge_is(world, person):
    charge = world.case("").state.responsible
    assert (charge.people, charge.units) == ((person,), ())


@fact("责任人为司法所和包案的{person:Person}")
def in_charge_are_a_unit_and_a_leader(world, person):
    charge = world.case("").state.responsible
    assert (charge.people, charge.units) == ((person,), (UNITS["司法所"],))


@fact("等待司法所和包案的{person:Person}签收")
def successor_is(world, person):
    successor = world.case("").state.successor
    assert (successor.people, successor.units) == ((person,), (UNITS["司法所"],))


@fact("等待{person:Person}签收")
def one_successor(world, person):
    successor = world.case("").state.successor
    assert (successor.people, successor.units) == ((person,), ())


@fact("没有人等待签收")
def no_successor(world):
    assert not world.case("").state.successor


@fact("办结层级为{level:Level}")
def the_level_is(world, level):
    assert level in LEVELS.values()
    assert world.case("").state.level == level


@fact("{name:Case}已顺延 {times:N} 次")
def carried_over(world, name, times):
    assert world.case(name).state.stay.carried == times


@fact("{name:Case}显示的进度为主事项的「{state:State}」")
def it_shows_where_its_primary_is(world, name, state):
    followed = world.case(name).follows
    assert followed is not None
    assert followed.state.state == state


@fact("同时应急呼叫{first:Person}和{second:Person}")
def paged_are(world, first, second):
    assert world.held("").state.paged == (first, second)
