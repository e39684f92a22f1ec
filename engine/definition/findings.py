"""What is wrong with a file: a code, a place, a sentence, what to do about it, and the way of a case that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.definition.codes import HINTS, Code
from engine.definition.model import Mark, Title


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One act of a way: fired in `source` (`start` before the opening), it leads to `target` at `level`. `target` and
    `level` are None for an act that the way shows to fail: nothing happens, the case stays in `source`."""

    trigger: str
    source: str
    target: str | None = None
    level: str | None = None


Witness = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`path` is where in the document (`transitions[6].to`), empty for the file as a whole. `witness` is the shortest
    way of a case that shows what is said, empty where it is about no way. `hint` says what to do in this very place;
    without it the hint of the code stands. `trigger` is that of the row the path is about, empty elsewhere."""

    code: Code
    file: str
    mark: Mark
    path: str
    zh: str
    en: str
    hint: Title | None = None
    witness: Witness = ()
    trigger: str = ""

    @property
    def place(self) -> str:
        """The path as people read it: a row with its trigger, `transitions[6] (report).to`."""
        row, bracket, rest = self.path.partition("]")
        return f"{row}{bracket} ({self.trigger}){rest}" if self.trigger else self.path

    def text(self, language: str) -> str:
        """One line: file:line:column, code, path and sentence in `zh` or `en`."""
        where = f"{self.file}:{self.mark.line}:{self.mark.column}"
        path = f"  {self.place}:" if self.path else ""
        return f"{where}  {self.code}{path} {self.zh if language == 'zh' else self.en}"

    def advice(self, language: str) -> str:
        """What to do, in `zh` or `en`."""
        hint = self.hint or HINTS[self.code]
        return hint.zh if language == "zh" else hint.en

    def details(self, language: str) -> tuple[str, ...]:
        """The lines below `text`: the way that shows it, if there is one, and what to do."""
        zh = language == "zh"
        way = [("走法：" if zh else "way: ") + way_text(self.witness, language)] if self.witness else []
        return (*way, ("建议：" if zh else "hint: ") + self.advice(language))


def way_text(witness: Witness, language: str) -> str:
    """`report → accept → [working] (village)`: the triggers, then where the case is; an act that fails ends in ✗."""
    *_, last = witness
    triggers = [step.trigger for step in witness]
    if last.target is None:
        return " → ".join(triggers) + (f" ✗（在 {last.source}）" if language == "zh" else f" ✗ (in {last.source})")
    level = f"（{last.level}）" if language == "zh" else f" ({last.level})"
    return " → ".join([*triggers, f"[{last.target}]{level}"])


__all__ = ["Code", "Finding", "Step", "Witness", "way_text"]
