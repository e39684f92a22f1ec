"""Who may read a case, and how much of it: reach, visibility (language.md section 10), recusal, masking.

`engine.store.reach` says the same in SQL, for lists; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.definition.model import (
    START,
    Condition,
    FieldGiven,
    FieldIs,
    PersonIs,
    Row,
    StateIs,
    VisibilityRule,
    Workflow,
    walk,
)
from engine.rules.attempt import Attempt
from engine.rules.conditions import veiling
from engine.rules.people import RELATED, reads_himself, reads_through


def may_read(attempt: Attempt) -> bool:
    """By a post that reaches the case or sits at a concerned unit, or as opener, responsible or successor; and no rule
    of visibility hides it from him, nor was he recused when it was opened."""
    if attempt.actor.is_system:
        return True
    if not (_through_posts(attempt) or reads_himself(attempt)):
        return False
    return attempt.case.state is None or (read_until(attempt) != 0 and not _is_hidden(attempt))


def is_kept_from(attempt: Attempt) -> bool:
    """Visibility hides the case as it is now from the actor, or he was recused, whatever his reach."""
    return read_until(attempt) is not None or _is_hidden(attempt)


def how_kept(attempt: Attempt) -> int:
    """From how many the case as it is now is kept, whoever asks: 0 from nobody, 1 from who was recused from it, 2 from
    whom a rule of visibility hides it, 3 from all but the holders of some posts."""
    state, veils = attempt.case.state, tuple(veiling(replace(attempt, given={}, open_fields=frozenset())))
    if any(map(keeps_to_posts, veils)):
        return 3
    return 2 if veils else int(state is not None and bool(state.recused))


def read_until(attempt: Attempt) -> int | None:
    """The last row that he may read, where he was recused: the one before. None: all of them."""
    state = attempt.case.state
    recusing = state.recused.get(attempt.actor.person) if state else None
    return None if recusing is None else recusing - 1


def reads_whole(attempt: Attempt) -> bool:
    """He may read the case as it is now."""
    return may_read(attempt) and not is_kept_from(attempt)


def reads_masked(attempt: Attempt) -> bool:
    """Only `read_only` roles let the actor read: personal text is masked for him in the case itself too."""
    return not reads_himself(attempt) and not RELATED["reader"](attempt)


def asked_for_reading(workflow: Workflow) -> Iterator[Condition]:
    """All conditions of visibility, at any depth."""
    return (each for rule in workflow.visibility for top in rule.when for each in walk(top))


def keeps_to_posts(rule: VisibilityRule) -> bool:
    """It shows a case to holders of some roles alone: nobody sees it for having to do with it. Such a case leaves no
    trace for anybody else, not even a number (law 10)."""
    return bool(rule.only_to) and not any(name in RELATED for name in rule.only_to)


def opens_unseen(workflow: Workflow) -> frozenset[str]:
    """Triggers from `start` that can open a case which such a rule keeps to posts. Whoever fires one may be about to
    report somebody, so that even where it is refused nobody else is told of it."""
    rules = [rule for rule in workflow.visibility if keeps_to_posts(rule)]
    rows = workflow.rows_from(START)
    return frozenset(
        row.trigger for row in rows if any(all(_may_hold(each, row) for each in rule.when) for rule in rules)
    )


def _may_hold(asked: Condition, row: Row) -> bool:
    """Of a case that the row opens; what cannot be told from the row alone may."""
    if isinstance(asked, StateIs):
        return any(target.to in asked.states for target in row.targets)
    if not isinstance(asked, FieldIs | FieldGiven | PersonIs):
        return True
    fixed = (each.field for sets in (row.sets, *(target.sets for target in row.targets)) for each in sets)
    return asked.field in {*row.needs, *row.takes, *fixed}


def _through_posts(attempt: Attempt) -> bool:
    return any(reads_through(post, attempt) for post in attempt.actor.posts)


def _is_hidden(attempt: Attempt) -> bool:
    """By the case as it stands: what the act itself gives does not count yet."""
    for rule in veiling(replace(attempt, given={}, open_fields=frozenset())):
        named = any(_sees_as(name, attempt) for name in (*rule.only_to, *rule.never_to))
        if named is not bool(rule.only_to):
            return True
    return False


def _sees_as(name: str, attempt: Attempt) -> bool:
    """Here a `read_only` role counts like any other."""
    if name in RELATED:
        return RELATED[name](attempt)
    return any(post.role == name and reads_through(post, attempt) for post in attempt.actor.posts)
