"""Codes to scan, as drawings inside a page: no picture is asked for, and no style is written inline."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str, label: str) -> Markup:
    """The text as a QR code of class `mq-qr`, said to be `label` to who does not see it."""
    drawn = segno.make_qr(text, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass="mq-qr")
    return Markup('<span role="img" aria-label="{}">{}</span>').format(label, Markup(drawn))
