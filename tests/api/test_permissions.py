"""The permission table: who may do what where, over HTTP, cell by cell (product.md "Places, people, reach")."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from engine.people.accounts import AccountService
from engine.people.imports import ImportService
from tests import township as t
from tests.api import permission_lines, world
from tests.api.administration_lines import RUNNING
from tests.api.client import AUDIT, OPERATOR, REPORT, SECURITY, Api, said
from tests.api.permission_lines import Line, Thing, end_meetings, standing
from tests.api.permission_table import (
    COLUMNS,
    DONE,
    PLACES,
    ROLES,
    TABLE,
    differences,
    lines_of,
    missing_roles,
    missing_routes,
    read_table,
    routes_of,
)
from tests.api.photos import serving_photos
from tests.api.world import PLACES as WHERE
from tests.api.world import Place
from tests.web.page_table import page_routes


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with serving_photos() as client:
        yield client


LINES = permission_lines.LINES | RUNNING
TEXT = TABLE.read_text(encoding="utf-8")
EXPECTED = read_table(TEXT)
#: Column -> who asks: the holders of 陈桥村 and 洋泉镇; a registered villager holds no post.
WHO = {column: "village_cadre1" if role == "village_cadre" else role for column, role in ROLES.items()}
WHO |= {"opr": OPERATOR, "scy": SECURITY, "adt": AUDIT, "npo": "lishen", "non": None}
#: problem code -> the letter of its cell.
LETTERS = {
    "role": "r",
    "never:handler": "h",
    "never:relative_of_party": "k",
    "not_operator": "o",
    "audit_changes_nothing": "a",
    "not_administrator": "d",
    "nobodys_account": "n",
    "not_a_member": "m",
    "not_chair": "c",
    "not_in_chair": "i",
    "only_in_meeting": "v",
    "no_post": "p",
    "not_over_unit": "b",
    "not_audit_office": "l",
    "not_a_supervisor": "s",
    "veiled_log": "w",
}
PLAIN = {
    "unit_not_found",
    "checkpoint_not_found",
    "fields",
    "unauthorized",
    "case_not_found",
    "meeting_not_found",
    "file_not_found",
    "message_not_found",
    "turn_not_found",
}


@pytest.mark.parametrize("title", list(LINES))
def test_every_cell_is_answered_as_the_table_says_and_what_is_refused_changes_nothing(api: Api, title):
    answered, changed = {}, []
    for place in PLACES:
        cells, moved = row(api, LINES[title], WHERE[place])
        answered |= {(title, place, column): cell for column, cell in cells.items()}
        changed += [f"{title} / {place} / {column}" for column in moved]
    end_meetings(api)

    expected = {key: cell for key, cell in EXPECTED.items() if key[0] == title}
    assert differences(expected, answered) == []
    assert changed == []


def row(api: Api, line: Line, place: Place) -> tuple[dict[str, str], list[str]]:
    """Column -> cell, and the columns whose request was refused and yet changed something."""
    cells: dict[str, str] = {}
    moved = []
    thing = before = None
    for column in COLUMNS:
        if thing is None:
            thing, before = line.make(api, place), None
        before = before or standing(api)
        answer = line.ask(api, WHO[column], place, thing)
        cells[column] = cell(line, place, thing, answer)
        after = None if cells[column] in DONE else standing(api)
        if after not in (None, before):
            moved.append(column)
        before = after  # nothing is done until the next one asks
        if line.used_up and cells[column] in DONE:
            thing = None
    return cells, moved


def cell(line: Line, place: Place, thing: Thing, answer: httpx.Response) -> str:
    status = str(answer.status_code)
    if answer.status_code < 300:
        return status + (_sign(line, place, thing, answer) if line.listed else "")
    problem = answer.json()
    code = problem["code"]
    if [(each["field"], each["code"]) for each in problem.get("errors", [])] == [("unit", "unknown_unit")]:
        return status + "u"
    return status + ("" if code in PLAIN else LETTERS.get(code, f":{code}"))


def _sign(line: Line, place: Place, thing: Thing, answer: httpx.Response) -> str:
    assert line.listed is not None
    assert answer.json()["next"] is None
    key, wanted = line.listed
    return "+" if wanted(place, thing) in [item[key] for item in answer.json()["items"]] else "-"


# --- several posts, ended posts, posts of no role of the rules -------------------------------------------------------


def hired(api: Api, person: str, *posts: str) -> None:
    """Posts as `role,unit,valid_from,valid_to`, and an account."""
    service, header = ImportService(api.office.store), "person,role,unit,body,valid_from,valid_to"
    rows = [f"{person},{role},{unit},,{start},{end}" for role, unit, start, end in (p.split(",") for p in posts)]
    assert not service.apply("people", f"id,name,phone\n{person},新人,".encode()).problems
    assert not service.apply("posts", "\n".join([header, *rows]).encode()).problems
    accounts = AccountService(api.office.store)
    accounts.add(person, person, operator=False)
    api.tokens[person] = accounts.issue_token(person, "test").secret


def test_rights_are_the_union_of_ones_posts_unit_by_unit(api: Api):
    """Group head here and secretary there: neither may he decline here, nor accept there."""
    hired(api, "both", f"zuzhang,{t.GROUP},2025-01-01,", f"village_secretary,{t.OTHER_VILLAGE},2025-01-01,")
    here, there = world.reported(api), world.reported(api, world.OTHER)

    assert said(api.fire("both", here, "decline", **world.DECLINED)) == "403 role"
    assert said(api.fire("both", there, "accept")) == "403 role"
    assert said(api.fire("both", here, "accept")) == "200"
    assert said(api.fire("both", there, "decline", **world.DECLINED)) == "200"
    assert {here, there} <= {case["id"] for case in api.get("both", "/v1/cases", limit="200")["items"]}


@pytest.mark.parametrize(
    ("person", "post"),
    [
        ("ended", f"village_clerk,{t.VILLAGE},2025-01-01,2026-03-05"),
        ("coming", f"village_clerk,{t.VILLAGE},2026-03-07,"),
        ("duty", f"township_duty,{t.TOWNSHIP},2025-01-01,"),
    ],
)
def test_a_post_that_is_over_or_to_come_or_of_no_role_of_the_rules_counts_for_nothing(api: Api, person, post):
    hired(api, person, post)
    case = world.reported(api)

    assert said(api.send(person, "GET", f"/v1/cases/{case}")) == "404 case_not_found"
    assert said(api.fire(person, case, "note", text="在吗")) == "404 case_not_found"
    opening = {"unit": t.NEIGHBOURHOOD, "data": REPORT}
    assert said(api.send(person, "POST", "/v1/cases", opening)) == "422 fields unit:unknown_unit"
    assert api.get(person, "/v1/cases")["items"] == api.get(person, "/v1/meetings")["items"] == []


def test_a_post_counts_on_its_last_day(api: Api):
    hired(api, "today", f"village_clerk,{t.VILLAGE},2025-01-01,2026-03-06")

    assert said(api.fire("today", world.reported(api), "note", text="在的")) == "200"


# --- the table is whole ----------------------------------------------------------------------------------------------


def served(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every route; a folder of files is read. Pages have a table of their own in `tests/web`."""
    every = {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in getattr(route, "methods", None) or ["GET"]
    }
    return every - page_routes(app)


def test_every_route_of_the_application_is_in_the_table_and_no_other(api: Api):
    assert missing_routes(EXPECTED, served(api.app)) == []


def test_a_route_that_the_table_lacks_is_named(api: Api):
    lacking = {key: each for key, each in EXPECTED.items() if not key[0].startswith("GET /v1/refusals")}

    assert missing_routes(lacking, served(api.app)) == ["GET /v1/refusals"]
    assert missing_routes(EXPECTED, served(api.app) | {("PUT", "/v1/new")}) == ["PUT /v1/new"]


def test_every_role_of_the_rules_has_its_column_and_no_other():
    (rules,) = t.default_rules()

    assert missing_roles(rules.roles) == []
    assert len(ROLES) == 14


def test_a_role_that_the_table_lacks_is_named():
    (rules,) = t.default_rules()

    assert missing_roles(rules.roles | {"township_duty": None}) == ["township_duty"]


def test_every_line_of_the_table_is_asked_and_every_cell_is_written():
    assert lines_of(EXPECTED) == [line for line in lines_of(EXPECTED) if line in LINES]
    assert set(LINES) == set(lines_of(EXPECTED))
    assert len(EXPECTED) == len(LINES) * len(PLACES) * len(COLUMNS)
    assert len(routes_of(EXPECTED)) == 78


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  other   404  404", "  other   404", "18 cells"),
        ("  other   404  404", "  other   404  200?", "means nothing"),
        ("GET /v1/me\n", "GET /v1/workflows\n", "twice"),
        ("  sibling 404", "  sybling 404", "not ('own', 'sibling', 'other')"),
    ],
)
def test_a_table_with_a_hole_is_no_table(old, new, said):
    with pytest.raises(ValueError) as found:
        read_table(TEXT.replace(old, new, 1))

    assert said in str(found.value)


@pytest.mark.parametrize("line", lines_of(EXPECTED))
def test_any_flipped_cell_is_found_and_nothing_else(line: str):
    answered = {key: cell for key, cell in EXPECTED.items() if key[0] == line}
    for key, cell in answered.items():
        flipped = "404" if cell != "404" else "200"
        assert differences(answered | {key: flipped}, answered) == [
            f"{' / '.join(key)}: {flipped} expected, {cell} answered"
        ]


def test_a_cell_that_was_not_asked_is_found():
    key = ("GET /v1/me", "own", "lin")

    assert differences(EXPECTED, {k: v for k, v in EXPECTED.items() if k != key}) == [
        "GET /v1/me / own / lin: 200 expected, nothing answered"
    ]
