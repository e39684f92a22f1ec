"""Whatever happens to users, posts, cases and sessions, in whatever order: nobody reads or moves what the model of
permissions denies, everybody reads what it allows, and one case and every list agree.

`make drill` runs many more and longer walks (MINQING_TEST_RIGHTS, the number of walks).
"""

from __future__ import annotations

import ast
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import engine.rules.decide
import engine.rules.reading
from tests import township as t
from tests.api.in_process import client_of
from tests.databases import fresh_store
from tests.properties import permission_model as model
from tests.properties.rights_doors import Doors, Session, Token, application, services_of
from tests.properties.rights_facts import BODIES
from tests.properties.rights_reading import reads_as_the_model_says
from tests.properties.rights_rules import LATER, ROLES, ROWS, row_of, rows_from
from tests.properties.rights_world import WORDS, Rights

WALKS = int(os.environ.get("MINQING_TEST_RIGHTS", "8"))
STEPS = 30
CAST = (
    "zuzhang", "pianzhang", "village_clerk", "village_secretary", "village_clerk_2", "village_secretary_2",
    "village_secretary_other", "township_secretary", "township_station", "auditor_county", "lishen", "wangson",
)  # fmt: skip
WORKPLACES = (
    t.COUNTY, t.POWER_COMPANY, t.TOWNSHIP, t.OTHER_TOWNSHIP, t.STATION, f"{t.OTHER_TOWNSHIP}s1", t.VILLAGE, t.SIBLING,
    t.OTHER_VILLAGE, t.WUCHANG, t.SECOND, t.SIBLING_WUCHANG, t.OTHER_WUCHANG, t.GROUP, t.NEIGHBOURHOOD, *BODIES,
)  # fmt: skip
PLACES = (t.NEIGHBOURHOOD, t.GROUP, t.WUCHANG, t.SECOND, f"{t.SIBLING_WUCHANG}g1", t.OTHER_WUCHANG)
HELPERS = (t.STATION, t.POWER_COMPANY, t.SIBLING, t.TOWNSHIP)
VILLAGES = (t.VILLAGE, t.SIBLING, t.OTHER_VILLAGE)
TRIGGERS = (*dict.fromkeys(row["trigger"] for row in ROWS), "watch")

#: What brings a case on, state by state: chosen more often than what stays.
ONE_STEP = {"new": ("up", "finish"), "above": ("finish",), "checked": ("confirm",), "done": ("reopen",),
            "merged": ("split",), "waits": (), "sealed": ()}  # fmt: skip
#: Each step is chosen by a seed: so what a walk does varies more than hypothesis lets small numbers vary.
seeds = st.integers(0, 2**32 - 1)


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

    def begin(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def someone(self) -> str:
        return self.chance.choice(CAST)

    def case(self) -> str:
        return self.chance.choice(sorted(self.world.cases))

    def meeting(self) -> str:
        return self.chance.choice(sorted(self.world.meetings))

    def has_cases(self) -> bool:
        return bool(self.world.cases)

    def has_meetings(self) -> bool:
        return bool(self.world.meetings and self.world.cases)

    def has_doors(self) -> bool:
        return bool(self.world.cases and (self.doors.tokens or self.doors.sessions))

    # --- the register ------------------------------------------------------------------------------------------------

    @rule(seed=seeds)
    def take_up_a_post(self, seed: int) -> None:
        """Begun yesterday, today or tomorrow; without an end, or for a day or two."""
        self.begin(seed)
        first = self.world.day + timedelta(days=self.chance.choice((-1, 0, 0, 1)))
        length = self.chance.choice((None, None, 0, 1))
        role, place = self.chance.choice((*ROLES, *LATER)), self.chance.choice(WORKPLACES)
        self.world.post(self.someone(), role, place, first, None if length is None else first + timedelta(days=length))

    @rule(seed=seeds)
    def end_a_post(self, seed: int) -> None:
        self.begin(seed)
        last = self.world.day - timedelta(days=self.chance.choice((0, 1)))
        mine = [p for p in self.world.land.posts if p.person in CAST and p.last is None and p.first <= last]
        if mine:
            post = self.chance.choice(mine)
            self.world.post(post.person, post.role, post.place, post.first, last)

    @rule(seed=seeds)
    def become_relatives(self, seed: int) -> None:
        self.begin(seed)
        one, other = self.chance.sample(CAST, 2)
        if other not in self.world.land.kin.get(one, set()):
            self.world.relate(one, other)

    @rule()
    def a_day_goes_by(self) -> None:
        self.world.wait(days=1)

    # --- cases -------------------------------------------------------------------------------------------------------

    @initialize(seed=seeds)
    def there_are_cases(self, seed: int) -> None:
        self.begin(seed)
        for _ in range(3):
            unit = self.chance.choice(PLACES)
            self.world.open("township_secretary", unit, self.chance.choice((1, 2)), words=WORDS)

    @rule(seed=seeds)
    def open_a_case(self, seed: int) -> None:
        self.begin(seed)
        version, trigger = self.chance.choice((1, 2)), self.chance.choice(("begin", "begin", "begin", "seal"))
        row = row_of(version, trigger, "start")
        assert row is not None
        behalf = self.chance.choice((None, None, self.someone()))
        self.world.open(self.someone(), self.chance.choice(PLACES), version, trigger, behalf, **self.data(row))

    def data(self, row: dict[str, Any]) -> dict[str, Any]:
        """Some of what the row takes, and all that it needs."""
        wanted = [*row.get("needs", ()), *(name for name in row.get("takes", ()) if self.chance.random() < 0.4)]
        return {name: self.value(name) for name in wanted}

    def value(self, field: str) -> Any:
        match field:
            case "kind":
                return self.chance.choice(("plain", "child"))
            case "past":
                return self.chance.random() < 0.5
            case "words":
                return WORDS
            case "station":
                return self.chance.choice(HELPERS)
            case "helpers":
                return self.chance.sample(HELPERS, self.chance.choice((1, 2)))
            case "primary":
                return self.case()
        return self.someone()

    @precondition(has_cases)
    @rule(seed=seeds)
    def act(self, seed: int) -> None:
        """A row that the case's state has, mostly by one of those who may."""
        self.begin(seed)
        ident = self.case()
        case = self.world.cases[ident]
        rows = rows_from(case.rules_version, case.state)
        if rows:
            row = self.chance.choice([row for row in rows if row["trigger"] in ONE_STEP[case.state]] * 3 + rows)
            row = next(
                (r for r in rows if r["trigger"] == "take" and case.successor and self.chance.random() < 0.4), row
            )
            willing = [person for person in CAST if self.world.may(person, case, row)]
            person = self.chance.choice(willing) if willing and self.chance.random() < 0.7 else self.someone()
            self.world.fire(person, ident, row["trigger"], **self.data(row))

    act_again = act
    act_once_more = act
    act_yet_again = act
    act_and_act = act

    @precondition(has_cases)
    @rule(seed=seeds)
    def try_anything(self, seed: int) -> None:
        self.begin(seed)
        self.world.fire(self.someone(), self.case(), self.chance.choice(TRIGGERS))

    # --- meetings ----------------------------------------------------------------------------------------------------

    @rule(seed=seeds)
    def set_a_meeting(self, seed: int) -> None:
        self.begin(seed)
        self.world.plan(self.someone(), self.chance.choice(VILLAGES), self.chance.choice((1, 2)))

    @precondition(has_meetings)
    @rule(seed=seeds)
    def at_a_meeting(self, seed: int) -> None:
        self.begin(seed)
        meeting = self.meeting()
        match self.chance.choice(("open", "cancel", "delegate", "decide", "close")):
            case "open" | "cancel" as what:
                self.world.step(self.someone(), meeting, what)
            case "delegate":
                self.world.delegate(self.someone(), meeting, self.someone())
            case "decide":
                trigger = self.chance.choice(("settle", "raise", "carry", "note"))
                self.world.decide(self.someone(), meeting, self.case(), trigger)
            case "close":
                self.world.close(self.someone(), meeting)

    @rule(seed=seeds)
    def a_whole_meeting(self, seed: int) -> None:
        """So that cases get through the gate more often than by chance: chaired by the secretary, or by his clerk."""
        self.begin(seed)
        for case in [each for each in self.world.cases if self.world.cases[each].state == "new"]:
            if self.world.rows_read("zuzhang", self.world.cases[case]):
                self.world.fire("zuzhang", case, "up")
        meeting = self.world.plan("village_secretary", t.VILLAGE, 2)
        chair = self.chance.choice(("village_secretary", "village_clerk"))
        if meeting is not None and chair == "village_clerk":
            self.world.delegate("village_secretary", meeting, chair)
        if meeting is not None and self.world.step(chair, meeting, "open"):
            for case in self.world.meetings[meeting].agenda:
                self.world.decide(chair, meeting, case, self.chance.choice(("settle", "raise")))
            if self.chance.random() < 0.7:
                self.world.close(chair, meeting)

    # --- accounts, tokens, sessions ----------------------------------------------------------------------------------

    @rule(seed=seeds)
    def come_in(self, seed: int) -> None:
        self.begin(seed)
        self.chance.choice((self.doors.sign_in, self.doors.issue))(self.someone())

    @precondition(has_doors)
    @rule(seed=seeds)
    def go_out(self, seed: int) -> None:
        self.begin(seed)
        door = self.door()
        if self.chance.random() < 0.3:
            self.doors.end(door.person)
        elif isinstance(door, Token):
            self.doors.revoke(door)
        else:
            self.doors.sign_out(door)

    @precondition(has_doors)
    @rule(seed=seeds)
    def go_through_a_door(self, seed: int) -> None:
        self.begin(seed)
        door = self.door()
        self.doors.reads(door, self.case())
        if isinstance(door, Token):
            self.doors.lists(door)
            self.doors.notes(door, self.case())

    go_through_another = go_through_a_door

    def door(self) -> Token | Session:
        return self.chance.choice([*self.doors.tokens, *self.doors.sessions])

    # --- reading -----------------------------------------------------------------------------------------------------

    @invariant()
    def somebody_reads_everything(self) -> None:
        self.turn += 1
        reads_as_the_model_says(self.world, CAST[self.turn % len(CAST)], self.turn)


def walked(machine: type[RuleBasedStateMachine], walks: int) -> None:
    """Run the machine; the same walks each time."""
    how = settings(
        max_examples=walks, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False, phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=how)


def test_nobody_reads_or_moves_what_the_model_denies_and_everybody_reads_what_it_allows():
    walked(Township, WALKS)


def test_the_model_stands_on_one_page_and_asks_the_engine_nothing():
    text = Path(model.__file__).read_text(encoding="utf-8")
    tree = ast.parse(text)
    told = [node.body[0] for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef)]
    said = {line for first in told for line in range(first.lineno, (first.end_lineno or 0) + 1)}

    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len([line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in said]) <= 60


@pytest.mark.parametrize(
    ("module", "name", "left_out"),
    [
        (engine.rules.reading, "_is_hidden", lambda attempt: False),
        (engine.rules.decide, "judge_people", lambda attempt: None),
    ],
)
def test_a_right_that_is_not_looked_at_is_found(monkeypatch, module, name, left_out):
    monkeypatch.setattr(module, name, left_out)

    with pytest.raises(AssertionError):
        walked(Township, 8)
