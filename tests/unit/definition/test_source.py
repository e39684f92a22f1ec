"""The reader of YAML: what it takes a scalar for, what it refuses, and that nothing makes it raise."""

from __future__ import annotations

import pytest

from engine.definition import source
from engine.definition.decoding import MAX_BYTES
from engine.definition.findings import Code
from engine.definition.model import Mark
from engine.definition.nodes import Kind, ListNode, MapNode, Scalar, resolve
from engine.definition.report import Report
from engine.definition.source import MAX_DEPTH, parse


def findings_of(data: bytes) -> list[tuple[str, str, str]]:
    report = Report("file.yaml")
    parse(data, report)
    return [(found.code.value, f"{found.mark.line}:{found.mark.column}", found.zh) for found in report.findings]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("on", Kind.TEXT, "on"),
        ("NO", Kind.TEXT, "NO"),
        ("yes", Kind.TEXT, "yes"),
        ("12:30", Kind.TEXT, "12:30"),
        ("2026-03-06", Kind.TEXT, "2026-03-06"),
        ("80%", Kind.TEXT, "80%"),
        ("1_000", Kind.TEXT, "1_000"),
        ("0b11", Kind.TEXT, "0b11"),
        ("+-1", Kind.TEXT, "+-1"),
        ("１２", Kind.TEXT, "１２"),
        ("0755", Kind.INTEGER, 755),
        ("-7", Kind.INTEGER, -7),
        ("+7", Kind.INTEGER, 7),
        ("0o17", Kind.INTEGER, 15),
        ("0xfF", Kind.INTEGER, 255),
        ("999999999999999", Kind.INTEGER, 999999999999999),
        ("1000000000000000", Kind.HUGE, None),
        ("0x" + "f" * 5000, Kind.HUGE, None),
        ("9" * 5000, Kind.HUGE, None),
        ("true", Kind.FLAG, True),
        ("False", Kind.FLAG, False),
        ("TRUE", Kind.FLAG, True),
        ("", Kind.NOTHING, None),
        ("~", Kind.NOTHING, None),
        ("null", Kind.NOTHING, None),
        ("1.5", Kind.DECIMAL, None),
        (".5", Kind.DECIMAL, None),
        ("1e3", Kind.DECIMAL, None),
        ("-.inf", Kind.DECIMAL, None),
        (".NaN", Kind.DECIMAL, None),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_core_says(text, kind, value):
    scalar = resolve(text, Mark(line=1, column=1), quoted=False)

    assert (scalar.kind, scalar.value) == (kind, value)


@pytest.mark.parametrize("text", ["true", "12", "", "null", "1.5"])
def test_what_is_quoted_is_text(text):
    assert resolve(text, Mark(line=1, column=1), quoted=True).value == text


def test_the_tree_knows_the_place_of_every_key_and_value():
    tree = parse("甲: 1\nlist:\n  - a\n  - {b: 'c'}\n".encode(), Report("f"))

    assert isinstance(tree, MapNode)
    first, second = tree.entries
    assert (first.key, first.mark, first.node.mark) == ("甲", Mark(line=1, column=1), Mark(line=1, column=4))
    assert isinstance(second.node, ListNode)
    inner = second.node.items[1]
    assert isinstance(inner, MapNode)
    assert inner.mark == Mark(line=4, column=5)
    assert inner.get("b") == Scalar(Mark(line=4, column=9), "c", Kind.TEXT, "c")
    assert inner.get("x") is None


def test_block_texts_and_folded_texts_are_text():
    tree = parse(b"a: |\n  12\nb: >-\n  true\n", Report("f"))

    assert isinstance(tree, MapNode)
    assert [entry.node.value for entry in tree.entries] == ["12\n", "true"]


@pytest.mark.parametrize(
    ("data", "place", "part"),
    [
        (b"", "1:1", "文件是空的"),
        (b"# only a comment\n", "1:1", "文件是空的"),
        (b"---\n...\n", "1:1", "文件是空的"),
        (b"~\n", "1:1", "文件是空的"),
        (b"a: 1\n---\nb: 2\n", "2:1", "只能有一个文档"),
        (b"%YAML 1.2\n---\na: 1\n", "1:1", "指令"),
        (b"%TAG ! tag:x,2026:\n---\na: 1\n", "1:1", "指令"),
        (b"a: !!python/object/apply:os.system [echo]\n", "1:4", "标签"),
        (b"a: ! x\n", "1:4", "标签"),
        (b"a: &b 1\n", "1:4", "锚点（&b）"),
        (b"a: *b\n", "1:4", "别名（*b）"),
        (b"<<: {a: 1}\n", "1:1", "合并键"),
        (b"a: 1\nb: 2\na: 3\n", "3:1", "键 'a' 重复，第 1 行已有"),
        (b"'a': 1\na: 3\n", "2:1", "重复"),
        (b"? [a]\n: 1\n", "1:3", "键只能是一个词"),
        (b"? {a: 1}\n: 1\n", "1:3", "键只能是一个词"),
        (b"a: [1, 2\n", "1:4", "括号没有配对"),
        (b"a: 'x\n", "1:4", "引号没有配对"),
        (b"a: b: c\n", "1:5", "文字里含有冒号"),
        (b"a:\n\t- b\n", "2:1", "制表符"),
        (b"a: @x\n", "1:4", "加引号"),
        (b"a: }\n", "1:4", "多出一个符号"),
        (b"a: [b, {c: d]\n", "1:13", "还没有用 } 结束"),
        (b'a: "\\q"\n', "1:6", "反斜杠"),
        (b"a: 1\n b: 2\n", "2:3", "冒号"),
        (b"a: 1\nb\n", "2:1", "缺少冒号"),
        (b"  a: 1\n b: 2\n", "2:2", "多出内容"),
        (b"a:\n  - 1\n - 2\n", "3:2", "缩进不齐"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa: 1\n", "1:1", "U+FEFF"),
        (b"a: 1\nb: \xef\xbb\xbf2\n", "2:4", "U+FEFF"),
        (b"\xff\xfea\x00:\x00", "1:1", "不是 UTF-8"),
        (b"\xfe\xff\x00a", "1:1", "不是 UTF-8"),
        ("甲: 1\r\n乙: ".encode() + b"\xc4\xe3", "2:4", "不是 UTF-8"),
        (b"a: \x00", "1:4", "U+0000"),
        (b"a: 1\rb: \x07", "2:4", "U+0007"),
        ("a: 1\u2028b: 2".encode(), "1:5", "U+2028"),
        (b"a: \xc2\x85", "1:4", "U+0085"),
        (b"%" * 50, "1:2", "不合 YAML 语法"),
    ],
)
def test_what_lies_outside_the_language_is_refused_with_its_place(data, place, part):
    findings = findings_of(data)

    assert [(code, at) for code, at, _ in findings] == [("S00", place)]
    assert part in findings[0][2]


def test_several_refusals_are_told_at_once():
    data = b"a: &x 1\nb: *x\nc: !t 2\nc: 3\n<<: 4\n? [d]\n: 5\n"

    assert [at for _, at, _ in findings_of(data)] == ["1:4", "2:4", "3:4", "4:1", "5:1", "6:3"]


@pytest.mark.parametrize("key", ["1", "true", "1.5", "~", ""])
def test_a_key_that_is_no_text_is_a_wrong_type(key):
    assert [(code, at) for code, at, _ in findings_of(f"a: 1\n{key}: 2\n".encode())] == [("S11", "2:1")]


def test_a_byte_order_mark_at_the_very_beginning_is_passed_over():
    report = Report("f")
    tree = parse(b"\xef\xbb\xbfa: 1\n", report)

    assert isinstance(tree, MapNode)
    assert (tree.entries[0].key, tree.entries[0].mark) == ("a", Mark(line=1, column=1))
    assert not report.findings


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_count_alike_with_every_newline(newline):
    tree = parse(newline.join(["a: 1", "b: 2", "c: 3"]).encode(), Report("f"))

    assert isinstance(tree, MapNode)
    assert [entry.mark.line for entry in tree.entries] == [1, 2, 3]


def test_depth_ends_at_thirty():
    assert not findings_of(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert [at for _, at, _ in findings_of(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))] == ["1:31"]


def test_size_ends_at_one_megabyte():
    assert findings_of(b"a: 1\n" + b"#" * (MAX_BYTES - 5)) == []
    assert findings_of(b"a: 1\n" + b"#" * (MAX_BYTES - 4)) == [("S00", "1:1", "文件超过 1 MB")]


@pytest.mark.parametrize("error", [RecursionError("deep"), ValueError("odd"), AttributeError("none"), KeyError("k")])
def test_whatever_the_library_raises_becomes_a_finding(monkeypatch, error):
    def breaking(text, *, pure):
        raise error
        yield

    monkeypatch.setattr(source, "_events", breaking)

    assert findings_of(b"a: 1\n") == [("S00", "1:1", f"文件无法解析（{type(error).__name__}）")]


def test_a_long_name_is_cut_in_findings():
    (finding,) = findings_of(b"a: *" + b"x" * 5000)

    assert len(finding[2]) < 80


def test_the_code_of_a_refusal_is_s00_and_has_a_path():
    report = Report("f")
    parse(b"states:\n  done: {title: {zh: &a x}}\n  list: [1, &b 2]\n", report)

    assert [(found.code, found.path) for found in report.findings] == [
        (Code.S00, "states.done.title.zh"),
        (Code.S00, "states.list[1]"),
    ]


@pytest.mark.parametrize(
    ("text", "wide", "narrow"),
    [("a:\n  b： c\n  d: e\n", "：", ":"), ("a: {b: c， d: e}\nf: [\n", "，", ","), ("a: 【b: c]\n", "【", "[")],
)
def test_the_punctuation_of_a_chinese_keyboard_is_pointed_at(text, wide, narrow):
    ((code, _, said),) = findings_of(text.encode())

    assert code == "S00"
    assert said.endswith(f"；附近有全角的“{wide}”，作语法用时请改成半角的 {narrow}")
