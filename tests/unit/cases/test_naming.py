"""Names of several cases hidden in one text."""

from __future__ import annotations

from engine.cases.naming import joined
from engine.rules.mask import Names, index_of


def test_beside_a_protected_case_no_part_of_a_name_is_left():
    ordinary, protected = Names((index_of(["李大嫂"]),)), Names((index_of(["张小明"]),), nameless=True)

    assert joined([ordinary]).hide("李大嫂来过") == "李*嫂来过"
    assert joined([ordinary, protected]).hide("李大嫂带张小明来过") == "***带***来过"
