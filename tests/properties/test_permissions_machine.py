"""Whatever happens to users, posts, cases and sessions, in whatever order: nobody reads or moves what the model of
permissions denies, everybody reads what it allows, and one case and every list agree.

`make drill` runs many more and longer walks (MINQING_TEST_RIGHTS, the number of walks).
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests import township as t
from tests.api.in_process import client_of
from tests.databases import fresh_store
from tests.properties.rights_doors import Doors, Session, Token, application, services_of
from tests.properties.rights_facts import BODIES
from tests.properties.rights_reading import reads_as_the_model_says
from tests.properties.rights_rules import LATER, ROLES, ROWS, row_of, rows_from
from tests.properties.rights_world import WORDS, Rights

WALKS = int(os.environ.get("MINQING_TEST_RIGHTS", "12"))
STEPS = 30
CAST = (
    "zuzhang", "pianzhang", "village_clerk", "village_secretary", "village_clerk_2", "village_secretary_2",
    "village_secretary_other", "township_secretary", "township_station", "auditor_county", "lishen", "wangson",
)  # fmt: skip
LEVELS_OF_PLACES = (
    t.COUNTY, t.POWER_COMPANY, t.TOWNSHIP, t.OTHER_TOWNSHIP, t.STATION, f"{t.OTHER_TOWNSHIP}s1", t.VILLAGE, t.SIBLING,
    t.OTHER_VILLAGE, t.WUCHANG, t.SECOND, t.SIBLING_WUCHANG, t.OTHER_WUCHANG, t.GROUP, t.NEIGHBOURHOOD, *BODIES,
)  # fmt: skip
PLACES = (t.NEIGHBOURHOOD, t.GROUP, t.WUCHANG, t.SECOND, f"{t.SIBLING_WUCHANG}g1", t.OTHER_WUCHANG)
HELPERS = (t.STATION, t.POWER_COMPANY, t.SIBLING, t.TOWNSHIP)
VILLAGES = (t.VILLAGE, t.SIBLING, t.OTHER_VILLAGE)
TRIGGERS = tuple(dict.fromkeys(row["trigger"] for row in ROWS)) + ("watch",)

people = st.sampled_from(CAST)
numbers = st.integers(0, 99)
days = st.sampled_from((-1, 0, 0, 1))
given_data = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(("plain", "child")),
        "past": st.booleans(),
        "words": st.just(WORDS),
        "reporter": people,
        "about": people,
        "worker": people,
        "station": st.sampled_from(HELPERS),
        "helpers": st.lists(st.sampled_from(HELPERS), min_size=1, max_size=2, unique=True),
    },
)


class Township(RuleBasedStateMachine):
    """Each step is tried by whoever comes along; what the services answer is held against the model at once."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.database = fresh_store("sqlite")
        self.world = Rights(self.database.__enter__(), services_of)
        app = application(self.world)
        self.serving = client_of(app)
        self.doors = Doors(self.world, app, self.serving.__enter__())

    def teardown(self) -> None:
        self.serving.__exit__(None, None, None)
        self.database.__exit__(None, None, None)

    def case(self, number: int) -> str:
        return sorted(self.world.cases)[number % len(self.world.cases)]

    def meeting(self, number: int) -> str:
        return sorted(self.world.meetings)[number % len(self.world.meetings)]

    def has_cases(self) -> bool:
        return bool(self.world.cases)

    def has_meetings(self) -> bool:
        return bool(self.world.meetings)

    def has_doors(self) -> bool:
        return bool(self.world.cases and (self.doors.tokens or self.doors.sessions))

    # --- the register ------------------------------------------------------------------------------------------------

    @rule(person=people, role=st.sampled_from((*ROLES, *LATER)), place=st.sampled_from(LEVELS_OF_PLACES), start=days,
          length=st.sampled_from((None, None, 0, 1)))  # fmt: skip
    def take_up_a_post(self, person: str, role: str, place: str, start: int, length: int | None) -> None:
        first = self.world.day + timedelta(days=start)
        self.world.post(person, role, place, first, None if length is None else first + timedelta(days=length))

    @rule(number=numbers, ago=st.sampled_from((0, 1)))
    def end_a_post(self, number: int, ago: int) -> None:
        mine = [post for post in self.world.land.posts if post.person in CAST and post.last is None]
        post = mine[number % len(mine)] if mine else None
        last = self.world.day - timedelta(days=ago)
        if post is not None and post.first <= last:
            self.world.post(post.person, post.role, post.place, post.first, last)

    @rule(one=people, other=people)
    def become_relatives(self, one: str, other: str) -> None:
        if one != other and other not in self.world.land.kin.get(one, set()):
            self.world.relate(one, other)

    @rule()
    def a_day_goes_by(self) -> None:
        self.world.wait(days=1)

    # --- cases -------------------------------------------------------------------------------------------------------

    @initialize(unit=st.sampled_from(PLACES), version=st.sampled_from((1, 2)))
    def there_are_cases(self, unit: str, version: int) -> None:
        self.world.open("zuzhang", t.GROUP, version, words=WORDS)
        self.world.open("township_secretary", unit, 1)

    @rule(person=people, unit=st.sampled_from(PLACES), version=st.sampled_from((1, 2)), data=given_data,
          trigger=st.sampled_from(("begin", "begin", "begin", "seal")), behalf=st.none() | people)  # fmt: skip
    def open_a_case(self, person: str, unit: str, version: int, data: dict[str, Any], trigger: str,
                    behalf: str | None) -> None:  # fmt: skip
        takes = next(row["takes"] for row in ROWS if row["trigger"] == trigger and row["from"] == "start")
        fitting = {name: value for name, value in data.items() if name in takes}
        self.world.open(person, unit, version, trigger, behalf, **fitting)

    @precondition(has_cases)
    @rule(number=numbers, which=numbers, who=numbers, data=given_data, other=numbers)
    def act(self, number: int, which: int, who: int, data: dict[str, Any], other: int) -> None:
        """A row that the case's state has, half of the time by one of those who may."""
        ident = self.case(number)
        case = self.world.cases[ident]
        rows = rows_from(case.rules_version, case.state)
        if not rows:
            return
        row = rows[which % len(rows)]
        willing = [person for person in CAST if self.world.may(person, case, row)] if who % 2 else []
        person = (willing or CAST)[who // 2 % len(willing or CAST)]
        self.world.fire(person, ident, row["trigger"], **self._fitting(row, data, other))

    act_again = act
    act_once_more = act
    act_yet_again = act

    def _fitting(self, row: dict[str, Any], data: dict[str, Any], other: int) -> dict[str, Any]:
        named = {*row.get("takes", ()), *row.get("needs", ())}
        fitting = {name: value for name, value in data.items() if name in named}
        return fitting | ({"primary": self.case(other)} if "primary" in named else {})

    @precondition(has_cases)
    @rule(person=people, number=numbers, trigger=st.sampled_from(TRIGGERS))
    def try_anything(self, person: str, number: int, trigger: str) -> None:
        self.world.fire(person, self.case(number), trigger)

    @precondition(has_cases)
    @rule(number=numbers, to=st.sampled_from(HELPERS), who=st.none() | people, name=st.sampled_from(("assign", "hand")))
    def put_in_charge(self, number: int, to: str, who: str | None, name: str) -> None:
        """A case moves to another unit, or to somebody: by whoever may do that."""
        ident = self.case(number)
        case = self.world.cases[ident]
        row = row_of(case.rules_version, name, case.state)
        willing = [person for person in CAST if row and self.world.may(person, case, row)]
        if willing:
            self.world.fire(willing[0], ident, name, **({"worker": who} if who else {"station": to}))

    @precondition(has_cases)
    @rule(number=numbers, who=people, at=st.sampled_from(("guard", "recuse", "concern")), to=st.sampled_from(HELPERS))
    def draw_a_line(self, number: int, who: str, at: str, to: str) -> None:
        """A case is hidden from some, somebody is recused, another unit is concerned."""
        ident = self.case(number)
        case = self.world.cases[ident]
        row = row_of(case.rules_version, at, case.state)
        willing = [person for person in CAST if row and self.world.may(person, case, row)]
        data = {"guard": {"kind": "child"}, "recuse": {"about": who}, "concern": {"helpers": [to], "reporter": who}}
        if willing:
            self.world.fire(willing[-1], ident, at, **data[at])

    # --- meetings ----------------------------------------------------------------------------------------------------

    @rule(person=people, unit=st.sampled_from(VILLAGES), version=st.sampled_from((1, 2)))
    def set_a_meeting(self, person: str, unit: str, version: int) -> None:
        self.world.plan(person, unit, version)

    @precondition(has_meetings)
    @rule(person=people, number=numbers, what=st.sampled_from(("open", "open", "open", "cancel")))
    def step(self, person: str, number: int, what: str) -> None:
        self.world.step(person, self.meeting(number), what)

    @precondition(has_meetings)
    @rule(person=people, number=numbers, to=people)
    def delegate(self, person: str, number: int, to: str) -> None:
        self.world.delegate(person, self.meeting(number), to)

    @precondition(lambda self: self.has_meetings() and self.has_cases())
    @rule(person=people, number=numbers, which=numbers, trigger=st.sampled_from(("settle", "raise", "carry", "note")))
    def decide(self, person: str, number: int, which: int, trigger: str) -> None:
        self.world.decide(person, self.meeting(number), self.case(which), trigger)

    @precondition(has_meetings)
    @rule(person=people, number=numbers)
    def close(self, person: str, number: int) -> None:
        self.world.close(person, self.meeting(number))

    @rule(clerk=st.booleans(), trigger=st.sampled_from(("settle", "raise")))
    def a_whole_meeting(self, clerk: bool, trigger: str) -> None:
        """So that cases get through the gate more often than by chance: chaired by the secretary, or by his clerk."""
        meeting = self.world.plan("village_secretary", t.VILLAGE, 2)
        if meeting is None:
            return
        chair = "village_clerk" if clerk else "village_secretary"
        if clerk:
            self.world.delegate("village_secretary", meeting, chair)
        for case in [each for each in self.world.cases if self.world.cases[each].state == "new"]:
            self.world.fire("zuzhang", case, "up")
        if self.world.step(chair, meeting, "open"):
            for case in self.world.meetings[meeting].agenda:
                self.world.decide(chair, meeting, case, trigger)
            self.world.close(chair, meeting)

    # --- accounts, tokens, sessions ----------------------------------------------------------------------------------

    @rule(person=people, by_page=st.booleans())
    def come_in(self, person: str, by_page: bool) -> None:
        (self.doors.sign_in if by_page else self.doors.issue)(person)

    @precondition(has_doors)
    @rule(number=numbers, how=st.sampled_from(("out", "out", "end")))
    def go_out(self, number: int, how: str) -> None:
        door = self._door(number)
        if how == "end":
            self.doors.end(door.person)
        elif isinstance(door, Token):
            self.doors.revoke(door)
        else:
            self.doors.sign_out(door)

    @precondition(has_doors)
    @rule(number=numbers, which=numbers)
    def go_through_a_door(self, number: int, which: int) -> None:
        door = self._door(number)
        self.doors.reads(door, self.case(which))
        if isinstance(door, Token):
            self.doors.lists(door)
            self.doors.notes(door, self.case(which))

    def _door(self, number: int) -> Token | Session:
        doors = [*self.doors.tokens, *self.doors.sessions]
        return doors[number % len(doors)]

    # --- reading -----------------------------------------------------------------------------------------------------

    @invariant()
    def somebody_reads_everything(self) -> None:
        self.turn += 1
        reads_as_the_model_says(self.world, CAST[self.turn % len(CAST)])


def walked(machine: type[RuleBasedStateMachine], walks: int) -> None:
    """Run the machine; the same walks each time."""
    how = settings(
        max_examples=walks, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False, phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=how)


def test_nobody_reads_or_moves_what_the_model_denies_and_everybody_reads_what_it_allows():
    walked(Township, WALKS)
