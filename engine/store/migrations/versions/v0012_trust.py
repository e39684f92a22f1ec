"""trust: administrators, the tree of each home and its checkpoints, revealing, erasing, the log of access"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_CODE, _ID, _HASH, _WORD, _LOG = (sa.String(length=n) for n in (80, 120, 64, 16, 8))
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _administrators()
    _administration()
    op.add_column("tokens", sa.Column("scope", _WORD, nullable=False, server_default="act"))
    _second_factors()
    _tree()
    _checkpoints()
    _reveals()
    _erasures()
    _access_log()
    _register_state()
    if op.get_bind().dialect.name == "sqlite":
        _hold_on_sqlite()
    else:
        _hold_on_postgres()


def _column(name: str, kind: sa.types.TypeEngine[Any], *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _administrators() -> None:
    """Who was operator is system administrator now; one who was a person besides is that person alone from now on."""
    op.create_table(
        "administrators",
        _column("login", _CODE),
        _column("office", _WORD),
        _column("holder", _CODE, null=True),
        _column("since", _AT),
        sa.CheckConstraint("office IN ('system', 'security', 'audit')", name="ck_administrators_office"),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name=op.f("fk_administrators_login")),
        sa.ForeignKeyConstraint(["holder"], ["people.id"], name=op.f("fk_administrators_holder")),
        sa.PrimaryKeyConstraint("login", "office", name=op.f("pk_administrators")),
    )
    op.create_index("ix_administrators_holder", "administrators", ["holder"], unique=False)
    op.execute(
        "INSERT INTO administrators (login, office, holder, since) "
        "SELECT login, 'system', NULL, created_at FROM accounts WHERE operator AND active AND person IS NULL"
    )
    op.drop_column("accounts", "operator")
    op.execute("INSERT INTO settings (name, value) VALUES ('administrators', '\"apart\"')")


def _administration() -> None:
    op.create_table(
        "administration",
        _column("id", _CODE),
        _column("at", _AT),
        _column("login", _CODE, null=True),
        _column("machine_user", _HASH, null=True),
        _column("office", _WORD),
        _column("act", sa.String(length=32)),
        _column("object", _ID, null=True),
        _column("facts", _JSON),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration")),
    )
    op.create_index("ix_administration_object", "administration", ["object", "id"], unique=False)
    op.create_index("ix_administration_login", "administration", ["login", "id"], unique=False)


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        _column("login", _CODE),
        _column("secret", _HASH),
        _column("offered_at", _AT),
        _column("confirmed_at", _AT, null=True),
        _column("last_step", sa.Integer()),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name=op.f("fk_second_factors_login")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_second_factors")),
    )
    op.add_column("sessions", sa.Column("proving", sa.Boolean(), nullable=False, server_default=sa.false()))


def _of_log() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _column("home", _CODE), _column("log", _LOG)


def _tree() -> None:
    op.create_table(
        "tree_leaves",
        *_of_log(),
        _column("leaf", sa.Integer()),
        _column("case_id", _ID),
        _column("seq", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["home", "case_id", "seq"],
            ["history.home", "history.case_id", "history.seq"],
            name=op.f("fk_tree_leaves_home_case_id_seq"),
        ),
        sa.PrimaryKeyConstraint("home", "log", "leaf", name=op.f("pk_tree_leaves")),
        sa.UniqueConstraint("home", "case_id", "seq", name=op.f("uq_tree_leaves_home_case_id_seq")),
    )
    op.create_table(
        "tree_nodes",
        *_of_log(),
        _column("height", sa.Integer()),
        _column("position", sa.Integer()),
        _column("hash", _HASH),
        sa.PrimaryKeyConstraint("home", "log", "height", "position", name=op.f("pk_tree_nodes")),
    )
    op.create_table(
        "tree_heads",
        *_of_log(),
        _column("size", sa.Integer()),
        _column("frontier", _JSON),
        sa.PrimaryKeyConstraint("home", "log", name=op.f("pk_tree_heads")),
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        *_of_log(),
        _column("id", _ID),
        _column("size", sa.Integer()),
        _column("root", _HASH),
        _column("taken_at", _AT),
        _column("cause", _WORD),
        _column("meeting_id", _ID, null=True),
        _column("text", sa.Text()),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_checkpoints")),
    )
    op.create_index("ix_checkpoints_home_log", "checkpoints", ["home", "log", "size", "id"], unique=False)
    op.create_index("ix_checkpoints_home_meeting", "checkpoints", ["home", "meeting_id"], unique=False)


def _reveals() -> None:
    op.create_table(
        "reveals",
        _column("home", _CODE),
        _column("id", _ID),
        _column("at", _AT),
        _column("login", _CODE),
        _column("person", _CODE),
        _column("post", _CODE, null=True),
        _column("case_id", _ID),
        _column("fields", _JSON),
        _column("reason", sa.String(length=32)),
        _column("words", sa.Text(), null=True),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_reveals")),
    )
    op.create_index("ix_reveals_home_case", "reveals", ["home", "case_id", "id"], unique=False)


def _erasures() -> None:
    op.create_table(
        "erasures",
        _column("home", _CODE),
        _column("id", _ID),
        _column("at", _AT),
        _column("login", _CODE),
        _column("person", _CODE, null=True),
        _column("case_id", _ID, null=True),
        _column("rows", _JSON),
        _column("reason", sa.String(length=32)),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_home_case", "erasures", ["home", "case_id", "id"], unique=False)


def _access_log() -> None:
    op.create_table(
        "access_log",
        _column("home", _CODE),
        _column("id", _ID),
        _column("at", _AT),
        _column("login", _CODE, null=True),
        _column("person", _CODE, null=True),
        _column("post", _CODE, null=True),
        _column("office", _WORD, null=True),
        _column("way", sa.String(length=8)),
        _column("method", sa.String(length=8)),
        _column("what", sa.String(length=200)),
        _column("object", _ID, null=True),
        _column("asked", _JSON),
        _column("status", sa.Integer()),
        _column("code", sa.String(length=120), null=True),
        _column("source", _HASH, null=True),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_at", "access_log", ["at", "id"], unique=False)
    op.create_index("ix_access_log_home_object", "access_log", ["home", "object", "at", "id"], unique=False)
    op.create_index("ix_access_log_login", "access_log", ["login", "at", "id"], unique=False)


def _register_state() -> None:
    op.create_table(
        "register_state",
        _column("name", _CODE),
        _column("version", sa.Integer()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_register_state")),
    )
    op.execute("INSERT INTO register_state (name, version) VALUES ('names', 1)")
    op.execute("DELETE FROM search_texts WHERE seq = 0")  # names are masked now: `minqing migrate` indexes all anew


# --- what the database holds by itself -------------------------------------------------------------------------------

APPEND_ONLY = ("administration", "tree_leaves", "tree_nodes", "checkpoints", "reveals", "erasures")

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
#: Moments are text of fixed width on SQLite, so they are compared as text.
SQLITE_YOUNG = "WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-200 days')"
#: One human and one login have one office, unless the site said that it combines them; an administrator is no person.
APART = """
EXISTS (SELECT 1 FROM accounts WHERE accounts.login = NEW.login AND accounts.person IS NOT NULL)
OR (NOT EXISTS (SELECT 1 FROM settings
    WHERE settings.name = 'administrators' AND CAST(settings.value AS text) = '"combined"')
  AND EXISTS (SELECT 1 FROM administrators a
    WHERE a.office <> NEW.office AND (a.login = NEW.login OR a.holder = NEW.holder)))
"""
NO_PERSON = """
NEW.person IS NOT NULL AND EXISTS (SELECT 1 FROM administrators a WHERE a.login = NEW.login)
"""
#: The setting cannot say that they are apart while somebody has two.
STILL_COMBINED = """
OLD.name = 'administrators' AND CAST(OLD.value AS text) = '"combined"' AND EXISTS (
  SELECT 1 FROM administrators a JOIN administrators b
  ON a.office <> b.office AND (a.login = b.login OR a.holder = b.holder))
"""


#: The words of a reveal may be taken away when somebody is forgotten, and nothing else of it.
REVEALED = ("home", "id", "at", "login", "person", "post", "case_id", "fields", "reason")
SQLITE_WORDS = "WHEN NEW.words IS NOT NULL OR " + " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in REVEALED)


#: What changes a name that is looked for in texts, or where somebody is at home.
COUNTED = (
    ("people", "UPDATE"), ("units", "INSERT"), ("units", "UPDATE"), ("households", "INSERT"), ("households", "UPDATE"),
    ("households", "DELETE"), ("household_people", "INSERT"), ("household_people", "DELETE"),
)  # fmt: skip
COUNT = "UPDATE register_state SET version = version + 1 WHERE name = 'names'"


def _hold_on_sqlite() -> None:
    for table, verb in COUNTED:
        op.execute(f"CREATE TRIGGER {table}_counted_{verb.lower()} AFTER {verb} ON {table} BEGIN {COUNT}; END")
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            when = SQLITE_WORDS if (table, verb) == ("reveals", "update") else ""
            op.execute(SQLITE.format(table=table, verb=verb, VERB=verb.upper(), when=when))
    op.execute(SQLITE.format(table="access_log", verb="update", VERB="UPDATE", when=""))
    op.execute(SQLITE.format(table="access_log", verb="delete", VERB="DELETE", when=SQLITE_YOUNG))
    raised = "BEGIN SELECT RAISE(ABORT, 'administrators are apart'); END"
    op.execute(f"CREATE TRIGGER administrators_apart BEFORE INSERT ON administrators WHEN {APART} {raised}")
    op.execute(f"CREATE TRIGGER administrators_no_update BEFORE UPDATE ON administrators {raised}")
    for verb in ("insert", "update"):  # an insert may replace
        op.execute(f"CREATE TRIGGER accounts_no_person_{verb} BEFORE {verb} ON accounts WHEN {NO_PERSON} {raised}")
    for verb, when in (("update", "NEW.name IS NOT OLD.name OR NEW.value IS NOT OLD.value"), ("delete", "1")):
        op.execute(f"CREATE TRIGGER settings_combined_{verb} BEFORE {verb} ON settings "
                   f"WHEN ({when}) AND {STILL_COMBINED} {raised}")  # fmt: skip


POSTGRES_LOG = """
CREATE FUNCTION minqing_old_enough() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at <= now() - interval '200 days' THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRES_WORDS = """
CREATE FUNCTION minqing_words_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.words IS NULL AND ({same}) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
#: Two at a time would not see each other: each changes the same rows first, so the second waits, or must begin anew.
POSTGRES_ONE_BY_ONE = """
  UPDATE settings SET value = value WHERE name = 'administrators';
  UPDATE accounts SET active = active WHERE login = NEW.login;
"""
POSTGRES_REFUSED = """
CREATE FUNCTION minqing_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {first}
  IF {when} THEN RAISE EXCEPTION 'administrators are apart' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN {row};
END $$
"""


POSTGRES_COUNT = f"""
CREATE FUNCTION minqing_count_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {COUNT}; RETURN NULL; END $$
"""


def _hold_on_postgres() -> None:
    op.execute(POSTGRES_COUNT)
    for table, verb in COUNTED:
        op.execute(f"CREATE TRIGGER {table}_counted_{verb.lower()} AFTER {verb} ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION minqing_count_names()")  # fmt: skip
    op.execute(
        POSTGRES_WORDS.format(same=" AND ".join(f"NEW.{each} IS NOT DISTINCT FROM OLD.{each}" for each in REVEALED))
    )
    for table in APPEND_ONLY:
        judge = "minqing_words_only" if table == "reveals" else "minqing_append_only"
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                   f"FOR EACH ROW EXECUTE FUNCTION {judge}()")  # fmt: skip
    for table in (*APPEND_ONLY, "access_log"):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
    op.execute("CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log "
               "FOR EACH ROW EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
    op.execute(POSTGRES_LOG)
    op.execute("CREATE TRIGGER access_log_old_enough BEFORE DELETE ON access_log "
               "FOR EACH ROW EXECUTE FUNCTION minqing_old_enough()")  # fmt: skip
    _keep_apart_on_postgres()


def _keep_apart_on_postgres() -> None:
    op.execute(POSTGRES_REFUSED.format(name="apart", first=POSTGRES_ONE_BY_ONE, when=APART, row="NEW"))
    op.execute(POSTGRES_REFUSED.format(name="no_person", first="", when=NO_PERSON, row="NEW"))
    op.execute(POSTGRES_REFUSED.format(name="still_combined", first="", when=STILL_COMBINED, row="NEW"))
    op.execute(POSTGRES_REFUSED.format(name="still_combined_gone", first="", when=STILL_COMBINED, row="OLD"))
    for table, name, when in (
        ("administrators", "apart", "INSERT"),
        ("accounts", "no_person", "INSERT OR UPDATE"),
        ("settings", "still_combined_gone", "DELETE"),
    ):
        op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
                   f"FOR EACH ROW EXECUTE FUNCTION minqing_{name}()")  # fmt: skip
    op.execute(
        "CREATE TRIGGER settings_still_combined BEFORE UPDATE ON settings FOR EACH ROW "
        "WHEN (NEW.name <> OLD.name OR NEW.value <> OLD.value) EXECUTE FUNCTION minqing_still_combined()"
    )
    op.execute("CREATE TRIGGER administrators_no_update BEFORE UPDATE ON administrators "
               "FOR EACH ROW EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
