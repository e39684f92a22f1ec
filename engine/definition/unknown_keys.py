"""Keys that have no place where they stand: what was meant, or where they belong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from engine.definition.findings import Code
from engine.definition.model import Mark, Title
from engine.definition.nodes import Kind, Scalar
from engine.definition.reading import Place
from engine.definition.words import allowed, guess, shown

#: Keys of conditions: beside a `when` or `where` they are indented too little. Not `state`: in a row that is `from`.
CONDITION_KEYS = (
    "field", "counter", "clock", "since", "level", "actor", "person", "case", "any", "all", "not", "is", "given",
    "at_least", "at_most", "of", "change", "past", "refuse",
)  # fmt: skip

#: `chair:clerk` and `quorum：50%`: a colon that is none for YAML.
_GLUED = re.compile(r"([a-z_]+)([:：])\s*(.*)", re.DOTALL)


def refuse_unknown(given: Mapping[str, Place], keys: Collection[str], passed: Collection[str]) -> frozenset[str]:
    """Reports the keys that are not known. Gives those that were meant, as far as one can guess: they are not missing
    besides. Conditions that belong under an empty `when` are told as one, and that `when` is among them."""
    unknown = [key for key in given if key not in keys and key not in passed]
    holder = next((key for key in ("when", "where") if key in keys), None)
    strayed = [key for key in unknown if holder and key in CONDITION_KEYS]
    meant = {_refused(given[key], key, keys) for key in unknown if key not in strayed}
    if holder and strayed:
        _strayed(given, strayed, holder)
        meant.add(holder)
    return frozenset(name for name in meant if name)


def is_empty(place: Place) -> bool:
    """Nothing stands there."""
    return isinstance(place.node, Scalar) and place.node.kind is Kind.NOTHING


def _refused(place: Place, key: str, keys: Collection[str]) -> str | None:
    glued = _GLUED.match(key)
    if glued and glued[1] in keys:
        return _glued(place, glued[1], glued[2], glued[3])
    meant = guess(key, keys) if place.report.guesses else None
    zh, en = allowed(keys, meant)
    hint = Title(zh="删去这个键，或换成可用的", en="drop the key, or use one there is")
    if meant:
        hint = Title(zh=f"改成 '{meant}'，或删去这个键", en=f"write '{meant}', or drop the key")
    place.fail(Code.S11, f"未知的键 {shown(key)}{zh}", f"unknown key {shown(key)}{en}", at=place.start, hint=hint)
    return meant


def _glued(place: Place, key: str, colon: str, rest: str) -> str:
    """A key and its value that stick together."""
    if colon == ":":
        zh, en = f"'{key}' 的冒号后面须空一格", f"a space is missing after the colon of '{key}'"
    else:
        zh, en = f"'{key}' 后面的冒号是全角的", f"the colon after '{key}' is full-width"
    written = f"{key}: {shown(rest)[1:-1]}".rstrip()
    hint = Title(zh=f"写成 {written}（半角冒号加一个空格）", en=f"write {written} (a plain colon and a space)")
    place.fail(Code.S11, zh, en, at=place.start, hint=hint)
    return key


def _strayed(given: Mapping[str, Place], strayed: list[str], holder: str) -> None:
    """Keys of conditions on the level of the `when` (or `where`) they belong to."""
    first = given[strayed[0]]
    zh_names, en_names = "、".join(map(shown, strayed)), ", ".join(map(shown, strayed))
    if holder in given:
        zh = f"{zh_names} 属于 {holder}，缩进不对：应写在第 {given[holder].start.line} 行的 {holder} 之下"
        en = f"{en_names} belongs under `{holder}` in line {given[holder].start.line}: the indentation is wrong"
    else:
        zh = f"{zh_names} 是条件里的键，应写在 {holder} 之下"
        en = f"{en_names} belongs to a condition, under `{holder}`"
    first.fail(Code.S11, zh, en, at=first.start, hint=_indented(given, strayed, holder))


def _indented(given: Mapping[str, Place], strayed: list[str], holder: str) -> Title:
    if holder not in given:
        written = f"{holder}: {{{', '.join(f'{key}: …' for key in strayed)}}}"
        return Title(zh=f"写成 {written}", en=f"write {written}")
    if is_empty(given[holder]):
        return Title(
            zh=f"这几行整体右移，比 {holder} 多空两格", en=f"move these lines right: two spaces more than `{holder}`"
        )
    return Title(
        zh=f"右移，与 {holder} 之下条件的第一个键（如 any、field）对齐",
        en=f"move it right, in line with the first key (as any, field) of the condition under `{holder}`",
    )


def lone_refusal(place: Place, mark: Mark) -> None:
    """`- refuse: …` as an entry of its own."""
    zh = "'refuse' 不能单独成一项：它属于一个条件"
    en = "'refuse' is no condition of its own: it belongs to one"
    hint = Title(
        zh="去掉它前面的 -，与该条件的第一个键（如 any、field）对齐",
        en="drop the - before it, and put it in line with the first key (as any, field) of its condition",
    )
    place.fail(Code.S11, zh, en, at=mark, hint=hint)
