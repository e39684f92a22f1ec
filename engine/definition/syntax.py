"""What the parser's complaints mean to somebody who writes rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.definition.model import Title
from engine.definition.words import shown

#: A part of the parser's sentence, and what it means in zh and en.
_MEANINGS = (
    (
        "mapping values are not allowed",
        "这里不能有冒号：文字里含有冒号时请加引号，或检查缩进",
        "no colon may stand here: put a text with a colon in quotes, or check the indentation",
    ),
    ("character '\\t'", "不能用制表符（Tab），请改用空格", "a tab may not stand here: use spaces"),
    (
        "cannot start any token",
        "这个符号不能作开头：请给这段文字加引号",
        "no text begins with this character: put it in quotes",
    ),
    ("unexpected end of stream", "引号没有配对", "a quotation mark is not closed"),
    ("got '<stream end>'", "括号没有配对：到文件末尾仍缺 ] 或 }", "a bracket is not closed at the end of the file"),
    ("expected ',' or", "列表或映射中缺少逗号，或缺少右括号", "a comma or a closing bracket is missing"),
    (
        "expected the node content",
        "这里多出一个符号，或缺少内容",
        "a character too many, or nothing where a value should be",
    ),
    (
        "unknown escape character",
        "双引号中的反斜杠只能用于转义，请改用单引号",
        "a backslash in double quotes is for escapes only: use single quotes",
    ),
    ("expected '<document start>'", "前面已经结束，这里又多出内容", "the document has ended before this text"),
    ("could not find expected ':'", "这里缺少冒号", "a colon is missing here"),
    ("expected <block end>", "缩进不齐：这一行与同组的其他行没有对齐", "not aligned with the other lines of its block"),
)


#: What was begun and never ended: its beginning is the place to look at.
_UNENDED = ("unexpected end of stream", "got '<stream end>'", "could not find expected ':'")


def is_unended(problem: str) -> bool:
    """Whether the mistake is where the construct begins rather than where the parser stumbled."""
    return any(part in problem for part in _UNENDED)


#: What a Chinese keyboard writes for the punctuation of YAML.
_WIDE = dict(zip("：，【】｛｝", ":,[]{}", strict=True))

#: One of them that is not within a Chinese text.
_POINTED = re.compile("(?<![\u4e00-\u9fff])[：，【】｛｝]|[：，【】｛｝](?![\u4e00-\u9fff])")

#: A part of the parser's sentence, and what to do, in zh and en.
_ADVICE = (
    (
        "mapping values are not allowed",
        '如 title: {zh: "甲：乙", en: A}；一行只写一个键，下一个键另起一行',
        'as title: {zh: …, en: "A: b"}; one key a line',
    ),
    ("character '\\t'", "把行首的 Tab 换成空格，每一层两格", "replace the tab by spaces, two a level"),
    (
        "expected <block end>",
        "同一组的各行从同一列写起；下一层比上一层多空两格",
        "begin the lines of a group in the same column; a deeper level has two spaces more",
    ),
    (
        "got '<stream end>'",
        "从这里数起，每个 [ 和 { 都要有对应的 ] 和 }",
        "counting from here, every [ and { needs its ] and }",
    ),
    (
        "expected ',' or",
        "看这一行和上一行：各项之间用半角逗号，每个 [ 和 { 都要有对应的 ] 和 }",
        "look at this line and the one before: commas between the entries, a ] or } for every [ and {",
    ),
    (
        "could not find expected ':'",
        "写成 键: 值（半角冒号加一个空格）",
        "write key: value (a plain colon and a space)",
    ),
    ("unexpected end of stream", "在这段文字的末尾补上同样的引号", "put the same mark at the end of the text"),
    ("cannot start any token", '如 zh: "@甲"', 'as en: "@a"'),
)


def advice(problem: str, lines: Sequence[str] = ()) -> Title | None:
    """What to do about the parser's complaint; None where nothing more than the sentence can be said."""
    if wide := pointed(lines):
        return Title(zh=f"把“{wide}”改成半角的 {_WIDE[wide]} 加一个空格", en=f"write {_WIDE[wide]} and a space")
    found = next((each for each in _ADVICE if each[0] in problem), None)
    return Title(zh=found[1], en=found[2]) if found else None


def pointed(lines: Sequence[str]) -> str | None:
    """Wide punctuation that may be meant as syntax."""
    found = next(filter(None, map(_POINTED.search, lines)), None)
    return found[0] if found else None


def explained(problem: str, lines: Sequence[str] = ()) -> tuple[str, str]:
    """The parser's sentence in zh and en; one we have no words for is quoted. `lines` are those where it stumbled:
    wide punctuation in them is pointed at, for it looks right and is none."""
    zh, en = _meaning(problem)
    wide = pointed(lines)
    if wide is None:
        return zh, en
    narrow = _WIDE[wide]
    return (
        f"{zh}；附近有全角的“{wide}”，作语法用时请改成半角的 {narrow}",
        f"{en}; there is a full-width “{wide}” nearby: where it is syntax, write {narrow}",
    )


def _meaning(problem: str) -> tuple[str, str]:
    for part, zh, en in _MEANINGS:
        if part in problem:
            return zh, en
    quoted = shown(problem)[1:-1]
    return f"不合 YAML 语法（{quoted}）", f"not valid YAML ({quoted})"
