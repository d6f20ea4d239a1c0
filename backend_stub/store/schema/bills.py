"""Bills and meter readings, as the billing system sent them; what a bill costs is computed from the price tables."""

# Tariff and households are those of the day the bill came in: a later change of either leaves old bills what they were.
DDL: tuple[str, ...] = (
    """CREATE TABLE bill (
        customer INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
        period TEXT NOT NULL,
        first TEXT NOT NULL,
        last TEXT NOT NULL,
        kwh INTEGER NOT NULL CHECK (kwh >= 0),
        tariff TEXT NOT NULL,
        households INTEGER NOT NULL CHECK (households >= 1),
        status TEXT NOT NULL CHECK (status IN ('paid', 'unpaid', 'overdue')),
        due TEXT NOT NULL,
        paid_on TEXT,
        PRIMARY KEY (customer, period)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE reading (
        customer INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
        meter_no TEXT NOT NULL,
        read_on TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('actual', 'remote', 'customer', 'estimated')),
        value INTEGER NOT NULL CHECK (value >= 0),
        PRIMARY KEY (customer, meter_no, read_on, kind)
    ) STRICT, WITHOUT ROWID""",
)
