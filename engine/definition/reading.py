"""Typed readers over the tree. A reader reports what is wrong and returns a stand-in, so that reading goes on and all
problems of a file are told at once; a file with an error gives no workflow, so nobody ever meets a stand-in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from engine.definition.findings import Code
from engine.definition.model import Mark, Title
from engine.definition.nodes import Kind, Node, Scalar, Unread
from engine.definition.report import Report
from engine.definition.words import allowed, found, guess, shown, shown_key

E = TypeVar("E", bound=StrEnum)

CODE = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the file with its path; `start` is where its entry begins (its key, or the entry of the list)."""

    node: Node
    path: str
    start: Mark
    report: Report

    def fail(self, code: Code, zh: str, en: str, *, at: Mark | None = None, hint: Title | None = None) -> None:
        """Reports a finding at the value, or at another mark of the same entry; `hint` says what to do just here."""
        self.report.add(code, at or self.node.mark, self.path, zh, en, hint)

    def wrong(
        self,
        zh: str,
        en: str,
        code: Code = Code.S11,
        hint: tuple[str, str] | None = None,
        advice: Title | None = None,
    ) -> None:
        """Reports what should stand here and what does, how it is written (`hint`, zh and en, part of the sentence),
        and what to do (`advice`)."""
        if isinstance(self.node, Unread):
            return
        zh_found, en_found = found(self.node)
        zh_tail, en_tail = (f"；{hint[0]}", f"; {hint[1]}") if hint else ("", "")
        self.fail(code, f"应为{zh}，却是{zh_found}{zh_tail}", f"expected {en}, found {en_found}{en_tail}", hint=advice)

    def scalar(self, kind: Kind) -> Scalar | None:
        """The node, if it is a scalar of this kind."""
        return self.node if isinstance(self.node, Scalar) and self.node.kind is kind else None

    def missing(self, key: str) -> Place:
        """Where a key of this map would be; its findings stand at the beginning of the map's entry."""
        return self.below(key, Unread(self.start), self.start)

    def below(self, key: str, node: Node, start: Mark) -> Place:
        """The value of a key of this map."""
        step = shown_key(key)
        return Place(node, f"{self.path}.{step}" if self.path else step, start, self.report)

    def named(self, key: str) -> Place:
        """The key of this place as a value: for keys that refer to something."""
        return Place(Scalar(self.start, key, Kind.TEXT, key), self.path, self.start, self.report)


def word(place: Place) -> str:
    """A text that is not empty; "" as stand-in."""
    if scalar := place.scalar(Kind.TEXT):
        if scalar.text.strip():
            return scalar.text
        place.fail(Code.S11, "文字不能为空", "the text must not be empty")
    elif isinstance(place.node, Scalar) and place.node.kind is not Kind.NOTHING:
        zh, en = found(place.node)
        text = shown(place.node.text)[1:-1]
        hint = Title(zh=f'当文字用的加引号："{text}"', en=f'quote what is meant as text: "{text}"')
        place.fail(Code.S11, f"应为文字，却是{zh}", f"expected a text, found {en}", hint=hint)
    else:
        place.wrong("文字", "a text")
    return ""


def flag(place: Place) -> bool:
    """`true` or `false`."""
    if scalar := place.scalar(Kind.FLAG):
        return scalar.value is True
    advice = Title(zh="写 true 或 false，不加引号", en="write true or false, without quotes")
    place.wrong(" true 或 false", "true or false", advice=advice)
    return False


def integer(place: Place, *, least: int | None = None, most: int | None = None) -> int:
    """A whole number within the bounds."""
    scalar = place.scalar(Kind.INTEGER)
    if scalar is None or not isinstance(scalar.value, int):
        place.wrong("整数", "a whole number")
        return 0
    if least is not None and scalar.value < least:
        place.fail(Code.S11, f"{scalar.value} 太小，至少为 {least}", f"{scalar.value} is too small, at least {least}")
    if most is not None and scalar.value > most:
        place.fail(Code.S11, f"{scalar.value} 太大，至多为 {most}", f"{scalar.value} is too large, at most {most}")
    return scalar.value


def natural(place: Place) -> int:
    """A whole number from 0."""
    return integer(place, least=0)


def one_of(place: Place, words: type[E]) -> E | None:
    """A word of a closed list."""
    name = word(place)
    if name in {member.value for member in words}:
        return words(name)
    if name:
        known = [member.value for member in words]
        zh, en = allowed(known, guess(name, known))
        hint = Title(zh="换成可用的一个", en="use one there is")
        place.fail(Code.S11, f"不认识 {shown(name)}{zh}", f"{shown(name)} is not known{en}", hint=hint)
    return None


def is_code(text: str) -> bool:
    """`lower_case_english`, at most 64 characters."""
    return bool(CODE.match(text))


def code(place: Place) -> str:
    """A code of the author's own."""
    name = word(place)
    if name and not is_code(name):
        bad_code(place, name, place.node.mark)
    return name


def bad_code(place: Place, name: str, mark: Mark) -> None:
    zh = f"代码 {shown(name)} 应为英文小写字母、数字和下划线，以字母开头，至多 64 个字符"
    en = f"the code {shown(name)} should be lower_case_english: a letter, then letters, digits and _, at most 64"
    place.fail(Code.S11, zh, en, at=mark)


def unknown(place: Place, zh: str, en: str, name: str, known: Collection[str]) -> None:
    """S01: a name that nothing in the file has, with what was probably meant."""
    zh_tail, en_tail = allowed(known, guess(name, known) if place.report.guesses else None)
    place.fail(Code.S01, f"未知{zh} {shown(name)}{zh_tail}", f"unknown {en} {shown(name)}{en_tail}")
