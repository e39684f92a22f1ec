"""The one writer of what search reads, and the clauses that find cases by it.

Search knows of a case what every list shows of it: its number, and the texts of its payloads as a reader of lists sees
them, masked (docs/adr/0020). `search_texts` keeps them, a row a payload and row 0 for the number; `search_grams` says
which of them have a gram. The grams of a text go with its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from engine.definition.model import Value, Workflow
from engine.rules.fold import as_list
from engine.rules.mask import Sight, masked, seen, stranger
from engine.store.db import Tx
from engine.store.tables import cases, numbers, search_grams, search_texts
from engine.store.words_cut import GRAM_MOST, Need, grams, needs, normal

Clause = sa.ColumnElement[bool]
#: Up to so many texts with a gram are fetched and looked at; a gram that more have is frequent, and pages fill quickly
#: when cases are tried in the order of the list.
MANY = 1000
_FEW, _LOOKED_UP = 50, 8
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A normal text of a case. `seq` is the row whose payload says it; 0 is the number."""

    home: str
    case_id: str
    seq: int
    text: str


def words_of(workflow: Workflow, payload: Mapping[str, Value]) -> str:
    """What search may know of a payload: each text as lists show it, normal, on a line of its own. A field that the
    rules no longer name (an edited draft) cannot be masked, so it is left out."""
    known = {name: value for name, value in payload.get("data", {}).items() if name in workflow.fields}
    data = masked(workflow, known, Sight.MASKED)
    kinds = {name: workflow.fields[name].entry_type for name in data}
    behalf = payload.get("behalf")
    told = [
        *chain.from_iterable(_said(value) for name, value in data.items() if kinds[name] in ("text", "person")),
        seen(payload.get("note"), Sight.MASKED),
        *(stranger(behalf, Sight.MASKED).values() if behalf else ()),
    ]
    return "\n".join(filter(None, (normal(each) for each in told if each)))


def _said(value: Value) -> Iterable[str]:
    for entry in as_list(value):
        yield from entry.values() if isinstance(entry, dict) else (entry,)


# --- writing ---------------------------------------------------------------------------------------------------------

_COLUMNS = ("home", "gram", "case_id", "seq")
_binds: list[sa.BindParameter[Any]] = [
    sa.bindparam(name, type_=ARRAY(sa.Integer if name == "seq" else sa.String)) for name in _COLUMNS
]
#: Hundreds of short rows: PostgreSQL takes them as four arrays, much quicker than one by one.
_BY_ARRAYS = sa.insert(search_grams).from_select(
    _COLUMNS, sa.select(sa.func.unnest(*_binds).table_valued(*_COLUMNS).render_derived(name="given"))
)


def write_words(tx: Tx, words: Sequence[Words]) -> None:
    """Append what search reads of these texts; a text without a word is left out."""
    spoken = [each for each in words if each.text]
    if not spoken:
        return
    tx.execute(
        sa.insert(search_texts),
        [{"home": each.home, "case_id": each.case_id, "seq": each.seq, "text": each.text} for each in spoken],
    )
    rows = [(each.home, gram, each.case_id, each.seq) for each in spoken for gram in sorted(grams(each.text))]
    if tx.dialect.name == "sqlite":
        tx.execute(sa.insert(search_grams), [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        columns = (list(column) for column in zip(*rows, strict=True))
        tx.execute(_BY_ARRAYS, dict(zip(_COLUMNS, columns, strict=True)))


def forget_words(tx: Tx, home: str, case_id: str, seq: int | None = None) -> None:
    """Search no longer knows this payload of the case; without `seq`, nothing of the case. One statement."""
    gone = sa.delete(search_texts).where(search_texts.c.home == home, search_texts.c.case_id == case_id)
    tx.execute(gone if seq is None else gone.where(search_texts.c.seq == seq))


def homes_with_cases(tx: Tx) -> Sequence[str]:
    """Every home that ever gave a case a number."""
    return tx.execute(sa.select(numbers.c.home).distinct().order_by(numbers.c.home)).scalars().all()


def unsaid(tx: Tx, home: str, after: str, most: int, *, everything: bool) -> list[str]:
    """Cases of the home that search does not know, by id from `after` on, at most so many; or simply its cases."""
    known = sa.exists().where(
        search_texts.c.home == cases.c.home, search_texts.c.case_id == cases.c.id, search_texts.c.seq == 0
    )
    found = sa.select(cases.c.id).where(cases.c.home == home, cases.c.id > after).order_by(cases.c.id).limit(most)
    return list(tx.execute(found if everything else found.where(~known)).scalars())


# --- finding ---------------------------------------------------------------------------------------------------------


def saying(tx: Tx, asked: str, homes: Sequence[str] | None) -> list[Clause]:
    """Cases that say every word of what is asked, each somewhere; a word is looked for as it stands. `homes` as
    `reach.homes_of` tells them."""
    words = list(dict.fromkeys(normal(asked).split()))
    if not words:
        return [sa.false()]
    wanted = needs(words)
    found = _candidates(tx, wanted, homes_with_cases(tx) if homes is None else homes)
    narrowed = [] if found is None else [_among(tx, found)]
    return [*narrowed, *map(_has, wanted[:_LOOKED_UP]), *map(_says, words)]


def _candidates(tx: Tx, wanted: Sequence[Need], homes: Sequence[str]) -> set[tuple[str, str]] | None:
    """(home, case) of all that have the grams, or more; None where every gram is frequent."""
    found: set[tuple[str, str]] | None = None
    for need in wanted[:_LOOKED_UP]:
        here = _having(tx, need, homes)
        if here is not None:
            found = here if found is None else found & here
        if found is not None and len(found) <= _FEW:
            break
    return found


def _having(tx: Tx, need: Need, homes: Sequence[str]) -> set[tuple[str, str]] | None:
    """(home, case) of all that have the gram; None where they are many."""
    found = sa.select(search_grams.c.home, search_grams.c.case_id).where(search_grams.c.home.in_(homes), _is(need))
    rows = tx.execute(found.limit(MANY + 1)).all()
    return None if len(rows) > MANY else {(row.home, row.case_id) for row in rows}


def _is(need: Need) -> Clause:
    gram = search_grams.c.gram
    if need.exact:
        return gram == need.gram
    return sa.and_(gram >= need.gram, gram <= need.gram + _LAST * GRAM_MOST)


def _has(need: Need) -> Clause:
    here = (search_grams.c.home == cases.c.home, search_grams.c.case_id == cases.c.id)
    return sa.exists().where(*here, _is(need))


def _among(tx: Tx, found: Iterable[tuple[str, str]]) -> Clause:
    by_home: dict[str, list[str]] = {}
    for home, case_id in sorted(found):
        by_home.setdefault(home, []).append(case_id)
    return sa.or_(
        sa.false(), *(sa.and_(cases.c.home == home, _one_of(tx, cases.c.id, ids)) for home, ids in by_home.items())
    )


def _one_of(tx: Tx, column: sa.Column[str], values: list[str]) -> Clause:
    """For PostgreSQL as one array: hundreds of parameters take it longer than the search."""
    if tx.dialect.name == "sqlite":
        return column.in_(values)
    return column == sa.any_(sa.literal(values, ARRAY(sa.String)))


def _says(word: str) -> Clause:
    """Grams may all be there without the word: only its own text tells."""
    here = (search_texts.c.home == cases.c.home, search_texts.c.case_id == cases.c.id)
    return sa.exists().where(*here, search_texts.c.text.contains(word, autoescape=True))
