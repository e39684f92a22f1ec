"""The tables of trust: who runs the system, what was looked at, and the tree that proves the history.

All but `administrators` and `tree_heads` are only ever added to. Rows of `access_log` may go when they are older than
`KEPT_DAYS`; a trigger holds it.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.store.columns import CODE, ID, JSON_VALUE, Utc, home_column, metadata

#: The least that logs of access are kept (network security law: six months, which is up to 184 days).
KEPT_DAYS = 200

#: Who runs the system (三员): `system`, `security` or `audit`. A login has one office, and so has the human who holds
#: it, unless the setting `administrators` is `combined`; an administrator is nobody's person. Triggers hold all three.
administrators = Table(
    "administrators",
    metadata,
    Column("login", CODE, ForeignKey("accounts.login"), nullable=False),
    Column("office", String(16), nullable=False),
    Column("holder", CODE, ForeignKey("people.id"), nullable=True),
    Column("since", Utc, nullable=False),
    PrimaryKeyConstraint("login", "office"),
    CheckConstraint("office IN ('system', 'security', 'audit')", name="ck_administrators_office"),
    Index("ix_administrators_holder", "holder"),
)

#: The tree of a home (RFC 9162): which history row is which leaf. Its hash is the row's own.
tree_leaves = Table(
    "tree_leaves",
    metadata,
    home_column(),
    Column("leaf", Integer, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("home", "leaf"),
    UniqueConstraint("home", "case_id", "seq"),
    ForeignKeyConstraint(["home", "case_id", "seq"], ["history.home", "history.case_id", "history.seq"]),
)

#: Hashes (hex) of whole subtrees of 2^height leaves, kept so that a proof reads few leaves.
tree_nodes = Table(
    "tree_nodes",
    metadata,
    home_column(),
    Column("height", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("home", "height", "position"),
)

#: How far the tree of a home has grown: the row that a checkpoint locks. `frontier` are the hashes (hex) of the whole
#: subtrees that make it up, largest first.
tree_heads = Table(
    "tree_heads",
    metadata,
    home_column(),
    Column("size", Integer, nullable=False),
    Column("frontier", JSON_VALUE, nullable=False),
    PrimaryKeyConstraint("home"),
)

#: Signed states of the tree. `cause`: meeting, nightly or asked; `text` is the C2SP checkpoint with its signature.
checkpoints = Table(
    "checkpoints",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("size", Integer, nullable=False),
    Column("root", String(64), nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("meeting_id", ID, nullable=True),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_checkpoints_home_size", "home", "size"),
    Index("ix_checkpoints_home_meeting", "home", "meeting_id"),
)

#: Somebody had masked personal data of a case shown to him: which fields, and why. No personal data in here.
reveals = Table(
    "reveals",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("at", Utc, nullable=False),
    Column("login", CODE, nullable=False),
    Column("person", CODE, nullable=False),
    Column("post", CODE, nullable=True),
    Column("case_id", ID, nullable=False),
    Column("fields", JSON_VALUE, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("words", Text, nullable=True),  # more of why, masked as free text; may be emptied, as payloads may
    PrimaryKeyConstraint("home", "id"),
    Index("ix_reveals_home_case", "home", "case_id", "id"),
)

#: Personal text that was erased: which payloads of which case, on whose demand, and why. `person` is an id that stands
#: for nobody any more, or null where the person was not registered. Without a case `rows` names the tables.
erasures = Table(
    "erasures",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("at", Utc, nullable=False),
    Column("login", CODE, nullable=False),
    Column("person", CODE, nullable=True),
    Column("case_id", ID, nullable=True),
    Column("rows", JSON_VALUE, nullable=False),
    Column("reason", String(32), nullable=False),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_erasures_home_case", "home", "case_id", "id"),
)

#: Every call: who, through which post, what, with what outcome. `home` is that of the object, else of the caller's
#: first post, else empty. `asked` are the names of the parameters, never what they held; `source` is the network, not
#: the device.
access_log = Table(
    "access_log",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("at", Utc, nullable=False),
    Column("login", CODE, nullable=True),
    Column("person", CODE, nullable=True),
    Column("post", CODE, nullable=True),
    Column("office", String(16), nullable=True),
    Column("way", String(8), nullable=False),  # token, session, none or command
    Column("method", String(8), nullable=False),
    Column("what", String(200), nullable=False),  # the route, or the command
    Column("object", ID, nullable=True),
    Column("asked", JSON_VALUE, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", String(120), nullable=True),
    Column("source", String(64), nullable=True),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_access_log_at", "at", "id"),
    Index("ix_access_log_home_object", "home", "object", "id"),
    Index("ix_access_log_login", "login", "id"),
)

FAMILY = (tree_leaves, tree_nodes, tree_heads, checkpoints, reveals, erasures, access_log)
APPEND_ONLY = (tree_leaves, tree_nodes, checkpoints, reveals, erasures, access_log)
