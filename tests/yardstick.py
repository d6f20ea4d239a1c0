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


def slower() -> float:
    """How many times as long as on a quiet machine the same work takes now; costs a few milliseconds."""
    return _control() / QUIET_S


def limit(seconds: float, then: float = 1.0) -> float:
    """These seconds, or as many more as this machine needs right now for the same work; never fewer.

    `then` is how much `slower` it was in the moment that is judged.

    A core shared with other programs is slower than its own CPU seconds tell: caches and the other half of it are lost.
    """
    slowed = max(then, *(slower() for _ in range(5)))
    crowded = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * max(1.0, slowed) * max(1.0, crowded)
