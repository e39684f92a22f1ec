"""What `minqing doctor` says of each finding, and what to do about it: code -> (zh, en, advice zh, advice en)."""

from __future__ import annotations

from api.import_texts import filled
from engine.doctor.facts import Finding

Words = tuple[str, str, str, str]

SEVERITY_WORDS = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "note": ("说明", "note")}
#: The places of `engine/doctor/facts.py`, `Machine.places`, and the offices.
NAMES = {
    "database": ("数据库文件", "the database file"),
    "key": ("签名密钥", "the signing key"),
    "config": ("设置文件", "the settings file"),
    "files": ("附件目录", "the folder of uploads"),
    "spool": ("访问日志暂存目录", "the spool of the log of access"),
    "temporary": ("临时目录", "the folder for temporary files"),
    "system": ("系统管理员", "system administrator"),
    "security": ("安全管理员", "security administrator"),
    "audit": ("审计管理员", "audit administrator"),
}
DOCTOR_TEXTS: dict[str, Words] = {
    "database_away": (
        "数据库连不上：{reason}",
        "the database does not answer: {reason}",
        "检查 MINQING_DATABASE_URL，并确认数据库在运行",
        "look at MINQING_DATABASE_URL, and whether the database runs",
    ),
    "not_migrated": (
        "数据库结构不是当前版本",
        "the database is not of this release",
        "先备份，再运行 minqing migrate",
        "back up, then run minqing migrate",
    ),
    "not_set_up": ("数据库尚未初始化", "the database was not set up", "运行 minqing init", "run minqing init"),
    "triggers_missing": (
        "保护历史的触发器缺失或被改动：{triggers}",
        "triggers that hold history are gone or changed: {triggers}",
        "有人改过数据库：保留现状备查，用旧核对点核对历史，再从备份恢复",
        "somebody changed the database: keep a copy, verify history against an older checkpoint, restore a backup",
    ),
    "journal_not_wal": (
        "SQLite 的日志模式是 {journal}，不是 wal",
        "SQLite keeps its log as {journal}, not wal",
        "数据库文件所在的磁盘可能不支持，请放到本机磁盘",
        "the disk of the file may not support it; put the file on a local disk",
    ),
    "role_is_superuser": (
        "应用用超级用户连接数据库",
        "the application connects as a superuser",
        "改用只有所需权限的角色，见手册第 4 节",
        "use a role with no more than it needs, section 4 of the manual",
    ),
    "role_may_change_history": (
        "数据库角色可以改动只增的表：{rights}（触发器仍会拒绝）",
        "the role may change tables that are only added to: {rights} (triggers still refuse)",
        "用所有者运行 minqing migrate --grant-to 应用角色，应用以该角色连接",
        "as the owner run minqing migrate --grant-to ROLE, and connect as that role",
    ),
    "postgresql_old": (
        "PostgreSQL {version} 太旧，至少 {least}",
        "PostgreSQL {version} is old; at least {least}",
        "升级 PostgreSQL",
        "update PostgreSQL",
    ),
    "clocks_differ": (
        "数据库的时钟与本机相差 {seconds} 秒",
        "the clock of the database is {seconds} s ahead of this machine's",
        "两台机器都启用 NTP 校时",
        "let both machines keep time by NTP",
    ),
    "clock_behind": (
        "本机时间 {now} 早于最后一条记录 {last}：相关事项暂不能办理",
        "the clock says {now}, behind the last row of {last}: its cases cannot be worked on",
        "启用 NTP 校准时间，赶上后自动恢复",
        "set the clock right by NTP; it goes on when it has caught up",
    ),
    "open_to_others": (
        "{what}（{path}）可被本机其他用户读取",
        "{what} ({path}) can be read by other users of this machine",
        "chmod 600（目录 700），属主为运行服务的用户",
        "chmod 600 (a folder 700), owned by the user of the service",
    ),
    "not_writable": (
        "{what}（{path}）不能写入",
        "{what} ({path}) cannot be written",
        "改正属主和权限，或换一个位置",
        "mend owner and mode, or choose another place",
    ),
    "on_a_network": (
        "{what}（{path}）在网络文件系统 {kind} 上，文件锁不可靠，数据库会损坏",
        "{what} ({path}) lies on a network file system ({kind}): locks do not hold, it will be damaged",
        "移到本机磁盘，或改用 PostgreSQL",
        "move it to a local disk, or use PostgreSQL",
    ),
    "disk_full": (
        "{what}（{path}）所在磁盘只剩 {free} MB",
        "{what} ({path}): {free} MB are left on its disk",
        "立即清理或扩容；写满后服务回答 507，腾出空间后自动恢复",
        "make room now; when it is full the service answers 507 and goes on once there is room",
    ),
    "disk_nearly_full": (
        "{what}（{path}）所在磁盘只剩 {free} MB",
        "{what} ({path}): {free} MB are left on its disk",
        "近期清理或扩容",
        "make room soon",
    ),
    "python_old": ("Python {version} 太旧", "Python {version} is too old", "改用 3.11 以上", "use 3.11 or newer"),
    "python_untested": (
        "Python {version} 没有测试过",
        "Python {version} was not tested",
        "测试过的是 3.11 至 3.13",
        "3.11 to 3.13 were",
    ),
    "sqlite_old": ("SQLite {version} 太旧", "SQLite {version} is old", "升级系统或 Python", "update system or Python"),
    "demo_in_public": (
        "演示库对外开放（{host} {public_url}）：账号和令牌是公开的",
        "a demo database is open to others ({host} {public_url}): its accounts and tokens are known",
        "只在本机演示；正式使用请另建 production 库",
        "show it on this machine alone; for real use make a production database",
    ),
    "public_url_missing": (
        "没有设置 MINQING_PUBLIC_URL，来源检查和安全 Cookie 只能依赖代理传来的头（监听 {host}）",
        "MINQING_PUBLIC_URL is not set: the check of origins and secure cookies rely on what a proxy says ({host})",
        "设为浏览器使用的 https 地址",
        "set it to the https address that browsers use",
    ),
    "public_url_plain": (
        "对外地址 {public_url} 不是 https，密码和村民信息会明文传输",
        "{public_url} is not https: passwords and what villagers said go in the clear",
        "在反向代理上启用 TLS，改为 https 地址",
        "let the reverse proxy do TLS and set the https address",
    ),
    "listens_to_all": (
        "服务直接监听 {host}，没有经过本机代理",
        "the service listens on {host}, not on loopback behind a proxy",
        "监听 127.0.0.1，由反向代理做 TLS；容器内可忽略",
        "listen on 127.0.0.1 and let a proxy do TLS; in a container this may be meant",
    ),
    "proxies_wide": (
        "受信任的代理范围过大：{network}，其中任何机器都能冒充来源地址",
        "trusted proxies are very many: {network}; any of them may say who is calling",
        "只写代理自己的地址",
        "name the proxies alone",
    ),
    "webhooks_private": (
        "允许 Webhook 发往内网地址和明文 http",
        "webhooks may go to private addresses and over plain http",
        "非必要请关闭 MINQING_WEBHOOKS_PRIVATE",
        "unset MINQING_WEBHOOKS_PRIVATE unless it is needed",
    ),
    "webhook_to_private": (
        "Webhook {name} 指向内网或本机地址 {url}",
        "webhook {name} goes to a private address, {url}",
        "确认是有意为之",
        "make sure that it is meant",
    ),
    "office_vacant": (
        "没有可用的{office}",
        "there is no active {office}",
        "用 minqing init 或管理命令任命，三员各由一人担任",
        "appoint one; the three offices belong to three people",
    ),
    "offices_combined": (
        "三员由同一人兼任，彼此不能监督",
        "one person may hold several of the three offices: nobody watches him",
        "有条件时请分开任命",
        "appoint different people as soon as there are any",
    ),
    "password_unchanged": (
        "管理员账号 {login} 还在用初始密码",
        "the administrator {login} still has the password he was given",
        "请本人登录并更改",
        "let him sign in and change it",
    ),
    "tokens_endless": (
        "令牌没有到期时间：{tokens}",
        "tokens without an end: {tokens}",
        "换发有期限的令牌，作废旧的",
        "issue tokens that end, and revoke these",
    ),
    "tokens_unused": (
        "90 天没有使用的令牌：{tokens}",
        "tokens unused for ninety days: {tokens}",
        "不再需要的请作废：minqing token revoke",
        "revoke what nobody needs: minqing token revoke",
    ),
    "key_none_set": (
        "没有设置签名密钥的位置，核对点无人签名",
        "no place of a signing key is set: nothing signs checkpoints",
        "设置 MINQING_SIGNING_KEY，运行 minqing init",
        "set MINQING_SIGNING_KEY and run minqing init",
    ),
    "key_missing": (
        "签名密钥文件不在原处，核对点无人签名",
        "the file of the signing key is not there: nothing signs checkpoints",
        "放回密钥文件；确已遗失则运行 minqing key new，并抄下公钥",
        "put it back; where it is lost run minqing key new and note the public key",
    ),
    "key_unreadable": (
        "签名密钥读不出来，核对点无人签名",
        "the signing key cannot be read: nothing signs checkpoints",
        "检查文件的属主、权限和内容",
        "look at owner, mode and content of the file",
    ),
    "key_exposed": (
        "签名密钥可被其他用户读取，已停止签名",
        "others may read the signing key, so it signs nothing",
        "chmod 600；若可能已泄露，运行 minqing key new",
        "chmod 600; if somebody may have read it, minqing key new",
    ),
    "key_other": (
        "这把签名密钥不是最近签名的那一把",
        "this is not the key that signed last",
        "找回原来的密钥；没有交代的更换要查清",
        "put the right file back; a change that nobody explains needs looking into",
    ),
    "rows_uncovered": (
        "自 {since} 起的记录没有核对点作证，已超过两天",
        "rows since {since} are covered by no checkpoint, for more than two days",
        "确认 worker 在运行、密钥可用",
        "see that the worker runs and the key can sign",
    ),
    "never_backed_up": (
        "从未用 minqing backup 备份",
        "minqing backup was never run",
        "每天定时运行 minqing backup，并把文件移到别的机器",
        "run minqing backup every day, and carry the file to another machine",
    ),
    "backup_old": (
        "最近一次备份在 {at}，已超过 7 天",
        "the last backup was made at {at}, more than seven days ago",
        "检查定时任务",
        "look at what should run it",
    ),
    "access_log_not_swept": (
        "访问日志里还有早该删除的记录（自 {since}）",
        "the log of access still has calls since {since} that should have gone",
        "确认 worker 在运行",
        "see that the worker runs",
    ),
    "worker_not_running": (
        "自 {since} 起到期的事没有人办：worker 没有运行",
        "what fell due since {since} was not carried out: no worker runs",
        "启动 minqing worker，或让 serve 自己办（MINQING_WORKER=true）",
        "start minqing worker, or let serve do it (MINQING_WORKER=true)",
    ),
    "blocked": (
        "有 {count} 件没有办成的事在等人处理",
        "{count} things could not be carried out and wait",
        "minqing blocked 列出原因和可以处理的岗位",
        "minqing blocked tells why and who could go on",
    ),
    "letters_given_up": (
        "有 {count} 条消息没有送达，已放弃",
        "{count} messages were not delivered and given up",
        "检查接收方（Webhook）",
        "look at the receivers of webhooks",
    ),
    "rules_refused": (
        "规则文件不能使用：{reasons}",
        "the rules cannot be used: {reasons}",
        "放回原来的文件；改规则请写新版本",
        "put the former files back; a change is a new version",
    ),
    "default_workflow_missing": (
        "没有默认规则 {workflow}",
        "the default workflow {workflow} is not there",
        "检查 MINQING_DEFAULT_WORKFLOW 和规则目录",
        "look at MINQING_DEFAULT_WORKFLOW and the folder of rules",
    ),
    "drafts_in_production": (
        "规则草案在正式库中不能开立事项：{workflows}",
        "drafts open no case in production: {workflows}",
        "定稿后去掉 draft: true",
        "take draft: true out when they are ready",
    ),
    "calendar_year_missing": (
        "日历 {calendar} 没有 {year} 年，期限只能暂按周一至周五计算",
        "the calendar {calendar} lacks {year}: deadlines go by weekdays for now",
        "按国务院通知补上这一年，版本加一",
        "write the year as the notice gives it, and raise the version",
    ),
    "calendar_next_year_missing": (
        "日历 {calendar} 还没有 {year} 年",
        "the calendar {calendar} lacks {year} as yet",
        "通知发布后补上",
        "write it when the notice is out",
    ),
}


def told_of(found: Finding, language: str) -> str:
    """What is wrong, in `zh` or `en`."""
    place = 0 if language == "zh" else 1
    facts = {name: NAMES[value][place] if name in ("what", "office") else value for name, value in found.facts.items()}
    zh, en, _, _ = DOCTOR_TEXTS[found.code]
    return filled((zh, en), facts, language)


def advice(found: Finding, language: str) -> str:
    """What to do about it."""
    return DOCTOR_TEXTS[found.code][2 if language == "zh" else 3]


def severity_word(found: Finding, language: str) -> str:
    return SEVERITY_WORDS[found.severity][0 if language == "zh" else 1]
