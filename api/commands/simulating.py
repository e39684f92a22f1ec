"""`simulate`: a synthetic township under the simulated clock, and what became of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api import simulation_texts
from api.commands.ending import Exit, JsonFlag, failed, print_json, told
from api.demo.organisation import SEED
from api.demo.simulating import Simulated, simulate
from api.settings import load_settings
from engine.wiring import Store, is_current, open_database

app = typer.Typer()


@app.command("simulate")
@told
def simulation(
    days: Annotated[int, typer.Option(min=1, max=365, help="天数 / how many days")] = 365,
    cases: Annotated[int, typer.Option(min=1, max=20_000, help="事项件数 / how many cases")] = 1_200,
    seed: Annotated[int, typer.Option(help="同一种子结果相同 / the same seed, the same outcome")] = SEED,
    database_url: Annotated[
        str | None, typer.Option(help="留下数据的空数据库 / an empty database, to keep what was made")
    ] = None,
    as_json: Annotated[bool, JsonFlag] = False,
) -> None:
    """模拟一个镇：会议、时限、消息照常运行。 / Simulate a township with its meetings, clocks and letters."""
    with _database(database_url) as store:
        found = simulate(store, load_settings().workflows_dir, days=days, cases=cases, seed=seed)
    if as_json:
        print_json(simulation_texts.as_json(found))
    else:
        for line in simulation_texts.lines(found):
            typer.echo(line)
    _must_add_up(found)


def _must_add_up(found: Simulated) -> None:
    if found.verdict.flaws:
        raise failed("历史核对不符", f"the history does not add up: {found.verdict.flaws[0]}", Exit.NOT_SO)


@contextmanager
def _database(url: str | None) -> Iterator[Store]:
    """The empty database that was named, or one that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="minqing-") as folder:
        kept = url is not None
        store = open_database(url or f"sqlite:///{Path(folder) / 'simulated.db'}", throwaway=not kept)
        try:
            if kept and is_current(store):
                raise failed("数据库不是空的", "the database is not empty", Exit.NOT_SO)
            yield store
        finally:
            store.dispose()
