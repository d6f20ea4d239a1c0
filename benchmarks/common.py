"""What every benchmark needs: a figure's line, a server process with its CPU and memory, a prepared data directory."""

import contextlib
import gc
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = re.compile(r"(ratio|value)(<=|>=)([0-9.]+)")
CENTRE = "EVNCPC"


def figure(name: str, value: float, unit: str, target: str, floor: float | None = None) -> bool:
    """Print one figure; `target` is such as `ratio<=1.2` or `value>=5000`, the ratio is to the floor of this run."""
    ratio = None if floor is None else value / floor
    found = TARGET.fullmatch(target)
    assert found is not None, target
    measured = value if found[1] == "value" else ratio
    assert measured is not None, "a ratio needs a floor"
    good = measured <= float(found[3]) if found[2] == "<=" else measured >= float(found[3])
    shown = ("-", "-") if floor is None or ratio is None else (f"{floor:.4g}", f"{ratio:.3g}")
    word = "ok" if good else "short"
    line = f"BENCH {name} value={value:.4g} unit={unit} floor={shown[0]} ratio={shown[1]} target={target} {word}"
    print(line, flush=True)
    return good


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0..1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Process:
    """A server in a process of its own, ready when it has said `listening on http://HOST:PORT`."""

    def __init__(self, *words: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"{' '.join(words)} did not start: {line!r}")
        self.port = int(line.strip().rpartition(":")[2])

    def cpu(self) -> float:
        """Return the CPU seconds of all its threads so far (Linux: the process's CPU clock)."""
        return time.clock_gettime((~self.popen.pid << 3) | 2)

    def rss(self) -> int:
        """Return its resident memory in bytes."""
        pages = int(Path(f"/proc/{self.popen.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """End it and wait for its end."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        if self.popen.stdout is not None:
            self.popen.stdout.close()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(data_dir: Path) -> Process:
    """Run the service as an operator does."""
    return Process("-m", "backend_stub", "serve", str(data_dir), "--port", "0")


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give a directory on the disk of the checkout, where a database would be: /tmp may be memory."""
    path = Path(tempfile.mkdtemp(prefix=".bench-", dir=ROOT))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Keep Python's collector out of a timed section of this process."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
