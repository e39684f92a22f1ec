"""Who somebody is to a case: the relations of language.md section 2, reading, and the names in `by` and `never`."""

from __future__ import annotations

from collections.abc import Callable

from engine.definition.model import SYSTEM, Slot
from engine.rules.attempt import Attempt, Post
from engine.rules.fold import as_list
from engine.rules.state import NOBODY, CaseState, Charge, PostHeld


def names_one(names: tuple[str, ...], attempt: Attempt) -> str | None:
    """The first of the names that the actor is; None when he is none of them."""
    return next((name for name in names if is_one(name, attempt)), None)


def is_one(name: str, attempt: Attempt) -> bool:
    """The actor is `system`, in the relation `name`, or holds a post of the role `name` that counts here."""
    if attempt.actor.is_system or name == SYSTEM:
        return attempt.actor.is_system and name == SYSTEM
    relation = RELATED.get(name)
    return relation(attempt) if relation else bool(posts_of_role(name, attempt))


def posts_of_role(name: str, attempt: Attempt) -> tuple[Post, ...]:
    """The actor's posts of this role that count for this case: on the line, or at the unit in charge for `by_unit`."""
    return tuple(post for post in acting_posts(attempt) if post.role == name)


def acting_posts(attempt: Attempt) -> tuple[Post, ...]:
    """Posts through which the actor may act: their role is named, not read-only, and reaches the case."""
    return tuple(post for post in attempt.actor.posts if _acts(post, attempt))


def _acts(post: Post, attempt: Attempt) -> bool:
    role = attempt.role(post)
    if role is None or role.read_only:
        return False
    if role.by_unit:
        return post.sits_at(_units_acting(attempt.case.state))
    return post.reaches(attempt.case.unit)


def _units_acting(state: CaseState | None) -> tuple[str, ...]:
    """Where `by_unit` roles act: the successor's unit only once it has signed."""
    return (*state.responsible.units, *state.concerned) if state else ()


def _units_reading(state: CaseState | None) -> tuple[str, ...]:
    return (*_units_acting(state), *state.successor.units) if state else ()


def reads_through(post: Post, attempt: Attempt) -> bool:
    role = attempt.role(post)
    if role is None:
        return False
    if post.sits_at(_units_reading(attempt.case.state)):
        return True
    return not role.by_unit and post.reaches(attempt.case.unit)


def reads_himself(attempt: Attempt) -> bool:
    state = attempt.case.state
    if state is None:
        return False
    person = attempt.actor.person
    return person in (state.opener, state.behalf, *state.responsible.people, *state.successor.people)


def _reader(attempt: Attempt) -> bool:
    posts = (post for post in attempt.actor.posts if reads_through(post, attempt))
    return any(not role.read_only for role in map(attempt.role, posts) if role)


def acted_through(names: tuple[str, ...], attempt: Attempt) -> PostHeld | None:
    """The post that is written in the history: the one that makes the actor one of `names` (of such a role, or at the
    unit in charge), else any that may act, else any that may read and is not read-only, else none."""
    acting = acting_posts(attempt)
    named = [post for name in names for post in (*_posts_in_charge(name, attempt), *posts_of_role(name, attempt))]
    reading = [post for post in _working_posts(attempt) if reads_through(post, attempt)]
    return next((post.held for post in (*named, *acting, *reading)), None)


def only_reads(attempt: Attempt) -> bool:
    """All the actor's posts are read-only: he never acts, whatever relation he is in."""
    roles = [role for role in map(attempt.role, attempt.actor.posts) if role]
    return bool(roles) and all(role.read_only for role in roles)


def _working_posts(attempt: Attempt) -> tuple[Post, ...]:
    """Posts whose role the file names and does not mark `read_only`: the others count for nothing in an act."""
    roles = ((post, attempt.role(post)) for post in attempt.actor.posts)
    return tuple(post for post, role in roles if role and not role.read_only)


def _posts_in_charge(slot: str, attempt: Attempt) -> tuple[Post, ...]:
    units = _charged(slot, attempt).units
    return tuple(post for post in _working_posts(attempt) if post.sits_at(units))


def _charged(slot: str, attempt: Attempt) -> Charge:
    state = attempt.case.state
    known = {"responsible": state.responsible, "successor": state.successor, "handler": state.handlers} if state else {}
    return known.get(slot, NOBODY)


def _charge(slot: str) -> Callable[[Attempt], bool]:
    def holds(attempt: Attempt) -> bool:
        return attempt.actor.person in _charged(slot, attempt).people or bool(_posts_in_charge(slot, attempt))

    return holds


def _opener(attempt: Attempt) -> bool:
    state = attempt.case.state
    return state is not None and attempt.actor.person == state.opener


def _reporter_side(attempt: Attempt) -> bool:
    state = attempt.case.state
    return state is not None and attempt.actor.person in (state.opener, state.behalf)


def parties(attempt: Attempt) -> tuple[str, ...]:
    """Registered people whom a field with `fills: party` names, this act's values included."""
    return filled(attempt, Slot.PARTY)


def filled(attempt: Attempt, slot: Slot) -> tuple[str, ...]:
    """Registered people whom the fields of a slot name now: in this act, else the latest."""
    fields = [name for name, field in attempt.workflow.fields.items() if field.fills is slot]
    values = (value for name in fields for value in as_list(attempt.value(name)))
    return tuple(value for value in values if isinstance(value, str))


def _party(attempt: Attempt) -> bool:
    return attempt.actor.person in parties(attempt)


def _relative_of_party(attempt: Attempt) -> bool:
    kin = attempt.world.kin.get(attempt.actor.person, frozenset())
    return any(party in kin for party in parties(attempt))


def _recused(attempt: Attempt) -> bool:
    state = attempt.case.state
    return state is not None and attempt.actor.person in state.recused


def _rank(attempt: Attempt, level: str) -> int:
    return attempt.workflow.levels[level].rank


def _holder(attempt: Attempt) -> bool:
    state = attempt.case.state
    return state is not None and state.level in _levels_acted(attempt)


def _superior(attempt: Attempt) -> bool:
    state = attempt.case.state
    if state is None:
        return False
    return any(_rank(attempt, level) > _rank(attempt, state.level) for level in _levels_acted(attempt))


def _levels_acted(attempt: Attempt) -> set[str]:
    return {role.level for role in map(attempt.role, acting_posts(attempt)) if role}


def _paged(attempt: Attempt) -> bool:
    state = attempt.case.state
    if state is None:
        return False
    names = tuple(name for name in (*state.paged, *attempt.world.reminded) if name != "paged")
    return names_one(names, attempt) is not None


RELATED: dict[str, Callable[[Attempt], bool]] = {
    "opener": _opener,
    "reporter_side": _reporter_side,
    "party": _party,
    "relative_of_party": _relative_of_party,
    "recused": _recused,
    "responsible": _charge("responsible"),
    "successor": _charge("successor"),
    "handler": _charge("handler"),
    "holder": _holder,
    "superior": _superior,
    "paged": _paged,
    "reader": _reader,
}
