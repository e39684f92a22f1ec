"""Having masked personal data of a case shown: an act that is kept, and answered only once it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.cases.naming import CaseAt, names_of
from engine.cases.office import Office
from engine.cases.reading import attempt_to_read, found, kept_to_few
from engine.cases.referring import telling, untold
from engine.definition.model import FieldType, Value, Workflow
from engine.rules.attempt import Attempt
from engine.rules.fold import as_list
from engine.rules.mask import Sight, seen
from engine.rules.own import given
from engine.rules.people import acted_through, reads_through
from engine.rules.reading import may_read, read_until
from engine.rules.refusals import FieldProblem, FieldsRefused, Forbidden, NotFound, Recused
from engine.rules.revealing import FIELDS_MOST, WORDS_MOST, Ground, grounds_of, oversees
from engine.rules.values import Bad, clean
from engine.store.casefile import Held, home_of, read_case, read_events_at, read_texts
from engine.store.db import Tx, retried
from engine.store.names import people_names
from engine.store.revealbook import Reveal, record_reveal, registered_people, reveals_of

NOTE, BEHALF = "note", "on_behalf_of"  # what is no field and can hold personal data all the same


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which `fields` of a case (or `note`, `on_behalf_of`), as they are now or as the row `seq` gave them, and for
    what: one of the grounds, with `words` where it is `other`."""

    fields: tuple[str, ...]
    reason: str
    words: str | None = None
    seq: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """What was shown: values as they were given, of registered people {id, name, phone}."""

    reveal: Reveal
    workflow: Workflow
    values: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class RevealView:
    """One entry of who had what shown."""

    reveal: Reveal
    workflow: Workflow
    names: Mapping[str, str] = field(default_factory=dict)


class RevealService:
    """Revealing for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def grounds(self, person: str, case_id: str) -> tuple[Ground, ...]:
        """What he may ask for. Raises NotFound, Recused."""
        with self.office.store.read() as tx:
            return grounds_of(self._attempt(tx, person, case_id)[1])

    @retried
    def reveal(self, person: str, login: str, case_id: str, asked: Asked) -> Revealed:
        """Kept before it is answered. Raises NotFound, also where the case is out of reach; Recused; FieldsRefused."""
        with self.office.store.begin() as tx:
            held, attempt = self._attempt(tx, person, case_id)
            kept = self._values(tx, held, attempt.workflow, asked.seq)
            if problems := _problems(attempt, asked, kept):
                raise FieldsRefused(problems, workflow=attempt.workflow)
            reveal = self._entry(tx, held, attempt, login, asked)
            record_reveal(tx, reveal)
            shown = {name: kept[name] for name in asked.fields}
            return Revealed(reveal=reveal, workflow=attempt.workflow, values=_with_people(tx, attempt.workflow, shown))

    def reveals(self, person: str, case_id: str) -> list[RevealView]:
        """Who had what shown, the newest first, for `read_only` roles and from above the case's level. Raises NotFound,
        Recused, Forbidden."""
        with self.office.store.read() as tx:
            _, attempt = self._attempt(tx, person, case_id)
            if not oversees(attempt):
                raise Forbidden("not_a_supervisor")
            kept = reveals_of(tx, case_id)
            names = people_names(tx, {each.person for each in kept})
            return [RevealView(reveal=each, workflow=attempt.workflow, names=names) for each in kept]

    def _attempt(self, tx: Tx, person: str, case_id: str) -> tuple[Held, Attempt]:
        held = found(read_case(tx, case_id))
        attempt = attempt_to_read(tx, self.office, held, person)
        if not may_read(attempt):
            raise NotFound("case")
        if read_until(attempt) is not None:
            raise Recused(attempt.workflow)
        return held, attempt

    def _values(self, tx: Tx, held: Held, workflow: Workflow, seq: int | None) -> dict[str, Value]:
        """What can be shown, unmasked: the latest of each field, or what one row gave."""
        case_id, state = held.identity.id, held.state
        row = read_events_at(tx, [(case_id, seq or 1)]).get((case_id, seq or 1))
        behalf = (row.behalf or row.payload.get("behalf")) if row else None
        if seq is None:
            values = {**state.values, **read_texts(tx, {case_id: state})[case_id]}
        else:
            said = {**given(row), **row.payload.get("data", {})} if row else {}
            values = {**said, NOTE: row.payload.get(NOTE) if row else None}
        back = untold(tx, self.office, [(workflow, values)])
        known = {**telling(workflow, values, back), BEHALF: behalf}
        return {name: value for name, value in known.items() if value is not None and not _is_upload(workflow, name)}

    def _entry(self, tx: Tx, held: Held, attempt: Attempt, login: str, asked: Asked) -> Reveal:
        home = home_of(held.identity.id)
        where = CaseAt(case_id=held.identity.id, unit=held.unit, workflow=attempt.workflow)
        names = names_of(tx, self.office.names, [where])[held.identity.id] if asked.words else None
        few = bool(kept_to_few(tx, self.office, [held])) if asked.words else False
        return Reveal(
            home=home,
            id=self.office.new_id(home),
            at=self.office.clock.now(tx),
            login=login,
            person=attempt.actor.person,
            post=_post(attempt),
            case_id=held.identity.id,
            fields=tuple(f"{asked.seq}:{name}" if asked.seq else name for name in asked.fields),
            reason=asked.reason,
            words=seen(asked.words, Sight.MASKED, replace(names, nameless=few)) if names else None,
        )


def _post(attempt: Attempt) -> str | None:
    """Through which he reads the case: one that may act first."""
    acting = acted_through((), attempt)
    reading = (post.id for post in attempt.actor.posts if reads_through(post, attempt))
    return acting.id if acting else next(reading, None)


def _is_upload(workflow: Workflow, name: str) -> bool:
    return name in workflow.fields and workflow.fields[name].entry_type is FieldType.FILE


def _problems(attempt: Attempt, asked: Asked, kept: Mapping[str, Value]) -> tuple[FieldProblem, ...]:
    problems = [FieldProblem(field=name, code="not_kept") for name in asked.fields if name not in kept]
    if not asked.fields:
        problems.append(FieldProblem(field="fields", code="missing"))
    if len(asked.fields) > FIELDS_MOST:
        problems.append(_too_long("fields", FIELDS_MOST, len(asked.fields)))
    if asked.reason not in grounds_of(attempt):
        problems.append(FieldProblem(field="reason", code="not_a_ground"))
    return (*problems, *_problems_of_words(asked))


def _problems_of_words(asked: Asked) -> list[FieldProblem]:
    words = (asked.words or "").strip()
    if not words:
        return [FieldProblem(field="words", code="missing")] if asked.reason == Ground.OTHER else []
    try:
        clean(words)
    except Bad as bad:
        return [FieldProblem(field="words", code=bad.code, facts=bad.facts)]
    return [_too_long("words", WORDS_MOST, len(words))] if len(words) > WORDS_MOST else []


def _too_long(name: str, most: int, length: int) -> FieldProblem:
    return FieldProblem(field=name, code="too_long", facts={"max_length": most, "found": length})


def _with_people(tx: Tx, workflow: Workflow, values: Mapping[str, Value]) -> dict[str, Value]:
    """Registered people with what the register says of them."""
    fields = workflow.fields
    named = {name for name in values if name == BEHALF or (name in fields and fields[name].entry_type == "person")}
    ids = {each for name in named for each in as_list(values[name]) if isinstance(each, str)}
    known = registered_people(tx, ids)

    def told(value: Value) -> Value:
        if isinstance(value, list):
            return [told(each) for each in value]
        return known.get(value, {"id": value, "name": None}) if isinstance(value, str) else value

    return {name: told(value) if name in named else value for name, value in values.items()}
