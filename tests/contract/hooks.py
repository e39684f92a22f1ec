"""What the contract run adds to schemathesis: examples meet a world that is there, what only the rules can say counts
as an answer, and every answer is noted."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import RejectedPositiveData

from tests.contract.stages import Stage

#: Codes of fields that a document can tell beforehand; every other is told by the rules, the register or the database.
SHAPES = {
    "missing", "bad_shape", "bad_pattern", "unknown_key", "unknown_field", "out_of_bounds", "time_without_offset",
    "given_twice",
}  # fmt: skip


#: What would shut out those whose tokens the run uses is asked of nobody, but for its example.
SPARED = {
    "revoke_token": {"token_id": f"tk-{'0' * 26}"},
    "end_account": {"login": "nobody"},
    "remove_factor": {"login": "nobody"},
    "give_password": {"login": "nobody"},
    "end_post": {"post_id": f"P{'0' * 20}"},
}


#: Sizes are those that a log has by now: it says itself which are out of bounds.
OF_A_LOG = {"get_consistency", "get_inclusion"}


@cache
def stage() -> Stage:
    return Stage.from_environment()


#: In the years that the document asks for: of all that there are one in thirty would do.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(2199, 12, 31)).map(
        lambda moment: f"{moment.isoformat()}+08:00"
    ),
)
schemathesis.openapi.format(
    "date", st.dates(min_value=date(1901, 1, 1), max_value=date(2199, 12, 31)).map(date.isoformat)
)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """An example is of a case, a meeting, a turn that is there and stands as it needs."""
    operation = case.operation.definition.raw["operationId"]
    if case.meta is None or case.meta.phase.name.value != "examples":
        case.path_parameters.update(SPARED.get(operation, {}))
        return
    staged = stage().staged(operation)
    if staged is None:
        return
    case.path_parameters.update(staged.path)
    case.query.update(staged.query)
    case.headers.pop("Idempotency-Key", None)  # every operation shows the same one
    if staged.version is not None:
        case.headers["If-Match"] = staged.version
    if staged.body is not None:
        case.body = staged.body


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """A request of the right form may still name what is not there, come too late, or lack what its row needs."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == 412 or _says_no_text(case) or case.operation.definition.raw["operationId"] in OF_A_LOG:
        return False
    return response.status_code != 422 or _is_about_form(response)


def _says_no_text(case: Any) -> bool:
    """Half a character or a NUL, which no schema can rule out and no database keeps; or words that nobody sees."""
    told = json.dumps([case.body if isinstance(case.body, dict | list) else None, dict(case.query)], ensure_ascii=False)
    return _is_unseen(case.query.get("q")) or "\\u0000" in told or any("\ud800" <= sign <= "\udfff" for sign in told)


def _is_about_form(response: Any) -> bool:
    problem = response.json()
    judged = "refused_by" in problem  # by a row of the rules, whose fields the document does not know
    return not judged and any(each["code"] in SHAPES for each in problem.get("errors", []))


def _is_unseen(words: Any) -> bool:
    return words is not None and not any(sign.isprintable() and not sign.isspace() for sign in str(words))


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    operation = case.operation.definition.raw.get("operationId")
    line = {"role": os.environ["CONTRACT_ROLE"], "operation": operation, "status": response.status_code}
    with Path(os.environ["CONTRACT_ANSWERS"]).open("a", encoding="utf-8") as answers:
        answers.write(json.dumps(line) + "\n")
