"""The codes of the check, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.definition.model import Title


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
    S08 = "S08"
    S09 = "S09"
    S10 = "S10"
    S11 = "S11"
    S12 = "S12"
    S13 = "S13"
    S14 = "S14"
    S15 = "S15"
    S16 = "S16"
    S17 = "S17"
    S18 = "S18"
    S19 = "S19"
    S20 = "S20"
    S21 = "S21"
    S22 = "S22"
    S23 = "S23"
    S24 = "S24"
    S30 = "S30"
    S31 = "S31"
    S32 = "S32"
    S33 = "S33"
    S34 = "S34"
    S35 = "S35"
    S36 = "S36"
    S37 = "S37"
    S38 = "S38"
    K01 = "K01"
    K02 = "K02"
    K03 = "K03"

    @property
    def is_error(self) -> bool:
        """Codes from S30 on are warnings, and those about the calendar (K)."""
        return self.value.startswith("S") and int(self.value[1:]) < 30


#: What to do about a finding of each code.
HINTS: Mapping[Code, Title] = {
    Code.S00: Title(zh="照所指的行列改正；重复的内容照写一遍", en="mend the place named; write repeated parts out"),
    Code.S01: Title(zh="改成已有的代码，或补上定义", en="use a code there is, or define it"),
    Code.S02: Title(zh="补一行通到这个状态，或删去它", en="add a row that leads here, or drop the state"),
    Code.S03: Title(zh="补一行通向终结状态（final: true）", en="add a row that leads to a final state"),
    Code.S04: Title(
        zh="离开终结状态的行写 reopens: true，其余的不写",
        en="write `reopens: true` on rows that leave a final state, and on no other",
    ),
    Code.S05: Title(
        zh="合成一行，用去向列表分条件；或改 from", en="make it one row with a list of destinations, or change `from`"
    ),
    Code.S06: Title(zh="在状态上写 gate，或改 via、改层级", en="give the state its `gate`, or mend `via` or the level"),
    Code.S07: Title(zh="条件写在前面各项，最后一项不带", en="put conditions on all destinations but the last"),
    Code.S08: Title(
        zh="给去向加条件，让在此开立的事项去往一个状态",
        en="add a destination with a condition for cases opened here, before `back`",
    ),
    Code.S09: Title(
        zh="让该层级恰好有一个 handling: true 的状态，或用 level 条件另给去向",
        en="give that level exactly one state with `handling: true`, or another destination by a `level` condition",
    ),
    Code.S10: Title(zh="写一行 from: start，去往一个状态", en="write a row `from: start` that leads to a state"),
    Code.S11: Title(zh="照这句话改", en="do as the sentence says"),
    Code.S12: Title(zh="如 5 working days、3 hours before、80%", en="as 5 working days, 3 hours before, 80%"),
    Code.S13: Title(zh="写全 {zh: …, en: …}", en="write {zh: …, en: …} in full"),
    Code.S14: Title(zh="换一个代码", en="choose another code"),
    Code.S15: Title(
        zh="补全表，没有时限写 none；limits 与 until 只写一样",
        en="complete the table, `none` for no limit; write one of `limits` and `until`",
    ),
    Code.S16: Title(
        zh="在该状态为此动作写一行，by 中列入 system；或加 when 使这一步不在那里触发",
        en="write a row of this trigger for that state with `system` in `by`, or keep the step away by its `when`",
    ),
    Code.S17: Title(
        zh="在 with 中给出该字段，或把它从 needs 移到 takes",
        en="give the field in `with`, or move it from `needs` to `takes`",
    ),
    Code.S18: Title(zh="换成该主语可用的检验", en="use a test that this subject has"),
    Code.S19: Title(
        zh="在 by 中加上能办的人，或从 never 中去掉",
        en="name somebody in `by` who may act, or take names out of `never`",
    ),
    Code.S20: Title(zh="改成合类型、合长度、合界限的值", en="write a value of its type, length and bounds"),
    Code.S21: Title(zh="把名字逐个写出；把主持人列入 members", en="write the names out; add the chair to `members`"),
    Code.S22: Title(
        zh="在循环的一行加 {counter: …, at_most: …}，或让其中一个状态计一个累计、有 steps 的时限",
        en="put {counter: …, at_most: …} on a row of it, or run a clock that adds up (per level or case) with steps",
    ),
    Code.S23: Title(
        zh="改字段的类型；并案的行须必填主事项并以它未办结、是另一件、同等密级为条件",
        en="mend the type; a row that merges needs the primary, asked to be open, other and alike_sealed",
    ),
    Code.S24: Title(
        zh="在 replaces 的 states 中写明它对应本版的哪个状态", en="name its counterpart in `states` of `replaces`"
    ),
    Code.S30: Title(
        zh="在 by、tells、members 等处用到它，或删去", en="name it in `by`, `tells`, `members` and so on, or drop it"
    ),
    Code.S31: Title(zh="用到它，或删去", en="use it, or drop it"),
    Code.S32: Title(
        zh="写一行 via 这个会议的决定，或去掉 gate；会议须是某个状态的 gate",
        en="write a row `via` the meeting or drop the `gate`; make the meeting the `gate` of a state",
    ),
    Code.S33: Title(zh="给状态写 runs", en="give the state its `runs`"),
    Code.S34: Title(
        zh="删去这个条件，或改成有时成立、有时不成立的",
        en="drop the condition, or ask something that holds at times and at times does not",
    ),
    Code.S35: Title(
        zh="一个的直接写；when 的列表本来就须全部成立",
        en="write one plain; the entries of a `when` must all hold anyway",
    ),
    Code.S36: Title(
        zh="在循环的一行上加 {counter: …, at_most: …}", en="put {counter: …, at_most: …} on a row of the cycle"
    ),
    Code.S37: Title(
        zh="加上 never: handler，不让办理人办结自己办的事项",
        en="add `never: handler`, so that nobody ends what he handled himself",
    ),
    Code.S38: Title(
        zh="写 pii: name：列表里打码，可以删除", en="write `pii: name`: it is masked in lists and can be erased"
    ),
    Code.K01: Title(
        zh="通知公布后把那一年写进日历，version 加 1：期限会重算",
        en="write that year into the calendar once its notice is out and make its version one more: dates are computed "
        "anew",
    ),
    Code.K02: Title(
        zh="换一个 on_holiday，或换一个开会的日子", en="choose another `on_holiday`, or another day for the meeting"
    ),
    Code.K03: Title(
        zh="放宽时限，加密会议，在等会的状态不计这个时限，或让急的不必等会（at_once_if）",
        en="give more time, meet more often, do not run the clock where cases wait, or let urgent ones not wait "
        "(`at_once_if`)",
    ),
}
