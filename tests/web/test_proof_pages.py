"""Paper that witnesses: the minutes and the file of a case carry their checkpoint, as text and as a code to scan."""

from __future__ import annotations

import pytest

from engine.audit.checkpoints import CheckpointService
from engine.rules.signed_note import parse_checkpoint
from tests import township as t
from tests.api import world
from tests.web.client import Page
from tests.web.hygiene import flaws_of
from tests.web.world import Web


def met(web: Web) -> tuple[str, str]:
    """A meeting that was closed, and the case that it carried over."""
    case = world.village_queued(web)
    meeting = world.in_session(web)
    web.stepped("village_secretary", meeting, "close")
    return meeting, case


def signed_lines(page: Page) -> list[str]:
    return [node.raw for node in page.tree.all("pre", class_="ck")]


@pytest.mark.parametrize("language, words", [("zh", "这张纸请留好"), ("en", "Keep this paper")])
def test_the_minutes_carry_the_checkpoint_of_their_meeting(web: Web, language: str, words: str):
    meeting, _ = met(web)
    told = web.get("village_secretary", f"/v1/meetings/{meeting}")["checkpoint"]
    page = web.browser("village_secretary").likes(lang=language).get(f"/meetings/{meeting}/minutes")

    assert page.status == 200
    assert language == "en" or flaws_of(page) == []
    assert words in page.text
    assert signed_lines(page) == [web.get("village_secretary", told)["text"]]
    assert len(page.tree.all("svg", class_="mq-qr")) == 1


def test_minutes_whose_checkpoint_is_still_to_come_say_so(web: Web):
    key = web.office.signing_key
    key.rename(key.with_suffix(".away"))
    try:
        meeting, _ = met(web)
    finally:
        key.with_suffix(".away").rename(key)
    page = web.browser("village_secretary").get(f"/meetings/{meeting}/minutes")

    assert "这次会的核对点还没有取到" in page.text
    assert signed_lines(page) == []


def test_the_file_of_a_case_says_what_is_covered_and_what_is_not_yet(web: Web):
    _, case = met(web)
    covered = web.browser("auditor_township").get(f"/cases/{case}/print")
    web.done("village_clerk", case, "note", text="后来又问过一次")
    version = web.version(case)
    later = web.browser("auditor_township").get(f"/cases/{case}/print")

    assert flaws_of(covered) == flaws_of(later) == []
    assert f"第 1 到 {version - 1} 条由下面的核对点签名作证" in covered.text
    assert "还没有签名作证" not in covered.text
    assert f"第 {version} 条是最近一次核对点之后写入的，还没有签名作证" in later.text
    (row,) = CheckpointService(web.office).take(t.TOWNSHIP, "asked")
    assert f"第 1 到 {version} 条" in web.browser("auditor_township").get(f"/cases/{case}/print").text
    assert parse_checkpoint(row.text).size == row.size
