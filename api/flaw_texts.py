"""What verification says of a flaw, in both languages, with its place."""

from __future__ import annotations

from engine.audit.verify import Flaw, LogState
from engine.files.verify import FileFlaw

#: `Flaw.what` -> (zh, en).
FLAW_TEXTS = {
    "gap": ("缺少它前面的一条", "the row before it is missing"),
    "previous": (
        "与前一条接不上：两条中有一条被改",
        "it does not hang on the row before: one of the two was changed",
    ),
    "hash": ("内容被改", "it was changed"),
    "commitment": ("文字被改", "its texts were changed"),
    "payload": ("文字的记录不在", "the record of its texts is gone"),
    "stray": ("有文字而没有这一条", "there are texts of a row that is not there"),
    "pinned": ("规则版本与事项的不同", "it stands under other rules than its case"),
    "unreadable": ("无法读取", "it cannot be read"),
    "case": ("事项的记录不在", "the record of the case is gone"),
    "fold": ("事项的状态与历史不符", "the state of the case is not what its history gives"),
    "column": ("事项的列与历史不符", "columns of the case are not what its history gives"),
    "ties": ("有关人员和单位与历史不符", "people and units of the case are not what its history gives"),
    "last_hash": ("事项的记录不止于历史的末条", "the case does not end where its history ends"),
    "rules": ("办理所依的规则文件不在这里", "its rules are not here"),
    "leaf_nowhere": ("叶所指的一条不在", "the row that the leaf names is not there"),
    "leaf_twice": ("叶的位置重复或超出", "the place of the leaf is taken, or outside the log"),
    "leaf_log": ("叶所属的树不存在", "the leaf is in no log that there is"),
    "leaf_missing": ("缺叶", "a leaf is missing"),
    "leaf_order": ("叶的次序不对", "the leaf is out of order"),
    "head": ("树的现状记录不符", "the head of the tree is not what its leaves give"),
    "node": ("树的节点记录不符", "a node of the tree is not what its leaves give"),
    "unsigned": ("后面的叶没有核对点：核对点被拿掉", "no checkpoint covers these leaves: it was taken out"),
    "checkpoint": ("核对点本身被改或无法读取", "the checkpoint itself was changed or cannot be read"),
    "signature": ("核对点的签名不成立", "the signature of the checkpoint does not hold"),
    "unknown_log": ("核对点不是这里的", "the checkpoint is of no log that is looked at here"),
    "short": ("历史比核对点短", "the log is shorter than the checkpoint"),
    "root": ("历史与核对点不符：其中有的被改、插入或拿掉", "leaves were changed, put in or taken out"),
    "emptied": ("文字已空，而没有删除的记录", "its texts are gone, and no erasing tells of it"),
    "late": (
        "自称的时间早于已入树的：时钟错过，或补记倒填",
        "it says it is older than what was covered before it: a clock was wrong, or it was dated back",
    ),
}


def flaw_line(flaw: Flaw) -> str:
    """Place, and what is wrong there."""
    zh, en = FLAW_TEXTS[flaw.what]
    return f"{place(flaw)}: {zh} / {en}"


def doubt_line(doubt: Flaw) -> str:
    return f"存疑 / doubt: {flaw_line(doubt)}"


#: `FileFlaw.what` -> (zh, en).
FILE_TEXTS = {
    "gone": ("内容不在", "its bytes are gone"),
    "changed": ("内容被换", "other bytes lie there"),
    "row": ("登记与历史不符", "its record is gone, or says other than the history"),
    "rules": ("办理所依的规则文件不在这里", "the rules of the case are not here"),
}


def file_line(flaw: FileFlaw) -> str:
    zh, en = FILE_TEXTS[flaw.what]
    file = f", 附件 file {flaw.file_id}" if flaw.file_id else ""
    return f"事项 case {flaw.case_id}{file}: {zh} / {en}"


def place(flaw: Flaw) -> str:
    """Home, log and leaves, case, row, checkpoint: as far as they are told."""
    leaves = f"{flaw.leaf}" if flaw.until is None else f"{flaw.leaf}–{flaw.until - 1}"
    parts = (
        (flaw.home, flaw.home),
        (flaw.log, flaw.log),
        (flaw.leaf is not None, f"叶 leaf {leaves}"),
        (flaw.case_id, f"事项 case {flaw.number or ''} {flaw.case_id}"),
        (flaw.case_id and flaw.seq is not None, f"第 {flaw.seq} 条 row {flaw.seq}"),
        (flaw.checkpoint, f"核对点 checkpoint {flaw.checkpoint}"),
    )
    return ", ".join(str(text) for there, text in parts if there)


def log_line(state: LogState) -> str:
    zh = f"{state.size} 叶，核对点 {state.checkpoints} 个，他处留存的 {state.given} 个担保到 {state.vouched}"
    en = f"{state.size} leaves, {state.checkpoints} checkpoints; {state.given} from elsewhere vouch for {state.vouched}"
    return f"{state.home} {state.log}: {zh} / {en}"
