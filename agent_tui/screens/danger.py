"""Dangers: reported in four letters, handed to a field unit at once, followed until they are over."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from msgspec import UNSET
from textual.app import App

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens.danger_list import DangerList
from agent_tui.screens.dialog import until_accepted
from agent_tui.screens.field_unit import FieldUnit
from agent_tui.screens.trouble import TroubleCodes, words
from agent_tui.text.clean import clean

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.contact_flow import ContactFlow


async def report(flow: "ContactFlow", desk: "Desk", contact: wire.Contact) -> None:
    """Ask for the trouble codes and set them; a danger is handed over in the same breath."""
    dialog = TroubleCodes(flow.name_of(contact), contact, place_of(contact))

    async def note(codes: wire.TroubleRequest) -> tuple[wire.TroubleRequest, wire.Contact]:
        return codes, await desk.client.trouble(contact.id, codes)

    noted = await until_accepted(desk, dialog, note)
    if noted is None:
        return
    codes, after = noted
    desk.changed(desk.state.absorb(after))
    if after.priority_class == "danger":
        await hand_over(flow, desk, after)
    elif after.trouble is not None:
        place = "" if codes.commune is UNSET and codes.device is UNSET else place_of(after)
        desk.toast(_("Noted: {what}").format(what=" · ".join(part for part in (words(after.trouble), place) if part)))


def place_of(contact: wire.Contact) -> str:
    """Where the trouble is, as far as it is known: of a customer with the transformer, of anybody else the place."""
    told = contact.trouble
    parts = [contact.place, told.device if told is not None else None]
    return " · ".join(clean(part) for part in parts if part)


async def hand_over(flow: "ContactFlow", desk: "Desk", contact: wire.Contact) -> None:
    """Say what is to be said, read the address back, hand it to a unit."""
    try:
        safety = (await desk.client.contact(contact.id)).safety
    except DeskError:
        # The short form is on the desk itself: nobody waits for a sentence while a wire is down.
        safety = None
    record = flow.files.get(contact.id).record
    address = record.address if record is not None else contact.place or ""
    dialog = FieldUnit(flow.name_of(contact), safety, address, usual_unit(desk.state.contacts.values()))

    async def send(wanted: wire.DispatchRequest) -> tuple[str, wire.Contact]:
        after = await desk.client.dispatch(contact.id, wanted.unit, note=wanted.note, read_back=wanted.read_back)
        return wanted.unit, after

    sent = await until_accepted(desk, dialog, send)
    if sent is None:
        desk.toast(hint(_("▲ Not handed over yet. {trouble} goes on with it.")), "warning")
        return
    unit, after = sent
    flow.files.get(contact.id).done.append("other")
    desk.changed(desk.state.absorb(after))
    desk.toast(_("▲ Handed to {unit}. The lead is told if they do not acknowledge it.").format(unit=unit))


def usual_unit(contacts: Iterable[wire.Contact]) -> str:
    """The unit that got the last danger: mostly the one on duty."""
    sent = [contact.dispatch for contact in contacts if contact.dispatch is not None]
    return max(sent, key=lambda dispatch: dispatch.at).unit if sent else ""


async def show_open(flow: "ContactFlow", desk: "Desk") -> None:
    """The dangers that are not over, until the agent goes back."""
    await cast("App[Any]", desk).push_screen_wait(DangerList(desk.client, flow.now))
