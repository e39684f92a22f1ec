"""A dozen real messages, on both databases, over HTTP to rest (`python -m tests.real_input` sends a hundred)."""

from __future__ import annotations

import pytest

from tests.real_input.messages import FILE, MISSING, messages
from tests.real_input.running import run

ROWS = 12


@pytest.mark.skipif(not FILE.exists(), reason=MISSING)
def test_real_messages_are_driven_to_rest_and_none_is_lost_or_changed(store, tmp_path):
    report = run(store, tmp_path, messages(ROWS))

    assert sum(report.ends.values()) == ROWS
    assert {state for state, _ in report.ends} == {"struck_off", "not_accepted"}
    assert report.passed_township >= ROWS // 10
    assert (report.changed, report.shown_otherwise) == (0, 0)
    assert report.with_tabs > 0
    assert report.verdict.flaws == ()
    assert report.verdict.cases == ROWS
