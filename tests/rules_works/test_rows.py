"""Each row of the works project: who, from where to where, with what, through which meeting."""

from __future__ import annotations

from tests.rules.rows import RowTests
from tests.rules_works.table import TABLE


class TestRows(RowTests):
    table = TABLE
