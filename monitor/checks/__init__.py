"""Whether a platform is well: one module a check, each with the same function. PURE.

    check(observed) -> Finding | None

``site_down`` takes the visits of the last week as well.

A check sees what was remembered while the platform was read and asks nothing of anybody. ``where`` of its finding is
the limit in days (or per cent), ``excerpt`` the moment or figure that is held against it; ``match`` is what must
change before the same may be said again.
"""
