"""Checkpoints as signed notes: C2SP signed-note and tlog-checkpoint, with Ed25519 alone. Pure: who signs or verifies
hands the function in.

A note is its text, an empty line, and signature lines `— <name> <base64 of key id ‖ signature>`. The text of a
checkpoint is three lines: the origin of the log, its size in decimal, the base64 of its root; lines after these are
read over, and none are written. One thing has one form here: whatever could be read in two ways is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Sign = Callable[[bytes], bytes]
#: (public key, message, signature) -> the signature is good.
Verify = Callable[[bytes, bytes, bytes], bool]

_ED25519 = b"\x01"
_ID, _KEY, _SIGNATURE, _ROOT = 4, 32, 64, 32
_DASH = "\u2014 "
#: More than this no log writes; who reads more reads something else.
_MOST_SIGNATURES, _LONGEST = 100, 65_536
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HEX_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)


class BadNote(ValueError):
    """The text is no signed note, checkpoint or verifier key, or its signature does not hold. `reason` is a word: form,
    name, size, root, signature, key, unknown_key or forged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A public key (32 bytes) under the name by which it signs."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID]

    def __str__(self) -> str:
        """As it is handed on: `<name>+<hex id>+<base64>`."""
        return f"{self.name}+{self.id.hex()}+{_packed(_ED25519 + self.public)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One signature line. The value of a foreign kind of key may have any length."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """`text` ends with a newline."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The state of a log: `root` (32 bytes) of its tree of `size` leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_packed(self.root)}\n"


# --- writing ---------------------------------------------------------------------------------------------------------


def signed(checkpoint: Checkpoint, public: bytes, sign: Sign) -> str:
    """The checkpoint as a note with one signature, of this key under the name of its origin. Raises BadNote where the
    origin cannot be a name."""
    key = VerifierKey(name=_name(checkpoint.origin), public=public)
    value = _packed(key.id + sign(checkpoint.text.encode()))
    return f"{checkpoint.text}\n{_DASH}{key.name} {value}\n"


# --- reading ---------------------------------------------------------------------------------------------------------


def opened(note: str, keys: Iterable[VerifierKey], verify: Verify) -> Checkpoint:
    """The checkpoint in the note, once a known key's signature holds. Lines of unknown keys are passed over; a line of
    a known key that does not hold spoils the note. Raises BadNote."""
    read, checkpoint = parse_note(note), parse_checkpoint(note)
    known = {(key.name, key.id): key for key in keys}
    named = [(known[each.name, each.key_id], each) for each in read.signatures if (each.name, each.key_id) in known]
    if not named:
        raise BadNote("unknown_key")
    if not all(_holds(read.text, key, each, verify) for key, each in named):
        raise BadNote("forged")
    return checkpoint


def parse_note(text: str) -> Note:
    """The text and its signature lines, unverified. Raises BadNote."""
    if len(text) > _LONGEST or any(sign < " " and sign != "\n" for sign in text) or not _is_unicode(text):
        raise BadNote("form")
    head, found, tail = text.rpartition("\n\n")
    if not found or not head or not tail.endswith("\n"):
        raise BadNote("form")
    lines = tail[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise BadNote("form")
    return Note(text=head + "\n", signatures=tuple(_signature(line) for line in lines))


def parse_checkpoint(note: str) -> Checkpoint:
    """The checkpoint that a note carries, unverified. Raises BadNote."""
    lines = parse_note(note).text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise BadNote("form")
    origin, size, root = lines[:3]
    return Checkpoint(origin=origin, size=_size(size), root=_unpacked(root, "root", _ROOT))


def is_plain(note: str) -> bool:
    """It says the three lines of its checkpoint and one signature of its origin, as `signed` writes it, and nothing
    else. Raises BadNote."""
    read, checkpoint = parse_note(note), parse_checkpoint(note)
    return read.text == checkpoint.text and [each.name for each in read.signatures] == [checkpoint.origin]


def parse_verifier_key(text: str) -> VerifierKey:
    """`<name>+<hex id>+<base64>`; the id must be that of the key. Raises BadNote."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _HEX_ID.fullmatch(parts[1]):
        raise BadNote("key")
    kind_and_key = _unpacked(parts[2], "key", 1 + _KEY)
    key = VerifierKey(name=_name(parts[0]), public=kind_and_key[1:])
    if kind_and_key[:1] != _ED25519 or key.id.hex() != parts[1]:
        raise BadNote("key")
    return key


def _holds(text: str, key: VerifierKey, signature: Signature, verify: Verify) -> bool:
    return len(signature.value) == _SIGNATURE and verify(key.public, text.encode(), signature.value)


def _signature(line: str) -> Signature:
    dash, name, packed = _three(line)
    value = _unpacked(packed, "signature")
    if dash != _DASH.strip() or len(value) <= _ID:
        raise BadNote("signature")
    return Signature(name=_name(name), key_id=value[:_ID], value=value[_ID:])


def _three(line: str) -> Sequence[str]:
    parts = line.split(" ")
    if len(parts) != 3:
        raise BadNote("signature")
    return parts


def _name(text: str) -> str:
    if not text or "+" in text or any(sign.isspace() or sign < " " for sign in text):
        raise BadNote("name")
    return text


def _size(text: str) -> int:
    if not _SIZE.fullmatch(text) or int(text) >= 2**63:
        raise BadNote("size")
    return int(text)


def _is_unicode(text: str) -> bool:
    """It holds no half of a pair, so that it has one form in UTF-8."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unpacked(text: str, what: str, length: int | None = None) -> bytes:
    """Bytes from their only form in base64."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadNote(what) from error
    if _packed(data) != text or (length is not None and len(data) != length):
        raise BadNote(what)
    return data
