"""What is wrong with an import, an account or the set-up, in both languages: code -> (zh, en), filled from facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.people.errors import Wrong
from engine.people.imports import RowProblem

Text = tuple[str, str]

PROBLEM_TEXTS: dict[str, Text] = {
    "too_large": ("文件超过 {limit} 字节", "the file is over {limit} bytes"),
    "not_utf8": ("文件不是 UTF-8 编码，请另存为“CSV UTF-8”", "not UTF-8; save it as “CSV UTF-8”"),
    "bad_csv": ("CSV 格式有误：{reason}", "not well-formed CSV: {reason}"),
    "empty_file": ("文件是空的", "the file is empty"),
    "missing_column": ("缺少这一列，须有：{known}", "this column is missing; needed are {known}"),
    "unknown_column": ("没有这一列，可用的是：{known}", "no such column; known are {known}"),
    "duplicate_column": ("这一列出现了不止一次", "this column comes more than once"),
    "wrong_cell_count": ("有 {found} 格，表头有 {expected} 格", "{found} cells under a header of {expected}"),
    "missing": ("不能为空", "must not be empty"),
    "bad_code": (
        "编号“{value}”只能用 1–64 个字母、数字、- 和 _，以字母或数字开头",
        "“{value}” is no code: 1–64 letters, digits, - and _, a letter or digit first",
    ),
    "too_long": ("有 {length} 个字，最多 {limit} 个", "{length} characters, at most {limit}"),
    "control_character": ("含有看不见的控制字符，请删去", "holds invisible control characters; remove them"),
    "unknown_kind": ("没有“{value}”这一类，可选：{known}", "“{value}” is no kind; choose from {known}"),
    "bad_word": ("“{value}”只能用小写字母和下划线", "“{value}” may hold small letters and underscores only"),
    "bad_phone": ("“{value}”不是电话号码", "“{value}” is no telephone number"),
    "bad_date": ("“{value}”不是日期，请写成 2026-03-01", "“{value}” is no date; write 2026-03-01"),
    "ends_before_start": ("{last} 早于开始日期 {first}", "{last} is before the first day {first}"),
    "duplicate": ("“{value}”与第 {first} 行重复", "“{value}” is in row {first} already"),
    "unknown_unit": ("没有编号为“{value}”的单位", "there is no unit “{value}”"),
    "unknown_body": ("没有编号为“{value}”的组织", "there is no body “{value}”"),
    "unknown_person": ("没有编号为“{value}”的人员", "there is no person “{value}”"),
    "unknown_parent": ("上级单位“{value}”不存在", "the unit above, “{value}”, does not exist"),
    "cycle": ("“{value}”成了自己的上级", "“{value}” would lie below itself"),
    "wrong_parent": (
        "“{value}”（{kind}）不能放在 {parent_kind} 之下",
        "“{value}” ({kind}) cannot lie under a {parent_kind}",
    ),
    "line_too_long": ("“{value}”层级过深", "“{value}” lies too deep"),
    "home_changes": (
        "“{value}”不能由 {before} 改属 {after}：它的事项已按原归属存放",
        "“{value}” cannot move from {before} to {after}: its cases are kept under the former",
    ),
    "unit_or_body": ("单位和组织须填且只填一个", "give either a unit or a body"),
    "id_number": (
        "含有身份证号，请删去或另编号：本系统一律不保存身份证号",
        "holds an identity card number; take it out or use another id: none is kept here",
    ),
    "erased": ("“{value}”已依法删除，请从表中去掉", "“{value}” was erased by law; take the row out"),
    "reserved_id": ("“{value}”是系统自用的编号", "“{value}” is the system's own id"),
    "id_taken": ("编号“{value}”已是别人的", "the id “{value}” is somebody else's"),
    "in_the_past": ("{value} 已经过去，最早 {first}", "{value} is past; at the earliest {first}"),
    "ended_before": ("早在 {last} 就已结束", "it ended on {last} already"),
    "bad_moment": ("“{value}”不是时间，请写成 2026-03-07 08:00", "“{value}” is no time; write 2026-03-07 08:00"),
    "unknown_role": ("没有规则用到角色“{value}”，或它只看不办", "no rules name the role “{value}”, or it only reads"),
    "turn_too_long": ("一班最长 {at_most} 天", "a turn of duty has {at_most} days at most"),
    "turn_over": ("这一班到 {last} 已经过去", "the turn until {last} is over already"),
    "no_such_post": (
        "“{value}”由 {first} 至 {last} 没有一直在这个单位担任这个岗位",
        "“{value}” does not hold this post at the unit for all of {first} to {last}",
    ),
    "overlaps": ("这个人在 {first} 至 {last} 之间已经排了这个班", "on that duty already between {first} and {last}"),
    "own_relative": ("“{value}”不能是自己的亲属", "“{value}” cannot be a relative of itself"),
}

WRONG_TEXTS: dict[str, Text] = {
    "bad_login": (
        "账号“{login}”只能用 1–64 个字母、数字和 _ . @ -",
        "“{login}” is no login: 1–64 letters, digits and _ . @ -",
    ),
    "login_is_id_number": (
        "账号不能是身份证号：本系统一律不保存身份证号",
        "a login must not be an identity card number: none is kept here",
    ),
    "login_taken": ("账号“{login}”已有人使用或用过", "the login “{login}” is or was in use"),
    "unknown_login": ("没有账号“{login}”", "there is no account “{login}”"),
    "account_ended": ("账号“{login}”已停用", "the account “{login}” has ended"),
    "unknown_person": ("没有编号为“{person}”的人员", "there is no person “{person}”"),
    "is_registered": (
        "这个人有登记，请用编号：{people}",
        "this person is registered; name him by his id: {people}",
    ),
    "cases_still_open": (
        "这些事项还没有办结：{cases}。等它们办结，或加 --also-open",
        "these cases are still open: {cases}. Wait until they are closed, or add --also-open",
    ),
    "unknown_token": ("没有编号为“{token}”的令牌", "there is no token “{token}”"),
    "bad_label": ("令牌须有 1–{limit} 个字的名称", "a token needs a label of 1–{limit} characters"),
    "expires_in_the_past": ("到期时间 {moment} 已经过去", "{moment} is past already"),
    "unknown_import": ("不能导入“{kind}”，可选：{known}", "“{kind}” cannot be imported; choose from {known}"),
    "unknown_mark": ("没有“{mark}”这种标记，可选：{known}", "“{mark}” is no mark; choose from {known}"),
    "unknown_home_level": (
        "没有“{home_level}”这一级，可选：{known}",
        "“{home_level}” is no kind of unit; choose from {known}",
    ),
    "set_up_otherwise": (
        "数据库已初始化为 {mark}、{home_level}，不能更改",
        "the database was set up as {mark}, {home_level}; this stays",
    ),
    "not_set_up": ("数据库尚未初始化，请先运行 minqing init", "the database was not set up; run minqing init first"),
    "clock_is_real": (
        "标记为 {mark} 的数据库只用真实时间",
        "a database marked {mark} keeps real time",
    ),
    "clock_not_held": ("时间未被模拟，不能调整", "time is not simulated, so it cannot be moved"),
    "clock_backwards": (
        "时间只能向前：已到 {held}，不能回到 {moment}",
        "time moves only forward: it is {held}, not to go back to {moment}",
    ),
    "time_without_offset": (
        "时间 {moment} 缺少时区，如 +08:00",
        "the time {moment} has no offset such as +08:00",
    ),
    "bad_database_url": (
        "数据库地址 MINQING_DATABASE_URL 无法识别",
        "MINQING_DATABASE_URL is not a database URL",
    ),
    "missing_driver": (
        "缺少 {module}，PostgreSQL 请安装 minqing[postgres]，S3 存储请安装 minqing[s3]",
        "{module} is missing; for PostgreSQL install minqing[postgres], for an S3 store minqing[s3]",
    ),
    "bad_files_url": (
        "MINQING_FILES 须为文件夹，或 s3://存储桶/前缀",
        "MINQING_FILES must be a folder or s3://bucket/prefix",
    ),
    "no_signing_key": (
        "没有设置签名密钥的位置：请设 MINQING_SIGNING_KEY",
        "no place of a signing key is set: set MINQING_SIGNING_KEY",
    ),
    "no_database": ("没有这个数据库文件：{file}", "there is no such database file: {file}"),
    "no_folder": ("无法建立数据库的文件夹 {folder}：{reason}", "cannot make the folder {folder}: {reason}"),
    "unknown_revision": (
        "数据库来自更新的版本，本程序不认识：{reason}",
        "the database comes from a later release: {reason}",
    ),
    "no_roles": ("SQLite 没有角色，--grant-to 只用于 PostgreSQL", "SQLite has no roles; --grant-to is for PostgreSQL"),
    "grant_refused": ("无法授权给 {role}：{reason}", "cannot grant to {role}: {reason}"),
    "backup_exists": ("{file} 已经存在，不覆盖", "{file} is there already and is not overwritten"),
    "backup_damaged": ("备份文件不能使用：{reason}；未做任何更改", "not a sound backup: {reason}; nothing was changed"),
    "backup_later": (
        "备份由更新的版本（{format}）写成，请先升级程序",
        "the backup is of a later release ({format}); update the program first",
    ),
    "backup_without_key": (
        "没有设定签名密钥，或读不到，不能放进备份",
        "no signing key is set, or it cannot be read, so it cannot go into the backup",
    ),
    "database_not_empty": (
        "数据库里已有内容；确要用备份整个替换，请加 --replace",
        "the database is not empty; to replace all of it by the backup add --replace",
    ),
    "database_in_use": (
        "还有程序连着这个数据库（serve、worker 或别的连接），请先停止",
        "something is connected to this database (serve, worker or another session); stop it first",
    ),
    "no_rhythm": (
        "没有按固定日期召开的会议“{meeting}”，可选：{known}",
        "no meeting “{meeting}” with a rhythm; there are {known}",
    ),
    "not_its_unit": ("“{unit}”不是 {level} 一级的单位", "“{unit}” is no unit at level {level}"),
    "wrong_rhythm": (
        "“{meeting}”的日期按 {kind} 写（week 或 month），请只给这一个",
        "“{meeting}” goes by {kind} (week or month): give only that one",
    ),
    "unknown_scope": ("没有“{scope}”这种范围，可选：{known}", "“{scope}” is no scope; choose from {known}"),
    "expires_too_late": ("到期时间 {moment} 太远，最晚 {latest}", "{moment} is too far away; at the latest {latest}"),
    "unknown_office": ("没有“{office}”这种管理员，可选：{known}", "“{office}” is no office; choose from {known}"),
    "unknown_mode": ("没有“{mode}”这种设置，可选：{known}", "“{mode}” is no such setting; choose from {known}"),
    "administrator_is_person": (
        "账号“{login}”是某个人的账号；管理员账号不能属于登记人员，请另建一个",
        "the account “{login}” is a person's; an administrator's belongs to no person: make another",
    ),
    "second_office": (
        "“{who}”已是管理员（{office}）；三种管理员须由不同的人担任",
        "“{who}” holds the office {office} already; the three offices are for three people",
    ),
    "not_in_office": ("账号“{login}”没有担任 {office}", "the account “{login}” does not hold the office {office}"),
    "administrators_apart": (
        "本站已有分任的管理员；要改为兼任请用 minqing user mode combined",
        "this site has administrators apart; to combine them use minqing user mode combined",
    ),
    "offices_combined": (
        "“{login}”还兼任几种管理员，请先免去多余的",
        "“{login}” still holds several offices; dismiss it from all but one first",
    ),
    "sign_in_failed": ("账号或密码不对", "the login or the password is not right"),
    "wrong_password": ("原密码不对", "the old password is not right"),
    "password_too_short": ("密码太短，至少 {least} 个字符", "the password is too short: at least {least} characters"),
    "password_too_long": ("密码太长，最多 {most} 个字符", "the password is too long: at most {most} characters"),
    "password_common": (
        "这个密码太常见，容易被猜中，请换一个",
        "this password is too common and easily guessed; choose another",
    ),
    "password_context": (
        "密码不能主要由账号、姓名、电话、地名等组成，请换一个",
        "a password must not be mostly a login, a name, a telephone number or a place; choose another",
    ),
    "password_expired": (
        "这个一次性密码已过期，请安全管理员再发一个",
        "this one-time password has expired; ask the security administrator for another",
    ),
    "factor_exists": ("账号 {login} 已有动态码", "login {login} has a second factor already"),
    "wrong_code": ("动态码不对", "wrong code"),
    "password_same_as_before": ("新密码不能与原密码相同", "the new password must differ from the old one"),
}


def problem_text(problem: RowProblem, language: str) -> str:
    """The sentence without its place, in `zh` or `en`."""
    return filled(PROBLEM_TEXTS[problem.code], problem.facts, language)


def wrong_text(wrong: Wrong, language: str) -> str:
    """The sentence in `zh` or `en`."""
    return filled(WRONG_TEXTS[wrong.code], wrong.facts, language)


def filled(text: Text, facts: Mapping[str, Any], language: str) -> str:
    """The text in `zh` or `en` with its facts; several of a kind are listed."""
    separator = "、" if language == "zh" else ", "
    shown = {
        name: separator.join(map(str, value)) if isinstance(value, tuple) else "–" if value is None else value
        for name, value in facts.items()
    }
    return text[0 if language == "zh" else 1].format(**shown)
