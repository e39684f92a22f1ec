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
from engine.rules.mask import Names, Sight, masked, seen, stranger
from engine.store.db import Tx
from engine.store.tables import cases, numbers, search_grams, search_texts
from engine.store.words_cut import GRAM_MOST, Need, grams, needs, normal

Clause = sa.ColumnElement[bool]
#: Where at most so many texts have a gram, their cases alone are asked; a gram that more have is frequent, and pages
#: fill quickly when cases are tried in the order of the list.
MANY = 300
_ENOUGH, _LOOKED_UP = 20, 8
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A normal text of a case. `seq` is the row whose payload says it; 0 is the number."""

    home: str
    case_id: str
    seq: int
    text: str


def words_of(workflow: Workflow, payload: Mapping[str, Value], names: Names) -> str:
    """What search may know of a payload: each text as lists show it, normal, on a line of its own; `names` are those it
    hides. A field that the rules no longer name (an edited draft) cannot be masked, so it is left out."""
    known = {name: value for name, value in payload.get("data", {}).items() if name in workflow.fields}
    data = masked(workflow, known, Sight.MASKED, names)
    kinds = {name: workflow.fields[name].entry_type for name in data}
    behalf = payload.get("behalf")
    told = [
        *chain.from_iterable(_said(value) for name, value in data.items() if kinds[name] in ("text", "person")),
        seen(payload.get("note"), Sight.MASKED, names),
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


_ADD_TEXTS, _ADD_GRAMS = sa.insert(search_texts), sa.insert(search_grams)


def write_words(tx: Tx, words: Sequence[Words]) -> None:
    """Append what search reads of these texts; a text without a word is left out."""
    spoken = [each for each in words if each.text]
    if not spoken:
        return
    tx.execute(
        _ADD_TEXTS,
        [{"home": each.home, "case_id": each.case_id, "seq": each.seq, "text": each.text} for each in spoken],
    )
    rows = [(each.home, gram, each.case_id, each.seq) for each in spoken for gram in sorted(grams(each.text))]
    if tx.dialect.name == "sqlite":
        tx.execute(_ADD_GRAMS, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        columns = (list(column) for column in zip(*rows, strict=True))
        tx.execute(_BY_ARRAYS, dict(zip(_COLUMNS, columns, strict=True)))


def texts_of(tx: Tx, home: str, case_id: str) -> list[str]:
    """What search knows of the case."""
    here = (search_texts.c.home == home, search_texts.c.case_id == case_id)
    return list(tx.execute(sa.select(search_texts.c.text).where(*here)).scalars())


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
    wanted, here = needs(words)[:_LOOKED_UP], homes_with_cases(tx) if homes is None else homes
    few = _few(tx, wanted, here)
    narrowed = [_asked(tx, search_grams, _is(need)) for need in wanted] if few is None else [_among(few, here)]
    return [*narrowed, *(_says(tx, word) for word in words)]


def _few(tx: Tx, wanted: Sequence[Need], homes: Sequence[str]) -> Need | None:
    """What fewest texts have, where these are few; counted no further than that."""
    found, fewest = None, MANY + 1
    for need in wanted:
        had = len(tx.execute(_having(need, homes).limit(fewest)).all())
        if had < fewest:
            found, fewest = need, had
        if fewest <= _ENOUGH:
            break
    return found


def _having(need: Need, homes: Sequence[str]) -> sa.Select[tuple[str, str]]:
    return sa.select(search_grams.c.home, search_grams.c.case_id).where(search_grams.c.home.in_(homes), _is(need))


def _is(need: Need) -> Clause:
    gram = search_grams.c.gram
    if need.exact:
        return gram == need.gram
    return sa.and_(gram >= need.gram, gram <= need.gram + _LAST * GRAM_MOST)


def _among(need: Need, homes: Sequence[str]) -> Clause:
    return sa.tuple_(cases.c.home, cases.c.id).in_(_having(need, homes))


def _says(tx: Tx, word: str) -> Clause:
    """Grams may all be there without the word: only its own text tells."""
    return _asked(tx, search_texts, search_texts.c.text.contains(word, autoescape=True))


def _asked(tx: Tx, table: sa.Table, said: Clause) -> Clause:
    """Some row of the case says so. PostgreSQL would make of EXISTS a join with every row of the home that does; a
    count it asks of the cases in their order, until the page is full."""
    here = (table.c.home == cases.c.home, table.c.case_id == cases.c.id, said)
    if tx.dialect.name == "sqlite":
        return sa.exists().where(*here)
    return sa.select(sa.func.count()).where(*here).scalar_subquery() > 0
