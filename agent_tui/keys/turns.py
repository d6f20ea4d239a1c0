"""Waits counted in turns of the loop, so that a busy machine does not make a wait seem long."""

import asyncio
from collections.abc import Callable
from typing import Final

SLICE: Final = 0.05
"""Seconds of a turn: while the machine is too busy to run the desk a wait stands still."""
LATE: Final = 4
"""A turn that came late, because other programs or paints were in front of it, counts for so much less."""


def later(turn: float, call: Callable[..., None], *given: object, waited: float = 0.0) -> asyncio.TimerHandle:
    """Call with the seconds waited so far, then `given`, when this turn of so many seconds is over."""
    loop = asyncio.get_running_loop()
    due = loop.time() + turn
    return loop.call_later(turn, lambda: call(waited + turn / (LATE if loop.time() - due > SLICE else 1), *given))
