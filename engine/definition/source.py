"""From the bytes of a file to a tree with marks: the only place that knows the YAML library.

The allowed part of YAML 1.2 is small, and everything outside it is refused with S00 before anybody reads a value:
tags, anchors, aliases, merge keys, duplicate keys, several documents, directives, more than 30 levels, more than 1 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from engine.definition.findings import Code
from engine.definition.model import NOWHERE, Mark, Title
from engine.definition.nodes import Entry, Kind, ListNode, MapNode, Node, Scalar, Unread, resolve
from engine.definition.report import Report
from engine.definition.syntax import advice, explained, is_unended
from engine.definition.words import found, shown, shown_key

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 30

_BOM = b"\xef\xbb\xbf"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _Stop(Exception):
    """The finding is reported; nothing after it can be read."""


def parse(data: bytes, report: Report) -> Node | None:
    """The tree of a file; None if it cannot be read at all. Every refusal is reported as S00, nothing is raised.

    The parser in C reads a sound file in a seventh of the time; whatever it stumbles over is read again by the one in
    Python, whose words tell what is wrong (docs/adr/0018).
    """
    try:
        text = _decode(data, report)
    except _Stop:
        return None
    return _quickly(text, report.file) or _read(text, report, pure=True)


def _quickly(text: str, file: str) -> Node | None:
    """The tree of a sound text without tabs, of which the two parsers think differently."""
    report = Report(file)
    tree = None if "\t" in text else _read(text, report, pure=False)
    return None if report.findings else tree


def _read(text: str, report: Report, *, pure: bool) -> Node | None:
    try:
        return _Builder(_events(text, pure=pure), report).document()
    except _Stop:
        return None
    except MarkedYAMLError as error:
        _syntax(error, report, text)
    except Exception as error:  # noqa: BLE001 - the library raises anything on hostile input; a file is never a crash
        zh, en = "文件无法解析", "the file cannot be parsed"
        report.add(Code.S00, NOWHERE, "", f"{zh}（{type(error).__name__}）", f"{en} ({type(error).__name__})")
    return None


def _events(text: str, *, pure: bool) -> Iterator[Any]:
    return YAML(typ="safe", pure=pure).parse(text)  # type: ignore[no-any-return]


def _decode(data: bytes, report: Report) -> str:
    """The text, without the one byte order mark some editors put first."""
    if len(data) > MAX_BYTES:
        report.add(Code.S00, NOWHERE, "", "文件超过 1 MB", "the file is larger than 1 MB")
        raise _Stop
    body = data.removeprefix(_BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        zh, en = "文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8: save it as UTF-8"
        report.add(Code.S00, _mark_after(before), "", zh, en)
        raise _Stop from error
    _refuse_characters(text, report)
    return text


def _refuse_characters(text: str, report: Report) -> None:
    if bad := _FORBIDDEN.search(text):
        name = f"U+{ord(bad[0]):04X}"
        zh, en = f"含有不可见的控制字符 {name}，请删去", f"the invisible character {name} must be removed"
        report.add(Code.S00, _mark_after(text[: bad.start()]), "", zh, en)
        raise _Stop


def _mark_after(text: str) -> Mark:
    lines = re.split("\r\n|\r|\n", text)
    return Mark(line=len(lines), column=len(lines[-1]) + 1)


def _mark(mark: Any) -> Mark:
    return Mark(line=mark.line + 1, column=mark.column + 1) if mark is not None else NOWHERE


def _syntax(error: MarkedYAMLError, report: Report, text: str) -> None:
    problem = str(error.problem or error.context or "")
    marks = [error.problem_mark, error.context_mark]
    mark = next(filter(None, reversed(marks) if is_unended(problem) else marks), None)
    place = _mark(mark)
    lines = text.split("\n")[max(place.line - 2, 0) : place.line]
    report.add(Code.S00, place, "", *explained(problem, lines), advice(problem, lines))


class _Builder:
    """Builds the tree from the events of the parser; knows where it is for the paths of its findings."""

    def __init__(self, events: Iterator[Any], report: Report) -> None:
        self._events = events
        self._report = report
        self._trail: list[str] = []

    def document(self) -> Node:
        """The one document of the file."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._start(event, first=root is None)
            elif isinstance(event, NodeEvent):
                root = self._node(event, depth=1)
        if root is None or (isinstance(root, Scalar) and root.kind is Kind.NOTHING):
            self._fail(NOWHERE, "文件是空的", "the file is empty")
            raise _Stop
        return root

    def _start(self, event: DocumentStartEvent, *, first: bool) -> None:
        if not first:
            self._fail(
                _mark(event.start_mark),
                "一个文件只能有一个文档（多出一行 ---）",
                "a file holds one document (there is another ---)",
            )
            raise _Stop
        if event.version or event.tags:
            self._fail(NOWHERE, "不能用 % 开头的指令", "directives (lines that begin with %) are not allowed")

    def _node(self, event: Any, depth: int) -> Node:
        mark = _mark(event.start_mark)
        self._refuse_marks(event, mark)
        if isinstance(event, ScalarEvent):
            return resolve(event.value, mark, quoted=bool(event.style))
        if isinstance(event, AliasEvent):
            return Unread(mark)
        if depth > MAX_DEPTH:
            self._fail(mark, f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")
            raise _Stop
        if isinstance(event, MappingStartEvent):
            return MapNode(mark, tuple(self._entries(depth)))
        assert isinstance(event, SequenceStartEvent)
        return ListNode(mark, tuple(self._items(depth)))

    def _refuse_marks(self, event: Any, mark: Mark) -> None:
        """Tags, anchors and aliases."""
        anchor = shown_key(event.anchor) if event.anchor else ""
        if isinstance(event, AliasEvent):
            self._fail(
                mark, f"不能用别名（*{anchor}），请照写一遍", f"aliases (*{anchor}) are not allowed: write it out"
            )
        elif anchor:
            self._fail(mark, f"不能用锚点（&{anchor}）", f"anchors (&{anchor}) are not allowed")
        if not isinstance(event, AliasEvent) and event.tag:
            tag = shown(event.tag)[1:-1]
            self._fail(mark, f"不能用标签（{tag}）", f"tags ({tag}) are not allowed")

    def _items(self, depth: int) -> Iterator[Node]:
        for number, event in enumerate(self._children()):
            self._trail.append(f"[{number}]")
            yield self._node(event, depth + 1)
            self._trail.pop()

    def _entries(self, depth: int) -> Iterator[Entry]:
        seen: dict[str, Mark] = {}
        for event in self._children():
            key = self._node(event, depth + 1)
            name = key.text if isinstance(key, Scalar) else ""
            self._trail.append(f".{shown_key(name)}" if name else "")
            node = self._node(next(self._events), depth + 1)
            if self._may_stand(key, seen):
                seen[name] = key.mark
                yield Entry(name, key.mark, node)
            self._trail.pop()

    def _children(self) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                return
            yield event

    def _may_stand(self, key: Node, seen: dict[str, Mark]) -> bool:
        if not isinstance(key, Scalar):
            self._fail(
                key.mark, "键只能是一个词，不能是列表、映射或别名", "a key is one word, never a list, map or alias"
            )
        elif key.text == "<<":
            self._fail(key.mark, "不能用合并键（<<），请照写一遍", "merge keys (<<) are not allowed: write it out")
        elif key.kind is not Kind.TEXT:
            zh, en = found(key)
            self._fail(
                key.mark, f"键应为一个英文小写的词，却是{zh}", f"a key is a lower-case word, found {en}", Code.S11
            )
        elif key.text in seen:
            line = seen[key.text].line
            zh, en = (
                f"键 {shown(key.text)} 重复，第 {line} 行已有",
                f"the key {shown(key.text)} is already in line {line}",
            )
            again = key.mark.line
            hint = Title(
                zh=f"第 {line} 行和第 {again} 行只留一处；几项写成列表 [甲, 乙]",
                en=f"keep one of the lines {line} and {again}; several entries make a list [a, b]",
            )
            self._fail(key.mark, zh, en, hint=hint)
        else:
            return True
        return False

    def _fail(self, mark: Mark, zh: str, en: str, code: Code = Code.S00, hint: Title | None = None) -> None:
        self._report.add(code, mark, "".join(self._trail).removeprefix("."), zh, en, hint)
