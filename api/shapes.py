"""Typed ids and the bodies of requests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

CaseId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a case", examples=["430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE"]),
]
MeetingId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a meeting", examples=["430482109-01KAY5ZB1H7F3R9S0D2G4N6P8Q"]),
]
PersonId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9@_-]{1,80}$"),
    Field(description="Id of a registered person", examples=["p0001"]),
]
UnitCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Field(description="Code of a unit", examples=["430482109223w01"]),
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$")]
WorkflowKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"),
    Field(description="Key of a workflow", examples=["issue-escalation"]),
]
WorkflowName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,79}(/[0-9]{1,8})?$"),
    Field(description="`key` (its highest published version) or `key/version`", examples=["issue-escalation"]),
]


def _storable(text: str) -> str:
    """No NUL and no lone surrogate: no database keeps them."""
    if "\0" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("text that cannot be stored")
    return text


Plain = Annotated[str, AfterValidator(_storable)]


def _sensible(moment: datetime) -> datetime:
    """Between 1900 and 2200: what lies beyond cannot be carried through every timezone and database."""
    if not 1900 < moment.year < 2200:
        raise ValueError("not a sensible time")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Stranger(_Body):
    """Somebody who is not registered."""

    name: Plain
    phone: Plain | None = None


class CommandBody(_Body):
    data: dict[Code, Any] = Field(
        default_factory=dict, description="Values by field code, as the row's `needs` and `takes` say"
    )
    note: Plain | None = None
    occurred_at: Moment | None = Field(None, description="When it happened; default: now")
    client_at: Moment | None = Field(None, description="The device's time")
    on_behalf_of: PersonId | Stranger | None = Field(None, description="代报: whom this is done for")


class OpenCaseBody(CommandBody):
    workflow: WorkflowName | None = None
    unit: UnitCode
    trigger: Code | None = Field(None, description="Default: the first transition from `start`")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "unit": "430482109223w01",
                    "data": {"category": "environment", "gist": "路边垃圾无人清运", "source": "visit",
                             "heard_on": "2026-12-24"},
                }
            ]
        },
    )  # fmt: skip


class FireBody(CommandBody):
    trigger: Code

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"trigger": "record_measure", "data": {"measure": "上门调解一次", "done_on": "2026-12-24"}}]
        },
    )


class MeetingBody(_Body):
    workflow: WorkflowName | None = None
    meeting: Code = Field(examples=["village_weekly"])
    unit: UnitCode
    at: Moment


class AttendanceBody(_Body):
    """Ids of people. `expected` is computed from the rules' `members` and is not given."""

    present: list[PersonId] = Field(max_length=1000)
    on_leave: list[PersonId] = Field(default_factory=list, max_length=1000)
    observers: list[PersonId] = Field(default_factory=list, max_length=1000)
    chair: PersonId | None = None
    recorder: PersonId | None = None


class DecisionBody(_Body):
    case: CaseId
    trigger: Code
    data: dict[Code, Any] = Field(default_factory=dict)
    note: Plain | None = None


class DecisionsBody(_Body):
    decisions: list[DecisionBody] = Field(min_length=1, max_length=500)


class CancelBody(_Body):
    reason: Plain


class ClockBody(_Body):
    """One of the two. `advance` is a number and a unit: minutes, hours or days."""

    to: Moment | None = None
    advance: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3} (minutes?|hours?|days?)$")] | None = Field(
        None, examples=["3 days"]
    )
