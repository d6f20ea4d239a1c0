"""F7: the history of a contact and what was said, on a text channel a line to the customer; for a bill the bills."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.app import App

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.screens.texts import keeper
from agent_tui.screens.transcript import Transcript
from agent_tui.widgets.queue_rows import TEXT_CHANNELS

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk


async def show_bills(desk: "Desk", customer: str) -> bool:
    """Open the customer's bills; False where they are on screen already, so that the key goes on to the contact."""
    from agent_tui.screens.customers import CustomersScreen

    await desk.show_view("customers")
    view = desk.view("customers")
    if not isinstance(view, CustomersScreen) or view.shows(customer, "bills"):
        return False
    view.show_customer(customer, "bills")
    return True


async def find_customer(desk: "Desk") -> None:
    """Go to the look-up, whatever was open there."""
    from agent_tui.screens.customers import CustomersScreen

    await desk.show_view("customers")
    view = desk.view("customers")
    if isinstance(view, CustomersScreen) and view.is_mounted:
        view.find()


async def look_closer(desk: "Desk", contact: wire.Contact, who: str, in_hand: bool) -> None:
    """Show the contact until the agent goes back; what is typed is a draft until the service has it."""
    keep = keeper(desk, "message", contact, who)
    names = {agent.id: agent.name for agent in desk.state.agents.values()}

    def send(text: str) -> None:
        keep(text)
        intent = desk.outbox.put("message", contact.id, wire.MessageRequest(text))
        desk.drafts.send_off("message", contact.id, intent.key)
        if not desk.link.is_live:
            desk.toast(_("The message is kept here and sent when the connection is back."), "warning")

    def read() -> Coroutine[None, None, wire.ContactDetail]:
        return desk.client.contact(contact.id)

    writes = in_hand and contact.channel in TEXT_CHANNELS
    draft = desk.drafts.text("message", contact.id, "text")
    await cast("App[Any]", desk).push_screen_wait(
        Transcript(contact, read, names, send if writes else None, draft, keep)
    )
