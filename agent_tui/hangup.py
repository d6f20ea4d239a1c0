"""End the desk when its terminal has gone: a closed window must never leave a program running.

Textual cannot do it: its writer dies with the terminal, and whoever paints next, its own way out included, waits for
that writer for ever.
"""

import errno
import os
import select
import sys
import threading
import time
from typing import Final

GRACE_S: Final = 3.0
"""How long the desk may use to end by itself (SIGHUP reaches it too) before it is ended."""
EXIT_CODE: Final = 129


def watch() -> None:
    """Watch standard input's terminal from a thread of its own until the process ends."""
    if sys.platform != "win32" and sys.stdin is not None and _is_terminal(sys.stdin.fileno()):
        threading.Thread(target=_wait, args=(sys.stdin.fileno(),), name="hangup", daemon=True).start()


def _is_terminal(descriptor: int) -> bool:
    import termios

    try:
        termios.tcgetattr(descriptor)
    except termios.error as failed:
        # A terminal that went while the desk was starting answers so; what never was one answers otherwise.
        return bool(failed.args[0] == errno.EIO)
    return True


def _wait(terminal: int) -> None:
    poll = select.poll()
    poll.register(terminal, 0)
    # With no events asked for, only the end of the terminal is reported.
    poll.poll()
    time.sleep(GRACE_S)
    os._exit(EXIT_CODE)
