"""What is wrong with a value, in both languages: code -> (zh, en). `{…}` are filled from the facts of the problem."""

from __future__ import annotations

FIELD_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("请填写「{title}」", "Fill in {title}"),
    "unknown_field": ("这一步不接受「{title}」", "This step does not take {title}"),
    "too_short": (
        "「{title}」至少 {min_length} 个字，现有 {found} 个",
        "{title}: at least {min_length}, found {found}",
    ),
    "too_long": ("「{title}」最多 {max_length} 个字，现有 {found} 个", "{title}: at most {max_length}, found {found}"),
    "not_text": ("「{title}」须为文字", "{title} must be text"),
    "control_character": ("「{title}」含有无法保存的控制字符，请删去", "{title} holds control characters; remove them"),
    "not_a_choice": ("「{title}」没有这个选项，可选：{choices}", "{title} has no such choice; choose from {choices}"),
    "not_a_flag": ("「{title}」须为是或否", "{title} must be true or false"),
    "not_an_integer": ("「{title}」须为整数", "{title} must be a whole number"),
    "not_money": ("「{title}」须为金额，如 1250.00", "{title} must be an amount such as 1250.00"),
    "under": ("「{title}」不得少于 {at_least}", "{title} must not be under {at_least}"),
    "over": ("「{title}」不得超过 {at_most}", "{title} must not be over {at_most}"),
    "not_a_date": ("「{title}」须为日期，如 2026-03-06", "{title} must be a date such as 2026-03-06"),
    "no_such_day": ("「{title}」没有 {given} 这一天", "{title}: there is no such day as {given}"),
    "after_today": ("「{title}」不得晚于今天（{today}）", "{title} must not be after today ({today})"),
    "before_today": ("「{title}」不得早于今天（{today}）", "{title} must not be before today ({today})"),
    "after_now": ("发生时间不得晚于现在", "It cannot have happened after now"),
    "not_a_person": (
        "「{title}」须为登记人员的编号，或姓名和电话",
        "{title}: a registered person's id, or name and phone",
    ),
    "bad_name": (
        "「{title}」的姓名须为 1 至 {max_length} 个字，不含表情、换行等符号",
        "{title}: a name has 1 to {max_length} letters, without emoji or line breaks",
    ),
    "bad_phone": (
        "「{title}」的电话须为 11 位手机号，或以 0 开头的座机号",
        "{title}: a phone has 11 digits, or starts with 0 for a land line",
    ),
    "unknown_person": ("「{title}」不是登记人员", "{title} is not a registered person"),
    "unknown_unit": ("「{title}」没有这个单位，或不在您的范围内", "{title}: no such unit, or not within your reach"),
    "unknown_household": ("「{title}」没有这一户", "{title}: no such household"),
    "unit_too_high": (
        "事项须落到{level_title}或以下的单位",
        "A case belongs to a unit at level {level_title} or below",
    ),
    "unknown_workflow": ("没有可用的规则「{title}」", "No such workflow to open a case under"),
    "unknown_trigger": ("没有「{given}」这个动作", "There is no trigger {given}"),
    "unknown_meeting": ("没有这种会议", "There is no such meeting"),
    "wrong_level": ("这种会议不在这一级召开", "This meeting does not sit at units of that level"),
    "not_on_agenda": ("这件事项不在本次议程上", "This case is not on the agenda"),
    "not_a_list": ("「{title}」须为列表", "{title} must be a list"),
    "not_members": ("「{title}」中有人不是应到人员", "{title} names somebody who is not expected"),
    "present_too": ("「{title}」中有人同时登记为实到", "{title} names somebody who is present too"),
    "members_too": ("「{title}」中有人是应到人员", "{title} names a member"),
    "not_present": ("「{title}」未登记为实到", "{title} is not among those present"),
    "may_not_chair": ("「{title}」无权主持这个会议", "{title} may not chair this meeting"),
    "bad_shape": ("「{title}」的格式不对：{why}", "{title} has the wrong form: {why}"),
    "time_without_offset": (
        "「{title}」须带时区，如 2026-03-06T09:00:00+08:00",
        "{title} needs an offset, e.g. +08:00",
    ),
    "bad_cursor": ("翻页游标无效", "This cursor is not valid"),
}

#: Names of what is not a field of the workflow.
PLAIN_TITLES: dict[str, tuple[str, str]] = {
    "unit": ("地点", "Unit"),
    "workflow": ("规则", "Workflow"),
    "trigger": ("动作", "Trigger"),
    "note": ("附言", "Note"),
    "reason": ("理由", "Reason"),
    "on_behalf_of": ("代报对象", "On behalf of"),
    "occurred_at": ("发生时间", "Occurred at"),
    "client_at": ("设备时间", "Device time"),
    "meeting": ("会议", "Meeting"),
    "present": ("实到", "Present"),
    "on_leave": ("请假", "On leave"),
    "observers": ("列席", "Observers"),
    "chair": ("主持人", "Chair"),
    "recorder": ("记录人", "Recorder"),
    "at": ("时间", "Time"),
    "to": ("时间", "Time"),
    "cursor": ("游标", "Cursor"),
}
