"""Electricity prices and VAT rates as effective-dated rows, read from the package's tables on first use."""

from datetime import date
from functools import cache

from backend_stub.domain.tariff import Prices, Step, Table, VatRate
from backend_stub.reference import table


@cache
def prices() -> Prices:
    """What is or was in force: tables and VAT rates by the day they came into force."""
    tables = tuple(_table(row) for row in table.read("tariffs.tsv") if row["active"] == "1")
    vat = tuple(VatRate(date.fromisoformat(row["since"]), int(row["pct"])) for row in table.read("vat.tsv"))
    return Prices(tables, vat)


@cache
def waiting() -> tuple[Table, ...]:
    """Structures that wait for a price decision: never charged."""
    return tuple(_table(row) for row in table.read("tariffs.tsv") if row["active"] == "0")


def _table(row: dict[str, str]) -> Table:
    since = date.fromisoformat(row["since"]) if row["since"] else date.max
    hours = _hours(row["hours"]) if row["hours"] else None
    return Table(row["tariff"], since, tuple(map(_step, row["tiers"].split(","))), row["source"], hours)


def _hours(text: str) -> tuple[int, int, int]:
    normal, off_peak, peak = map(int, text.split("/"))
    return normal, off_peak, peak


def _step(text: str) -> Step:
    width, _, price = text.partition(":")
    return Step(int(width) if width else None, int(price))
