"""Words about running the system, (zh, en): the offices, what administrators did, what a token opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Text = tuple[str, str]

COMBINED_WARNING: Text = (
    "本站由同一人兼任几种管理员，没有互相监督",
    "On this site one person holds several administrators' offices: nobody checks on him",
)
OFFICE_TEXTS: dict[str, Text] = {
    "system": ("系统管理员", "System administrator"),
    "security": ("安全管理员", "Security administrator"),
    "audit": ("审计管理员", "Audit administrator"),
    "command": ("服务器命令行", "Command line"),
    "self": ("本人", "Himself"),
}
SCOPE_TEXTS: dict[str, Text] = {
    "read": ("只读", "reading only"),
    "act": ("账号能办的都能办", "all that the account may"),
    "feed": ("只取事件流水和附件", "the feed and its files only"),
}
ACT_TEXTS: dict[str, Text] = {
    "account_added": ("新增账号", "Account added"),
    "account_ended": ("停用账号", "Account ended"),
    "person_added": ("登记人员", "Person registered"),
    "post_given": ("给予岗位", "Post given"),
    "post_ended": ("结束岗位", "Post ended"),
    "password_given": ("给一次性密码", "Password given"),
    "sessions_ended": ("令其退出登录", "Signed out everywhere"),
    "factor_removed": ("取消动态码", "Second factor taken away"),
    "token_issued": ("发放令牌", "Token issued"),
    "token_revoked": ("作废令牌", "Token revoked"),
    "relative_declared": ("申报亲属", "Relative declared"),
    "relative_ended": ("结束亲属登记", "Relative taken off"),
    "office_given": ("任命管理员", "Administrator appointed"),
    "office_taken": ("免去管理员", "Administrator dismissed"),
    "offices_combined": ("改为管理员可兼任", "Offices may be combined"),
    "offices_apart": ("改为管理员须分任", "Offices are apart again"),
    "set_up": ("初始化系统", "Site set up"),
    "role_granted": ("授权数据库角色", "Database role granted"),
    "imported": ("导入文件", "File imported"),
    "duty_changed": ("更改值班表", "Duty roster changed"),
    "rhythm_changed": ("更改例会日期", "Meeting days changed"),
    "clock_moved": ("调整模拟时间", "Simulated time moved"),
    "erased": ("依法删除个人信息", "Personal data erased by law"),
    "counted_anew": ("按新日历重算时限", "Deadlines counted anew"),
}
#: What is told about an act beside whom it was about; what is not here says nothing to a reader.
FACT_TEXTS: dict[str, Text] = {
    "person": ("人员", "person"),
    "other": ("与", "with"),
    "kind": ("关系", "relation"),
    "office": ("任", "office"),
    "holder": ("担任人", "holder"),
    "role": ("岗位", "post"),
    "unit": ("单位", "unit"),
    "body": ("组织", "body"),
    "valid_from": ("从", "from"),
    "valid_to": ("到", "until"),
    "last_day": ("最后一天", "last day"),
    "token": ("令牌", "token"),
    "scope": ("范围", "scope"),
    "expires_at": ("到期", "ends"),
    "sessions": ("退出几处", "sign-ins ended"),
    "meeting": ("例会", "meeting"),
    "added": ("新增", "added"),
    "changed": ("更改", "changed"),
    "already": ("原已有", "there already"),
    "mark": ("标记", "mark"),
    "home_level": ("归属层级", "home level"),
    "to": ("调到", "moved to"),
    "sha256": ("文件校验和", "checksum of the file"),
}


def facts_said(facts: Mapping[str, Any], english: bool) -> list[str]:
    """`name: value` of what says something to a reader: words of ours in his language, moments to the day, checksums
    by their beginning."""
    comma = ": " if english else "："
    known = [(FACT_TEXTS[name][english], _value(name, value, english)) for name, value in facts.items()
             if name in FACT_TEXTS and value not in (None, "")]  # fmt: skip
    return [f"{name}{comma}{value}" for name, value in known]


def _value(name: str, value: Any, english: bool) -> str:
    words = {"office": OFFICE_TEXTS, "scope": SCOPE_TEXTS}.get(name, {})
    if value in words:
        return words[value][english]
    return str(value)[:10] if name in ("expires_at", "to") else str(value)[:12] if name == "sha256" else str(value)
