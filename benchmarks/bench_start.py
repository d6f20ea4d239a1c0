"""From the command to the first answer: CPU and resident memory of the service, against a bare server's.

Both start from bytecode, as pip leaves it: a checkout under PYTHONDONTWRITEBYTECODE would compile 130 modules a start.
"""

import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import client, data
from benchmarks.common import Process, figure, median, scratch, serve

TIMES = 7
BARE = """
import asyncio, socket, uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
sock = socket.create_server(("127.0.0.1", 0))
print("listening on http://127.0.0.1:%d" % sock.getsockname()[1], flush=True)
config = uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", lifespan="off", log_config=None)
uvicorn.Server(config).run(sockets=[sock])
"""


def first_answer(server: Process) -> tuple[float, float]:
    """Ask once and return (CPU milliseconds, megabytes) so far."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as sock:
        sock.sendall(client.request("GET", "/health"))
        if not sock.recv(4_096).startswith(b"HTTP/1.1 200"):
            raise SystemExit("no answer")
        return server.cpu() * 1e3, server.rss() / 1024 / 1024


def main() -> None:
    """Print the figures."""
    ours, bare = [], []
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with scratch() as place:
        os.environ["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")
        data.fill(place / "data", 50, 100)
        for _ in range(1 + TIMES):
            with Process("-c", BARE) as server:
                bare.append(first_answer(server))
            with serve(place / "data") as server:
                ours.append(first_answer(server))
    # The first start of each has compiled.
    cpu, memory = (median([one[n] for one in ours[1:]]) for n in (0, 1))
    floor_cpu, floor_memory = (median([one[n] for one in bare[1:]]) for n in (0, 1))
    figure("start_cpu", cpu, "ms", "value<=350", floor_cpu)
    figure("start_memory", memory, "MB", "value<=45", floor_memory)


if __name__ == "__main__":
    main()
