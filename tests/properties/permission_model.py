"""Who may read a case, who may act on it, and who chairs a meeting: the whole of it on one page.

It asks the engine nothing. Facts come in as plain values (`rights_facts.py`): `land` has `posts` (of a person: role,
places, first and last day), `above` (unit -> itself and all units above it) and `kin` (person -> relatives); a `case`
has the unit, level and state it is in, how many rows its history has, who stands in its slots, and `rules`, its own
file as it was written. A test holds the engine to this page, both ways.
"""


def held(land, person, day):
    """A post counts from its first day to its last."""
    return [post for post in land.posts if post.person == person and post.first <= day <= (post.last or day)]


def named(land, case, person, day):
    """Of these the posts whose role the case's own rules name, with what they say of it: others count for nothing."""
    return [(p, case.rules["roles"][p.role]) for p in held(land, person, day) if p.role in case.rules["roles"]]


def working(land, case, person, day):
    """A role that only reads never acts."""
    return [(post, role) for post, role in named(land, case, person, day) if not role.get("read_only")]


def on_line(land, post, unit):
    """The post sits at the unit, above it or below it; one at a body sits at all units that the body covers."""
    return any(place in land.above[unit] or unit in land.above[place] for place in post.places)


def reading(land, case, person, day):
    """Posts on the line, unless the role sits beside it; and any at a unit in charge, to be in charge, or concerned."""
    desks = case.responsible | case.successor | case.concerned
    found = named(land, case, person, day)
    return [p for p, role in found if p.places & desks or (not role.get("by_unit") and on_line(land, p, case.unit))]


def acting(land, case, person, day):
    """Posts on the line; of a role beside the line those at a unit in charge (once it has signed) or concerned."""
    desks = case.responsible | case.concerned
    found = working(land, case, person, day)
    return [p for p, role in found if (p.places & desks if role.get("by_unit") else on_line(land, p, case.unit))]


def is_one(name, land, case, person, day, posts):
    """He stands in this relation to the case; or, if the name is a role, one of `posts` has it."""
    himself = {person}.union(*(post.places for post, _ in working(land, case, person, day)))
    roles, order = case.rules["roles"], list(case.rules["levels"])
    ranks = [order.index(roles[post.role]["level"]) for post in acting(land, case, person, day)]
    relations = {
        "opener": person == case.opener,
        "reporter_side": person in (case.opener, case.behalf),
        "party": person in case.party,
        "relative_of_party": bool(land.kin.get(person, set()) & case.party),
        "responsible": bool(himself & case.responsible),
        "successor": bool(himself & case.successor),
        "handler": bool(himself & case.handlers),
        "holder": order.index(case.level) in ranks,
        "superior": any(rank > order.index(case.level) for rank in ranks),
        "reader": any(not roles[post.role].get("read_only") for post in reading(land, case, person, day)),
    }
    return relations[name] if name in relations else any(post.role == name for post in posts)


def is_hidden(land, case, person, day):
    """A rule of visibility that holds shows the case to those it names alone, or never to them."""
    posts = reading(land, case, person, day)
    rules = [rule for rule in case.rules["visibility"] if case.values.get(rule["of"], case.state) == rule["is"]]
    return any(
        any(is_one(name, land, case, person, day, posts) for name in rule["names"]) != rule["only"] for rule in rules
    )


def rows_read(land, case, person, day):
    """How many rows of its history he reads, from the first on: all, those before he was recused, or none: then for him
    there is no such case."""
    himself = person in {case.opener, case.behalf} | case.responsible | case.successor
    if not (himself or reading(land, case, person, day)) or is_hidden(land, case, person, day):
        return None
    return case.recused.get(person, case.version + 1) - 1


def may_act(land, case, person, day, row, lent=()):
    """On what he reads whole, who is named and not kept out. `lent`: roles he has in writing, for one meeting alone."""
    only_reads = named(land, case, person, day) and not working(land, case, person, day)
    if only_reads or rows_read(land, case, person, day) != case.version:
        return False
    posts = acting(land, case, person, day)
    if any(is_one(name, land, case, person, day, posts) for name in row.get("never", [])):
        return False
    return any(is_one(name, land, case, person, day, posts) or name in lent for name in row["by"])


def sees_meeting(land, meeting, person, day):
    """Whoever has a post at its unit or above, of a role of its rules that does not sit beside the line."""
    found = named(land, meeting, person, day)
    return any(post.places & land.above[meeting.unit] and not role.get("by_unit") for post, role in found)


def seats(land, meeting, person, day, names):
    """Of these roles those that he holds at the very unit of the meeting, or at a body that covers it."""
    return {post.role for post in held(land, person, day) if post.role in names and meeting.unit in post.places}


def lent_to(land, meeting, person, day):
    """The chair's roles that he has in writing: while who named him still holds them, and he himself is a member."""
    named_member = person == meeting.delegate and seats(land, meeting, person, day, meeting.members)
    return seats(land, meeting, meeting.delegated_by, day, meeting.chairs) if named_member else set()
