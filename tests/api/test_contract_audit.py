"""Checkpoints and proofs over HTTP: what a client verifies, what no forged proof proves, and who is told nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.audit.checkpoints import CheckpointService
from engine.audit.keys import KeyService
from engine.audit.signing import verify
from engine.rules.merkle import continues, includes, leaf_hash
from engine.rules.signed_note import BadNote, opened, parse_verifier_key
from tests import township as t
from tests.api import world
from tests.api.client import Api, office_of, said, settle
from tests.api.client import opened as serving
from tests.databases import fresh_store
from tests.store.witnessed import HIDING
from tests.store.world import rules

HOME = {"home": t.TOWNSHIP}
READER = "township_party_office"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Eleven cases covered by three checkpoints, one of them of a meeting; one case that came later."""
    with fresh_store("sqlite") as store:
        tokens = settle(store)
        key = tmp_path_factory.mktemp("key") / "signing.key"
        KeyService(store, key).prepare()
        office = replace(office_of(store, *t.default_rules(), rules(**HIDING)), signing_key=key)
        with serving(office, tokens) as client:
            client.kept["key"] = key
            client.cases = prepared(client)
            yield client


def prepared(api: Api) -> dict[str, str]:
    found = {f"first{n}": world.reported(api) for n in range(4)}
    take(api)
    found["meeting"], found["moved"] = met(api)
    found |= {f"second{n}": world.reported(api) for n in range(6)}
    found["sealed"] = hidden(api)
    take(api)
    found["late"] = world.reported(api)
    return found


def take(api: Api) -> None:
    CheckpointService(api.office).take(t.TOWNSHIP, "asked")


def met(api: Api) -> tuple[str, str]:
    """A meeting that was closed over HTTP, and a case that it carried over."""
    waits = world.village_queued(api)
    meeting = world.in_session(api)
    api.stepped(world.chair(world.OWN), meeting, "close")
    return meeting, waits


def hidden(api: Api) -> str:
    body = {"workflow": "small", "unit": t.GROUP, "trigger": "seal", "data": {}}
    assert api.send("zuzhang", "POST", "/v1/cases", body).status_code in (201, 204)
    (found,) = api.get("township_secretary", "/v1/cases", workflow="small")["items"]
    return str(found["id"])


def checkpoints(api: Api, person: str = READER, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get(person, "/v1/audit/checkpoints", **HOME | query)["items"]
    return items


def proof(api: Api, case: str, seq: int = 1, **query: int) -> dict[str, Any]:
    found: dict[str, Any] = api.get(READER, "/v1/audit/inclusion", case=case, seq=str(seq), **{
        name: str(value) for name, value in query.items()})  # fmt: skip
    return found


def holds(found: dict[str, Any], **changed: Any) -> bool:
    """As a client holds a proof against a root that it took from a signed checkpoint."""
    now = found | changed
    path = [bytes.fromhex(each) for each in now["proof"]]
    return includes(bytes.fromhex(now["root"]), now["size"], now["leaf"], leaf_hash(bytes.fromhex(now["hash"])), path)


# --- checkpoints -----------------------------------------------------------------------------------------------------


def test_checkpoints_come_the_latest_first_and_page_by_page(api: Api):
    whole = checkpoints(api)
    first = api.get(READER, "/v1/audit/checkpoints", limit="2", **HOME)
    rest = api.get(READER, "/v1/audit/checkpoints", limit="2", cursor=first["next"], **HOME)

    assert [row["cause"] for row in whole] == ["asked", "meeting", "asked"]
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None
    assert whole[0] == api.get(READER, "/v1/audit/checkpoints/latest", **HOME)
    assert api.get(READER, whole[1]["url"]) == whole[1]


def test_a_checkpoint_opens_with_the_key_that_is_told(api: Api):
    (key,) = api.get(READER, "/v1/audit/keys", **HOME)["items"]
    for row in checkpoints(api):
        found = opened(row["text"], [parse_verifier_key(key["vkey"])], verify)

        assert (found.origin, found.size, found.root.hex()) == (row["origin"], row["size"], row["root"])
        with pytest.raises(BadNote):
            opened(row["text"].replace(f"\n{row['size']}\n", f"\n{row['size'] + 1}\n"), [parse_verifier_key(
                key["vkey"])], verify)  # fmt: skip


def test_the_closing_of_a_meeting_over_http_names_its_checkpoint(api: Api):
    meeting = api.get("village_secretary", f"/v1/meetings/{api.cases['meeting']}")
    (row,) = [row for row in checkpoints(api) if row["meeting"] == meeting["id"]]

    assert meeting["checkpoint"] == row["url"]
    assert api.get("village_secretary", meeting["checkpoint"]) == row


def test_where_nothing_can_be_signed_readers_are_told(api: Api):
    key: Path = api.kept["key"]
    assert api.get(READER, "/v1/audit/checkpoints", **HOME)["signing"] == {
        "signs": True, "trouble": None, "message": None,
    }  # fmt: skip
    key.rename(key.with_suffix(".away"))
    try:
        answer = api.send(READER, "GET", "/v1/audit/checkpoints", language="en", **HOME).json()
    finally:
        key.with_suffix(".away").rename(key)

    assert answer["signing"]["trouble"] == "missing"
    assert "signing key" in answer["signing"]["message"]
    assert answer["items"] == checkpoints(api)


# --- inclusion -------------------------------------------------------------------------------------------------------


def test_every_row_that_is_covered_is_proved_by_its_checkpoint(api: Api):
    latest = checkpoints(api)[0]
    for name, case in api.cases.items():
        if name in ("meeting", "late", "sealed"):
            continue
        for row in api.get(READER, f"/v1/cases/{case}/history")["items"]:
            found = proof(api, case, row["seq"])

            assert found["hash"] == row["hash"]
            assert (found["root"], found["size"]) == (latest["root"], latest["size"])
            assert found["checkpoint"]["root"] == latest["root"]
            assert found["leaf_hash"] == leaf_hash(bytes.fromhex(found["hash"])).hex()
            assert holds(found)


def test_a_row_is_proved_in_every_size_that_holds_it(api: Api):
    case, latest = api.cases["second1"], checkpoints(api)[0]["size"]
    leaf = proof(api, case)["leaf"]
    for size in range(latest + 1):
        found = proof(api, case, size=size)

        assert found["covered"] is (leaf < size)
        assert holds(found) if leaf < size else found["proof"] is None
        assert (found["message"] is None) is found["covered"]


def test_a_row_that_came_later_says_so(api: Api):
    answer = api.send(READER, "GET", "/v1/audit/inclusion", language="zh", case=api.cases["late"], seq="1").json()

    assert answer["covered"] is False
    assert answer["message"] == "这一行是最近一次核对点之后写入的，还没有签名覆盖它"
    assert [answer[name] for name in ("log", "leaf", "size", "root", "proof", "checkpoint")] == [None] * 6
    assert len(answer["hash"]) == 64


def test_no_forged_proof_proves(api: Api):
    found, other = proof(api, api.cases["second2"]), proof(api, api.cases["first1"])
    path, size = found["proof"], found["size"]

    assert holds(found)
    assert len(path) > 2
    assert not holds(found, hash=other["hash"])
    assert not holds(found, hash="00" * 32)
    assert not holds(found, leaf=found["leaf"] + 1)
    assert not holds(found, leaf=found["leaf"] - 1)
    assert not holds(found, leaf=size)
    assert not holds(found, leaf=-1)
    assert not holds(found, proof=[])
    assert not holds(found, proof=path[:-1])
    assert not holds(found, proof=path[1:])
    assert not holds(found, proof=[*path, path[-1]])
    assert not holds(found, proof=["00" * 32, *path])
    assert not holds(found, proof=path[::-1])
    assert not holds(found, proof=[path[0][:-2], *path[1:]])
    assert not holds(found, proof=other["proof"])
    assert not holds(found, size=0)
    assert not holds(found, size=2 * size)
    assert not holds(found, root=other["hash"])
    for place in range(len(path)):
        assert not holds(found, proof=[*path[:place], "11" * 32, *path[place + 1 :]])


@pytest.mark.parametrize(
    "asked", [{"size": "99"}, {"size": "-1"}, {"size": "many"}, {"size": str(2**40)}, {"seq": "0"}]
)
def test_what_the_log_never_was_is_refused(api: Api, asked: dict[str, str]):
    query = {"case": api.cases["first1"], "seq": "1"} | asked
    answer = api.send(READER, "GET", "/v1/audit/inclusion", **query)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == list(asked)


def test_of_a_case_out_of_reach_nothing_is_told(api: Api):
    """Neither that it exists nor whether it is covered."""
    answers = {
        said(api.send(person, "GET", "/v1/audit/inclusion", case=case, seq="1"))
        for person, case in (
            ("village_secretary_2", api.cases["first1"]),
            ("village_secretary_2", api.cases["late"]),
            ("village_secretary", api.cases["sealed"]),
            ("operator", api.cases["first1"]),
            (READER, f"{t.TOWNSHIP}-01HZZZZZZZZZZZZZZZZZZZZZZZ"),
        )
    }

    assert answers == {"404 case_not_found"}
    assert said(api.send(READER, "GET", "/v1/audit/inclusion", case=api.cases["first1"], seq="99")) == (
        "404 row_not_found"
    )


# --- consistency -----------------------------------------------------------------------------------------------------


def consistent(found: dict[str, Any], **changed: Any) -> bool:
    now = found | changed
    path = [bytes.fromhex(each) for each in now["proof"]]
    roots = bytes.fromhex(now["old_root"]), bytes.fromhex(now["new_root"])
    return continues(now["old"], roots[0], now["new"], roots[1], path)


def test_each_checkpoint_continues_the_one_before(api: Api):
    rows = checkpoints(api)[::-1]
    for old, new in pairwise(rows):
        sizes = {"old": str(old["size"]), "new": str(new["size"])}
        found = api.get(READER, "/v1/audit/consistency", **HOME | sizes)

        assert (found["old_root"], found["new_root"]) == (old["root"], new["root"])
        assert consistent(found)
        assert not consistent(found, old_root=new["root"])
        assert not consistent(found, new_root=old["root"])
        assert not consistent(found, proof=[])
        assert not consistent(found, proof=[*found["proof"], old["root"]])
        assert not consistent(found, old=0)


def test_without_a_new_size_it_is_the_last_one(api: Api):
    last = checkpoints(api)[0]
    found = api.get(READER, "/v1/audit/consistency", old=str(last["size"]), **HOME)

    assert (found["new"], found["proof"]) == (last["size"], [])
    assert consistent(found)


@pytest.mark.parametrize("sizes", [{"old": "0"}, {"old": "5", "new": "4"}, {"old": "1", "new": "99"}])
def test_sizes_that_never_were_are_refused(api: Api, sizes: dict[str, str]):
    answer = api.send(READER, "GET", "/v1/audit/consistency", **HOME | sizes)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "out_of_bounds"


# --- what is kept to some posts --------------------------------------------------------------------------------------


def test_the_log_of_sealed_cases_is_for_those_who_read_them_all(api: Api):
    (row,) = checkpoints(api, "township_secretary", log="veiled")
    found = api.get("township_secretary", "/v1/audit/inclusion", case=api.cases["sealed"], seq="1")

    assert (row["size"], row["origin"]) == (1, checkpoints(api)[0]["origin"] + "/veiled")
    assert (found["log"], found["leaf"]) == ("veiled", 0)
    assert holds(found)
    for person in (READER, "auditor_county", "village_secretary", "zuzhang"):
        for path in ("checkpoints", "checkpoints/latest", "keys", "consistency"):
            query = HOME | {"log": "veiled"} | ({"old": "1"} if path == "consistency" else {})
            assert said(api.send(person, "GET", f"/v1/audit/{path}", **query)) == "403 veiled_log"
        assert said(api.send(person, "GET", row["url"])) == "404 checkpoint_not_found"


def test_a_sealed_case_changes_nothing_that_others_read(api: Api):
    """Not the size, not the root, not the list of the open log."""
    home, reader = {"home": t.OTHER_TOWNSHIP}, "township_party_office_other"
    world.reported(api, world.OTHER)
    service = CheckpointService(api.office)
    service.take(t.OTHER_TOWNSHIP, "asked")
    before = api.get(reader, "/v1/audit/checkpoints", **home)
    body = {"workflow": "small", "unit": f"{t.OTHER_WUCHANG}g1", "trigger": "seal", "data": {}}
    assert api.send("zuzhang_other", "POST", "/v1/cases", body).status_code < 300

    (taken,) = service.take(t.OTHER_TOWNSHIP, "nightly")

    assert taken.log == "veiled"
    assert api.get(reader, "/v1/audit/checkpoints", **home) == before
    assert api.get("township_secretary_other", "/v1/audit/checkpoints", log="veiled", **home)["items"]


def test_two_filters_of_one_name_are_refused(api: Api):
    assert api.send(READER, "GET", f"/v1/audit/checkpoints?home={t.TOWNSHIP}&home={t.COUNTY}").status_code == 422
