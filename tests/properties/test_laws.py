"""Whatever is asked in whatever order, under whatever small rules: one door, a true history, pinned rules (laws 1-3).

And the judge can see: three bugs, put into the running program by a test alone, are each found in the same budget.
`make drill` runs twenty times as many sequences (MINQING_TEST_WALKS).
"""

from __future__ import annotations

import dataclasses
import os

import pytest
import sqlalchemy as sa

import engine.cases.door
import engine.rules.counting
import engine.rules.decide
import engine.store.casebook
from engine.audit.verify import verify
from engine.cases.service import CaseService
from engine.rules.chain import GENESIS
from engine.rules.rulebook import Rulebook
from engine.store.tables import cases
from tests import township as t
from tests.properties.reference import LawBroken
from tests.properties.walking import COMMANDS, walk_all

SEQUENCES = int(os.environ.get("MINQING_TEST_WALKS", "100"))
PARTS = 4  # so that two cores can share them
BUDGET = SEQUENCES // PARTS


@pytest.fixture
def store(sqlite_store):
    t.settle(sqlite_store)
    return sqlite_store


@pytest.mark.parametrize("part", range(PARTS))
def test_random_sequences_keep_laws_one_to_three(store, part):
    commands, used = walk_all(store, range(part, SEQUENCES, PARTS))

    assert commands == len(range(part, SEQUENCES, PARTS)) * COMMANDS
    verdict = verify(store, Rulebook.of(rules.workflow for rules in used))
    assert verdict.flaws == ()
    assert verdict.rows > commands / 5


def test_a_version_that_is_not_looked_at_is_found(store, monkeypatch):
    decide = engine.cases.door.decide
    monkeypatch.setattr(
        engine.cases.door,
        "decide",
        lambda compiled, request: decide(compiled, dataclasses.replace(request, expected=None)),
    )

    with pytest.raises(LawBroken, match="done at version"):
        walk_all(store, range(BUDGET))


def test_a_chain_that_does_not_hang_together_is_found(store, monkeypatch):
    row_hash = engine.store.casebook.row_hash
    monkeypatch.setattr(
        engine.store.casebook, "row_hash", lambda facts, committed, _previous: row_hash(facts, committed, GENESIS)
    )

    with pytest.raises(LawBroken, match="hash is wrong"):
        walk_all(store, range(BUDGET))


def test_a_second_writer_is_found(store, monkeypatch):
    fire = CaseService.fire

    def fire_and_close(self, caller, case_id, command, expected):
        held = fire(self, caller, case_id, command, expected)
        if command.trigger == "write":
            with self.office.store.begin() as tx:
                tx.execute(sa.update(cases).where(cases.c.id == case_id).values(state="ended"))
        return held

    monkeypatch.setattr(CaseService, "fire", fire_and_close)

    with pytest.raises(LawBroken, match="the case row says"):
        walk_all(store, range(BUDGET))


@pytest.mark.parametrize(
    ("module", "name", "left_out", "said"),
    [
        (engine.rules.decide, "judge_people", None, "does not name him|a handler did it"),
        (engine.rules.decide, "judge_fields", None, "lacks what the row needs"),
        (engine.rules.decide, "judge_when", None, "does not hold"),
        (engine.rules.counting, "_in_span", True, "does not hold"),
    ],
)
def test_a_rule_that_is_not_looked_at_is_found(store, monkeypatch, module, name, left_out, said):
    monkeypatch.setattr(module, name, lambda *_: left_out)

    with pytest.raises(LawBroken, match=said):
        walk_all(store, range(BUDGET))
