"""the spine: register and case family"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bodies",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_bodies")),
    )
    op.create_table(
        "cases",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("category", sa.String(length=80), nullable=True),
        sa.Column("urgency", sa.String(length=80), nullable=True),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("home", "number", name=op.f("uq_cases_home_number")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_home_opened", ["home", "opened_at", "id"], unique=False)
        batch_op.create_index("ix_cases_home_state_entered", ["home", "state", "entered_at", "id"], unique=False)
        batch_op.create_index("ix_cases_home_unit_opened", ["home", "unit", "opened_at", "id"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("home", "token", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("ix_idempotency_home_kept", ["home", "kept_at"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("meeting", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chair", sa.String(length=80), nullable=True),
        sa.Column("recorder", sa.String(length=80), nullable=True),
        sa.Column("expected", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("present", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("on_leave", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("observers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("open_key", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("home", "open_key", name=op.f("uq_meetings_home_open_key")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_home_unit_at", ["home", "unit", "at", "id"], unique=False)

    op.create_table(
        "numbers",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("month", sa.String(length=4), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("home", "month", name=op.f("pk_numbers")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "refusals",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(length=80), nullable=True),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=True),
        sa.Column("meeting_id", sa.String(length=120), nullable=True),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id", name=op.f("pk_refusals")),
    )
    with op.batch_alter_table("refusals", schema=None) as batch_op:
        batch_op.create_index("ix_refusals_home_case", ["home", "case_id", "id"], unique=False)

    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=True),
        sa.Column(
            "line",
            sa.String(length=600).with_variant(sa.String(length=600, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["parent"], ["units.code"], name=op.f("fk_units_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
        sa.UniqueConstraint("line", name=op.f("uq_units_line")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index("ix_units_parent", ["parent"], unique=False)

    op.create_table(
        "workflow_versions",
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "version", name=op.f("pk_workflow_versions")),
    )
    op.create_table(
        "accounts",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_accounts_person")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_accounts")),
    )
    op.create_table(
        "agenda",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("meeting_id", sa.String(length=120), nullable=False),
        sa.Column("case_home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["home", "meeting_id"], ["meetings.home", "meetings.id"], name=op.f("fk_agenda_home_meeting_id")
        ),
        sa.PrimaryKeyConstraint("home", "meeting_id", "case_id", name=op.f("pk_agenda")),
    )
    op.create_table(
        "body_units",
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["body"], ["bodies.code"], name=op.f("fk_body_units_body")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_body_units_unit")),
        sa.PrimaryKeyConstraint("body", "unit", name=op.f("pk_body_units")),
    )
    with op.batch_alter_table("body_units", schema=None) as batch_op:
        batch_op.create_index("ix_body_units_unit", ["unit"], unique=False)

    op.create_table(
        "case_ties",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("slot", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_case_ties_home_case_id")
        ),
        sa.PrimaryKeyConstraint("home", "case_id", "slot", "kind", "target", name=op.f("pk_case_ties")),
    )
    with op.batch_alter_table("case_ties", schema=None) as batch_op:
        batch_op.create_index("ix_case_ties_home_target", ["home", "target", "kind", "slot", "case_id"], unique=False)
        batch_op.create_index("ix_case_ties_target", ["target", "kind", "home"], unique=False)

    op.create_table(
        "history",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("level_from", sa.String(length=80), nullable=True),
        sa.Column("level_to", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(length=80), nullable=True),
        sa.Column("post_role", sa.String(length=80), nullable=True),
        sa.Column("post_place", sa.String(length=80), nullable=True),
        sa.Column("behalf", sa.String(length=80), nullable=True),
        sa.Column("proxy", sa.Boolean(), nullable=False),
        sa.Column("responsible", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("successor", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting", sa.String(length=120), nullable=True),
        sa.Column("agenda_no", sa.Integer(), nullable=True),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("workflow_version", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("row_format", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"], name=op.f("fk_history_home_case_id")),
        sa.PrimaryKeyConstraint("home", "case_id", "seq", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_home_actor", ["home", "actor", "recorded_at"], unique=False)
        batch_op.create_index("ix_history_home_meeting", ["home", "meeting"], unique=False)
        batch_op.create_index("ix_history_home_recorded", ["home", "recorded_at", "case_id", "seq"], unique=False)

    op.create_table(
        "households",
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("head", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["head"], ["people.id"], name=op.f("fk_households_head")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_households_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_households")),
    )
    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.create_index("ix_households_unit", ["unit"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=True),
        sa.Column("body", sa.String(length=80), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["body"], ["bodies.code"], name=op.f("fk_posts_body")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_posts_person")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_posts_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index("ix_posts_body_role", ["body", "role"], unique=False)
        batch_op.create_index("ix_posts_person", ["person"], unique=False)
        batch_op.create_index("ix_posts_unit_role", ["unit", "role"], unique=False)

    op.create_table(
        "relatives",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("other", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["other"], ["people.id"], name=op.f("fk_relatives_other")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_relatives_person")),
        sa.PrimaryKeyConstraint("person", "other", "kind", "valid_from", name=op.f("pk_relatives")),
    )
    with op.batch_alter_table("relatives", schema=None) as batch_op:
        batch_op.create_index("ix_relatives_other", ["other"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("meeting_id", sa.String(length=120), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home", "meeting_id", "case_id"],
            ["agenda.home", "agenda.meeting_id", "agenda.case_id"],
            name=op.f("fk_decisions_home_meeting_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("home", "meeting_id", "case_id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "household_people",
        sa.Column("household", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["household"], ["households.code"], name=op.f("fk_household_people_household")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_household_people_person")),
        sa.PrimaryKeyConstraint("household", "person", name=op.f("pk_household_people")),
    )
    with op.batch_alter_table("household_people", schema=None) as batch_op:
        batch_op.create_index("ix_household_people_person", ["person"], unique=False)

    op.create_table(
        "payloads",
        sa.Column("home", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(
                    none_as_null=True,
                ),
                "postgresql",
            ),
            nullable=True,
        ),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["home", "case_id", "seq"],
            ["history.home", "history.case_id", "history.seq"],
            name=op.f("fk_payloads_home_case_id_seq"),
        ),
        sa.PrimaryKeyConstraint("home", "case_id", "seq", name=op.f("pk_payloads")),
    )
    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"], name=op.f("fk_tokens_login")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_tokens_id")),
    )
    with op.batch_alter_table("tokens", schema=None) as batch_op:
        batch_op.create_index("ix_tokens_login", ["login"], unique=False)

    _hold_history()


APPEND_ONLY = ("history", "refusals")

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
#: A payload may be emptied, body and salt together, by erasure; nothing else may touch it.
SQLITE_PAYLOAD = """
CREATE TRIGGER payloads_only_emptied BEFORE UPDATE ON payloads
WHEN NOT (NEW.body IS NULL AND NEW.salt IS NULL
  AND NEW.home = OLD.home AND NEW.case_id = OLD.case_id AND NEW.seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'payloads are only emptied'); END
"""
POSTGRES_FUNCTION = """
CREATE FUNCTION minqing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""
POSTGRES_PAYLOAD = """
CREATE FUNCTION minqing_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body IS NULL AND NEW.salt IS NULL
     AND (NEW.home, NEW.case_id, NEW.seq) = (OLD.home, OLD.case_id, OLD.seq) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'payloads are only emptied' USING ERRCODE = 'restrict_violation';
END $$
"""


def _hold_history() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                op.execute(SQLITE.format(table=table, verb=verb, VERB=verb.upper()))
        op.execute(SQLITE.format(table="payloads", verb="delete", VERB="DELETE"))
        op.execute(SQLITE_PAYLOAD)
        return
    op.execute(POSTGRES_FUNCTION)
    op.execute(POSTGRES_PAYLOAD)
    for table in APPEND_ONLY:
        op.execute(f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                   "FOR EACH ROW EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
    for table in (*APPEND_ONLY, "payloads"):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
    op.execute("CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads "
               "FOR EACH ROW EXECUTE FUNCTION minqing_append_only()")  # fmt: skip
    op.execute("CREATE TRIGGER payloads_only_emptied BEFORE UPDATE ON payloads "
               "FOR EACH ROW EXECUTE FUNCTION minqing_only_emptied()")  # fmt: skip
