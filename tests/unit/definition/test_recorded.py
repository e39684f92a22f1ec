"""The way that shows a finding where a count hangs on what an act gave: told apart by what is given."""

from __future__ import annotations

import pytest

from engine.definition.check import examine
from engine.definition.findings import Code
from tests.soundness.writing import written

_FIELDS = (
    "gist: {T, type: text, max_length: 20}; ok: {T, type: flag}; amount: {T, type: integer, at_least: 0};"
    "kind: {T, type: choice, default: field, choices: {field: {zh: 田, en: Field}, wood: {zh: 林, en: Wood}}}"
)
_STATES = "working: {T, level: village}; done: {T, final: true}"


def lost(*rows, where, when="{counter: seen, at_least: 1}", of="every"):
    """The triggers on the way to a `back` that leads nowhere; None if it is not told."""
    text = written(*rows, "finish working done", f"undo working back | when: {when}", states=_STATES, fields=_FIELDS,
                   counters=f"seen: {{T, of: {of}, per: case, where: {where}}}")  # fmt: skip
    found = [each for each in examine(text.encode(), "file.yaml").findings if each.code is Code.S08]
    return [step.trigger for step in found[0].witness] if found else None


@pytest.mark.parametrize(
    ("where", "opening"),
    [
        ("{field: ok, is: true}", "needs: ok"),
        ("{field: ok, is: true}", "takes: ok"),
        ("{field: ok, given: true}", "takes: ok"),
        ("{not: {field: ok, given: true}}", "takes: ok"),
        ("{any: [{field: ok, is: true}, {field: ok, is: false}]}", "takes: ok"),
        ("[{field: ok, is: false}, {field: kind, is: wood}]", "needs: [ok, kind]"),
        ("{field: kind, is: field}", "takes: kind"),
        ("{field: kind, is: wood}", "takes: kind"),
        ("{field: amount, at_least: 3}", "takes: amount"),
    ],
)
def test_an_act_is_counted_that_gives_what_the_counter_asks(where, opening):
    assert lost(f"report start working | {opening}", where=where) == ["report", "undo"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_act_is_counted_by_what_it_gives_itself(number):
    way = lost("report start working | needs: ok", "note working same | takes: ok", of="note",
               where="{field: ok, is: true}", when=f"{{counter: seen, at_least: {number}}}")  # fmt: skip

    assert way == ["report", *["note"] * number, "undo"]


@pytest.mark.parametrize(
    ("where", "when"),
    [
        ("{field: ok, is: true}", "[{counter: seen, at_least: 1}, {field: ok, is: false}]"),
        ("{field: ok, is: true}", "[{counter: seen, at_most: 0}, {field: ok, is: true}]"),
        ("{field: ok, given: true}", "[{counter: seen, at_most: 0}, {field: ok, given: true}]"),
        ("{not: {field: ok, is: true}}", "[{counter: seen, at_least: 1}, {field: ok, is: true}]"),
    ],
)
def test_what_was_given_is_remembered_beside_what_was_counted(where, when):
    assert lost("report start working | takes: ok", where=where, when=when, of="report") is None


def test_what_a_destination_sets_is_counted_there():
    to = "[{when: {field: kind, is: wood}, to: same, sets: {ok: true}}, {to: same, sets: {ok: false}}]"
    rows = ("report start working | needs: kind", f"mark working {to}")
    ask = "{counter: seen, at_least: 1}"

    assert lost(*rows, of="mark", where="{field: ok, is: true}", when=ask) == ["report", "mark", "undo"]
    never = f"[{ask}, {{field: kind, is: field}}]"
    assert lost(*rows, of="mark", where="{field: ok, is: true}", when=never) is None


def test_who_acted_is_told_by_nobody_beforehand():
    assert lost("report start working | takes: ok", where="{actor: head}") == []
