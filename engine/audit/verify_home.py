"""The logs of one home, held against every checkpoint of it that is kept here or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import Any

import sqlalchemy as sa

from engine.audit import keys
from engine.audit.signing import verify as is_signed
from engine.audit.verify_cases import Flaw
from engine.audit.verify_logs import TOLERATED, Leaves, Log, LogState, Stated
from engine.audit.verify_parts import Part
from engine.rules.chain import moment
from engine.rules.signed_note import BadNote, Checkpoint, VerifierKey, opened, parse_checkpoint, parse_verifier_key
from engine.store import treebook
from engine.store.db import Tx
from engine.store.plainrows import plain_columns
from engine.store.tables import cases
from engine.store.treebook import read_heads, recorded_until
from engine.store.trust_tables import OPEN, VEILED, checkpoints, tree_heads, tree_nodes

#: Home -> (log, what a checkpoint from elsewhere states of it).
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

    cases: int
    rows: int
    erased: int
    covered: int
    flaws: list[Flaw]
    doubts: list[Flaw]
    logs: list[LogState] = field(default_factory=list)


def last_covered(tx: Tx, home: str) -> str | None:
    """Rows recorded before this moment should have a leaf: some time before the last one that has; None where none
    has. As plain rows write it."""
    try:
        found = recorded_until(tx, home, read_heads(tx, home))
    except (ValueError, TypeError):  # what is there is no head, or no moment: told elsewhere
        return None
    return moment(found.astimezone(UTC) - timedelta(microseconds=TOLERATED)) if found else None


def judge_logs(
    tx: Tx, home: str, parts: Sequence[Part], given: Sequence[tuple[str, Stated]], trust: Trust
) -> HomeFound:
    """`given` are what checkpoints from elsewhere state of the logs of this home."""
    found = HomeFound(
        cases=sum(len(part.ids) for part in parts),
        rows=sum(part.rows for part in parts),
        erased=sum(part.erased for part in parts),
        covered=sum(part.covered for part in parts),
        flaws=[flaw for part in parts for flaw in part.flaws],
        doubts=[flaw for part in parts for flaw in part.late],
    )
    leaves, ids = _leaves_of(parts)
    stored = _stored(tx, home, trust, found.flaws)
    heads = {row.log: row for row in tx.execute(_of(tree_heads, tx, home)).all()}
    for name in sorted({*leaves, *stored, *heads, *(log for log, _ in given)}):
        log = Log(home, name, leaves.pop(name, Leaves()), ids)
        elsewhere = [each for log_name, each in given if log_name == name]
        _judge(tx, log, heads.get(name), [*elsewhere, *stored.get(name, [])], found)
    found.flaws, found.doubts = _numbered(tx, home, found.flaws), _numbered(tx, home, found.doubts)
    return found


def _numbered(tx: Tx, home: str, flaws: Sequence[Flaw]) -> list[Flaw]:
    """Each with the number of its case, where that is still there."""
    wanted = {flaw.case_id for flaw in flaws if flaw.case_id and not flaw.number}
    ids = sorted(wanted)[:_NUMBERED]
    here = (cases.c.home == home, cases.c.id.in_(ids))
    known = dict(map(tuple, tx.execute(sa.select(cases.c.id, cases.c.number).where(*here)).all())) if ids else {}
    return [replace(flaw, number=flaw.number or known.get(flaw.case_id)) for flaw in flaws]


#: Who reads so many flaws needs no more numbers.
_NUMBERED = 500


def _leaves_of(parts: Sequence[Part]) -> tuple[dict[str, Leaves], list[str]]:
    leaves: dict[str, Leaves] = {}
    ids: list[str] = []
    for part in parts:
        for name, more in part.leaves.items():
            leaves.setdefault(name, Leaves()).extend(more, len(ids))
        ids += part.ids
    return leaves, ids


def _judge(tx: Tx, log: Log, head: Any, stated: Sequence[Stated], found: HomeFound) -> None:
    sizes = [each.size for each in stated]
    nodes = tx.execute(sa.select(*_NODE).where(tree_nodes.c.home == log.home, tree_nodes.c.log == log.name))
    found.flaws += log.flaws
    found.flaws += log.out_of_order(sizes)
    found.flaws += log.against(stated)
    found.flaws += log.kept(head.size if head else 0, _frontier(head), map(tuple, nodes), treebook.KEPT_HEIGHTS)
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


_NODE = tree_nodes.c["height", "position", "hash"]


def _frontier(head: Any) -> object:
    try:
        return json.loads(head.frontier) if head else []
    except (ValueError, TypeError):
        return None


def _of(table: sa.Table, tx: Tx, home: str) -> sa.Select[Any]:
    columns = plain_columns(table.c, sqlite=tx.dialect.name == "sqlite")
    return sa.select(*columns).where(table.c.home == home).order_by(*table.primary_key.columns)


def _stored(tx: Tx, home: str, trust: Trust, flaws: list[Flaw]) -> Mapping[str, list[Stated]]:
    """What the checkpoints kept here state, by log; what is wrong with one itself is told at once."""
    found: dict[str, list[Stated]] = {}
    for row in tx.execute(_of(checkpoints, tx, home)).all():
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
    if columns != ((row.home, row.log), row.size, row.root):
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
