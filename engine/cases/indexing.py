"""Giving search what it lacks: cases of an earlier release, or all anew where masking or cutting have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.rules.rulebook import Rulebook, RulesMissing
from engine.store.casefile import Held, lock_cases, read_events
from engine.store.db import Store, Tx
from engine.store.words import Words, forget_words, homes_with_cases, unsaid, words_of, write_words

_AT_ONCE = 200


def lacks_words(store: Store) -> bool:
    """Some case is not known to search."""
    with store.read() as tx:
        return any(unsaid(tx, home, "", 1, everything=False) for home in homes_with_cases(tx))


def index_cases(store: Store, rulebook: Rulebook, *, everything: bool = False) -> int:
    """Let search read the cases it does not know, or all anew; how many they were. A few at a time, each few in one
    transaction, so that others may work meanwhile. Of a case whose rules are not here nobody can say what to mask, and
    no list shows it: its number alone is read."""
    with store.read() as tx:
        homes = homes_with_cases(tx)
    return sum(_index_some(store, rulebook, ids) for home in homes for ids in _batches(store, home, everything))


def _batches(store: Store, home: str, everything: bool) -> Iterator[list[str]]:
    after = ""
    while True:
        with store.read() as tx:
            ids = unsaid(tx, home, after, _AT_ONCE, everything=everything)
        if not ids:
            return
        yield ids
        after = ids[-1]


def _index_some(store: Store, rulebook: Rulebook, ids: list[str]) -> int:
    with store.begin() as tx:
        held = list(lock_cases(tx, ids).values())
        index_held(tx, rulebook, held)
    return len(held)


def index_held(tx: Tx, rulebook: Rulebook, held: Sequence[Held]) -> None:
    """Let search read these locked cases anew."""
    for each in held:
        forget_words(tx, each.identity.home, each.identity.id)
    write_words(tx, [words for each in held for words in _words(tx, rulebook, each)])


def _words(tx: Tx, rulebook: Rulebook, held: Held) -> Iterator[Words]:
    identity = held.identity
    yield Words(home=identity.home, case_id=identity.id, seq=0, text=identity.number)
    try:
        workflow = rulebook.pinned(*identity.file).workflow
    except RulesMissing:
        return
    for event in read_events(tx, identity.id):
        yield Words(home=identity.home, case_id=identity.id, seq=event.seq, text=words_of(workflow, event.payload))
