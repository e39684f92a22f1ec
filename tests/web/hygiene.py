"""What holds for every page, whatever it shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.web.client import Form, Page
from tests.web.markup import Node

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cache-control": "private, no-store",
    "content-type": "text/html; charset=utf-8",
}
_ADDRESSES = ("href", "src", "action", "formaction", "poster", "srcset", "data", "cite", "background", "xlink:href")
_LOCAL = re.compile(r"(/(?!/)|#|\?|tel:[0-9+*-]+$)[^\\]*", re.ASCII | re.DOTALL)
_RUNNING = ("iframe", "object", "embed", "base", "applet", "style", "noscript")
_CONTROLS = ("input", "select", "textarea")
_UNLABELLED = ("hidden", "submit", "button", "reset", "image")


def assert_sound(flaws: Mapping[str, Sequence[str]]) -> None:
    """Tells every flaw on a line of its own, which pytest would cut short."""
    told = [f"{name}: {flaw}" for name, found in flaws.items() for flaw in found]
    assert not told, "\n".join(["", *told])


def flaws_of(page: Page, lang: str = "zh-CN") -> list[str]:
    """What is wrong with a page, in sentences."""
    if not page.tree.all("html"):
        return [f"no page, but {page.headers.get('content-type')}, status {page.status}"]
    return [*_headers(page, lang), *page.flaws, *_document(page, lang), *_code(page), *_labels(page), *_forms(page)]


def _headers(page: Page, lang: str) -> Iterator[str]:
    for name, value in {**HEADERS, "content-language": lang}.items():
        if page.headers.get(name) != value:
            yield f"{name}: {page.headers.get(name)}"
    if "server" in page.headers:
        yield "names its server"


def _document(page: Page, lang: str) -> Iterator[str]:
    if not page.html.lstrip().lower().startswith("<!doctype html>"):
        yield "no doctype"
    if page.tree.one("html").attrs.get("lang") != lang:
        yield f"lang is {page.tree.one('html').attrs.get('lang')}"
    if len(headings := page.tree.all("h1")) != 1 or not headings[0].text:
        yield f"{len(headings)} h1: {[each.text for each in headings]}"
    if len(mains := page.tree.all("main")) != 1 or mains[0].attrs.get("id") != "main":
        yield "no main part to skip to"
    name = {"zh-CN": "民情", "en": "Minqing"}[lang]
    if not re.fullmatch(rf".*\S · {name}", page.title, re.DOTALL):
        yield f"title: {page.title!r}"
    yield from _ids(page)


def _ids(page: Page) -> Iterator[str]:
    ids = Counter(node.attrs["id"] for node in page.tree.walk() if "id" in node.attrs)
    yield from (f"id {ident!r} stands {count} times" for ident, count in ids.items() if count > 1)
    for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list"):
        for node in page.tree.walk():
            yield from (
                f"{name}={ident!r} names nothing" for ident in node.attrs.get(name, "").split() if ident not in ids
            )


def _code(page: Page) -> Iterator[str]:
    """Scripts and styles of files alone, and no address of anywhere else."""
    for node in page.tree.walk():
        if node.tag in _RUNNING:
            yield f"<{node.tag}>"
        if node.tag == "script" and (node.raw.strip() or not node.attrs.get("src", "").startswith("/static/")):
            yield f"script of its own: {node.raw[:60]!r}"
        yield from (f"{name} of <{node.tag}>" for name in node.attrs if name.startswith("on") or name == "style")
        for name in _ADDRESSES:
            if name in node.attrs and not _LOCAL.fullmatch(node.attrs[name]):
                yield f"{name} of <{node.tag}> leads to {node.attrs[name]!r}"


def _labels(page: Page) -> Iterator[str]:
    """Whatever can be filled or pressed has a name that is read aloud."""
    labels = [label for label in page.tree.all("label") if label.text]
    named = {label.attrs["for"] for label in labels if "for" in label.attrs}
    for control in page.tree.all(*_CONTROLS):
        inside = control.above("label")
        told = control.attrs.get("id") in named or (inside is not None and inside.text) or _aria(control)
        if control.attrs.get("type") not in _UNLABELLED and not told:
            yield f"no label: {control.attrs}"
    for node in page.tree.all("a", "button", "summary"):
        if not node.text and not _aria(node):
            yield f"<{node.tag}> says nothing: {node.attrs}"
    yield from (f"<img> without alt: {node.attrs}" for node in page.tree.all("img") if "alt" not in node.attrs)


def _aria(node: Node) -> str:
    return node.attrs.get("aria-label", "") or node.attrs.get("aria-labelledby", "")


def _forms(page: Page) -> Iterator[str]:
    for form in page.forms:
        if form.method not in ("GET", "POST"):
            yield f"method {form.method}"
        yield from _token(form)
        if not form.buttons:
            yield f"{form.action} has no button"
    for button in page.tree.all("button"):
        if button.above("form") is None and "form" not in button.attrs and button.attrs.get("type") != "button":
            yield f"button {button.text!r} belongs to no form"


def _token(form: Form) -> Iterator[str]:
    """Whatever changes something has the token; what only asks never shows it in an address."""
    tokens = [value for name, value in form.values if name == "token"]
    if form.method == "POST" and (len(tokens) != 1 or not re.fullmatch(r"[\w-]{86}==", tokens[0])):
        yield f"{form.action} has tokens {tokens}"
    if form.method == "GET" and tokens:
        yield f"{form.action} shows its token in an address"
