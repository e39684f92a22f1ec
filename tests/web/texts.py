"""The texts of the pages: what templates and Python say, and what the English catalogue says of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract

from api.web.rendering import environment

WEB = Path(__file__).parent.parent.parent / "api" / "web"
CHINESE = re.compile(r"[㐀-鿿豈-﫿]+")
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "say": (2,)}


@dataclass(frozen=True)
class Text:
    """A Chinese text to be translated; `plural` where a number stands in it."""

    words: str
    plural: bool
    file: str


def templates() -> list[Path]:
    return sorted((WEB / "templates").rglob("*.html"))


def modules() -> list[Path]:
    return sorted(WEB.rglob("*.py"))


def texts() -> list[Text]:
    """Every text that is marked, in templates and in Python."""
    found = [text for path in templates() for text in _of_template(path)]
    return found + [text for path in modules() for text in _of_module(path)]


def _of_template(path: Path) -> Iterator[Text]:
    for _, function, message in environment(False).extract_translations(path.read_text(encoding="utf-8")):
        yield from _text(path, message, function == "ngettext")


def _of_module(path: Path) -> Iterator[Text]:
    for _, message, _, _ in extract("python", BytesIO(path.read_bytes()), keywords=_KEYWORDS):
        yield from _text(path, message, isinstance(message, tuple))


def _text(path: Path, message: object, plural: bool) -> Iterator[Text]:
    """None of a message is what is computed; then it was marked where it stands."""
    words = next((part for part in message if part), None) if isinstance(message, tuple) else message
    if isinstance(words, str) and words:
        yield Text(words, plural, path.relative_to(WEB).as_posix())


def unmarked(path: Path) -> list[str]:
    """Chinese in Python that nobody translates: neither marked nor beside its English in a pair."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {text.words for text in _of_module(path)} | set(_pairs(tree)) | set(_docstrings(tree))
    return [text for text in _strings(tree) if CHINESE.search(text) and text not in told]


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _pairs(tree: ast.AST) -> Iterator[str]:
    """The Chinese of `(chinese, english)`, of `english if … else chinese` with anything that is computed in it, of what
    follows after `if english: return …`, and of what is called `_ZH`."""
    for node in ast.walk(tree):
        yield from _after_english(node)
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            first, second = (list(_strings(each)) for each in node.elts)
            yield from first if not any(CHINESE.search(text) for text in second) else ()
        elif isinstance(node, ast.IfExp) and not any(CHINESE.search(text) for text in _strings(node.body)):
            yield from _strings(node.orelse)


def _after_english(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_ZH":
        yield from _strings(node.value)
    body = getattr(node, "body", None)
    statements = body if isinstance(body, list) else []
    for place, each in enumerate(statements):
        asks = isinstance(each, ast.If) and ast.unparse(each.test) in ("english", "self.english")
        if asks and isinstance(each.body[-1], ast.Return):
            yield from (text for later in statements[place + 1 :] for text in _strings(later))


def _docstrings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for each in body if isinstance(body, list) else ():
            if (
                isinstance(each, ast.Expr)
                and isinstance(each.value, ast.Constant)
                and isinstance(each.value.value, str)
            ):
                yield each.value.value


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%", text))
