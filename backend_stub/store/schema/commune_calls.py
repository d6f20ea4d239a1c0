"""Calls by place: who reports no power from a commune, and the calls of which no more than it is known."""

DDL: tuple[str, ...] = (
    "CREATE INDEX trouble_call_by_commune ON trouble_call (commune, at) WHERE active = 1",
    """CREATE INDEX trouble_call_placeless ON trouble_call (at)
        WHERE active = 1 AND device IS NULL AND commune IS NOT NULL""",
)
