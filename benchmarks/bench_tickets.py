"""Lists, filters and search at 50,000 tickets against 50, and a bulk of 500 with its undo, through HTTP.

The floor of a list is the same request to a service that has 50 tickets; that of a statement is the 51 newest rows
by rowid, read by the same driver. `bench_tickets.py 50000` says how many.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from backend_stub import datadir
from backend_stub.clock import SystemClock
from backend_stub.reference.catalogue import request_types
from backend_stub.store import connect, customers, dictionary, ticket_index, ticket_lists
from backend_stub.store.driver import sqlite3
from backend_stub.store.ticket_lists import Filter
from benchmarks import client, crowd_db
from benchmarks.common import CENTRE, figure, median, no_collection, percentile, scratch, serve
from tests.customers import crowd

FEW, MANY, PEOPLE, ROUNDS, BULK = 50, 50_000, 5_000, 150, 500
SAID = (
    "công tơ chạy nhanh mất điện hóa đơn tăng cao hẹn gọi lại khách yêu cầu kiểm tra trạm biến áp dây đứt nhà hàng "
    "xóm bảo trì lịch cắt phúc tra chỉ số đổi chủ hợp đồng nợ tiền thanh toán khiếu nại trưởng thôn trường học"
)
WORDS = SAID.split()
STATES = ["new", "open", "waiting", "resolved", *["closed"] * 12]
DAY = 86_400.0


def fill(data_dir: Path, count: int) -> None:
    """Make a directory with so many tickets, as a centre has them: most are done, few are anybody's."""
    datadir.create(data_dir)
    with open(data_dir / "settings.toml", "a", encoding="utf-8") as file:
        file.write("\n[limits]\nrequests_s = 1e6\n")
    rng, now = random.Random(7), SystemClock().now()
    conn = connect.writer(data_dir / connect.DATABASE)
    people = crowd(PEOPLE)
    kinds = list(request_types())
    conn.execute("BEGIN")
    customers.upsert_many(conn, people)
    dictionary.rebuild(conn)
    for n in range(1, count + 1):
        status, begun = rng.choice(STATES), now - rng.random() * 200 * DAY
        done = begun + DAY if status in ("resolved", "closed") else None
        title, note = (" ".join(rng.choices(WORDS, k=size)) for size in (6, 25))
        due = rng.choice([None, begun + 3 * DAY, now + rng.random() * 3 * DAY])
        conn.execute(
            """INSERT INTO ticket (n, id, number, type, status, priority, title, customer, centre, assignee, due_at,
               created_at, created_by, updated_at, done_at)
               VALUES (?, ?, ?, ?, ?, 'normal', ?, ?, ?, ?, ?, ?, 'x', ?, ?)""",
            (n, f"t_{n:016x}", f"T-2026-{n:06}", rng.choice(kinds), status, title, rng.choice(people).code, CENTRE,
             rng.choice([None, *(f"agent{i}" for i in range(60))]), due, begun, begun, done),
        )  # fmt: skip
        conn.execute(
            "INSERT INTO ticket_note (id, ticket, author, at, text, kind) VALUES (?, ?, 'x', ?, ?, 'note')",
            (f"n_{n:016x}", f"t_{n:016x}", begun, note),
        )
    ticket_index.rebuild(conn)
    conn.execute("COMMIT")
    conn.close()


def asked(token: str, count: int) -> dict[str, list[bytes]]:
    """Return the requests by what they show: each differs from the next as an agent's would."""
    rng = random.Random(11)

    def get(query: str) -> bytes:
        return client.request("GET", f"/v1/tickets?limit=50{query}", token)

    def search(**body: object) -> bytes:
        return client.request("POST", "/v1/tickets/search", token, body=msgspec.json.encode({"limit": 50, **body}))

    def some(make: Callable[[], bytes]) -> list[bytes]:
        return [make() for _ in range(ROUNDS)]

    def words(most: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, most)))

    return {
        "list": some(lambda: get("")),
        "page": some(lambda: get(f"&after=t_{rng.randint(1, count):016x}")),
        "live": some(lambda: get("&status=live")),
        "mine": some(lambda: get(f"&assignee=agent{rng.randrange(60)}&status=live")),
        "unassigned": some(lambda: get("&assignee=none&status=live")),
        "late": some(lambda: get("&due=late&status=live")),
        "soon": some(lambda: get("&due=soon")),
        "nobody": some(lambda: get("&assignee=lan&due=soon")),
        "rare_pair": some(lambda: get(f"&status=waiting&type={rng.choice(list(request_types()))}&due=ok")),
        "search": some(lambda: search(q=words(3))),
        "search_begun": some(lambda: search(q=words(2)[: rng.randint(1, 6)])),
        "search_filtered": some(lambda: search(q=words(1), assignee=f"agent{rng.randrange(60)}", status="waiting")),
        "search_name": some(lambda: search(q=f"nguyen {words(1)}")),
    }


def measured(data_dir: Path, count: int) -> dict[str, list[float]]:
    """Return the latencies of each kind of request."""
    token = crowd_db.agent(data_dir)
    found = {}
    with serve(data_dir) as service:
        for name, requests in asked(token, count).items():
            client.send(service.port, requests[:10], 1).only(200)
            found[name] = client.send(service.port, requests, 1).only(200).latencies
    return found


def opened(few: Path, many: Path) -> tuple[float, float]:
    """Return the median of the first page of both, asked in turns: both see the same minute of the machine."""
    tokens = [crowd_db.agent(place) for place in (few, many)]
    with serve(few) as small, serve(many) as large:
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS // 10):
            for service, token, kept in zip((small, large), tokens, times, strict=True):
                requests = [client.request("GET", "/v1/tickets?limit=50", token)] * 20
                kept += client.send(service.port, requests, 1).only(200).latencies
    return median(times[0]), median(times[1])


def acts(data_dir: Path) -> tuple[float, float]:
    """Return the seconds of a bulk of 500 and of its undo."""
    token = crowd_db.agent(data_dir)
    ids = [f"t_{n:016x}" for n in range(1, BULK + 1)]
    body = msgspec.json.encode({"ids": ids, "change": {"priority": "high", "note": "theo sự cố"}})
    with serve(data_dir) as service:
        client.send(service.port, [client.request("GET", "/v1/tickets", token)], 1).only(200)
        bulk = client.send(service.port, [client.request("POST", "/v1/tickets/bulk", token, body=body)], 1).only(200)
        conn = connect.reader(data_dir.resolve() / connect.DATABASE)
        step = conn.execute("SELECT token FROM undo_step").fetchone()[0]
        conn.close()
        undo = client.send(service.port, [client.request("POST", f"/v1/undo/{step}", token)], 1).only(200)
    return bulk.latencies[0], undo.latencies[0]


def statements(data_dir: Path, name: str) -> None:
    """Print the CPU of the list's and the search's statements against the newest rows by rowid."""
    conn = connect.reader(data_dir.resolve() / connect.DATABASE)
    now = SystemClock().now()
    newest = conn.execute("SELECT max(n) FROM ticket").fetchone()[0]

    def spent(ask: Callable[[], object]) -> float:
        times = []
        with no_collection():
            for _ in range(100):
                began = time.thread_time_ns()
                ask()
                times.append((time.thread_time_ns() - began) / 1e3)
        return median(times)

    def bare() -> list[sqlite3.Row]:
        sql = "SELECT * FROM ticket WHERE n <= ? ORDER BY n DESC LIMIT 51"
        return conn.execute(sql, (newest,)).fetchall()

    def ours(**wanted: str) -> Callable[[], object]:
        return lambda: ticket_lists.page(conn, Filter([CENTRE], **wanted), None, 51, now)

    floor = spent(bare)
    figure(f"{name}_list_statement_p50", spent(ours()), "us", "ratio<=1.5", floor)
    figure(f"{name}_live_statement_p50", spent(ours(status="live")), "us", "ratio<=3", floor)
    figure(f"{name}_search_statement_p50", spent(ours(q="cong to")), "us", "ratio<=6", floor)
    conn.close()


def main() -> None:
    """Print the figures."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with scratch() as place:
        fill(place / "few", FEW)
        fill(place / "many", many)
        statements(place / "many", f"tickets_{many}")
        large = measured(place / "many", many)
        floor, first = opened(place / "few", place / "many")
        bulk, undo = acts(place / "many")
    for name, times in large.items():
        figure(f"tickets_{many}_{name}_http_p99", percentile(times, 0.99) * 1e3, "ms", "value<=50")
    figure(f"tickets_{many}_open_list_p50", first * 1e3, "ms", "ratio<=1.3", floor * 1e3)
    figure(f"tickets_bulk_{BULK}", bulk, "s", "value<=1")
    figure(f"tickets_bulk_{BULK}_undo", undo, "s", "value<=1")


if __name__ == "__main__":
    main()
