"""Out of reach is answered byte for byte like absent: cases, meetings, units, households, people; headers included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.people.imports import ImportService
from tests import township as t
from tests.api import world
from tests.api.client import REPORT, Api, opened, said, settle, whole
from tests.api.fields_workflow import register_workflow
from tests.databases import fresh_store

ABSENT = f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"
NOWHERE, NOBODY, NO_HOUSE = "430482999201", "p999", "h999"
MALFORMED = [
    "1", "x" * 300, "陈桥村", "a b", "%00", "430482109_01KAY4M3T9Q8ZV5WJ2X7C6B1DE",
    ABSENT.lower(), ABSENT + "0", ABSENT + "%0A", f"{t.TOWNSHIP}-01KAY4M3T9Q8ZV5WJ2X7C6B1DU", "'; DROP TABLE cases --",
]  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Beside the rules of the township a workflow with a field of every type, and a household in either township."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        households = f"code,unit,head,members\nh2,{t.OTHER_WUCHANG}g1,zhangsan,zhangsan"
        assert not ImportService(store).apply("households", households.encode()).problems
        office, _ = t.open_test_office(store, *t.default_rules(), register_workflow())
        with opened(office, tokens) as client:
            yield client


@pytest.fixture(scope="module")
def far(api: Api) -> str:
    """A case of the other township, at version 2."""
    case = world.reported(api, world.OTHER)
    api.done("zuzhang_other", case, "note", text="看到了")
    return case


@pytest.fixture(scope="module")
def far_meeting(api: Api) -> str:
    """An open meeting of the sibling village: its unit is known, the meeting is not."""
    return world.in_session(api, world.SIBLING)


# --- a case ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [None, "en"])
@pytest.mark.parametrize("part", ["", "/triggers", "/history"])
def test_a_case_out_of_reach_reads_like_an_absent_one(api: Api, far, part, language):
    absent, hidden = (
        whole(api.send("village_secretary", "GET", f"/v1/cases/{case}{part}", language=language))
        for case in (ABSENT, far)
    )

    assert absent[0] == 404
    assert hidden == absent


@pytest.mark.parametrize(
    "body",
    [
        {"trigger": "note", "data": {"text": "看到了"}},
        {"trigger": "accept"},
        {"trigger": "strike_off", "data": {"x": 1}},
        {"trigger": "nonsense"},
        {"trigger": "note", "data": {"text": "看到了"}, "occurred_at": "2199-01-01T00:00:00Z"},
        {"trigger": 5},
        {"trigger": "note", "colour": "red"},
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3, '"x"', None])
@pytest.mark.parametrize("key", [None, "far"])
def test_a_case_out_of_reach_is_acted_on_like_an_absent_one(api: Api, far, body, version, key):
    absent, hidden = (
        whole(api.send("village_secretary", "POST", f"/v1/cases/{case}/transitions", body, version=version, key=key))
        for case in (ABSENT, far)
    )

    assert hidden == absent
    assert api.version(far) == 2


@pytest.mark.parametrize("malformed", MALFORMED)
def test_what_cannot_be_an_id_is_the_id_of_nothing(api: Api, malformed):
    absent = whole(api.send("village_secretary", "GET", f"/v1/meetings/{ABSENT}"))

    assert whole(api.send("village_secretary", "GET", f"/v1/meetings/{malformed}")) == absent
    for part in ("", "/triggers", "/history"):
        assert said(api.send("village_secretary", "GET", f"/v1/cases/{malformed}{part}")) == "404 case_not_found"
    fired = api.send("village_secretary", "POST", f"/v1/cases/{malformed}/transitions", {"trigger": "x"}, version=1)
    assert said(fired) == "404 case_not_found"


@pytest.mark.parametrize("workflow", ["issue-escalation/9", "issue-escalation/x", "issue-escalation/0", "Nothing/1",
                                      "nothing/1", "issue-escalation/99999999999999999999", "%00/1"])  # fmt: skip
def test_a_workflow_that_is_not_there_is_not_found_however_it_is_written(api: Api, workflow):
    assert said(api.send("zuzhang", "GET", f"/v1/workflows/{workflow}")) == "404 workflow_not_found"


@pytest.mark.parametrize("path", ["/v1/history", "/v1/cases"])
def test_lists_hold_nothing_of_it(api: Api, far, path):
    assert api.get("village_secretary", path, unit=t.OTHER_VILLAGE)["items"] == []
    assert whole(api.send("village_secretary", "GET", path, unit=t.OTHER_VILLAGE)) == whole(
        api.send("village_secretary", "GET", path, unit=NOWHERE)
    )


def test_what_was_refused_there_is_not_told_to_who_tried(api: Api, far):
    before = whole(api.send("village_secretary", "GET", "/v1/refusals"))
    for case in (far, ABSENT):
        body = {"trigger": "note", "data": {"text": "在吗"}}
        assert said(api.send("village_secretary", "POST", f"/v1/cases/{case}/transitions", body, version=2)) == (
            "404 case_not_found"
        )

    assert whole(api.send("village_secretary", "GET", "/v1/refusals")) == before
    assert api.get("village_secretary", "/v1/refusals", case=far) == {"items": [], "next": None}
    assert "case_not_found" in [row["code"] for row in api.get("auditor_county", "/v1/refusals", case=far)["items"]]


# --- a meeting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["", "/closing"])
def test_a_meeting_out_of_reach_reads_like_an_absent_one(api: Api, far_meeting, part):
    absent, hidden = (
        whole(api.send("village_secretary", "GET", f"/v1/meetings/{meeting}{part}"))
        for meeting in (ABSENT, far_meeting)
    )

    assert absent[0] == 404
    assert hidden == absent


@pytest.mark.parametrize(
    ("method", "part", "body"),
    [
        ("POST", "open", None),
        ("POST", "attendance", {"present": ["village_secretary_2"]}),
        ("POST", "attendance", {"present": 5}),
        ("POST", "decisions", {"decisions": [{"case": ABSENT, "trigger": "carry_over"}]}),
        ("DELETE", f"decisions/{ABSENT}", None),
        ("POST", "close", None),
        ("POST", "cancel", {"reason": "改期"}),
        ("POST", "cancel", {"reason": ""}),
    ],
)
@pytest.mark.parametrize("version", [1, 3, None])
def test_a_meeting_out_of_reach_is_changed_like_an_absent_one(api: Api, far_meeting, method, part, body, version):
    absent, hidden = (
        whole(api.send("village_secretary", method, f"/v1/meetings/{meeting}/{part}", body, version=version))
        for meeting in (ABSENT, far_meeting)
    )

    assert hidden == absent
    assert api.version(far_meeting) == 3


def test_a_case_that_is_not_on_the_agenda_is_told_alike_wherever_it_is(api: Api, far):
    meeting = world.in_session(api)
    decisions = ({"decisions": [{"case": case, "trigger": "carry_over"}]} for case in (ABSENT, far))
    absent, hidden = (whole(api.step("village_secretary", meeting, "decisions", body)) for body in decisions)

    assert absent[0] == 422
    assert hidden == absent
    assert whole(api.step("village_secretary", meeting, f"decisions/{ABSENT}", method="DELETE")) == whole(
        api.step("village_secretary", meeting, f"decisions/{far}", method="DELETE")
    )
    api.stepped("village_secretary", meeting, "cancel", {"reason": "改期"})


# --- a unit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [t.OTHER_WUCHANG, t.OTHER_VILLAGE, t.OTHER_TOWNSHIP, t.SIBLING_WUCHANG, t.SIBLING])
@pytest.mark.parametrize(
    "more",
    [
        {"data": REPORT},
        {"data": {}},
        {"data": REPORT, "trigger": "nonsense"},
        {"data": REPORT, "trigger": "accept"},
        {"data": REPORT, "workflow": "register"},
        {"data": REPORT, "occurred_at": "2199-01-01T00:00:00Z", "on_behalf_of": NOBODY},
        {"data": REPORT, "workflow": "nonsense"},
    ],
)
def test_no_case_is_opened_at_a_foreign_unit_as_if_it_did_not_exist(api: Api, unit, more):
    absent, hidden = (
        whole(api.send("linzhang", "POST", "/v1/cases", {"unit": code, **more})) for code in (NOWHERE, unit)
    )

    assert absent[0] == 422
    assert hidden == absent


@pytest.mark.parametrize("unit", [t.OTHER_WUCHANG, t.OTHER_VILLAGE, t.OTHER_TOWNSHIP, t.SIBLING_WUCHANG, t.SIBLING])
@pytest.mark.parametrize(
    "meeting",
    [
        "village_weekly",
        "township_monthly",
        "nonsense",
    ],
)
def test_no_meeting_is_set_at_a_foreign_unit_as_if_it_did_not_exist(api: Api, unit, meeting):
    absent, hidden = (
        whole(api.send("village_secretary", "POST", "/v1/meetings", {"unit": code, "meeting": meeting, "at": world.AT}))
        for code in (NOWHERE, unit)
    )

    assert absent[0] == 422
    assert hidden == absent


def test_a_field_names_a_unit_of_another_home_like_an_absent_one(api: Api):
    case = world.urgent(api)
    absent, hidden = (
        whole(api.fire("village_secretary", case, "refer_to_township", **world.TO_TOWNSHIP, suggested_unit=unit))
        for unit in (NOWHERE, t.OTHER_VILLAGE)
    )

    assert absent[0] == 422
    assert hidden == absent


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/v1/cases", "unit"),
        ("/v1/cases", "responsible"),
        ("/v1/history", "unit"),
        ("/v1/meetings", "unit"),
        ("/v1/units", "parent"),
        ("/v1/people", "unit"),
    ],
)
def test_a_list_narrowed_to_a_foreign_unit_is_as_empty_as_for_an_absent_one(api: Api, far, path, filters):
    absent, hidden = (
        whole(api.send("village_secretary", "GET", path, **{filters: code})) for code in (NOWHERE, t.OTHER_VILLAGE)
    )

    assert absent[0] == 200
    assert hidden == absent


# --- a household and a person ----------------------------------------------------------------------------------------


def entered(api: Api, **data):
    return api.send("linzhang", "POST", "/v1/cases", {"workflow": "register", "unit": t.NEIGHBOURHOOD, "data": data})


def test_a_household_of_another_home_is_told_like_an_absent_one(api: Api):
    absent, hidden = (whole(entered(api, home=code)) for code in (NO_HOUSE, "h2"))

    assert absent[0] == 422
    assert hidden == absent
    assert said(entered(api, home="h2")) == "422 fields home:unknown_household"
    assert entered(api, home="h1").json()["data"] == {"home": "h1"}


@pytest.mark.parametrize(
    ("path", "filters"), [("/v1/people", "q"), ("/v1/history", "actor"), ("/v1/cases", "responsible")]
)
def test_a_person_out_of_sight_is_found_no_more_than_nobody(api: Api, far, path, filters):
    named = "郑书记" if filters == "q" else "linzhang_other"
    absent, hidden = (whole(api.send("linzhang", "GET", path, **{filters: code})) for code in (NOBODY, named))

    assert absent[0] == 200
    assert hidden == absent


def test_who_is_expected_at_a_meeting_tells_nobody_apart(api: Api):
    """Present and on leave are members; anyone else is a stranger, whether he exists or not."""
    meeting = world.in_session(api)
    absent, hidden = (
        whole(api.step("village_clerk", meeting, "attendance", {"present": ["village_secretary", person]}))
        for person in (NOBODY, "linzhang_other")
    )

    assert absent[0] == 422
    assert hidden == absent
    api.stepped("village_secretary", meeting, "cancel", {"reason": "改期"})
