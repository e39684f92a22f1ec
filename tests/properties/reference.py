"""A second judge, written from the language page alone: it reads plain documents and plain rows of the database, and
shares no line with the engine. It holds what happened against the laws; what should have happened it does not ask."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Row = Mapping[str, Any]
Document = Mapping[str, Any]
NOT_HASHED = ("commitment", "previous", "hash")
TIMES = ("occurred_at", "recorded_at", "client_at")
JSONS = ("responsible", "successor", "facts", "texts")


class LawBroken(AssertionError):
    """Something in the database is as no law allows."""


@contextmanager
def looking(file: str) -> Iterator[sqlite3.Connection]:
    """A connection of the judge's own, which cannot write; each reading sees what is committed by then."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


def read(connection: sqlite3.Connection, table: str, cases: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a table that belong to these cases, in order."""
    column, order = ("id", "id") if table == "cases" else ("case_id", "case_id, seq")
    asked = ", ".join("?" * len(cases))
    rows = connection.execute(f"SELECT * FROM {table} WHERE {column} IN ({asked}) ORDER BY {order}", cases)
    return [dict(row) for row in rows]


def hold(case: Row, rows: Sequence[Row], payloads: Sequence[Row], document: Document) -> None:
    """Raises LawBroken. `rows` and `payloads` are those of the case, in order."""
    _chain(rows, payloads)
    _row_is_the_last_of_its_history(case, rows)
    _pinned(case, rows)
    for number in range(len(rows)):
        _legal(rows[: number + 1], document)


# --- law 2: the chain ------------------------------------------------------------------------------------------------


def _chain(rows: Sequence[Row], payloads: Sequence[Row]) -> None:
    previous = "0" * 64
    for number, (row, payload) in enumerate(zip(rows, payloads, strict=True), start=1):
        _must(row["seq"] == number == payload["seq"], "a gap", row)
        _must(row["previous"] == previous, "it does not hang on the row before", row)
        body = _canonical(json.loads(payload["body"]))
        committed = hashlib.sha256(bytes.fromhex(payload["salt"]) + body).hexdigest()
        _must(row["commitment"] == committed, "it does not commit to its payload", row)
        _must(row["hash"] == hashlib.sha256(_canonical(_hashed(row, previous))).hexdigest(), "its hash is wrong", row)
        previous = row["hash"]


def _hashed(row: Row, previous: str) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if name not in NOT_HASHED}
    plain |= {name: json.loads(row[name]) for name in JSONS}
    plain |= {name: f"{row[name].replace(' ', 'T')}Z" if row[name] else None for name in TIMES}
    return plain | {"proxy": bool(row["proxy"]), "commitment": row["commitment"], "previous": previous}


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# --- laws 1 and 2: the case row is what its history says -------------------------------------------------------------


def _row_is_the_last_of_its_history(case: Row, rows: Sequence[Row]) -> None:
    last = rows[-1]
    told = (last["target"], last["level_to"], last["seq"], last["unit"], last["hash"])
    kept = (case["state"], case["level"], case["version"], case["unit"], case["last_hash"])
    _must(told == kept, f"the case row says {kept}, its history {told}", last)


# --- law 3: pinned ---------------------------------------------------------------------------------------------------


def _pinned(case: Row, rows: Sequence[Row]) -> None:
    first = (case["workflow"], case["workflow_version"], case["file_hash"])
    for row in rows:
        _must((row["workflow"], row["workflow_version"], row["file_hash"]) == first, "it is under other rules", row)


# --- the rules -------------------------------------------------------------------------------------------------------


def _legal(rows: Sequence[Row], document: Document) -> None:
    """The last of these rows was allowed by the document, as far as history itself tells."""
    row, before = rows[-1], rows[:-1]
    source = before[-1]["target"] if before else "start"
    _must(row["source"] == source, f"it starts from {row['source']}, the case was in {source}", row)
    rule = _rule(row, document)
    _must(rule is not None, "no row of the file allows it", row)
    assert rule is not None
    _must(row["target"] in _targets(rule, rows, document), f"it leads to {row['target']}", row)
    _named(row, before, rule, document)
    given = {**json.loads(row["facts"]), **dict.fromkeys(json.loads(row["texts"]))}
    _must(set(rule.get("needs", ())) <= given.keys(), "it lacks what the row needs", row)
    for condition in rule.get("when", ()):
        _must(_holds(condition, row, before, document), f"{condition} does not hold", row)


def _rule(row: Row, document: Document) -> Document | None:
    rules = (rule for rule in document["transitions"] if rule["trigger"] == row["trigger"])
    return next((rule for rule in rules if _from(rule, row["source"], document)), None)


def _from(rule: Document, source: str, document: Document) -> bool:
    sources = rule["from"] if isinstance(rule["from"], list) else [rule["from"]]
    is_open = source in document["states"] and not document["states"][source].get("final")
    return source in sources or ("open" in sources and is_open)


def _targets(rule: Document, rows: Sequence[Row], document: Document) -> set[str]:
    row, to = rows[-1], rule["to"]
    if to == "same":
        return {row["source"]}
    if to == "back":
        return _came_from(rows[:-1])
    if to == "closer":
        level = row["level_from"]
        return {code for code, state in document["states"].items() if state.get("handling") and state["level"] == level}
    return {to}


def _came_from(rows: Sequence[Row]) -> set[str]:
    """Where `back` leads after these rows: the states entered, without those gone back from."""
    entered: list[str] = []
    for row in rows:
        if row["move"] == "enter":
            entered.append(row["target"])
        elif row["move"] == "back":
            entered.pop()
    return set(entered[-2:-1])


def _named(row: Row, before: Sequence[Row], rule: Document, document: Document) -> None:
    by = rule["by"] if isinstance(rule["by"], list) else [rule["by"]]
    opener = before[0]["actor"] if before else row["actor"]
    charges = [json.loads(each["responsible"])["people"] for each in before]
    is_one = {
        "opener": row["actor"] == opener,
        "responsible": bool(charges) and row["actor"] in charges[-1],
        "reader": True,
    }
    _must(any(row["post_role"] == name or is_one.get(name, False) for name in by), "its row does not name him", row)
    if "handler" in rule.get("never", ()):
        handlers = {person for charge in charges for person in charge}
        handlers |= {each["actor"] for each in before if (_rule(each, document) or {}).get("handles")}
        _must(row["actor"] not in handlers, "a handler did it", row)


def _holds(condition: Document, row: Row, before: Sequence[Row], document: Document) -> bool:
    if "not" in condition:
        return not _holds(condition["not"], row, before, document)
    if "any" in condition:
        return any(_holds(each, row, before, document) for each in condition["any"])
    if "counter" in condition:
        found = _count(document["counters"][condition["counter"]], before)
    else:
        found = _latest(condition["field"], row, before)
        if "is" in condition:
            return bool(found == condition["is"])
    return found is not None and condition.get("at_least", found) <= found <= condition.get("at_most", found)


def _latest(field: str, row: Row, before: Sequence[Row]) -> Any:
    values = [json.loads(each["facts"]).get(field) for each in (*before, row)]
    return next((value for value in reversed(values) if value is not None), None)


def _count(counter: Document, before: Sequence[Row]) -> int:
    counted = [row for row in before if counter["of"] in ("every", row["trigger"])]
    if counter["per"] == "level":
        level = before[-1]["level_to"]
        return sum((row["level_from"] or row["level_to"]) == level for row in counted)
    if counter["per"] == "stay":
        return sum(row["seq"] > _entered(before) for row in counted)
    return len(counted)


def _entered(rows: Sequence[Row]) -> int:
    """The row by which the present state was entered; going back is no entering."""
    stays: list[int] = []
    for row in rows:
        if row["move"] == "enter":
            stays.append(row["seq"])
        elif row["move"] == "back":
            stays.pop()
    return stays[-1]


def _must(holds: bool, what: str, row: Row) -> None:
    if not holds:
        raise LawBroken(f"{row['case_id']} row {row['seq']} ({row['trigger']} by {row['actor']}): {what}")
