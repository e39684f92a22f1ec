"""A cluster's own affairs: its works projects and its cooperative, each under its own rules."""

from __future__ import annotations

from engine.rules.attempt import Command
from tests import township as t
from tests.features.affair_words import AFFAIRS
from tests.features.words import act, fact


@act("屋场的理事会、代表和村务监督已登记在册")
def the_council_is_registered(world):
    t.settle_council(world.office.store)


for _affair in AFFAIRS:
    _noun, _its = _affair.noun, _affair.prefix

    @act(f"{{person:{_its}Person}}{{trigger:{_its}Opening}}{_noun}{{given:{_its}Values}}")
    def somebody_begins(world, person, trigger, given, affair=_affair):
        world.follow(affair.workflow)
        world.begin(person, "", Command(trigger=trigger, data=given), unit=t.GROUP)

    @act(f"{_noun}里, {{person:{_its}Person}}{{trigger:{_its}Act}}{{given:{_its}Values}}")
    def somebody_acts(world, person, trigger, given):
        world.fire(person, "", trigger, given)

    @act(f"{_noun}里, {{chair:{_its}Person}}主持{{kind:{_its}Meeting}}, 应到 {{expected:N}} 人, 实到 {{present:N}} 人")
    def a_meeting_is_held(world, chair, kind, expected, present):
        world.hold(chair, kind, present)
        meeting = world.agenda().meeting
        assert (len(meeting.expected), len(meeting.present)) == (expected, present)

    @act(f"{_noun}里, {{chair:{_its}Person}}在会上{{trigger:{_its}Act}}{{given:{_its}Values}}")
    def somebody_decides(world, chair, trigger, given):
        world.decide(chair, "", trigger, given)

    @fact(f"{_noun}为「{{state:{_its}State}}」")
    def the_state_is(world, state):
        assert world.case("").state.state == state

    @fact(f"{_noun}历史中有 {{times:N}} 次「{{trigger:{_its}Act}}」")
    def it_happened_so_often(world, times, trigger):
        assert sum(row.event.trigger == trigger for row in world.history("")) == times
