"""What OpenAPI says beside the routes: problems, links from a case to what follows, and the page at /docs."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
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


def _link(operation: str, description: str) -> dict[str, Any]:
    return {
        "operationId": operation,
        "parameters": {"case_id": "$response.body#/id"},
        "description": description,
    }


def answers(model: type[BaseModel], description: str = "Done") -> dict[str, Any]:
    """The shape of an answer, said in OpenAPI without validating every answer again."""
    return {"model": model, "description": description}


HIDDEN: dict[str, Any] = {"description": "Done; the case is now hidden from the caller (sealed)"}
CASE_LINKS: dict[str, Any] = {
    "model": CaseOut,
    "description": "The case; its version is the ETag",
    "headers": {"ETag": {"schema": {"type": "string"}, "description": "The version, quoted"}},
    "links": {
        "case": _link("get_case", "Read it again"),
        "triggers": _link("get_triggers", "What may be done now"),
        "transitions": _link("fire", "Do it"),
        "history": _link("get_history", "What was done"),
    },
}


def complete(app: FastAPI) -> None:
    """What the generator cannot know: without `If-Match` a change is 428, so it is required."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        document = generated()
        for parameter in _parameters(document):
            if parameter["name"] == "If-Match":
                parameter["required"] = True
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
