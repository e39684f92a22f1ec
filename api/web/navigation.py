"""Where a reader may go: the few places of his post, the same on the phone's tabs and in the desk's bar."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.reader import Reader
from api.web.words import N_

_TABS = 4  # what fits under a thumb


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """`title` is a text of the catalogue; `tab`: it stands on the phone's tabs, too."""

    path: str
    title: str
    icon: str
    current: bool = False
    tab: bool = True


_TODAY = ("/", N_("今天"), "home")
_MINE = ("/mine", N_("我报的"), "list")
_PEOPLE = ("/people", N_("找人"), "phone")
_CASES = ("/cases", N_("事项"), "file")
_MEETINGS = ("/meetings", N_("会议"), "meet")
_HISTORY = ("/history", N_("上报经过"), "clock")
_RULES = ("/rules", N_("规则"), "rule")
_ACCESS = ("/access", N_("访问记录"), "eye")

#: By the highest level at which somebody acts: the lowest reports, the middle meets, the top oversees.
_LOWEST = (_TODAY, _CASES, _MINE, _PEOPLE, _HISTORY, _RULES)
_HIGHER = (_TODAY, _CASES, _MEETINGS, _PEOPLE, _MINE, _HISTORY, _RULES)
_SUPERVISOR = (_HISTORY, _CASES, _MEETINGS, _RULES)
_NOBODY = (_RULES,)
_ACCOUNTS = ("/admin/accounts", N_("账号"), "users")
_REGISTER = ("/admin/people", N_("登记人员"), "list")
_ACTS = ("/admin/acts", N_("管理记录"), "clock")
#: Of an administrator, by the offices that see it.
_ADMINISTRATION = (
    (_ACTS, {"audit"}),
    (_ACCOUNTS, {"system", "security", "audit"}),
    (_REGISTER, {"system", "security"}),
    (_ACTS, {"security"}),
    (_ACCESS, {"security", "audit"}),
    (_RULES, {"system", "security", "audit"}),
)


def destinations_of(reader: Reader, path: str) -> tuple[Destination, ...]:
    """The places of the reader, the one that holds `path` marked."""
    chosen = _chosen(reader)
    return tuple(
        Destination(path=to, title=title, icon=drawn, current=_holds(to, path), tab=place < _TABS)
        for place, (to, title, drawn) in enumerate(chosen)
    )


def _chosen(reader: Reader) -> tuple[tuple[str, str, str], ...]:
    if offices := reader.session.offices:
        return tuple(dict.fromkeys(place for place, seeing in _ADMINISTRATION if seeing & offices))
    levels = reader.levels
    if not levels:
        return _SUPERVISOR if reader.supervises else _NOBODY
    return _LOWEST if max(levels) == 0 else _HIGHER


def _holds(place: str, path: str) -> bool:
    return path == place or (place != "/" and path.startswith(f"{place}/"))


def home_of(reader: Reader) -> str:
    """Where somebody lands after signing in."""
    return _chosen(reader)[0][0]
