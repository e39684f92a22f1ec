"""The page for rule authors names every code, key and word of the language, in both tongues."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from engine.definition import calendar_file, clocks, counters, days, fields, header, loader, meetings, rows, states
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
from tests.unit.definition.files import ROOT, V1, reading_of

PAGE = (ROOT / "workflows" / "README.md").read_text(encoding="utf-8")
CHINESE, ENGLISH = PAGE.split("\n# How to write a workflow\n")
HALVES = pytest.mark.parametrize("half", [CHINESE, ENGLISH], ids=["zh", "en"])

KEYS = {
    *header.KEYS, *loader.SECTIONS, *states.ROLE_KEYS, *states.STATE_KEYS, *fields.KEYS, *counters.KEYS, *clocks.KEYS,
    *meetings.MEETING_KEYS, *rows.KEYS, "only_to", "never_to", "refuse", "remind", "fire", "with",
    *calendar_file.KEYS, *calendar_file.YEAR_KEYS, *calendar_file.SOURCE_KEYS,
    *calendar_file.DAYS_KEYS, *days.STRETCH_KEYS,
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


# --- the checklist of a new level ------------------------------------------------------------------------------------

SECTION = re.compile(r"^(?=[a-z]+:\n)", re.MULTILINE)


def lines_of_a_new_level(half):
    """The lines to write, by section."""
    (block,) = re.findall(r"```yaml\n(roles:\n.+?)```", half, re.DOTALL)
    return [part.split("\n", 1) for part in SECTION.split(block) if part]


def with_a_new_level(half):
    text = V1.read_text(encoding="utf-8")
    for head, lines in lines_of_a_new_level(half):
        assert f"\n{head}\n" in text
        text = text.replace(f"\n{head}\n", f"\n{head}\n{lines}", 1)
    return text


@HALVES
def test_the_checklist_of_a_new_level_leads_to_a_sound_file(half):
    text = with_a_new_level(half)
    third = re.search(r"`- (\{when: .+to: county_queued\})`", half)
    assert third
    whole = text.replace("      - {to: closer}\n", f"      - {third[1]}\n      - {{to: closer}}\n")
    whole = whole.replace("township_queued]", "township_queued, county_queued]")

    assert whole.count("county_queued") > text.count("county_queued") + 1
    assert not reading_of(text).findings
    assert not reading_of(whole).findings


@pytest.mark.parametrize(
    "row", ["assign_in_county", "return_to_township", "carry_over", "finish_in_county", "refer_to_county"]
)
def test_none_of_its_five_rows_can_be_left_out(row):
    text = with_a_new_level(CHINESE)
    (line,) = [line for line in text.splitlines() if f"trigger: {row}," in line and "county" in line]

    assert reading_of(text.replace(line + "\n", "")).findings


def test_both_halves_write_the_same_lines():
    assert lines_of_a_new_level(CHINESE) == lines_of_a_new_level(ENGLISH)
