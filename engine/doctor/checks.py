"""The checks: each looks at the facts and names what is wrong. Pure; each finding has its own unit test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from engine.doctor.facts import Facts, Finding, Severity
from engine.doctor.surroundings import surroundings

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
Check = Callable[[Facts], Iterator[Finding]]
_ORDER = list(Severity)

_CLOCKS_APART = timedelta(seconds=5)
_BEHIND = timedelta(seconds=60)
_UNCOVERED = timedelta(days=2)
_BACKUP = timedelta(days=7)
_OVERDUE = timedelta(minutes=10)
_KEPT_LONGER = timedelta(days=3)
_OLDEST_POSTGRESQL = 14
#: From this month on the next year's calendar is awaited: the notice comes in November.
_NEXT_YEAR_FROM = 12


def examine(facts: Facts) -> list[Finding]:
    """Everything that is wrong, the gravest first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return sorted(found, key=lambda each: _ORDER.index(each.severity))


def database(facts: Facts) -> Iterator[Finding]:
    here = facts.database
    if here.trouble is not None:
        yield Finding("database_away", ERROR, {"reason": here.trouble})
        return
    if not here.current:
        yield Finding("not_migrated", ERROR)
        return
    if here.mark is None:
        yield Finding("not_set_up", ERROR)
    if here.triggers:
        yield Finding("triggers_missing", ERROR, {"triggers": here.triggers})
    if here.kind == "sqlite" and here.journal != "wal":
        yield Finding("journal_not_wal", WARNING, {"journal": here.journal})


def role(facts: Facts) -> Iterator[Finding]:
    here = facts.database
    if here.kind == "sqlite" or here.trouble is not None:
        return
    if here.superuser:
        yield Finding("role_is_superuser", facts.grave)
    if here.rights:
        severity = WARNING if facts.production else NOTE
        yield Finding("role_may_change_history", severity, {"rights": here.rights})
    if here.version < _OLDEST_POSTGRESQL:
        yield Finding("postgresql_old", WARNING, {"version": here.version, "least": _OLDEST_POSTGRESQL})


def clock(facts: Facts) -> Iterator[Finding]:
    here = facts.database
    if abs(here.ahead) > _CLOCKS_APART:
        yield Finding("clocks_differ", WARNING, {"seconds": round(here.ahead.total_seconds())})
    if here.simulated or here.last_recorded is None:
        return
    behind = here.last_recorded - facts.now
    if behind > _BEHIND:
        yield Finding("clock_behind", ERROR, {"last": here.last_recorded.isoformat(), "now": facts.now.isoformat()})


def people(facts: Facts) -> Iterator[Finding]:
    here = facts.people
    if here is None:
        return
    for office in here.missing:
        yield Finding("office_vacant", facts.grave, {"office": office})
    if here.combined:
        yield Finding("offices_combined", WARNING if facts.production else NOTE)
    for login in here.unchanged:
        yield Finding("password_unchanged", WARNING, {"login": login})
    if here.endless:
        yield Finding("tokens_endless", WARNING, {"tokens": here.endless})
    if here.unused:
        yield Finding("tokens_unused", NOTE, {"tokens": here.unused})


def trust(facts: Facts) -> Iterator[Finding]:
    here = facts.trust
    if here is None:
        return
    if here.key is not None:
        yield Finding(f"key_{here.key}", facts.grave)
    if here.uncovered is not None and facts.now - here.uncovered > _UNCOVERED and not facts.database.simulated:
        yield Finding("rows_uncovered", facts.grave, {"since": here.uncovered.isoformat()})
    if here.last_backup is None and here.cases and facts.production:
        yield Finding("never_backed_up", WARNING)
    elif here.last_backup is not None and facts.now - here.last_backup > _BACKUP:
        yield Finding("backup_old", WARNING, {"at": here.last_backup.isoformat()})
    kept = timedelta(days=facts.configured.access_log_days) + _KEPT_LONGER
    if here.oldest_access is not None and facts.now - here.oldest_access > kept:
        yield Finding("access_log_not_swept", WARNING, {"since": here.oldest_access.isoformat()})


def work(facts: Facts) -> Iterator[Finding]:
    here = facts.work
    if here is None:
        return
    if here.due_since is not None and not facts.database.simulated and facts.now - here.due_since > _OVERDUE:
        yield Finding("worker_not_running", ERROR, {"since": here.due_since.isoformat()})
    if here.blocked:
        yield Finding("blocked", WARNING, {"count": here.blocked})
    if here.dead:
        yield Finding("letters_given_up", WARNING, {"count": here.dead})


def rules(facts: Facts) -> Iterator[Finding]:
    here = facts.rules
    if here is None:
        return
    if here.refused:
        yield Finding("rules_refused", ERROR, {"reasons": here.refused})
    if here.default_missing is not None:
        yield Finding("default_workflow_missing", ERROR, {"workflow": here.default_missing})
    if here.drafts and facts.production:
        yield Finding("drafts_in_production", NOTE, {"workflows": here.drafts})
    for code, last in here.calendars.items():
        year = facts.now.year
        if last < year:
            yield Finding("calendar_year_missing", facts.grave, {"calendar": code, "year": year})
        elif last == year and facts.now.month >= _NEXT_YEAR_FROM:
            yield Finding("calendar_next_year_missing", WARNING, {"calendar": code, "year": year + 1})


CHECKS: tuple[Check, ...] = (database, role, clock, surroundings, people, trust, work, rules)
