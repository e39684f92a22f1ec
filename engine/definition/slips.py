"""Slips of the pen that stop the parser far from where they were made, or with words that lead astray: a quote left
open, a text with a colon, a bracket too many, a row without its `- `."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.definition.examples import EXAMPLES
from engine.definition.model import Mark, Title
from engine.definition.rows import KEYS as ROW_KEYS
from engine.definition.states import STATE_KEYS
from engine.definition.syntax import pointed
from engine.definition.unknown_keys import CONDITION_KEYS
from engine.definition.words import shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """Where the parser stumbled (`mark`), over what (`problem`), in which construct (`context`), which `begun` there.
    `quoted` is where the last text before it begins and ends, if it stands in quotes over several lines."""

    problem: str
    mark: Mark
    context: str = ""
    begun: Mark | None = None
    quoted: tuple[Mark, Mark] | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    mark: Mark
    zh: str
    en: str
    hint: Title


def slip(complaint: Complaint, lines: Sequence[str]) -> Slip | None:
    """What was most likely done; None where nothing better can be said than what the parser says."""
    line = lines[complaint.mark.line - 1] if 0 < complaint.mark.line <= len(lines) else ""
    for judge in (_open_quote, _colon_in_text, _bracket_too_many, _other_bracket, _row_without_dash):
        if found := judge(complaint, line):
            return found
    return None


def _open_quote(complaint: Complaint, _: str) -> Slip | None:
    """A quote that was never closed ends where the next one was meant to begin."""
    if complaint.quoted is None:
        return None
    begin, end = complaint.quoted
    return Slip(
        begin,
        f"这里开始的引号，到第 {end.line} 行的下一个引号才结束：可能漏了收尾的引号",
        f"the quote that begins here ends at the next one, in line {end.line}: its closing mark may be missing",
        Title(
            zh=f"在第 {begin.line} 行这段文字的末尾补上同样的引号；若没有漏，看第 {end.line} 行",
            en=f"put the same mark at the end of the text in line {begin.line}; else look at line {end.line}",
        ),
    )


#: The key and the text before a colon that ends no key.
_TEXT = re.compile(r"(?:^|[\s{\[,])([a-z_]+): +([^\s,{}\[\]][^,{}\[\]]*)\Z")

#: A key here that stands before a colon was meant as a key: a comma or a new line is missing, not a quote.
_KEYS = frozenset({*EXAMPLES, *ROW_KEYS, *STATE_KEYS, *CONDITION_KEYS, "zh", "en"})


def _colon_in_text(complaint: Complaint, line: str) -> Slip | None:
    before = line[: complaint.mark.column - 1]
    found = _TEXT.search(before) if line[len(before) :].startswith(":") else None
    if found is None or found[2].split()[-1] in _KEYS or pointed([found[2]]):
        return None
    return Slip(
        complaint.mark,
        "文字里含有冒号，又没有加引号",
        "the text contains a colon and stands in no quotes",
        _in_quotes(found[1], found[2], in_block="mapping values" in complaint.problem),
    )


def _in_quotes(key: str, text: str, *, in_block: bool) -> Title:
    curly = text[0] in "“”‘’"
    written = f'{key}: "{shown(text.lstrip("“”‘’"))[1:-1]}: …"'
    zh, en = ("（直引号；“ ” 不是引号）", " (straight quotes: curly ones are none)") if curly else ("", "")
    if in_block:
        zh, en = f"{zh}；若是另一个键，另起一行", f"{en}; another key begins a line of its own"
    return Title(zh=f"给这段文字加引号：{written}{zh}", en=f"put the text in quotes: {written}{en}")


_SURPLUS = re.compile(r"expected (?:<block end>, but found|'<document start>', but found) \W*?([}\]])")
_OTHER = re.compile(r"expected ',' or '([}\]])', but got '([}\]])'")


def _bracket_too_many(complaint: Complaint, _: str) -> Slip | None:
    found = _SURPLUS.match(complaint.problem)
    if found is None:
        return None
    bracket, opening = found[1], _opening(found[1])
    return Slip(
        complaint.mark,
        f"多了一个 {bracket}",
        f"one {bracket} too many",
        Title(
            zh=f"删去这个 {bracket}，或在前面补上与它配对的 {opening}",
            en=f"drop this {bracket}, or put the {opening} it belongs to before it",
        ),
    )


def _other_bracket(complaint: Complaint, _: str) -> Slip | None:
    found = _OTHER.match(complaint.problem)
    if found is None or complaint.begun is None:
        return None
    wanted, bracket, begun = found[1], found[2], complaint.begun
    return Slip(
        complaint.mark,
        f"这里是 {bracket}，但第 {begun.line} 行第 {begun.column} 列开始的 {_opening(wanted)} 还没有用 {wanted} 结束",
        f"a {bracket} here, but the {_opening(wanted)} of line {begun.line}, column {begun.column} lacks its {wanted}",
        Title(
            zh=f"多写了 {bracket} 就删去；漏了 {wanted} 就在它前面补上",
            en=f"drop the {bracket} if it is one too many, or put the {wanted} before it",
        ),
    )


def _opening(bracket: str) -> str:
    return "{" if bracket == "}" else "["


_KEY = re.compile(r" *([a-z_]+):(?: |\Z)")


def _row_without_dash(complaint: Complaint, line: str) -> Slip | None:
    """A key in the column where the entries of a list have their `- `."""
    begun, key = complaint.begun, _KEY.match(line)
    if "block collection" not in complaint.context or begun is None or key is None:
        return None
    if complaint.mark.column != begun.column or key[1] not in ROW_KEYS:
        return None
    return without_dash(complaint.mark, key[1])


def without_dash(mark: Mark, key: str) -> Slip:
    """The keys of a new row, read as those of the row before."""
    return Slip(
        mark,
        f"第 {mark.line} 行像是新的一行流转的开头，却没有“- ”",
        f"line {mark.line} looks like the beginning of a new row, but has no `- `",
        Title(
            zh=f"新的一行以“- ”开头：在第 {mark.line} 行写成 - {key}: …，与上面各行的 - 对齐",
            en=f"a new row begins with `- `: write `- {key}: …` in line {mark.line}, in line with the `- ` above",
        ),
    )
