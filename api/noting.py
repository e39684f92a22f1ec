"""Every call is noted in the log of access, before anything of its answer goes out: who, what, with what outcome. Never
what was said: no values of parameters, no bodies, no addresses of devices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Scope, Send

from engine.audit.access import AccessLog, network_of

#: What is not noted: files that are the same for everybody, what a monitor asks every few seconds, and the page that
#: one sees after an act that hid its case from himself: it would say that there was one.
UNNOTED = ("/static", "/healthz", "/readyz", "/metrics", "/report/handed-over")
_KNOWN, _CODE, _HIDDEN = "known", "refused", "hidden"
#: Parameters of paths that name an object, the first that is there.
_OBJECTS = (
    "case_id",
    "meeting_id",
    "file_id",
    "message_id",
    "turn_id",
    "token_id",
    "id",
    "login",
    "person",
    "person_id",
)
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}|[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_CODE_OF_ONE = re.compile(r"[A-Za-z0-9_.@-]{1,80}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
_NAMES_MOST = 20
_GONE = 499  #: the caller hung up before there was an answer
_NOWHERE = "?"  #: no route: what was asked for instead of one is not kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Who calls, once it is known. `way`: token or session."""

    way: str
    login: str
    person: str | None
    office: str | None


def know(request: Request, way: str, login: str, person: str | None, offices: Iterable[str]) -> None:
    """Tell the log who it is. Of several offices the one that is looked at most closely stands for all."""
    held = [office for office in ("audit", "security", "system") if office in set(offices)]
    known = Known(way=way, login=login, person=person, office=held[0] if held else None)
    setattr(request.state, _KNOWN, known)


def tell_code(request: Request, code: str) -> None:
    """The code of a problem that is told on a page."""
    setattr(request.state, _CODE, code)


def tell_hidden(request: Request, status: int, ident: str) -> None:
    """The act hid its case from who did it, so the answer shows nothing. It is noted as one that shows the case is: who
    reads the log must not find who sealed what."""
    setattr(request.state, _HIDDEN, (status, ident))


def is_noted(path: str) -> bool:
    return not any(path == each or path.startswith(f"{each}/") for each in UNNOTED)


class Noting:
    """Passes messages on. A problem's beginning waits for its body, in which its code stands."""

    def __init__(self, scope: Scope, send: Send, access: AccessLog) -> None:
        self._scope, self._send, self._access = scope, send, access
        self._state: dict[str, Any] = scope.setdefault("state", {})
        self._held: Message | None = None
        self._noted = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_problem(message):
                self._held = message
                return
            self._note(message["status"], self._state.get(_CODE), message)
        elif self._held is not None:
            held, self._held = self._held, None
            self._note(held["status"], _code_in(message), held)
            await self._send(held)
        await self._send(message)

    def end(self) -> None:
        """The call is over: it is noted, too, where no answer was given."""
        if not self._noted:
            self._note(self._held["status"] if self._held else _GONE, None, {})

    def _note(self, status: int, code: str | None, start: Mapping[str, Any]) -> None:
        self._noted = True
        known: Known | None = self._state.get(_KNOWN)
        status, hidden = self._state.get(_HIDDEN, (status, None))
        self._access.note(
            way=known.way if known else "none",
            login=known.login if known else None,
            person=known.person if known else None,
            office=known.office if known else None,
            method=self._scope["method"],
            what=getattr(self._scope.get("route"), "path", _NOWHERE),
            about=object_of(self._scope.get("path_params", {}), status) or hidden or _made(status, start),
            asked=names_in(self._scope.get("query_string", b"")),
            status=status,
            code=code[:120] if code and status >= 400 else None,
            source=network_of((self._scope.get("client") or ("",))[0]),
        )


def _is_problem(message: Message) -> bool:
    return Headers(raw=message.get("headers", [])).get("content-type", "").startswith("application/problem+json")


def _code_in(message: Message) -> str | None:
    try:
        return str(json.loads(message.get("body", b""))["code"])
    except (ValueError, KeyError, TypeError):
        return None  # the answer to HEAD has no body


def object_of(params: Mapping[str, Any], status: int) -> str | None:
    """What the path names. What looks like no id of ours may be anything, so it is kept only where it was found."""
    found = next((str(params[name]) for name in _OBJECTS if name in params), None)
    if found is None or _ID.fullmatch(found):
        return found
    return found if status < 400 and _CODE_OF_ONE.fullmatch(found) else None


def _made(status: int, start: Mapping[str, Any]) -> str | None:
    """What the call made, as `Location` says it."""
    if status != 201:
        return None
    last = Headers(raw=start.get("headers", [])).get("location", "").rpartition("/")[2]
    return last if _ID.fullmatch(last) else None


def names_in(query: bytes) -> tuple[str, ...]:
    """Names of parameters, each once; what cannot be the name of one of ours as `?`."""
    given = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    return tuple(sorted({name if _NAME.fullmatch(name) else "?" for name in given})[:_NAMES_MOST])
