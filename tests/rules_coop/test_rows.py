"""Each row of the cooperative: who, from where to where, with what, through which meeting."""

from __future__ import annotations

from tests.rules.rows import RowTests
from tests.rules_coop.table import TABLE


class TestRows(RowTests):
    table = TABLE
