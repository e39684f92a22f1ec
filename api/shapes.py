"""Typed ids and the bodies of requests."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.shapes_times import Moment

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
FileId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of an upload", examples=["430482109-01KAZ0C3W8N5T2Q7R4X6V9B1MD"]),
]
CheckpointId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a checkpoint", examples=["430482109-01KAZ4T7D9X2M5Q8W1B6C3F0GH"]),
]
PersonId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9@_-]{1,80}$"),
    Field(description="Id of a registered person", examples=["p0001"]),
]
TurnId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a turn of duty", examples=["01KAZ9Q4W2N6T1Q8R5X3V7B0MD"]),
]
UnitCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Field(description="Code of a unit", examples=["430482109223w01"]),
]
_CODE = r"^[a-z][a-z0-9_]{0,79}$"
Code = Annotated[str, StringConstraints(pattern=_CODE)]
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


def _whole(number: object) -> object:
    """To JSON 7.0 is the integer 7; a text or a truth is none."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


#: A version or the number of a row. The bounds come first: what is put in front of them hides them from the document.
Number = Annotated[int, Field(strict=True, ge=1, lt=10**9), BeforeValidator(_whole)]
_DEEPEST = 4


def _shallow(data: dict[str, Any]) -> dict[str, Any]:
    """A field holds a value, a person {name, phone}, or a list of these: nothing lies deeper."""
    layer: list[Any] = [data]
    for _ in range(_DEEPEST):
        layer = [inner for each in layer for inner in _inside(each)]
    if layer:
        raise ValueError("nested too deep")
    return data


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_ENTRY = {"anyOf": [_SCALAR, {"type": "object", "additionalProperties": _SCALAR}]}
_VALUE = {"anyOf": [*_ENTRY["anyOf"], {"type": "array", "items": _ENTRY}]}
#: A key that cannot be a code is refused, and so is what lies deeper than a list of people.
_AS_TOLD = {"patternProperties": {_CODE: _VALUE}, "additionalProperties": False, "maxProperties": 200}
Data = Annotated[
    dict[Code, Any],
    AfterValidator(_shallow),
    Field(
        max_length=200,
        description="Values by field code, as the row's `needs` and `takes` say",
        json_schema_extra=_AS_TOLD,
    ),
]


class Body(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


def with_example(example: dict[str, Any]) -> ConfigDict:
    """Unknown keys are refused, and OpenAPI shows a body that could be sent."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class Stranger(Body):
    """Somebody who is not registered."""

    name: Plain
    phone: Plain | None = None


class CommandBody(Body):
    data: Data = Field(default_factory=dict)
    note: Plain | None = None
    occurred_at: Moment | None = Field(None, description="When it happened; default: now")
    client_at: Moment | None = Field(None, description="The device's time")
    on_behalf_of: PersonId | Stranger | None = Field(None, description="代报: whom this is done for")


class OpenCaseBody(CommandBody):
    model_config = with_example(
        {
            "unit": "430482109223w01",
            "data": {
                "category": "environment",
                "gist": "路边垃圾无人清运",
                "source": "visit",
                "heard_on": "2026-12-24",
            },
        }
    )

    workflow: WorkflowName | None = None
    unit: UnitCode
    trigger: Code | None = Field(None, description="Default: the first transition from `start`")


class FireBody(CommandBody):
    model_config = with_example(
        {"trigger": "record_measure", "data": {"measure": "上门调解一次", "done_on": "2026-12-24"}}
    )

    trigger: Code


class BulkItem(FireBody):
    """One act; `version` is what `If-Match` says of a single one."""

    case: CaseId
    version: Number


class BulkBody(Body):
    """A bare list of items is taken too."""

    model_config = with_example(
        {"items": [{"case": "430482109-01KAY4M3T9Q8ZV5WJ2X7C6B1DE", "version": 1, "trigger": "accept"}]}
    )

    items: list[BulkItem] = Field(min_length=1, max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, body: Any) -> Any:
        return {"items": body} if isinstance(body, list) else body


def _one_of(*names: str) -> ConfigDict:
    """Unknown keys are refused; exactly one of these is given."""
    ways: list[Any] = [
        {
            "required": [name],
            "properties": {each: {"type": "string" if each == name else "null"} for each in names},
        }
        for name in names
    ]
    return ConfigDict(extra="forbid", json_schema_extra={"oneOf": ways})


class RevealBody(Body):
    model_config = with_example({"fields": ["reporter"], "reason": "contact_reporter"})

    fields: list[Code] = Field(
        min_length=1, max_length=20, description="Codes of fields; `on_behalf_of`; with `seq` also `note`"
    )
    reason: Code = Field(description="One of the grounds")
    words: Plain | None = Field(None, description="More of why, up to 200 characters; needed with `other`")
    seq: Number | None = Field(None, description="As this row of the history gave them; default: as they are now")


class ClockBody(Body):
    """One of the two. `advance` is a number and a unit: minutes, hours or days."""

    model_config = _one_of("to", "advance")

    to: Moment | None = None
    advance: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3} (minutes?|hours?|days?)$")] | None = Field(
        None, examples=["3 days"]
    )


class DutyBody(Body):
    model_config = with_example(
        {
            "role": "township_party_office",
            "unit": "430482109",
            "person": "township_party_office",
            "from": "2026-12-31T08:00:00+08:00",
            "until": "2027-01-01T08:00:00+08:00",
        }
    )

    role: Code
    unit: UnitCode
    person: PersonId
    from_: Moment = Field(alias="from", description="When the turn begins")
    until: Moment = Field(description="The hand-over")
