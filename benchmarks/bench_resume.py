"""A desk comes back 1,000 events later: CPU of the server from the request to the last missed event."""

import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from backend_stub import stream
from backend_stub.policy import Principal
from backend_stub.store import connect, events
from backend_stub.store.driver import sqlite3
from benchmarks import client, data, streams
from benchmarks.common import CENTRE, Process, figure, median, no_collection, scratch, serve

GAP = 1_000
TIMES, ROUNDS = 20, 5


def resume(port: int, token: str, last: int) -> None:
    """Open a stream after `last` and hang up when the gap is filled."""
    wanted = b"id: %d\n" % (last + GAP)
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        sock.sendall(streams.stream_request(token, last))
        got = bytearray()
        while (part := sock.recv(1 << 20)) and wanted not in got[-200:] + part:
            got += part
        if not part:
            raise SystemExit("the stream ended early")


def measure(server: Process, tokens: list[str], head: int) -> float:
    """Return CPU milliseconds a resume."""
    for token in tokens[:2]:
        resume(server.port, token, head - GAP)
    before = server.cpu()
    for n in range(TIMES):
        # Nobody else stands where this one does, so that no work is shared.
        resume(server.port, tokens[n], head - GAP - n)
    return (server.cpu() - before) / TIMES * 1e3


def read_ms(path: Path, work: Callable[[sqlite3.Connection], object]) -> float:
    """Return CPU milliseconds of one reading in this process."""
    conn = connect.reader(path)
    spent = []
    with no_collection():
        for _ in range(TIMES):
            began = time.thread_time()
            work(conn)
            spent.append(time.thread_time() - began)
    conn.close()
    return median(spent) * 1e3


def main() -> None:
    """Print the figures."""
    with scratch() as place:
        filled = data.fill(place / "data", TIMES, GAP + TIMES)
        path, tokens = (place / "data" / connect.DATABASE).resolve(), [token for _, token in filled.agents]
        conn = connect.reader(path)
        head = events.head(conn)
        conn.close()

        def bare(conn: sqlite3.Connection) -> bytes:
            sql = "SELECT seq, kind, data FROM event_log WHERE seq > ? ORDER BY seq"
            return b"".join(stream.frame(kind, body, seq) for seq, kind, body in conn.execute(sql, (head - GAP,)))

        user = Principal(filled.agents[0][0], "", "", "agent", CENTRE)
        from_log, inside, floors = [], [], []
        for _ in range(ROUNDS):
            floors.append(read_ms(path, bare))
            inside.append(read_ms(path, lambda conn: stream._replay(conn, head - GAP, user)))
            # Fresh from its start, the service has no event in memory.
            with serve(place / "data") as server:
                client.send(server.port, [client.request("GET", "/v1/me", t) for t in tokens], 4).only(200)
                from_log.append(measure(server, tokens, head))
    figure("resume_1000_read_and_framed", median(inside), "ms", "value<=2", median(floors))
    figure("resume_1000_over_http", median(from_log), "ms", "value<=2", median(floors))


if __name__ == "__main__":
    main()
