"""A durable take over HTTP against a bare ASGI handler that does the same work: CPU of the server per take."""

import contextlib
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import client, data
from benchmarks.common import Process, figure, median, no_collection, percentile, scratch, serve

AGENTS, EACH = 50, 3
WAVES = 30
PATIENT_MS = 100.0
FINISH = b'{"disposition":"information"}'


def measure(server: Process, pool: client.Pool, requests: list[bytes]) -> tuple[float, float, float]:
    """Return (CPU seconds a take, takes a second, p99 in seconds)."""
    with no_collection():
        before = server.cpu()
        answers = pool.send(requests).only(200)
        spent = server.cpu() - before
    return spent / len(requests), len(requests) / answers.seconds, percentile(answers.latencies, 0.99)


def wave(n: int, filled: data.Filled) -> list[tuple[str, str, str]]:
    """Return (user, token, contact) of one wave: as many chats as each agent may have at once."""
    size = AGENTS * EACH
    contacts = filled.contacts[n * size : (n + 1) * size]
    return [(*filled.agents[k % AGENTS], contact) for k, contact in enumerate(contacts)]


def main() -> None:
    """Print the figures."""
    request = client.request
    with scratch() as place:
        ours, bare, rules = place / "ours", place / "bare", place / "rules"
        filled = data.fill(ours, AGENTS, AGENTS * EACH * WAVES, "webchat")
        shutil.copytree(ours, bare)
        shutil.copytree(ours, rules)
        with contextlib.ExitStack() as stack:
            servers = {"ours": stack.enter_context(serve(ours))}
            for kind, where in (("take", bare), ("rules", rules)):
                servers[kind] = stack.enter_context(Process("-m", "benchmarks.bare", str(where)))
            pools = {kind: client.Pool(server.port, AGENTS) for kind, server in servers.items()}
            kinds: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in servers}
            for n in range(WAVES):
                part = wave(n, filled)
                takes = {
                    "ours": [request("POST", f"/v1/contacts/{c}/take", t, f"key-{c}") for _, t, c in part],
                    "take": [request("POST", f"/take/{c}/{u}/key-{c}", t) for u, t, c in part],
                    "rules": [request("POST", f"/rules/{c}/{u}/key-{c}", t) for u, t, c in part],
                }
                for kind in sorted(kinds, reverse=bool(n % 2)):
                    kinds[kind].append(measure(servers[kind], pools[kind], takes[kind]))
                # Not measured: everybody's hands are free again.
                pools["ours"].send(
                    [request("POST", f"/v1/contacts/{c}/finish", t, body=FINISH) for _, t, c in part]
                ).only(200)
                for kind in ("take", "rules"):
                    pools[kind].send([request("POST", f"/free/{c}/{u}/-") for u, t, c in part]).only(200)
            for pool in pools.values():
                pool.close()
    # The first waves find cold caches.
    kinds = {kind: measured[WAVES // 5 :] for kind, measured in kinds.items()}
    # Paired by wave: another program's noise hits both halves of a pair.
    for name, floor, target in (("take_cpu", "take", 1.2), ("take_cpu_over_the_rules", "rules", 1.2)):
        ratio = median([mine[0] / bare[0] for mine, bare in zip(kinds["ours"], kinds[floor], strict=True)])
        floor_us = median([one[0] for one in kinds[floor]]) * 1e6
        figure(name, ratio * floor_us, "us", f"ratio<={target}", floor_us)
    rate, floor_rate = (median([one[1] for one in kinds[kind]]) for kind in ("ours", "take"))
    figure("take_rate_50_agents", rate, "1/s", "value>=5000", floor_rate)
    p99, floor_p99 = (median([one[2] for one in kinds[kind]]) * 1e3 for kind in ("ours", "take"))
    figure("take_p99_50_agents", p99, "ms", f"value<={PATIENT_MS:g}", floor_p99)


if __name__ == "__main__":
    main()
