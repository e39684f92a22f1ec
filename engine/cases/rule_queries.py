"""What the database knows of the rules: since when a version opens cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.cases.office import Office
from engine.store.pins import first_uses


class RuleQueries:
    """Rules are for everybody: nothing here depends on who reads."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def first_used(self) -> Mapping[tuple[str, int], datetime]:
        """(workflow, version) -> when the first case was opened under it, of published versions."""
        with self.office.store.read() as tx:
            return first_uses(tx)
