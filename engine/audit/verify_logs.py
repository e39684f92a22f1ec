"""Whether the logs of a home add up: every leaf names a row, the tree of the leaves is the one that was signed.

Flaws of a log, `Flaw.what`:

- leaf_nowhere (it names no row), leaf_twice (the place, or the row, was taken already, or cannot be), leaf_log (in no
  log, or at no place, that there can be), leaf_missing (on places from `leaf` on and before `until` there is nothing),
  leaf_order (not where its time would put it in its checkpoint), head, node (what is kept to make proofs quickly is not
  what the leaves give);
- unsigned (no checkpoint that is kept here covers leaves from `leaf` on; none becomes a leaf before it is signed),
  checkpoint (it cannot be read, or does not say what is kept beside it, or it was changed: larger ones still agree),
  signature (by no known key), unknown_log (a given one is of no log of this installation), short (the log has fewer
  leaves than it), root (its tree is another). With the last two `leaf` and `until` name the leaves after the last
  checkpoint that still agrees: among them are those that were changed, put in or taken out.

A log whose rows were rewritten with everything that hangs on them, signatures included, agrees with itself. Then only a
checkpoint that was kept elsewhere can tell; what it cannot tell is anything of rows that came after it.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.audit.verify_cases import Flaw
from engine.rules.merkle import range_hash

#: A row may become visible so long after its time without anybody wondering: a transaction took that long, or a clock
#: was put right. In microseconds.
TOLERATED = 3_600 * 1_000_000
_SEQ_BITS = 24


@dataclass(slots=True)
class Leaves:
    """Leaves in any order: their places, the hashes (32 bytes each) of the rows they name, when these were recorded (in
    microseconds), and which rows these are, as `row_key` packs it."""

    places: array[int] = field(default_factory=lambda: array("q"))
    hashes: bytearray = field(default_factory=bytearray)
    times: array[int] = field(default_factory=lambda: array("q"))
    rows: array[int] = field(default_factory=lambda: array("q"))

    def add(self, place: int, hashed: bytes, time: int, row: int) -> None:
        self.places.append(place)
        self.hashes += hashed
        self.times.append(time)
        self.rows.append(row)


def row_key(case: int, seq: int) -> int:
    """The row of the case that is counted so among others, from 0; keys have the order of rows."""
    return case << _SEQ_BITS | seq


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """What a checkpoint states of a log. `name` is its id, or which of those given; `given`: it was kept elsewhere."""

    name: str
    size: int
    root: bytes
    given: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LogState:
    """One log as it was found. `size` counts its leaves; `checkpoints` were held against it, and `given` of these came
    from elsewhere; `vouched` is the size of the largest of those given that its tree agrees with."""

    home: str
    log: str
    size: int
    checkpoints: int
    given: int = 0
    vouched: int = 0


class Log:
    """The leaves of one log in order, and the tree over them."""

    def __init__(self, home: str, name: str, room: int, cases: Sequence[str]) -> None:
        """`room` is for how many leaves; `cases` are those that rows are counted among, all of them in the end."""
        self.home, self.name, self.size, self._cases = home, name, room, cases
        self.flaws: list[Flaw] = []
        self._hashes, self._taken = bytearray(32 * room), bytearray(room)
        self.times, self.rows = array("q", bytes(8 * room)), array("q", bytes(8 * room))
        self._levels: list[bytes] = []

    def take(self, found: Leaves, first_case: int) -> None:
        """Each where it says it stands; a place outside the log, or taken, is a flaw and leaves another empty. `found`
        counts its cases from `first_case` on."""
        first_row = row_key(first_case, 0)
        for at, place in enumerate(found.places):
            row = found.rows[at] + first_row if found.rows[at] else 0
            if not 0 <= place < self.size or self._taken[place]:
                self.flaws.append(self._flaw("leaf_twice", place, row=row))
                continue
            self._taken[place] = 1
            self._hashes[32 * place : 32 * place + 32] = found.hashes[32 * at : 32 * at + 32]
            self.times[place], self.rows[place] = found.times[at], row

    def grow(self) -> None:
        """The tree over all that was taken; places that nothing took are flaws."""
        start = self._taken.find(0)
        while start >= 0:
            end = self._taken.find(1, start)
            self.flaws.append(self._flaw("leaf_missing", start, row=0, until=end if end >= 0 else self.size))
            start = self._taken.find(0, end) if end >= 0 else -1
        self._levels = [_hashed(b"\x00", self._hashes, 32)]
        self._hashes.clear()
        while len(self._levels[-1]) >= 64:
            self._levels.append(_hashed(b"\x01", self._levels[-1], 64))

    # --- the tree ----------------------------------------------------------------------------------------------------

    def subtree(self, height: int, position: int) -> bytes:
        return self._levels[height][32 * position : 32 * position + 32]

    def _has(self, height: object, position: object) -> bool:
        """There is such a whole subtree."""
        if not isinstance(height, int) or not isinstance(position, int):
            return False
        return 0 <= height < len(self._levels) and 0 <= position < self.size >> height

    def root(self, size: int) -> bytes:
        """Of its first leaves, so many of them as there are."""
        return range_hash(self.subtree, 0, size)

    def agrees(self, stated: Stated) -> bool:
        return stated.size <= self.size and self.root(stated.size) == stated.root

    def frontier(self) -> list[str]:
        """As `tree_heads` keeps it."""
        found, start = [], 0
        for height in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> height & 1:
                found.append(self.subtree(height, start >> height).hex())
                start += 1 << height
        return found

    # --- places ------------------------------------------------------------------------------------------------------

    def _flaw(self, what: str, leaf: int, *, row: int | None = None, until: int | None = None,
              checkpoint: str | None = None) -> Flaw:  # fmt: skip
        """`row` 0 is no row."""
        key = row if row is not None else self.rows[leaf] if 0 <= leaf < self.size else 0
        case, seq = (self._cases[key >> _SEQ_BITS], key & (1 << _SEQ_BITS) - 1) if key > 0 else (None, None)
        return Flaw(case_id=case, seq=seq, what=what, home=self.home, log=self.name, leaf=leaf, until=until,
                    checkpoint=checkpoint)  # fmt: skip

    # --- what is held against it -------------------------------------------------------------------------------------

    def out_of_order(self, sizes: Iterable[int]) -> Iterator[Flaw]:
        """Within each checkpoint leaves stand by time, case and number; the first of each that does not."""
        bounds = sorted({size for size in sizes if 0 < size <= self.size} | {0, self.size})
        for start, end in pairwise(bounds):
            for leaf in range(start + 1, end):
                if (self.times[leaf], self.rows[leaf]) < (self.times[leaf - 1], self.rows[leaf - 1]):
                    yield self._flaw("leaf_order", leaf)
                    break

    def late(self, sizes: Iterable[int]) -> Iterator[Flaw]:
        """Leaves that say they are much older than what an earlier checkpoint covers already."""
        latest, newest = 0, 0
        bounds = {size for size in sizes if 0 < size <= self.size}
        for leaf, time in enumerate(self.times):
            if leaf in bounds:
                latest = newest
            newest = max(newest, time)
            if time < latest - TOLERATED:
                yield self._flaw("late", leaf)

    def against(self, stated: Sequence[Stated]) -> Iterator[Flaw]:
        """Of checkpoints with another tree than this the first of each row of them: what follows it follows from it."""
        agreeing = {each for each in stated if self.agrees(each)}
        for given in (True, False):
            sure = sorted(each.size for each in agreeing if each.given or not given)
            broken = False
            for each in sorted((each for each in stated if each.given is given), key=lambda each: each.size):
                if each in agreeing:
                    broken = False
                elif sure and sure[-1] >= each.size:
                    yield self._flaw("checkpoint", each.size - 1, row=0, checkpoint=each.name)
                elif not broken:
                    broken = True
                    yield self._broken(each, start=sure[-1] if sure else 0)

    def unsigned(self, stated: Sequence[Stated]) -> Iterator[Flaw]:
        """Leaves after the last checkpoint that is kept here: they came with one, so it was taken out."""
        last = max((each.size for each in stated if not each.given), default=0)
        if last < self.size:
            yield self._flaw("unsigned", last, until=self.size)

    def _broken(self, stated: Stated, start: int) -> Flaw:
        """Somewhere after the leaves that another one vouches for."""
        what = "short" if stated.size > self.size else "root"
        return self._flaw(what, start, until=stated.size, checkpoint=stated.name)

    def kept(self, size: int | None, frontier: object, nodes: Iterable[tuple[int, int, str]],
             heights: Sequence[int]) -> Iterator[Flaw]:  # fmt: skip
        """Against what is kept to make proofs quickly: (height, position, hash) of whole subtrees, all of these
        `heights` and perhaps others, and the head."""
        if size != self.size or frontier != self.frontier():
            yield self._flaw("head", max(self.size - 1, 0), row=0)
        found: dict[int, int] = dict.fromkeys(heights, 0)
        for height, position, hashed in nodes:
            if not self._has(height, position):
                yield self._flaw("node", self.size, row=0)
            elif self.subtree(height, position).hex() != hashed:
                yield self._flaw("node", position << height, until=position + 1 << height)
            else:
                found[height] = found.get(height, 0) + 1
        for height in heights:
            if found[height] < self.size >> height:
                yield self._flaw("node", 0, row=0, until=self.size)


def room_for(count: int, last: int) -> int:
    """One place more than the last leaf has, as long as that can be: with a place far beyond the others there are as
    many places as leaves."""
    return last + 1 if 0 <= last < 2 * count + _GAPS else count


#: So many leaves more than there are may be missing before places are not believed.
_GAPS = 1_000


def _hashed(kind: bytes, data: bytes | bytearray, width: int) -> bytes:
    """The hashes of whole pieces so wide, side by side: what has no neighbour yet is no whole subtree."""
    sha256, found = hashlib.sha256, bytearray()
    for start in range(0, len(data), _AT_ONCE * width):
        piece = data[start : start + _AT_ONCE * width]
        places = range(0, len(piece) - width + 1, width)
        found += b"".join([sha256(kind + piece[at : at + width]).digest() for at in places])
    return bytes(found)


_AT_ONCE = 4_096
