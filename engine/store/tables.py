"""The schema. Two kinds of tables:

- the **case family**: everything about a case or meeting. Each carries `home` (the code of the unit at the home level)
  first in every primary, unique and foreign key, not null and never updated, so that it can be spread by `home`;
- the **register**: organisation, people, accounts, rules files. Few, small, global; no foreign key joins the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.store import trust_tables as trust
from engine.store.columns import CODE, ERASABLE, GRAM, ID, JSON_VALUE, LINE, Utc, home_column
from engine.store.columns import metadata as metadata

# --- the register --------------------------------------------------------------------------------------------------

settings = Table(
    "settings", metadata, Column("name", CODE, primary_key=True), Column("value", JSON_VALUE, nullable=False)
)

units = Table(
    "units",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("parent", CODE, ForeignKey("units.code"), nullable=True),
    Column("line", LINE, nullable=False, unique=True),  # /county:430482/township:430482109/…/ down to itself
    Index("ix_units_parent", "parent"),
)

bodies = Table(
    "bodies",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", CODE, nullable=False),
)

body_units = Table(
    "body_units",
    metadata,
    Column("body", CODE, ForeignKey("bodies.code"), nullable=False),
    Column("unit", CODE, ForeignKey("units.code"), nullable=False),
    PrimaryKeyConstraint("body", "unit"),
    Index("ix_body_units_unit", "unit"),
)

people = Table(
    "people",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=True),
)

posts = Table(
    "posts",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("person", CODE, ForeignKey("people.id"), nullable=False),
    Column("role", CODE, nullable=False),
    Column("unit", CODE, ForeignKey("units.code"), nullable=True),
    Column("body", CODE, ForeignKey("bodies.code"), nullable=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),  # the last day it is valid
    Index("ix_posts_person", "person"),
    Index("ix_posts_unit_role", "unit", "role"),
    Index("ix_posts_body_role", "body", "role"),
)

households = Table(
    "households",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("unit", CODE, ForeignKey("units.code"), nullable=False),
    Column("head", CODE, ForeignKey("people.id"), nullable=False),
    Index("ix_households_unit", "unit"),
)

household_people = Table(
    "household_people",
    metadata,
    Column("household", CODE, ForeignKey("households.code"), nullable=False),
    Column("person", CODE, ForeignKey("people.id"), nullable=False),
    PrimaryKeyConstraint("household", "person"),
    Index("ix_household_people_person", "person"),
)

relatives = Table(
    "relatives",
    metadata,
    Column("person", CODE, ForeignKey("people.id"), nullable=False),
    Column("other", CODE, ForeignKey("people.id"), nullable=False),
    Column("kind", CODE, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    PrimaryKeyConstraint("person", "other", "kind", "valid_from"),
    Index("ix_relatives_other", "other"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("login", CODE, primary_key=True),
    Column("person", CODE, ForeignKey("people.id"), nullable=True),
    Column("active", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", CODE, nullable=False, unique=True),
    Column("login", CODE, ForeignKey("accounts.login"), nullable=False),
    Column("label", Text, nullable=False),
    Column("scope", String(16), nullable=False),  # what it opens: engine/people/kinds.py
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=True),
    Column("revoked_at", Utc, nullable=True),
    Index("ix_tokens_login", "login"),
)

#: The password of an account: argon2id as a PHC string, which names its own parameters.
passwords = Table(
    "passwords",
    metadata,
    Column("login", CODE, ForeignKey("accounts.login"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", Utc, nullable=False),
    Column("must_change", Boolean, nullable=False),
)

#: Browsers in which somebody signed in: what tells his further attempts from those of others.
devices = Table(
    "devices",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("login", CODE, ForeignKey("accounts.login"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Index("ix_devices_login", "login", "last_seen"),
)

#: Attempts to sign in that failed or are under way. `login` is what was typed: there may be no such account.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("login", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("device", String(64), nullable=True),
    Column("at", Utc, nullable=False),
    Index("ix_sign_in_failures_source", "source", "at"),
    Index("ix_sign_in_failures_device", "device", "at"),
    Index("ix_sign_in_failures_at", "at"),
)

#: Somebody is signed in. `posts` are the ids of his posts that were valid then: the first to end ends the session.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", CODE, nullable=False, unique=True),
    Column("login", CODE, ForeignKey("accounts.login"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    Column("remembered", Boolean, nullable=False),
    Column("proving", Boolean, nullable=False),  # the password was right, the second factor is still due
    Column("posts", JSON_VALUE, nullable=False),
    Column("ended_at", Utc, nullable=True),
    Index("ix_sessions_login", "login"),
)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("workflow", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("first_used_at", Utc, nullable=False),
    PrimaryKeyConstraint("workflow", "version"),
)

#: Every version of every calendar that deadlines were counted by, as its file was, so that old ones can be told again.
calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("calendar", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("first_used_at", Utc, nullable=False),
    PrimaryKeyConstraint("calendar", "version"),
)

#: On which day and hour a unit holds a meeting, where it is not as the file says. `weekday` counts from Monday, 0.
meeting_rhythms = Table(
    "meeting_rhythms",
    metadata,
    Column("workflow", CODE, nullable=False),
    Column("meeting", CODE, nullable=False),
    Column("unit", CODE, ForeignKey("units.code"), nullable=False),
    Column("weekday", Integer, nullable=True),
    Column("monthday", Integer, nullable=True),
    Column("at", String(5), nullable=True),
    PrimaryKeyConstraint("workflow", "meeting", "unit"),
)

#: Who of a role is on duty at a unit, from one hand-over to the next. Nothing is taken away: what was called off says
#: so, and what had begun counts until then.
duty_turns = Table(
    "duty_turns",
    metadata,
    Column("id", CODE, primary_key=True),
    Column("role", CODE, nullable=False),
    Column("unit", CODE, ForeignKey("units.code"), nullable=False),
    Column("person", CODE, ForeignKey("people.id"), nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),  # the hand-over: no longer on duty at this moment
    Column("entered_at", Utc, nullable=False),
    Column("entered_by", CODE, nullable=True),  # null: the operator, at the command line
    Column("called_off_at", Utc, nullable=True),
    Column("called_off_by", CODE, nullable=True),
    Index("ix_duty_turns_unit_role", "unit", "role", "ends_at"),
)

#: How often the names of people in households, and of units, have changed: triggers count it, so that what a process
#: remembers of them is never older than the register.
register_state = Table(
    "register_state",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("version", Integer, nullable=False),
)

# --- the case family -----------------------------------------------------------------------------------------------

_OPEN = text("closed_at IS NULL")

cases = Table(
    "cases",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("number", String(16), nullable=False),
    Column("workflow", CODE, nullable=False),
    Column("workflow_version", Integer, nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("unit", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("level", CODE, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("entered_at", Utc, nullable=False),
    Column("closed_at", Utc, nullable=True),
    Column("due_at", Utc, nullable=True),
    Column("total_due_at", Utc, nullable=True),
    Column("due_provisional", Boolean, nullable=True),
    Column("calendar_version", Integer, nullable=True),  # by which these were counted; null where none counts
    Column("category", CODE, nullable=True),
    Column("urgency", CODE, nullable=True),
    Column("last_hash", String(64), nullable=False),
    Column("folded", JSON_VALUE, nullable=False),
    PrimaryKeyConstraint("home", "id"),
    UniqueConstraint("home", "number"),
    Index("ix_cases_home_opened", "home", "opened_at", "id"),
    # What is open is little beside what was ever opened, and nearly every list that somebody works with is of it.
    Index("ix_cases_open", "home", "opened_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_cases_opened", "opened_at", "id"),
    Index("ix_cases_home_state_entered", "home", "state", "entered_at", "id"),
    Index("ix_cases_home_unit_opened", "home", "unit", "opened_at", "id"),
    Index("ix_cases_home_due", "home", "due_at", "id"),
    Index("ix_cases_counted", "workflow", "workflow_version", "closed_at", "calendar_version"),
)

#: The steps that the clocks of a case have before them or behind them. `sum` is the row with which the clock's sum
#: began. A step is done at most once: `outcome` says how. What could not be done stays and is tried again; it stands
#: in `blocked`, too.
timers = Table(
    "timers",
    metadata,
    home_column(),
    Column("case_id", ID, nullable=False),
    Column("clock", CODE, nullable=False),
    Column("sum", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("next_try_at", Utc, nullable=True),  # null once it is done
    Column("done_at", Utc, nullable=True),
    Column("outcome", String(16), nullable=True),
    Column("seq", Integer, nullable=True),  # version of the case when it was done
    PrimaryKeyConstraint("home", "case_id", "clock", "sum", "step"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
    Index("ix_timers_next", "next_try_at", "home", "case_id"),
)

#: What could not be carried out (law 5): a step, a message, a meeting that was missed. `subject` names it in its kind.
blocked = Table(
    "blocked",
    metadata,
    home_column(),
    Column("kind", String(16), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("case_id", ID, nullable=True),
    Column("unit", CODE, nullable=False),
    Column("code", String(120), nullable=False),
    Column("facts", JSON_VALUE, nullable=False),
    Column("since", Utc, nullable=False),
    Column("attend_by", Utc, nullable=False),
    Column("tried_at", Utc, nullable=False),
    Column("tries", Integer, nullable=False),
    PrimaryKeyConstraint("home", "kind", "subject"),
    Index("ix_blocked_home_since", "home", "since"),
)

#: Who stands in which slot of a case: opener, behalf, responsible, successor, recused (people); units in charge or
#: concerned; the primary (case) that it follows.
case_ties = Table(
    "case_ties",
    metadata,
    home_column(),
    Column("case_id", ID, nullable=False),
    Column("slot", String(16), nullable=False),
    Column("kind", String(8), nullable=False),  # person, unit or case
    Column("target", ID, nullable=False),
    PrimaryKeyConstraint("home", "case_id", "slot", "kind", "target"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
    Index("ix_case_ties_home_target", "home", "target", "kind", "slot", "case_id"),
    Index("ix_case_ties_target", "target", "kind", "home"),
)

history = Table(
    "history",
    metadata,
    home_column(),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("trigger", CODE, nullable=False),
    Column("ref", String(40), nullable=True),
    Column("line", Integer, nullable=False),
    Column("move", String(8), nullable=False),
    Column("source", CODE, nullable=False),
    Column("target", CODE, nullable=False),
    Column("level_from", CODE, nullable=True),
    Column("level_to", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("actor", CODE, nullable=False),
    Column("post", CODE, nullable=True),
    Column("post_role", CODE, nullable=True),
    Column("post_place", CODE, nullable=True),
    Column("behalf", CODE, nullable=True),
    Column("proxy", Boolean, nullable=False),
    Column("responsible", JSON_VALUE, nullable=False),
    Column("successor", JSON_VALUE, nullable=False),
    Column("facts", JSON_VALUE, nullable=False),
    Column("texts", JSON_VALUE, nullable=False),
    Column("occurred_at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    Column("client_at", Utc, nullable=True),
    Column("meeting", ID, nullable=True),
    Column("agenda_no", Integer, nullable=True),
    Column("workflow", CODE, nullable=False),
    Column("workflow_version", Integer, nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("row_format", Integer, nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("home", "case_id", "seq"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
    Index("ix_history_home_recorded", "home", "recorded_at", "case_id", "seq"),
    Index("ix_history_home_actor", "home", "actor", "recorded_at"),
    Index("ix_history_home_meeting", "home", "meeting"),
)

#: What may be erased: body and salt are emptied together, and nothing else ever changes (a trigger holds it).
payloads = Table(
    "payloads",
    metadata,
    home_column(),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("body", ERASABLE, nullable=True),
    Column("salt", String(64), nullable=True),
    PrimaryKeyConstraint("home", "case_id", "seq"),
    ForeignKeyConstraint(["home", "case_id", "seq"], ["history.home", "history.case_id", "history.seq"]),
)

#: What search reads of each payload, masked as in lists; seq 0 is the number of the case (engine/store/words.py).
search_texts = Table(
    "search_texts",
    metadata,
    home_column(),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("home", "case_id", "seq"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"], ondelete="CASCADE"),
)

#: Which texts have a gram. They go with their text.
search_grams = Table(
    "search_grams",
    metadata,
    home_column(),
    Column("gram", GRAM, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("home", "gram", "case_id", "seq"),
    ForeignKeyConstraint(
        ["home", "case_id", "seq"],
        ["search_texts.home", "search_texts.case_id", "search_texts.seq"],
        ondelete="CASCADE",
    ),
    Index("ix_search_grams_home_case", "home", "case_id", "seq"),
    sqlite_with_rowid=False,
)

numbers = Table(
    "numbers",
    metadata,
    home_column(),
    Column("month", String(4), nullable=False),
    Column("taken", Integer, nullable=False),
    PrimaryKeyConstraint("home", "month"),
)

meetings = Table(
    "meetings",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("workflow", CODE, nullable=False),
    Column("workflow_version", Integer, nullable=False),
    Column("meeting", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("at", Utc, nullable=False),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", Utc, nullable=True),
    Column("closed_at", Utc, nullable=True),
    Column("chair", CODE, nullable=True),
    Column("recorder", CODE, nullable=True),
    Column("expected", JSON_VALUE, nullable=False),
    Column("present", JSON_VALUE, nullable=False),
    Column("on_leave", JSON_VALUE, nullable=False),
    Column("observers", JSON_VALUE, nullable=False),
    Column("reason", Text, nullable=True),
    Column("open_key", String(200), nullable=True),  # unit and meeting while open: one open meeting per unit and gate
    Column("turn", String(10), nullable=True),  # the week or month of the rhythm; null for a meeting that was called
    Column("moved", Boolean, nullable=True),  # somebody gave it another day: the rhythm no longer moves it
    Column("year", Integer, nullable=True),  # the local year of its opening
    Column("number", Integer, nullable=True),  # its number at this unit in that year; released when cancelled
    Column("delegate", CODE, nullable=True),
    Column("delegated_by", CODE, nullable=True),
    Column("delegated_at", Utc, nullable=True),
    Column("delegation", Text, nullable=True),  # the words of it
    PrimaryKeyConstraint("home", "id"),
    UniqueConstraint("home", "open_key"),
    Index("ix_meetings_home_unit_at", "home", "unit", "at", "id"),
    Index("uq_meetings_home_turn", "home", "workflow", "meeting", "unit", "turn", unique=True),
    Index("uq_meetings_home_number", "home", "workflow", "meeting", "unit", "year", "number", unique=True),
)

agenda = Table(
    "agenda",
    metadata,
    home_column(),
    Column("meeting_id", ID, nullable=False),
    Column("case_home", CODE, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=True),  # kept at closing
    Column("arrived_at", Utc, nullable=False),
    Column("outcome", String(16), nullable=True),  # at closing: effective, void, carried, settled
    Column("seq", Integer, nullable=True),  # the history row it became
    Column("refusal", String(120), nullable=True),  # why a decision is void
    Column("added_by", CODE, nullable=True),  # who in the chair put it there, and why; null where it came by itself
    Column("added_at", Utc, nullable=True),
    Column("added_reason", Text, nullable=True),
    PrimaryKeyConstraint("home", "meeting_id", "case_id"),
    ForeignKeyConstraint(["home", "meeting_id"], ["meetings.home", "meetings.id"]),
)

#: What a meeting is told of without deciding it: a row that was fired at once is to be ratified (追认), another only
#: told (补报). It waits for the next meeting of that kind at the unit, and is done when that meeting closes.
agenda_reports = Table(
    "agenda_reports",
    metadata,
    home_column(),  # of the unit where the meeting sits
    Column("case_home", CODE, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("meeting", CODE, nullable=False),
    Column("workflow", CODE, nullable=False),
    Column("unit", CODE, nullable=False),
    Column("kind", String(8), nullable=False),  # ratify or told
    Column("since", Utc, nullable=False),
    Column("meeting_id", ID, nullable=True),  # on whose agenda it stands; null while it waits
    PrimaryKeyConstraint("home", "case_id", "seq", "meeting"),
    ForeignKeyConstraint(["home", "meeting_id"], ["meetings.home", "meetings.id"]),
    Index("ix_agenda_reports_home_unit", "home", "unit", "meeting", "meeting_id"),
    Index("ix_agenda_reports_home_meeting_id", "home", "meeting_id"),
)

decisions = Table(
    "decisions",
    metadata,
    home_column(),
    Column("meeting_id", ID, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("trigger", CODE, nullable=False),
    Column("data", JSON_VALUE, nullable=False),
    Column("note", Text, nullable=True),
    Column("actor", CODE, nullable=False),
    Column("decided_at", Utc, nullable=False),
    PrimaryKeyConstraint("home", "meeting_id", "case_id"),
    ForeignKeyConstraint(["home", "meeting_id", "case_id"], ["agenda.home", "agenda.meeting_id", "agenda.case_id"]),
)

idempotency = Table(
    "idempotency",
    metadata,
    home_column(),
    Column("token", CODE, nullable=False),
    Column("key", String(200), nullable=False),
    Column("request", String(64), nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kept_at", Utc, nullable=False),
    PrimaryKeyConstraint("home", "token", "key"),
    Index("ix_idempotency_home_kept", "home", "kept_at"),
)

refusals = Table(
    "refusals",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("at", Utc, nullable=False),
    Column("person", CODE, nullable=False),
    Column("post", CODE, nullable=True),
    Column("unit", CODE, nullable=False),
    Column("case_id", ID, nullable=True),
    Column("meeting_id", ID, nullable=True),
    Column("trigger", CODE, nullable=False),
    Column("code", String(120), nullable=False),
    Column("ref", String(40), nullable=True),
    Column("line", Integer, nullable=True),
    Column("workflow", CODE, nullable=False),
    Column("workflow_version", Integer, nullable=False),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_refusals_home_case", "home", "case_id", "id"),
)

#: Which row of which old list became which case: kept for good, so that the same row never becomes a second one.
case_imports = Table(
    "case_imports",
    metadata,
    home_column(),
    Column("source", CODE, nullable=False),
    Column("row_key", String(64), nullable=False),  # a keyed hash: nobody can guess a text from it
    Column("case_id", ID, nullable=False),
    Column("file", String(64), nullable=False),  # SHA-256
    Column("row", Integer, nullable=False),
    Column("imported_at", Utc, nullable=False),
    PrimaryKeyConstraint("home", "source", "row_key"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
)

#: Uploads; their bytes lie elsewhere. `home` is where they were sent from, which may be another than that of the case.
files = Table(
    "files",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("person", CODE, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("type", CODE, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("uploaded_at", Utc, nullable=False),
    Column("stored", Boolean, nullable=False),  # its bytes have arrived
    Column("case_id", ID, nullable=True),
    PrimaryKeyConstraint("home", "id"),
    Index("ix_files_home_case_uploaded", "home", "case_id", "uploaded_at"),
)

#: What is to be said to somebody and how far it got. Told, paged and reminded are people, by the `names` of roles and
#: relations; kind `event` goes to the `receiver` of webhooks. `seq` is the version of the case it speaks of.
outbox = Table(
    "outbox",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("names", JSON_VALUE, nullable=False),
    Column("receiver", CODE, nullable=True),
    Column("cause", CODE, nullable=False),  # a trigger; of a reminder the clock
    Column("share", Integer, nullable=True),  # percent of that clock
    Column("actor", CODE, nullable=True),  # who did it need not be told
    Column("notice", ERASABLE, nullable=True),
    Column("created_at", Utc, nullable=False),
    Column("next_try_at", Utc, nullable=True),  # null once it is done or given up
    Column("tries", Integer, nullable=False),
    Column("done_at", Utc, nullable=True),
    Column("dead_at", Utc, nullable=True),
    Column("code", String(120), nullable=True),  # why not, or why nobody was told
    PrimaryKeyConstraint("home", "id"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
    Index("ix_outbox_home_done", "home", "done_at"),
    Index("ix_outbox_receiver_next", "receiver", "next_try_at", "home", "id"),
)

#: What one person was told. No text: that is made for the reader when he reads it.
inbox = Table(
    "inbox",
    metadata,
    home_column(),
    Column("id", ID, nullable=False),
    Column("letter", ID, nullable=False),
    Column("person", CODE, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("cause", CODE, nullable=False),
    Column("share", Integer, nullable=True),
    Column("notice", ERASABLE, nullable=True),
    Column("created_at", Utc, nullable=False),
    Column("shown_at", Utc, nullable=False),  # after the quiet hours
    Column("day", Date, nullable=False),  # of the digest it belongs to, where the case is
    Column("read_at", Utc, nullable=True),
    Column("urgent", Boolean, nullable=True),  # it waited for no morning; null: of an earlier release
    PrimaryKeyConstraint("home", "id"),
    UniqueConstraint("home", "letter", "person"),
    ForeignKeyConstraint(["home", "case_id"], ["cases.home", "cases.id"]),
    Index("ix_inbox_home_case", "home", "case_id", "seq"),
    Index("ix_inbox_person_shown", "person", "shown_at", "id"),
)

FAMILY = (
    cases, case_ties, history, payloads, search_texts, search_grams, numbers, meetings, agenda, decisions, idempotency,
    refusals, case_imports, files, timers, blocked, outbox, inbox, agenda_reports, *trust.FAMILY,
)  # fmt: skip
#: Only ever added to: triggers hold it, and on PostgreSQL the rights of the application's role.
APPEND_ONLY = (history, refusals, *trust.APPEND_ONLY)
