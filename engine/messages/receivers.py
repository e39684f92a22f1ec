"""Who gets webhooks, and how a webhook is signed (Standard Webhooks) and written (CloudEvents 1.0). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from engine.definition.model import Value

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


@dataclass(frozen=True, kw_only=True, slots=True)
class Receiver:
    """A system on the allow-list. It is told what `person` may read. `secret` is `whsec_` and 24 to 64 bytes in base64;
    it shows in no trace."""

    name: str
    url: str
    person: str
    secret: str = field(repr=False)


def secret_key(secret: str) -> bytes:
    """Raises ValueError where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not secret.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        raise ValueError("not whsec_ and 24 to 64 bytes in base64")
    return key


def check_url(url: str, *, private: bool) -> None:
    """A webhook goes over https to a host; over http only where private addresses are allowed. Raises ValueError."""
    parts = urlsplit(url)
    plain = not url.isascii() or any(sign <= " " for sign in url)
    if plain or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("not a plain URL")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise ValueError("not https")
    if parts.port == 0:
        raise ValueError("no port")


def sign(secret: str, ident: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64."""
    said = f"{ident}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret_key(secret), said, hashlib.sha256).digest()).decode()


def headers_of(receiver: Receiver, ident: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The receiver tells repetitions by `webhook-id`."""
    return {
        "content-type": CONTENT_TYPE,
        "user-agent": "minqing",
        "webhook-id": ident,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(receiver.secret, ident, timestamp, body),
    }


def cloud_event(home: str, fact: Mapping[str, Value]) -> bytes:
    """What happened, as the feed tells it, in the JSON format of CloudEvents 1.0."""
    event = {
        "specversion": "1.0",
        "id": fact["id"],
        "source": f"urn:minqing:{home}",
        "type": f"minqing.case.{fact['trigger']}",
        "subject": fact["case"],
        "time": fact["recorded_at"],
        "datacontenttype": "application/json",
        "data": dict(fact),
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
