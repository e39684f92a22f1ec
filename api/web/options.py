"""Whom and what a form offers to choose: people and units about a case."""

from __future__ import annotations

from collections.abc import Sequence

from api.deps import Services
from api.present import title
from api.web.forms import Options
from api.web.reader import Reader
from engine.definition.model import Field, FieldType
from engine.people.queries import PersonSeen

Grouped = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def options_for(served: Services, who: Reader, case_id: str, english: bool) -> Options:
    """Options of a field, looked up when a form asks for them."""

    def options(field: Field) -> Grouped:
        if field.entry_type is FieldType.UNIT:
            return units_of(served, who, case_id)
        return people_of(who, served.picks.people_for(who.person, case_id), english)

    return options


def units_of(served: Services, who: Reader, case_id: str) -> Grouped:
    found = served.picks.units_for(who.person, case_id)
    return (("", [(unit.code, unit.name) for unit in found]),)


def people_of(who: Reader, people: Sequence[PersonSeen], english: bool) -> Grouped:
    """People by the place of their first post, each with the title of that post."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for person in people:
        for post in person.posts[:1]:
            role = who.roles.get(post.role)
            words = title(role.title, english) if role else post.role
            said = f"{person.name} ({words})" if english else f"{person.name}（{words}）"
            groups.setdefault(post.place_name, []).append((person.id, said))
    return tuple(groups.items())


def no_options(field: Field) -> Grouped:  # noqa: ARG001 - the shape of an options function
    """Before a case is opened there is nobody to choose about it."""
    return ()
