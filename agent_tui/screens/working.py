"""What the service is doing for this desk right now: a line in place of the status line, with how long it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from textual.content import Content

from agent_tui.i18n import fmt_number
from agent_tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

EVERY_S: Final = 0.1
TURNING: Final = "◐◓◑◒"


@contextmanager
def working(desk: "Desk", text: str) -> Iterator[None]:
    """Show `text` with a turning sign and the seconds so far on the view on screen; keys go on meanwhile."""
    view = desk.view_on_screen()
    if view is None:
        yield
        return
    line, began = view.query_one(StatusLine), desk.monotonic()

    def say() -> None:
        spent = desk.monotonic() - began
        sign = TURNING[int(spent / EVERY_S) % len(TURNING)]
        line.work(Content.styled(f" {sign} {text} {fmt_number(spent, 1)} s", "bold $accent"))

    timer = view.set_interval(EVERY_S, say)
    say()
    try:
        yield
    finally:
        timer.stop()
        line.work(None)
