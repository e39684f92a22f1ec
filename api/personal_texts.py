"""Why personal data was shown or erased, and what was found of it, in both languages: code -> (zh, en)."""

from __future__ import annotations

from engine.rules.erasing import ERASED, Cause, Reason
from engine.rules.revealing import Ground

Text = tuple[str, str]

#: Where a text was.
ERASED_WORDS: Text = (ERASED, "Erased by law")

GROUND_TEXTS: dict[Ground, Text] = {
    Ground.CONTACT_REPORTER: ("联系反映人", "To contact the reporter"),
    Ground.VISIT: ("上门走访", "To visit"),
    Ground.VERIFY_IDENTITY: ("核实身份", "To verify who it is"),
    Ground.SUPERVISION_SAMPLE: ("督查抽样回访", "A sample of supervision"),
    Ground.LEGAL_DUTY: ("依法履职", "A duty by law"),
    Ground.OTHER: ("其他", "Other"),
}

ERASURE_REASONS: dict[Reason, Text] = {
    Reason.PURPOSE_ACHIEVED: ("目的已经实现", "what it was kept for is done"),
    Reason.RETENTION_OVER: ("保存期限已满", "it was kept as long as it may be"),
    Reason.CONSENT_WITHDRAWN: ("本人撤回同意", "the person withdrew consent"),
    Reason.UNLAWFUL: ("处理个人信息违法或违约", "it was kept against law or agreement"),
    Reason.OTHER_LAW: ("法律规定的其他情形", "another case that the law names"),
}

ERASURE_CAUSES: dict[Cause, Text] = {
    Cause.HIS_WORDS: ("本人所说", "his own words"),
    Cause.NAMED_BY_ID: ("登记为当事人", "named as a party"),
    Cause.IN_TEXT: ("文字中提到", "named in a text"),
    Cause.SAME_FILE: ("同一份附件", "the same upload"),
    Cause.RETENTION: ("保存期满", "kept long enough"),
}
