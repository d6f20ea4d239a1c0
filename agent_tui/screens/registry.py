"""Which screen shows which view, imported when it is first opened."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.flow import Flow

HOME: Final = "queue"


def _queue() -> "DeskScreen":
    from agent_tui.screens.queue import QueueScreen

    return QueueScreen()


def _customers() -> "DeskScreen":
    from agent_tui.screens.customers import CustomersScreen

    return CustomersScreen()


def _outages() -> "DeskScreen":
    from agent_tui.screens.outages import OutagesScreen

    return OutagesScreen()


def _tickets() -> "DeskScreen":
    from agent_tui.screens.tickets import TicketsScreen

    return TicketsScreen()


def _callbacks() -> "DeskScreen":
    from agent_tui.screens.callbacks import CallbacksScreen

    return CallbacksScreen()


def _wallboard() -> "DeskScreen":
    from agent_tui.screens.wallboard import WallboardScreen

    return WallboardScreen()


VIEW_SCREENS: Final[Mapping[str, Callable[[], "DeskScreen"]]] = {
    "queue": _queue,
    "customers": _customers,
    "outages": _outages,
    "tickets": _tickets,
    "wallboard": _wallboard,
    "callbacks": _callbacks,
}


def make_flow(desk: "Desk") -> "Flow":
    """The rules of the call for this desk."""
    from agent_tui.screens.contact_flow import ContactFlow

    return ContactFlow(desk)
