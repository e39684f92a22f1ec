"""What the pages of administrators share: who acts, what was wrong with a form, what a page says was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request

from api.problems import Problem
from api.register_problems import register_errors
from api.running import by_of
from api.web.reader import Posted, Reader, english_of
from api.web.rendering import say
from api.web.sign_in import busy_now
from api.web.words import N_
from engine.people.acting import By
from engine.people.entering import RowRefused
from engine.people.errors import Wrong
from engine.people.hashing import Busy

Errors = Sequence[dict[str, str]]
#: What was done, as the address of the next page says it -> the sentence.
_TOLD = {
    "account_added": N_("账号已新增。还没有密码和岗位，由安全管理员给。"),
    "account_ended": N_("账号已停用。"),
    "sessions_ended": N_("已令其在各处退出登录。"),
    "factor_removed": N_("动态码已取消，本人下次登录时可重新设置。"),
    "token_revoked": N_("令牌已作废。"),
    "person_added": N_("人员已登记。"),
    "post_given": N_("岗位已给予。"),
    "post_ended": N_("岗位已结束。"),
    "relative_ended": N_("这条亲属登记已结束。"),
}


def by(who: Reader) -> By:
    return by_of(who.session)


def enter(who: Reader, *offices: str) -> By:
    """Who acts, where he has one of the offices. Others hear that there is no such page: what is behind it is none of
    their concern."""
    if not who.session.offices & set(offices):
        raise Problem("not_found", "page_not_found")
    return by(who)


def tried(request: Request, act: Callable[[], Any]) -> Errors:
    """What was wrong with the form, nothing where it is done."""
    try:
        act()
    except (Wrong, RowRefused) as refused:
        return register_errors(refused, english_of(request))
    except Busy as busy:
        raise busy_now() from busy
    return []


def told(request: Request) -> str:
    """The sentence about what has just been done."""
    known = _TOLD.get(request.query_params.get("told", ""))
    return say(request, known) if known else ""


def typed(sent: Posted, *names: str) -> dict[str, str]:
    """What was typed, to be shown again."""
    return {name: sent.get(name).strip() for name in names}


def missing(request: Request, given: dict[str, str], *names: str) -> list[dict[str, str]]:
    """Fields that must be filled in and are not."""
    words = say(request, "请填写这一项")
    return [{"field": name, "code": "missing", "message": words} for name in names if not given[name]]
