"""How the pages of one installation look and where they live: what the host decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """`theme` is red or blue. `public_url` is the address that browsers use where a proxy stands before us; empty: the
    host that is asked for. `frames` are origins that may show the pages in a frame. `host_name` says who hosts it;
    `help_phone` is whom to ring when signing in does not work. `second_factor` says who must have one: `none`,
    `administrators` or `all`; who has one is asked for it in any case."""

    theme: str = "red"
    public_url: str = ""
    frames: tuple[str, ...] = ()
    host_name: str = ""
    help_name: str = ""
    help_phone: str = ""
    second_factor: str = "none"
    demo: bool = False
