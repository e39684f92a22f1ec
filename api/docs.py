"""What OpenAPI says beside the routes: problems, links from a case to what follows, and the page at /docs."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from api.answers import CaseOut

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["counter:measures_here"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
        "at": {"type": "string", "description": "Which of several", "examples": ["decisions[2]"]},
        "refused_by": {
            "type": "object",
            "properties": {
                "file": {"type": "string"},
                "line": {"type": "integer"},
                "ref": {"type": ["string", "null"]},
                "rule": {"type": "string"},
            },
        },
    },
}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _PROBLEM}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The body cannot be read as JSON"),
    401: _problem("No valid token"),
    403: _problem("In reach, but not one's role, or kept out by `never`"),
    404: _problem("Absent, or out of reach: nothing tells the two apart"),
    409: _problem("Not possible in this state, a condition says no, or only in a meeting"),
    412: _problem("The version seen is not the present one"),
    413: _problem("The body is too large"),
    422: _problem("Fields"),
    428: _problem("No `If-Match`"),
    429: _problem("Too often; see Retry-After"),
    503: _problem("The database is not available; see Retry-After"),
    507: _problem("Storage is full; see Retry-After"),
}


_VERSION = {"type": "string", "pattern": r'^"\d{1,9}"$', "examples": ['"7"']}
ID, FIRST, VERSION = "$response.body#/id", "$response.body#/items/0/id", "$response.header.ETag"


Links = Mapping[str, dict[str, Any]]  #: name -> where it leads


def link(operation: str, description: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Where an answer leads: to the operation with this name, each parameter taken from the answer."""
    return {"operationId": operation, "parameters": dict(parameters), "description": description}


def answers(model: type[BaseModel], description: str = "Done", *, links: Links | None = None) -> dict[str, Any]:
    """The shape of an answer, said in OpenAPI without validating every answer again, and where it leads."""
    return {"model": model, "description": description} | ({"links": dict(links)} if links else {})


def versioned(model: type[BaseModel], description: str = "Done", *, links: Links | None = None) -> dict[str, Any]:
    """The same, of what has a version: its ETag."""
    return answers(model, description, links=links) | {"headers": _ETAG}


_ETAG = {"ETag": {"schema": _VERSION, "required": True, "description": "The version, quoted"}}
HIDDEN: dict[str, Any] = {"description": "Done; the case is now hidden from the caller (sealed)"}
CASE_LINKS: dict[str, Any] = versioned(
    CaseOut,
    "The case; its version is the ETag",
    links={
        "case": link("get_case", "Read it again", {"case_id": ID}),
        "triggers": link("get_triggers", "What may be done now", {"case_id": ID}),
        "transitions": link("fire", "Do it", {"case_id": ID, "If-Match": VERSION}),
        "history": link("get_history", "What was done", {"case_id": ID}),
        "clocks": link("get_clocks", "Its deadlines", {"case_id": ID}),
        "calls": link("get_calls", "Who was called for it", {"case_id": ID}),
    },
)
_STEPS = {
    "move": ("move_meeting", "Hold it at another time"),
    "delegate": ("delegate_chair", "Name who chairs it instead"),
    "agenda": ("add_to_agenda", "Put a case on its agenda"),
    "open": ("open_meeting", "Open it"),
    "attendance": ("set_attendance", "Keep the attendance"),
    "decisions": ("decide", "Record decisions"),
    "close": ("close_meeting", "Close it"),
    "cancel": ("cancel_meeting", "Call it off"),
}
MEETING_LINKS: Links = {
    "meeting": link("get_meeting", "Read it again", {"meeting_id": ID}),
    "closing": link("preview_closing", "What closing now would do", {"meeting_id": ID}),
    **{name: link(*how, {"meeting_id": ID, "If-Match": VERSION}) for name, how in _STEPS.items()},
}


def complete(app: FastAPI) -> None:
    """What the generator cannot know: without `If-Match` a change is 428, so it is required."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        document = generated()
        for parameter in _parameters(document):
            if parameter["name"] == "If-Match":
                parameter |= {"required": True, "schema": _VERSION}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for operation in path.values():
            yield from operation.get("parameters", ())


def add_docs_page(app: FastAPI) -> None:
    """/docs from local assets; nothing is fetched from elsewhere."""

    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="minqing API",
        swagger_js_url="/static/vendor/swagger-ui/swagger-ui-bundle.js",
        swagger_css_url="/static/vendor/swagger-ui/swagger-ui.css",
        swagger_favicon_url="/static/icon.svg",
    )
    text = bytes(page.body).decode()
    policy = {"Content-Security-Policy": _policy(text)}

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(text, headers=policy)


def _policy(page: str) -> str:
    """Of scripts in the page itself those alone that stand there now; it draws with styles of its own."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in scripts)
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
