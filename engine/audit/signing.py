"""The key that signs checkpoints: Ed25519, in a file of its owner's alone. The one file that knows the library.

Private keys never leave here: they stand in no log, no error and no answer.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class NoKey(Exception):
    """There is no key to sign with. `code`: missing, unreadable, exposed (others may read the file), none_set, or other
    (not the key that signed last)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`public` are the 32 bytes of RFC 8032."""

    public: bytes
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def read_key(file: Path | None) -> SigningKey:
    """The key in the file. Raises NoKey."""
    if file is None:
        raise NoKey("none_set")
    try:
        if os.name == "posix" and file.stat().st_mode & _OTHERS:
            raise NoKey("exposed")
        found = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise NoKey("missing") from error
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoKey("unreadable") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise NoKey("unreadable")
    return _of(found)


def fresh_key() -> tuple[SigningKey, bytes]:
    """A new key, and the file that keeps it (PEM, PKCS #8)."""
    private = Ed25519PrivateKey.generate()
    kept = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _of(private), kept


def seeded_key(seed: bytes) -> SigningKey:
    """The key of these 32 bytes of RFC 8032."""
    return _of(Ed25519PrivateKey.from_private_bytes(seed))


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """The signature is that of the key over the message; false also for what is no key or signature at all."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _of(private: Ed25519PrivateKey) -> SigningKey:
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return SigningKey(public, private)
