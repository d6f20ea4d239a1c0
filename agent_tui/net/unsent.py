"""How an intent of the outbox stands in a file: its body again as it was, to the byte, for its key fits no other."""

from typing import Final

import msgspec
from msgspec import Struct

from agent_tui import wire
from agent_tui.messages import Intent, IntentVerb

BODIES: Final[dict[IntentVerb, type[Struct]]] = {
    "identify": wire.IdentifyRequest,
    "attach": wire.AttachRequest,
    "message": wire.MessageRequest,
    "callback": wire.CallbackRequest,
    "finish": wire.FinishRequest,
    "create_ticket": wire.NewTicket,
    "patch_ticket": wire.PatchTicket,
    "note": wire.NewNote,
}


class Unsent(Struct, frozen=True):
    """One intent on disk; `at` is epoch seconds of this machine."""

    verb: IntentVerb
    target: str
    body: msgspec.Raw
    lane: str
    key: str
    needs: str | None
    version: int | None
    at: float


def stored(intent: Intent) -> Unsent:
    """What of an intent is written."""
    body = msgspec.Raw(msgspec.json.encode(intent.body))
    return Unsent(intent.verb, intent.target, body, intent.lane, intent.key, intent.needs, intent.version, intent.at)


def intent_of(kept: Unsent) -> Intent:
    """The intent again; raises msgspec.DecodeError where its body is of another time."""
    body = msgspec.json.decode(kept.body, type=BODIES[kept.verb])
    return Intent(kept.verb, kept.target, body, kept.lane, kept.key, kept.needs, kept.version, kept.at)
