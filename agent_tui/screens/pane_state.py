"""Which of the five pictures a list shows: loading, empty, data, stale with its age, failed with the next step."""

from typing import TYPE_CHECKING, Final

from agent_tui.desk.store import DeskState
from agent_tui.i18n import _, fmt_clock
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk

SIDE_BY_SIDE: Final = 118
"""Columns from which a list and what was opened from it stand beside each other."""


def as_of(desk: "Desk") -> str:
    """When the service was last heard, as the age of everything shown; empty while the link is live."""
    age = None if desk.link.phase in ("live", "connecting") else desk.link.age(desk.monotonic())
    return "" if age is None else _("as of {time}").format(time=fmt_clock(desk.now() - age, seconds=True))


def never_read(state: DeskState, link: Link) -> str:
    """Why there is no live data at all, empty where there is or may soon be."""
    if state.me is not None or link.phase != "lost":
        return ""
    return link.detail.say() if link.detail else _("The service cannot be reached.")


def settle(listed: LineList, desk: "Desk", *, rows: bool, empty: str, loading: str = "", failed: str = "") -> None:
    """Set the list's picture; `loading` and `failed` are empty where they do not apply, rows win over both."""
    stale = as_of(desk)
    if rows and stale:
        listed.placeholder("stale", stale)
    elif rows:
        listed.placeholder("data")
    elif failed:
        listed.placeholder("failed", failed + " " + hint(_("{refresh} reads it again.")))
    elif loading:
        listed.placeholder("loading", loading)
    else:
        listed.placeholder("empty", empty)
