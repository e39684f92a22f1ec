"""The chain of a case: known answers of one fixed chain, so that no change of the format goes unnoticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.rules.chain import GENESIS, ROW_FORMAT, canonical, commitment, moment, row_facts, row_hash
from engine.rules.state import NOBODY, Charge, Event, Move, PostHeld

AT = datetime(2026, 3, 6, 4, 0, 0, 123456, tzinfo=UTC)

OPENED = Event(
    seq=1,
    trigger="report",
    ref="T01",
    line=155,
    move=Move.ENTER,
    source="start",
    target="reported",
    level_from=None,
    level_to="wuchang",
    unit="430482109201-N1",
    actor="p-1",
    post=PostHeld(id="post-1", role="linzhang", place="430482109201-N1"),
    behalf="p-9",
    proxy=True,
    responsible=Charge(people=("p-2",)),
    successor=NOBODY,
    facts={"category": "dispute", "urgency": "normal", "heard_on": "2026-03-05", "responsible": "p-2"},
    texts=("gist", "reporter"),
    payload={"data": {"gist": "两家为排水沟争执不下", "reporter": {"name": "王小明", "phone": "13812341234"}}},
    occurred_at=AT - timedelta(hours=2),
    recorded_at=AT,
    client_at=(AT - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=8))),
    meeting=None,
    agenda_no=None,
    workflow="issue-escalation",
    workflow_version=1,
    file_hash="ab" * 32,
)
NOTED = replace(
    OPENED,
    seq=2,
    trigger="note",
    ref="T47",
    line=267,
    move=Move.SAME,
    source="reported",
    level_from="wuchang",
    actor="system",
    post=None,
    behalf=None,
    proxy=False,
    facts={"told_reporter": True, "households": 3, "cost": "1250.00", "units": ["a", "b"]},
    texts=(),
    payload={},
    occurred_at=AT + timedelta(days=1),
    recorded_at=AT + timedelta(days=1),
    client_at=None,
)
ASSIGNED = replace(
    NOTED,
    seq=3,
    trigger="assign_in_township",
    ref=None,
    line=190,
    move=Move.ENTER,
    source="township_queued",
    target="township_handling",
    level_from="township",
    level_to="township",
    actor="p-3",
    post=PostHeld(id="post-3", role="township_leader", place="430482109"),
    successor=Charge(people=("p-4",), units=("430482109-S1",)),
    facts={"lead_unit": "430482109-S1", "case_leader": "p-4", "due": "2026-03-31"},
    payload={"note": "会上议定\t第三项\n请司法所牵头"},
    meeting="430482109-M1",
    agenda_no=3,
)
SALTS = ("00" * 16, "0f" * 16, "f0" * 16)

#: commitment and hash of each row. They never change: histories out there hang on them.
KNOWN = [
    (
        "dd1376f3e71e4442f6758741ecc2eb4739c9b3619898d2dcd5a97792decdbdae",
        "309c090359210c3cdd9ed7deda1a51388fcea9b4bd385d9374076e84284c6a01",
    ),
    (
        "45dabaa465bbe38361eb4b628afab904d3f6bd58f0b6551941dbe215e7028d0e",
        "2b162d7b7ecc355fdb58e12819f1747f3da30cf0fbc8cb4ca6126eaf67bb1d6c",
    ),
    (
        "6710c45385b8e76af98bf0675f32f5cd7d8a9d275debc920ee02d886f06be856",
        "d80690b63a7772852df1421448d82385eee62bd32df4b8436a3e0102c48205a2",
    ),
]


def chained(events: list[Event], *, home: str = "430482109", case: str = "430482109-01KABC") -> list[tuple[str, str]]:
    found, previous = [], GENESIS
    for event, salt in zip(events, SALTS, strict=True):
        committed = commitment(salt, event.payload)
        previous = row_hash(row_facts(home, case, event), committed, previous)
        found.append((committed, previous))
    return found


def test_a_fixed_chain_has_the_hashes_it_always_had():
    assert chained([OPENED, NOTED, ASSIGNED]) == KNOWN


def test_the_first_row_hangs_on_zeros_and_the_format_is_one():
    assert (GENESIS, ROW_FORMAT) == ("0" * 64, 1)


def test_a_row_commits_to_everything_but_its_payload():
    assert row_facts("430482109", "430482109-01KABC", OPENED) == {
        "home": "430482109",
        "case_id": "430482109-01KABC",
        "seq": 1,
        "trigger": "report",
        "ref": "T01",
        "line": 155,
        "move": "enter",
        "source": "start",
        "target": "reported",
        "level_from": None,
        "level_to": "wuchang",
        "unit": "430482109201-N1",
        "actor": "p-1",
        "post": "post-1",
        "post_role": "linzhang",
        "post_place": "430482109201-N1",
        "behalf": "p-9",
        "proxy": True,
        "responsible": {"people": ["p-2"], "units": []},
        "successor": {"people": [], "units": []},
        "facts": {"category": "dispute", "urgency": "normal", "heard_on": "2026-03-05", "responsible": "p-2"},
        "texts": ["gist", "reporter"],
        "occurred_at": "2026-03-06T02:00:00.123456Z",
        "recorded_at": "2026-03-06T04:00:00.123456Z",
        "client_at": "2026-03-06T03:59:00.123456Z",
        "meeting": None,
        "agenda_no": None,
        "workflow": "issue-escalation",
        "workflow_version": 1,
        "file_hash": "ab" * 32,
        "row_format": 1,
    }


CHANGES = {
    "trigger": "accept",
    "ref": None,
    "line": 1,
    "move": Move.BACK,
    "source": "need_info",
    "target": "voided",
    "level_from": "village",
    "level_to": "village",
    "unit": "430482109201",
    "actor": "p-2",
    "post": None,
    "behalf": None,
    "proxy": False,
    "responsible": NOBODY,
    "successor": Charge(units=("x",)),
    "facts": {},
    "texts": ("gist",),
    "payload": {},
    "occurred_at": AT,
    "recorded_at": AT + timedelta(microseconds=1),
    "client_at": None,
    "meeting": "m",
    "agenda_no": 1,
    "workflow": "other",
    "workflow_version": 2,
    "file_hash": "cd" * 32,
}


@pytest.mark.parametrize("part", CHANGES)
def test_changing_any_part_of_a_row_changes_its_hash_and_all_after_it(part):
    changed = replace(OPENED, **{part: CHANGES[part]})
    pairs = zip(chained([changed, NOTED, ASSIGNED]), chained([OPENED, NOTED, ASSIGNED]), strict=True)

    assert all(one[1] != other[1] for one, other in pairs)


def test_another_home_or_case_has_another_chain():
    assert chained([OPENED, NOTED, ASSIGNED], home="x")[0][1] != chained([OPENED, NOTED, ASSIGNED])[0][1]
    assert chained([OPENED, NOTED, ASSIGNED], case="x")[0][1] != chained([OPENED, NOTED, ASSIGNED])[0][1]


def test_the_commitment_hides_its_payload_behind_the_salt():
    assert commitment("00", {"note": "好"}) != commitment("01", {"note": "好"})
    assert commitment("00", {"note": "好"}) != commitment("00", {"note": "不好"})
    assert commitment("00", {"a": 1, "b": 2}) == commitment("00", {"b": 2, "a": 1})


def test_canonical_form_is_utf8_with_sorted_keys_and_no_spaces():
    assert canonical({"乙": [1, True, None], "a": {"z": "好\t\n", "b": ()}}) == (
        '{"a":{"b":[],"z":"好\\t\\n"},"乙":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, {"a": 0.0}, [1, [2.0]], (float("nan"),), {"a": {"b": [float("inf")]}}])
def test_a_float_has_no_canonical_form(value):
    with pytest.raises(ValueError, match="float"):
        canonical(value)


def test_a_broken_character_has_no_canonical_form():
    with pytest.raises(ValueError, match="surrogates"):
        canonical("\ud800")


def test_times_are_written_in_utc_with_six_digits():
    shanghai = timezone(timedelta(hours=8))

    assert moment(datetime(2026, 3, 6, 12, 0, tzinfo=shanghai)) == "2026-03-06T04:00:00.000000Z"
    assert moment(None) is None
