"""A customer's first phone in the customer's own row: what a look-up shows is one seek a row, not two."""

DDL: tuple[str, ...] = (
    "ALTER TABLE customer ADD COLUMN phone TEXT NOT NULL DEFAULT ''",
    """UPDATE customer SET phone = coalesce(
        (SELECT p.phone FROM customer_phone p WHERE p.customer = customer.id AND p.position = 0), '')""",
)
