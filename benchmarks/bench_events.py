"""Event delivery: CPU a client against a bare socket write, and 2,000 streams at 50 events a second on one core."""

import asyncio
import itertools
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
import uvloop

from benchmarks import client, data, streams
from benchmarks.common import Process, figure, median, no_collection, percentile, scratch, serve
from benchmarks.streams import Run

READERS, MANY = 1_000, 2_000
RATE, SECONDS = 50, 5
ROUNDS = 3
FRAME = b"id: 1\nevent: contact.changed\ndata: " + b"x" * 620 + b"\n\n"
NUMBERS = itertools.count()


def reports(door: str) -> list[bytes]:
    """Return the requests of a channel that reports as many customers as there are events in a run."""
    made = []
    for _ in range(RATE * SECONDS):
        new = {
            "external_id": f"e-{next(NUMBERS)}", "channel": "hotline", "address": "0905123456", "queue": "outage",
            "name": "Trần Thị Bích Ngọc",
        }  # fmt: skip
        made.append(client.request("POST", "/v1/contacts", door, body=msgspec.json.encode(new)))
    return made


def measure(server: Process, asks: list[bytes], messages: list[bytes], *, answered: bool) -> Run:
    """Do one run on a loop of its own."""
    with no_collection(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(streams.run(server, asks, messages, RATE, answered=answered))


def each_us(run: Run, alone: float = 0.0) -> float:
    """Return the server's CPU a delivery in microseconds, without what publishing alone costs."""
    return (run.cpu - alone) / len(run.latencies) * 1e6


def main() -> None:
    """Print the figures."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    with scratch() as place:
        filled = data.fill(place / "data", MANY, 0)
        asks = [streams.stream_request(token) for _, token in filled.agents]
        # The first event of the bare publisher says what it is.
        raw = [b"P" + FRAME, *[FRAME] * (RATE * SECONDS - 1)]
        with serve(place / "data") as service, Process("-m", "benchmarks.raw_fanout") as bare:
            alone = measure(service, [], reports(filled.door), answered=True).cpu
            floors, ours = [], []
            for _ in range(ROUNDS):
                floors.append(each_us(measure(bare, [b"S"] * READERS, raw, answered=False)))
                ours.append(each_us(measure(service, asks[:READERS], reports(filled.door), answered=True), alone))
        with serve(place / "data") as service:
            # Sessions are there with or without a stream: they are no part of what a stream costs.
            known = [client.request("GET", "/v1/me", token) for _, token in filled.agents]
            client.send(service.port, known, 20).only(200)
            runs = [measure(service, asks, reports(filled.door), answered=True) for _ in range(ROUNDS)]
    figure("event_delivery_cpu_1000", median(ours), "us", "ratio<=0.8", median(floors))
    figure("streams_2000_delivered", min(run.delivered for run in runs) * 100, "%", "value>=100")
    for share in (0.5, 0.99):
        times = [percentile(run.latencies, share) * 1e3 for run in runs]
        figure(f"streams_2000_p{share * 100:.0f}", median(times), "ms", "value<=100")
    # Only the first run's streams need memory the process has not got yet.
    figure("streams_2000_memory", runs[0].memory / 1024, "KB/client", "value<=15")
    figure("streams_2000_cores", median([run.cpu / run.seconds for run in runs]), "core", "value<=1")


if __name__ == "__main__":
    main()
