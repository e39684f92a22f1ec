"""The few words a picture says of its own, in either language."""

from __future__ import annotations

from engine.definition.model import Title


class Phrases:
    """`language` is `zh` or `en`."""

    def __init__(self, language: str) -> None:
        self.is_chinese = language == "zh"
        self.joint = self._say("、", ", ")
        self.start = self._say("开立", "Opening")
        self.same = self._say("不动", "stays")
        self.back = self._say("返回原状态", "back where it was")
        self.closer = self._say("本级办理状态", "the level's handling state")
        self.any_handling = self._say("任何办理状态", "any handling state")
        self.final = self._say("终结", "end")
        self.handling = self._say("办理", "handling")
        self.without_level = self._say("层级不变", "the level stays")
        self.by_meeting = self._say("会议决定", "decided in a meeting")
        self.stays = self._say("办后状态不变", "moves nothing")
        self.loose = self._say("视层级而定", "depends on the level")
        self.from_many = self._say("多个状态可转入", "from many states")

    def title(self, title: Title) -> str:
        return title.zh if self.is_chinese else title.en

    def of(self, *, conditional: bool) -> str:
        return self._say("符合条件", "if it fits") if conditional else self._say("否则", "else")

    def any_open(self, left: str) -> str:
        """Any open state, but for those left out."""
        if not left:
            return self._say("任何未办结状态", "any open state")
        return self._say(f"任何未办结状态（{left}除外）", f"any open state but {left}")

    def gate(self, meetings: tuple[str, ...]) -> str:
        return self._say("会议：", "Meeting: ") + self.joint.join(meetings)

    def coming(self, sources: str) -> str:
        return self._say("自 ", "from ") + sources

    def aside(self, words: str) -> str:
        return self._say(f"（{words}）", f" ({words})")

    def note(self, sources: str) -> str:
        return sources + self._say("：", ": ")

    def _say(self, zh: str, en: str) -> str:
        return zh if self.is_chinese else en
