"""What the filters of the history offer, and what the chosen ones are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.deps import Services
from api.present import title
from api.web.history_filters import Asked
from api.web.reader import Reader
from api.web.words import N_
from engine.definition.model import SAME, Role, Row, Workflow
from engine.people.queries import Place
from engine.rules.fold import local_day

Choice = tuple[str, str]


#: What each filter is called, on its field and on its chip.
LABELS: Mapping[str, str] = {
    "move": N_("哪些动作"),
    "unit": N_("哪里的"),
    "by": N_("谁动的"),
    "trigger": N_("做了什么"),
    "from_level": N_("从哪一级"),
    "to_level": N_("到哪一级"),
    "ref": N_("规则条目"),
    "actor": N_("经办人"),
    "meeting": N_("会议"),
    "since": N_("从哪天"),
    "until": N_("到哪天"),
    "cursor": N_("页码"),
}
MOVES = (("up", N_("只看往上走的")), ("all", N_("全部")))
BY = (("people", N_("人")), ("system", N_("系统，按期限")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """A filter that holds: `label` is a text of the catalogue, `value` what is shown as it is, `text` one to translate;
    `href` leads on without it."""

    label: str
    href: str
    value: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Choices as (value, words): `rising` are rows that lead upward, `units` by code."""

    units: Sequence[tuple[str, Sequence[Choice]]]
    levels: Sequence[Choice]
    rising: Sequence[Choice]
    others: Sequence[Choice]

    def chips(self, asked: Asked, names: Mapping[str, str]) -> list[Chip]:
        """The filters that hold, each with a way to drop it; `names` are those of people and meetings."""
        known = {code: words for _, group in self.units for code, words in group}
        known |= {**dict((*self.levels, *self.rising, *self.others)), **names}
        texts = dict((*MOVES, *BY))
        return [
            Chip(
                label=LABELS[name],
                href=asked.without(name),
                value="" if value in texts else known.get(value, value),
                text=texts.get(value, ""),
            )
            for name, value in asked.given.items()
            if (name, value) != ("move", "up")
        ]


def options_of(served: Services, who: Reader, asked: Asked, english: bool) -> Options:
    """What this reader may choose. What the address names stays chosen even where the list does not offer it."""
    workflow = who.workflow
    rising, others = _acts(workflow, english)
    given = asked.given.get("trigger")
    if given and given not in dict((*rising, *others)):
        others = [*others, (given, given)]
    return Options(
        units=_units(served, who, asked),
        levels=[(level.code, title(level.title, english)) for level in workflow.levels.values()],
        rising=rising,
        others=others,
    )


def _units(served: Services, who: Reader, asked: Asked) -> Sequence[tuple[str, Sequence[Choice]]]:
    """Units of the reader's own line and below: two levels from his own down, so that a township's list is its
    villages and a village's its clusters; grouped by the unit above, in the order of their codes."""
    levels = list(who.workflow.levels)
    own = max((levels.index(role.level) for role in _roles(who)), default=0)
    kinds = levels[max(0, own - 2 if own > 2 else own - 1) : own + 1]
    found = served.organisation.places(who.person, local_day(who.workflow, who.now), kinds=kinds)
    shown = [place for place in found if place.kind in kinds]
    return _grouped(shown, asked.given.get("unit"))


def _roles(who: Reader) -> list[Role]:
    return [who.roles[post.role] for post in who.me.posts if post.role in who.roles]


def _grouped(shown: Sequence[Place], given: str | None) -> list[tuple[str, list[Choice]]]:
    groups: dict[str, list[Choice]] = {}
    for place in sorted(shown, key=lambda each: (each.parent or "", each.code)):
        groups.setdefault(place.parent_name or "", []).append((place.code, place.name))
    if given and not any(given == code for group in groups.values() for code, _ in group):
        groups.setdefault("", []).append((given, given))
    return list(groups.items())


def _acts(workflow: Workflow, english: bool) -> tuple[list[Choice], list[Choice]]:
    """(those that can lead upward, the others), each trigger once."""
    rising: dict[str, str] = {}
    others: dict[str, str] = {}
    for row in workflow.rows:
        ref = f"{row.ref} " if row.ref else ""
        (rising if _rises(workflow, row) else others).setdefault(row.trigger, f"{ref}{title(row.title, english)}")
    return list(rising.items()), [each for each in others.items() if each[0] not in rising]


def _rises(workflow: Workflow, row: Row) -> bool:
    """Some target of it lies higher than one of its sources."""
    sources = [_rank(workflow, code) for code in row.sources]
    targets = [_rank(workflow, each.to) for each in row.targets if each.to != SAME]
    known = [rank for rank in sources if rank is not None]
    return any(rank is not None and rank > min(known) for rank in targets) if known else False


def _rank(workflow: Workflow, state: str) -> int | None:
    found = workflow.states.get(state)
    return workflow.levels[found.level].rank if found and found.level else None
