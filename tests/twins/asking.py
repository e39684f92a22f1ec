"""Everything that one can ask: every route with every filter, the hidden named in every place where an id can stand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx2 as httpx

from api.web.guard import token_of
from tests import township as t
from tests.twins.township import Twin, Twins
from tests.web.page_table import page_routes

#: What would end the session of who asks, or is about him alone; what needs no database; the clock; and the log of
#: access, which tells all calls with their real times (`test_the_log_of_access…` looks at that).
SKIPPED = {
    "/sign-in", "/sign-out", "/password", "/liking", "/v1/clock", "/openapi.json", "/docs", "/static",
    "/sign-ins", "/v1/access", "/v1/access/export", "/access", "/access/export",
}  # fmt: skip
ABSENT = f"{t.TOWNSHIP}-01AAAAAAAAAAAAAAAAAAAAAAAA"
_BODY = {"trigger": "note", "data": {"text": "看看"}}


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What is asked about: ids that only one of the two has, beside those that both have. `q`: words and numbers that
    would find it."""

    cases: Sequence[str]
    files: Sequence[str] = ()
    messages: Sequence[str] = ()
    q: Sequence[str] = ()
    case: str
    meetings: Sequence[str] = ()
    keys: Sequence[str] = ()
    file: str | None = None
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def paths(self, path: str) -> Iterator[str]:
        """The path with every choice for its names filled in."""
        names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
        for chosen in itertools.product(*(self._choices(name) for name in names)):
            given = dict(zip(names, chosen, strict=True))
            yield re.sub(r"\{(\w+)(?::\w+)?\}", lambda found, given=given: given[found[1]], path)

    def _choices(self, name: str) -> Sequence[str]:
        """In place of a name that nobody here knows the hidden is put, too."""
        known: Mapping[str, Sequence[str]] = {
            "case_id": [*self.cases, self.case],
            "meeting_id": self.meetings,
            "file_id": [*self.files, *([self.file] if self.file else [])],
            "message_id": self.messages,
            "trigger": ["note", "accept"],
            "number": ["1", "2", "3"],
            "key": ["issue-escalation"],
            "version": ["2"],
            **{name: [ABSENT] for name in ("turn_id", "token_id", "post_id", "checkpoint_id", "id")},
            **{name: ["linzhang"] for name in ("login", "person", "person_id")},
            **self.more,
        }
        return known.get(name, self.cases)

    def values(self, name: str) -> Sequence[str]:
        """Of a filter; of one that nobody here knows the hidden."""
        at = "2026-03-06T00:00:00+08:00"
        known: Mapping[str, Sequence[str]] = {
            "cursor": [], "after": [], "limit": ["1"], "unit": [t.NEIGHBOURHOOD, t.TOWNSHIP], "mine": ["true"],
            "waiting": ["true"], "reported": ["true"], "workflow": ["issue-escalation"],
            "state": ["sealed", "township_queued", "reported"], "level": ["wuchang", "village"],
            "category": ["conduct", "unclear"], "urgency": ["critical"], "responsible": ["pianzhang"], "open": ["true"],
            "overdue": ["true", "false"], "due_until": ["2026-06-01T00:00:00+08:00"], "opened_from": [at],
            "opened_to": [at], "q": self.q, "order": ["due"], "trigger": ["seal", "report", "raise_alarm"],
            "ref": ["T34"], "from_level": ["wuchang"], "to_level": ["village"],
            "actor": ["linzhang", "township_party_office"], "meeting": list(self.meetings),
            "upward": ["true", "false"],
            "by_system": ["true"], "since": [at], "until": ["2026-06-01T00:00:00+08:00"],
            "case": [*self.cases, self.case],
            "unread": ["true"], "day": ["2026-03-06"], "status": ["planned", "open"], "parent": [t.VILLAGE],
            "kind": ["village"], "role": ["village_clerk"], "atomic": ["true"], "home": [t.TOWNSHIP],
            "log": ["open", "veiled"], "seq": ["1"], "size": ["1"], "old": ["1"], "new": ["2"], "login": ["linzhang"],
            "person": ["linzhang"], "object": self.cases, "format": ["csv"],
        }  # fmt: skip
        return known.get(name, self.cases)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request. `page`: of a browser, with its session."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    version: int | str | None = None
    key: str | None = None
    page: bool = False

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{'page ' if self.page else ''}{self.method} {self.path}{'?' if query else ''}{query} {self.body or ''}"


def answered(twin: Twin, person: str | None, ask: Ask) -> httpx.Response:
    """With everything that pages draw by lot held still."""
    with patch("secrets.token_bytes", bytes), patch("secrets.token_urlsafe", "x".__mul__):
        return _page(twin, person, ask) if ask.page else _call(twin, person, ask)


def _call(twin: Twin, person: str | None, ask: Ask) -> httpx.Response:
    headers = {"Authorization": f"Bearer {twin.tokens[person]}"} if person else {}
    if ask.version is not None:
        headers["If-Match"] = f'"{ask.version}"'
    if ask.key is not None:
        headers["Idempotency-Key"] = ask.key
    return twin.client.request(ask.method, ask.path, params=ask.query or None, json=ask.body, headers=headers)


def _page(twin: Twin, person: str | None, ask: Ask) -> httpx.Response:
    secret = twin.sessions[person] if person else ""
    headers = {"Origin": "http://testserver"} | ({"Cookie": f"mq_session={secret}"} if person else {})
    given = {"token": token_of(secret), "once": "x", "version": "99"} | (ask.body or {})
    data = given if ask.method == "POST" else None
    return twin.client.request(ask.method, ask.path, params=ask.query or None, data=data, headers=headers)


# --- what there is to ask --------------------------------------------------------------------------------------------


def api_reads(twin: Twin, hidden: Hidden) -> list[Ask]:
    """Every GET of the API, and with each value of each filter by itself."""
    found = list(_proofs(hidden))
    for path, operations in twin.client.get("/openapi.json").json()["paths"].items():
        if "get" not in operations or path in SKIPPED:
            continue
        names = [each["name"] for each in operations["get"].get("parameters", ()) if each["in"] == "query"]
        for address in hidden.paths(path):
            if address.endswith(f"{hidden.case}/accesses"):
                continue  # the calls of others at their real times
            found.append(Ask(method="GET", path=address))
            found += [
                Ask(method="GET", path=address, query={name: value}) for name in names for value in hidden.values(name)
            ]
    return found


def _proofs(hidden: Hidden) -> Iterator[Ask]:
    """What the proof of a history says of them, and how many rows its log has."""
    for case in hidden.cases:
        yield Ask(method="GET", path="/v1/audit/inclusion", query={"case": case, "seq": "1"})
    for log in ("open", "veiled"):
        query = {"home": t.TOWNSHIP, "log": log}
        yield from (Ask(method="GET", path=f"/v1/audit/{what}", query=query) for what in ("checkpoints", "keys"))
        yield Ask(method="GET", path="/v1/audit/checkpoints/latest", query=query)
        yield Ask(method="GET", path="/v1/audit/consistency", query=query | {"old": "1"})


_PAGE_FILTERS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "/cases": [{"view": "waiting"}, {"view": "all"}, {"state": "sealed"}, {"unit": t.VILLAGE}],
    "/cases/list": [{"state": "sealed"}],
    "/history": [{"trigger": "seal"}, {"actor": "linzhang"}, {"way": "up"}],
    "/meetings": [{"whose": "all"}, {"status": "open"}],
    "/cases/{case_id}": [{"done": "seal"}],
    "/report": [{"unit": t.NEIGHBOURHOOD}],
}


def page_reads(twin: Twin, hidden: Hidden) -> list[Ask]:
    """Every page, those with lists narrowed in several ways."""
    found = []
    for path in _pages(twin, "GET"):
        queries: list[Mapping[str, str]] = [{}, *_PAGE_FILTERS.get(path, ())]
        queries += [{"q": words} for words in hidden.q] if path == "/cases" else []
        found += [
            Ask(method="GET", path=address, query=query, page=True)
            for address in hidden.paths(path)
            for query in queries
            if not address.endswith(f"{hidden.case}/accesses")
        ]
    return found


#: What says the same to everybody, or nothing about cases.
_DULL = re.compile(
    r"(/v1)?/(rules|workflows|units|people|duty|open|report|danger|password|liking|healthz|readyz|files)\b"
    r"|.*/(items|briefs|closing|arrange|attendance|add|print|sent|clocks|calls)\b"
)


def main_ones(asks: Sequence[Ask], hidden: Hidden) -> list[Ask]:
    """What is worth asking as everybody: what is about cases, as it stands or by one of the words."""
    plain = (each for each in asks if each.query in ({}, {"q": hidden.q[0]}) or each.path.endswith("/latest"))
    known = (f"/{hidden.case}", *(f"/do/{name}" for name in ("note", "accept")))
    return [each for each in plain if not _DULL.match(each.path) and not any(part in each.path for part in known)]


def _pages(twin: Twin, method: str) -> list[str]:
    return sorted(path for found, path in page_routes(twin.app) if found == method and path not in SKIPPED)


def page_writes(twin: Twin, hidden: Hidden) -> list[Ask]:
    """Every form about what is hidden, and the others as they come from a page without anything filled in."""
    found = []
    for path in _pages(twin, "POST"):
        addresses = [each for each in hidden.paths(path) if hidden.case not in each]
        body = {"case": hidden.cases[0], "d.text": "看看", "d.primary": hidden.cases[0]}
        found += [Ask(method="POST", path=address, body=body, page=True) for address in addresses]
    return found


def api_writes(twin: Twin, hidden: Hidden) -> list[Ask]:
    """Acts on the hidden under every header, acts on others that name it, and every other command without a body."""
    found = []
    for case in hidden.cases:
        to = f"/v1/cases/{case}/transitions"
        found += [Ask(method="POST", path=to, body=_BODY, version=version) for version in (None, 1, 2, 99, "x")]
        found += [Ask(method="POST", path=to, body=_BODY, version=1, key=key) for key in hidden.keys]
        found += [Ask(method="POST", path=to, body={"trigger": name}, version=1) for name in ("seal", "accept", "none")]
        item = {"case": case, "version": 1, **_BODY}
        found += [
            Ask(method="POST", path="/v1/transitions", body={"items": [item]}, query=query, key=key)
            for query in ({}, {"atomic": "true"})
            for key in (None, "bulk")
        ]
        of_another, seen = f"/v1/cases/{hidden.case}/transitions", twin.version(hidden.case)
        found += [Ask(method="POST", path=of_another, body=body, version=seen) for body in _naming(case)]
        report = {"category": "dispute", "gist": "又是这条水沟的事", "source": "visit", "heard_on": "2026-03-05"}
        body = {"unit": t.NEIGHBOURHOOD, "data": report | {"repeat_of": case}}
        found.append(Ask(method="POST", path="/v1/cases", body=body))
        found += [ask for each in hidden.meetings for ask in _in_meeting(each, case, twin.version(each))]
    return [*found, *_others(twin, hidden)]


def _naming(case: str) -> Iterator[dict[str, Any]]:
    yield {"trigger": "merge", "data": {"primary": case, "reason": "同一件事"}}
    yield {"trigger": "correct", "data": {"repeat_of": case, "reason": "重复"}}


def _in_meeting(meeting: str, case: str, version: int) -> Iterator[Ask]:
    here = f"/v1/meetings/{meeting}"
    for trigger in ("carry_over", "return_to_wuchang"):
        decisions = {"decisions": [{"case": case, "trigger": trigger, "data": {}}]}
        yield Ask(method="POST", path=f"{here}/decisions", body=decisions, version=version)
    for seen in (version, 99):
        yield Ask(method="DELETE", path=f"{here}/decisions/{case}", version=seen)
        yield Ask(method="POST", path=f"{here}/agenda", body={"case": case, "reason": "来晚了"}, version=seen)


def _others(twin: Twin, hidden: Hidden) -> Iterator[Ask]:
    for path, operations in twin.client.get("/openapi.json").json()["paths"].items():
        for method in sorted({"post", "put", "patch", "delete"} & operations.keys()):
            if path not in SKIPPED:
                addresses = [each for each in hidden.paths(path) if hidden.case not in each]
                yield from (Ask(method=method.upper(), path=each, body={}, version=99) for each in addresses)


# --- comparing -------------------------------------------------------------------------------------------------------


def differences(both: Twins, people: Sequence[str | None], asks: Sequence[Ask]) -> list[str]:
    """What somebody could tell the two apart by."""
    found = []
    for person in people:
        for number, ask in enumerate(asks):
            answers = []
            for twin in both.each:
                twin.names.begin(f"{person} {number} {ask}")
                answers.append(answered(twin, person, ask))
            if _whole(answers[0]) != _whole(answers[1]):
                found.append(f"{person}: {ask}: {_told(*answers)}")
    return found


def walked(both: Twins, people: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Lists page by page, two lines a page: also where the hidden would begin a page."""
    found = []
    for person, path in itertools.product(people, paths):
        cursor: str | None = None
        name = "after" if path.startswith("/v1/events") else "cursor"
        for _ in range(60):
            ask = Ask(method="GET", path=path, query={"limit": "2"} | ({name: cursor} if cursor else {}))
            plain, telling = (answered(twin, person, ask) for twin in both.each)
            if _whole(plain) != _whole(telling):
                found.append(f"{person}: {ask}: {_told(plain, telling)}")
            told = plain.json()
            cursor = told.get("next")
            if not cursor or not told["items"]:
                break
    return found


def _whole(answer: httpx.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    return answer.status_code, sorted(answer.headers.raw), answer.content


def _told(plain: httpx.Response, telling: httpx.Response) -> str:
    """The first place where they part."""
    if plain.status_code != telling.status_code:
        return f"{plain.status_code} {plain.text[:200]} | {telling.status_code} {telling.text[:200]}"
    one, other = plain.text, telling.text
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, place - 60)
    return f"…{one[start : place + 60]!r} | …{other[start : place + 60]!r}"
