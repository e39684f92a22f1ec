"""`minqing simulate`: the same bytes from the same seed, and figures that add up with what is in the database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api.cli import app as command_line
from engine.audit.verify import verify
from engine.cases.rules_folder import open_rulebook
from engine.store.tables import agenda, cases, history, inbox, meetings, timers
from engine.wiring import Store, open_database
from tests import township as t

ASKED = ("simulate", "--days", "21", "--cases", "30", "--seed", "7")
ROOT = Path(__file__).parent.parent.parent


@dataclass
class Run:
    """What was said, and the database that was kept."""

    said: dict[str, Any]
    text: str
    store: Store

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.execute(query).all())

    def number(self, query: sa.Select[Any]) -> int:
        return int(self.rows(query)[0][0])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    url = f"sqlite:///{tmp_path_factory.mktemp('simulated') / 'kept.db'}"
    outcome = CliRunner().invoke(command_line, [*ASKED, "--json", "--database-url", url])
    assert outcome.exit_code == 0, outcome.output
    store = open_database(url)
    yield Run(said=json.loads(outcome.output), text=outcome.output, store=store)
    store.dispose()


def test_another_process_with_another_order_of_hashes_says_the_same_bytes(run: Run):
    command = [sys.executable, "-c", "from api.cli import app; app()", *ASKED, "--json"]
    surroundings = {**os.environ, "PYTHONHASHSEED": "4711"}
    again = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, check=True)

    assert again.stdout.decode() == run.text


def test_the_history_adds_up(run: Run):
    verdict = verify(run.store, open_rulebook(run.store, t.WORKFLOWS))

    assert verdict.flaws == ()
    assert run.said["verified"] == {"cases": 30, "rows": verdict.rows, "flaws": 0}


def test_the_states_sum_up_to_all_cases(run: Run):
    by_level = Counter(
        {
            row.level: row.n
            for row in run.rows(sa.select(cases.c.level, sa.func.count().label("n")).group_by(cases.c.level))
        }
    )
    told: Counter[str] = Counter()
    for each in run.said["states"]:
        told[each["level"]] += each["cases"]

    assert told == by_level
    assert sum(told.values()) == run.said["cases"] == 30
    assert run.said["open"] == run.number(sa.select(sa.func.count()).where(cases.c.closed_at.is_(None)))
    assert run.said["overdue"] == sum(each["overdue"] for each in run.said["states"]) <= run.said["open"]


def test_what_the_clocks_did_is_in_the_history_and_no_step_was_left_undone(run: Run):
    system = sa.select(history.c.trigger).where(history.c.actor == "system", history.c.meeting.is_(None))
    fired = run.number(sa.select(sa.func.count()).where(timers.c.outcome == "fired"))
    late = timers.c.next_try_at <= datetime.fromisoformat(run.said["until"])

    assert Counter(run.said["fired"]) == Counter(row.trigger for row in run.rows(system))
    assert run.said["fired"]
    assert sum(each["times"] for each in run.said["reminders"]) <= fired
    assert run.number(sa.select(sa.func.count()).where(late)) == 0


def test_the_weeks_sum_up_to_all_meetings_and_their_items(run: Run):
    weeks = run.said["weeks"]
    status = Counter(row.status for row in run.rows(sa.select(meetings.c.status)))
    outcomes = Counter(row.outcome for row in run.rows(sa.select(agenda.c.outcome)))

    assert sum(week["held"] for week in weeks) == status["closed"] > 50
    assert sum(week["missed"] for week in weeks) == status["planned"] > 0
    assert sum(week["decided"] for week in weeks) == outcomes["effective"] > 0
    assert sum(week["raised"] for week in weeks) == outcomes["consequence"]


def test_missed_meetings_stand_in_the_queue_and_letters_in_the_inboxes(run: Run):
    (queue,) = [each for each in run.said["blocked"] if each["kind"] == "meeting"]

    assert queue["code"] == "turn_missed"
    assert 0 < queue["count"] <= sum(week["missed"] for week in run.said["weeks"])
    assert run.said["messages"] == run.number(sa.select(sa.func.count()).select_from(inbox)) > 30


def test_the_rules_refused_nothing(run: Run):
    assert run.said["refused"] == []


def test_a_database_that_holds_something_is_left_alone(run: Run):
    outcome = CliRunner().invoke(command_line, [*ASKED, "--database-url", run.store.url])

    assert outcome.exit_code == 1
    assert "not empty" in outcome.output
    assert run.number(sa.select(sa.func.count()).select_from(cases)) == 30


def test_the_lines_tell_the_same_figures_in_both_languages(run: Run):
    outcome = CliRunner().invoke(command_line, ["simulate", "--days", "2", "--cases", "3", "--seed", "7"])

    assert outcome.exit_code == 0, outcome.output
    assert "simulated 2 days, 3 cases, seed 7" in outcome.output
    assert "事项按层级和状态" in outcome.output
    assert "verified 3 cases" in outcome.output
