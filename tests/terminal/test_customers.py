"""The Customers view in a real terminal, on a real service: bursts of keys, real bills, 80 columns."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from agent_tui.text.fold import fold
from tests.terminal.harness import Terminal
from tests.terminal.site import SAMPLE, Site, customers_without_power, environment, service_command
from tests.terminal.test_walk import F2, F3, F4, F5, F7, F8, post_contact
from tests.unit.bill_samples import USE, months


def billed() -> dict[str, str]:
    """The customer whose bill is high: a number nobody shares."""
    rows = customers_without_power()
    phones = [row["phone"] for row in rows]
    return next(row for row in rows if phones.count(row["phone"]) == 1 and row["households"] == "1")


def write_bills(path: Path) -> None:
    """Thirteen months of one household; the last one is 1.46 times the one before, and not paid."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["customer", "period", "from", "to", "kwh", "status", "due", "paid_on"])
        periods = months(len(USE))
        for first, kwh in zip(periods, USE, strict=True):
            end = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            due = datetime.now(UTC).date() + timedelta(days=10) if first == periods[-1] else end + timedelta(days=10)
            paid = "" if first == periods[-1] else end + timedelta(days=5)
            out.writerow([billed()["code"], f"{first:%Y-%m}", first, end, kwh, "paid" if paid else "unpaid", due, paid])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("bills")
    built = Site(directory)
    write_bills(directory / "bills.csv")
    done = service_command("import", str(built.data), "bills", str(directory / "bills.csv"))
    assert done.returncode == 0, done.stderr
    built.start()
    yield built
    built.close()


def until_closed(desk: Terminal, lead: httpx.Client, contact: str) -> dict[str, object]:
    """The contact as soon as the service has closed it; the desk works meanwhile."""
    kept: dict[str, object] = {}

    def closed() -> bool:
        kept.update(lead.get(f"/v1/contacts/{contact}").json())
        return kept["state"] == "closed"

    desk.wait(closed)
    return kept


def test_a_high_bill_is_explained_in_four_keys_at_80_columns(site: Site, tmp_path: Path) -> None:
    caller = billed()
    contact = post_contact(site.client("door"), "bill", address=caller["phone"], name=caller["name"], queue="billing")
    with Terminal(site.desk("vi"), (80, 24), environment(tmp_path)) as desk:
        desk.wait_for(caller["name"], 20)
        desk.send(F2 + F7)
        desk.wait_for("NÓI", 10)
        shown = desk.wait_for("F4 phúc tra chỉ số", 10)
        assert all(str(kwh) in shown for kwh in USE)
        assert f"[{months(1)[0].month}]" in shown
        assert f"({months(1)[0].month})" in shown
        assert "1.205.302 đ ○ chưa thanh toán" in shown
        assert "24 giờ" in desk.wait_for("ạ.”", 10), "the whole paragraph is on screen"
        desk.send(F8 + b"\r")
        kept = until_closed(desk, site.client("minh"), contact)
    assert kept["disposition"] == "bill_explained"


def test_four_keys_typed_blind_do_the_same(site: Site, tmp_path: Path) -> None:
    caller = billed()
    contact = post_contact(site.client("door"), "blind", address=caller["phone"], name=caller["name"], queue="billing")
    with Terminal(site.desk(), (100, 30), environment(tmp_path)) as desk:
        desk.wait_for(caller["name"], 20)
        desk.send(F2 + F7 + F8 + b"\r")
        kept = until_closed(desk, site.client("minh"), contact)
    assert (kept["disposition"], kept["customer"]) == ("bill_explained", caller["code"])


def test_f4_carries_the_bill_into_a_re_read_request(site: Site, tmp_path: Path) -> None:
    caller = billed()
    contact = post_contact(
        site.client("door"), "recheck", address=caller["phone"], name=caller["name"], queue="billing"
    )
    with Terminal(site.desk(), (80, 24), environment(tmp_path)) as desk:
        desk.wait_for(caller["name"], 20)
        desk.send(F2 + F7)
        desk.wait_for("F4 Re-read", 10)
        desk.send(F4)
        desk.wait_for("412 kWh in", 10)
        desk.send(F8)
        desk.wait_for("saved", 10)
        desk.send(F8 + b"\r")
        kept = until_closed(desk, site.client("minh"), contact)
    assert kept["disposition"] == "ticket_created"
    [ticket] = site.client("minh").get("/v1/tickets", params={"type": "METER.RECHECK"}).json()["items"]
    assert ticket["customer"] == caller["code"]


def test_an_import_shows_how_fast_it_is_and_how_long_it_takes_yet(tmp_path: Path) -> None:
    data, errors = tmp_path / "data", tmp_path / "errors.csv"
    for words in (("init", str(data)), ("import", str(data), "network", str(SAMPLE / "network.csv"))):
        done = service_command(*words)
        assert done.returncode == 0, done.stderr
    text = (SAMPLE / "customers.csv").read_text(encoding="utf-8-sig").splitlines()
    text.insert(2, text[1].replace(text[1].split(",")[0], "X1"))
    (tmp_path / "customers.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    words = ["-m", "backend_stub", "import", str(data), "customers", str(tmp_path / "customers.csv")]
    with Terminal([*words, "--errors", str(errors)], (100, 24), environment(tmp_path)) as importing:
        assert importing.wait_end(30) == 3, "one row was refused"
        drawn, shown = importing.raw.decode(), importing.display
    lines = len(text)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)
    assert re.search(rf"import .* {lines}/{lines} +[\d,]+ rows/s +0:00:00", plain)
    assert f"customers: {lines - 2} loaded, 1 refused" in shown
    with errors.open(encoding="utf-8", newline="") as file:
        assert [(row["line"], row["column"]) for row in csv.DictReader(file)] == [("3", "code")]


def test_an_unknown_caller_is_found_by_name_and_old_place(site: Site, tmp_path: Path) -> None:
    rows = [row for row in customers_without_power() if "Phú Yên" in row["old_address"]]
    names = [row["name"] for row in rows]
    wanted = next(row for row in rows if names.count(row["name"]) == 1)
    old = [part.split(maxsplit=1)[-1] for part in wanted["old_address"].split(", ")[-2:]]
    contact = post_contact(site.client("door"), "old-place", address="0388000777")
    with Terminal(site.desk("vi"), (80, 24), environment(tmp_path)) as desk:
        desk.wait_for("trực tuyến", 20)
        desk.send(F2 + F3 + fold(f"{wanted['name']} {old[0]} Phú Yên").encode())
        desk.wait_for(wanted["name"], 10)
        desk.send(b"\r" + F5 + F8 + b"\r")
        kept = until_closed(desk, site.client("minh"), contact)
    assert kept["customer"] == wanted["code"]
    assert (kept["disposition"], kept["callback"]) == ("outage_attached", True)
    assert kept["outage"] is not None
