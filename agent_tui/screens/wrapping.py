"""How a contact ends and what the agent is: the questions of wrap-up, the wish for more time, my own state."""

from typing import TYPE_CHECKING, Any, cast

from textual.app import App

from agent_tui import wire
from agent_tui.desk.self_service import suggest
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.state_menu import StateMenu
from agent_tui.screens.texts import keeper
from agent_tui.screens.wrap_up import WrapUp, WrapUpView

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.contact_flow import ContactFlow


async def ask(flow: "ContactFlow", desk: "Desk", contact: wire.Contact) -> wire.FinishRequest | None:
    """How the contact in hand ended, from the agent; None when they went back. What is typed is kept with every key."""
    dossier = flow.files.get(contact.id)
    keep = keeper(desk, "wrap_up", contact, flow.name_of(contact))
    view = WrapUpView(
        who=flow.name_of(contact),
        likely=dossier.likely(contact.queue),
        note=desk.drafts.text("wrap_up", contact.id, "text"),
        suggestion=suggest(contact, dossier.done),
        invite=contact.priority_class != "danger",
    )

    def now_of() -> wire.Contact | None:
        return desk.state.contacts.get(contact.id)

    dialog = WrapUp(view, keep, now_of, flow.now, lambda: more_time(desk, contact))
    answer = await cast("App[Any]", desk).push_screen_wait(dialog)
    if answer is None:
        return None
    keep(answer.note)
    return wire.FinishRequest(answer.disposition, answer.note or None, answer.csat, answer.self_service)


async def more_time(desk: "Desk", contact: wire.Contact) -> None:
    """Ask for a longer wrap-up, which the service gives once."""
    after = await desk.client.more_time(contact.id)
    desk.changed(desk.state.absorb(after))
    desk.toast(_("More time to wrap up."))


def why_no_more_time(contact: wire.Contact | None) -> str | None:
    """Why a wrap-up cannot be made longer now, or None."""
    if contact is None or contact.state != "wrap_up" or contact.wrap_up_until is None:
        return _("No wrap-up is running out.")
    return _("More time was given already; it is given once.") if contact.more_time else None


async def my_state(desk: "Desk", busy: bool) -> None:
    """Change my state; after a missed call the key says that I am back, without a menu."""
    state = desk.state
    if state.me is not None and state.me.activity == "not_responding" and state.me.intent == "available":
        desk.changed(state.absorb(await desk.client.set_state("available")))
        desk.toast(hint(_("Ready again. {state} has the pauses.")))
        return
    choice = await cast("App[Any]", desk).push_screen_wait(StateMenu(state.me, busy=busy))
    if choice is None:
        return
    if choice.intent == "logged_out":
        desk.run_soon("leave")
        return
    desk.changed(state.absorb(await desk.client.set_state(choice.intent, choice.reason)))
