"""A customer's first phone held once, and the ends of codes and phones as indexes, not columns."""

# A phone that nearly everybody has only one of stays in the customer's row; the table of phones keeps the further ones.
# The last seven characters, last first, are what an end of four to seven asks for; written out here, because a released
# step stays as it is.
_TAIL = (
    "substr({0}, -1) || substr({0}, -2, 1) || substr({0}, -3, 1) || substr({0}, -4, 1)"
    " || substr({0}, -5, 1) || substr({0}, -6, 1) || substr({0}, -7, 1)"
)
DDL: tuple[str, ...] = (
    "DELETE FROM customer_phone WHERE position = 0",
    # A first load that was interrupted has put them off.
    "DROP INDEX IF EXISTS customer_phone_tail",
    "ALTER TABLE customer_phone DROP COLUMN phone_rev",
    "DROP INDEX IF EXISTS customer_code_rev",
    "ALTER TABLE customer DROP COLUMN code_rev",
    f"CREATE INDEX customer_code_end ON customer ({_TAIL.format('code')})",
    "CREATE INDEX customer_first_phone ON customer (phone)",
    f"CREATE INDEX customer_first_phone_end ON customer ({_TAIL.format('phone')})",
    f"CREATE INDEX customer_phone_end ON customer_phone ({_TAIL.format('phone')})",
)
