"""Named verbs over SQL. EDGE: the only SQLAlchemy door.

``tables`` says what is kept; ``database`` opens it; ``passes`` (platforms and items), ``records``
(findings, escalations, history), ``outbox`` (notifications, attempts) and ``views`` (what people
look at) hold the verbs. Each verb is one short transaction; none does I/O elsewhere inside it.
"""
