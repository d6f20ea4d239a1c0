"""What the service counts about itself: plain counters on the hot path, Prometheus text only when it is asked for.

Labels are route templates, statuses and queue names: never a path, an id or a person.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
UNKNOWN = ("", "unknown")


class Histogram:
    """How often a value fell between two bounds, and the sum of them all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return (upper bound, how many are at most that), the last bound being +Inf."""
        counts, seen = [], 0
        for bound, count in zip((*self.bounds, float("inf")), list(self.counts), strict=True):
            seen += count
            counts.append(("+Inf" if bound == float("inf") else str(bound), float(seen)))
        return counts


class Meter:
    """The counters of one service; the writer's are touched by the writer thread alone, the rest by the loop."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str], Histogram] = {}
        self.answers: dict[tuple[str, str, int], int] = {}
        self.commits = Histogram(SECONDS)
        self.groups = Histogram(SIZES)
        self.busy = 0
        self.streams = 0

    def answered(self, route: tuple[str, str], status: int, seconds: float) -> None:
        """Count an answer of a route, given as method and path template."""
        timing = self.requests.get(route)
        if timing is None:
            timing = self.requests[route] = Histogram(SECONDS)
        timing.observe(seconds)
        key = (*route, status)
        self.answers[key] = self.answers.get(key, 0) + 1

    def committed(self, commands: int, seconds: float) -> None:
        """Count a group of commands made durable; `seconds` is what the COMMIT with its fsync took."""
        self.groups.observe(commands)
        self.commits.observe(seconds)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is looked up at a scrape; `waiting` holds (contacts, oldest wait in seconds) by queue."""

    waiting: Mapping[str, tuple[int, float]]
    event_lag: int
    free_disk: int
    sizes: Mapping[str, int] = field(default_factory=dict)
    suspects: int = 0


def text(meter: Meter, reading: Reading) -> bytes:
    """Return both in the Prometheus text format."""
    # prometheus_client costs 70 ms of CPU and 5 MB: only a service that is scraped pays for it.
    from prometheus_client import CollectorRegistry, generate_latest

    class Collected:
        def collect(self) -> Iterator["Metric"]:
            yield from _counted(meter)
            yield from _read(reading)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return generate_latest(registry)


def _counted(meter: Meter) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    labels = ["method", "route"]
    requests = HistogramMetricFamily("http_request_seconds", "Time to answer, by route template.", labels=labels)
    for route, timing in list(meter.requests.items()):
        requests.add_metric(route, timing.buckets(), timing.total)
    yield requests
    answers = CounterMetricFamily("http_requests", "Answers by status.", labels=[*labels, "status"])
    for (method, route_path, status), count in list(meter.answers.items()):
        answers.add_metric([method, route_path, str(status)], count)
    yield answers
    for name, what, histogram in (
        ("store_commit_group", "Commands made durable by one commit.", meter.groups),
        ("store_commit_seconds", "Time of a commit with its fsync.", meter.commits),
    ):
        yield HistogramMetricFamily(name, what, buckets=histogram.buckets(), sum_value=histogram.total)
    yield CounterMetricFamily("store_busy", "Times the database was locked for too long.", value=meter.busy)
    yield GaugeMetricFamily("event_streams", "Open event streams.", value=meter.streams)


def _read(reading: Reading) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    depth = GaugeMetricFamily("queue_waiting", "Contacts that wait.", labels=["queue"])
    oldest = GaugeMetricFamily("queue_oldest_wait_seconds", "Longest wait of a contact in queue.", labels=["queue"])
    for queue, (count, wait_s) in reading.waiting.items():
        depth.add_metric([queue], count)
        oldest.add_metric([queue], wait_s)
    yield depth
    yield oldest
    yield GaugeMetricFamily("event_lag", "Events committed and not yet given to the streams.", value=reading.event_lag)
    suspects = "Users who opened or searched more today than work needs; the audit log names them."
    yield GaugeMetricFamily("harvest_suspects", suspects, value=reading.suspects)
    yield GaugeMetricFamily("disk_free_bytes", "Room on the disk of the data directory.", value=reading.free_disk)
    files = GaugeMetricFamily("database_bytes", "Size of the database and of its log.", labels=["file"])
    for name, size in reading.sizes.items():
        files.add_metric([name], size)
    yield files
