"""Trouble calls to outages: the CPU of 20,000 calls regrouped and of one new call, and of looking up the grid.

The floor of grouping is counting the same calls per device on their way up, with nothing decided.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub.domain.commune_calls import CommuneCall, CommuneRules, OutageThere, reported
from backend_stub.domain.evidence import Call, Rules, Shape
from backend_stub.domain.grouping import Engine
from backend_stub.store import connect, customers, gate, grid, migrations
from backend_stub.store.customers import CustomerRow
from backend_stub.store.grid import DeviceRow
from benchmarks.common import figure, median, no_collection, percentile, scratch

FEEDERS, LATERALS, TRANSFORMERS, HOMES = 40, 8, 10, 60
CALLS, ROUNDS, SINGLES = 20_000, 7, 3_000
NOW = 1_000.0


def shape(code: str) -> Shape:
    return _SHAPES[code.count("/")]


_SHAPES = (
    Shape("substation", 1, 0, LATERALS * TRANSFORMERS),
    Shape("feeder", LATERALS, 0, LATERALS * TRANSFORMERS),
    Shape("lateral", 0, TRANSFORMERS, TRANSFORMERS),
    Shape("transformer"),
)


def some_calls(chance: random.Random, count: int, name: str) -> list[Call]:
    made = []
    for n in range(count):
        feeder = f"S{chance.randrange(FEEDERS)}/F"
        lateral = f"{feeder}/L{chance.randrange(LATERALS)}"
        transformer = f"{lateral}/T{chance.randrange(TRANSFORMERS)}"
        made.append(Call(f"{name}{n}", f"{name}{n}", (transformer, lateral, feeder, feeder[:-2]), NOW))
    return made


def cpu(work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU of the best of several rounds: the machine's other work is not ours."""
    best = float("inf")
    with no_collection():
        for _ in range(ROUNDS):
            began = time.process_time()
            work()
            best = min(best, time.process_time() - began)
    return best * 1e3


def grouping() -> None:
    chance = random.Random(1)
    calls = some_calls(chance, CALLS, "c")
    engine = Engine(Rules(), shape)
    engine.add_all(calls, NOW)
    assert len(engine.decide(NOW).predicted) == FEEDERS

    def again() -> None:
        engine.regroup()
        engine.decide(NOW)

    def counted() -> None:
        counts: Counter[str] = Counter()
        for call in calls:
            counts.update(call.path)

    figure("regroup_20000_calls_cpu", cpu(again), "ms", "value<=100", cpu(counted))
    singles = []
    with no_collection():
        for call in some_calls(chance, SINGLES, "x"):
            began = time.process_time()
            engine.add(call, NOW)
            engine.decide(NOW)
            singles.append((time.process_time() - began) * 1e3)
    figure("one_new_call_cpu_median", median(singles), "ms", "value<=1")
    figure("one_new_call_cpu_p99", percentile(singles, 0.99), "ms", "value<=1")


def by_commune() -> None:
    """Calls of which only the commune is known: a storm's worth of them judged beside 300 outages."""
    chance = random.Random(2)
    calls = [CommuneCall(f"c{n}", f"h{n}", f"{chance.randrange(100)}", NOW - chance.random() * 60)
             for n in range(CALLS)]  # fmt: skip
    there = [OutageThere(f"o{n}", f"o{n}", {f"{chance.randrange(100)}": 60}, NOW - 60) for n in range(300)]
    customers = {f"{n}": 10_000 for n in range(100)}
    assert len(reported(calls, there, customers, CommuneRules(), NOW)) == 100
    took = cpu(lambda: reported(calls, there, customers, CommuneRules(), NOW))
    figure("commune_reports_20000_calls_cpu", took, "ms", "value<=100", cpu(lambda: Counter(c.commune for c in calls)))


def looking_up() -> None:
    """The way up and the customers below of a device, by how many it feeds."""
    with scratch() as place:
        path = place / connect.DATABASE
        migrations.create(path, gate.APPLICATION_ID)
        conn = connect.writer(path)
        conn.execute("BEGIN")
        rows = [DeviceRow("S", "substation", None, "S", "22081"), DeviceRow("F", "feeder", "S", "F", "22081")]
        homes = []
        for lateral in range(LATERALS):
            rows.append(DeviceRow(f"L{lateral}", "lateral", "F", "L", "22081"))
            for n in range(TRANSFORMERS):
                code = f"T{lateral}-{n}"
                rows.append(DeviceRow(code, "transformer", f"L{lateral}", code, "22081"))
                homes += [home(len(homes) + h, code) for h in range(HOMES)]
        grid.upsert_many(conn, rows)
        customers.upsert_many(conn, homes)
        conn.execute("COMMIT")
        assert grid.customers_below(conn, "S") == LATERALS * TRANSFORMERS * HOMES

        def each(times: int, look: Callable[[], object]) -> Callable[[], None]:
            return lambda: [look() for _ in range(times)] and None

        floor = cpu(each(1_000, lambda: conn.execute("SELECT 1 FROM device WHERE code = 'S'").fetchone()))
        for code in ("T0-0", "F", "S"):
            took = cpu(each(1_000, lambda code=code: grid.customers_below(conn, code)))
            figure(f"customers_below_{code}", took, "us", "ratio<=3", floor)
        took = cpu(each(1_000, lambda: grid.network_path(conn, "T0-0")))
        figure("ancestors_of_a_transformer", took, "us", "ratio<=8", floor)
        conn.close()


def home(n: int, transformer: str) -> CustomerRow:
    return CustomerRow(
        f"PC08GG{n:07}", f"Nguyễn Văn {n}", "Anh", (f"0905{n:06}",), "1 Trần Phú", "22081", "", f"8{n:07}", f"H{n}",
        transformer, "residential", 1, "", "active",
    )  # fmt: skip


def main() -> None:
    """Print the figures."""
    grouping()
    by_commune()
    looking_up()


if __name__ == "__main__":
    main()
