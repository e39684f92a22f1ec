"""What every route is given: the services, who calls, the version he saw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.languages import wants_english
from api.noting import know
from api.problems import Problem
from api.rates import Limits
from engine.audit.access import AccessLog
from engine.audit.accesses import AccessQueries
from engine.audit.case_file import CaseFileQueries
from engine.audit.checkpoints import CheckpointService
from engine.audit.moves import MoveQueries
from engine.audit.proofs import ProofQueries
from engine.audit.queries import AuditQueries
from engine.audit.queues import QueueQueries
from engine.cases.clock_queries import ClockQueries
from engine.cases.office import Office
from engine.cases.picks import PickQueries
from engine.cases.queries import CaseQueries
from engine.cases.revealing import RevealService
from engine.cases.rule_queries import RuleQueries
from engine.cases.sealed import SealedQueries
from engine.cases.service import CaseService
from engine.cases.timekeeping import Timekeeper
from engine.duty.service import DutyService
from engine.files.service import FileService
from engine.meetings.arranging import ArrangingService
from engine.meetings.hall import HallQueries
from engine.meetings.queries import MeetingQueries
from engine.meetings.service import MeetingService
from engine.messages.calls import CallQueries
from engine.messages.delivery import LetterService
from engine.messages.feed import EventFeed
from engine.messages.inbox import InboxService
from engine.people.accounts import AccountService, Principal
from engine.people.administration import AdministrationService
from engine.people.administration_queries import AdministrationQueries
from engine.people.factors import FactorService
from engine.people.kinship import KinshipService
from engine.people.passwords import PasswordService
from engine.people.queries import OrganisationQueries
from engine.people.scopes import check_scope
from engine.people.sessions import SessionService
from engine.people.setup import SetupService
from engine.people.tokens import TokenDays
from engine.rules.refusals import FieldProblem, FieldsRefused


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The services of one installation, made once at start."""

    office: Office
    cases: CaseService
    case_queries: CaseQueries
    picks: PickQueries
    sealed: SealedQueries
    revealing: RevealService
    meetings: MeetingService
    arranging: ArrangingService
    meeting_queries: MeetingQueries
    hall: HallQueries
    audit: AuditQueries
    access: AccessLog
    accesses: AccessQueries
    moves: MoveQueries
    case_files: CaseFileQueries
    proofs: ProofQueries
    queues: QueueQueries
    letters: LetterService
    inbox: InboxService
    feed: EventFeed
    accounts: AccountService
    passwords: PasswordService
    sessions: SessionService
    factors: FactorService
    organisation: OrganisationQueries
    setup: SetupService
    administration: AdministrationService
    administration_queries: AdministrationQueries
    kinship: KinshipService
    files: FileService
    rules: RuleQueries
    clocks: ClockQueries
    timekeeper: Timekeeper
    duty: DutyService
    calls: CallQueries
    limits: Limits


def make_services(
    office: Office, files: FileService, access: AccessLog, token_days: TokenDays = TokenDays()
) -> Services:
    passwords = PasswordService(office.store)
    return Services(
        office=office,
        cases=CaseService(office),
        case_queries=CaseQueries(office),
        picks=PickQueries(office),
        sealed=SealedQueries(office),
        revealing=RevealService(office),
        meetings=MeetingService(office, CheckpointService(office).after_meeting),
        arranging=ArrangingService(office),
        meeting_queries=MeetingQueries(office),
        hall=HallQueries(office),
        audit=AuditQueries(office),
        access=access,
        accesses=AccessQueries(office, access),
        moves=MoveQueries(office),
        case_files=CaseFileQueries(office),
        proofs=ProofQueries(office),
        queues=QueueQueries(office),
        letters=LetterService(office),
        inbox=InboxService(office),
        feed=EventFeed(office),
        accounts=AccountService(office.store),
        passwords=passwords,
        sessions=SessionService(office.store),
        factors=FactorService(office.store),
        organisation=OrganisationQueries(office.store),
        setup=SetupService(office.store),
        administration=AdministrationService(office.store, passwords, lambda: roles_of(office), token_days),
        administration_queries=AdministrationQueries(office.store),
        kinship=KinshipService(office.store),
        files=files,
        rules=RuleQueries(office),
        clocks=ClockQueries(office),
        timekeeper=Timekeeper(office),
        duty=DutyService(office),
        calls=CallQueries(office),
        limits=Limits(),
    )


def roles_of(office: Office) -> frozenset[str]:
    """The roles that any of the rules name."""
    return frozenset(role for compiled in office.rulebook.all() for role in compiled.workflow.roles)


async def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


Served = Annotated[Services, Depends(services)]

_bearer = HTTPBearer(auto_error=False, description="API token: `Authorization: Bearer mq_…`")


#: The calls that a token of the scope `feed` opens, and those that change nothing.
FEED = ("/v1/me", "/v1/events", "/v1/files/{file_id}")
READING = ("GET", "HEAD")


def principal(
    request: Request,
    served: Served,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Who holds the token. 401 where it is missing, unknown, expired, revoked, or its account has ended; 403 where the
    call is beyond its scope or its office."""
    found = served.accounts.who(credentials.credentials) if credentials else None
    if found is None:
        raise unauthorized()
    know_holder(request, found)
    feed = request.scope["route"].path in FEED
    check_scope(found.scope, found.offices, changes=request.method not in READING, feed=feed)
    return found


def know_holder(request: Request, who: Principal) -> None:
    """Tell the log of access whose token it is."""
    know(request, "token", who.login, who.person, who.offices)


def unauthorized() -> Problem:
    return Problem("unauthorized", "unauthorized", headers={"WWW-Authenticate": "Bearer"})


Who = Annotated[Principal, Depends(principal)]


def person_of(who: Principal) -> str:
    """The person behind the account; an operator is nobody's person and reaches nothing."""
    return who.person or f"@{who.login}"


_VERSION = re.compile(r'"(\d{1,9})"')


async def seen_version(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The version seen, quoted: `"7"`', examples=['"7"'])
    ] = None,
) -> int:
    """428 where it is absent or not a quoted number."""
    if if_match is None:
        raise Problem("precondition", "version_required")
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise Problem("precondition", "bad_version")
    return int(match.group(1))


Seen = Annotated[int, Depends(seen_version)]
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same key gets the first answer again, for 7 days",
        examples=["9f1c2a7e-report-1"],
    ),
]


async def english(request: Request) -> bool:
    return wants_english(request.headers.get("accept-language"))


English = Annotated[bool, Depends(english)]
Json = dict[str, Any]


async def each_once(request: Request) -> None:
    """A filter given twice is refused: which of the two was meant, nobody can say. A list of states is meant to be."""
    names = [name for name, _ in request.query_params.multi_items() if name not in SEVERAL]
    twice = tuple(
        FieldProblem(field=name, code="given_twice") for name in dict.fromkeys(names) if names.count(name) > 1
    )
    if twice:
        raise FieldsRefused(twice)


SEVERAL = ("state",)
Once = Depends(each_once)
