"""Readers of lists and maps: the entries of a list, the author's own codes, the properties the language knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from engine.definition.examples import example
from engine.definition.findings import Code
from engine.definition.model import Title
from engine.definition.nodes import Kind, ListNode, MapNode, Scalar
from engine.definition.reading import Place, bad_code, flag, is_code, word
from engine.definition.unknown_keys import is_empty, refuse_unknown

T = TypeVar("T")
D = TypeVar("D")

NO_TITLE = Title(zh="", en="")


def each(place: Place, *, is_section: bool = False) -> Iterator[Place]:
    """The entries of a list; what is written plain is a list of one. An empty list is reported, and a list of one
    (S35) unless it is a section, which is a list whatever it holds."""
    if not isinstance(place.node, ListNode):
        yield place
        return
    if len(place.node.items) == 1 and not is_section:
        place.fail(Code.S35, "只有一项，直接写即可，不用列表", "a list of one: write it plain", at=place.node.mark)
    if not place.node.items:
        zh, en = "列表是空的：不需要时请删去这个键", "the list is empty: leave the key out if nothing is meant"
        place.fail(Code.S11, zh, en)
    for number, node in enumerate(place.node.items):
        yield Place(node, f"{place.path}[{number}]", node.mark, place.report)


def entries(place: Place, *, least: int = 0) -> list[tuple[str, Place]]:
    """The entries of a map from the author's own codes, in order; each code is checked for its form."""
    if not isinstance(place.node, MapNode):
        place.wrong("从代码到内容的映射", "a map from codes to their properties")
        return []
    if len(place.node.entries) < least:
        place.fail(Code.S11, f"至少要有 {least} 项", f"there must be at least {least}")
    result = [(entry.key, place.below(entry.key, entry.node, entry.mark)) for entry in place.node.entries]
    for name, entry in result:
        if not is_code(name):
            bad_code(entry, name, entry.start)
    return result


class Properties:
    """The keys of a map that the language knows there, as far as they were given; `meant` were written wrongly."""

    def __init__(self, place: Place, given: Mapping[str, Place], meant: Collection[str] = ()) -> None:
        self.place = place
        self._given = given
        self._meant = meant

    def __contains__(self, key: str) -> bool:
        return key in self._given

    def __getitem__(self, key: str) -> Place:
        return self._given[key]

    def read(self, key: str, reader: Callable[[Place], T], default: D) -> T | D:
        """What the reader makes of the key, or the default if it is not given."""
        return reader(self._given[key]) if key in self._given else default

    def flag(self, key: str) -> bool:
        return self.read(key, flag, False)

    def title(self) -> Title:
        return self.read("title", title, NO_TITLE)

    def misplaced(self, key: str, zh: str, en: str) -> None:
        """Reports a key in the wrong place, if it is there."""
        if key in self._given:
            place = self._given[key]
            place.fail(Code.S11, f"'{key}' {zh}", f"'{key}' {en}", at=place.start)

    def lacking(self, keys: Sequence[str], zh: str, en: str, hint: Title | None = None) -> None:
        """Reports that one of the keys is needed, if none is there."""
        if isinstance(self.place.node, MapNode) and not any(key in self._given or key in self._meant for key in keys):
            names = [f"'{key}'" for key in keys]
            zh, en = f"缺少 {' 或 '.join(names)}：{zh}", f"{' or '.join(names)} is missing: {en}"
            where = self.place.missing(keys[0])
            where.fail(Code.S11, zh, en, hint=hint or example(where.path, keys[0]))


def properties(
    place: Place, keys: Collection[str], required: Collection[str] = (), passed: Collection[str] = ()
) -> Properties:
    """The known keys of a map; reports unknown and missing ones. `passed` are reported by the caller."""
    if not isinstance(place.node, MapNode):
        place.wrong("写有属性的映射 {…}", "a map of properties {…}")
        return Properties(place, {})
    given = {entry.key: place.below(entry.key, entry.node, entry.mark) for entry in place.node.entries}
    meant = refuse_unknown(given, keys, passed)
    for key in required:
        if key not in given and key not in meant:
            _missing(place, key)
    known = {key: given[key] for key in given if key in keys and not (key in meant and is_empty(given[key]))}
    return Properties(place, known, meant)


def _missing(place: Place, key: str) -> None:
    where = place.missing(key)
    if key == "title":
        zh, en = "名称须有中英文 {zh: …, en: …}", "a name in both languages {zh: …, en: …}"
        where.fail(Code.S13, f"缺少 'title'：{zh}", f"'title' is missing: {en}", hint=example(where.path, key))
    else:
        zh, en = f"缺少必填的 '{key}'", f"the required '{key}' is missing"
        where.fail(Code.S11, zh, en, hint=example(where.path, key))


def title(place: Place) -> Title:
    """A name or sentence in both languages, neither empty (S13)."""
    if isinstance(place.node, Scalar) and place.node.kind is not Kind.NOTHING:
        place.fail(Code.S13, "须有中英文：{zh: …, en: …}", "both languages are needed: {zh: …, en: …}")
        return NO_TITLE
    keys = properties(place, ("zh", "en"))
    if not isinstance(place.node, MapNode):
        return NO_TITLE
    return Title(zh=_language(keys, "zh", "中文", "Chinese"), en=_language(keys, "en", "英文", "English"))


def _language(keys: Properties, key: str, zh: str, en: str) -> str:
    if key not in keys:
        keys.place.fail(Code.S13, f"缺少{zh}（{key}）", f"the {en} text ({key}) is missing")
        return ""
    place = keys[key]
    scalar = place.scalar(Kind.TEXT)
    if (scalar and not scalar.text.strip()) or place.scalar(Kind.NOTHING):
        place.fail(Code.S13, f"{zh}（{key}）是空的", f"the {en} text ({key}) is empty")
        return ""
    return word(place)
