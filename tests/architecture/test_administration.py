"""What is done to accounts over HTTP and on pages goes through the service that judges offices."""

from __future__ import annotations

import ast
from pathlib import Path

API = Path(__file__).parent.parent.parent / "api"
#: Service of who runs the machine -> its commands, which judge nobody.
UNJUDGED = {
    "accounts": {"add", "end", "issue_token", "revoke"},
    "passwords": {"set", "give", "make", "make_for_new"},
    "factors": {"remove"},
}


def calls(text: str) -> set[tuple[str, str]]:
    """(service, command) of every `….service.command(…)`."""
    return {
        (node.func.value.attr, node.func.attr)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
    }  # fmt: skip


def unjudged(text: str) -> set[tuple[str, str]]:
    return {(service, command) for service, command in calls(text) if command in UNJUDGED.get(service, ())}


def test_no_route_commands_accounts_past_the_offices():
    found = {
        path.relative_to(API).as_posix(): wrong
        for folder in ("v1", "web")
        for path in sorted((API / folder).rglob("*.py"))
        if (wrong := unjudged(path.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_one_that_did_would_be_found():
    assert unjudged("served.accounts.issue_token('x', 'y')") == {("accounts", "issue_token")}
    assert unjudged("served.accounts.who('x')") == set()
