"""Importing the organisation: whole or not at all, repeatable, and every problem by row and column."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from engine.people.errors import Wrong
from engine.people.imports import KINDS, SIZE_LIMIT, ImportService, Outcome
from engine.store.db import Store
from engine.store.register import actor, kin
from engine.store.tables import bodies, body_units, household_people, people, posts, units

UNITS = """code,name,kind,parent
v1w1,第一屋场,wuchang,v1
v1,陈桥村,village,t1
t1,洋泉镇,township,c
c,常宁市,county,
v1w2,第二屋场,wuchang,v1
t1s1,司法所,station,t1
"""
FILES = {
    "units": UNITS,
    "bodies": "code,name,kind,units\np1,第一党小组,party_group,v1w1 v1w2\nc1,第一理事会,council,v1w1\n",
    "people": "id,name,phone\nli,李四,10012345678\nwang,王五,\nzhao,阿卜杜拉·买买提江,\n",
    "posts": "person,role,unit,body,valid_from,valid_to\n"
    "li,pianzhang,v1w1,,2025-01-01,\nli,party_group_leader,,p1,2025.1.1,\nwang,village_clerk,v1,,2025/01/01,2025-12-31\n",
    "households": "code,unit,head,members\nh1,v1w1,li,li wang\n",
    "relatives": "person,other,kind,valid_from,valid_to\nli,zhao,cousin,2025-01-01,\n",
}
EMPTY_ROWS = {
    "units": "new,新,village,t1",
    "bodies": "new,新,council,v1w1",
    "people": "new,新,",
    "posts": "wang,zuzhang,v1w1,,2025-02-01,",
    "households": "new,v1w1,wang,",
    "relatives": "li,wang,in_law,2025-01-01,",
}


@pytest.fixture
def imports(store: Store) -> ImportService:
    service = ImportService(store)
    for kind in KINDS:
        outcome = service.apply(kind, FILES[kind].encode())
        assert outcome.problems == ()
    return service


def rows(store: Store, table: sa.Table, *columns: str) -> list[tuple]:
    wanted = [table.c[name] for name in columns]
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(sa.select(*wanted).order_by(*wanted))]


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged


def told(outcome: Outcome) -> str:
    """`2:name:missing 3:code:duplicate`."""
    return " ".join(f"{problem.row}:{problem.column}:{problem.code}" for problem in outcome.problems)


def test_children_may_come_before_their_parents(imports: ImportService, store: Store):
    lines = dict(rows(store, units, "code", "line"))

    assert lines["v1w1"] == "/county:c/township:t1/village:v1/wuchang:v1w1/"
    assert lines["c"] == "/county:c/"


def test_what_was_imported_is_what_the_rules_read(imports: ImportService, store: Store):
    with store.read() as tx:
        li = actor(tx, "li", date(2026, 3, 6))
        wang = actor(tx, "wang", date(2026, 3, 6))
        related = kin(tx, ["li"], date(2026, 3, 6))["li"]

    assert {(post.role, post.place) for post in li.posts} == {("pianzhang", "v1w1"), ("party_group_leader", "p1")}
    assert wang.posts == ()  # it ended with 2025
    assert related == {"wang", "zhao"}
    assert rows(store, household_people, "household", "person") == [("h1", "wang")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_run_adds_nothing(imports: ImportService, kind: str):
    again = imports.apply(kind, FILES[kind].encode())

    assert counts(again) == (0, 0, FILES[kind].count("\n") - 1)
    assert again.written


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_tells_what_an_apply_does_and_writes_nothing(imports: ImportService, kind: str):
    data = (FILES[kind] + EMPTY_ROWS[kind] + "\n").encode()

    first, second = imports.preview(kind, data), imports.preview(kind, data)
    applied = imports.apply(kind, data)

    assert counts(first) == counts(second) == counts(applied) == (1, 0, FILES[kind].count("\n") - 1)
    assert (first.written, applied.written) == (False, True)
    assert [(change.row, change.is_new) for change in first.changes] == [(FILES[kind].count("\n") + 1, True)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_a_problem_writes_nothing(imports: ImportService, kind: str, store: Store):
    broken = EMPTY_ROWS[kind].split(",")
    broken[0] = "no/code"
    data = "\n".join([FILES[kind].splitlines()[0], EMPTY_ROWS[kind], ",".join(broken)]).encode()

    outcome = imports.apply(kind, data)

    assert ("bad_code", 3) in {(problem.code, problem.row) for problem in outcome.problems}
    assert not outcome.written
    assert imports.preview(kind, (FILES[kind].splitlines()[0] + "\n" + EMPTY_ROWS[kind]).encode()).added == 1


def test_names_telephones_and_last_days_are_updated(imports: ImportService, store: Store):
    person = imports.apply("people", "id,name,phone\nli,李思,10087654321\n".encode())
    post = imports.apply(
        "posts", b"person,role,unit,body,valid_from,valid_to\nli,pianzhang,v1w1,,2025-01-01,2026-3-5\n"
    )

    assert counts(person) == counts(post) == (0, 1, 0)
    assert person.changes[0].fields == {"name": ("李四", "李思"), "phone": ("10012345678", "10087654321")}
    assert ("li", "李思", "10087654321") in rows(store, people, "id", "name", "phone")
    with store.read() as tx:
        assert {post.role for post in actor(tx, "li", date(2026, 3, 6)).posts} == {"party_group_leader"}


def test_a_post_keeps_its_id(imports: ImportService, store: Store):
    before = rows(store, posts, "id")
    imports.apply("posts", FILES["posts"].replace("2025-12-31", "").encode())

    assert rows(store, posts, "id") == before
    assert all(len(key) == 21 and key.startswith("P") for (key,) in before)


def test_a_body_covers_what_the_last_file_says(imports: ImportService, store: Store):
    outcome = imports.apply("bodies", "code,name,kind,units\np1,第一党小组,party_group,v1w2;v1\n".encode())

    assert outcome.changes[0].fields == {"units": (("v1w1", "v1w2"), ("v1", "v1w2"))}
    assert rows(store, body_units, "body", "unit") == [("c1", "v1w1"), ("p1", "v1"), ("p1", "v1w2")]
    assert ("c1", "第一理事会", "council") in rows(store, bodies, "code", "name", "kind")


def test_a_household_has_the_members_of_the_last_file(imports: ImportService, store: Store):
    imports.apply("households", b"code,unit,head,members\nh1,v1w2,wang,zhao;wang\n")

    assert rows(store, household_people, "household", "person") == [("h1", "zhao")]


def test_a_moved_unit_takes_all_below_along(imports: ImportService, store: Store):
    extra = "v2,香湖村,village,t1\nv1w1g1,高子树,group,v1w1\n"
    imports.apply("units", ("code,name,kind,parent\n" + extra).encode())

    outcome = imports.apply("units", "code,name,kind,parent\nv1w1,第一屋场,wuchang,v2\n".encode())

    assert counts(outcome) == (0, 1, 0)
    lines = dict(rows(store, units, "code", "line"))
    assert lines["v1w1g1"] == "/county:c/township:t1/village:v2/wuchang:v1w1/group:v1w1g1/"
    assert lines["v1w2"] == "/county:c/township:t1/village:v1/wuchang:v1w2/"


def test_a_home_may_move_but_nothing_may_leave_it(imports: ImportService, store: Store):
    extra = "c2,邻县,county,\nt2,庙前镇,township,c\n"
    imports.apply("units", ("code,name,kind,parent\n" + extra).encode())
    header = "code,name,kind,parent\n"

    assert told(imports.preview("units", (header + "v1,陈桥村,village,t2\n").encode())) == "2:parent:home_changes"
    assert told(imports.preview("units", (header + "v1,陈桥村,village,c\n").encode())) == "2:parent:home_changes"
    moved = imports.apply("units", (header + "t1,洋泉镇,township,c2\n").encode())

    assert moved.problems == ()
    assert dict(rows(store, units, "code", "line"))["v1"] == "/county:c2/township:t1/village:v1/"


def test_a_new_parent_may_come_with_the_same_file(imports: ImportService, store: Store):
    data = "code,name,kind,parent\nv1w1,第一屋场,wuchang,v9\nv9,新村,village,t1\n"

    assert counts(imports.apply("units", data.encode())) == (1, 1, 0)
    assert dict(rows(store, units, "code", "line"))["v1w1"] == "/county:c/township:t1/village:v9/wuchang:v1w1/"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("units", "a,名,village,b\nb,名,wuchang,a", "2:parent:cycle 2:parent:wrong_parent 3:parent:cycle"),
        ("units", "a,名,village,a", "2:parent:cycle 2:parent:wrong_parent"),
        ("units", "a,名,village,nowhere", "2:parent:unknown_parent"),
        ("units", "a,名,hamlet,t1\nb,名,wuchang,a", "2:kind:unknown_kind"),
        ("units", "a,名,township,v1", "2:parent:wrong_parent"),
        ("units", "a,名,village,t1s1", "2:parent:wrong_parent"),
        ("units", "v1,陈桥村,group,t1", "2:parent:wrong_parent 2:parent:wrong_parent"),  # two 屋场 lie below
        ("units", "a,名,village,t1\na,名,village,t1", "3:code:duplicate"),
        ("units", "a,,village,t1\n" + "b" * 65 + ",名,village,t1", "2:name:missing 3:code:bad_code"),
        ("units", "a,名\u200b,village,t1\nb," + "名" * 61 + ",village,t1", "2:name:control_character 3:name:too_long"),
        ("bodies", "a,名,council,", "2:units:missing"),
        ("people", "system,系统,", "2:id:reserved_id"),
        ("bodies", "a,名,choir,v1w1 nowhere b/d", "2:kind:unknown_kind 2:units:bad_code 2:units:unknown_unit"),
        ("people", "a,名,call me\nli,名,\nli,名,", "2:phone:bad_phone 4:id:duplicate"),
        ("posts", "nobody,zuzhang,v1w1,,2025-01-01,", "2:person:unknown_person"),
        ("posts", "li,zuzhang,nowhere,,2025-01-01,\nli,zuzhang,,nobody,2025-01-01,",
         "2:unit:unknown_unit 3:body:unknown_body"),
        ("posts", "li,zuzhang,v1w1,c1,2025-01-01,\nli,zuzhang,,,2025-01-01,",
         "2:unit:unit_or_body 3:unit:unit_or_body"),
        ("posts", "li,Zu-1,v1w1,,2025-01-01,", "2:role:bad_word"),
        ("posts", "li,zuzhang,v1w1,,2025-02-30,\nli,zuzhang,v1w1,,,", "2:valid_from:bad_date 3:valid_from:missing"),
        ("posts", "li,zuzhang,v1w1,,2025-1/1,\nli,zuzhang,v1w1,,0001-01-01,",
         "2:valid_from:bad_date 3:valid_from:bad_date"),
        ("posts", "li,zuzhang,v1w1,,2025-02-01,2025-01-31", "2:valid_to:ends_before_start"),
        ("posts", "li,zuzhang,v1w1,,2025-01-01,\nli,zuzhang,v1w1,,2025.1.1,2026-01-01", "3:person:duplicate"),
        ("households", "a,nowhere,nobody,li none",
         "2:head:unknown_person 2:members:unknown_person 2:unit:unknown_unit"),
        ("relatives", "li,li,self,2025-01-01,\nli,nobody,son,2025-01-01,",
         "2:other:own_relative 3:other:unknown_person"),
        ("relatives", "li,wang,son,2025-01-01,\nli,wang,son,2025-01-01,", "3:person:duplicate"),
    ],
)  # fmt: skip
def test_each_problem_has_its_row_and_column(imports: ImportService, kind: str, text: str, expected: str):
    header = FILES[kind].splitlines()[0]

    assert told(imports.apply(kind, f"{header}\n{text}\n".encode())) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "0::empty_file"),
        (b"\xef\xbb\xbf\n \n", "0::empty_file"),
        ("id,name,phone\nli,李四,\n".encode("gbk"), "2::not_utf8"),
        ("id,name,phone\n".encode("utf-16"), "1::not_utf8"),
        (b"id,name\nli,x\n", "1:phone:missing_column"),
        (b"id,name,phone,age\n", "1:age:unknown_column"),
        (b"id,name,phone,name\n", "1:name:duplicate_column"),
        (b"id;name;phone\n",
         "1:id:missing_column 1:id;name;phone:unknown_column 1:name:missing_column 1:phone:missing_column"),
        (b"id,name,phone\na,b\na,b,1,1\n", "2::wrong_cell_count 3::wrong_cell_count"),
        (b'id,name,phone\na,"b,\n', "0::bad_csv"),
        (b"id,name,phone\na,b\0,\n", "2:name:control_character"),
        (b"id,name,phone\n" + b"a" * 200_000 + b",b,\n", "0::bad_csv"),
        (b"x" * (SIZE_LIMIT + 1), "0::too_large"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(imports: ImportService, data: bytes, expected: str):
    outcome = imports.apply("people", data)

    assert told(outcome) == expected
    assert not outcome.written


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffid,name,phone\r\nnew,新人,100\r\n".encode(),
        " phone , id,name\n100 ,new  ,　新人 \n\n,,\n".encode(),
        '"id","name","phone"\n"new","新人","100"'.encode(),
    ],
)
def test_spreadsheets_write_csv_in_many_ways(imports: ImportService, store: Store, data: bytes):
    assert counts(imports.apply("people", data)) == (1, 0, 0)
    assert ("new", "新人", "100") in rows(store, people, "id", "name", "phone")


def test_imports_at_the_same_time_follow_each_other(imports: ImportService, store: Store):
    header = "code,name,kind,parent\n"
    move = f"{header}v2,香湖村,village,t1\nv1w1,第一屋场,wuchang,v2\n".encode()
    grow = [f"{header}v1w1g{number},某组,group,v1w1\n".encode() for number in range(6)]

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda data: imports.apply("units", data), [*grow, move, *grow]))

    assert sum(outcome.added for outcome in outcomes) == 7
    lines = dict(rows(store, units, "code", "line"))
    assert {line.split("/")[3] for code, line in lines.items() if code.startswith("v1w1")} == {"village:v2"}


def test_an_unknown_kind_is_refused(imports: ImportService):
    with pytest.raises(Wrong, match="unknown_import"):
        imports.preview("cases", b"")


def test_units_wait_for_the_set_up(store: Store):
    with store.begin() as tx:
        tx.execute(sa.text("DELETE FROM settings"))

    with pytest.raises(Wrong, match="not_set_up"):
        ImportService(store).preview("units", UNITS.encode())
