"""Makes backend_stub/reference/sample: a fictitious grid, 2,000 customers and one open outage, ready to import."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from backend_stub.domain.localtime import VIETNAM
from backend_stub.ops.rows import COLUMNS
from backend_stub.simulate import bills, people, world
from backend_stub.simulate.command import SAMPLE_CUSTOMERS
from backend_stub.simulate.grid import Device
from backend_stub.simulate.people import Customer, People

TARGET = Path(__file__).parent.parent / "backend_stub/reference/sample"
BILLED = 40
MADE_FOR = datetime(2026, 11, 22, 14, 5, tzinfo=VIETNAM)
README = f"""\
Sample data to import: network.csv, then customers.csv, then the others in any order.

  agent-tui-service import DATA_DIR network backend_stub/reference/sample/network.csv
  agent-tui-service import DATA_DIR customers backend_stub/reference/sample/customers.csv
  agent-tui-service import DATA_DIR bills backend_stub/reference/sample/bills.csv
  agent-tui-service import DATA_DIR readings backend_stub/reference/sample/readings.csv
  agent-tui-service import DATA_DIR outages backend_stub/reference/sample/outages.csv

What is real: the communes, provinces and former names (package vietnamadminunits 1.0.4, MIT, see ../communes.tsv) and
the branch prefixes of customer codes (evn_branches.json of github.com/trvqhuy/nestup_evn, Apache-2.0, unofficial).
What is made up: every device, customer, code, meter, contract, bill, reading and the outage. Nobody is meant. Phones
use 095, the prefix of S-Fone, which closed in 2012 and to our knowledge is not given out; nothing here ever dials.
Customers: {SAMPLE_CUSTOMERS}. The outage began before {MADE_FOR.isoformat()}; import a fresh one for another day.

Source: scripts/make_sample.py (seed {people.DEFAULT_SEED}), run again with: python scripts/make_sample.py
Licence: MIT, as the program. Made on: {MADE_FOR.date().isoformat()}. Do not edit by hand.
"""


def csv_text(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a CSV file's text with its header row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def billing(kind: str) -> str:
    """Return thirteen months of bills, or the readings, of the first customers."""
    months = bills.months(MADE_FOR.date())
    rows: list[tuple[object, ...]] = []
    for number, who in enumerate(islice(People(SAMPLE_CUSTOMERS), BILLED), start=1):
        owner = bills.Owner(number, who.meter_no, who.tariff, who.households, who.status)
        use = bills.kwh(owner, months)
        if kind == "bills":
            made = bills.bills_of(owner, months, use, MADE_FOR.date())
            rows += [(who.code, *row[1:5], *row[7:9], row[9] or "") for row in made]
        else:
            read = bills.readings_of(owner, months, use)
            rows += [(who.code, who.meter_no, day, value, how) for _, _, day, how, value in read]
    return csv_text(COLUMNS[kind], (dict(zip(COLUMNS[kind], map(str, row), strict=True)) for row in rows))


def files() -> dict[str, str]:
    """Return the sample's files by name."""
    customers = People(SAMPLE_CUSTOMERS)
    outage = world.outage_row("SAMPLE-OUT-1", world.known_outage(MADE_FOR))
    return {
        "README.txt": README,
        "network.csv": csv_text(Device._fields, people.network_dicts(SAMPLE_CUSTOMERS)),
        "customers.csv": csv_text(Customer._fields, people.customer_dicts(customers)),
        "bills.csv": billing("bills"),
        "readings.csv": billing("readings"),
        "outages.csv": csv_text(world.OUTAGE_COLUMNS, [outage]),
    }


def main() -> None:
    """Write the files."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (TARGET / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
