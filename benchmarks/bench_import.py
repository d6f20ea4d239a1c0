"""The import of customers: CPU, disk and pace of a first load, and what a running service feels of one.

By default 200,000 customers; `bench_import.py 1000000` for a million (`make bench-large`).
"""

import itertools
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from backend_stub.store import connect
from benchmarks import client, crowd_db, data
from benchmarks.common import Process, figure, scratch, serve

BESIDE = 40_000
MOST_RSS_MB = 150
MOST_WAIT_MS = 250
REPORTS = 20


def first_load(place: Path, count: int) -> None:
    """Load into an empty directory that no service uses: indexes are made at the end."""
    built = crowd_db.build(place / "first", place, count)
    millions = count / 1_000_000
    name = f"import_{count}"
    figure(f"{name}_cpu_per_million", built.cpu / millions, "s", "value<=25")
    figure(f"{name}_disk_per_million", built.size / millions / 1e6, "MB", "value<=350")
    figure(f"{name}_rate", count / built.wall, "rows/s", "value>=5000")
    figure(f"{name}_importer_memory", built.peak / 1e6, "MB", "value<=1000")
    again = crowd_db.load(place / "first", "customers", place / "customers.csv")
    figure(f"{name}_again_unchanged_rate", count / again.wall, "rows/s", f"value>={count / built.wall:.0f}")
    crowd_db.keep(place / "first", count)


def reports(port: int, door: str, waits: list[float], ended: threading.Event) -> None:
    """Report contacts one after the other, as channels do all the time, until told to end."""
    numbers = itertools.count()
    while not ended.is_set():
        asked = []
        for number in itertools.islice(numbers, REPORTS):
            new = {"external_id": f"i-{number}", "channel": "hotline", "address": "0905123456", "queue": "outage"}
            asked.append(client.request("POST", "/v1/contacts", door, body=msgspec.json.encode(new)))
        waits += client.send(port, asked, 1).only(201).latencies


def beside(place: Path) -> None:
    """Load while a service runs and stores what its channels report."""
    door = data.fill(place / "served", 1, 0).door
    crowd_db.files(place, BESIDE)
    crowd_db.load(place / "served", "network", place / "network.csv")
    waits: list[float] = []
    ended = threading.Event()
    with serve(place / "served") as service:
        quiet = service.rss()
        writer = threading.Thread(target=reports, args=(service.port, door, waits, ended))
        writer.start()
        began = time.perf_counter()
        importing = crowd_db.run_import(place / "served", "customers", place / "customers.csv")
        most = watch(service, importing)
        seconds = time.perf_counter() - began
        ended.set()
        writer.join()
    conn = connect.reader(place / "served" / connect.DATABASE)
    assert conn.execute("SELECT count(*) FROM customer").fetchone()[0] == BESIDE, "the import is not complete"
    conn.close()
    figure("import_beside_service_rate", BESIDE / seconds, "rows/s", "value>=500")
    figure("import_longest_wait_of_a_write", max(waits) * 1e3, "ms", f"value<={MOST_WAIT_MS}")
    figure("import_service_memory", most / 1e6, "MB", f"value<={MOST_RSS_MB}", quiet / 1e6)


def watch(service: Process, importing: "crowd_db.subprocess.Popen[bytes]") -> int:
    """Return the service's largest memory until the import ends; SystemExit when that fails."""
    most = service.rss()
    while True:
        try:
            code = importing.wait(0.1)
        except crowd_db.subprocess.TimeoutExpired:
            most = max(most, service.rss())
            continue
        if code:
            raise SystemExit(f"the import beside the service ended with {code}")
        return max(most, service.rss())


def main() -> None:
    """Print the figures."""
    counts = [int(word) for word in sys.argv[1:]] or [crowd_db.SAMPLE]
    for count in counts:
        with scratch() as place:
            first_load(place, count)
    with scratch() as place:
        beside(place)


if __name__ == "__main__":
    main()
