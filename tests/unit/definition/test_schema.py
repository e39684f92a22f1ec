"""The JSON Schema for editors: fresh, takes what the loader takes, marks what a clerk is likely to mistype."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.definition import rows
from engine.definition.nodes import ListNode, MapNode, Node, Scalar
from engine.definition.report import Report
from engine.definition.schema.document import schema, written
from engine.definition.schema.words import forgotten
from engine.definition.source import parse
from tests.unit.definition.files import DESIGN, FULL, ROOT, SMALL, V1

COMMITTED = ROOT / "workflows" / "schema.json"
VALIDATOR = Draft202012Validator(json.loads(COMMITTED.read_text(encoding="utf-8")))

#: Files that are wrong in a way the loader alone can tell, by what their finding says.
INVALID = Path(__file__).parent / "invalid"


def plain(node: Node | None) -> Any:
    """What an editor hands to its validator."""
    if isinstance(node, MapNode):
        return {entry.key: plain(entry.node) for entry in node.entries}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def errors(text: str) -> list[str]:
    tree = plain(parse(text.encode(), Report("file.yaml")))
    return [error.message for error in VALIDATOR.iter_errors(tree)]


def test_the_committed_schema_is_what_the_code_writes():
    assert COMMITTED.read_text(encoding="utf-8") == written(), "run: minqing schema > workflows/schema.json"


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())


def test_every_word_of_the_language_has_its_meaning():
    assert forgotten() == []


def test_a_new_key_cannot_be_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "KEYS", (*rows.KEYS, "newly"))

    with pytest.raises(KeyError, match="newly"):
        schema()


@pytest.mark.parametrize("text", [SMALL, FULL, V1.read_text(encoding="utf-8")], ids=["small", "full", "v1"])
def test_a_sound_file_is_valid(text: str):
    assert errors(text) == []


@pytest.mark.parametrize("name", ["issue-escalation.v1.yaml", "issue-escalation.v2.yaml", "works-project.v1.yaml"])
def test_the_files_of_the_design_are_valid(name: str):
    path = DESIGN / name
    if not path.exists():
        pytest.skip("the design is not here")

    assert errors(path.read_text(encoding="utf-8")) == []


MISTAKES = {
    "key misspelt": ("by: clerk, needs: gist", "by: clerk, need: gist"),
    "no title": ("trigger: report, title: {zh: 上报, en: Report}", "trigger: report"),
    "one language": ("{zh: 上报, en: Report}", "{zh: 上报}"),
    "empty language": ("{zh: 上报, en: Report}", '{zh: 上报, en: " "}'),
    "unknown type": ("type: text", "type: txt"),
    "flag as text": ("final: true", 'final: "yes"'),
    "code in capitals": ("  working: {title", "  Working: {title"),
    "word of the language as code": ("  clerk: {title", "  handler: {title"),
    "key of another type": ("type: text, max_length: 20", "type: date, max_length: 20"),
    "choice without choices": ("type: text, max_length: 20", "type: choice"),
    "list without entries": ("type: text, max_length: 20", "type: list"),
    "empty list": ("by: clerk, needs: gist", "by: clerk, needs: []"),
    "handling without level": ("level: village}\n  done", "handling: true}\n  done"),
    "gate of a final state": ("final: true}", "final: true, gate: weekly}"),
    "version as text": ("version: 1", 'version: "1"'),
    "number not quoted": ("by: clerk, needs: gist", "by: clerk, ref: 12"),
    "unknown condition": ("by: head}", "by: head, when: {feild: gist, given: true}}"),
    "two tests": ("by: head}", "by: head, when: {field: gist, given: true, is: a}}"),
    "test of another subject": ("by: head}", "by: head, when: {level: village, is: a}}"),
    "state outside visibility": ("by: head}", "by: head, when: {state: working}}"),
    "duration without unit": ("by: head}", "by: head, when: {since: opened, at_least: 5}}"),
    "unknown unit": ("by: head}", "by: head, when: {since: opened, at_least: 5 work days}}"),
    "share without percent": ("by: head}", "by: head, when: {clock: handle, past: 80}}"),
    "at once outside a meeting": ("by: head}", "by: head, at_once_if: {level: village}}"),
    "section missing": ("fields:\n", "feilds:\n"),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_marked(old: str, new: str):
    assert old in SMALL

    assert errors(SMALL.replace(old, new)) != []


def test_of_the_mistakes_of_form_the_schema_finds_most():
    files = sorted(INVALID.glob("s1[1-4]*.yaml"))
    found = [path for path in files if errors(path.read_text(encoding="utf-8"))]

    assert len(found) / len(files) > 0.7, [path.stem for path in files if path not in found]


def test_every_key_is_explained_in_both_languages():
    told = [text.split("\n\n") for text in descriptions(schema()["$defs"])]

    assert len(told) > 100
    assert all(len(pair) == 2 and all(pair) for pair in told)


def descriptions(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in descriptions(each)]
    if not isinstance(part, dict):
        return []
    here = [part["description"]] if isinstance(part.get("description"), str) else []
    return here + [text for each in part.values() for text in descriptions(each)]
