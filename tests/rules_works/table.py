"""What every row of the works project says, written by hand."""

from __future__ import annotations

from tests.rules.rows import Table
from tests.rules_works.project import (
    DONE,
    GOOD_WORK,
    IDEA,
    IN_ORDER,
    INCOME,
    PLAN,
    REFUND,
    SEATS,
    SPENDING,
    START,
    SUBSIDY,
    VOTE,
    WAYS,
    checked,
    notice_over,
    with_money,
)

# The columns: household_rep council_head council_member treasurer, village_clerk village_secretary village_supervision,
# auditor_township.
GRID = """
    W01 propose         start     proposed  + + + - | - - - | -
    W02 put_to_vote     proposed  voting    - + - - | - - - | -
    W03 record_vote     voting    reviewing - + - - | - - - | -
    W04 carry_over      voting    voting    - + - - | - - - | -
    W04 carry_over      reviewing reviewing - - - - | - + - | -
    W05 approve         reviewing raising   - ! ! - | - + - | -
    W06 return_proposal reviewing proposed  - - - - | - + - | -
    W07 record_income   raising   raising   - ! - + | - ! ! | -
    W07 record_income   building  building  - ! - + | - ! ! | -
    W07 record_income   accepting accepting - ! - + | - ! ! | -
    W07 record_income   on_notice on_notice - ! - + | - ! ! | -
    W08 record_subsidy  raising   raising   - ! - + | - ! ! | -
    W08 record_subsidy  building  building  - ! - + | - ! ! | -
    W08 record_subsidy  accepting accepting - ! - + | - ! ! | -
    W08 record_subsidy  on_notice on_notice - ! - + | - ! ! | -
    W09 record_spending building  building  - ! - + | - ! ! | -
    W09 record_spending accepting accepting - ! - + | - ! ! | -
    W09 record_spending on_notice on_notice - ! - + | - ! ! | -
    W10 record_refund   raising   raising   - ! - + | - ! ! | -
    W10 record_refund   building  building  - ! - + | - ! ! | -
    W10 record_refund   accepting accepting - ! - + | - ! ! | -
    W10 record_refund   on_notice on_notice - ! - + | - ! ! | -
    W11 correct_entry   raising   raising   - ! - + | - ! ! | -
    W11 correct_entry   building  building  - ! - + | - ! ! | -
    W11 correct_entry   accepting accepting - ! - + | - ! ! | -
    W11 correct_entry   on_notice on_notice - ! - + | - ! ! | -
    W12 start_building  raising   building  - + - - | - - - | -
    W13 replace_builder building  building  - + - - | - - - | -
    W14 record_progress building  building  - + + - | - - - | -
    W15 finish_building building  accepting - - - - | - - - | -
    W16 check_books     accepting accepting - ! ! ! | - - + | -
    W17 accept_works    accepting on_notice + ! ! ! | - - + | -
    W18 have_mended     accepting building  + ! ! ! | - - + | -
    W19 object          on_notice accepting + - - - | - - + | -
    W20 complete        on_notice completed - - - - | + - - | -
    W21 drop            proposed  dropped   - + - - | - + - | -
    W21 drop            voting    dropped   - + - - | - + - | -
    W21 drop            reviewing dropped   - + - - | - + - | -
    W22 drop            raising   dropped   - - - - | - + - | -
    W22 drop            building  dropped   - - - - | - + - | -
    W23 note            proposed  proposed  + + + + | + + + | -
    W23 note            voting    voting    + + + + | + + + | -
    W23 note            reviewing reviewing + + + + | + + + | -
    W23 note            raising   raising   + + + + | + + + | -
    W23 note            building  building  + + + + | + + + | -
    W23 note            accepting accepting + + + + | + + + | -
    W23 note            on_notice on_notice + + + + | + + + | -
"""
MONEY = ("record_income", "record_subsidy", "record_spending", "record_refund", "correct_entry")
WITH_MONEY = ("raising", "building", "accepting", "on_notice")
DECIDERS = ("council_head", "village_secretary", "village_supervision")
BUILT_OR_PAID = ("council_head", "council_member", "treasurer")

TABLE = Table(
    grid=GRID,
    roles=tuple(SEATS),
    levels={
        "proposed": "wuchang",
        "voting": "wuchang",
        "reviewing": "village",
        "raising": "wuchang",
        "building": "wuchang",
    },
    ways=WAYS,
    closed=("completed", "dropped"),
    good={
        **IDEA, **PLAN, **VOTE, **INCOME, **SUBSIDY, **SPENDING, **START, **DONE, **IN_ORDER, **GOOD_WORK,
        "objection": "护坡有裂缝", "settled": True, "reason": "情况变了", "text": "已经和他说过",
    },
    data={
        "propose": IDEA,
        "put_to_vote": PLAN,
        "record_vote": VOTE,
        "return_proposal": {"reason": "先问下邻近几户"},
        "record_income": INCOME,
        "record_subsidy": SUBSIDY,
        "record_spending": SPENDING,
        "record_refund": REFUND,
        "correct_entry": {"voucher": "收001", "amount": "50.00", "reason": "多写了一个零"},
        "start_building": START,
        "replace_builder": {"builder": "reporter", "reason": "原来的人外出了"},
        "record_progress": {"progress": "已清淤一半"},
        "finish_building": DONE,
        "check_books": IN_ORDER,
        "accept_works": GOOD_WORK,
        "have_mended": {"findings": "护坡有裂缝"},
        "object": {"objection": "护坡有裂缝"},
        "drop": {"reason": "大家不想办了"},
        ("drop", "raising"): {"reason": "钱没有凑够", "settled": True},
        ("drop", "building"): {"reason": "请不到人", "settled": True},
        "note": {"text": "已经和他说过"},
    },
    needs={
        "propose": ("name", "kind", "purpose"),
        "put_to_vote": ("estimate", "households"),
        "record_vote": ("entitled", "votes_for", "votes_other", "passed"),
        "return_proposal": ("reason",),
        "record_income": ("income", "amount", "giver", "entered_for", "voucher", "voluntary"),
        "record_subsidy": ("amount", "granted_by", "entered_for", "voucher"),
        "record_spending": ("amount", "payee", "spent_on", "entered_for", "voucher"),
        "record_refund": ("amount", "payee", "entered_for", "voucher"),
        "correct_entry": ("voucher", "amount", "reason"),
        "start_building": ("builder", "due"),
        "replace_builder": ("builder", "reason"),
        "record_progress": ("progress",),
        "finish_building": ("progress",),
        "check_books": ("books", "findings"),
        "accept_works": ("findings", "posted_at"),
        "have_mended": ("findings",),
        "object": ("objection",),
        "drop": ("reason",),
        ("drop", "raising"): ("reason", "settled"),
        ("drop", "building"): ("reason", "settled"),
        "note": ("text",),
    },
    takes={
        "propose": ("estimate", "households"),
        "put_to_vote": ("name", "kind", "purpose"),
        "carry_over": ("reason",),
        "approve": ("reason",),
    },
    decisions={
        ("record_vote", "voting"): "cluster_meeting",
        ("carry_over", "voting"): "cluster_meeting",
        ("carry_over", "reviewing"): "village_meeting",
        ("approve", "reviewing"): "village_meeting",
        ("return_proposal", "reviewing"): "village_meeting",
    },
    wrong_meeting="village_meeting",
    posts_out={
        ("approve", "reviewing"): ("council_head", "council_member"),
        **{(trigger, state): DECIDERS for trigger in MONEY for state in WITH_MONEY
           if (trigger, state) != ("record_spending", "raising")},
        **{(trigger, "accepting"): BUILT_OR_PAID for trigger in ("check_books", "accept_works", "have_mended")},
    },
    prepared={
        ("start_building", "raising"): with_money,
        ("accept_works", "accepting"): checked,
        ("complete", "on_notice"): notice_over,
    },
    who={"finish_building": "villager"},
)  # fmt: skip
