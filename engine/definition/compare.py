"""Two versions of a workflow told apart: what was added, removed and changed, and what it means for open cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from engine.definition.differences import Change, Thing, changes
from engine.definition.model import Row, VisibilityRule, Workflow
from engine.definition.pairs import Pairs, Reference, moved_references, pair


class Section(StrEnum):
    """The parts of a file, in the order in which their differences matter."""

    LEVELS = "levels"
    STATES = "states"
    TRANSITIONS = "transitions"
    ROLES = "roles"
    FIELDS = "fields"
    COUNTERS = "counters"
    CLOCKS = "clocks"
    MEETINGS = "meetings"
    VISIBILITY = "visibility"
    HEAD = "head"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Something of one version or of both: without `new` it was removed, without `old` it was added, else `changes`
    says in what it is another."""

    section: Section
    old: Thing | None
    new: Thing | None
    changes: tuple[Change, ...] = ()

    @property
    def what(self) -> Literal["removed", "changed", "added"]:
        if self.new is None:
            return "removed"
        return "added" if self.old is None else "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What becomes of the open cases of the old version. `replaces` is the version the new one names; if it is the old
    one, its cases can be moved but for those in `stranded`, open states without a counterpart; `ended` are open states
    whose counterpart is final."""

    replaces: int | None
    moves: bool
    stranded: tuple[str, ...]
    ended: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`renamed` are rows whose trigger changed though they are the same act, `references` the `ref`s that stand for
    something else: both must keep their meaning (language, section Versions)."""

    old: Workflow
    new: Workflow
    fate: Fate
    renamed: tuple[tuple[Row, Row], ...]
    references: tuple[Reference, ...]
    relabelled: tuple[tuple[Row, Row], ...]  #: rows that are the same and stand for another `ref`
    differences: tuple[Difference, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.renamed or self.references or self.relabelled or self.differences)


def compare(old: Workflow, new: Workflow) -> Comparison:
    """What the new version does otherwise than the old one; differences in the order in which they matter."""
    pairs = pair(old, new)
    found = [*_of_maps(old, new), *_of_rows(pairs, old, new), *_of_visibility(old, new), *_of_head(old, new)]
    return Comparison(
        old=old,
        new=new,
        fate=_fate(old, new),
        renamed=pairs.renamed,
        references=moved_references(old, new),
        relabelled=tuple((one, other) for one, other in pairs.kept if one.ref != other.ref),
        differences=tuple(sorted(found, key=_weight)),
    )


def _weight(difference: Difference) -> tuple[int, int]:
    """By section; in each what is gone, then what is another, then what is new, each in the order of the files."""
    return list(Section).index(difference.section), ("removed", "changed", "added").index(difference.what)


def _of_maps(old: Workflow, new: Workflow) -> Iterator[Difference]:
    for section in Section:
        if section in (Section.TRANSITIONS, Section.VISIBILITY, Section.HEAD):
            continue
        yield from _of_map(section, getattr(old, section), getattr(new, section))


def _of_map(section: Section, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for code in dict.fromkeys((*old, *new)):
        yield from _of_pair(section, old.get(code), new.get(code))


def _of_pair(section: Section, old: Thing | None, new: Thing | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(section=section, old=old, new=new)
    elif found := changes(old, new):
        yield Difference(section=section, old=old, new=new, changes=found)


def _of_rows(pairs: Pairs, old: Workflow, new: Workflow) -> Iterator[Difference]:
    for one, other in sorted((*pairs.kept, *pairs.renamed), key=lambda rows: rows[1].index):
        found = changes(one, other)
        if _same_word(one, other, old, new):
            found = tuple(change for change in found if change.key != "sources")
        if found:
            yield Difference(section=Section.TRANSITIONS, old=one, new=other, changes=found)
    yield from (Difference(section=Section.TRANSITIONS, old=row, new=None) for row in pairs.removed)
    yield from (Difference(section=Section.TRANSITIONS, old=None, new=row) for row in pairs.added)


def _same_word(one: Row, other: Row, old: Workflow, new: Workflow) -> bool:
    """Whether both rows are for all open states, or all handling states, of their version: that rule is the same. A
    word that stands for one state alone is taken for that state."""
    before, after = _words(old), _words(new)
    words = [word for word in before if len(before[word]) > 1 and len(after[word]) > 1]
    return any(set(one.sources) == before[word] and set(other.sources) == after[word] for word in words)


def _words(workflow: Workflow) -> dict[str, set[str]]:
    states = workflow.states.values()
    return {
        "open": {state.code for state in states if not state.final},
        "handling": {state.code for state in states if state.handling},
    }


def _of_visibility(old: Workflow, new: Workflow) -> Iterator[Difference]:
    """Rules have no code: those of one title are the same, in their order."""
    before, after = _by_title(old.visibility), _by_title(new.visibility)
    yield from _of_map(Section.VISIBILITY, before, after)


def _by_title(rules: Iterable[VisibilityRule]) -> dict[str, VisibilityRule]:
    found: dict[str, VisibilityRule] = {}
    for rule in rules:
        times = sum(key.startswith(f"{rule.title.zh}\n") for key in found)
        found[f"{rule.title.zh}\n{times}"] = rule
    return found


def _of_head(old: Workflow, new: Workflow) -> Iterator[Difference]:
    yield from _of_pair(Section.HEAD, old, new)


def _fate(old: Workflow, new: Workflow) -> Fate:
    replaces = new.replaces
    names = replaces.states if replaces else {}
    opened = [code for code, state in old.states.items() if not state.final]
    there = {code: new.states.get(names.get(code, code)) for code in opened}
    return Fate(
        replaces=replaces.version if replaces else None,
        moves=replaces is not None and replaces.version == old.version and old.key == new.key,
        stranded=tuple(code for code, state in there.items() if state is None),
        ended=tuple((code, state.code) for code, state in there.items() if state is not None and state.final),
    )
