"""What a token opens of what its account may, and what an office may never do, whatever it calls."""

from __future__ import annotations

from collections.abc import Set

from engine.rules.refusals import Forbidden

#: `act`: everything the account may. `read`: calls that change nothing. `feed`: the feed and its files alone, for a
#: system that copies what happened.
SCOPES = ("read", "act", "feed")


def check_scope(scope: str, offices: Set[str], *, changes: bool, feed: bool) -> None:
    """Judge one call: `changes` is false where it only reads, `feed` where it is none of those that `feed` opens.
    Raises Forbidden."""
    if changes:
        check_changes(offices)
    if (changes and scope != "act") or (scope == "feed" and not feed):
        raise Forbidden("out_of_scope", scope=scope)


def check_changes(offices: Set[str]) -> None:
    """Who has the audit office and no other changes nothing at all. Raises Forbidden."""
    if offices == {"audit"}:
        raise Forbidden("audit_changes_nothing")
