"""The township's own web pages for the scenarios: whoever has an account looks at them and fills in their forms, in
this process and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote, urlsplit

from api.app import app_of
from engine.definition.model import Value
from engine.people.accounts import AccountService
from engine.people.setup import SetupService
from tests.api.in_process import client_of
from tests.features.words import FILES
from tests.features.world import World
from tests.web.client import Browser, File, Form, Page
from tests.web.markup import Node

_CASE = re.compile(r"/cases/([^/?]+)")
_ITEMS = range(1, 5)  # more than any agenda of the scenarios has


class Pages:
    """Pages at the time of the world. `page` is the last that was shown, `way` all since somebody began at an address;
    `typed` is what was given to the form of the last, by the names of its controls; `taps` counts on that way."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world, self.browser = world, browser
        self.way: list[Page] = []
        self.typed: dict[str, str] = {}
        self.taps = 0
        self._known: set[str] = set()
        self._unanswered = False

    @property
    def page(self) -> Page:
        return self.way[-1]

    # --- looking -----------------------------------------------------------------------------------------------------

    def begin(self, person: str, path: str) -> Page:
        """Somebody signs in and opens an address."""
        self.settled()
        self._sign_in(person)
        self.way, self.typed, self.taps = [self.browser.get(path)], {}, 0
        return self.page

    def look(self, person: str, *paths: str) -> list[Page]:
        """What he sees at these addresses; the way he is on stays as it is."""
        self._sign_in(person)
        return [self.browser.get(path) for path in paths]

    def _sign_in(self, person: str) -> None:
        self.world.settled()
        self.world.worker.once()
        SetupService(self.world.store).hold_clock(self.world.clock.at)
        if person not in self._known:
            AccountService(self.world.store).add(person, person, operator=False)
            self._known.add(person)
        self.browser.enter(person)

    # --- acting ------------------------------------------------------------------------------------------------------

    def tap(self, words: str) -> None:
        """The link or button whose words begin so."""
        link = next((link for link in self.page.tree.all("a") if link.text.startswith(words)), None)
        if link is None:
            self.press(words)
            return
        self.taps += 1
        self.way.append(self.browser.get(link.attrs["href"]))

    def fill(self, values: Mapping[str, str]) -> None:
        """What is typed or chosen in the form that is sent next."""
        self.typed |= values

    def press(self, words: str, files: Mapping[str, File] | None = None) -> None:
        """Send the form with this button, with what was typed. Sending takes a second."""
        self.settled()
        form, button = self._button(words)
        self._ask(form)
        self.way.append(self.browser.submit(form, self.typed, files=files, button=button.text))
        self._unanswered = self.page.status != 200
        self.taps += 1
        self.world.clock.at += timedelta(seconds=1)
        opened = _CASE.match(self.page.path)
        if opened and self.page.path.endswith("/sent"):
            self.world.cases[""] = opened.group(1)

    def refusal(self) -> Page:
        """The page that came back refused; from now on it counts as expected."""
        assert self.page.status in (403, 409, 422), self.page.status
        self._unanswered = False
        return self.page

    def settled(self) -> None:
        """Raises AssertionError when a form was refused and no step asked for it."""
        assert not self._unanswered, self.page.text

    def _button(self, words: str) -> tuple[Form, Node]:
        found = [(form, each) for form in self.page.forms for each in form.buttons if each.text.startswith(words)]
        assert found, f"{self.page.path} has neither a link nor a button {words!r}"
        return found[0]

    def _ask(self, form: Form) -> None:
        """`/report` and `/cases/<id>/do/<trigger>` name what they do, unless the form itself does."""
        case = _CASE.match(form.action)
        trigger = dict(form.values).get("trigger") or form.action.rsplit("/", 1)[-1]
        self.world.asks(trigger, case.group(1) if case else None)

    def do(self, person: str, name: str, trigger: str, data: Mapping[str, Value]) -> None:
        """Act on a case by the form that its page leads to."""
        self.begin(person, f"{self.case(name)}/do/{trigger}")
        self.fill(as_typed(data))
        self.press(self.page.h1)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def case(self, name: str) -> str:
        """The address of a case."""
        return f"/cases/{self.world.cases[name]}"

    def everywhere(self, name: str) -> dict[str, str]:
        """Addresses where a reader would find the case, each with what it merely repeats of the question."""
        case, (number, gist) = self.case(name), self._marks(name)
        asked = {f"{path}?view=all&q={quote(q)}": q for path in ("/cases", "/cases/list") for q in (number, gist)}
        plain = (case, f"{case}/print", "/", "/inbox", "/cases?view=all", "/cases/list?view=all", "/history?move=all")
        return dict.fromkeys(plain, "") | asked

    def projected(self, person: str) -> dict[str, Page]:
        """The pages of the meeting by their last parts."""
        parts = ("", *(f"/items/{number}" for number in _ITEMS), "/closing", "/minutes", "/briefs")
        pages = self.look(person, *(f"/meetings/{self.world.meeting}{part}" for part in parts))
        return dict(zip(parts, pages, strict=True))

    def shows(self, page: Page, name: str, *, repeats: str = "") -> bool:
        """It leads to the case, or names its number or what it is about."""
        leads = any(urlsplit(link).path.startswith(self.case(name)) for link in page.links)
        return leads or any(mark in page.text for mark in self._marks(name) if mark != repeats)

    def _marks(self, name: str) -> tuple[str, str]:
        """Its number, and what it is about."""
        found = self.world.case(name)
        return found.identity.number, str(found.data["gist"])


def as_typed(data: Mapping[str, Value]) -> dict[str, str]:
    """Values of fields by the names of the controls that take them; who is not registered is typed in two parts."""
    typed = {f"d.{code}": value for code, value in data.items()}
    parts = {f"{name}.{part}": said for name, value in typed.items() if isinstance(value, dict)
             for part, said in value.items()}  # fmt: skip
    return parts | {name: str(value) for name, value in typed.items() if not isinstance(value, dict)}


def uploaded(what: str) -> File:
    """A file as a phone sends it."""
    return what, FILES[what]()


@contextmanager
def pages_of(world: World) -> Iterator[Pages]:
    app = app_of(world.office, files=world.files)
    with client_of(app) as client:
        pages = Pages(world, Browser.on(client, app))
        yield pages
        pages.settled()
