"""Who the call is about: said once, and said again where the first answer was wrong."""

from typing import TYPE_CHECKING

from agent_tui import wire
from agent_tui.desk.store import Diff
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.contact_flow import ContactFlow


def identify(flow: "ContactFlow", desk: "Desk", customer: str) -> bool:
    """The contact in hand is about this customer, whoever it was thought to be about; False without a contact."""
    contact = flow.hand
    if contact is None:
        return False
    desk.outbox.put("identify", contact.id, wire.IdentifyRequest(customer))
    flow.files.ensure(contact, mine=True, customer=customer)
    desk.changed(Diff(me=True))
    return True


def why_not(flow: "ContactFlow", screen: "DeskScreen") -> str | None:
    """Why the customer on screen cannot be made the caller, as a sentence with the next step; None when it can."""
    contact = flow.hand
    if contact is None:
        return hint(_("No contact in hand. {take} takes one."))
    shown = screen.customer_on_screen() if screen.VIEW == "customers" else None
    if shown is None:
        return hint(_("Find the customer first ({find}); then {identify} makes it the caller."))
    if shown == (flow.files.get(contact.id).customer or contact.customer):
        return _("The caller is this customer already.")
    return None
