"""What conditions on a field answer for sure, by the values the field may have."""

from __future__ import annotations

from decimal import Decimal

from engine.definition.facts import Values
from engine.definition.model import DateRange, Duration, Field, FieldBound, FieldChange, FieldIs, FieldType, Value

Answer = bool | None
_NUMBERS = (FieldType.INTEGER, FieldType.MONEY)


def is_answer(asked: FieldIs, field: Field, values: Values) -> Answer:
    wanted = frozenset(value for value in asked.values if _can_hold(field, value))
    if values.is_absent or not wanted:
        return False
    if values.known is None:
        return None
    if not values.known & wanted:
        return False
    return True if values.known <= wanted and not values.missing else None


def _can_hold(field: Field, value: Value) -> bool:
    """Whether a number lies within the bounds of its field; of other types every value written here does."""
    if field.type not in _NUMBERS:
        return True
    return _within(Decimal(value), field.at_least, field.at_most) is True


def bound_answer(asked: FieldBound, field: Field, values: Values) -> Answer:
    if values.is_absent:
        return False
    if field.type is FieldType.DATE:
        found = _day(asked, field)
    elif values.known is None:
        found = _numbers(asked, field)
    else:
        found = _known_numbers(asked, values)
    return None if found is True and values.missing else found


def _known_numbers(asked: FieldBound, values: Values) -> Answer:
    answers = {_within(Decimal(value), asked.at_least, asked.at_most) for value in values.known or ()}
    return answers.pop() if len(answers) == 1 else None


def _within(number: Decimal, low: object, high: object) -> bool:
    return (not isinstance(low, int) or number >= low) and (not isinstance(high, int) or number <= high)


def _numbers(asked: FieldBound, field: Field) -> Answer:
    """The bounds of the condition against those of the field."""
    low, high = asked.at_least, asked.at_most
    if isinstance(low, Duration) or isinstance(high, Duration):
        return None
    if low is not None and high is not None and low > high:
        return False
    if low is not None and field.at_most is not None and field.at_most < low:
        return False
    if high is not None and field.at_least is not None and field.at_least > high:
        return False
    low_holds = low is None or (field.at_least is not None and field.at_least >= low)
    high_holds = high is None or (field.at_most is not None and field.at_most <= high)
    return True if low_holds and high_holds else None


def _day(asked: FieldBound, field: Field) -> Answer:
    """A date of `range: past` stays in the past: it is never a day or more from today."""
    if field.range is not DateRange.PAST:
        return None
    low, high = asked.at_least, asked.at_most
    if isinstance(low, Duration) and low.number > 0:
        return False
    return True if low is None and isinstance(high, Duration) else None


def change_answer(asked: FieldChange, field: Field, old: Values, new: Values) -> Answer:
    """False where no value that may be given stands on that side of any present one, True where each does of all."""
    if old.is_absent or new.is_absent:
        return False
    order = list(field.choices)
    olds, news = ([order.index(value) for value in side.known or () if value in order] for side in (old, new))
    if not olds or not news:
        return None
    if not asked.up:
        olds, news = [-place for place in olds], [-place for place in news]
    if max(news) <= min(olds):
        return False
    return True if min(news) > max(olds) and not old.missing and not new.missing else None
