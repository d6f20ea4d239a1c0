"""F4: a new ticket for the customer on screen; its text is a draft until the service has it."""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Protocol, cast, runtime_checkable

from msgspec import structs
from textual.app import App

from agent_tui import wire
from agent_tui.desk.drafts import Draft
from agent_tui.desk.ticket_fill import known_fields, likely_types
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.keys.keymap import hint
from agent_tui.messages import IntentRefused, IntentSent
from agent_tui.screens.library import Library, values_of
from agent_tui.screens.new_ticket import NewTicket
from agent_tui.screens.texts import keep_ticket, ticket_of, ticket_place

if TYPE_CHECKING:
    from agent_tui.screens.base import Desk, DeskScreen
    from agent_tui.screens.contact_flow import ContactFlow

# What the catalogue would say first; the service knows it under every edition of the catalogue.
OTHER: Final = wire.TicketType(
    "OTHER", "Yêu cầu khác", "Other request", [], wire.Say("Không có thời hạn", "No deadline"), False, "normal"
)
ERRORS: Final = 50


@runtime_checkable
class KnowsTicket(Protocol):
    """A view that can tell which ticket calls for being written."""

    def likely_ticket(self) -> wire.NewTicket | None:
        """Type, title, fields and note of it; None where nothing on screen asks for one."""


class TicketFlow:
    """Opens the dialog, finds its draft by contact or customer, and hears what became of a ticket."""

    def __init__(self, flow: "ContactFlow", desk: "Desk") -> None:
        self._flow, self._desk = flow, desk
        self._errors: OrderedDict[str, str] = OrderedDict()

    async def open(self, screen: "DeskScreen") -> None:
        """Show the dialog; what it answers goes to the outbox."""
        contact = self._flow.hand
        customer = self._customer(screen, contact)
        place = contact.id if contact is not None else customer or ""
        fresh = wire.NewTicket(
            type="", title="", customer=customer, contact=contact.id if contact is not None else None,
            outage=contact.outage if contact is not None else None,
        )  # fmt: skip
        likely = screen.likely_ticket() if isinstance(screen, KnowsTicket) else None
        if likely is not None and likely.customer == customer:
            fresh = structs.replace(likely, contact=fresh.contact, outage=fresh.outage)
        known = self._desk.drafts.get("new_ticket", place)
        draft = ticket_of(known) if known is not None else fresh
        # The book of drafts keeps what was typed; the bill it is about is on screen.
        merged = {**fresh.fields, **draft.fields}
        draft = structs.replace(draft, fields=merged) if draft.type == fresh.type else draft
        who = self._flow.name_of(contact) if contact is not None else customer or _("no customer")
        draft = structs.replace(draft, customer=customer or draft.customer)
        await self._write(place, who, draft, contact, fresh.fields)

    async def go_on(self, draft: Draft) -> None:
        """Open the dialog with a text that was left; what belonged to a contact no longer in hand becomes a ticket."""
        body = ticket_of(draft)
        place = draft.place if draft.kind == "new_ticket" else f"left:{draft.place}"
        if draft.kind != "new_ticket":
            keep_ticket(self._desk, place, draft.label, body, "")
            self._desk.drafts.drop(draft.kind, draft.place)
        contact = self._flow.hand
        await self._write(place, draft.label, body, contact if contact and contact.id == body.contact else None, {})

    async def _write(
        self, place: str, who: str, draft: wire.NewTicket, contact: wire.Contact | None, given: dict[str, str]
    ) -> None:
        types = self._likely_first(await self._catalogue(), contact)
        by_code = {kind.code: kind for kind in types}

        def known(kind: wire.TicketType) -> dict[str, str]:
            return known_fields(kind, self._record(contact), contact.address if contact is not None else "")

        def keep(body: wire.NewTicket, auto_title: str) -> None:
            # What the desk filled in by itself is nobody's text yet.
            own = {**known(by_code[body.type]), **given} if body.type in by_code else given
            typed = {name: value for name, value in body.fields.items() if own.get(name) != value}
            keep_ticket(self._desk, place, who, structs.replace(body, fields=typed), auto_title)

        library = Library(self._desk, lambda: self._values(contact), lambda: dialog.look_again())
        dialog = NewTicket(who, types, draft, keep, self._errors.pop(place, ""), known, library.offers)
        body = await cast("App[Any]", self._desk).push_screen_wait(dialog)
        if body is None:
            return
        keep(body, "")
        intent = self._desk.outbox.put("create_ticket", "", body, lane=body.contact or None)
        self._desk.drafts.send_off("new_ticket", place, intent.key)
        if contact is not None:
            self._flow.files.get(contact.id).done.append("ticket_created")
        if not self._desk.link.is_live:
            self._desk.toast(_("The ticket is kept here and sent when the connection is back."), "warning")

    def outbox_news(self, news: IntentSent | IntentRefused) -> None:
        """Say the number, or keep the refused text for the next F4."""
        body = news.intent.body
        if not isinstance(body, wire.NewTicket):
            return
        if isinstance(news, IntentSent):
            if isinstance(news.answer, wire.Ticket):
                self._desk.toast(_("Ticket {number} saved.").format(number=news.answer.number))
            contact = self._flow.hand
            if contact is not None and contact.id == body.contact:
                self._flow.files.again(contact, mine=True)
            return
        self._errors[ticket_place(body)] = news.reason.say()
        while len(self._errors) > ERRORS:
            self._errors.popitem(last=False)
        if body.contact:
            dossier = self._flow.files.get(body.contact)
            dossier.done = [code for code in dossier.done if code != "ticket_created"]
        self._desk.toast(hint(_("The ticket was not saved; its text is kept. {new_ticket} opens it again.")), "warning")

    def _customer(self, screen: "DeskScreen", contact: wire.Contact | None) -> str | None:
        if contact is not None:
            return contact.customer or self._flow.files.get(contact.id).customer
        return screen.customer_on_screen()

    def _record(self, contact: wire.Contact | None) -> wire.CustomerRecord | None:
        return self._flow.files.get(contact.id).record if contact is not None else None

    def _values(self, contact: wire.Contact | None) -> dict[str, str]:
        """The placeholders of a text as far as this call fills them."""
        file = self._flow.files.get(contact.id) if contact is not None else None
        about = contact.outage if contact is not None else None
        if about is None and file is not None and file.power is not None:
            about = file.power.outage
        return values_of(self._desk, file.record if file else None, None, self._desk.state.outages.get(about or ""))

    async def _catalogue(self) -> list[wire.TicketType]:
        try:
            return await self._desk.client.ticket_types() or [OTHER]
        except DeskError:
            # Without the catalogue a ticket can still be written; somebody gives it a type later.
            return [OTHER]

    def _likely_first(self, types: list[wire.TicketType], contact: wire.Contact | None) -> list[wire.TicketType]:
        if contact is None:
            return types
        power = self._flow.files.get(contact.id).power
        danger = contact.priority_class == "danger"
        return likely_types(types, contact.queue, danger, power.verdict if power is not None else None)
