"""Several names where one may write them: a list, and what was meant to be one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definition.findings import Code
from engine.definition.model import Mark, Title
from engine.definition.nodes import Kind, ListNode, Scalar
from engine.definition.properties import each
from engine.definition.reading import Place
from engine.definition.words import shown

#: What clerks put between names; no code holds any of it.
_BETWEEN = re.compile(r"[,，、;；]")

_KEY = re.compile(r"(?:.*\.)?([^.\[\]]+)(?:\[[0-9]+\])*\Z")


def named(place: Place) -> Iterator[Place]:
    """As `each`, for names: `a, b` without brackets, or with a comma that is none for YAML, is told once and read as
    the names that were meant. To take such a text for one misspelt name would lose the others."""
    items = list(each(place))
    joined = [item for item in items if len(_parts(item)) > 1]
    if not joined:
        yield from items
        return
    parts = [part for item in items for part in _split(item)]
    _tell(joined[0], parts, in_brackets=isinstance(place.node, ListNode))
    yield from parts


def _parts(item: Place) -> list[str]:
    scalar = item.scalar(Kind.TEXT)
    return [part.strip() for part in _BETWEEN.split(scalar.text) if part.strip()] if scalar else []


def _split(item: Place) -> list[Place]:
    parts = _parts(item)
    return [_one(item, part, item.node.mark) for part in parts] if len(parts) > 1 else [item]


def _one(item: Place, name: str, mark: Mark) -> Place:
    return Place(Scalar(mark, name, Kind.TEXT, name), item.path, item.start, item.report)


def _tell(item: Place, parts: list[Place], *, in_brackets: bool) -> None:
    text = item.node.text if isinstance(item.node, Scalar) else ""
    wide = next((mark for mark in _BETWEEN.findall(text) if mark != ","), None)
    zh, en = f"{shown(text)} 是几个名字，却没有写成列表", f"{shown(text)} are several names, but no list"
    if in_brackets:
        zh, en = f"{shown(text)} 是几个名字，却连成了一个", f"{shown(text)} are several names run into one"
    if wide == "，":
        zh, en = f"{zh}：其中的“，”是全角逗号", f"{en}: the comma '，' is full-width"
    elif wide:
        zh, en = f"{zh}：其中的“{wide}”不是半角逗号", f"{en}: '{wide}' is no plain comma"
    item.fail(Code.S11, zh, en, hint=_written(item, parts))


def _written(item: Place, parts: list[Place]) -> Title:
    key = _KEY.match(item.path)
    names = ", ".join(shown(part.node.text)[1:-1] for part in parts if isinstance(part.node, Scalar))
    written = f"{key[1]}: [{names}]" if key else f"[{names}]"
    return Title(
        zh=f"几个名字写成 {written}（方括号，半角逗号加一个空格）",
        en=f"several names are written {written}: brackets, plain commas",
    )
