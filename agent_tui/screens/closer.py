"""F7: the history of a contact and what was said, on a text channel a line to the customer; for a bill the bills."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.app import App

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.screens.library import Library, values_of
from agent_tui.screens.texts import keeper
from agent_tui.screens.ticket_edit import TicketPane
from agent_tui.screens.transcript import Transcript
from agent_tui.widgets.queue_rows import TEXT_CHANNELS

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.contact_flow import ContactFlow


def face(flow: "ContactFlow", desk: "Desk", action: str, screen: "DeskScreen") -> str:
    """What a key of the call will do on this screen, as the name of a face in the registry."""
    hand = flow.hand
    if action == "take":
        if desk.state.offer is not None:
            return "offer"
        return "this" if screen.VIEW == "queue" and flow.picked else "next"
    if action == "commit" and (hand is not None or screen.VIEW == "queue"):
        return "" if any(pane.waits_to_be_saved for pane in screen.query(TicketPane)) else "wrap_up"
    if action == "look_closer" and hand is not None and (customer := flow.billed(hand)):
        view = desk.view("customers")
        on_screen = screen is view and bills_on_screen(view, customer)
        return "" if on_screen else "bills"
    return ""


def bills_on_screen(view: "DeskScreen", customer: str) -> bool:
    """Whether the customers view shows this customer's bills."""
    from agent_tui.screens.customers import CustomersScreen

    return isinstance(view, CustomersScreen) and view.shows(customer, "bills")


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


async def look_closer(flow: "ContactFlow", desk: "Desk", contact: wire.Contact, in_hand: bool) -> None:
    """Show the contact until the agent goes back; what is typed is a draft until the service has it."""
    keep = keeper(desk, "message", contact, flow.name_of(contact))
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
    library = Library(desk, lambda: _values(flow, desk, contact), lambda: dialog.look_again())
    dialog = Transcript(contact, read, names, send if writes else None, draft, keep, library.offers)
    await cast("App[Any]", desk).push_screen_wait(dialog)


def _values(flow: "ContactFlow", desk: "Desk", contact: wire.Contact) -> dict[str, str]:
    """What a text to this customer is filled in with."""
    file = flow.files.get(contact.id)
    about = contact.outage or (file.power.outage if file.power is not None else None)
    return values_of(desk, file.record, None, desk.state.outages.get(about or ""))
