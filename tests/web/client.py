"""A browser without scripts, in this process: cookies, redirects, pages as trees, forms filled as a person fills them.

browser.sign_in("linzhang")
page = browser.get("/report")
page = browser.submit(page.form(button="上报"), {"d.gist": "排水沟堵了"}, files={"d.photos": ("a.jpg", JPEG)})
assert "已记下" in page.text
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import httpx2 as httpx
from fastapi import FastAPI

from engine.people.sessions import SessionService
from tests.api.in_process import beside
from tests.web.markup import Node, read

#: Everybody's password in the township of the tests.
PASSWORD = "tukamolu4826"
HERE = "http://testserver"
File = tuple[str, bytes]
Values = Mapping[str, "str | Sequence[str]"]
_TYPED = ("text", "search", "password", "tel", "email", "number", "date", "time", "datetime-local", "url")


@dataclass(frozen=True)
class Form:
    """A form of a page, with what it would send now. `fill` takes what a person could choose, and nothing else."""

    page: Page
    node: Node

    @property
    def action(self) -> str:
        return self.node.attrs.get("action") or self.page.path

    @property
    def method(self) -> str:
        return self.node.attrs.get("method", "get").upper()

    @cached_property
    def controls(self) -> list[Node]:
        """Its controls that have a name, also those elsewhere that name the form."""
        mine = self.node.attrs.get("id")
        every = self.page.tree.all("input", "select", "textarea", "button")
        inside = [each for each in every if each.above("form") is self.node and "form" not in each.attrs]
        joined = [each for each in every if mine and each.attrs.get("form") == mine]
        return [each for each in inside + joined if each.attrs.get("name") and "disabled" not in each.attrs]

    @property
    def buttons(self) -> list[Node]:
        mine = self.node.attrs.get("id")
        every = self.page.tree.all("button")
        found = [each for each in every if each.above("form") is self.node or (mine and each.attrs.get("form") == mine)]
        return [each for each in found if each.attrs.get("type", "submit") == "submit"]

    @property
    def values(self) -> list[tuple[str, str]]:
        """(name, value) of what it sends untouched."""
        return [pair for control in self.controls for pair in _held(control)]

    def value(self, name: str) -> str:
        """The one value under a name."""
        (found,) = [value for key, value in self.values if key == name]
        return found

    def options(self, name: str) -> list[str]:
        """What can be chosen under a name."""
        return [value for control in self._named(name) for value in _choices(control)]

    def filled(self, values: Values) -> list[tuple[str, str]]:
        """What it sends once these were typed, chosen or ticked. Raises AssertionError where a person could not."""
        changed = {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
        for name, wanted in changed.items():
            self._check(name, wanted)
        kept = [(name, value) for name, value in self.values if name not in changed]
        return kept + [(name, value) for name, wanted in changed.items() for value in wanted]

    def _check(self, name: str, wanted: Sequence[str]) -> None:
        controls = self._named(name)
        assert controls, f"{self.action} has no control {name!r}; it has {sorted({n for n, _ in self.values})}"
        free = any(_is_free(control) for control in controls)
        missing = [value for value in wanted if not free and value not in self.options(name)]
        assert not missing, f"{name!r} of {self.action} does not offer {missing}, but {self.options(name)}"

    def _named(self, name: str) -> list[Node]:
        return [each for each in self.controls if each.attrs["name"] == name]


def _is_free(control: Node) -> bool:
    kind = control.attrs.get("type", "text")
    return control.tag == "textarea" or (control.tag == "input" and kind in (*_TYPED, "hidden"))


def _choices(control: Node) -> list[str]:
    if control.tag == "select":
        return [_value_of(option) for option in control.all("option")]
    return [control.attrs.get("value", "on")]


def _value_of(option: Node) -> str:
    return option.attrs.get("value", option.text)


def _held(control: Node) -> list[tuple[str, str]]:
    """What a control sends as the page shows it."""
    name, kind = control.attrs["name"], control.attrs.get("type", "text")
    if control.tag == "textarea":
        return [(name, control.raw.removeprefix("\n"))]
    if control.tag == "select":
        return [(name, value) for value in _selected(control)]
    if control.tag == "button" or kind in ("file", "submit", "button", "reset", "image"):
        return []
    if kind in ("checkbox", "radio"):
        return [(name, control.attrs.get("value", "on"))] if "checked" in control.attrs else []
    return [(name, control.attrs.get("value", ""))]


def _selected(control: Node) -> list[str]:
    options = control.all("option")
    marked = [_value_of(option) for option in options if "selected" in option.attrs]
    return marked or ([] if "multiple" in control.attrs else [_value_of(option) for option in options[:1]])


@dataclass(frozen=True)
class Page:
    """What came back at last: `path` is where it lies, `came_by` the addresses that led there."""

    answer: httpx.Response
    came_by: tuple[str, ...] = field(default=())

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.request.url.raw_path.decode()

    @property
    def headers(self) -> httpx.Headers:
        return self.answer.headers

    @property
    def html(self) -> str:
        return self.answer.text

    @cached_property
    def _read(self) -> tuple[Node, list[str]]:
        return read(self.html)

    @property
    def tree(self) -> Node:
        return self._read[0]

    @property
    def flaws(self) -> list[str]:
        """What is wrong with its nesting."""
        return self._read[1]

    @property
    def text(self) -> str:
        """All that can be read on it."""
        return self.tree.text

    @property
    def title(self) -> str:
        return self.tree.one("head").one("title").raw.strip()  # a drawing may have one, too

    @property
    def h1(self) -> str:
        return self.tree.one("h1").text

    @property
    def links(self) -> list[str]:
        return [node.attrs["href"] for node in self.tree.all("a") if "href" in node.attrs]

    @property
    def forms(self) -> list[Form]:
        return [Form(self, node) for node in self.tree.all("form")]

    def form(self, action: str | None = None, *, button: str | None = None) -> Form:
        """The form that goes to this path, or has a button with these words. With neither: the only one in the main
        part of the page. Raises AssertionError where there is none; of several that fit, the first."""
        found = [form for form in self.forms if action is None or form.action.split("?")[0] == action]
        if action is None and button is None:
            found = [form for form in found if form.node.above("main") is not None]
            assert len(found) == 1, [form.action for form in found]
        if button is not None:
            found = [form for form in found if any(each.text == button for each in form.buttons)]
        assert found, f"no form {action or button!r}: {[(f.action, [b.text for b in f.buttons]) for f in self.forms]}"
        return found[0]


class Browser:
    """One browser, by default one that reads Chinese. `sign_in` by the form, `enter` without it."""

    def __init__(self, http: httpx.Client, app: FastAPI) -> None:
        self.http, self.app = http, app
        self.http.headers["Accept-Language"] = "zh-CN"

    @classmethod
    def on(cls, client: httpx.Client, app: FastAPI) -> Browser:
        """A browser of its own on the application that the client asks."""
        return cls(beside(client), app)

    def sign_in(self, login: str, password: str = PASSWORD, *, to: str = "/") -> Page:
        page = self.get(f"/sign-in?to={to}" if to != "/" else "/sign-in")
        page = self.submit(page.form("/sign-in"), {"login": login, "password": password})
        assert page.answer.url.path != "/sign-in", page.text
        return page

    def enter(self, login: str) -> Browser:
        """Signed in without asking for the password."""
        services = self.app.state.services
        day: date = services.setup.clock()[0].date()
        begun = SessionService(services.office.store).begin(login, remember=False, day=day)
        self.http.cookies.clear()
        self.http.cookies.set("mq_session", begun.secret, domain="testserver.local", path="/")
        return self

    def end_session(self) -> None:
        """The server forgets the session; the browser still has its cookie."""
        secret = next(cookie.value for cookie in self.http.cookies.jar if cookie.name == "mq_session")
        self.app.state.services.sessions.end(secret)

    def likes(self, *, lang: str | None = None, text: str | None = None) -> Browser:
        for name, value in (("mq_lang", lang), ("mq_text", text)):
            if value is not None:
                self.http.cookies.set(name, value, domain="testserver.local", path="/")
        return self

    def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        return self._followed(self.http.get(path, headers=headers), follow)

    def post(self, path: str, values: Sequence[tuple[str, str]] | Mapping[str, str] = (), *, follow: bool = True,
             **headers: str) -> Page:  # fmt: skip
        """A form as nobody's page showed it. A browser names the page's origin."""
        pairs = list(values.items()) if isinstance(values, Mapping) else list(values)
        return self._sent(path, pairs, {}, follow, headers)

    def submit(self, form: Form, values: Values | None = None, *, files: Mapping[str, File] | None = None,
               button: str | None = None, follow: bool = True, **headers: str) -> Page:  # fmt: skip
        """Send a form; `values` by the names of its controls, `button` by its words where it has several."""
        pairs = form.filled(values or {}) + _pressed(form, button)
        if form.method == "GET":
            return self._followed(self.http.get(form.action, params=pairs), follow)
        for name in files or {}:
            assert form._named(name), f"{form.action} takes no file {name!r}"
        plain = form.node.attrs.get("enctype") != "multipart/form-data"
        assert plain is False or not files, "a form without multipart sends no files"
        return self._sent(form.action, pairs, files or {}, follow, headers, multipart=not plain)

    def _sent(self, path: str, pairs: list[tuple[str, str]], files: Mapping[str, File], follow: bool,
              headers: Mapping[str, str], *, multipart: bool = False) -> Page:  # fmt: skip
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\n", "\r\n"))
        sent = {"Origin": HERE} | {name.replace("_", "-"): value for name, value in headers.items()}
        parts = dict(files) or ({"": ("", b"")} if multipart else None)
        return self._followed(self.http.post(path, data=data, files=parts, headers=sent), follow)

    def _followed(self, answer: httpx.Response, follow: bool) -> Page:
        came_by: list[str] = []
        while follow and answer.is_redirect and len(came_by) < 5:
            came_by.append(answer.request.url.raw_path.decode())
            answer = self.http.get(answer.headers["location"])
        return Page(answer, tuple(came_by))


def _pressed(form: Form, words: str | None) -> list[tuple[str, str]]:
    """The name and value of the button that was pressed, where it has them."""
    found = [each for each in form.buttons if words is None or each.text == words]
    assert found or words is None, f"no button {words!r}: {[each.text for each in form.buttons]}"
    pressed = found[0] if found else None
    named = pressed is not None and pressed.attrs.get("name")
    return [(pressed.attrs["name"], pressed.attrs.get("value", ""))] if pressed and named else []
