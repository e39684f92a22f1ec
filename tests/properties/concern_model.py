"""What concern keeps from somebody who else might act (ADR 0036), beside `permission_model.py` and written like it."""

from tests.properties.permission_model import acting


def passes_on(land, case, after, person, day, charged):
    """Who is concerned (a party, a relative of one, recused, by this very act too) would put somebody in charge who
    does not stand above him, or move the case to a lower level: `after` is the case as it would be."""
    concerned = person in after.party | set(after.recused) or land.kin.get(person, set()) & after.party
    roles, order = case.rules["roles"], list(case.rules["levels"])
    ranks = {
        one: [order.index(roles[post.role]["level"]) for post in acting(land, case, one, day)]
        for one in (person, *charged)
    }
    own = max(ranks[person], default=order.index(case.level))
    beside = any(max(ranks[one], default=-1) <= own for one in charged)
    return bool(concerned) and (beside or order.index(after.level) < order.index(case.level))
