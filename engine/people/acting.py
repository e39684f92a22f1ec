"""Who changes something in running the system, and through which office he may."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass

from engine.rules.refusals import Forbidden

#: As what an act is kept that took no office: somebody at the machine, or somebody about himself.
COMMAND, HIMSELF = "command", "self"
_LENGTH = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """`login` is None at the command line, where `machine_user` is who runs it; `person` whose account it is."""

    login: str | None
    offices: frozenset[str] = frozenset()
    person: str | None = None
    machine_user: str | None = None

    def through(self, *offices: str) -> str:
        """The first of these offices that he has; the command line needs none. Raises Forbidden: denied by default."""
        if self.login is None:
            return COMMAND
        for office in offices:
            if office in self.offices:
                return office
        raise Forbidden("not_administrator")


def by_command() -> By:
    """Whoever runs this very program on the machine."""
    return By(login=None, machine_user=_machine_user()[:_LENGTH])


def _machine_user() -> str:
    """His name there; behind `sudo` both names."""
    user, behind = _user(), os.environ.get("SUDO_USER")
    return f"{user} ({behind})" if behind else user


def _user() -> str:
    """A user without a name has a number, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
