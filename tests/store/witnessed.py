"""A township that signs: a key in a file beside the test, and the service that takes checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.audit.checkpoints import CheckpointService
from engine.audit.keys import KeyService, known_keys, verifier_keys
from engine.audit.signing import verify
from engine.definition.model import Workflow
from engine.meetings.service import MeetingService
from engine.rules.merkle import leaf_hash, node_hash, range_hash
from engine.rules.signed_note import Checkpoint, opened, parse_checkpoint
from engine.store.checkpointbook import CheckpointRow, list_checkpoints
from engine.store.db import Store, Tx
from engine.store.tables import history
from engine.store.treebook import subtrees
from engine.store.trust_tables import OPEN, tree_leaves
from tests import township as t
from tests.store.world import World, rules

#: A case that `seal` keeps to the township's secretary alone, and one that only concerns a few.
HIDING = {
    "fields": """
        kind: {T, type: choice, default: plain, choices: {plain: {zh: 平, en: Plain}, child: {zh: 童, en: Child}}}
        text: {T, type: text}
        """,
    "states": """
        new: {T, level: wuchang, handling: true}
        waits: {T, level: village, gate: board}
        hidden: {T, final: true}
        done: {T, final: true}
        """,
    "meetings": "board: {T, level: village, members: [village_clerk, village_secretary], "
                "chair: village_secretary, quorum: 50%, carry_over: {trigger: carry}}",
    "visibility": """
        - {T, when: {state: hidden}, only_to: township_secretary}
        - {T, when: {field: kind, is: child}, only_to: [opener, village_secretary]}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: new, by: zuzhang, takes: [kind, text]}
        - {trigger: note, T, from: new, to: same, by: zuzhang, takes: text}
        - {trigger: up, T, from: new, to: waits, by: zuzhang}
        - {trigger: settle, T, from: waits, to: done, by: village_secretary, via: board}
        - {trigger: carry, T, from: waits, to: same, by: [village_secretary, system], via: board}
        - {trigger: seal, T, from: start, to: hidden, by: zuzhang, takes: text}
        - {trigger: seal, T, from: new, to: hidden, by: zuzhang, takes: text}
        """,
}  # fmt: skip


class Signing(World):
    """A world whose meetings are witnessed."""

    def __init__(self, store: Store, folder: Path, *workflows: Workflow) -> None:
        super().__init__(store, *(workflows or (rules(**HIDING),)))
        self.key = folder / "signing.key"
        KeyService(store, self.key).prepare()
        self.sign_with(self.key)

    def public_keys(self, tx: Tx) -> list[bytes]:
        return [each.public for each in known_keys(tx)]

    def sign_with(self, key: Path | None) -> None:
        self.office = replace(self.office, signing_key=key)
        self.checkpoints = CheckpointService(self.office)
        self.meetings = MeetingService(self.office, self.checkpoints.after_meeting)

    def begin(self, trigger: str = "begin", **data: str) -> str:
        return self.opened("zuzhang", t.GROUP, trigger, data, workflow="small").identity.id

    def take(self, cause: str = "asked", home: str = t.TOWNSHIP) -> list[CheckpointRow]:
        return self.checkpoints.take(home, cause)

    def kept(self, log: str = OPEN, home: str = t.TOWNSHIP) -> list[CheckpointRow]:
        """The first taken first."""
        with self.store.read() as tx:
            return list_checkpoints(tx, home, log, None, 1000)[::-1]

    def read(self, row: CheckpointRow) -> Checkpoint:
        """The checkpoint, its signature verified by the keys on record."""
        with self.store.read() as tx:
            return opened(row.text, verifier_keys(tx, parse_checkpoint(row.text).origin), verify)

    def leaves(self, log: str = OPEN, home: str = t.TOWNSHIP) -> list[tuple[str, int]]:
        rows = [row for row in self.rows(tree_leaves) if (row.home, row.log) == (home, log)]
        assert [row.leaf for row in rows] == list(range(len(rows)))
        return [(row.case_id, row.seq) for row in rows]

    def root(self, log: str = OPEN, home: str = t.TOWNSHIP) -> bytes:
        """Of the log's leaves, from the history alone."""
        hashes = {(row.case_id, row.seq): row.hash for row in self.rows(history)}
        leaves = [leaf_hash(bytes.fromhex(hashes[each])) for each in self.leaves(log, home)]

        def subtree(height: int, place: int) -> bytes:
            if not height:
                return leaves[place]
            return node_hash(subtree(height - 1, 2 * place), subtree(height - 1, 2 * place + 1))

        return range_hash(subtree, 0, len(leaves))

    def proved_root(self, size: int, log: str = OPEN, home: str = t.TOWNSHIP) -> bytes:
        """Of the first leaves, as proofs read them."""
        with self.store.read() as tx:
            return range_hash(subtrees(tx, home, log), 0, size)
