"""What agents do with a contact: one door per verb, each answers with the contact as it now is."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from agent_tui import wire
from backend_stub.domain.agent import capacity
from backend_stub.policy import Principal
from backend_stub.reference.catalogue import corporations
from backend_stub.routes.contacts import answer, changed, fetch
from backend_stub.routes.table import Answer, Call, Job, Route, WriteHandler
from backend_stub.store import contact_bulk, contact_rounds, contact_rows, undo
from backend_stub.store import contact_commands as commands
from backend_stub.store import contact_help as help_
from backend_stub.store import contact_offers as offers
from backend_stub.store.contact_offers import Places
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx


def places(call: Call) -> Places:
    """Return how many contacts of each kind one agent may have."""
    return capacity(call.settings.routing.chats)


def hotline(centre: str) -> wire.HotlineCard | None:
    """Return where customers of a corporation call."""
    found = corporations().get(centre)
    return None if found is None else wire.HotlineCard(found.code, found.name, found.hotlines[0])


def take_next(tx: Tx, call: Call) -> Answer:
    """Connect the best contact for the caller, or answer 204."""
    row = offers.take_next(tx, call.user, places(call))
    return Answer(status=204) if row is None else answer(row, call)


def take(tx: Tx, call: Call) -> Answer:
    """Connect a waiting contact, or one that rings: the first who asks wins."""
    return changed(tx, offers.take(tx, fetch(tx.conn, call, "contact.take"), call.user, places(call)), call)


def end(tx: Tx, call: Call) -> Answer:
    """End the conversation: the agent does, or the channel says the customer hung up."""
    row = fetch(tx.conn, call, "contact.end")
    return changed(tx, commands.end(tx, row, call.user, call.settings.routing.acw_s), call)


def more_time(tx: Tx, call: Call) -> Answer:
    """Extend the wrap-up, once."""
    row = fetch(tx.conn, call, "contact.more_time")
    return changed(tx, commands.more_time(tx, row, call.user, call.settings.routing.acw_more_s), call)


def identify(tx: Tx, call: Call) -> Answer:
    """Say which customer it is."""
    row = fetch(tx.conn, call, "contact.identify")
    return changed(tx, commands.identify(tx, row, call.user, call.body_as(wire.IdentifyRequest).customer), call)


def trouble(tx: Tx, call: Call) -> Answer:
    """Set the trouble codes, or where the trouble is."""
    row = fetch(tx.conn, call, "contact.trouble")
    return changed(tx, commands.trouble(tx, row, call.user, call.body_as(wire.TroubleRequest)), call)


def attach(tx: Tx, call: Call) -> Answer:
    """Join it to an outage."""
    row = fetch(tx.conn, call, "contact.attach")
    after = commands.attach(tx, row, call.user, call.body_as(wire.AttachRequest))
    was = contact_bulk.reversible(row, after)
    token = None if was is None else undo.offer(tx, call.user.username, [was])
    shown = msgspec.structs.asdict(contact_rows.seen_by(after, call.user.id))
    return Answer(wire.Attached(**shown, undo=token), etag=after["version"])


def callback(tx: Tx, call: Call) -> Answer:
    """Promise a call back."""
    row = fetch(tx.conn, call, "contact.callback")
    return changed(tx, commands.callback(tx, row, call.user, call.body_as(wire.CallbackRequest)), call)


def message(tx: Tx, call: Call) -> Answer:
    """Write a line of a text channel."""
    row = fetch(tx.conn, call, "contact.message")
    return changed(tx, commands.message(tx, row, call.user, call.body_as(wire.MessageRequest).text), call)


def transfer(tx: Tx, call: Call) -> Answer:
    """Hand it to a queue or to a colleague; to another corporation with the hotline the customer may call."""
    row = fetch(tx.conn, call, "contact.transfer")
    request = call.body_as(wire.TransferRequest)
    settings = call.settings
    after = help_.transfer(
        tx, row, call.user, request, queues=settings.queues, ring_s=settings.routing.offer_s, places=places(call)
    )  # fmt: skip
    shown = contact_rows.seen_by(after, call.user.id)
    card = hotline(after["centre"]) if after["centre"] != row["centre"] else None
    return Answer(wire.Transferred(**msgspec.structs.asdict(shown), card=card), etag=after["version"])


def finish(tx: Tx, call: Call) -> Answer:
    """End conversation and wrap-up."""
    row = fetch(tx.conn, call, "contact.finish")
    request = call.body_as(wire.FinishRequest)
    return changed(tx, commands.finish(tx, row, call.user, request, more_dispositions=call.settings.dispositions), call)


def _plain(verb: str, command: Callable[[Tx, Row, Principal], Row]) -> Route:
    def handler(tx: Tx, call: Call) -> Answer:
        return changed(tx, command(tx, fetch(tx.conn, call, f"contact.{verb}"), call.user), call)

    handler.__doc__ = command.__doc__
    handler.__name__ = verb
    return _row(verb, handler, None)


def _row(
    verb: str, handler: WriteHandler, request: type[Struct] | None, answer: type[wire.Contact] = wire.Contact
) -> Route:
    return Route("POST", f"/v1/contacts/{{id}}/{verb}", f"contact.{verb}", "write", handler, request, answer)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/contacts/next", "contact.next", "write", take_next, answer=wire.Contact),
    _row("take", take, None),
    _plain("decline", offers.decline),
    _plain("hold", commands.hold),
    _plain("resume", commands.resume),
    _plain("release", commands.release),
    _plain("abandon", commands.abandon),
    _row("end", end, None),
    Route("POST", "/v1/contacts/{id}/more-time", "contact.more_time", "write", more_time, None, wire.Contact),
    _row("transfer", transfer, wire.TransferRequest, wire.Transferred),
    _row("identify", identify, wire.IdentifyRequest),
    _row("trouble", trouble, wire.TroubleRequest),
    _row("attach", attach, wire.AttachRequest, wire.Attached),
    _row("callback", callback, wire.CallbackRequest),
    _row("message", message, wire.MessageRequest),
    _row("finish", finish, wire.FinishRequest),
)
JOBS: tuple[Job, ...] = (
    Job("limits of contacts", 1.0, contact_rounds.limits),
    Job("route contacts", 1.0, contact_rounds.route, frozenset({"contact.changed", "agent.changed"})),
)
