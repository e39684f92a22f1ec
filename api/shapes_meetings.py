"""The bodies of requests about meetings."""

from __future__ import annotations

from pydantic import Field

from api.shapes import Body, CaseId, Code, Data, PersonId, Plain, UnitCode, WorkflowName, with_example
from api.shapes_times import Moment


class MeetingBody(Body):
    model_config = with_example(
        {"meeting": "village_weekly", "unit": "430482109223", "at": "2026-12-25T15:00:00+08:00"}
    )

    workflow: WorkflowName | None = None
    meeting: Code = Field(examples=["village_weekly"])
    unit: UnitCode
    at: Moment


class MoveBody(Body):
    model_config = with_example({"at": "2026-12-24T15:00:00+08:00"})

    at: Moment


class DelegateBody(Body):
    model_config = with_example({"delegate": "yq0166", "reason": "到县里开会，委托王主任主持"})

    delegate: PersonId
    reason: Plain = Field(description="The written delegation, up to 500 characters")


class AgendaBody(Body):
    model_config = with_example({"case": "430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE", "reason": "临时增列：今晚可能降雨"})

    case: CaseId
    reason: Plain = Field(description="Why it is added, up to 500 characters")


class AttendanceBody(Body):
    """Ids of people. `expected` is computed from the rules' `members` and is not given."""

    model_config = with_example({"present": ["yq0165", "yq0166"], "on_leave": ["yq0167"], "recorder": "yq0166"})

    present: list[PersonId] = Field(max_length=1000)
    on_leave: list[PersonId] = Field(default_factory=list, max_length=1000)
    observers: list[PersonId] = Field(default_factory=list, max_length=1000)
    chair: PersonId | None = None
    recorder: PersonId | None = None


class DecisionBody(Body):
    case: CaseId
    trigger: Code
    data: Data = Field(default_factory=dict)
    note: Plain | None = None


class DecisionsBody(Body):
    model_config = with_example(
        {
            "decisions": [
                {
                    "case": "430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE",
                    "trigger": "return_to_wuchang",
                    "data": {
                        "return_code": "too_early",
                        "reason": "双方还没有坐到一起谈",
                        "guidance": "请理事会再调一次",
                    },
                }
            ]
        }
    )

    decisions: list[DecisionBody] = Field(min_length=1, max_length=500)


class CancelBody(Body):
    model_config = with_example({"reason": "防汛"})

    reason: Plain
