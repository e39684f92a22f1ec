"""Each thing that can be set up wrongly is found, and nothing is found where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.doctor_texts import DOCTOR_TEXTS, advice, severity_word, told_of
from engine.doctor.checks import examine
from engine.doctor.facts import Configured, Database, Facts, Machine, People, Place, Rules, Severity, Trust, Work
from engine.doctor.machine import kind_of_file_system, machine, place_of

NOW = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
WELL = Facts(
    now=NOW,
    configured=Configured(public_url="https://minqing.example.gov.cn"),
    database=Database(last_recorded=NOW - timedelta(minutes=1)),
    trust=Trust(last_backup=NOW - timedelta(days=1), uncovered=NOW - timedelta(hours=20)),
    rules=Rules(calendars={"cn": 2026}),
)
GB = 10**9


def of(**parts: Any) -> Facts:
    """All well but for these: `section__field`, and plain fields."""
    facts = WELL
    for name, value in parts.items():
        section, _, field = name.partition("__")
        part = replace(getattr(facts, section), **{field: value}) if field else value
        facts = replace(facts, **{section: part})
    return facts


def at(name: str, **fields: Any) -> Facts:
    return of(machine=Machine(places={name: Place(path="/srv/x", **fields)}))


KEY_TROUBLES = ("none_set", "missing", "unreadable", "exposed", "other")
#: What is wrong -> (code, severity); each code of the texts comes at least once.
CASES: list[tuple[Facts, str, str]] = [
    (of(database__trouble="connection refused"), "database_away", "error"),
    (of(database__current=False), "not_migrated", "error"),
    (of(database__mark=None), "not_set_up", "error"),
    (of(database__triggers=("history_no_update",)), "triggers_missing", "error"),
    (of(database__journal="delete"), "journal_not_wal", "warning"),
    (of(database=Database(kind="postgresql", version=18, superuser=True)), "role_is_superuser", "error"),
    (of(database=Database(kind="postgresql", version=18, rights=("history",))), "role_may_change_history", "warning"),
    (of(database=Database(kind="postgresql", version=13)), "postgresql_old", "warning"),
    (of(database__ahead=timedelta(seconds=-9)), "clocks_differ", "warning"),
    (of(database__last_recorded=NOW + timedelta(seconds=61)), "clock_behind", "error"),
    (at("database", mode=0o644), "open_to_others", "error"),
    (at("config", mode=0o640), "open_to_others", "error"),
    (at("files", mode=0o755), "open_to_others", "warning"),
    (at("files", mode=0o700, writable=False), "not_writable", "error"),
    (at("database", mode=0o600, kind="nfs4"), "on_a_network", "error"),
    (at("temporary", free=100_000_000), "disk_full", "error"),
    (at("database", free=1 * GB, total=100 * GB), "disk_nearly_full", "warning"),
    (of(machine__python=(3, 10)), "python_old", "error"),
    (of(machine__python=(3, 14)), "python_untested", "note"),
    (of(machine__sqlite=(3, 31, 0)), "sqlite_old", "warning"),
    (of(database__mark="demo"), "demo_in_public", "warning"),
    (of(database__mark="demo", configured=Configured(host="0.0.0.0")), "demo_in_public", "warning"),
    (of(configured__public_url=""), "public_url_missing", "warning"),
    (of(configured=Configured(host="0.0.0.0")), "public_url_missing", "error"),
    (of(configured__public_url="http://minqing.example.gov.cn"), "public_url_plain", "error"),
    (of(configured__host="::"), "listens_to_all", "warning"),
    (of(configured__trusted_proxies=("10.0.0.0/8",)), "proxies_wide", "warning"),
    (of(configured__webhooks_private=True), "webhooks_private", "warning"),
    (of(configured__webhooks={"county": "https://10.1.2.3/in"}), "webhook_to_private", "warning"),
    (of(configured__webhooks={"county": "https://localhost/in"}), "webhook_to_private", "warning"),
    (of(people__missing=("audit",)), "office_vacant", "error"),
    (of(people__combined=True), "offices_combined", "warning"),
    (of(people__unchanged=("audit1",)), "password_unchanged", "warning"),
    (of(people__endless=("t1",)), "tokens_endless", "warning"),
    (of(people__unused=("t1",)), "tokens_unused", "note"),
    *((of(trust__key=code), f"key_{code}", "error") for code in KEY_TROUBLES),
    (of(trust__uncovered=NOW - timedelta(days=2, seconds=1)), "rows_uncovered", "error"),
    (of(trust__last_backup=None), "never_backed_up", "warning"),
    (of(trust__last_backup=NOW - timedelta(days=7, seconds=1)), "backup_old", "warning"),
    (of(trust__oldest_access=NOW - timedelta(days=204)), "access_log_not_swept", "warning"),
    (of(work__due_since=NOW - timedelta(minutes=11)), "worker_not_running", "error"),
    (of(work__blocked=2), "blocked", "warning"),
    (of(work__dead=1), "letters_given_up", "warning"),
    (of(rules__refused=("v1.yaml: changed after its first use",)), "rules_refused", "error"),
    (of(rules__default_missing="issue-escalation"), "default_workflow_missing", "error"),
    (of(rules__drafts=("x/2",)), "drafts_in_production", "note"),
    (of(rules__calendars={"cn": 2025}), "calendar_year_missing", "error"),
    (of(now=NOW.replace(month=12), database__last_recorded=None, trust=Trust(last_backup=NOW.replace(month=12))),
     "calendar_next_year_missing", "warning"),
]  # fmt: skip


def test_nothing_is_wrong_where_all_is_well():
    assert examine(WELL) == []
    assert examine(replace(WELL, people=None, trust=None, work=None, rules=None)) == []


@pytest.mark.parametrize(
    ("facts", "code", "severity"), CASES, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(CASES)]
)
def test_what_is_wrong_is_found_and_alone(facts: Facts, code: str, severity: str):
    found = [(each.code, each.severity.value) for each in examine(facts)]

    assert (code, severity) in found
    assert {each for each, _ in found} <= {code, "listens_to_all"}


def test_every_finding_has_words_in_both_languages_and_every_text_its_finding():
    assert {code for _, code, _ in CASES} == set(DOCTOR_TEXTS)
    for facts, code, _ in CASES:
        for found in examine(facts):
            told = [told_of(found, "zh"), told_of(found, "en"), advice(found, "zh"), advice(found, "en")]
            assert all(told), code
            assert len(set(told)) == 4, code
            assert not any("{" in text for text in told), code
            assert severity_word(found, "zh") != severity_word(found, "en")


def test_what_is_an_error_in_production_is_no_more_than_a_note_for_training():
    training = replace(of(trust__key="missing", people__missing=("audit",)), database=Database(mark="test"))

    assert {each.severity for each in examine(training)} == {Severity.NOTE}


def test_the_gravest_comes_first():
    facts = of(people__unused=("t1",), work__blocked=1, rules__refused=("x",))

    assert [each.severity.value for each in examine(facts)] == ["error", "warning", "note"]


def test_simulated_time_is_behind_nothing_and_ahead_of_nothing():
    facts = of(database__simulated=True, database__last_recorded=NOW + timedelta(days=300),
               work=Work(due_since=NOW - timedelta(days=1)), trust__uncovered=NOW - timedelta(days=90))  # fmt: skip

    assert examine(facts) == []


def test_where_the_database_does_not_answer_nothing_is_said_of_what_is_in_it():
    facts = Facts(now=NOW, configured=WELL.configured, database=Database(trouble="refused", mark=None), people=None,
                  trust=None, work=None, rules=None)  # fmt: skip

    assert [each.code for each in examine(facts)] == ["database_away"]


MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
nas:/share /srv/my\\040share nfs4 rw 0 0
"""


@pytest.mark.parametrize(("path", "kind"), [("/srv/x", "ext4"), ("/tmp/x", "tmpfs"), ("/srv/my share/x.db", "nfs4"),
                                            ("/tmpx", "ext4")])  # fmt: skip
def test_the_file_system_is_that_of_the_nearest_mount(tmp_path, path: str, kind: str):
    assert kind_of_file_system(type(tmp_path)(path), MOUNTS) == kind
    assert kind_of_file_system(type(tmp_path)(path), "") == ""


def test_a_place_tells_its_mode_and_its_disk(tmp_path):
    file = tmp_path / "x.db"
    file.touch(mode=0o640)

    found, absent = place_of(file), place_of(tmp_path / "none" / "deeper")

    assert (found.mode, found.writable, absent.mode, absent.writable) == (0o640, True, None, True)
    assert 0 < found.free <= found.total
    assert set(machine({"database": file}).places) == {"database", "temporary"}


def test_people_facts_are_well_by_default():
    assert People() == WELL.people
