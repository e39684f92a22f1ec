"""The tree over a home's history: RFC 9162 section 2.1, with SHA-256. Pure; hashes are 32 bytes.

A leaf is SHA-256(0x00 ‖ entry), an inner node SHA-256(0x01 ‖ left ‖ right), the empty tree SHA-256(). Our entries are
the 32 bytes of a history row's hash. A tree of n leaves splits at the largest power of two below n. Trees that grow are
held as their *frontier*: the hashes of the whole subtrees that make it up, largest first, one for each bit of its size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

#: Hash of the whole subtree of 2^height leaves at this position, counted in subtrees of that height.
Subtree = Callable[[int, int], bytes]
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(frontier: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """The hashes of the whole subtrees that end with one more leaf hash after a tree of `size` leaves, by their height
    from 0, the leaf itself. The one of height h is the subtree at position `size >> h`."""
    found, place = [leaf], len(frontier)
    while size & 1:
        place -= 1
        found.append(node_hash(frontier[place], found[-1]))
        size >>= 1
    return found


def grown(frontier: Sequence[bytes], size: int, leaf: bytes) -> list[bytes]:
    """The frontier of a tree of `size` leaves after one more leaf hash: it swallows the whole subtrees of its size."""
    found = completed(frontier, size, leaf)
    return [*frontier[: len(frontier) - len(found) + 1], found[-1]]


def root_of(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with this frontier."""
    if not frontier:
        return EMPTY
    *rest, merged = frontier
    for whole in reversed(rest):
        merged = node_hash(whole, merged)
    return merged


def range_hash(subtree: Subtree, start: int, end: int) -> bytes:
    """The hash over leaves [start, end), where `start` is a multiple of the power of two at or above its length, as it
    is in every split of a tree."""
    size = end - start
    if size == 0:
        return EMPTY
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtree(height, start >> height)
    split = start + _split(size)
    return node_hash(range_hash(subtree, start, split), range_hash(subtree, split, end))


def inclusion(subtree: Subtree, leaf: int, size: int) -> list[bytes]:
    """The proof that the leaf is in the tree of that size (section 2.1.3.1). ValueError where it cannot be."""
    if not 0 <= leaf < size:
        raise ValueError("no such leaf in a tree of this size")
    return _path(subtree, leaf, 0, size)


def consistency(subtree: Subtree, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `old` leaves begins the one of `new` (section 2.1.4.1); empty where they are the same
    size. ValueError where it cannot be: nothing can be said of an empty tree."""
    if not 0 < old <= new:
        raise ValueError("no such tree before one of this size")
    return [] if old == new else _subproof(subtree, old, 0, new, whole=True)


def includes(root: bytes, size: int, leaf: int, hashed: bytes, proof: Sequence[bytes]) -> bool:
    """The proof shows that the leaf hash stands at that index (section 2.1.3.2)."""
    if not 0 <= leaf < size or not _are_hashes(root, hashed, *proof):
        return False
    index, last, found = leaf, size - 1, hashed
    for each in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node_hash(each, found)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, each)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def continues(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """The proof shows that the tree `old_root` of `old` leaves begins `new_root` of `new` (section 2.1.4.2)."""
    if not 0 < old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    return _recomputed(old, new, path) == (old_root, new_root)


def _recomputed(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency path leads to; None where its length is wrong."""
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = path[0]
    for each in path[1:]:
        if last == 0:
            return None
        if index & 1 or index == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            second = node_hash(second, each)
        index, last = index >> 1, last >> 1
    return (first, second) if last == 0 else None


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)


def _split(size: int) -> int:
    """The largest power of two below `size` (two or more)."""
    return 1 << (size - 1).bit_length() - 1


def _path(subtree: Subtree, leaf: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + _split(end - start)
    if leaf < split:
        return [*_path(subtree, leaf, start, split), range_hash(subtree, split, end)]
    return [*_path(subtree, leaf, split, end), range_hash(subtree, start, split)]


def _subproof(subtree: Subtree, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    """`old` counts from the beginning of all; `whole` says that the part up to it is the old tree itself."""
    if old == end:
        return [] if whole else [range_hash(subtree, start, end)]
    split = start + _split(end - start)
    if old <= split:
        return [*_subproof(subtree, old, start, split, whole=whole), range_hash(subtree, split, end)]
    return [*_subproof(subtree, old, split, end, whole=False), range_hash(subtree, start, split)]
