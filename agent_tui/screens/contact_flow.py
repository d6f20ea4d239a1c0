"""The call itself: take, attach, wrap up, state, hold, look closer, ticket; the same on every view.

The app runs one of these at a time, in the order of the keys, so each finds what the one before it left behind.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from textual.app import App

from agent_tui import wire
from agent_tui.desk.queue_order import WAITING
from agent_tui.desk.store import Diff
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.screens import caller, contact_deeds, undoing, wrapping
from agent_tui.screens.choose_outage import ChooseOutage
from agent_tui.screens.closer import face, find_customer, look_closer, show_bills
from agent_tui.screens.contact_deeds import MoreDeeds
from agent_tui.screens.dossier import Dossier, Dossiers
from agent_tui.screens.ticket_flow import TicketFlow
from agent_tui.text.clean import clean
from agent_tui.widgets.contact_card import joins
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.queue_rows import TEXT_CHANNELS, who

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen

NAME_CAP = 60
END_S = 2.0
Deed = Callable[["DeskScreen"], Awaitable[None]]


class ContactFlow:
    """The rules of the call for one desk; `hand` is the contact the agent works on."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self.files = Dossiers(lambda: desk.client, lambda: desk.state, self._start, self._news)
        self.tickets = TicketFlow(self, desk)
        self.more = MoreDeeds(self, desk)
        # The waiting contact the agent moved the cursor to; None: whoever the service says is next.
        self.picked: str | None = None
        self._finishing: set[str] = set()
        self._ended = asyncio.Event()
        self._deeds: dict[str, Deed] = {
            "take": self._take,
            "attach": self._attach,
            "commit": self._commit,
            "state": self._state,
            "hold": self._hold,
            "look_closer": self._look_closer,
            "new_ticket": self.tickets.open,
            "find": self._find,
            "undo": lambda _screen: undoing.take_back(self._desk),
            **self.more.by_name,
        }

    @property
    def app(self) -> App[Any]:
        """The app as Textual knows it."""
        return cast("App[Any]", self._desk)

    @property
    def hand(self) -> wire.Contact | None:
        """The contact in hand; one whose end is on its way to the service is in hand no longer."""
        contact = self._desk.state.hand
        return None if contact is None or contact.id in self._finishing else contact

    @property
    def ending(self) -> frozenset[str]:
        """Contacts whose end is on its way to the service."""
        return frozenset(self._finishing)

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self._desk.now(), UTC)

    def name_of(self, contact: wire.Contact) -> str:
        """The customer's name where the record is known, else what the queue shows; short enough for a sentence."""
        record = self.files.get(contact.id).record
        return clean(record.name if record is not None else who(contact), cap=NAME_CAP)

    # What can be done

    def why_not(self, action: str, screen: "DeskScreen") -> str | None:
        """Why an action cannot act now, as a sentence with the next step; None when it can."""
        hand = self.hand
        # What rings has a place: with a chat in hand another one may be taken.
        if action == "take" and hand is not None and self._desk.state.offer is None:
            return hint(_("{who} is in hand. {commit} wraps up first."), who=self.name_of(hand))
        if action == "undo":
            return undoing.why_not(self._desk)
        if action in ("commit", "hold") and hand is None:
            return hint(_("No contact in hand. {take} takes one."))
        if action == "hold" and hand is not None and (hand.channel != "hotline" or hand.state == "wrap_up"):
            return _("Only a call that goes on can be put on hold.")
        if action == "attach" and hand is not None and hand.priority_class == "danger":
            return hint(_("A danger is never grouped with an outage. {trouble} hands it to the field unit."))
        if action == "attach":
            return hint(_("Take a contact first ({take}): it is attached to the outage.")) if hand is None else None
        if action == "look_closer" and hand is None and self.selected(screen) is None:
            return hint(_("Choose a contact first, or take one with {take}."))
        return caller.why_not(self, screen) if action == "identify" else contact_deeds.why_not(self, action, screen)

    def face(self, action: str, screen: "DeskScreen") -> str:
        """Which of its faces the action has now."""
        return face(self, self._desk, action, screen)

    async def act(self, action: str, screen: "DeskScreen") -> None:
        """Do it; raises errors of `agent_tui.errors`."""
        if (deed := self._deeds.get(action)) is not None:
            await deed(screen)

    # Take

    async def _take(self, screen: "DeskScreen") -> None:
        wanted = self._wanted(screen)
        if self._finishing and self._desk.link.is_live:
            with contextlib.suppress(TimeoutError):  # until that end is there, there is no place for another contact
                await asyncio.wait_for(self._ended.wait(), END_S)
        client, state = self._desk.client, self._desk.state
        # Taking says "I am available": the agent should not have to say it twice.
        if state.me is not None and state.me.intent != "available":
            self._desk.changed(state.absorb(await client.set_state("available")))
        contact = await (client.take(wanted) if wanted else client.take_next())
        if contact is None:
            self._desk.toast(_("Nobody is waiting that you could serve."))
            return
        self.picked, state.front = None, contact.id
        self._finishing.discard(contact.id)
        self.files.ensure(contact, mine=True)
        self._desk.changed(state.absorb(contact))
        if screen.VIEW != "queue":
            await self._desk.show_view("queue")

    def _wanted(self, screen: "DeskScreen") -> str | None:
        offer = self._desk.state.offer
        if offer is not None:
            return offer.id
        picked = self._desk.state.contacts.get(self.picked or "")
        here = screen.VIEW == "queue" and picked is not None and picked.state in WAITING
        return picked.id if here and picked is not None else None

    async def identify(self, customer: str) -> bool:
        """Say who the contact in hand is about; False without a contact in hand."""
        return caller.identify(self, self._desk, customer)

    # Attach

    async def _attach(self, screen: "DeskScreen") -> None:
        contact = self.hand
        if contact is None:
            return
        dossier = self.files.ensure(contact, mine=True)
        await dossier.settled.wait()
        if dossier.attached:
            self._desk.toast(_("Already done: {what}").format(what=dossier.attached))
        elif dossier.power is not None and (known := joins(dossier.power)) is not None:
            self._join(contact, dossier, known)
        else:
            await self._choose(contact, dossier)

    def attach_to(self, outage: str) -> None:
        """Attach the contact in hand to this outage, chosen in the list of outages."""
        contact = self.hand
        if contact is not None:
            self._join(contact, self.files.get(contact.id), outage)

    async def _choose(self, contact: wire.Contact, dossier: Dossier) -> None:
        outages = [o for o in self._desk.state.outages.values() if o.kind == "unplanned" or o.status == "active"]
        dialog = ChooseOutage(self.name_of(contact), outages, dossier.record, self.now())
        choice = await self.app.push_screen_wait(dialog)
        if choice is None or self.hand is None or self.hand.id != contact.id:
            return
        if choice.outage is not None:
            self._join(contact, dossier, choice.outage)
        elif choice.device is not None:
            new = wire.NewOutage(device=choice.device, kind="unplanned", parent=dossier.nested_in(choice.device))
            outage = await self._desk.client.create_outage(new)
            self._desk.changed(self._desk.state.absorb(outage))
            dossier.done.append("outage_reported")
            self._join(contact, dossier, outage.id)

    def _join(self, contact: wire.Contact, dossier: Dossier, outage: str) -> None:
        known = self._desk.state.outages.get(outage)
        what = device_name(known) if known is not None else outage
        dossier.attached = _("Attached to {outage} · callback on").format(outage=what)
        dossier.done.append("outage_attached")
        dossier.attach = self._desk.outbox.put("attach", contact.id, wire.AttachRequest(outage, callback=True))
        self._refresh()

    # Wrap up

    async def _commit(self, screen: "DeskScreen") -> None:
        contact = self.hand
        if contact is None:
            return
        body = await wrapping.ask(self, self._desk, contact)
        # The dialog was about this contact: nobody else's end may be written with its answer.
        if body is None or contact.id in self._finishing or contact.id not in self._desk.state.contacts:
            return
        self._finishing.add(contact.id)
        self._ended.clear()
        intent = self._desk.outbox.put("finish", contact.id, body, needs=self.files.get(contact.id).attach)
        self._desk.drafts.send_off("wrap_up", contact.id, intent.key)
        self._refresh()

    # My state, hold, look closer, find

    async def _state(self, screen: "DeskScreen") -> None:
        await wrapping.my_state(self._desk, busy=self.hand is not None)

    async def _hold(self, screen: "DeskScreen") -> None:
        contact, client = self.hand, self._desk.client
        if contact is not None:
            answer = await (client.resume(contact.id) if contact.state == "held" else client.hold(contact.id))
            self._desk.changed(self._desk.state.absorb(answer))

    async def _look_closer(self, screen: "DeskScreen") -> None:
        contact = self.hand or self.selected(screen)
        if contact is None:
            return
        in_hand = contact is self.hand
        if in_hand and (customer := self.billed(contact)) and await show_bills(self._desk, customer):
            return
        await look_closer(self, self._desk, contact, in_hand)

    def billed(self, contact: wire.Contact) -> str | None:
        """The customer whose bills a call is about; a text is read and answered first, so it has none."""
        about_bills = contact.queue == "billing" and contact.channel not in TEXT_CHANNELS
        return contact.customer or self.files.get(contact.id).customer if about_bills else None

    async def _find(self, screen: "DeskScreen") -> None:
        await find_customer(self._desk)

    # News

    def live_changed(self, diff: Diff) -> None:
        """The replica changed: forget what has ended, ask again where the grid around the customer moved."""
        self.more.asked(diff.contacts)
        if diff.contacts or diff.everything:
            self._finishing &= set(self._desk.state.contacts)
        if not self._finishing:
            self._ended.set()
        if (offer := self._desk.state.offer) is not None:
            self.files.ensure(offer, mine=False)
        if (contact := self.hand) is None:
            return
        self.files.ensure(contact, mine=True).follow(contact)
        if diff.outages or diff.everything:
            self.files.grid_changed(contact, mine=True)

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """An intent of the call was accepted or refused for good."""
        intent = news.intent
        if intent.verb == "create_ticket":
            self.tickets.outbox_news(news)
        elif intent.verb in ("attach", "finish", "message", "identify"):
            dossier = self.files.get(intent.target)
            if isinstance(news, IntentRefused):
                self._refused(dossier, news)
            elif intent.verb == "attach":
                undoing.attached(self._desk, dossier, news.answer)
        self._refresh()

    def _refused(self, dossier: Dossier, news: IntentRefused) -> None:
        """Everything stands as before the key, with what was typed."""
        body = news.intent.body
        if isinstance(body, wire.FinishRequest):
            self._finishing.discard(dossier.contact)
        elif isinstance(body, wire.AttachRequest):
            dossier.detach()
        elif isinstance(body, wire.IdentifyRequest):
            dossier.customer = dossier.record = dossier.power = None

    # Within

    def selected(self, screen: "DeskScreen") -> wire.Contact | None:
        """The contact under the cursor of this view."""
        chosen = screen.selected_contact()
        return self._desk.state.contacts.get(chosen) if chosen else None

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self.app.run_worker(work, group="dossier", exit_on_error=False)

    def _news(self, contact: str) -> None:
        self._desk.changed(Diff(contacts=frozenset((contact,))))

    def _refresh(self) -> None:
        self._desk.changed(Diff(me=True))
