"""How a case begins: reported by the neighbour head, sealed, or raised as an alarm."""

from __future__ import annotations

from api.demo.driving import Driver
from api.demo.plans import Plan

_SURNAMES = "李王张刘陈周吴谢罗邓"
_GIVEN = ("小明", "桂英", "国强", "秀兰", "建军", "春花", "志远", "玉梅", "大勇", "爱莲")


def report(driver: Driver, plan: Plan) -> None:
    """Open the case as its plan says."""
    opener = driver.who(plan, "linzhang" if driver.holders.kinds[plan.unit] == "neighbourhood" else "zuzhang")
    if plan.stop == "sealed":
        driver.open(plan, opener, "seal", {"seal_code": "discipline", **_said(driver, plan)})
    elif plan.once("direct_alarm"):
        driver.open(plan, opener, "raise_alarm", {"danger_type": "geo", "gist": plan.gist, "content": plan.content})
    else:
        driver.open(plan, opener, "report", {"category": plan.category, **_said(driver, plan), **_more(driver, plan)})


def _said(driver: Driver, plan: Plan) -> dict[str, object]:
    source = driver.random.choice(("visit", "visit", "talk", "came", "call", "chat"))
    said: dict[str, object] = {"gist": plan.gist, "content": plan.content, "source": source, "heard_on": driver.day()}
    return said if "anonymous" in plan.turns else said | {"reporter": _reporter(driver)}


def _reporter(driver: Driver) -> dict[str, str]:
    name = driver.random.choice(_SURNAMES) + driver.random.choice(_GIVEN)
    return {"name": name, "phone": f"100{driver.random.randint(0, 10**8 - 1):08d}"}


def _more(driver: Driver, plan: Plan) -> dict[str, object]:
    """What few cases say."""
    found: dict[str, object] = {} if plan.urgency == "normal" else {"urgency": plan.urgency}
    if "petition" in plan.turns:
        found |= {"is_petition": True, "petition_no": "洋信2026-8"}
    if "cadre" in plan.turns:
        found |= {"about": driver.holders.all_at("village_cadre", driver.village(plan))[-1]}
    return found
