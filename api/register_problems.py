"""What the register refuses, as problem+json: each thing wrong under the field that it is about."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from api.import_texts import problem_text, wrong_text
from api.languages import wants_english
from api.problems import problem_json, refusal_body
from engine.people.entering import RowRefused
from engine.people.errors import Wrong
from engine.rules.refusals import FieldsRefused

#: Code of what is Wrong -> the field of a body that it is about; else it is about the field named like the code.
_FIELDS = {
    "bad_login": "login",
    "login_is_id_number": "login",
    "login_taken": "login",
    "account_ended": "login",
    "unknown_person": "person",
    "bad_label": "label",
    "unknown_scope": "scope",
    "time_without_offset": "expires_at",
    "expires_in_the_past": "expires_at",
    "expires_too_late": "expires_at",
}


def register_errors(refused: Wrong | RowRefused, english: bool) -> list[dict[str, str]]:
    """{field, code, message} of everything wrong."""
    language = "en" if english else "zh"
    if isinstance(refused, RowRefused):
        return [{"field": each.column, "code": each.code, "message": problem_text(each, language)}
                for each in refused.problems]  # fmt: skip
    field = str(_FIELDS.get(refused.code) or refused.facts.get("field", refused.code))
    return [{"field": field, "code": refused.code, "message": wrong_text(refused, language)}]


def register_response(refused: Wrong | RowRefused, accept: str | None) -> JSONResponse:
    """422, like fields that are filled in wrong."""
    english = wants_english(accept)
    body = refusal_body(FieldsRefused(()), english) | {"errors": register_errors(refused, english)}
    return problem_json(FieldsRefused.kind, body, english)
