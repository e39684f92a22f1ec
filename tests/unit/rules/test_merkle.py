"""The tree by its definition: what grows, what is proved, and what no forged proof proves."""

from __future__ import annotations

import hashlib

import pytest

from engine.rules.merkle import (
    EMPTY,
    Subtree,
    consistency,
    continues,
    grown,
    includes,
    inclusion,
    leaf_hash,
    node_hash,
    range_hash,
    root_of,
)  # fmt: skip

#: The well-known answers of Certificate Transparency's implementations: these leaves, the roots of the first n.
ENTRIES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                             "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << power for power in range(len(leaves)) if 1 << power < len(leaves))
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def tree(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def subtrees(leaves: list[bytes]) -> Subtree:
    return lambda height, position: by_definition(leaves[position << height : (position + 1) << height])


@pytest.mark.parametrize("count", range(9))
def test_known_answers(count: int):
    leaves = [leaf_hash(entry) for entry in ENTRIES[:count]]

    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        frontier = grown(frontier, size, leaf)

    assert root_of(frontier).hex() == by_definition(leaves).hex() == ROOTS[count]


@pytest.mark.parametrize("size", range(40))
def test_a_tree_that_grows_is_the_tree_of_its_leaves(size: int):
    leaves, frontier = tree(size), []
    for count, leaf in enumerate(leaves):
        frontier = grown(frontier, count, leaf)

    assert root_of(frontier) == by_definition(leaves) == range_hash(subtrees(leaves), 0, size)
    assert len(frontier) == size.bit_count()


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proved_and_nothing_else_is(size: int):
    leaves = tree(size)
    root = by_definition(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion(subtrees(leaves), index, size)

        assert includes(root, size, index, leaf, proof)
        assert not includes(root, size, index, leaf_hash(b"forged"), proof)
        assert not includes(leaf_hash(b"another"), size, index, leaf, proof)
        assert not includes(root, size, index, leaf, [*proof, leaf])
        assert not includes(root, 0, index, leaf, proof)
        assert not includes(root, size, size, leaf, proof)
        assert not includes(root, size, -1, leaf, proof)
        assert not any(includes(root, size, other, leaf, proof) for other in range(size) if other != index)
        if proof:
            assert not includes(root, size, index, leaf, [])
            assert not includes(root, size, index, leaf, proof[:-1])
            assert not includes(root, size, index, leaf, [b"short", *proof[1:]])


@pytest.mark.parametrize("new", range(1, 34))
def test_every_earlier_tree_is_proved_and_nothing_else_is(new: int):
    leaves = tree(new)
    root = by_definition(leaves)
    for old in range(1, new + 1):
        before, proof = by_definition(leaves[:old]), consistency(subtrees(leaves), old, new)

        assert continues(old, before, new, root, proof)
        assert not continues(old, leaf_hash(b"forged"), new, root, proof)
        assert not continues(old, before, new, leaf_hash(b"forged"), proof)
        assert not continues(old, before, new, root, [*proof, root])
        assert not continues(0, EMPTY, new, root, proof)
        assert not continues(new + 1, before, new, root, proof)
        others = [each for each in range(1, new + 1) if each != old]
        assert not any(continues(each, before, new, root, proof) for each in others)
        if proof:
            assert not continues(old, before, new, root, [])
            assert not continues(old, before, new, root, proof[:-1])


@pytest.mark.parametrize(("leaf", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_of_a_leaf_that_is_not_there_nothing_is_proved(leaf: int, size: int):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion(subtrees(tree(size)), leaf, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_of_no_earlier_tree_nothing_is_proved(old: int, new: int):
    with pytest.raises(ValueError, match="no such tree"):
        consistency(subtrees(tree(new)), old, new)
