"""What agents do with a contact: one door per verb, each answers with the contact as it now is."""

from collections.abc import Callable

from msgspec import Struct

from agent_tui import wire
from backend_stub.policy import Principal
from backend_stub.routes.contacts import answer, fetch
from backend_stub.routes.table import Answer, Call, Job, Route, WriteHandler
from backend_stub.settings import Settings
from backend_stub.store import contact_commands as commands
from backend_stub.store import contact_offers as offers
from backend_stub.store import contacts
from backend_stub.store.contact_rows import Row
from backend_stub.store.engine import Tx


def take_next(tx: Tx, call: Call) -> Answer:
    """Connect the best contact for the caller, or answer 204."""
    row = offers.take_next(tx, call.user)
    return Answer(status=204) if row is None else answer(row, call)


def identify(tx: Tx, call: Call) -> Answer:
    """Say which customer it is."""
    row = fetch(tx.conn, call, "contact.identify")
    return answer(commands.identify(tx, row, call.user, call.body_as(wire.IdentifyRequest).customer), call)


def attach(tx: Tx, call: Call) -> Answer:
    """Join it to an outage."""
    row = fetch(tx.conn, call, "contact.attach")
    return answer(commands.attach(tx, row, call.user, call.body_as(wire.AttachRequest)), call)


def callback(tx: Tx, call: Call) -> Answer:
    """Promise a call back."""
    row = fetch(tx.conn, call, "contact.callback")
    return answer(commands.callback(tx, row, call.user, call.body_as(wire.CallbackRequest)), call)


def message(tx: Tx, call: Call) -> Answer:
    """Write a line of a text channel."""
    row = fetch(tx.conn, call, "contact.message")
    return answer(commands.message(tx, row, call.user, call.body_as(wire.MessageRequest).text), call)


def transfer(tx: Tx, call: Call) -> Answer:
    """Hand it to a queue or to a colleague."""
    row = fetch(tx.conn, call, "contact.transfer")
    request = call.body_as(wire.TransferRequest)
    settings = call.settings
    after = offers.transfer(
        tx, row, call.user, request, queues=settings.queues, ring_s=settings.routing.offer_s
    )  # fmt: skip
    return answer(after, call)


def finish(tx: Tx, call: Call) -> Answer:
    """End conversation and wrap-up."""
    row = fetch(tx.conn, call, "contact.finish")
    request = call.body_as(wire.FinishRequest)
    return answer(commands.finish(tx, row, call.user, request, more_dispositions=call.settings.dispositions), call)


def _plain(verb: str, command: Callable[[Tx, Row, Principal], Row]) -> Route:
    def handler(tx: Tx, call: Call) -> Answer:
        return answer(command(tx, fetch(tx.conn, call, f"contact.{verb}"), call.user), call)

    handler.__doc__ = command.__doc__
    handler.__name__ = verb
    return _row(verb, handler, None)


def _row(verb: str, handler: WriteHandler, request: type[Struct] | None) -> Route:
    return Route("POST", f"/v1/contacts/{{id}}/{verb}", f"contact.{verb}", "write", handler, request, wire.Contact)


def _expire(tx: Tx, settings: Settings) -> None:
    for command in contacts.background_commands():
        command(tx)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/contacts/next", "contact.next", "write", take_next, answer=wire.Contact),
    _plain("take", offers.take),
    _plain("decline", offers.decline),
    _plain("hold", commands.hold),
    _plain("resume", commands.resume),
    _plain("release", commands.release),
    _plain("abandon", commands.abandon),
    _plain("end", commands.end),
    _row("transfer", transfer, wire.TransferRequest),
    _row("identify", identify, wire.IdentifyRequest),
    _row("attach", attach, wire.AttachRequest),
    _row("callback", callback, wire.CallbackRequest),
    _row("message", message, wire.MessageRequest),
    _row("finish", finish, wire.FinishRequest),
)
JOBS: tuple[Job, ...] = (Job("expire offers", 1.0, _expire),)
