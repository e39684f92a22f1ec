"""The proof: signed states of each home's history, and what they prove."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api import present_audit as present
from api.answers_audit import CheckpointOut, CheckpointPage, ConsistencyOut, InclusionOut, VerifierKeyList
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.listings import CheckpointListing, ConsistencyQuestion, InclusionQuestion, LogQuestion
from api.shapes import CheckpointId
from engine.audit.proofs import Auditor
from engine.people.accounts import Principal

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=PROBLEMS, dependencies=[Once])


def auditor(who: Principal) -> Auditor:
    return Auditor(person=person_of(who), audits="audit" in who.offices)


@router.get(
    "/checkpoints", summary="Signed states of a log, the latest first", responses={200: answers(CheckpointPage)}
)
def list_checkpoints(served: Served, who: Who, english: English, asked: Annotated[CheckpointListing, Query()]) -> Any:
    """Of the log `open` for whoever sees the home; of `veiled` for those to whom rules keep such cases."""
    after = unpack(asked.cursor, int, str)
    rows, last = served.proofs.page(auditor(who), asked.home, asked.log, after=after, limit=asked.limit)
    trouble = served.proofs.standing(auditor(who), asked.home, asked.log).trouble
    items = [present.checkpoint(row) for row in rows]
    return {"items": items, "next": pack(last), "signing": present.signing(trouble, english)}


@router.get("/checkpoints/latest", summary="The last signed state of a log", responses={200: answers(CheckpointOut)})
def latest_checkpoint(served: Served, who: Who, asked: Annotated[LogQuestion, Query()]) -> Any:
    return present.checkpoint(served.proofs.latest(auditor(who), asked.home, asked.log))


@router.get("/checkpoints/{checkpoint_id}", summary="One signed state", responses={200: answers(CheckpointOut)})
def get_checkpoint(checkpoint_id: Annotated[CheckpointId, Path()], served: Served, who: Who) -> Any:
    return present.checkpoint(served.proofs.get(auditor(who), checkpoint_id))


@router.get("/keys", summary="The keys that sign, as verifiers take them", responses={200: answers(VerifierKeyList)})
def list_verifier_keys(served: Served, who: Who, asked: Annotated[LogQuestion, Query()]) -> Any:
    found = served.proofs.vkeys(auditor(who), asked.home, asked.log)
    return {"items": [{"vkey": vkey, "since": present.moment(since)} for vkey, since in found]}


@router.get(
    "/inclusion",
    summary="That a row of a case is in its log, or that it is not yet",
    responses={200: answers(InclusionOut)},
)
def get_inclusion(served: Served, who: Who, english: English, asked: Annotated[InclusionQuestion, Query()]) -> Any:
    """By the last checkpoint, or by the tree of `size` leaves."""
    found = served.proofs.inclusion(auditor(who), asked.case, asked.seq, asked.size)
    return present.inclusion(found, english)


@router.get("/consistency", summary="That a log only grew between two sizes", responses={200: answers(ConsistencyOut)})
def get_consistency(served: Served, who: Who, asked: Annotated[ConsistencyQuestion, Query()]) -> Any:
    """Until `new`, or the last checkpoint."""
    return present.consistency(served.proofs.consistency(auditor(who), asked.home, asked.log, asked.old, asked.new))
