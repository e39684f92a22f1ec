"""What one condition says of the actor tells what the next one answers."""

from __future__ import annotations

import pytest

from engine.definition.check import examine
from engine.definition.findings import Code
from tests.soundness.writing import written

_SENTENCES = {"always": "always holds", "never": "can never hold"}


@pytest.mark.parametrize(
    ("by", "first", "then", "told"),
    [
        ("head", "{actor: leader}", "{actor: holder}", "always"),
        ("head", "{actor: leader}", "{not: {actor: holder}}", "never"),
        ("head", "{not: {actor: holder}}", "{actor: leader}", "never"),
        ("head", "{actor: [leader, clerk]}", "{actor: [clerk, holder]}", "always"),
        ("[head, leader]", "{not: {actor: head}}", "{actor: leader}", "always"),
        ("head", "{actor: [leader, clerk]}", "{actor: holder}", ""),
        ("head", "{actor: holder}", "{actor: leader}", ""),
        ("head", "{not: {actor: leader}}", "{actor: holder}", ""),
    ],
)
def test_who_was_found_to_be_one_is_what_that_one_always_is(by, first, then, told):
    text = written("report start working", "finish working done",
                   f"check working [{{when: {then}, to: done}}, {{to: same}}] | by: {by}, when: {first}",
                   states="working: {T, level: town}; done: {T, final: true}")  # fmt: skip

    found = [each for each in examine(text.encode(), "file.yaml").findings if each.code is Code.S34]

    assert len(found) == bool(told)
    assert all(_SENTENCES[told] in each.en and each.en.endswith("say already who acts") for each in found)
