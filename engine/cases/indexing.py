"""What search reads of cases: of what was just written, of cases of an earlier release, or of all anew where masking,
cutting or the register have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.cases.naming import CaseAt, names_of, people_in, strangers_in
from engine.rules.attempt import Unit
from engine.rules.mask import Names
from engine.rules.rulebook import Rulebook, RulesMissing
from engine.store.casebook import Entry
from engine.store.casefile import Held, lock_cases, read_cases, read_events
from engine.store.db import Store, Tx
from engine.store.namebook import NameBook
from engine.store.words import Words, forget_words, homes_with_cases, texts_of, unsaid, words_of, write_words

_AT_ONCE = 200


def index_written(tx: Tx, rulebook: Rulebook, book: NameBook, entries: Sequence[tuple[Entry, Unit]]) -> None:
    """Let search read the rows that were written just now, of cases at these units. Where they put somebody on record
    whom earlier texts of the case name, it reads all of the case anew."""
    places = [CaseAt(case_id=each.identity.id, unit=unit, workflow=each.workflow) for each, unit in entries]
    hidden = names_of(tx, book, places)
    write_words(tx, [words for entry, _ in entries for words in _written(entry, hidden[entry.identity.id])])
    known = [entry for entry, _ in entries if entry.before is not None and _names_somebody(entry)]
    behind = [entry.identity.id for entry in known if _says_more(tx, entry, hidden[entry.identity.id])]
    if behind:
        index_held(tx, rulebook, book, list(read_cases(tx, behind).values()))


def _written(entry: Entry, names: Names) -> Iterator[Words]:
    identity = entry.identity
    if entry.before is None:
        yield Words(home=identity.home, case_id=identity.id, seq=0, text=identity.number)
    for event, _ in entry.events:
        text = words_of(entry.workflow, event.payload, names)
        yield Words(home=identity.home, case_id=identity.id, seq=event.seq, text=text)


def _names_somebody(entry: Entry) -> bool:
    rows = [event for event, _ in entry.events]
    named = (each for row in rows for each in (*strangers_in(entry.workflow, row.payload), row.behalf))
    return any(named) or any(True for row in rows for _ in people_in(entry.workflow, row.facts))


def _says_more(tx: Tx, entry: Entry, names: Names) -> bool:
    """Search knows a text of the case in which one of these names stands."""
    return any(names.hide(text) != text for text in texts_of(tx, entry.identity.home, entry.identity.id))


def lacks_words(store: Store) -> bool:
    """Some case is not known to search."""
    with store.read() as tx:
        return any(unsaid(tx, home, "", 1, everything=False) for home in homes_with_cases(tx))


def index_cases(store: Store, rulebook: Rulebook, *, everything: bool = False) -> int:
    """Let search read the cases it does not know, or all anew; how many they were. A few at a time, each few in one
    transaction, so that others may work meanwhile. Of a case whose rules are not here nobody can say what to mask, and
    no list shows it: its number alone is read."""
    book = NameBook()
    with store.read() as tx:
        homes = homes_with_cases(tx)
    return sum(_index_some(store, rulebook, book, ids) for home in homes for ids in _batches(store, home, everything))


def _batches(store: Store, home: str, everything: bool) -> Iterator[list[str]]:
    after = ""
    while True:
        with store.read() as tx:
            ids = unsaid(tx, home, after, _AT_ONCE, everything=everything)
        if not ids:
            return
        yield ids
        after = ids[-1]


def _index_some(store: Store, rulebook: Rulebook, book: NameBook, ids: list[str]) -> int:
    with store.begin() as tx:
        held = list(lock_cases(tx, ids).values())
        index_held(tx, rulebook, book, held)
    return len(held)


def index_held(tx: Tx, rulebook: Rulebook, book: NameBook, held: Sequence[Held]) -> None:
    """Let search read these locked cases anew."""
    hidden = names_of(tx, book, list(_places(rulebook, held)))
    for each in held:
        forget_words(tx, each.identity.home, each.identity.id)
    write_words(tx, [words for each in held for words in _words(tx, rulebook, each, hidden)])


def _places(rulebook: Rulebook, held: Iterable[Held]) -> Iterator[CaseAt]:
    for each in held:
        try:
            workflow = rulebook.pinned(*each.identity.file).workflow
        except RulesMissing:
            continue
        yield CaseAt(case_id=each.identity.id, unit=each.unit, workflow=workflow)


def _words(tx: Tx, rulebook: Rulebook, held: Held, hidden: Mapping[str, Names]) -> Iterator[Words]:
    identity = held.identity
    yield Words(home=identity.home, case_id=identity.id, seq=0, text=identity.number)
    if identity.id not in hidden:
        return
    workflow, names = rulebook.pinned(*identity.file).workflow, hidden[identity.id]
    for event in read_events(tx, identity.id):
        text = words_of(workflow, event.payload, names)
        yield Words(home=identity.home, case_id=identity.id, seq=event.seq, text=text)
