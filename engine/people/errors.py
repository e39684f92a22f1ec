"""What was asked of the register or of the database's set-up and cannot be done."""

from __future__ import annotations

from typing import Any


class Wrong(Exception):
    """A command refused. `code` is stable and one of `CODES`; `facts` are what a text in any language needs.

    The texts stand in `api/import_texts.py`.
    """

    CODES = frozenset(
        {
            "bad_login",
            "login_taken",
            "login_is_id_number",
            "unknown_login",
            "account_ended",
            "unknown_person",
            "unknown_token",
            "is_registered",
            "cases_still_open",
            "bad_label",
            "expires_in_the_past",
            "unknown_import",
            "unknown_mark",
            "unknown_home_level",
            "set_up_otherwise",
            "not_set_up",
            "clock_is_real",
            "clock_not_held",
            "clock_backwards",
            "time_without_offset",
            "bad_database_url",
            "missing_driver",
            "bad_files_url",
            "no_folder",
            "unknown_revision",
            "no_roles",
            "grant_refused",
            "backup_exists",
            "backup_damaged",
            "backup_later",
            "backup_without_key",
            "database_not_empty",
            "database_in_use",
            "no_rhythm",
            "not_its_unit",
            "wrong_rhythm",
            "sign_in_failed",
            "wrong_password",
            "password_too_short",
            "password_too_long",
            "password_common",
            "password_context",
            "password_same_as_before",
            "no_signing_key",
            "no_database",
            "password_expired",
            "factor_exists",
            "wrong_code",
            "unknown_scope",
            "expires_too_late",
            "unknown_office",
            "unknown_mode",
            "administrator_is_person",
            "second_office",
            "not_in_office",
            "administrators_apart",
            "offices_combined",
        }
    )

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
