"""Which row of one version is which of another: rows have no code of their own, and a trigger may have several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.definition.model import Row, Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairs:
    """`kept` are the same row in both versions, `renamed` the same act under another trigger."""

    kept: tuple[tuple[Row, Row], ...]
    renamed: tuple[tuple[Row, Row], ...]
    removed: tuple[Row, ...]
    added: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A `ref` that stands for other triggers than before."""

    ref: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def pair(old: Workflow, new: Workflow) -> Pairs:
    """Rows of one trigger by what their states have in common; then what is left by `ref`, then by title."""
    left, right = list(old.rows), list(new.rows)
    kept = [found for alike in (_same_states, _some_states, _same_trigger) for found in _taken(left, right, alike)]
    kept += [*_joined(left, new.rows), *_split(right, old.rows)]
    renamed = [found for alike in (_same_ref, _same_title) for found in _taken(left, right, alike)]
    return Pairs(
        kept=tuple(sorted(kept, key=lambda rows: rows[1].index)),
        renamed=tuple(sorted(renamed, key=lambda rows: rows[1].index)),
        removed=tuple(left),
        added=tuple(right),
    )


def moved_references(old: Workflow, new: Workflow) -> tuple[Reference, ...]:
    """Each `ref` of both versions under which none of its former triggers stands any more, or a foreign one does."""
    before, after = _by_reference(old.rows), _by_reference(new.rows)
    return tuple(
        Reference(ref=ref, before=before[ref], after=after[ref])
        for ref in before
        if ref in after and not set(before[ref]) & set(after[ref])
    )


def _by_reference(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.ref:
            found[row.ref] = tuple(dict.fromkeys((*found.get(row.ref, ()), row.trigger)))
    return found


def _taken(left: list[Row], right: list[Row], alike: Callable[[Row, Row], bool]) -> Iterator[tuple[Row, Row]]:
    """Pairs that are alike, each row once; they are taken out of the lists."""
    for one in list(left):
        other = next((row for row in right if alike(one, row)), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            yield one, other


def _joined(left: list[Row], rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows that went up in a row of the same trigger which is paired already; they are taken out of the list."""
    for one in list(left):
        other = next((row for row in rows if _some_states(one, row)), None)
        if other is not None:
            left.remove(one)
            yield one, other


def _split(right: list[Row], rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Rows that came out of a row of the same trigger which is paired already; they are taken out of the list."""
    for other in list(right):
        one = next((row for row in rows if _some_states(row, other)), None)
        if one is not None:
            right.remove(other)
            yield one, other


def _same_states(one: Row, other: Row) -> bool:
    return one.trigger == other.trigger and set(one.sources) == set(other.sources)


def _some_states(one: Row, other: Row) -> bool:
    return one.trigger == other.trigger and bool(set(one.sources) & set(other.sources))


def _same_trigger(one: Row, other: Row) -> bool:
    return one.trigger == other.trigger


def _same_ref(one: Row, other: Row) -> bool:
    return one.ref is not None and one.ref == other.ref and bool(set(one.sources) & set(other.sources))


def _same_title(one: Row, other: Row) -> bool:
    return one.title == other.title and bool(set(one.sources) & set(other.sources))
