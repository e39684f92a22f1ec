"""What is wrong with a file: a code, a place, and a sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.definition.model import Mark


class Code(StrEnum):
    """The findings of `minqing check` that this engine knows; each is explained in `workflows/README.md`."""

    S00 = "S00"
    S01 = "S01"
    S02 = "S02"
    S03 = "S03"
    S04 = "S04"
    S05 = "S05"
    S06 = "S06"
    S07 = "S07"
    S09 = "S09"
    S10 = "S10"
    S11 = "S11"
    S12 = "S12"
    S13 = "S13"
    S14 = "S14"
    S15 = "S15"
    S18 = "S18"
    S20 = "S20"
    S21 = "S21"
    S23 = "S23"

    @property
    def is_error(self) -> bool:
        """Codes from S30 on are warnings."""
        return int(self.value[1:]) < 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`path` is where in the document (`transitions[6].to`), empty for the file as a whole."""

    code: Code
    file: str
    mark: Mark
    path: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """One line: file:line:column, code, path and sentence in `zh` or `en`."""
        where = f"{self.file}:{self.mark.line}:{self.mark.column}"
        path = f"  {self.path}:" if self.path else ""
        return f"{where}  {self.code}{path} {self.zh if language == 'zh' else self.en}"
