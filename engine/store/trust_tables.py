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


def _log_column() -> Column[str]:
    return Column("log", String(8), nullable=False)


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

#: The second factor of a login: codes that a telephone reckons by the time (RFC 6238). `secret` is base32. Until it was
#: confirmed by a first code it counts for nothing; `last_step` is the last half minute whose code was taken.
second_factors = Table(
    "second_factors",
    metadata,
    Column("login", CODE, ForeignKey("accounts.login"), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("offered_at", Utc, nullable=False),
    Column("confirmed_at", Utc, nullable=True),
    Column("last_step", Integer, nullable=False),
)

#: What was changed in running the system: who (a login, or at the command line the user of the machine), by which
#: office (or `command`, or `self`), what, and of whom or what. Ids alone, no names and no secrets.
administration = Table(
    "administration",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("login", CODE, nullable=True),
    Column("machine_user", String(64), nullable=True),
    Column("office", String(16), nullable=False),
    Column("act", String(32), nullable=False),
    Column("object", ID, nullable=True),
    Column("facts", JSON_VALUE, nullable=False),
    Index("ix_administration_object", "object", "id"),
    Index("ix_administration_login", "login", "id"),
)

#: Each home has two trees (RFC 9162), its logs: what a rule of visibility keeps to some posts alone grows in `veiled`,
#: all else in `open` (ADR 0031). Which history row is which leaf of which log; its hash is the row's own.
OPEN, VEILED = "open", "veiled"

tree_leaves = Table(
    "tree_leaves",
    metadata,
    home_column(),
    _log_column(),
    Column("leaf", Integer, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("home", "log", "leaf"),
    UniqueConstraint("home", "case_id", "seq"),
    ForeignKeyConstraint(["home", "case_id", "seq"], ["history.home", "history.case_id", "history.seq"]),
)

#: Hashes (hex) of whole subtrees of 2^height leaves, kept so that a proof reads few leaves.
tree_nodes = Table(
    "tree_nodes",
    metadata,
    home_column(),
    _log_column(),
    Column("height", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("home", "log", "height", "position"),
)

#: How far the trees of a home have grown: a checkpoint locks its rows, `open` first. `frontier` are the hashes (hex) of
#: the whole subtrees that make it up, largest first. `size` is that of the last checkpoint.
tree_heads = Table(
    "tree_heads",
    metadata,
    home_column(),
    _log_column(),
    Column("size", Integer, nullable=False),
    Column("frontier", JSON_VALUE, nullable=False),
    PrimaryKeyConstraint("home", "log"),
)

#: Signed states of a tree. `cause`: meeting, nightly, asked, or backlog where more rows were waiting than one takes.
#: `text` is the C2SP checkpoint with its signature.
checkpoints = Table(
    "checkpoints",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    _log_column(),
    Column("size", Integer, nullable=False),
    Column("root", String(64), nullable=False),
    Column("taken_at", Utc, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("meeting_id", ID, nullable=True),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_checkpoints_home_log", "home", "log", "size", "id"),
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
    Column("method", String(8), nullable=False),  # of HTTP; run for a command, sweep for the worker
    Column("what", String(200), nullable=False),  # the route, or the command
    Column("object", ID, nullable=True),
    Column("asked", JSON_VALUE, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", String(120), nullable=True),
    Column("source", String(64), nullable=True),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_access_log_at", "at", "id"),
    Index("ix_access_log_home_object", "home", "object", "at", "id"),
    Index("ix_access_log_login", "login", "at", "id"),
)

FAMILY = (tree_leaves, tree_nodes, tree_heads, checkpoints, reveals, erasures, access_log)
APPEND_ONLY = (administration, tree_leaves, tree_nodes, checkpoints, reveals, erasures, access_log)
