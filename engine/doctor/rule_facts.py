"""Gathering what the rules folder tells."""

from __future__ import annotations

from pathlib import Path

from engine.cases.rules_folder import RulesRefused, open_rulebook
from engine.doctor.facts import Rules
from engine.rules.rulebook import Rulebook
from engine.store.db import Store


def rules(store: Store, folder: Path, default: str) -> Rules:
    try:
        book = open_rulebook(store, folder)
    except RulesRefused as refused:
        return Rules(refused=(*(finding.text("en") for finding in refused.findings), *refused.reasons))
    return Rules(
        drafts=tuple(each.workflow.name for each in book.all() if each.workflow.draft),
        default_missing=default if book.find(default) is None else None,
        calendars=_calendars(book),
    )


def _calendars(book: Rulebook) -> dict[str, int]:
    """Code -> the last year that it knows, of those that rules here count by."""
    found = (each.calendar for each in book.all() if each.calendar is not None)
    return {calendar.code: max(calendar.years, default=0) for calendar in found}
