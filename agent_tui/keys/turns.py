"""Waits counted in turns of the loop, so that a busy machine does not make a wait seem long."""

import asyncio
from collections.abc import Callable
from typing import Final

SLICE: Final = 0.05
"""Seconds of a turn: while the machine is too busy to run the desk a wait stands still."""
LATE: Final = 4
"""A turn that came late, because other programs or paints were in front of it, counts for so much less."""
LATEST: Final = 16
"""However late the turns come, no wait lasts more than so many times its seconds: a keyboard is never dead."""


def later(turn: float, call: Callable[..., None], *given: object, waited: float = 0.0) -> asyncio.TimerHandle:
    """Call with the seconds waited so far, then `given`, when this turn of so many seconds is over."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    def over() -> None:
        took = loop.time() - began
        call(waited + (max(turn / LATE, took / LATEST) if took - turn > SLICE else turn), *given)

    return loop.call_later(turn, over)
