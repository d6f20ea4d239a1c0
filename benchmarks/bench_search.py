"""The customer look-up over long-tailed names: its CPU against a rowid seek by the same driver in the same run.

`whole` is all of `search.find` (reading what was typed, every lane, the rows to show), `statement` only its statement
in the database, which is what reference/performance.md 1.1 measures. Ratios are to the floor's median. By default
200,000 customers; `bench_search.py 1000000 10000000` compares sizes (`make bench-large`).
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from backend_stub.domain import lookup
from backend_stub.store import connect, lanes, search
from backend_stub.store.driver import sqlite3
from benchmarks import client, crowd_db, postgres
from benchmarks.common import figure, median, no_collection, percentile, scratch, serve
from tests.hostile import TEXTS

SEEKS, ROUNDS, SCANS = 1_000, 3, 60
LETTERS = "abcdeghiklmnopqrstuvxy"
PREFIXES = [*LETTERS] + [a + b for a in LETTERS for b in "abcdeghiklmnopqrstuvxy"]
ADVERSARIAL = ["nguyen", "t", "n t h"] * 40 + PREFIXES + TEXTS
_COLUMNS = "id, code, name, address, old_address, meter_no, status, priority_load"
SEEK = f"SELECT {_COLUMNS} FROM customer WHERE id = ?"


class Sample:
    """Customers drawn at random and what is typed to find them."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        rng = random.Random(5)
        last = conn.execute("SELECT max(id) FROM customer").fetchone()[0]
        self.ids = [rng.randrange(1, last + 1) for _ in range(SEEKS)]
        sql = "SELECT code, meter_no, name_f, phone FROM customer WHERE id = ?"
        rows = [conn.execute(sql, (i,)).fetchone() for i in self.ids]
        self.codes, self.meters, self.names, self.phones = (list(column) for column in zip(*rows, strict=True))
        self.shuffled = [" ".join(rng.sample(words, len(words))) for words in map(str.split, self.names)]
        self.begun = [name[: rng.randint(1, len(name))] for name in self.shuffled]


def spent(ask: Callable[[object], object], asked: Sequence[object]) -> list[float]:
    """Return the CPU seconds of each question, of the quietest of some rounds."""
    best: list[float] = []
    for _ in range(ROUNDS):
        times = []
        with no_collection():
            for one in asked:
                began = time.thread_time_ns()
                ask(one)
                times.append((time.thread_time_ns() - began) / 1e9)
        if not best or sum(times) < sum(best):
            best = times
    return best


def recall(conn: sqlite3.Connection, queries: list[str]) -> float:
    """Return how many of the first 20 places hold a customer that a scan of all names finds too, of those it could."""
    held = possible = 0
    for q in queries:
        test, values = lookup.holds(q.split())
        every = {row[0] for row in conn.execute(f"SELECT code FROM customer WHERE {test}", values)}
        held += len(every.intersection(hit.code for hit in search.find(conn, q, limit=20).items))
        possible += min(20, len(every))
    return held / possible


def over_http(data_dir: Path, queries: list[str]) -> float:
    """Return the 99th percentile in seconds of look-ups by one client."""
    token = crowd_db.agent(data_dir)
    bodies = [msgspec.json.encode({"q": q, "limit": 20}) for q in queries]
    asked = [client.request("POST", "/v1/customers/search", token, body=body) for body in bodies]
    with serve(data_dir) as service:
        client.send(service.port, asked[:100], 1).only(200)
        return percentile(client.send(service.port, asked, 1).only(200).latencies, 0.99)


def measure(count: int, data_dir: Path) -> float:
    """Print the figures of one size and return the 99th percentile of words in any order."""
    conn = connect.reader(data_dir.resolve() / connect.DATABASE)
    sample, name = Sample(conn), f"search_{count}"

    def whole(q: object) -> object:
        return search.find(conn, str(q))

    def numbers(q: object) -> object:
        return conn.execute(lanes.NUMBER, (q,)).fetchmany(21)

    def names(q: object) -> object:
        terms = lookup.plan(str(q)).terms[:8]
        return conn.execute(lanes.NAMES, (lookup.match_expression(terms),)).fetchmany(21) if terms else None

    floor = median(spent(lambda i: conn.execute(SEEK, (i,)).fetchone(), sample.ids)) * 1e6
    exact: tuple[tuple[str, list[str], Callable[[object], object]], ...] = (
        ("code", sample.codes, lambda q: conn.execute(lanes.CODE, (q,)).fetchmany(21)),
        ("phone", sample.phones, numbers),
        ("meter", sample.meters, numbers),
    )
    for what, asked, statement in exact:
        for part, ask in (("statement", statement), ("whole", whole)):
            figure(f"{name}_{what}_{part}_p50", median(spent(ask, asked)) * 1e6, "us", "ratio<=2", floor)
    for part, ask in (("statement", names), ("whole", whole)):
        worst = percentile(spent(ask, ADVERSARIAL), 0.99) * 1e6
        figure(f"{name}_adversarial_{part}_p99", worst, "us", "ratio<=12", floor)
        times = spent(ask, sample.shuffled)
        any_order = percentile(times, 0.99) * 1e6
        figure(f"{name}_any_order_{part}_p50", median(times) * 1e6, "us", "ratio<=20", floor)
        figure(f"{name}_any_order_{part}_p99", any_order, "us", "ratio<=150", floor)
    figure(f"{name}_recall_at_20", recall(conn, sample.begun[:SCANS]), "share", "value>=0.98")
    if count <= crowd_db.MILLION:
        postgres.compare(conn, name, sample.shuffled[:200])
    conn.close()
    http = over_http(data_dir, sample.begun[:500] + sample.phones[:100] + ADVERSARIAL[:400])
    figure(f"{name}_http_p99", http * 1e3, "ms", "value<=15")
    return any_order


def main() -> None:
    """Print the figures."""
    counts = [int(word) for word in sys.argv[1:]] or [crowd_db.SAMPLE]
    found: list[float] = []
    for count in counts:
        with scratch() as place:
            found.append(measure(count, crowd_db.prepared(count, place)))
    if len(found) > 1:
        figure(f"search_any_order_p99_{counts[-1]}_to_{counts[0]}", found[-1], "us", "ratio<=2", found[0])


if __name__ == "__main__":
    main()
