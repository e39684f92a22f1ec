"""All of the real list over 27 villages: every row becomes a case or is listed, and a second run adds nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.audit.verify import verify
from engine.rules.rulebook import Rulebook
from engine.store.db import Store
from tests.real_input.importing import again, entered, lines, numbers, run
from tests.real_input.messages import FILE, MISSING
from tests.real_input.township import settle
from tests.township import default_rules

MEMORY = 200_000_000


@pytest.mark.skipif(not FILE.exists(), reason=MISSING)
def test_every_row_of_the_real_list_becomes_a_case_or_is_listed(sqlite_store: Store):
    settle(sqlite_store)

    first = run(sqlite_store, "--apply")
    second = again(sqlite_store)

    rows, bodies = lines(), entered(sqlite_store)
    failed = {problem["row"] for problem in first.told["problems"]}
    listed = Counter(rows[at].number for at in failed)
    assert first.told["rows"] == len(rows) == len(bodies) + len(failed)
    assert numbers(bodies) + listed == Counter(row.number for row in rows.values())
    assert max(numbers(bodies).values()) == 2  # one number comes twice, under two headings
    assert len({case["unit"][:12] for case in first.told["cases"]}) == 27
    assert (len(second.opened), second.already) == (0, len(bodies))
    kept = Counter((body["data"]["gist"], body["data"]["content"]) for body in bodies)
    sent = Counter((" ".join(row.subject.split()), row.text) for at, row in rows.items() if at not in failed)
    assert kept == sent
    assert all(body["note"].startswith("补录；") for body in bodies)
    assert verify(sqlite_store, Rulebook.of(default_rules())).flaws == ()
    assert first.peak < MEMORY
