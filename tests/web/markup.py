"""A page as a tree, read strictly: what is not closed, or closed twice, is a flaw of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
#: What a reader does not see as text.
UNSEEN = frozenset({"script", "style", "template", "head"})


@dataclass(eq=False)
class Node:
    """An element. `attrs` as written, an attribute without a value is the empty text."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    parent: Node | None = None

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, *tags: str, **attrs: str) -> list[Node]:
        """Elements below with one of the tags and these attributes; `class_` is one class of several."""
        return [node for node in self.walk() if node is not self and _is(node, tags, attrs)]

    def one(self, *tags: str, **attrs: str) -> Node:
        (found,) = self.all(*tags, **attrs)
        return found

    def above(self, tag: str) -> Node | None:
        """The nearest element with the tag around this one."""
        node = self.parent
        while node is not None and node.tag != tag:
            node = node.parent
        return node

    @property
    def raw(self) -> str:
        """The texts of this element and below as they stand."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    @property
    def text(self) -> str:
        """What can be read, spaces folded."""
        return re.sub(r"\s+", " ", self._seen()).strip()

    def _seen(self) -> str:
        if self.tag in UNSEEN:
            return ""
        return "".join(child if isinstance(child, str) else child._seen() for child in self.children)


def _is(node: Node, tags: tuple[str, ...], attrs: dict[str, str]) -> bool:
    if tags and node.tag not in tags:
        return False
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
    classes = wanted.pop("class", None)
    fits = classes is None or classes in node.attrs.get("class", "").split()
    return fits and all(node.attrs.get(name) == value for name, value in wanted.items())


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#document")
        self.at = self.root
        self.flaws: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.flaws += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        self._leave_option(tag in ("option", "optgroup"))
        node = Node(tag, {name: value or "" for name, value in attrs}, parent=self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.at = self.at.parent or self.root

    def handle_endtag(self, tag: str) -> None:
        self._leave_option(tag != "option")
        if self.at.tag != tag:
            self.flaws.append(f"</{tag}> closes <{self.at.tag}> at {self.getpos()}")
            return
        self.at = self.at.parent or self.root

    def _leave_option(self, ends: bool) -> None:
        """The end of an option may be left out."""
        if ends and self.at.tag == "option":
            self.at = self.at.parent or self.root

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(html: str) -> tuple[Node, list[str]]:
    """The document, and what is wrong with its nesting."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    if reading.at is not reading.root:
        reading.flaws.append(f"<{reading.at.tag}> is never closed")
    return reading.root, reading.flaws
