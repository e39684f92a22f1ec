"""Having masked personal data shown: for what, and by whom it may be asked (language.md section 10). Pure."""

from __future__ import annotations

from enum import StrEnum

from engine.rules.attempt import Attempt
from engine.rules.people import RELATED, reads_through
from engine.rules.reading import reads_masked

#: How much may be said beside the ground, in characters; how many fields one reveal may ask for.
WORDS_MOST, FIELDS_MOST = 200, 20


class Ground(StrEnum):
    """For what somebody wants to see it."""

    CONTACT_REPORTER = "contact_reporter"
    VISIT = "visit"
    VERIFY_IDENTITY = "verify_identity"
    SUPERVISION_SAMPLE = "supervision_sample"
    LEGAL_DUTY = "legal_duty"
    OTHER = "other"  #: must be said in words


_OF_SUPERVISION = (Ground.SUPERVISION_SAMPLE, Ground.LEGAL_DUTY)


def grounds_of(attempt: Attempt) -> tuple[Ground, ...]:
    """What a reader of the case may ask for: who works on it anything but a sample, a `read_only` role its own."""
    if reads_masked(attempt):
        return _OF_SUPERVISION
    return tuple(ground for ground in Ground if ground is not Ground.SUPERVISION_SAMPLE)


def oversees(attempt: Attempt) -> bool:
    """He may know who had what shown: through a `read_only` role, or from above the case's present level."""
    return _only_reads_through_one(attempt) or RELATED["superior"](attempt)


def _only_reads_through_one(attempt: Attempt) -> bool:
    roles = (attempt.role(post) for post in attempt.actor.posts if reads_through(post, attempt))
    return any(role is not None and role.read_only for role in roles)
