"""A checkpoint on paper: its text, and the same as a code to scan."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from api.web.qr import qr
from api.web.rendering import say
from engine.audit.proofs import CheckpointRow


def checkpoint_shown(request: Request, row: CheckpointRow) -> dict[str, Any]:
    """For the macro of `checkpoint.html`."""
    return {"taken_at": row.taken_at, "text": row.text, "qr": qr(row.text, say(request, "核对点的二维码"))}
