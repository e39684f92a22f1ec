"""What may be done with several cases, each looked at by the same lookups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.reading import offers_by
from engine.cases.views import CaseView, Choices
from engine.rules.reading import reads_whole
from engine.store.casefile import Held
from engine.store.db import Tx

Views = Callable[[Tx, Sequence[Held]], list[CaseView]]


def choices_of(tx: Tx, office: Office, person: str, held: Sequence[Held], order: Sequence[str],
               views: Views) -> list[Choices]:  # fmt: skip
    """The cases that the person may read as they are, masked as in lists, in the order of their ids in `order`."""
    lookups, now = Lookups(tx, office), office.clock.now(tx)
    attempts = {each.identity.id: lookups.reading(each, person, now) for each in held}
    whole = [each for each in held if reads_whole(attempts[each.identity.id])]
    offers = {each.identity.id: offers_by(lookups, attempts[each.identity.id], each) for each in whole}
    found = {view.identity.id: Choices(view=view, offers=offers[view.identity.id]) for view in views(tx, whole)}
    return [found[ident] for ident in order if ident in found]
