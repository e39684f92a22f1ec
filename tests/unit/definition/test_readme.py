"""The page for rule authors names every code, key and word of the language, in both tongues."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from engine.definition import clocks, counters, fields, header, loader, meetings, rows, states
from engine.definition.findings import Code
from engine.definition.model import (
    RELATIONS,
    RESERVED,
    DateRange,
    Distinct,
    FieldType,
    OnHoliday,
    Per,
    Pii,
    Slot,
    TimeUnit,
)
from engine.definition.subjects import SUBJECTS, TESTS
from tests.unit.definition.files import ROOT

PAGE = (ROOT / "workflows" / "README.md").read_text(encoding="utf-8")
CHINESE, ENGLISH = PAGE.split("\n# How to write a workflow\n")
HALVES = pytest.mark.parametrize("half", [CHINESE, ENGLISH], ids=["zh", "en"])

KEYS = {
    *header.KEYS, *loader.SECTIONS, *states.ROLE_KEYS, *states.STATE_KEYS, *fields.KEYS, *counters.KEYS, *clocks.KEYS,
    *meetings.MEETING_KEYS, *rows.KEYS, "only_to", "never_to", "refuse", "remind", "fire", "with",
}  # fmt: skip


@HALVES
@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_row(half, code):
    assert len(re.findall(rf"^\| {code} \| .+ \| .+ \|$", half, re.MULTILINE)) == 1


@HALVES
def test_every_key_and_word_is_named(half):
    enums: list[type[StrEnum]] = [FieldType, Slot, Pii, DateRange, Per, Distinct, OnHoliday, TimeUnit]
    words = {member.value for enum in enums for member in enum}

    missing = [
        word
        for word in sorted({*KEYS, *RELATIONS, *RESERVED, *SUBJECTS, *TESTS, *words})
        if not re.search(rf"`[^`\n]*\b{re.escape(word)}\b[^`\n]*`", half)
    ]

    assert not missing


@pytest.mark.parametrize("pattern", ["^## ", r"^\|", r"^\| S\d\d "])
def test_both_halves_have_as_many_parts_and_rows(pattern):
    chinese, english = (len(re.findall(pattern, half, re.MULTILINE)) for half in (CHINESE, ENGLISH))

    assert chinese == english > 10
