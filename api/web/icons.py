"""The icons of the pages, drawn with strokes of the text's colour in a box of 24 by 24."""

from __future__ import annotations

from markupsafe import Markup

_DRAWN: dict[str, str] = {
    "alert": '<path d="M12 3.5L22 20.5H2z"/><path d="M12 10v5M12 17.6v.2"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "camera": '<path d="M4 8h4l1.5-3h5L16 8h4v11H4z"/><circle cx="12" cy="13" r="3.5"/>',
    "check": '<path d="M4 12.5l5.5 5.5L20 7"/>',
    "clip": '<path d="M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L14 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "eyeoff": '<path d="M3 3l18 18M10 5.5A9 9 0 0 1 21 12a13 13 0 0 1-2.5 3.3M6.5 7.5A13 13 0 0 0 3 12c1.8 3.8 5 6.5 9 6.5a8.5 8.5 0 0 0 3.5-.8"/>',
    "file": '<path d="M6 3h9l4 4v14H6z"/><path d="M14 3v5h5"/>',
    "home": '<path d="M4 11l8-7 8 7v9h-5v-6H9v6H4z"/>',
    "jam": '<circle cx="12" cy="12" r="9"/><path d="M6 6l12 12"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="1.5"/><path d="M6 10h.1M10 10h.1M14 10h.1M18 10h.1M8 14h8"/>',
    "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1"/>',
    "lock": '<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "meet": '<path d="M4 11h16M6 11v8M18 11v8"/><circle cx="7" cy="6" r="2"/><circle cx="12" cy="5" r="2"/><circle cx="17" cy="6" r="2"/>',
    "mic": '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>',
    "okc": '<circle cx="12" cy="12" r="9"/><path d="M8 12.5l3 3 5-6"/>',
    "over": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.5v.2"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M10 9v6M14 9v6"/>',
    "phone": '<path d="M6 3h3l2 5-2.5 1.5a12 12 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z"/>',
    "pin": '<path d="M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V9h16v8h-3"/><rect x="7" y="14" width="10" height="7"/>',
    "right": '<path d="M9 5l7 7-7 7"/>',
    "rule": '<path d="M6 3h9l4 4v14H6z"/><path d="M9 12h7M9 16h7M9 8h3"/>',
    "say": '<path d="M4 9v6h4l5 4V5L8 9z"/><path d="M16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "soon": '<path d="M7 3h10M7 21h10M8 3c0 5 8 5.5 8 9s-8 4-8 9M16 3c0 5-8 5.5-8 9s8 4 8 9"/>',
    "undo": '<path d="M9 7L4 12l5 5"/><path d="M4 12h10a6 6 0 0 1 6 6v1"/>',
    "users": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6"/><path d="M16 5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.7 3.5 5.5"/>',
}  # fmt: skip


def icon(name: str, classes: str = "") -> Markup:
    """The icon, hidden from readers aloud: words stand beside it. Raises KeyError."""
    kind = f"i {classes}".strip()
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(kind, Markup(_DRAWN[name]))


def logo() -> Markup:
    """Three stairs: hamlet cluster, village, township."""
    return Markup(
        '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 15h6v7H2zM9 9h6v13H9zM16 2h6v20h-6z"/></svg>'
    )
