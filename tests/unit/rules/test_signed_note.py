"""Signed notes and checkpoints: the well-known answers of the formats, and what is refused."""

from __future__ import annotations

import base64

import pytest

from engine.audit.signing import seeded_key, verify
from engine.rules.signed_note import (
    BadNote,
    Checkpoint,
    VerifierKey,
    opened,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    signed,
)

#: The pair of keys and the note with which the reference implementation of the format explains itself.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETERS_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)  # fmt: skip
PETERS_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
#: The example of tlog-checkpoint.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
KEY = seeded_key(bytes(range(32)))
ORIGIN = "minqing-1a2b3c4d/430482109"
ROOT = bytes(range(32))
MINE = VerifierKey(name=ORIGIN, public=KEY.public)
NOTE = signed(Checkpoint(origin=ORIGIN, size=7, root=ROOT), KEY.public, KEY.sign)
LINE = NOTE.split("\n\n")[1]


def reason(note: str, *keys: VerifierKey) -> str:
    with pytest.raises(BadNote) as caught:
        opened(note, keys or [MINE], verify)
    return caught.value.reason


def body(*lines: str) -> str:
    """A note of these lines, with the signature line of the good one: its form is judged before its signature."""
    return "\n".join(lines) + "\n\n" + LINE


# --- well-known answers ----------------------------------------------------------------------------------------------


def test_a_verifier_key_reads_and_writes_as_the_reference_does():
    key = parse_verifier_key(PETER)

    assert (key.name, key.id.hex(), str(key)) == ("PeterNeumann", "c74f20a3", PETER)
    assert seeded_key(PETERS_SEED).public == key.public


def test_the_references_note_is_signed_and_verified_byte_by_byte():
    key = parse_verifier_key(PETER)
    note = parse_note(f"{PETERS_TEXT}\n{PETERS_LINE}")
    (signature,) = note.signatures

    assert note.text == PETERS_TEXT
    assert (signature.name, signature.key_id) == (key.name, key.id)
    assert seeded_key(PETERS_SEED).sign(note.text.encode()) == signature.value
    assert verify(key.public, note.text.encode(), signature.value)
    assert not verify(key.public, note.text.encode() + b"\n", signature.value)


def test_the_example_of_the_specification_is_a_checkpoint():
    found = parse_checkpoint(SOFA)

    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert SOFA.startswith(found.text)


# --- ours ------------------------------------------------------------------------------------------------------------


def test_what_is_signed_opens_again():
    assert opened(NOTE, [MINE], verify) == Checkpoint(origin=ORIGIN, size=7, root=ROOT)
    assert parse_note(NOTE).text == f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\n"
    assert parse_verifier_key(str(MINE)) == MINE


def test_an_empty_tree_has_a_checkpoint():
    note = signed(Checkpoint(origin=ORIGIN, size=0, root=ROOT), KEY.public, KEY.sign)

    assert opened(note, [MINE], verify).size == 0


def test_more_lines_in_the_body_are_read_over_but_signed():
    text = f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\nmore\n"
    line = base64.b64encode(MINE.id + KEY.sign(text.encode())).decode()

    assert opened(f"{text}\n— {ORIGIN} {line}\n", [MINE], verify).size == 7
    assert reason(f"{text.replace('more', 'less')}\n— {ORIGIN} {line}\n") == "forged"


def test_lines_of_unknown_keys_are_passed_over_and_one_known_key_must_hold():
    stranger = PETERS_LINE
    other = VerifierKey(name=ORIGIN, public=seeded_key(bytes(32)).public)

    assert opened(NOTE + stranger, [MINE], verify).size == 7
    assert opened(stranger.join([NOTE.removesuffix(LINE), LINE]), [MINE], verify).size == 7
    assert reason(NOTE, other) == "unknown_key"
    assert reason(NOTE + stranger, parse_verifier_key(PETER)) == "forged"


@pytest.mark.parametrize("old, new", [("\n7\n", "\n8\n"), (ORIGIN + "\n", ORIGIN + "0\n"), ("AAECAwQ", "AAECAwU")])
def test_a_changed_checkpoint_is_forged(old: str, new: str):
    assert reason(NOTE.replace(old, new, 1)) == "forged"


def test_a_key_that_only_shares_the_id_is_no_known_key():
    """The id is short: whoever computes a key with the same id signs for nobody."""
    line = base64.b64encode(MINE.id + seeded_key(bytes(32)).sign(parse_note(NOTE).text.encode())).decode()

    assert reason(f"{parse_note(NOTE).text}\n— {ORIGIN} {line}\n") == "forged"


@pytest.mark.parametrize(
    "size", ["07", "", "-1", "+7", " 7", "7 ", "7.0", "0x7", "٧", "9223372036854775808", "99999999999999999999", "1e3"]
)
def test_a_size_has_one_form(size: str):
    with pytest.raises(BadNote):
        parse_checkpoint(body(ORIGIN, size, base64.b64encode(ROOT).decode()))


def test_the_largest_size_that_can_be_said():
    packed = base64.b64encode(ROOT).decode()

    assert parse_checkpoint(body(ORIGIN, str(2**63 - 1), packed)).size == 2**63 - 1


@pytest.mark.parametrize(
    "root",
    [
        base64.b64encode(ROOT).decode().rstrip("="),
        base64.b64encode(ROOT[:-1]).decode(),
        base64.b64encode(ROOT + b"\0").decode(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        base64.b64encode(ROOT).decode()[:-2] + "9=",  # bits after the end
        base64.b64encode(ROOT).decode() + "=",
        "A A",
        ROOT.hex(),
    ],
)
def test_a_root_has_one_form(root: str):
    with pytest.raises(BadNote):
        parse_checkpoint(body(ORIGIN, "7", root))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        NOTE.rstrip("\n"),
        NOTE + "\n",
        NOTE + "trailing",
        NOTE + "trailing\n",
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("\n7\n", "\n7\t\n"),
        NOTE.replace("\n7\n", "\n\n7\n"),
        NOTE.replace("\n7\n", "\n7\x00\n"),
        NOTE.replace(ORIGIN, "\ud800", 1),
        NOTE.replace("— ", "-- "),
        NOTE.replace("— ", "—"),
        NOTE.replace("— ", "—  "),
        NOTE.replace(f"— {ORIGIN}", "— "),
        NOTE.replace(f"— {ORIGIN}", f"— {ORIGIN}+"),
        NOTE.replace(f"— {ORIGIN}", f"— {ORIGIN}\u3000"),
        NOTE.split("\n\n")[0] + "\n",
        NOTE.split("\n\n")[0] + "\n\n",
        f"— {ORIGIN} {base64.b64encode(MINE.id).decode()}\n",
        NOTE.replace(LINE, f"— {ORIGIN} {base64.b64encode(MINE.id).decode()}\n"),
        NOTE + LINE * 100,
        "x" * 70_000 + NOTE,
    ],
)
def test_what_could_be_read_in_two_ways_is_no_note(note: str):
    with pytest.raises(BadNote):
        opened(note, [MINE], verify)


def test_a_short_signature_of_a_known_key_is_forged():
    short = base64.b64encode(MINE.id + b"\0" * 63).decode()

    assert reason(NOTE.replace(LINE, f"— {ORIGIN} {short}\n")) == "forged"


@pytest.mark.parametrize("start", range(0, len(PETER), 7))
def test_no_part_of_a_verifier_key_is_one(start: int):
    for end in range(start + 1, len(PETER) + 1):
        if (start, end) != (0, len(PETER)):
            with pytest.raises(BadNote):
                parse_verifier_key(PETER[start:end])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("Peter", "Pet er"),
        PETER + "\n",
    ],
)
def test_a_wrong_verifier_key_is_refused(text: str):
    with pytest.raises(BadNote):
        parse_verifier_key(text)


def test_an_origin_that_cannot_be_a_name_signs_nothing():
    with pytest.raises(BadNote):
        signed(Checkpoint(origin="two words", size=1, root=ROOT), KEY.public, KEY.sign)


def test_the_private_half_shows_nowhere():
    assert "private" not in repr(KEY).lower()
    assert bytes(range(32)).hex() not in repr(KEY)
