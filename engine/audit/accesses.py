"""Reading the log of access: who administers audit all of it, who administers security what they did; who supervises
learns who looked at a case that he may read. Those whose calls these are never see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

from engine.audit.access import AccessLog
from engine.cases.office import Office
from engine.cases.reading import as_read, asked_for
from engine.rules.reading import is_kept_from, reads_masked
from engine.rules.refusals import Forbidden
from engine.store.accessbook import Access, AccessFilter, files_of, home_in, read_accesses
from engine.store.clock import real_now
from engine.store.names import people_names

__all__ = ["Access", "AccessFilter", "AccessPage", "AccessQueries"]

AUDIT, SECURITY = "audit", "security"
_EXPORTED_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessPage:
    """The newest first. `names` maps people who are registered; `next` is None on the last page."""

    rows: tuple[Access, ...]
    names: Mapping[str, str]
    next: tuple[datetime, str] | None


class AccessQueries:
    """`offices` are those of the caller's account."""

    def __init__(self, office: Office, access: AccessLog) -> None:
        self.office, self.access = office, access

    def page(self, offices: Set[str], wanted: AccessFilter) -> AccessPage:
        """Raises Forbidden."""
        asked = _within(offices, wanted)
        self.access.flush()
        return self._page(asked)

    def export(self, offices: Set[str], wanted: AccessFilter) -> Iterator[tuple[Access, ...]]:
        """All of it in parts, each read by itself: nothing that is noted after the beginning. Raises Forbidden, at
        once and not with the first part."""
        asked = _within(offices, wanted)
        self.access.flush()
        until = min(wanted.until or real_now(), real_now())
        return self._parts(replace(asked, until=until, after=None, limit=_EXPORTED_AT_ONCE))

    def of_case(self, person: str, case_id: str, after: tuple[datetime, str] | None, limit: int) -> AccessPage:
        """Who called what about the case or one of its uploads. Raises NotFound, Forbidden for whoever reads the case
        by anything but a `read_only` role, as one of those whom it is about, and for who was recused from it."""
        self.access.flush()
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            as_read(tx, held, attempt)
            objects = (case_id, *files_of(tx, case_id))
        if not reads_masked(attempt) or is_kept_from(attempt):
            raise Forbidden("not_a_supervisor")
        return self._page(AccessFilter(home=home_in(case_id), objects=objects, after=after, limit=limit))

    def _page(self, asked: AccessFilter) -> AccessPage:
        with self.office.store.read() as tx:
            rows = read_accesses(tx, asked)
            shown = tuple(rows[: asked.limit])
            names = people_names(tx, {row.person for row in shown if row.person})
        more = len(rows) > asked.limit
        return AccessPage(rows=shown, names=names, next=(shown[-1].at, shown[-1].id) if more else None)

    def _parts(self, asked: AccessFilter) -> Iterator[tuple[Access, ...]]:
        while True:
            with self.office.store.read() as tx:
                rows = read_accesses(tx, asked)
            part = tuple(rows[: asked.limit])
            if part:
                yield part
            if len(rows) <= asked.limit:
                return
            asked = replace(asked, after=(part[-1].at, part[-1].id))


def may_read_log(offices: Set[str]) -> bool:
    """Whether the log is shown to who has these offices, all of it or a part."""
    return bool({AUDIT, SECURITY} & offices)


def _within(offices: Set[str], wanted: AccessFilter) -> AccessFilter:
    """The filter as far as the offices reach; of one object it looks in that object's home. Raises Forbidden."""
    if not may_read_log(offices):
        raise Forbidden("not_audit_office")
    asked = wanted if AUDIT in offices else replace(wanted, office=AUDIT)
    homes = {home_in(each) for each in wanted.objects or ()} - {""}
    return replace(asked, home=homes.pop()) if len(homes) == 1 and wanted.home is None else asked
