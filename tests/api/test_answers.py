"""Every answer has the shape that OpenAPI promises."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api import (
    answers,
    answers_administration,
    answers_audit,
    answers_files,
    answers_meetings,
    answers_messages,
    answers_organisation,
    answers_workflows,
)
from api.answers import CaseOut, CasePage, TriggersOut
from api.answers_access import AccessListOut
from api.answers_administration import AccountPageOut, ActPageOut, PostsOut, RegisterPageOut, RelativesOut, TokenPageOut
from api.answers_audit import CheckpointOut, CheckpointPage, ConsistencyOut, InclusionOut, VerifierKeyList
from api.answers_clocks import BlockedList, ClocksOut
from api.answers_files import FileOut
from api.answers_history import DenialPage, EventPage
from api.answers_meetings import MeetingOut, MeetingPage
from api.answers_messages import CallsOut, FeedOut, MessagePage
from api.answers_organisation import ClockOut, DutyGapsOut, DutyTurnsOut, MeOut, PeoplePageOut, UnitPageOut
from api.answers_personal import RevealList
from api.answers_sealed import SealedPageOut
from api.answers_workflows import CheckOut, WorkflowOut, WorkflowsOut
from tests import township as t
from tests.api import world
from tests.api.client import AUDIT, OPERATOR, REPORT, SECURITY, Api
from tests.api.permission_lines import witnessed
from tests.unit.files import made

#: operationId -> (model, path) of everything that is read; what is not here has none.
READS: dict[str, tuple[type[BaseModel], str]] = {
    "list_cases": (CasePage, "/v1/cases"),
    "get_case": (CaseOut, "/v1/cases/{case_id}"),
    "get_triggers": (TriggersOut, "/v1/cases/{case_id}/triggers"),
    "get_history": (EventPage, "/v1/cases/{case_id}/history"),
    "list_history": (EventPage, "/v1/history"),
    "list_refusals": (DenialPage, "/v1/refusals"),
    "get_clocks": (ClocksOut, "/v1/cases/{case_id}/clocks"),
    "list_blocked": (BlockedList, "/v1/blocked"),
    "list_sealed": (SealedPageOut, "/v1/sealed"),
    "list_meetings": (MeetingPage, "/v1/meetings"),
    "get_meeting": (MeetingOut, "/v1/meetings/{meeting_id}"),
    "preview_closing": (MeetingOut, "/v1/meetings/{meeting_id}/closing"),
    "list_workflows": (WorkflowsOut, "/v1/workflows"),
    "get_workflow": (WorkflowOut, "/v1/workflows/{key}/{version}"),
    "me": (MeOut, "/v1/me"),
    "list_units": (UnitPageOut, "/v1/units"),
    "list_people": (PeoplePageOut, "/v1/people"),
    "list_messages": (MessagePage, "/v1/inbox"),
    "list_events": (FeedOut, "/v1/events"),
    "list_reveals": (RevealList, "/v1/cases/{case_id}/reveals"),
    "get_calls": (CallsOut, "/v1/cases/{case_id}/calls"),
    "list_checkpoints": (CheckpointPage, f"/v1/audit/checkpoints?home={t.TOWNSHIP}"),
    "latest_checkpoint": (CheckpointOut, f"/v1/audit/checkpoints/latest?home={t.TOWNSHIP}"),
    "get_checkpoint": (CheckpointOut, "/v1/audit/checkpoints/{checkpoint_id}"),
    "list_verifier_keys": (VerifierKeyList, f"/v1/audit/keys?home={t.TOWNSHIP}"),
    "get_inclusion": (InclusionOut, "/v1/audit/inclusion?seq=1&case={case_id}"),
    "get_consistency": (ConsistencyOut, f"/v1/audit/consistency?old=1&home={t.TOWNSHIP}"),
    "list_access": (AccessListOut, "/v1/access"),
    "list_accesses_of_case": (AccessListOut, "/v1/cases/{case_id}/accesses"),
    "list_duty": (DutyTurnsOut, "/v1/duty"),
    "list_duty_gaps": (DutyGapsOut, "/v1/duty/gaps"),
    "list_accounts": (AccountPageOut, "/v1/accounts"),
    "list_tokens": (TokenPageOut, "/v1/tokens"),
    "list_register": (RegisterPageOut, "/v1/register"),
    "list_posts": (PostsOut, "/v1/posts?person=village_clerk"),
    "list_relatives": (RelativesOut, "/v1/relatives?person=pianzhang"),
    "list_acts": (ActPageOut, "/v1/administration"),
}
#: Who reads what is not for the auditor of the county.
READERS = {"list_accounts": OPERATOR, "list_tokens": SECURITY, "list_register": SECURITY, "list_posts": SECURITY,
           "list_relatives": SECURITY, "list_acts": AUDIT, "list_access": AUDIT}  # fmt: skip
STRANGER = {"name": "李小明", "phone": "13812341234"}


def test_the_answers_of_cases_meetings_and_history_have_their_promised_shapes(api: Api):
    body = {"unit": t.NEIGHBOURHOOD, "data": REPORT | {"reporter": STRANGER}, "on_behalf_of": "linzhang"}
    opened = api.send("village_clerk", "POST", "/v1/cases", body).json()
    CaseOut.model_validate(opened)
    case = f"/v1/cases/{opened['id']}"
    refer = {"trigger": "refer_to_village", "data": world.UP, "note": "请村里看看"}
    CaseOut.model_validate(api.send("zuzhang", "POST", f"{case}/transitions", refer, version=1).json())
    TriggersOut.model_validate(api.get("village_secretary", f"{case}/triggers"))
    CasePage.model_validate(api.get("auditor_township", "/v1/cases"))
    wanted = {"meeting": "village_weekly", "unit": t.VILLAGE, "at": world.AT}
    meeting = api.send("village_secretary", "POST", "/v1/meetings", wanted).json()
    MeetingOut.model_validate(meeting)
    held = meeting["id"]
    MeetingOut.model_validate(api.stepped("village_secretary", held, "open"))
    present = [person["id"] for person in meeting["expected"]]
    attendance = {"present": present, "observers": ["linzhang"], "recorder": "village_clerk"}
    MeetingOut.model_validate(api.stepped("village_clerk", held, "attendance", attendance))
    decisions = [{"case": opened["id"], "trigger": "return_to_wuchang", "data": world.BACK}]
    MeetingOut.model_validate(api.stepped("village_secretary", held, "decisions", {"decisions": decisions}))
    undone = api.stepped("village_secretary", held, f"decisions/{opened['id']}", method="DELETE")
    MeetingOut.model_validate(undone)
    api.stepped("village_secretary", held, "decisions", {"decisions": decisions})
    MeetingOut.model_validate(api.get("auditor_township", f"/v1/meetings/{held}/closing"))
    MeetingOut.model_validate(api.stepped("village_secretary", held, "close"))
    MeetingPage.model_validate(api.get("auditor_county", "/v1/meetings"))
    EventPage.model_validate(api.get("auditor_township", f"{case}/history"))
    EventPage.model_validate(api.get("auditor_county", "/v1/history"))
    DenialPage.model_validate(api.get("auditor_county", "/v1/refusals"))
    other = world.planned(api)
    MeetingOut.model_validate(api.stepped("village_secretary", other, "cancel", {"reason": "改期再开"}))


@pytest.mark.parametrize("person", ["linzhang", "township_station", "auditor_county", "lishen", OPERATOR])
def test_the_answers_about_the_organisation_have_their_promised_shapes(api: Api, person):
    """A body's post, a station's, the county's, none, and nobody's."""
    MeOut.model_validate(api.get(person, "/v1/me"))
    MeOut.model_validate(api.get("party_group_leader", "/v1/me"))
    for path, model in (("/v1/units", UnitPageOut), ("/v1/people", PeoplePageOut)):
        page = api.get(person, path, limit="3")
        model.model_validate(page)
        if page["next"]:
            model.model_validate(api.get(person, path, limit="3", cursor=page["next"]))


def test_the_answers_about_the_rules_have_their_promised_shapes(api: Api):
    found = api.get("linzhang", "/v1/workflows")
    WorkflowsOut.model_validate(found)
    for each in found["items"]:
        one = api.get("linzhang", f"/v1/workflows/{each['workflow']}/{each['version']}")
        WorkflowOut.model_validate(one)
        assert {name: one[name] for name in each} == each
    good = (t.WORKFLOWS / "issue-escalation" / "v1.yaml").read_bytes()
    for raw in (good, b"workflow: my-flow\nversion: 1\n", b"\xff", b"a: &b 1"):
        answer = api.send("linzhang", "POST", "/v1/workflows/check", raw=raw, content_type="application/yaml")
        checked = CheckOut.model_validate(answer.json())
        assert checked.sound == (raw is good)


def test_the_answer_to_an_upload_has_its_promised_shape(api: Api):
    for data in (made.jpeg(), made.amr(), made.pdf()):
        FileOut.model_validate(api.send("linzhang", "POST", "/v1/files", raw=data).json())


def test_the_answer_of_the_clock_has_its_promised_shape(api: Api):
    ClockOut.model_validate(api.send(OPERATOR, "POST", "/v1/clock", {"advance": "1 hour"}).json())


@pytest.mark.parametrize("operation", READS)
def test_every_answer_of_every_read_has_its_promised_shape(api: Api, operation):
    """Of cases in every stage, of a meeting before, in and after its session."""
    model, path = READS[operation]
    for ids in stages(api):
        model.model_validate(api.get(READERS.get(operation, "auditor_county"), path.format(**ids)))


def stages(api: Api) -> list[dict[str, Any]]:
    if "stages" not in api.kept:
        sitting = world.in_session(api, world.OTHER)
        closed = world.in_session(api, world.SIBLING)
        api.stepped("village_secretary_2", closed, "close")
        signed = witnessed(api, world.OWN)["checkpoint_id"]
        api.kept["stages"] = [
            {
                "case_id": way(api),
                "meeting_id": sitting,
                "key": "issue-escalation",
                "version": 1,
                "checkpoint_id": signed,
            }
            for way in (world.reported, world.village_handling, world.unsigned, world.township_handling, struck_off)
        ]
    return api.kept["stages"]


def struck_off(api: Api) -> str:
    case = world.verifying(api, reporter=STRANGER)
    api.done("council_member", case, "strike_off", satisfaction="good")
    return case


def test_every_read_of_the_application_is_held_to_its_model(api: Api):
    document = api.get(None, "/openapi.json")
    described = {
        operation["get"]["operationId"]: operation["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operation in document["paths"].items()
        if "get" in operation and path.startswith("/v1/") and path not in ("/v1/files/{file_id}", "/v1/access/export")
    }

    assert set(described) == set(READS)
    for operation, (model, _) in READS.items():
        assert described[operation]["$ref"].rpartition("/")[2] == model.__name__


def test_a_model_takes_nothing_that_it_does_not_name(api: Api):
    modules = (
        answers, answers_administration, answers_audit,
        answers_files, answers_meetings, answers_messages, answers_organisation, answers_workflows,
    )  # fmt: skip
    models = [each for module in modules for each in vars(module).values() if _is_answer(each)]

    assert len(models) > 30
    assert all(model.model_config.get("extra") == "forbid" for model in models)
    with pytest.raises(ValidationError):
        CaseOut.model_validate(api.get("zuzhang", f"/v1/cases/{world.reported(api)}") | {"colour": "red"})


def _is_answer(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, answers.Answer)
