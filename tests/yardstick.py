"""Time limits that a busy or slow machine stretches: a fixed piece of Python work is the control of the same run."""

import os
import time
from typing import Final

QUIET_S: Final = 0.010
"""CPU seconds of the control on the machine where the desk's 250 ms were measured (two quiet cores, Python 3.11)."""


def _control() -> float:
    began = time.thread_time()
    text = ""
    for n in range(60_000):
        text = f"{n:x}{text[:40]}"
    assert text
    return time.thread_time() - began


def limit(seconds: float) -> float:
    """These seconds, or as many more as this machine needs right now for the same work; never fewer.

    A core shared with other programs is slower than its own CPU seconds tell: caches and the other half of it are lost.
    """
    slower = max(_control() for _ in range(5)) / QUIET_S
    crowded = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, slower) * max(1.0, crowded)
