"""What the queue's two panes show, as plain values: the list's state and the card's view."""

from agent_tui import wire
from agent_tui.desk.store import DeskState
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.messages import Link
from agent_tui.screens.dossier import Dossier
from agent_tui.screens.pane_state import never_read
from agent_tui.widgets.contact_card import CardView
from agent_tui.widgets.line_list import Placeholder


def list_state(state: DeskState, link: Link, count: int, filtered: bool, stale: str) -> tuple[Placeholder, str]:
    """Which of its five states the list is in, and the words that go with it."""
    if state.me is None:
        if link.phase != "lost":
            return "loading", _("reading the queue …")
        return "failed", never_read(state, link) + " " + hint(_("{refresh} tries now."))
    if stale:
        return "stale", _("{as_of}; the waits go on").format(as_of=stale)
    if count:
        return "data", ""
    return "empty", hint(_("No contact matches the filter. {back} shows all.")) if filtered else _("Nobody is waiting.")


def card_view(
    contact: wire.Contact | None, mine: bool, dossier: Dossier | None, state: DeskState, as_of: str
) -> CardView:
    """The card of the contact in hand, or of the one under the cursor: then without the customer's record."""
    if contact is None or dossier is None:
        return CardView(as_of=as_of)
    power = dossier.power
    about = power.outage or power.plan if power else None
    attached = dossier.attached
    if not attached and contact.outage and contact.callback:
        attached = _("Attached · callback on")
    return CardView(
        contact=contact, mine=mine, record=dossier.record if mine else None, power=power,
        outage=state.outages.get(about) if about else None, hits=dossier.hits,
        loading=bool(dossier.loading), record_error=dossier.record_error, power_error=dossier.power_error,
        attached=attached, last=dossier.last, identified=bool(contact.customer or dossier.customer), as_of=as_of,
    )  # fmt: skip
