"""From the bytes of a file to a tree with marks: the only place that knows the YAML library.

The allowed part of YAML 1.2 is small, and everything outside it is refused with S00 before anybody reads a value:
tags, anchors, aliases, merge keys, duplicate keys, several documents, directives, more than 30 levels, more than 1 MB.
"""

from __future__ import annotations

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

from engine.definition.decoding import Stop, decoded
from engine.definition.findings import Code
from engine.definition.model import NOWHERE, Mark, Title
from engine.definition.nodes import Entry, Kind, ListNode, MapNode, Node, Scalar, Unread, resolve
from engine.definition.report import Report
from engine.definition.slips import Complaint, slip, without_dash
from engine.definition.syntax import advice, explained, is_unended
from engine.definition.words import found, shown, shown_key

MAX_DEPTH = 30


def parse(data: bytes, report: Report) -> Node | None:
    """The tree of a file; None if it cannot be read at all. Every refusal is reported as S00, nothing is raised.

    The parser in C reads a sound file in a seventh of the time; whatever it stumbles over is read again by the one in
    Python, whose words tell what is wrong (docs/adr/0018).
    """
    try:
        text = decoded(data, report)
    except Stop:
        return None
    return _quickly(text, report.file) or _read(text, report, pure=True)


def _quickly(text: str, file: str) -> Node | None:
    """The tree of a sound text without tabs, of which the two parsers think differently."""
    report = Report(file)
    tree = None if "\t" in text else _read(text, report, pure=False)
    return None if report.findings else tree


def _read(text: str, report: Report, *, pure: bool) -> Node | None:
    builder = _Builder(_events(text, pure=pure), report)
    try:
        return builder.document()
    except Stop:
        return None
    except MarkedYAMLError as error:
        _syntax(error, report, text, builder.quoted)
    except Exception as error:  # noqa: BLE001 - the library raises anything on hostile input; a file is never a crash
        zh, en = "文件无法解析", "the file cannot be parsed"
        report.add(Code.S00, NOWHERE, "", f"{zh}（{type(error).__name__}）", f"{en} ({type(error).__name__})")
    return None


def _events(text: str, *, pure: bool) -> Iterator[Any]:
    return YAML(typ="safe", pure=pure).parse(text)  # type: ignore[no-any-return]


def _mark(mark: Any) -> Mark:
    return Mark(line=mark.line + 1, column=mark.column + 1) if mark is not None else NOWHERE


def _syntax(error: MarkedYAMLError, report: Report, text: str, quoted: tuple[Mark, Mark] | None) -> None:
    problem = str(error.problem or error.context or "")
    begun = _mark(error.context_mark) if error.context_mark else None
    complaint = Complaint(
        problem=problem, mark=_mark(error.problem_mark), context=error.context or "", begun=begun, quoted=quoted
    )
    if found := slip(complaint, text.split("\n")):
        report.add(Code.S00, found.mark, "", found.zh, found.en, found.hint)
        return
    marks = [error.problem_mark, error.context_mark]
    mark = next(filter(None, reversed(marks) if is_unended(problem) else marks), None)
    place = _mark(mark)
    lines = text.split("\n")[max(place.line - 2, 0) : place.line]
    report.add(Code.S00, place, "", *explained(problem, lines), advice(problem, lines))


def _twice(key: str, line: int, again: int) -> tuple[Title, Title]:
    """Sentence and hint for a key that its map already has."""
    return (
        Title(zh=f"键 {shown(key)} 重复，第 {line} 行已有", en=f"the key {shown(key)} is already in line {line}"),
        Title(
            zh=f"第 {line} 行和第 {again} 行只留一处；几项写成列表 [甲, 乙]",
            en=f"keep one of the lines {line} and {again}; several entries make a list [a, b]",
        ),
    )


class _Builder:
    """Builds the tree from the events of the parser; knows where it is for the paths of its findings."""

    def __init__(self, events: Iterator[Any], report: Report) -> None:
        self._events = self._watched(events)
        self._report = report
        self._trail: list[str] = []
        self._last: Any = None

    @property
    def quoted(self) -> tuple[Mark, Mark] | None:
        """Where the text read last begins and ends, if it stands in quotes over several lines."""
        last = self._last
        if not isinstance(last, ScalarEvent) or last.style not in ("'", '"'):
            return None
        begin, end = _mark(last.start_mark), _mark(last.end_mark)
        return (begin, end) if begin.line < end.line else None

    def _watched(self, events: Iterator[Any]) -> Iterator[Any]:
        for event in events:
            self._last = event
            yield event

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
            raise Stop
        return root

    def _start(self, event: DocumentStartEvent, *, first: bool) -> None:
        if not first:
            self._fail(
                _mark(event.start_mark),
                "一个文件只能有一个文档（多出一行 ---）",
                "a file holds one document (there is another ---)",
            )
            raise Stop
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
            raise Stop
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
        again: list[Scalar] = []
        for event in self._children():
            key = self._node(event, depth + 1)
            name = key.text if isinstance(key, Scalar) else ""
            self._trail.append(f".{shown_key(name)}" if name else "")
            node = self._node(next(self._events), depth + 1)
            if isinstance(key, Scalar) and key.text in seen:
                again.append(key)
            elif self._may_stand(key):
                seen[name] = key.mark
                yield Entry(name, key.mark, node)
            self._trail.pop()
        self._refuse_again(again, seen)

    def _refuse_again(self, again: list[Scalar], seen: dict[str, Mark]) -> None:
        """Keys given twice: of a row of its own that lacks its `- `, all are told as one."""
        in_list = bool(self._trail) and self._trail[-1].startswith("[")
        apart = all(key.mark.line > seen[key.text].line for key in again)
        if in_list and apart and len({key.text for key in again}) > 1:
            found = without_dash(again[0].mark, again[0].text)
            self._fail(found.mark, found.zh, found.en, hint=found.hint)
            return
        for key in again:
            self._trail.append(f".{shown_key(key.text)}")
            sentence, hint = _twice(key.text, seen[key.text].line, key.mark.line)
            self._fail(key.mark, sentence.zh, sentence.en, hint=hint)
            self._trail.pop()

    def _children(self) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                return
            yield event

    def _may_stand(self, key: Node) -> bool:
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
        else:
            return True
        return False

    def _fail(self, mark: Mark, zh: str, en: str, code: Code = Code.S00, hint: Title | None = None) -> None:
        self._report.add(code, mark, "".join(self._trail).removeprefix("."), zh, en, hint)
