"""All real messages imported from their list and driven to rest by the whole rule book; prints what became of them.

    .venv/bin/python -m tests.real_input.whole [sqlite|postgres …]

Exit 1 when a row is neither a case nor listed, when an end of the book stays empty, when fewer than 60 passed a
township meeting or fewer than 15 triggers were used, when the import took 200 MB, or when anything does not verify.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.audit.verify import Verdict, verify
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from engine.store.tables import cases
from tests.drill.places import BACKENDS, database
from tests.real_input import importing
from tests.real_input.book import Book, token_of
from tests.real_input.messages import FILE, MISSING
from tests.real_input.township import People, settle
from tests.serving import Client, serving
from tests.township import whole_book

ENDS = {state.code for state in whole_book().states.values() if state.final}
#: A word of the text of the message whose number comes twice in the list: that many cases are found by it.
TWICE = "37042"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`told` is what the import said; `ends` (state, level) -> how many; `found` cases by the repeated number."""

    told: dict[str, Any]
    peak: int
    fired: Counter[str]
    ends: Counter[tuple[str, str]]
    passed_township: int
    found: int
    verdict: Verdict

    @property
    def is_good(self) -> bool:
        rows, opened = self.told["rows"], self.told["opened"]
        return (
            rows == opened + len(self.told["problems"])
            and sum(self.ends.values()) == opened
            and {state for state, _ in self.ends} == ENDS
            and self.passed_township >= 60
            and len(self.fired) >= 15
            and self.peak < 200 * 2**20
            and not self.verdict.flaws
        )


def run(store: Store, folder: Path) -> Outcome:
    holders = settle(store)
    chosen = folder / "map.yaml"
    chosen.write_bytes(importing.MAP.read_bytes().replace(b"issue-escalation/1", b"issue-escalation/2"))
    brought = importing.run(store, "--apply", chosen=chosen)
    with serving(store.url, folder / "server.log") as server:
        people = _WithTokens(store=store, address=server.address, holders=holders)
        book = Book(people)
        book.run()
        found = book.found(TWICE)
    return Outcome(
        told=brought.told,
        peak=brought.peak,
        fired=book.fired,
        ends=_ends(store),
        passed_township=book.passed_township,
        found=found,
        verdict=verify(store, Rulebook.of([whole_book()], drafts_open=True)),
    )


class _WithTokens(People):
    """Everybody's connection with a token that the command line made."""

    def client(self, person: str) -> Client:
        if person not in self._clients:
            self._clients[person] = Client(self.address, token_of(self.store.url, person))
        return self._clients[person]


def _ends(store: Store) -> Counter[tuple[str, str]]:
    with store.read() as tx:
        return Counter((row.state, row.level) for row in tx.execute(sa.select(cases.c.state, cases.c.level)))


def main(wanted: list[str]) -> int:
    if not FILE.exists():
        sys.stdout.write(f"not run: {MISSING}\n")
        return 0
    outcomes = [_run(backend) for backend in wanted or BACKENDS]
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


def _run(backend: str) -> Outcome:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="minqing-book-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(backend, folder) as store:
            outcome = run(store, folder)
    _tell(backend, outcome, time.monotonic() - started)
    return outcome


def _tell(backend: str, outcome: Outcome, seconds: float) -> None:
    told, verdict = outcome.told, outcome.verdict
    lines = [
        f"{backend}: {told['rows']} rows = {told['opened']} cases + {len(told['problems'])} listed, {seconds:.0f} s; "
        f"import peak {outcome.peak / 2**20:.0f} MB; number {TWICE} finds {outcome.found} cases",
        f"  {sum(outcome.fired.values())} acts by {len(outcome.fired)} triggers: "
        + ", ".join(f"{trigger} {count}" for trigger, count in outcome.fired.most_common()),
        *(f"  {state} at {level}: {count}" for (state, level), count in sorted(outcome.ends.items())),
        f"  through a township meeting: {outcome.passed_township}",
        f"  {verdict.cases} cases, {verdict.rows} history rows verified, {len(verdict.flaws)} flaws",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
