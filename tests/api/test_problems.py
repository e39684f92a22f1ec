"""The one table from a refusal to a status and words: whole, and nothing in it that nobody says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import engine
from api import (
    administration_texts,
    blocked_texts,
    clock_texts,
    condition_texts,
    field_texts,
    handlers,
    import_texts,
    letter_texts,
    problems,
)
from api.blocked_texts import KIND_TEXTS, REASON_TEXTS, RECEIVER_TEXTS
from api.condition_texts import RELATION_TITLES
from api.field_texts import FIELD_TEXTS, PLAIN_TITLES
from api.problems import KINDS, PLAIN_TEXTS, detail, field_text, refusal_response
from engine.definition.calendar import DayKind
from engine.definition.model import (
    RELATIONS,
    TimeUnit,
)
from engine.files.bad import BadFile
from engine.messages import waiting
from engine.rules.days import Note
from engine.rules.reckoning import Why
from engine.rules.refusals import (
    CarriedTooOften,
    Concerned,
    ConditionRefused,
    Conflict,
    FieldProblem,
    FieldsRefused,
    Forbidden,
    KeptOut,
    KeyReused,
    NoDestination,
    NotFound,
    NotInState,
    NotNamed,
    NotQuorate,
    OnlyInMeeting,
    Recused,
    Refusal,
    Stale,
    TooLarge,
)
from engine.store import blockedbook
from tests import township as t
from tests.api.fields_workflow import register_workflow

ROOT = Path(engine.__file__).parent.parent
SOURCES = {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
           for folder in ("engine", "api") for path in sorted((ROOT / folder).rglob("*.py"))
           if "migrations" not in path.parts and "demo" not in path.parts}  # fmt: skip
(RULES,) = t.default_rules()
ROW = next(row for row in RULES.rows if row.trigger == "strike_off")
DECIDED = next(row for row in RULES.rows if row.trigger == "assign_in_village")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


# --- what the source says --------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def every_call() -> dict[str, list[tuple[Path, ast.Call]]]:
    found: dict[str, list[tuple[Path, ast.Call]]] = {}
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                found.setdefault(name, []).append((path, node))
    return found


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    return every_call().get(name, [])


def spoken(name: str, place: int, keyword: str = "") -> tuple[set[str], set[str]]:
    """(codes that stand in the source as text, files where the code is worked out)."""
    codes, worked_out = set(), set()
    for path, call in calls(name):
        given = [kw.value for kw in call.keywords if kw.arg == keyword] or call.args[place : place + 1]
        for value in given:
            texts = _texts(value)
            codes |= texts
            worked_out |= set() if texts else {path.as_posix()}
    return codes, worked_out


def _texts(value: ast.expr) -> set[str]:
    if isinstance(value, ast.Constant):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _texts(value.body) | _texts(value.orelse)
    if isinstance(value, ast.JoinedStr):  # Bad(f"unknown_{kind.value}"): of a person, a unit …
        (start, *_) = value.values
        return {f"{start.value}{kind}" for kind in ("person", "unit", "household", "case")}
    return set()


def field_codes() -> set[str]:
    """Codes of everything that can be wrong with a field."""
    problems_said, worked_out = spoken("FieldProblem", 1, "code")
    bad, _ = spoken("Bad", 0)
    assert worked_out == {
        "api/handlers.py",  # pydantic's kinds, below
        "api/web/forms.py",  # of an upload, said of its field
        "api/web/meeting_arranging.py",  # of a moment, said of the meeting's
        "engine/cases/revealing.py",  # of a Bad
        "engine/files/service.py",  # of a BadFile
        "engine/meetings/attendance.py",  # a list of checks, below
        "engine/meetings/desk.py",  # of a Bad
        "engine/rules/decide.py",  # of a Bad
        "engine/rules/values.py",  # of a Bad
    }
    return problems_said | bad | BadFile.CODES | set(handlers._SHAPES.values()) | {"bad_shape"} | attendance_codes()


def attendance_codes() -> set[str]:
    """The second of every triple (field, code, check)."""
    tree = SOURCES[Path("engine/meetings/attendance.py")]
    triples = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 3]
    return {
        each.elts[1].value
        for each in triples
        if isinstance(each.elts[1], ast.Constant) and isinstance(each.elts[2], ast.Lambda)
    }


def plain_codes() -> set[str]:
    """Codes of what is refused without a line of the rules."""
    conflicts, worked_out = spoken("Conflict", 0)
    worked_out.remove("engine/rules/remembering.py")  # one that was said before
    forbidden, _ = spoken("Forbidden", 0)
    things, _ = spoken("NotFound", 0)
    surface, of_http = spoken("Problem", 1)
    assert worked_out == {"api/v1/clock.py"}  # what the set-up says is Wrong: the clock would go backwards
    assert of_http == {"api/handlers.py", "api/faults.py"}  # the statuses of HTTP, and what a store that fails says
    kinds = {code for _, code in handlers._STATUSES.values()}
    absent = {f"{what}_not_found" for what in things | set(handlers._ABSENT.values())}
    stores, clock = {"unavailable", "storage_full", "clock_behind"}, {"clock_backwards", "clock_not_held"}
    return conflicts | forbidden | absent | surface | kinds | stores | clock


def test_the_scan_finds_what_is_there():
    assert {"too_long", "unknown_unit", "not_members", "after_now", "bad_cursor", "decided_twice"} <= field_codes()
    assert {"meeting_status", "not_chair", "case_not_found", "unreadable", "clock_is_real"} <= plain_codes()


def reasons_of_waiting() -> set[str]:
    """Codes of what waits in the blocked queue for another reason than a refusal."""
    _, worked_out = spoken("Blocked", 0, "code")
    assert worked_out == {
        "engine/audit/witnessing.py",  # of a NoKey
        "engine/cases/recounting.py",  # below
        "engine/cases/timekeeping.py",  # a refusal's, or below
        "engine/meetings/queueing.py",  # a refusal's
        "engine/meetings/watching.py",  # below
        "engine/messages/delivery.py",  # of `waiting`
        "engine/messages/webhooks.py",  # of `waiting`
    }
    chosen = [node for path in ("cases/recounting.py", "cases/timekeeping.py", "meetings/watching.py")
              for node in ast.walk(SOURCES[Path("engine") / path]) if isinstance(node, ast.IfExp)]  # fmt: skip
    aside, _ = spoken("_set_aside", 1)
    letters = {waiting.NOBODY, waiting.RULES_MISSING, waiting.UNDELIVERED}
    unsigned, _ = spoken("NoKey", 0)
    return aside | letters.union(*(_texts(node) for node in chosen), (f"key_{code}" for code in unsigned)) - {None}


# --- the table is whole ----------------------------------------------------------------------------------------------


def test_every_code_of_a_field_has_a_text_and_every_text_has_its_code():
    assert field_codes() == set(FIELD_TEXTS)


def test_every_plain_code_has_a_text_and_every_text_has_its_code():
    said_with_facts = {"meeting_status"}
    of_their_own_class = {"fields", "key_reused"}

    assert plain_codes() - said_with_facts == set(PLAIN_TEXTS) - of_their_own_class


def test_every_reason_of_what_waits_in_the_blocked_queue_has_a_text_and_every_text_its_reason():
    assert {"broken", "turn_missed", "not_closed", "nobody"} <= reasons_of_waiting()
    assert reasons_of_waiting() == set(REASON_TEXTS)
    assert {"step", *blockedbook.KINDS} == set(KIND_TEXTS)


def test_every_reason_of_a_receiver_has_a_text_and_every_text_its_reason():
    assert spoken("Undelivered", 0) == (set(RECEIVER_TEXTS), set())


def test_every_title_of_a_plain_field_is_used():
    fields, _ = spoken("FieldProblem", 0, "field")
    bodies = {"unit", "workflow", "trigger", "note", "on_behalf_of", "occurred_at", "client_at", "meeting", "at", "to"}
    rows = {"present", "on_leave", "observers", "chair", "recorder", "reason"}

    assert {name for name in fields if "[" not in name} <= set(PLAIN_TITLES)
    assert set(PLAIN_TITLES) <= fields | bodies | rows | {"cursor"}


def leaves(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in kind.__subclasses__():
        yield each
        yield from leaves(each)


EXAMPLES: dict[type[Refusal], Refusal] = {
    NotFound: NotFound("case"),
    Stale: Stale(3, 4),
    NotInState: NotInState(RULES, "accept", "verifying"),
    OnlyInMeeting: OnlyInMeeting(RULES, DECIDED),
    NotQuorate: NotQuorate(RULES, DECIDED),
    CarriedTooOften: CarriedTooOften(RULES, DECIDED, 2),
    KeptOut: KeptOut(RULES, ROW, "handler"),
    NotNamed: NotNamed(RULES, ROW),
    Recused: Recused(RULES),
    Concerned: Concerned(RULES, ROW, "delegate"),
    FieldsRefused: FieldsRefused((FieldProblem(field="unit", code="unknown_unit"),)),
    ConditionRefused: ConditionRefused(RULES, ROW, "field:satisfaction", ROW.when[0], {}),
    NoDestination: NoDestination(RULES, ROW),
    Conflict: Conflict("another_meeting_open"),
    Forbidden: Forbidden("not_chair"),
    KeyReused: KeyReused(),
    TooLarge: TooLarge("photo", 10_000_000),
}


@pytest.mark.parametrize("kind", sorted(leaves(Refusal), key=lambda kind: kind.__name__))
def test_every_class_of_refusal_has_a_status_and_words_in_both_languages(kind):
    refusal = EXAMPLES[kind]
    status, *_ = KINDS[refusal.kind]

    zh, en = detail(refusal)
    answers = [refusal_response(refusal, accept) for accept in ("zh", "en")]

    assert zh != en
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert {answer.status_code for answer in answers} == {status}
    assert 400 <= status < 600


def test_the_statuses_are_those_of_the_contract():
    statuses = {kind.__name__: KINDS[kind.kind][0] for kind in leaves(Refusal)}
    refused = {kind.kind for kind in leaves(Refusal)}

    assert statuses == {
        "NotFound": 404, "Stale": 412, "NotInState": 409, "OnlyInMeeting": 409, "NotQuorate": 409,
        "CarriedTooOften": 409, "KeptOut": 403, "Recused": 403, "Concerned": 403, "NotNamed": 403, "FieldsRefused": 422,
        "ConditionRefused": 409, "NoDestination": 409, "Conflict": 409, "Forbidden": 403, "KeyReused": 422,
        "TooLarge": 413,
    }  # fmt: skip
    assert {kind: status for kind, (status, _, _) in KINDS.items() if kind not in refused} == {
        "unauthorized": 401, "precondition": 428, "bad_request": 400, "method": 405, "too_many": 429,
        "address": 414, "headers": 431, "unavailable": 503, "full": 507, "broken": 500,
    }  # fmt: skip


@pytest.mark.parametrize("status", ["planned", "open", "closed", "cancelled"])
def test_a_meeting_says_how_it_stands(status):
    zh, en = detail(Conflict("meeting_status", status=status))

    assert zh.startswith("会议")
    assert en.startswith("The meeting is ")


@pytest.mark.parametrize(
    ("relation", "zh"),
    [
        ("handler", "办理人不能核验自己办的事项"),
        ("party", "当事人不能办理或核验自己的事项"),
        ("relative_of_party", "当事人的亲属不能办理或核验这件事项"),
        ("recused", "已回避的人不能再办理"),
        ("village_secretary", "该角色不能办理这一步"),
        ("opener", "该角色不能办理这一步"),
    ],
)
def test_who_is_kept_out_hears_why(relation, zh):
    assert detail(KeptOut(RULES, ROW, relation))[0] == zh
    assert not CHINESE.search(detail(KeptOut(RULES, ROW, relation))[1])


@pytest.mark.parametrize("code", sorted(FIELD_TEXTS))
def test_every_text_of_a_field_can_be_filled_in(code):
    facts = {"min_length": 2, "max_length": 9, "found": 12, "choices": ["a"], "at_least": 1, "at_most": 5,
             "given": "2026-02-30", "today": "2026-03-06", "level": "village", "latest": "2026-03-09"}  # fmt: skip

    zh, en = field_text(register_workflow(), FieldProblem(field="kind", code=code, facts=facts))

    assert "{" not in zh + en
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)


def test_nobody_refuses_without_saying_of_which_kind():
    assert Refusal.kind not in KINDS
    assert not list(calls("Refusal"))


def test_a_field_that_nobody_knows_is_called_by_its_code():
    assert field_text(RULES, FieldProblem(field="colour", code="unknown_field")) == (
        "这一步不接受「colour」",
        "This step does not take colour",
    )


# --- two languages ---------------------------------------------------------------------------------------------------

PAIRS = {
    **{f"kind {name}": (zh, en) for name, (_, zh, en) in KINDS.items()},
    **{f"plain {name}": pair for name, pair in PLAIN_TEXTS.items()},
    **{f"field {name}": pair for name, pair in FIELD_TEXTS.items()},
    **{f"title {name}": pair for name, pair in PLAIN_TITLES.items()},
    **{f"status {name}": pair for name, pair in problems._STATUSES.items()},
    **{f"never {name}": pair for name, pair in problems._NEVER.items()},
    **{f"upload {name}": pair for name, pair in problems._UPLOADS.items()},
    **{f"relation {name}": pair for name, pair in RELATION_TITLES.items()},
    **{f"event {name}": pair for name, pair in condition_texts._EVENTS.items()},
    **{f"unit {name}": pair for name, pair in condition_texts.UNITS.items()},
    **{f"grant {name}": pair for name, pair in clock_texts.WHYS.items()},
    **{f"day {name}": pair for name, pair in clock_texts.NOTES.items()},
    **{f"calendar {name}": pair for name, pair in clock_texts.KINDS.items()},
    **{f"letter {name}": pair for name, pair in letter_texts.LETTER_TEXTS.items()},
    **{f"blocked {name}": pair for name, pair in blocked_texts.KIND_TEXTS.items()},
    **{f"reason {name}": pair for name, pair in blocked_texts.REASON_TEXTS.items()},
    **{f"receiver {name}": pair for name, pair in blocked_texts.RECEIVER_TEXTS.items()},
    **{f"import {name}": pair for name, pair in import_texts.PROBLEM_TEXTS.items()},
    **{f"act {name}": pair for name, pair in administration_texts.ACT_TEXTS.items()},
    **{f"fact {name}": pair for name, pair in administration_texts.FACT_TEXTS.items()},
    **{f"office {name}": pair for name, pair in administration_texts.OFFICE_TEXTS.items()},
    **{f"scope {name}": pair for name, pair in administration_texts.SCOPE_TEXTS.items()},
    **{f"wrong {name}": pair for name, pair in import_texts.WRONG_TEXTS.items()},
}


@pytest.mark.parametrize("name", PAIRS)
def test_no_text_is_the_same_in_both_languages(name):
    zh, en = PAIRS[name]

    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert set(re.findall(r"\{(\w+)\}", zh)) ^ set(re.findall(r"\{(\w+)\}", en)) <= {"title"}


def test_every_table_of_texts_is_among_them():
    tables = [
        (module, name)
        for module in (problems, field_texts, condition_texts, clock_texts, blocked_texts, import_texts)
        for name, value in vars(module).items()
        if isinstance(value, dict) and value and all(isinstance(each, tuple) for each in value.values())
    ]

    assert {name for _, name in tables} == {
        "KINDS", "PLAIN_TEXTS", "FIELD_TEXTS", "PLAIN_TITLES", "_STATUSES", "_UPLOADS", "_NEVER", "RELATION_TITLES",
        "_EVENTS", "UNITS", "_CASES", "WHYS", "NOTES", "KIND_TEXTS",
        "REASON_TEXTS", "RECEIVER_TEXTS", "PROBLEM_TEXTS", "WRONG_TEXTS",
    }  # fmt: skip


def test_every_relation_and_event_and_unit_of_time_has_its_words():
    assert set(clock_texts.WHYS) == set(Why)
    assert set(clock_texts.NOTES) == set(Note)
    assert set(clock_texts.KINDS) == set(DayKind)
    assert set(RELATION_TITLES) == {*RELATIONS, "system"}
    assert set(condition_texts._EVENTS) == {"opened", "entered", "closed"}
    assert set(condition_texts.UNITS) == {unit.value for unit in TimeUnit}
