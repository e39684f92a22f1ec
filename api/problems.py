"""The one table from a refusal to a status and words, and problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from api.condition_texts import Text, people_titles, sentence
from api.field_texts import FIELD_TEXTS, PLAIN_TITLES
from api.languages import wants_english
from engine.definition.model import Value, Workflow
from engine.rules.refusals import (
    CarriedTooOften,
    Concerned,
    ConditionRefused,
    Conflict,
    FieldProblem,
    FieldsRefused,
    KeptOut,
    NoDestination,
    NotInState,
    NotNamed,
    NotQuorate,
    OnlyInMeeting,
    Recused,
    Refusal,
    Stale,
    TooLarge,
)

#: kind -> (status, title zh, title en)
KINDS: dict[str, tuple[int, str, str]] = {
    "unauthorized": (401, "请先登录", "Sign in first"),
    "forbidden": (403, "无权办理", "Not yours to do"),
    "not_found": (404, "没有找到", "Not found"),
    "conflict": (409, "现在不能这样办", "Not possible now"),
    "stale": (412, "内容已被他人更新", "Changed meanwhile"),
    "too_large": (413, "内容过大", "Too large"),
    "address": (414, "地址过长", "The address is too long"),
    "headers": (431, "请求头过大", "The headers are too large"),
    "invalid": (422, "填写有误", "Not filled in right"),
    "too_many": (429, "操作过于频繁", "Too often"),
    "precondition": (428, "缺少版本号", "Version required"),
    "bad_request": (400, "请求无法读取", "Unreadable request"),
    "method": (405, "不支持的方法", "Method not allowed"),
    "unavailable": (503, "暂时无法服务", "Not available now"),
    "full": (507, "存储空间已满", "Storage is full"),
    "broken": (500, "程序出错", "Something broke"),
}

#: code -> (zh, en) of what the services refuse without a line of the rules.
PLAIN_TEXTS: dict[str, Text] = {
    "unauthorized": ("令牌无效或已过期", "The token is not valid, or no longer"),
    "version_required": ('请在 If-Match 中写明所见版本，如 "7"', 'State the version you saw in If-Match, such as "7"'),
    "bad_version": ('If-Match 须为加引号的版本号，如 "7"', 'If-Match must be a quoted version such as "7"'),
    "foreign_origin": ("这个请求不是从本站的页面发出的", "This request did not come from a page of this site"),
    "signing_in_busy": ("登录的人太多，请几秒后再试", "Many are signing in; try again in a few seconds"),
    "form_unreadable": ("表单读不出来，请再试一次", "The form cannot be read; try again"),
    "page_not_found": ("没有这个页面，或您看不到它", "There is no such page, or you may not see it"),
    "too_large": ("请求超过大小限制", "The request is over the size limit"),
    "address_too_long": ("地址连同查询不得超过 8 KB", "An address with its query may have 8 KB"),
    "headers_too_long": ("请求头合计不得超过 32 KB", "All headers together may have 32 KB"),
    "unreadable": ("请求不是有效的 JSON", "The request is not valid JSON"),
    "too_often": ("一段时间内做的次数太多，请稍后再试", "Too many in a short time; try again later"),
    "method_not_allowed": ("这个地址不支持这种方法", "This address does not take this method"),
    "route_not_found": ("没有这个地址", "There is no such address"),
    "unavailable": ("数据库暂时无法使用，请稍后重试", "The database is not available; try again soon"),
    "clock_behind": (
        "服务器的时间早于上一次记录的时间，未做任何更改；请管理员校准时间",
        "The server's clock is behind what was recorded last; nothing was changed. Its clock needs to be set right",
    ),
    "not_migrated": (
        "数据库正在升级，请稍后重试；管理员请运行 minqing migrate",
        "The database is being brought up to date; try again soon. The operator runs minqing migrate",
    ),
    "storage_full": ("存储空间已满，未做任何更改", "Storage is full; nothing was changed"),
    "rules_missing": ("缺少这件事项所依据的规则文件", "The rules file of this case is missing"),
    "case_not_found": ("没有这件事项，或您看不到它", "There is no such case, or you may not see it"),
    "file_not_found": ("没有这个附件，或您看不到它", "There is no such attachment, or you may not see it"),
    "upload_cut_off": ("上传中断，附件没有收到，请重试", "The upload was cut off and nothing was kept; try again"),
    "no_post": ("您目前没有可以办事的职务，不能上传附件", "You hold no post that may act, so nothing can be uploaded"),
    "too_many_uploads": (
        "您已上传的附件过多而尚未提交，请先提交或等其过期",
        "Too many of your uploads wait to be used; use them or let them expire",
    ),
    "message_not_found": (
        "没有这条消息，或它已不再给您看",
        "There is no such message, or it is no longer yours",
    ),
    "meeting_not_found": ("没有这次会议，或您看不到它", "There is no such meeting, or you may not see it"),
    "trigger_not_found": ("没有这种办法，或您现在不能办", "There is no such act, or it is not yours now"),
    "decision_not_found": ("这件事项还没有议定", "There is no decision on this case"),
    "unit_not_found": ("没有这个地点，或您看不到它", "There is no such place, or you may not see it"),
    "workflow_not_found": ("没有这份规则", "There is no such workflow"),
    "checkpoint_not_found": (
        "没有这个核对点，或您看不到它",
        "There is no such checkpoint, or you may not see it",
    ),
    "row_not_found": ("这件事项没有这一行，或您看不到它", "The case has no such row, or you may not see it"),
    "veiled_log": (
        "这部分记录的核对点只给按规则能看这类事项的岗位",
        "The checkpoints of this log are for posts to whom the rules show such cases",
    ),
    "tree_broken": (
        "这里的核对树缺了一块，请管理员运行 minqing audit verify",
        "Parts of this tree are gone; the operator may run minqing audit verify",
    ),
    "key_reused": (
        "先前已经交过一次，这次的内容不同（同一个 Idempotency-Key）",
        "It was sent before with another body (the same Idempotency-Key)",
    ),
    "another_meeting_open": ("本单位已有一次同类会议正在进行", "Another meeting of this kind is open at this unit"),
    "is_followed": (
        "已有事项并入这一件，它不能再并入别的事项",
        "Others follow this case, so it cannot follow one",
    ),
    "not_a_decision": ("这个动作不经会议，请直接办理", "This act is no decision: fire it directly"),
    "not_a_member": ("须由该会议的应到人员办理", "Only members of this meeting may do this"),
    "not_over_unit": ("值班表须由本单位或上级单位的人员安排", "A roster is kept by the unit itself or one above it"),
    "turn_not_found": ("没有这一班，或它已过去、已取消", "There is no such turn, or it is over or was called off"),
    "not_chair": ("须由有权主持该会议的人办理", "Only who may chair this meeting may do this"),
    "not_in_chair": ("须由本次会议的主持人议定", "Only who chairs this meeting may do this"),
    "not_operator": ("须由系统操作员办理", "Only the operator may do this"),
    "not_administrator": ("须由相应的管理员办理", "This is for the administrator in charge of it"),
    "by_command_alone": (
        "管理员的账号只能在服务器上用命令管理",
        "The accounts of administrators are managed at the command line alone",
    ),
    "not_for_oneself": ("不能给自己办理，请由另一位管理员办理", "Not for oneself: another administrator does this"),
    "nobodys_account": ("这个账号不属于任何登记人员", "This account belongs to no registered person"),
    "person_not_found": ("没有这个人", "There is no such person"),
    "account_not_found": ("没有这个账号", "There is no such account"),
    "token_not_found": ("没有这个令牌", "There is no such token"),
    "post_not_found": ("没有这个岗位任职", "There is no such post"),
    "relative_not_found": ("没有这条亲属登记", "There is no such relative on record"),
    "audit_changes_nothing": (
        "审计管理员只查看，不改动任何内容",
        "The audit administrator looks on and changes nothing",
    ),
    "out_of_scope": ("这个令牌的范围不包括这样做", "The scope of this token does not include this"),
    "not_audit_office": ("访问记录须由审计管理员查看", "The log of access is for the audit office"),
    "not_a_supervisor": ("谁看过这件事项，只给督查人员看", "Who looked at a case is shown to supervisors alone"),
    "clock_is_real": ("这个数据库使用真实时间，不能调整", "This database runs on real time"),
    "clock_not_held": ("时间未被模拟，不能调整", "Time is not simulated, so it cannot be moved"),
    "clock_backwards": ("模拟时间只能向前", "Simulated time only moves forward"),
    "broken": ("程序出错，没有办成；管理员可在日志中查到", "This was not done; the server's log says why"),
    "fields": ("请改正标出的内容", "Mend what is marked"),
}
_STATUSES: dict[str, Text] = {
    "planned": ("尚未召开", "not open yet"),
    "open": ("正在进行", "open"),
    "closed": ("已结束", "closed"),
    "cancelled": ("已取消", "cancelled"),
}
_UPLOADS: dict[str, Text] = {
    "photo": ("照片", "A photo"),
    "voice": ("录音", "A voice recording"),
    "document": ("文档", "A document"),
    "upload": ("附件", "An upload"),
}
_NEVER: dict[str, Text] = {
    "handler": ("办理人不能核验自己办的事项", "Who handled a case may not verify it"),
    "party": ("当事人不能办理或核验自己的事项", "A party may not handle or verify his own matter"),
    "relative_of_party": (
        "当事人的亲属不能办理或核验这件事项",
        "A party's relative may not handle or verify this matter",
    ),
    "recused": ("已回避的人不能再办理", "Who is recused may not act any more"),
    "behalf": (
        "您代的那个人须回避这件事，别人也不能替他办",
        "Whom you do it for must keep out of this matter: nobody may do it for him",
    ),
    "delegate": (
        "委托您的人须回避这件事，您不能代他议定",
        "Who named you must keep out of this matter: you may not decide in his place",
    ),
    "charge": (
        "须回避的人不能自己选定由谁负责，只能交给上一级的人；请由不涉及这件事的人改派",
        "Who must keep out may only hand it to a higher level: let somebody who is not concerned choose",
    ),
    "down": (
        "须回避的人不能把这件事交给下级，只能往上报；请由不涉及这件事的人决定",
        "Who must keep out may not pass it down, only up: let somebody who is not concerned decide",
    ),
}


class Problem(Exception):
    """A problem that the surface itself finds: no token, no version, unreadable body."""

    def __init__(self, kind: str, code: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.kind, self.code, self.headers = kind, code, headers


def detail(refusal: Refusal) -> Text:
    """(zh, en): the sentence that explains one refusal."""
    workflow = refusal.workflow
    match refusal:
        case ConditionRefused() if workflow:
            return sentence(workflow, refusal.condition, refusal.facts)
        case KeptOut() | Recused() | Concerned():
            return _NEVER.get(refusal.relation, ("该角色不能办理这一步", "This role may not take this step"))
        case NotNamed() if workflow:
            zh, en = people_titles(workflow, refusal.row.by)
            return f"「{refusal.row.title.zh}」须由{zh}办理", f"{refusal.row.title.en} is for {en}"
        case NotInState() if workflow:
            return _not_in_state(workflow, refusal)
        case OnlyInMeeting() | NotQuorate() | CarriedTooOften() if workflow:
            return _about_meeting(workflow, refusal)
        case NoDestination():
            return f"「{refusal.row.title.zh}」现在无处可去", f"{refusal.row.title.en} leads nowhere from here"
        case Stale():
            return (
                f"您看到的是第 {refusal.expected} 版，现在是第 {refusal.current} 版，请刷新后再办",
                f"You saw version {refusal.expected}, it is at {refusal.current}: reload and try again",
            )
        case TooLarge():
            (zh, en), megabytes = _UPLOADS[refusal.what], refusal.limit / 1_000_000
            return f"{zh}不得超过 {megabytes:g} MB", f"{en} may not be over {megabytes:g} MB"
        case Conflict() if refusal.code == "meeting_status":
            zh, en = _STATUSES[refusal.facts["status"]]
            return f"会议{zh}，不能这样办", f"The meeting is {en}"
    return PLAIN_TEXTS[refusal.code]


def _not_in_state(workflow: Workflow, refusal: NotInState) -> Text:
    row = next(row for row in workflow.rows if row.trigger == refusal.trigger)
    state = workflow.states.get(refusal.state)
    zh, en = (state.title.zh, state.title.en) if state else ("尚未开立", "not opened")
    return f"事项处于「{zh}」，不能{row.title.zh}", f"The case is in '{en}': {row.title.en} is not possible"


def _about_meeting(workflow: Workflow, refusal: OnlyInMeeting | NotQuorate | CarriedTooOften) -> Text:
    titles = [workflow.meetings[code].title for code in refusal.row.via]
    zh, en = "、".join(title.zh for title in titles), " or ".join(title.en for title in titles)
    if isinstance(refusal, NotQuorate):
        return f"{zh}未达到法定人数，只能顺延", f"{en} is not quorate: cases may only be carried over"
    if isinstance(refusal, CarriedTooOften):
        return f"已顺延 {refusal.times} 次，不能再顺延", f"Carried over {refusal.times} times already"
    return f"「{refusal.row.title.zh}」须由{zh}议定", f"{refusal.row.title.en} is decided by the {en}"


def field_text(workflow: Workflow | None, problem: FieldProblem) -> Text:
    """(zh, en) of one problem of one field."""
    texts = FIELD_TEXTS[problem.code]
    titles = _titles(workflow, problem.field)
    found = []
    for language, (text, title) in enumerate(zip(texts, titles, strict=True)):
        facts = {name: _fact(workflow, problem, name, value, language) for name, value in problem.facts.items()}
        found.append(text.format_map({"title": title, "level_title": facts.get("level", ""), **facts}))
    return found[0], found[1]


def _titles(workflow: Workflow | None, field: str) -> Text:
    if workflow is not None and field in workflow.fields:
        title = workflow.fields[field].title
        return title.zh, title.en
    return PLAIN_TITLES.get(field, (field, field))


def _fact(workflow: Workflow | None, problem: FieldProblem, name: str, value: Value, language: int) -> str:
    if name == "level" and workflow is not None:
        title = workflow.levels[value].title
        return title.zh if language == 0 else title.en
    if name == "choices" and workflow is not None:
        titles = [workflow.fields[problem.field].choices[code] for code in value]
        return "、".join(t.zh for t in titles) if language == 0 else ", ".join(t.en for t in titles)
    return str(value)


def refusal_response(refusal: Refusal, accept: str | None, kind: str | None = None) -> JSONResponse:
    """`kind` where the whole is answered otherwise than the one refusal in it."""
    english = wants_english(accept)
    kind = kind or refusal.kind
    return problem_json(kind, refusal_body(refusal, english, kind), english)


def refusal_body(refusal: Refusal, english: bool, kind: str | None = None) -> dict[str, Any]:
    body = _body(kind or refusal.kind, refusal.code, detail(refusal), english)
    if isinstance(refusal, FieldsRefused):
        body["errors"] = [_error(refusal.workflow, each, english) for each in refusal.problems]
    if refusal.at is not None:
        body["at"] = refusal.at
    if refusal.refused_by is not None:
        line = refusal.refused_by
        body["refused_by"] = {"file": line.file, "line": line.line, "ref": line.ref, "rule": line.rule}
    return body


def _error(workflow: Workflow | None, problem: FieldProblem, english: bool) -> dict[str, str]:
    message = field_text(workflow, problem)[english]
    return {"field": problem.field, "code": problem.code, "message": message}


def problem_response(problem: Problem, accept: str | None) -> JSONResponse:
    english = wants_english(accept)
    body = _body(problem.kind, problem.code, PLAIN_TEXTS[problem.code], english)
    return problem_json(problem.kind, body, english, problem.headers)


def _body(kind: str, code: str, text: Text, english: bool) -> dict[str, Any]:
    status, zh, en = KINDS[kind]
    return {
        "type": f"urn:minqing:problem:{kind}",
        "title": en if english else zh,
        "status": status,
        "detail": text[english],
        "code": code,
    }


def problem_json(
    kind: str, body: dict[str, Any], english: bool, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    language = {"Content-Language": "en" if english else "zh-CN", "Vary": "Accept-Language"}
    return JSONResponse(
        body, KINDS[kind][0], {**language, **(headers or {})}, media_type="application/problem+json; charset=utf-8"
    )
