"""What administrators do and see, on both databases: judged by office, kept in the same transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.people.accounts import AccountService
from engine.people.acting import By
from engine.people.administration import AdministrationService, NewPost
from engine.people.administration_queries import AdministrationQueries
from engine.people.administrators import AdministratorService
from engine.people.beginning import BeginningService
from engine.people.entering import RowRefused
from engine.people.errors import Wrong
from engine.people.kinship import KinshipService
from engine.people.passwords import PasswordService
from engine.people.tokens import NewToken
from engine.rules.refusals import Forbidden, NotFound
from engine.store.db import Store
from engine.store.register import kin
from engine.store.tables import posts
from tests import township as t
from tests.fast_hashing import fast_hasher

DAY = t.NOW.date()
YESTERDAY = DAY - timedelta(days=1)
ROLES = frozenset({"village_clerk", "council_member"})
SYSTEM = By(login="sysadmin", offices=frozenset({"system"}))
SECURITY = By(login="secadmin", offices=frozenset({"security"}))
AUDIT = By(login="auditadmin", offices=frozenset({"audit"}))
NOBODY = By(login="linzhang", person="linzhang")


@pytest.fixture
def begun(store: Store) -> Store:
    """The township with its three administrators."""
    t.settle(store)
    BeginningService(store, PasswordService(store, fast_hasher())).begin()
    AccountService(store).add("linzhang", "linzhang", operator=False)
    return store


@pytest.fixture
def service(begun: Store) -> AdministrationService:
    return AdministrationService(begun, PasswordService(begun, fast_hasher()), lambda: ROLES)


@pytest.fixture
def queries(begun: Store) -> AdministrationQueries:
    return AdministrationQueries(begun)


def a_post(person: str = "lishen", **other: object) -> NewPost:
    values = {"role": "village_clerk", "unit": t.VILLAGE, "body": None, "valid_from": DAY, "valid_to": None}
    return NewPost(**{"person": person, **values, **other})  # type: ignore[arg-type]


def acts(queries: AdministrationQueries, by: By = AUDIT, **narrow: str) -> list[tuple[str, str | None]]:
    return [(each.act, each.object) for each in queries.acts(by, **narrow, limit=200)]


def test_everything_is_denied_to_who_has_no_office(service: AdministrationService, queries: AdministrationQueries):
    for by in (NOBODY, AUDIT):
        for act in (
            lambda by=by: service.add_person(by, "新人", None),
            lambda by=by: service.add_account(by, "new", None),
            lambda by=by: service.end_account(by, "linzhang"),
            lambda by=by: service.give_password(by, "linzhang"),
            lambda by=by: service.end_sessions(by, "linzhang"),
            lambda by=by: service.remove_factor(by, "linzhang"),
            lambda by=by: service.issue_token(by, NewToken(login="linzhang", label="x")),
            lambda by=by: service.give_post(by, a_post()),
            lambda by=by: service.end_post(by, "P1", DAY),
        ):
            with pytest.raises(Forbidden, match="not_administrator"):
                act()
    before = len(acts(queries))
    with pytest.raises(Forbidden):
        queries.acts(NOBODY)
    with pytest.raises(Forbidden):
        queries.acts(SYSTEM)
    assert len(acts(queries)) == before


def test_a_person_an_account_a_post_and_their_trace(service: AdministrationService, queries: AdministrationQueries):
    person = service.add_person(SYSTEM, "新人", "13900000009")
    service.add_account(SYSTEM, "newcomer", person)
    post = service.give_post(SECURITY, a_post(person))

    assert acts(queries, login="sysadmin") == [("account_added", "newcomer"), ("person_added", person)]
    assert acts(queries, about=post) == [("post_given", post)]
    (held,) = queries.posts(SECURITY, person)
    assert (held.id, held.role, held.place, held.valid_from) == (post, "village_clerk", t.VILLAGE, DAY)
    (seen,) = queries.accounts(SYSTEM, q="newcom")
    assert (seen.account.person, seen.account.name, seen.password_set_at) == (person, "新人", None)
    (registered,) = queries.people(SECURITY, q="新人")
    assert (registered.id, registered.phone) == (person, "139****0009")


def test_a_post_ends_yesterday_or_on_a_later_day_and_only_once(service: AdministrationService, begun: Store):
    post = service.give_post(SECURITY, a_post())

    service.end_post(SECURITY, post, DAY, DAY + timedelta(days=9))
    service.end_post(SECURITY, post, DAY)

    with begun.read() as tx:
        assert tx.execute(sa.select(posts.c.valid_to).where(posts.c.id == post)).scalar() == YESTERDAY
    with pytest.raises(RowRefused, match="ended_before"):
        service.end_post(SECURITY, post, DAY, DAY)
    with pytest.raises(RowRefused, match="in_the_past"):
        service.end_post(SECURITY, post, DAY + timedelta(days=3), DAY)
    with pytest.raises(NotFound):
        service.end_post(SECURITY, "nowhere", DAY)


def test_an_act_that_fails_leaves_neither_itself_nor_a_trace(service: AdministrationService, queries):
    before = acts(queries)

    for refused in (
        lambda: service.add_account(SYSTEM, "linzhang", None),
        lambda: service.give_post(SECURITY, a_post(role="boss")),
        lambda: service.give_post(SECURITY, a_post(unit="nowhere")),
        lambda: service.issue_token(SECURITY, NewToken(login="linzhang", label="")),
    ):
        with pytest.raises((Wrong, RowRefused)):
            refused()

    assert acts(queries) == before


def test_tokens_of_others_are_seen_by_their_owner_and_by_who_checks(service: AdministrationService, queries):
    service.add_account(SYSTEM, "other", None)
    mine = service.issue_token(SECURITY, NewToken(login="linzhang", label="a", scope="read"))
    until = datetime.now(UTC) + timedelta(days=10)
    other = service.issue_token(SECURITY, NewToken(login="other", label="b", expires_at=until))

    assert [each.id for each in queries.tokens(NOBODY)] == [mine.id]
    assert {each.id for each in queries.tokens(AUDIT)} >= {mine.id, other.id}
    assert [each.ends_soon for each in queries.tokens(SECURITY, login="other")] == [True]
    with pytest.raises(Forbidden):
        queries.tokens(NOBODY, login="other")
    service.revoke_token(NOBODY, mine.id)
    assert [each.works for each in queries.tokens(NOBODY)] == [False]


def test_the_security_office_reads_what_concerns_the_audit_office_and_nothing_else(service, queries, begun: Store):
    service.add_person(SYSTEM, "新人", None)
    AccountService(begun).add("former", None, operator=False)
    AdministratorService(begun).appoint("former", "audit")
    AdministratorService(begun).dismiss("former", "audit")

    seen = acts(queries, SECURITY)

    assert ("office_given", "former") in seen
    assert ("office_taken", "former") in seen
    assert ("office_given", "auditadmin") in seen
    assert {about for _, about in seen} == {"former", "auditadmin"}


def test_a_declared_relative_is_kin_at_once_and_no_more_when_ended(begun: Store, queries: AdministrationQueries):
    service = KinshipService(begun)
    by = By(login="linzhang", person="linzhang")

    first = service.declare(by, "zuzhang", "brother", DAY)
    assert service.declare(by, "zuzhang", "brother", DAY) == first
    with begun.read() as tx:
        assert "zuzhang" in kin(tx, ["linzhang"], DAY)["linzhang"]
    with pytest.raises(Forbidden):
        service.end(by, "linzhang", "zuzhang", "brother", DAY)
    service.end(SECURITY, "linzhang", "zuzhang", "brother", DAY)

    with begun.read() as tx:
        assert "zuzhang" not in kin(tx, ["linzhang"], DAY)["linzhang"]
    assert acts(queries, about="linzhang")[:2] == [("relative_ended", "linzhang"), ("relative_declared", "linzhang")]
    assert service.of(SECURITY, "zuzhang") == service.of(by)
    again = service.declare(by, "zuzhang", "brother", DAY + timedelta(days=1))
    assert again.valid_to is None


def test_the_first_administrators_are_made_once(begun: Store):
    again = BeginningService(begun, PasswordService(begun, fast_hasher())).begin()

    assert again == ()
    assert [(each.login, each.office) for each in AdministratorService(begun).list()] == [
        ("sysadmin", "system"), ("secadmin", "security"), ("auditadmin", "audit"),
    ]  # fmt: skip
