"""The section `counters`: facts a condition can count on."""

from __future__ import annotations

from engine.definition.conditions import COUNTER_WHERE, read_conditions
from engine.definition.model import Counter, Distinct, Per
from engine.definition.names import Names
from engine.definition.properties import entries, properties
from engine.definition.reading import Place, one_of

KEYS = ("title", "of", "per", "where", "distinct")
REQUIRED = ("title", "of", "per")


def read_counters(place: Place, names: Names) -> dict[str, Counter]:
    return {code: _counter(code, entry, names) for code, entry in entries(place)}


def _counter(code: str, place: Place, names: Names) -> Counter:
    keys = properties(place, KEYS, required=REQUIRED)
    return Counter(
        code=code,
        title=keys.title(),
        of=keys.read("of", names.counted, ()),
        per=keys.read("per", lambda entry: one_of(entry, Per), None) or Per.CASE,
        where=keys.read("where", lambda entry: read_conditions(entry, names, COUNTER_WHERE), ()),
        distinct=keys.read("distinct", lambda entry: one_of(entry, Distinct), None),
        mark=place.start,
    )
