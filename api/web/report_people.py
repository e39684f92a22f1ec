"""People about a report: for whom somebody reports (代报), and whom a form offers."""

from __future__ import annotations

from fastapi import Request

from api.deps import Services
from api.present import title
from api.web.options import Grouped, people_of
from api.web.reader import Posted, Reader, calendar_of
from engine.definition.model import Value
from engine.people.queries import PAGE_MOST, PersonSeen


def near(request: Request, served: Services, who: Reader, unit: str | None) -> tuple[PersonSeen, ...]:
    """Holders of posts below the reader's first place, or below `unit`, within his sight."""
    post = next(iter(who.me.posts), None)
    below = unit or (post.place if post else None)
    if below is None:
        return ()
    today = calendar_of(request, who).today
    return served.organisation.people(who.person, today, unit=below, limit=PAGE_MOST).people


def said(who: Reader, person: PersonSeen, english: bool) -> str:
    """`刘福生（邻长，高子树组第一邻）`."""
    post = next(iter(person.posts), None)
    if post is None:
        return person.name
    role = who.roles.get(post.role)
    words = title(role.title, english) if role else post.role
    where = post.place_name
    return f"{person.name} ({words}, {where})" if english else f"{person.name}（{words}，{where}）"


def behalf_of(request: Request, served: Services, who: Reader, sent: Posted) -> Value:
    """For whom it is reported: the id of an official chosen by name, else name and telephone as typed; None for
    nobody."""
    name, phone = sent.get("behalf.name").strip(), sent.get("behalf.phone").strip()
    if not name and not phone:
        return None
    for person in near(request, served, who, sent.get("under") or None):
        if name in (said(who, person, False), said(who, person, True)):
            return person.id
    return {"name": name, "phone": phone} if phone else {"name": name}


def concerned(request: Request, served: Services, who: Reader, unit: str | None, english: bool) -> Grouped:
    """Officials whom a report may be about, by place."""
    return people_of(who, near(request, served, who, unit), english)
