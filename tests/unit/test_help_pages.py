"""The help pages of each persona: in both languages, every picture is there and every picture is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
HELP = DOCS / "help"
WHO = (
    "linzhang", "heads", "village_clerk", "village_secretary", "township_office", "township_station",
    "township_leaders", "township_duty", "auditor", "operator",
)  # fmt: skip
PAGES = [f"{who}{ending}" for who in WHO for ending in (".md", ".zh-CN.md")]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_PICTURE = re.compile(r"!\[[^\]]+\]\((images/[^)]+\.png)\)")


def text_of(page: str) -> str:
    return (HELP / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page: str):
    found = [link for link in _LINK.findall(text_of(page)) if not link.startswith("http")]
    assert found
    assert [link for link in found if not (HELP / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_the_table_of_the_docs(page: str):
    assert f"(help/{page})" in (DOCS / "README.md").read_text(encoding="utf-8")


def test_every_picture_is_shown_by_a_page():
    shown = {picture for page in PAGES for picture in _PICTURE.findall(text_of(page))}
    assert {f"images/{file.name}" for file in (HELP / "images").glob("*.png")} == shown


def test_the_pictures_are_small():
    assert sum(file.stat().st_size for file in (HELP / "images").glob("*.png")) < 3_000_000
