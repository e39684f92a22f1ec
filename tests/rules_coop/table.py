"""What every row of the cooperative says, written by hand."""

from __future__ import annotations

from tests.rules.rows import Table
from tests.rules_coop.coop import (
    CONFIRMED,
    CORRECTION,
    DISSOLVE,
    DIVIDEND,
    FIVE,
    GIVEN_UP,
    IDEA,
    IN_ORDER,
    INCOME,
    LEAVING,
    LICENCE,
    MEMBER,
    PAID,
    PAPERS,
    SEATS,
    SHARE,
    SPENDING,
    STRUCK_OFF,
    SUSPEND,
    VOTE,
    WAYS,
    YEAR,
    liquidation_checked,
    paid,
    papers_checked,
    with_members,
    year_checked,
)

# The columns: council_head members_rep treasurer, village_clerk village_secretary village_supervision,
# auditor_township.
GRID = """
    C01 propose              start        preparing    + + - | - + - | -
    C02 admit_member         preparing    preparing    + + ! | - - - | -
    C02 admit_member         operating    operating    + + ! | - - - | -
    C03 member_leaves        preparing    preparing    + + ! | - - - | -
    C04 member_leaves        operating    operating    + + ! | - - - | -
    C04 member_leaves        suspended    suspended    + + ! | - - - | -
    C05 record_share         preparing    preparing    ! ! + | + ! ! | -
    C05 record_share         operating    operating    ! ! + | + ! ! | -
    C06 return_share         preparing    preparing    ! ! + | + ! ! | -
    C06 return_share         registering  registering  ! ! + | + ! ! | -
    C06 return_share         operating    operating    ! ! + | + ! ! | -
    C06 return_share         suspended    suspended    ! ! + | + ! ! | -
    C06 return_share         liquidating  liquidating  ! ! + | + ! ! | -
    C07 call_founding        preparing    founding     + - - | - - - | -
    C08 found                founding     registering  + - - | - - - | -
    C09 carry_over           founding     founding     + - - | - - - | -
    C09 carry_over           settling     settling     + - - | - - - | -
    C09 carry_over           deliberating deliberating + - - | - - - | -
    C10 check_papers         registering  registering  - - - | - + - | -
    C11 register             registering  operating    - - - | + - - | -
    C12 registration_refused registering  preparing    - - - | + - - | -
    C13 record_income        operating    operating    ! ! + | - ! ! | -
    C13 record_income        paying       paying       ! ! + | - ! ! | -
    C13 record_income        suspended    suspended    ! ! + | - ! ! | -
    C13 record_income        liquidating  liquidating  ! ! + | - ! ! | -
    C14 record_spending      operating    operating    ! ! + | - ! ! | -
    C14 record_spending      paying       paying       ! ! + | - ! ! | -
    C14 record_spending      suspended    suspended    ! ! + | - ! ! | -
    C14 record_spending      liquidating  liquidating  ! ! + | - ! ! | -
    C15 correct_entry        preparing    preparing    ! ! + | - ! ! | -
    C15 correct_entry        registering  registering  ! ! + | - ! ! | -
    C15 correct_entry        operating    operating    ! ! + | - ! ! | -
    C15 correct_entry        settling     settling     ! ! + | - ! ! | -
    C15 correct_entry        paying       paying       ! ! + | - ! ! | -
    C15 correct_entry        suspended    suspended    ! ! + | - ! ! | -
    C15 correct_entry        liquidating  liquidating  ! ! + | - ! ! | -
    C16 close_year           operating    settling     + - ! | - - - | -
    C17 check_accounts       settling     settling     ! - ! | - - + | -
    C17 check_accounts       liquidating  liquidating  ! - ! | - - + | -
    C18 decide_dividend      settling     paying       + - ! | - - - | -
    C19 pay_dividend         paying       paying       ! ! + | + ! ! | -
    C20 confirm_payment      paying       operating    - + ! | - - - | -
    C21 call_meeting         operating    deliberating + + - | - + - | -
    C22 call_meeting         suspended    deliberating + + - | - + - | -
    C23 decide_motion        deliberating suspended    + - - | - - - | -
    C24 dissolve             liquidating  dissolved    - - ! | + - - | -
    C25 abandon              preparing    abandoned    + - - | - + - | -
    C25 abandon              founding     abandoned    + - - | - + - | -
    C25 abandon              registering  abandoned    + - - | - + - | -
    C26 note                 preparing    preparing    + + + | + + + | -
    C26 note                 founding     founding     + + + | + + + | -
    C26 note                 registering  registering  + + + | + + + | -
    C26 note                 operating    operating    + + + | + + + | -
    C26 note                 settling     settling     + + + | + + + | -
    C26 note                 paying       paying       + + + | + + + | -
    C26 note                 deliberating deliberating + + + | + + + | -
    C26 note                 suspended    suspended    + + + | + + + | -
    C26 note                 liquidating  liquidating  + + + | + + + | -
"""
DECIDERS = ("council_head", "members_rep", "village_secretary", "village_supervision")
SHARES = ("preparing", "registering", "operating", "suspended", "liquidating")
TRADE = ("operating", "paying", "suspended", "liquidating")
BOOKS = ("preparing", "registering", "operating", "settling", "paying", "suspended", "liquidating")

#: Every row of money, by the state it is fired from.
MONEY = (
    *(("record_share", state) for state in ("preparing", "operating")),
    *(("return_share", state) for state in SHARES),
    *((trigger, state) for trigger in ("record_income", "record_spending") for state in TRADE),
    *(("correct_entry", state) for state in BOOKS),
    ("pay_dividend", "paying"),
)

TABLE = Table(
    grid=GRID,
    roles=tuple(SEATS),
    levels={
        "preparing": "wuchang",
        "founding": "wuchang",
        "registering": "village",
        "operating": "wuchang",
        "settling": "wuchang",
        "paying": "wuchang",
        "deliberating": "wuchang",
        "suspended": "wuchang",
        "liquidating": "wuchang",
    },
    ways=WAYS,
    closed=("dissolved", "abandoned"),
    good={
        **IDEA, **MEMBER, **SHARE, **FIVE, **VOTE, **PAPERS, **LICENCE, **INCOME, **SPENDING, **CORRECTION, **YEAR,
        **IN_ORDER, **DIVIDEND, **PAID, **CONFIRMED, **SUSPEND, **STRUCK_OFF, **GIVEN_UP, "text": "已经和他说过",
    },
    data={
        "propose": IDEA,
        "admit_member": MEMBER,
        "member_leaves": {**LEAVING, "members_total": 6},
        ("member_leaves", "preparing"): LEAVING,
        "record_share": SHARE,
        "return_share": SHARE,
        "call_founding": FIVE,
        "found": VOTE,
        "check_papers": PAPERS,
        "register": LICENCE,
        "registration_refused": {"reason": "名称与别社相同"},
        "record_income": INCOME,
        "record_spending": SPENDING,
        "correct_entry": CORRECTION,
        "close_year": YEAR,
        "check_accounts": IN_ORDER,
        "decide_dividend": DIVIDEND,
        "pay_dividend": PAID,
        "confirm_payment": CONFIRMED,
        "call_meeting": SUSPEND,
        ("call_meeting", "suspended"): DISSOLVE,
        "decide_motion": VOTE,
        "dissolve": STRUCK_OFF,
        "abandon": GIVEN_UP,
        "note": {"text": "已经和他说过"},
    },
    needs={
        "propose": ("name", "business", "place"),
        "admit_member": ("member", "member_kind", "voluntary"),
        "member_leaves": ("member", "voluntary", "reason", "members_total"),
        ("member_leaves", "preparing"): ("member", "voluntary", "reason"),
        "record_share": ("member", "amount", "booked_on", "voucher"),
        "return_share": ("member", "amount", "booked_on", "voucher"),
        "call_founding": ("members_total", "farmers_percent"),
        "found": ("votes_for", "votes_other", "passed"),
        "check_papers": ("papers", "findings"),
        "register": ("licence_no", "registered_on"),
        "registration_refused": ("reason",),
        "record_income": ("income", "amount", "booked_on", "voucher"),
        "record_spending": ("amount", "payee", "spent_on", "booked_on", "voucher"),
        "correct_entry": ("voucher", "amount", "reason"),
        "close_year": ("income_year", "year_income", "year_spending", "surplus"),
        "check_accounts": ("verdict", "findings"),
        "decide_dividend": ("distributes", "dividend", "reserve", "votes_for", "votes_other"),
        "pay_dividend": ("member", "amount", "booked_on", "voucher"),
        "confirm_payment": ("all_paid", "posted_at"),
        "call_meeting": ("motion", "reason"),
        "decide_motion": ("votes_for", "votes_other", "passed"),
        "dissolve": ("struck_off_on", "settled"),
        "abandon": ("reason", "returned"),
        "note": ("text",),
    },
    takes={"carry_over": ("reason",)},
    decisions={
        ("found", "founding"): "members_meeting",
        ("carry_over", "founding"): "members_meeting",
        ("carry_over", "settling"): "members_meeting",
        ("carry_over", "deliberating"): "members_meeting",
        ("decide_dividend", "settling"): "members_meeting",
        ("decide_motion", "deliberating"): "members_meeting",
    },
    wrong_meeting="village_meeting",
    posts_out={
        **dict.fromkeys(MONEY, DECIDERS),
        ("admit_member", "preparing"): ("treasurer",),
        ("admit_member", "operating"): ("treasurer",),
        ("member_leaves", "preparing"): ("treasurer",),
        ("member_leaves", "operating"): ("treasurer",),
        ("member_leaves", "suspended"): ("treasurer",),
        ("close_year", "operating"): ("treasurer",),
        ("check_accounts", "settling"): ("council_head", "treasurer"),
        ("check_accounts", "liquidating"): ("council_head", "treasurer"),
        ("decide_dividend", "settling"): ("treasurer",),
        ("confirm_payment", "paying"): ("treasurer",),
        ("dissolve", "liquidating"): ("treasurer",),
    },
    prepared={
        ("call_founding", "preparing"): with_members,
        ("register", "registering"): papers_checked,
        ("decide_dividend", "settling"): year_checked,
        ("confirm_payment", "paying"): paid,
        ("dissolve", "liquidating"): liquidation_checked,
    },
    who=dict.fromkeys(("record_share", "return_share", "pay_dividend"), "treasurer"),
)  # fmt: skip
