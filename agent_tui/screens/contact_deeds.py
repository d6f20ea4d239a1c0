"""More verbs of the call, each in a module of its own: trouble codes and dangers, call backs, help, more time."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from agent_tui import wire
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.screens import danger, handing_on, wrapping

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.contact_flow import ContactFlow

Deed = Callable[["DeskScreen"], Awaitable[None]]


class MoreDeeds:
    """The deeds by the names of their actions."""

    def __init__(self, flow: "ContactFlow", desk: "Desk") -> None:
        self._flow, self._desk = flow, desk
        self._asked: set[str] = set()
        self.by_name: dict[str, Deed] = {
            "trouble": self._trouble,
            "dangers": self._dangers,
            "callbacks": self._callbacks,
            "hand_on": self._hand_on,
            "hand_over": self._hand_over,
            "more_time": self._more_time,
        }

    def asked(self, contacts: Iterable[str]) -> None:
        """Say once that a colleague asks me about one of these contacts."""
        state = self._desk.state
        for id in contacts:
            contact = state.contacts.get(id)
            if contact is None or contact.consulted != state.user.id:
                self._asked.discard(id)
            elif id not in self._asked:
                self._asked.add(id)
                who = state.agents.get(contact.agent or "")
                text = hint(_("{who} asks you for help with {customer}. Choose the row, then {hand_on}."),
                            who=who.name if who else "", customer=self._flow.name_of(contact))  # fmt: skip
                self._desk.toast(text)

    async def _trouble(self, screen: "DeskScreen") -> None:
        if (contact := about(self._flow, screen)) is not None:
            await danger.report(self._flow, self._desk, contact)

    async def _dangers(self, screen: "DeskScreen") -> None:
        await danger.show_open(self._flow, self._desk)

    async def _callbacks(self, screen: "DeskScreen") -> None:
        await self._desk.show_view("callbacks")

    async def _hand_on(self, screen: "DeskScreen") -> None:
        if (contact := handing_on.about(self._flow, self._desk, screen)) is not None:
            await handing_on.ask(self._flow, self._desk, contact)

    async def _hand_over(self, screen: "DeskScreen") -> None:
        await handing_on.end_of_shift(self._desk)

    async def _more_time(self, screen: "DeskScreen") -> None:
        if (contact := self._flow.hand) is not None:
            await wrapping.more_time(self._desk, contact)


def about(flow: "ContactFlow", screen: "DeskScreen") -> wire.Contact | None:
    """The contact trouble codes are set on: the one in hand, else the chosen one that nobody else has."""
    if flow.hand is not None:
        return flow.hand
    chosen = flow.selected(screen)
    return chosen if chosen is not None and chosen.agent is None else None


def why_not(flow: "ContactFlow", action: str, screen: "DeskScreen") -> str | None:
    """Why one of these verbs cannot act now, or None."""
    if action == "trouble" and about(flow, screen) is None:
        return hint(_("Choose a waiting contact first, or take one with {take}."))
    if action == "hand_on" and handing_on.about(flow, screen.desk, screen) is None:
        return hint(_("No contact in hand. {take} takes one."))
    return wrapping.why_no_more_time(flow.hand) if action == "more_time" else None
