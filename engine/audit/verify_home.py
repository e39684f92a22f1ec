"""The logs of one home, held against every checkpoint of it that is kept here or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.signing import verify as is_signed
from engine.audit.verify_cases import Flaw
from engine.audit.verify_logs import Log, LogState, Stated
from engine.audit.verify_parts import Part
from engine.audit.verify_trees import Trees
from engine.rules.signed_note import (
    BadNote,
    Checkpoint,
    VerifierKey,
    is_plain,
    opened,
    parse_checkpoint,
    parse_verifier_key,
)
from engine.store import treebook
from engine.store.db import Tx
from engine.store.tables import cases
from engine.store.treebook import LOGS
from engine.store.trust_tables import OPEN, VEILED

#: (log, what a checkpoint from elsewhere states of it); and these by home.
Given = Sequence[tuple[str, Stated]]
Elsewhere = dict[str, list[tuple[str, Stated]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """By what checkpoints are known: the name of the installation (None where it has none), and public keys."""

    installation: str | None
    public: frozenset[bytes]

    def read(self, text: str) -> Checkpoint:
        """Raises BadNote (unknown_key or forged where the signature does not hold)."""
        origin = parse_checkpoint(text).origin
        return opened(text, [VerifierKey(name=origin, public=each) for each in self.public], is_signed)

    def log_of(self, origin: str) -> tuple[str, str] | None:
        """(home, log) that it names; None where it is of another installation."""
        prefix = f"minqing-{self.installation}/"
        home, _, veiled = origin.removeprefix(prefix).partition("/")
        found = home, VEILED if veiled else OPEN
        return found if self.installation and origin == keys.origin(self.installation, *found) else None


@dataclass(slots=True)
class HomeFound:
    """Everything about one home."""

    cases: int = 0
    rows: int = 0
    erased: int = 0
    covered: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    doubts: list[Flaw] = field(default_factory=list)
    logs: list[LogState] = field(default_factory=list)

    def add(self, part: Part) -> None:
        self.cases += len(part.ids)
        self.rows += part.rows
        self.erased += part.erased
        self.covered += part.covered
        self.flaws += part.flaws
        self.doubts += part.doubts


def judge_logs(home: str, trees: Trees, parts: Iterable[Part], given: Given, trust: Trust) -> HomeFound:
    """`given` are what checkpoints from elsewhere state of the logs of this home; `parts` are used up one by one."""
    found, ids = HomeFound(), list[str]()
    stored = _stored(home, trees.checkpoints, trust, found.flaws)
    names = {*trees.rooms, *stored, *trees.heads, *(log for log, _ in given), *(LOGS if trees.heads else ())}
    logs = {name: Log(home, name, trees.rooms.get(name, 0), ids) for name in sorted(names)}
    for part in parts:
        found.add(part)
        first_case = len(ids)
        ids += part.ids
        for name, leaves in part.leaves.items():
            logs[name].take(leaves, first_case)
    for name, log in logs.items():
        log.grow()
        elsewhere = [each for log_name, each in given if log_name == name]
        _judge(log, trees, [*elsewhere, *stored.get(name, [])], found)
    return found


def with_numbers(tx: Tx, home: str, flaws: Sequence[Flaw]) -> list[Flaw]:
    """Each with the number of its case, where that is still there."""
    wanted = {flaw.case_id for flaw in flaws if flaw.case_id and not flaw.number}
    ids = sorted(wanted)[:_NUMBERED]
    here = (cases.c.home == home, cases.c.id.in_(ids))
    known = dict(map(tuple, tx.execute(sa.select(cases.c.id, cases.c.number).where(*here)).all())) if ids else {}
    return [replace(flaw, number=flaw.number or known.get(flaw.case_id)) for flaw in flaws]


#: Who reads so many flaws needs no more numbers.
_NUMBERED = 500


def _judge(log: Log, trees: Trees, stated: Sequence[Stated], found: HomeFound) -> None:
    sizes, head = [each.size for each in stated], trees.heads.get(log.name)
    found.flaws += log.flaws
    found.flaws += log.out_of_order(sizes)
    found.flaws += log.against(stated)
    found.flaws += log.unsigned(stated)
    nodes = trees.nodes.get(log.name, ())
    found.flaws += log.kept(_size(log.name, trees), _frontier(head), nodes, treebook.KEPT_HEIGHTS)
    found.doubts += log.late(sizes)
    agreeing = (each.size for each in stated if each.given and log.agrees(each))
    state = LogState(
        home=log.home,
        log=log.name,
        size=log.size,
        checkpoints=len(stated),
        given=sum(each.given for each in stated),
        vouched=max(agreeing, default=0),
    )
    found.logs.append(state)


def _size(log: str, trees: Trees) -> int | None:
    """What the head of the log says; a home has both or none, and no other. None where it is not so."""
    head = trees.heads.get(log)
    if bool(head) != (bool(trees.heads) and log in LOGS):
        return None
    return head.size if head else 0


def _frontier(head: Any) -> object:
    try:
        return json.loads(head.frontier) if head else []
    except (ValueError, TypeError):
        return None


def _stored(home: str, rows: Iterable[Any], trust: Trust, flaws: list[Flaw]) -> Mapping[str, list[Stated]]:
    """What the checkpoints kept here state, by log; what is wrong with one itself is told at once."""
    found: dict[str, list[Stated]] = {}
    for row in rows:
        place = {"home": home, "log": row.log, "checkpoint": row.id}
        flaws += [Flaw(case_id=None, seq=None, what=what, **place) for what in _of_checkpoint(row, trust)]
        try:
            said = parse_checkpoint(row.text)
        except (BadNote, TypeError):
            continue
        stated = Stated(name=row.id, size=said.size, root=said.root)
        found.setdefault(row.log, []).append(stated)
    return found


def _of_checkpoint(row: Any, trust: Trust) -> Iterator[str]:
    try:
        said = parse_checkpoint(row.text)
    except (BadNote, TypeError):
        yield "checkpoint"
        return
    columns = (trust.log_of(said.origin), said.size, said.root.hex())
    if columns != ((row.home, row.log), row.size, row.root) or not is_plain(row.text):
        yield "checkpoint"
    try:
        trust.read(row.text)
    except BadNote:
        yield "signature"


def read_given(texts: Sequence[str], trust: Trust, homes: Collection[str] | None) -> tuple[Elsewhere, list[Flaw]]:
    """What checkpoints from elsewhere state, by home: (log, …); and what is wrong with them. `homes`: those that are
    looked at, all where None."""
    found: Elsewhere = {}
    flaws: list[Flaw] = []
    for number, text in enumerate(texts, start=1):
        name = f"given {number}"
        try:
            said = trust.read(_unfolded(text))
        except BadNote as bad:
            what = "signature" if bad.reason in ("unknown_key", "forged") else "checkpoint"
            flaws.append(Flaw(case_id=None, seq=None, what=what, checkpoint=name))
            continue
        place = trust.log_of(said.origin)
        if place is None or (homes is not None and place[0] not in homes):
            flaws.append(Flaw(case_id=None, seq=None, what="unknown_log", checkpoint=name))
        else:
            stated = Stated(name=name, size=said.size, root=said.root, given=True)
            found.setdefault(place[0], []).append((place[1], stated))
    return found, flaws


def _unfolded(text: str) -> str:
    """Without what copying a text adds to its lines."""
    return "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"


def trust_of(tx: Tx, verifier_keys: Sequence[str]) -> Trust:
    """The keys that are kept here, or those handed in from elsewhere: then no other counts. Raises BadNote."""
    name = keys.installation(tx)
    public = [parse_verifier_key(text).public for text in verifier_keys] or [
        each.public for each in keys.known_keys(tx)
    ]
    return Trust(installation=name, public=frozenset(public))
