"""What can be done with several ticked cases at once: each act with those that allow it, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from api.deps import Services
from api.present import title
from api.problems import detail
from api.web.forms import Options
from api.web.options import options_for
from api.web.reader import Posted, Reader
from engine.cases.views import Choices
from engine.definition.model import Field, FieldType, Row, Workflow
from engine.rules.refusals import NotInState

MOST = 200
_FEW = 3  # a row from more states is an exception
_ONE_BY_ONE = (FieldType.FILE, FieldType.CASE)  # what these hold is of one case alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """An act with one form for all `able`: their rows ask for the same. `like` is the id of the first of them; `unable`
    are the others with the reason in both languages."""

    row: Row
    workflow: Workflow
    able: tuple[Choices, ...]
    unable: tuple[tuple[Choices, tuple[str, str]], ...]

    @property
    def like(self) -> str:
        return self.able[0].view.identity.id

    def said(self, english: bool) -> str:
        return title(self.row.title, english)


def ticked(sent: Posted) -> dict[str, int]:
    """Case -> the version that the list showed; of what no list of ours sends nothing is left."""
    pairs = (value.rpartition("@") for value in sent.all("case")[:MOST])
    return {case: int(version) for case, _, version in pairs if case and version.isdecimal() and len(version) < 10}


def deeds_of(choices: Sequence[Choices]) -> list[Deed]:
    """What at least one of the cases allows: first what all do, and of that the ordinary steps before the rest."""
    alike: dict[tuple[object, ...], list[tuple[Choices, Row]]] = {}
    for each in choices:
        for row in _rows(each):
            alike.setdefault((row.trigger, row.title, row.needs, row.takes), []).append((each, row))
    found = [_deed(choices, rows) for rows in alike.values()]
    return sorted(found, key=lambda deed: (bool(deed.unable), _rank(deed), -len(deed.able), deed.row.index))


def _rank(deed: Deed) -> int:
    """Steps, then acts beside them; last what puts somebody else in charge, or out of it."""
    row, fields = deed.row, deed.workflow.fields
    if len(row.sources) <= _FEW:
        return 0
    return 2 if any(fields[name].fills for name in (*row.needs, *row.takes)) else 1


def _rows(each: Choices) -> Iterator[Row]:
    """Rows that may be fired at this case with a form that others can share. What moves a case from many states (an
    alarm, sealing) is an exception that somebody decides case by case."""
    fields = each.view.workflow.fields
    for offer in each.offers:
        row = offer.row
        shared = not any(fields[name].entry_type in _ONE_BY_ONE for name in row.needs)
        if offer.refusal is None and shared and (row.stays or len(row.sources) <= _FEW):
            yield row


def _deed(choices: Sequence[Choices], rows: Sequence[tuple[Choices, Row]]) -> Deed:
    first, row = rows[0]
    workflow = first.view.workflow
    able = tuple(each for each, _ in rows)
    unable = tuple((each, _why(each, row)) for each in choices if each not in able)
    return Deed(row=_shared(workflow, row), workflow=workflow, able=able, unable=unable)


def _shared(workflow: Workflow, row: Row) -> Row:
    """The row without what it may take for one case alone."""
    takes = tuple(name for name in row.takes if workflow.fields[name].entry_type not in _ONE_BY_ONE)
    return replace(row, takes=takes)


def _why(each: Choices, row: Row) -> tuple[str, str]:
    view = each.view
    offer = next((found for found in each.offers if found.row.trigger == row.trigger), None)
    if offer is not None and offer.refusal is not None:
        return detail(offer.refusal)
    if offer is not None or row.trigger not in view.workflow.triggers:
        return "这一件要填的不一样，请单独办", "This one asks for other things: do it by itself"
    return detail(NotInState(view.workflow, row.trigger, view.state.state))


def options_for_all(served: Services, who: Reader, deed: Deed, english: bool) -> Options:
    """People and units that may be chosen for every one of the cases; cases of one unit have the same."""
    places = {(each.view.state.unit, each.view.holder): each.view.identity.id for each in deed.able}
    each_place = [options_for(served, who, case, english) for case in places.values()]

    def options(field: Field) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        offered = [found(field) for found in each_place]
        common = set.intersection(*({value for value, _ in chain(*(more for _, more in one))} for one in offered))
        kept = ((group, [pair for pair in more if pair[0] in common]) for group, more in offered[0])
        return [(group, more) for group, more in kept if more]

    return options
