"""Ctrl+Z: the last act the service can take back, whatever view it was made on."""

from typing import TYPE_CHECKING

from msgspec import Struct

from agent_tui import wire
from agent_tui.errors import Conflict, NotFound
from agent_tui.i18n import N_, _, ngettext
from agent_tui.keys.keymap import hint

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk
    from agent_tui.screens.dossier import Dossier

WHY = {
    "undo_would_lose": N_("“{what}” stays: something of it was changed since, and taking it back would lose that."),
    "undo_expired": N_("“{what}” stays: a change can be taken back for ten minutes."),
    "undo_done": N_("“{what}” was taken back already."),
}


def remember(desk: "Desk", token: str | None, what: str) -> str:
    """Keep an act that can be taken back; answers the sentence that says so, empty where it cannot."""
    desk.undo.push(token, what, desk.now())
    return hint(_("{undo} takes it back.")) if token else ""


def attached(desk: "Desk", dossier: "Dossier", answer: Struct) -> None:
    """The service attached a contact: it can be taken back, also by the agent who only pressed the wrong key."""
    dossier.attach = None
    what = _("attaching {who}").format(who=desk.flow.name_of(answer)) if isinstance(answer, wire.Contact) else ""
    takes = remember(desk, answer.undo if isinstance(answer, wire.Attached) else None, what)
    desk.toast(f"{dossier.attached}. {takes}" if takes else dossier.attached)


def why_not(desk: "Desk") -> str | None:
    """Why nothing can be taken back now, or None."""
    if desk.undo.last(desk.now()) is None:
        return _("There is nothing to undo.")
    return None if desk.link.is_live else _("Without the service nothing can be taken back; wait for the connection.")


async def take_back(desk: "Desk") -> None:
    """Take the newest act back whole; raises errors of `agent_tui.errors`, and then it can be tried again."""
    act = desk.undo.last(desk.now())
    if act is None:
        return
    try:
        undone = await desk.client.undo(act.token)
    except (Conflict, NotFound) as refused:
        desk.undo.drop(act.token)
        if refused.code not in WHY:
            raise
        desk.toast(_(WHY[refused.code]).format(what=act.label), "warning")
        return
    desk.undo.drop(act.token)
    told = ngettext(
        "Taken back: {what} ({n} thing as before).", "Taken back: {what} ({n} things as before).", undone.done
    )
    said = told.format(what=act.label, n=undone.done)
    if stayed := len(undone.stayed):
        more = ngettext("{n} went on since and stays as it is.", "{n} went on since and stay as they are.", stayed)
        said += " " + more.format(n=stayed)
    desk.toast(said)
