"""Verification finds what was changed behind the engine's back, and knows an erased payload from a changed one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.audit.verify import Flaw, Verdict, verify, verify_case
from engine.rules.chain import commitment, row_facts, row_hash
from engine.store.db import Tx
from engine.store.folding import event_from_row
from engine.store.tables import APPEND_ONLY, case_ties, cases, history, payloads
from tests import township as t
from tests.databases import BACKENDS, fresh_store
from tests.store.world import TALKED, World

TABLES = (cases, case_ties, history, payloads)


class Tampered:
    """A township whose database no longer holds its history; `behind` undoes afterwards what a test has changed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.case = world.bring("township_handling", reporter={"name": "张小明", "phone": "13812341234"})
        self.other = world.open("linzhang_other", f"{t.OTHER_WUCHANG}g1n1")
        self.intact = self.verify()
        with world.store.begin() as tx:
            _let_go(tx, sqlite=world.store.is_sqlite)

    def verify(self, **asked: Any) -> Verdict:
        return verify(self.world.store, self.world.office.rulebook, **asked)

    def row(self, seq: int) -> Any:
        return next(row for row in self.world.rows(history) if (row.case_id, row.seq) == (self.case, seq))

    @contextmanager
    def behind(self, *statements: sa.Executable) -> Iterator[None]:
        before = {table: [dict(row._mapping) for row in self.world.rows(table)] for table in TABLES}
        with self.world.store.begin() as tx:
            for statement in statements:
                tx.execute(statement)
        yield
        with self.world.store.begin() as tx:
            for table in reversed(TABLES):
                tx.execute(sa.delete(table))
            for table, rows in before.items():
                tx.execute(sa.insert(table), rows)

    def found(self, *statements: sa.Executable) -> set[tuple[int | None, str]]:
        """The flaws of the case after these statements; the other case has none."""
        with self.behind(*statements):
            flaws = self.verify().flaws
            with self.world.store.read() as tx:
                assert set(verify_case(tx, self.world.office.rulebook, self.case)) == set(flaws)
        assert {flaw.case_id for flaw in flaws} <= {self.case}
        return {(flaw.seq, flaw.what) for flaw in flaws}

    # --- statements ---

    def on_case(self, **values: object) -> sa.Update:
        return sa.update(cases).where(cases.c.id == self.case).values(values)

    def on_row(self, seq: int, **values: object) -> sa.Update:
        return sa.update(history).where(history.c.case_id == self.case, history.c.seq == seq).values(values)

    def on_payload(self, seq: int, **values: object) -> sa.Update:
        return sa.update(payloads).where(payloads.c.case_id == self.case, payloads.c.seq == seq).values(values)

    def without(self, table: sa.Table, *seqs: int) -> sa.Delete:
        return sa.delete(table).where(table.c.case_id == self.case, table.c.seq.in_(seqs))


def _let_go(tx: Tx, *, sqlite: bool) -> None:
    """As somebody does who owns the database."""
    if not sqlite:
        for table in (*APPEND_ONLY, payloads):
            tx.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
        return
    for name in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
        tx.exec_driver_sql(f"DROP TRIGGER {name}")


@pytest.fixture(scope="module", params=BACKENDS)
def tampered(request: pytest.FixtureRequest) -> Iterator[Tampered]:
    with fresh_store(request.param) as store:
        yield Tampered(World(store))


# --- nothing wrong ---------------------------------------------------------------------------------------------------


def test_an_untouched_township_has_no_flaw(tampered: Tampered):
    rows = len(tampered.world.rows(history))

    assert tampered.intact == Verdict(cases=2, rows=rows, erased=0, flaws=())
    assert tampered.verify() == tampered.intact


def test_one_home_can_be_verified_alone(tampered: Tampered):
    with tampered.behind(tampered.on_case(state="struck_off")):
        here, there = tampered.verify(home=t.TOWNSHIP), tampered.verify(home=t.OTHER_TOWNSHIP)

    assert (here.cases, [flaw.what for flaw in here.flaws]) == (1, ["column"])
    assert (there.cases, there.rows, there.flaws) == (1, 1, ())
    assert tampered.verify(home="nowhere") == Verdict(cases=0, rows=0, erased=0, flaws=())


def test_an_erased_payload_still_verifies_and_is_counted(tampered: Tampered):
    with tampered.behind(tampered.on_payload(1, body=None, salt=None), tampered.on_payload(3, body=None, salt=None)):
        verdict = tampered.verify()
        view = tampered.world.queries.get("zuzhang", tampered.case)

    assert (verdict.erased, verdict.flaws) == (2, ())
    assert "gist" not in view.data  # the text is gone
    assert view.state.state == "township_handling"


def test_verifying_writes_nothing(tampered: Tampered):
    before = [tampered.world.rows(table) for table in TABLES]
    tampered.verify()

    assert [tampered.world.rows(table) for table in TABLES] == before


# --- every kind of flaw ----------------------------------------------------------------------------------------------


def test_a_row_taken_out_leaves_a_gap(tampered: Tampered):
    found = tampered.found(tampered.without(payloads, 3), tampered.without(history, 3))

    assert {(4, "gap"), (4, "previous"), (None, "fold")} <= found
    assert not any(seq in (1, 2) for seq, _ in found)


def test_the_first_row_taken_out_is_a_gap_too(tampered: Tampered):
    found = tampered.found(tampered.without(payloads, 1), tampered.without(history, 1))

    assert {(2, "gap"), (2, "previous"), (None, "fold")} <= found


def test_rows_taken_off_the_end_show_in_the_case_row(tampered: Tampered):
    last = tampered.world.version(tampered.case)
    found = tampered.found(tampered.without(payloads, last), tampered.without(history, last))

    assert found == {(None, "last_hash"), (None, "fold"), (None, "column"), (None, "ties")}


def test_a_case_without_any_row_does_not_add_up(tampered: Tampered):
    here = range(1, tampered.world.version(tampered.case) + 1)

    assert tampered.found(tampered.without(payloads, *here), tampered.without(history, *here)) == {
        (None, "last_hash"),
        (None, "fold"),
    }


def test_a_row_hung_on_another_is_a_flaw(tampered: Tampered):
    assert tampered.found(tampered.on_row(2, previous="0" * 64)) == {(2, "previous"), (2, "hash")}


def test_two_rows_that_changed_places_are_found(tampered: Tampered):
    swap = [tampered.on_row(2, hash=tampered.row(3).hash), tampered.on_row(3, hash=tampered.row(2).hash)]

    assert tampered.found(*swap) == {(2, "hash"), (3, "hash"), (3, "previous"), (4, "previous")}


#: Columns of a row that nothing else is derived from, each with another value.
FACTS: dict[str, object] = {
    "ref": "T99",
    "line": 1,
    "post": "another post",
    "post_role": "village_secretary",
    "post_place": "elsewhere",
    "facts": {"done_on": "2020-01-01"},
    "occurred_at": timedelta(microseconds=1),
    "client_at": timedelta(0),
    "agenda_no": 7,
    "meeting": "another meeting",
    "proxy": True,
    "hash": "f" * 64,
}


def test_no_fact_of_a_row_can_be_changed_unseen(tampered: Tampered):
    row = tampered.row(3)
    for name, value in FACTS.items():
        other = (row.occurred_at + value) if isinstance(value, timedelta) else value
        assert (3, "hash") in tampered.found(tampered.on_row(3, **{name: other})), name


def test_who_acted_and_where_it_led_cannot_be_changed_unseen(tampered: Tampered):
    changes: dict[str, object] = {
        "actor": "village_clerk",
        "target": "reported",
        "level_to": "village",
        "recorded_at": tampered.row(2).recorded_at + timedelta(seconds=1),
        "responsible": {"people": ["village_clerk"], "units": []},
        "texts": ["measure"],
    }
    for name, value in changes.items():
        assert (2, "hash") in tampered.found(tampered.on_row(2, **{name: value})), name


def test_a_row_rewritten_with_its_own_hash_breaks_the_next(tampered: Tampered):
    row = tampered.row(3)
    event = event_from_row(row, None)
    facts = row_facts(row.home, row.case_id, event) | {"ref": "T99"}
    rehashed = row_hash(facts, row.commitment, row.previous)

    assert tampered.found(tampered.on_row(3, ref="T99", hash=rehashed)) == {(4, "previous")}


def test_the_last_row_rewritten_with_its_own_hash_shows_in_the_case_row(tampered: Tampered):
    row = tampered.row(tampered.world.version(tampered.case))
    facts = row_facts(row.home, row.case_id, event_from_row(row, None)) | {"ref": "T99"}
    rehashed = row_hash(facts, row.commitment, row.previous)

    assert tampered.found(tampered.on_row(row.seq, ref="T99", hash=rehashed)) == {(None, "last_hash")}


def test_another_text_does_not_fit_its_commitment(tampered: Tampered):
    body = {"data": {"gist": "别的事由，与原来不同"}}

    assert tampered.found(tampered.on_payload(1, body=body)) == {(1, "commitment")}
    assert tampered.found(tampered.on_payload(1, salt="00" * 16)) == {(1, "commitment")}
    assert tampered.found(tampered.on_payload(1, body=None)) == {(1, "commitment")}  # the salt is there still


def test_another_text_with_a_commitment_of_its_own_breaks_the_row(tampered: Tampered):
    body, salt = {"data": {"gist": "别的事由，与原来不同"}}, "00" * 16
    found = tampered.found(
        tampered.on_payload(1, body=body, salt=salt), tampered.on_row(1, commitment=commitment(salt, body))
    )

    assert found == {(1, "hash")}


def test_a_folded_state_that_the_history_does_not_give_is_found(tampered: Tampered):
    folded = next(row.folded for row in tampered.world.rows(cases) if row.id == tampered.case)

    for change in ({"opener": "village_clerk"}, {"fired": {}}, {"handlers": {"people": [], "units": []}}):
        assert tampered.found(tampered.on_case(folded=folded | change)) == {(None, "fold")}, change


def test_every_column_drawn_from_the_state_is_compared(tampered: Tampered):
    moment = tampered.world.clock.at
    for name, value in {
        "state": "struck_off",
        "level": "wuchang",
        "version": 99,
        "unit": t.SECOND,
        "opened_at": moment,
        "entered_at": moment + timedelta(days=1),
        "closed_at": moment,
    }.items():
        assert tampered.found(tampered.on_case(**{name: value})) == {(None, "column")}, name


def test_a_tie_too_few_or_too_many_is_found(tampered: Tampered):
    mine = (case_ties.c.case_id == tampered.case, case_ties.c.slot == "opener")
    more = {"home": t.TOWNSHIP, "case_id": tampered.case, "slot": "opener", "kind": "person", "target": "lishen"}

    assert tampered.found(sa.delete(case_ties).where(*mine)) == {(None, "ties")}
    assert tampered.found(sa.insert(case_ties).values(more)) == {(None, "ties")}
    assert tampered.found(sa.update(case_ties).where(*mine).values(target="lishen")) == {(None, "ties")}


def test_another_last_hash_is_found(tampered: Tampered):
    assert tampered.found(tampered.on_case(last_hash="0" * 64)) == {(None, "last_hash")}


def test_an_act_on_top_of_a_broken_history_does_not_heal_it(tampered: Tampered):
    world = tampered.world
    case = world.open()
    with world.store.begin() as tx:
        tx.execute(sa.update(history).where(history.c.case_id == case).values(ref="T99"))

    world.fire("zuzhang", case, "record_measure", **TALKED)

    assert tampered.verify().flaws == (Flaw(case_id=case, seq=1, what="hash"),)
    with world.store.begin() as tx:
        tx.execute(sa.update(history).where(history.c.case_id == case, history.c.seq == 1).values(ref="T01"))
    assert tampered.verify().flaws == ()


# --- what is not found today -----------------------------------------------------------------------------------------


def test_a_text_whose_salt_was_taken_away_is_a_flaw(tampered: Tampered):
    assert tampered.found(tampered.on_payload(1, body={"data": {"gist": "别的事由，与原来不同"}}, salt=None))


def test_a_payload_that_is_gone_altogether_is_a_flaw(tampered: Tampered):
    assert tampered.found(tampered.without(payloads, 3))


@pytest.mark.parametrize("column", ["category", "urgency"])
def test_the_columns_that_lists_filter_by_are_compared(tampered: Tampered, column: str):
    assert tampered.found(tampered.on_case(**{column: "other"}))


def test_the_format_of_a_row_cannot_be_changed_unseen(tampered: Tampered):
    assert tampered.found(tampered.on_row(2, row_format=2))


DEADLY: dict[str, dict[str, object]] = {
    "case": {"file_hash": "0" * 64},
    "case version": {"workflow_version": 99},
    "folded": {"folded": {}},
}
DEADLY_ROWS: dict[str, dict[str, object]] = {
    "an unknown state": {"target": "nowhere"},
    "an unknown move": {"move": "sideways"},
    "an unknown field": {"facts": {"mood": "bad"}},
    "a float": {"facts": {"done_on": 1.5}},
}


@pytest.mark.parametrize("what", [*DEADLY, *DEADLY_ROWS, "a salt that is no hex"])
def test_what_cannot_even_be_read_is_a_flaw_and_stops_nothing(tampered: Tampered, what: str):
    if what in DEADLY:
        change: sa.Executable = tampered.on_case(**DEADLY[what])
    elif what in DEADLY_ROWS:
        change = tampered.on_row(3, **DEADLY_ROWS[what])
    else:
        change = tampered.on_payload(3, salt="xyz")
    with tampered.behind(change):
        try:
            told: object = tampered.verify().flaws
        except (LookupError, ValueError) as error:
            told = error
    assert isinstance(told, tuple), repr(told)
    assert told
