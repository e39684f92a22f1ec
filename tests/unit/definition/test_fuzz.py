"""Whatever happens to the bytes of a file, reading and checking it ends in findings, never in an exception."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable

import pytest

from engine.definition import source
from engine.definition.check import check_workflow, examine
from engine.definition.decoding import Stop, decoded
from engine.definition.loader import read_workflow
from engine.definition.nodes import ListNode, MapNode, Node
from engine.definition.report import Report
from tests.unit.definition.files import FULL, V1

COUNT = int(os.environ.get("MINQING_TEST_FUZZ", "200"))
PARTS = 4  # so that two cores can share them
SEED = 20260306

HOSTILE = [
    b"&a ", b"*a ", b"!!python/object/apply:os.system ", b"<<: {}\n", b"---\n", b"...\n", b"%YAML 1.1\n", b"? ", b"- ",
    b"[", b"]", b"{", b"}", b"[" * 40, b"'", b'"', b"\t", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n",
    b"|\n", b">-\n", b"9" * 5000, b"1e400", b".nan", b"0x" + b"f" * 900, b"~", b"null", b"true", b"-1", b"#", b": ",
    "\u2028".encode(), b"\xc2\x85", b"[]", b"{}", b'""', b"x" * 3000, b"any: []", b"not: {not: {not: {}}}",
]  # fmt: skip
WORDS = [
    b"start", b"same", b"back", b"closer", b"open", b"handling", b"system", b"actor", b"every", b"none", b"true", b"12",
    b"1.5", b"80%", b"5 working days", b"{zh: a, en: b}", b"[a, b]", b"title", b"when", b"any", b"not", b"field",
    b"level", b"state", b"text", b"choice", b"money", b"list", b"final", b"sets", b"via", b"to", b"from", b"",
]  # fmt: skip


def flip_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def delete_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    del lines[at : at + chance.randint(1, 5)]
    return b"".join(lines)


def duplicate_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], *lines[at : at + chance.randint(1, 5)], *lines[at:]])


def swap_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def replace_tokens(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        tokens = list(re.finditer(rb"[a-z_0-9]+", data))
        token = chance.choice(tokens)
        word = chance.choice([*WORDS, chance.choice(tokens)[0]])
        data = data[: token.start()] + word + data[token.end() :]
    return data


def indent_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    by = chance.choice([-4, -2, -1, 1, 2, 4])
    for place in range(at, min(at + chance.randint(1, 4), len(lines))):
        lines[place] = b" " * by + lines[place] if by > 0 else lines[place][min(-by, len(lines[place])) :]
    return b"".join(lines)


def insert_hostile(data: bytes, chance: random.Random) -> bytes:
    starts = [0, *(match.end() for match in re.finditer(rb"[:\n,\[{] ?", data))]
    at = chance.choice(starts)
    return data[:at] + chance.choice(HOSTILE) + data[at:]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flip_bytes, delete_lines, duplicate_lines, swap_lines, replace_tokens, indent_lines, insert_hostile, cut,
]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        data = chance.choice(MUTATIONS)(data, chance) or b"\n"
    return data


def examine_mutated(original: bytes, numbers: range) -> None:
    for number in numbers:
        data = mutated(original, random.Random(SEED + number))
        try:
            examined = examine(data, "fuzz.yaml")
            checked = check_workflow(examined.workflow) if examined.workflow else ()
            sentences = [finding.text(tongue) for finding in examined.findings for tongue in ("zh", "en")]
        except Exception as error:
            raise AssertionError(f"mutation {number} raised {error!r}") from error
        assert set(checked) <= set(examined.findings), number
        assert examined.workflow or any(finding.code.is_error for finding in examined.findings), number
        assert all(finding.mark.line > 0 and finding.mark.column > 0 for finding in examined.findings), number
        assert all("\n" not in sentence for sentence in sentences), number


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_file_gives_findings_and_nothing_else(part):
    examine_mutated(V1.read_bytes(), range(part, COUNT, PARTS))


def test_a_mutated_file_with_every_key_gives_findings_and_nothing_else():
    examine_mutated(FULL.encode(), range(COUNT // 4))


@pytest.mark.parametrize("number", range(8))
def test_reading_alone_gives_a_workflow_exactly_when_it_finds_no_error(number):
    data = mutated(V1.read_bytes(), random.Random(SEED - number))

    read, examined = read_workflow(data, "fuzz.yaml"), examine(data, "fuzz.yaml")

    assert (read.workflow is None) == any(finding.code.is_error for finding in read.findings)
    assert examined.workflow == read.workflow
    assert set(read.findings) <= set(examined.findings)


def test_both_parsers_read_the_same_tree():
    """What the one in C takes for sound, the one in Python reads alike, but for the place of what is not there."""
    some = range(COUNT // 4)
    texts = filter(None, (_text(mutated(V1.read_bytes(), random.Random(number))) for number in some))
    sound = [(text, tree) for text in texts if (tree := source._quickly(text, ""))]
    assert len(sound) > COUNT // 40
    for text, tree in sound:
        assert _placed(tree) == _placed(source._read(text, Report(""), pure=True))


def _text(data: bytes) -> str:
    try:
        return decoded(data, Report(""))
    except Stop:
        return ""


def _placed(node: Node) -> object:
    if isinstance(node, MapNode):
        return node.mark, [(entry.key, entry.mark, _placed(entry.node)) for entry in node.entries]
    if isinstance(node, ListNode):
        return node.mark, [_placed(item) for item in node.items]
    return node if node.text else (node.kind, node.value)
