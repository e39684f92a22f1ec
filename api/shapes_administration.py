"""Bodies and filters of the requests by which the system is run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.listings import Listing, Said
from api.shapes import Body, Code, PersonId, Plain, UnitCode, with_example
from api.shapes_times import Day, Moment

Office = Literal["system", "security", "audit"]
Scope = Literal["read", "act", "feed"]
Login = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.@-]{1,64}$"),
    Field(description="Login of an account", examples=["village_clerk"]),
]
TokenId = Annotated[
    str,
    StringConstraints(pattern=r"^tk-[0-9A-HJKMNP-TV-Z]{26}$"),
    Field(description="Id of a token, not its secret", examples=["tk-01KAZ9Q4W2N6T1Q8R5X3V7B0MD"]),
]
PostId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$"),
    Field(description="Id of a post", examples=["P2f1c9d0a7b3e4f5a6c8d"]),
]


class AccountBody(Body):
    model_config = with_example({"login": "party_office", "person": "township_party_office"})

    login: Login
    person: PersonId | None = Field(None, description="Whose it is; null: a technical account, which reaches nothing")


class NewPersonBody(Body):
    model_config = with_example({"name": "陈小明", "phone": "13900000001"})

    id: PersonId | None = Field(None, description="An id of one's own: the same again changes nothing; default: made")
    name: Annotated[Plain, Field(min_length=1, max_length=60)]
    phone: Annotated[Plain | None, Field(max_length=30)] = None


class TokenBody(Body):
    model_config = with_example({"login": "township_party_office", "label": "县数据平台", "scope": "feed"})

    login: Login
    label: Annotated[Plain, Field(max_length=200, description="What it is for")]
    scope: Scope
    expires_at: Moment | None = Field(None, description="Default: after `token_days` of the settings")


class PostBody(Body):
    """Either `unit` or `body`."""

    model_config = with_example({"person": "township_party_office", "role": "village_clerk", "unit": "430482109223"})

    person: PersonId
    role: Code
    unit: UnitCode | None = None
    body: UnitCode | None = Field(None, description="Code of a body (党小组, 理事会)")
    valid_from: Day | None = Field(None, description="The first day; default: today")
    valid_to: Day | None = Field(None, description="The last day")


class EndPostBody(Body):
    model_config = with_example({"last_day": "2026-12-31"})

    last_day: Day | None = Field(None, description="Default: yesterday, so that it ends at once")


class RelativeBody(Body):
    model_config = with_example({"other": "linzhang", "kind": "brother"})

    other: PersonId
    kind: Code


class EndRelativeBody(RelativeBody):
    model_config = with_example({"person": "village_clerk", "other": "linzhang", "kind": "brother"})

    person: PersonId


class AccountListing(Listing):
    q: Annotated[Said | None, Field(description="part of the login or of the name")] = None


class RegisterListing(Listing):
    q: Annotated[Said | None, Field(description="part of the name or of the id")] = None


class TokenListing(Listing):
    login: Login | None = None


class ActListing(Listing):
    login: Annotated[Login | None, Field(description="who did it")] = None
    object: Annotated[Plain | None, Field(max_length=120, description="login or id that it was about")] = None


class PostListing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: PersonId


class RelativeListing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: Annotated[PersonId | None, Field(description="default: oneself")] = None
