"""The only authorisation rule: used by routes, by the event stream and by search."""

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from agent_tui.wire import EventKind

Scope = Literal["any", "centre", "own"]
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks."""

    id: str
    username: str
    name: str
    role: str
    centre: str
    skills: dict[str, int] = field(default_factory=dict, hash=False)


class Row(Struct, frozen=True):
    """What the rule needs to know of a thing: where it belongs, whose it is, which channel reported it."""

    centre: str | None = None
    owner: str | None = None
    channel_user: str | None = None


ANONYMOUS = Principal("", "", "", "nobody", "")
NOTHING = Row()

_STAFF: dict[str, Scope] = {"agent": "any", "lead": "any", "admin": "any"}
_CENTRE: dict[str, Scope] = {"agent": "centre", "lead": "centre", "admin": "any"}
_COLLEAGUES: dict[str, Scope] = {"agent": "centre", "lead": "any", "admin": "any"}
_LEADS: dict[str, Scope] = {"lead": "any", "admin": "any"}
_CENTRE_LEADS: dict[str, Scope] = {"lead": "centre", "admin": "any"}
_DESK: dict[str, Scope] = {"agent": "any", "lead": "any"}
_ANYBODY: dict[str, Scope] = {**_STAFF, "channel": "any"}
_CHANNEL: dict[str, Scope] = {"channel": "any"}
_CENTRE_OR_CHANNEL: dict[str, Scope] = {**_CENTRE, "channel": "own"}
_CHANNEL_OWN: dict[str, Scope] = {"channel": "own"}

RULES: dict[str, dict[str, Scope]] = {
    "session.end": _ANYBODY,
    "me.read": _ANYBODY,
    "me.state": _DESK,
    "agent.list": _COLLEAGUES,
    "snapshot.read": _STAFF,
    "events.read": _ANYBODY,
    "contact.create": _CHANNEL,
    "contact.csat": _CHANNEL_OWN,
    "contact.abandon": _CENTRE_OR_CHANNEL,
    "contact.read": _CENTRE_OR_CHANNEL,
    "contact.end": _CENTRE_OR_CHANNEL,
    "contact.message": _CENTRE_OR_CHANNEL,
    "contact.next": _DESK,
    **{
        f"contact.{verb}": _CENTRE
        for verb in (
            "list", "take", "hold", "resume", "release", "decline", "transfer", "identify", "trouble", "attach",
            "callback", "finish", "bulk", "dispatch", "more_time", "consult", "consult_end", "consult_complete",
        )
    },
    **{f"customer.{verb}": _STAFF for verb in ("search", "read", "bills", "bill_check", "power")},
    **{f"outage.{verb}": _STAFF for verb in (
        "list", "search", "read", "create", "patch", "calls", "callbacks", "message",
    )},
    **{f"outage.{verb}": _CENTRE for verb in ("claim", "callback")},
    **{f"outage.{verb}": _LEADS for verb in ("confirm", "cancel", "close", "restore", "notify")},
    **{f"dispatch.{verb}": _CENTRE for verb in ("list", "close")},
    **{f"area.{verb}": _STAFF for verb in ("list", "communes")},
    **{f"place.{verb}": _STAFF for verb in ("search", "power", "reported", "possible")},
    "plan.list": _STAFF,
    "outage.stats": _STAFF,
    **{f"plan.{verb}": _LEADS for verb in ("create", "patch")},
    "catalogue.list": _STAFF,
    **{
        f"ticket.{verb}": _CENTRE
        for verb in ("list", "search", "create", "read", "patch", "note", "history", "presence", "bulk", "merge")
    },
    **{f"callback.{verb}": _CENTRE for verb in ("list", "dial", "result")},
    **{f"contact.{verb}": _CENTRE_LEADS for verb in ("reassign", "takeover")},
    **{f"agent.{verb}": _CENTRE_LEADS for verb in ("state", "skills", "bulk")},
    "me.handover": _DESK,
    **{f"{what}.put": _LEADS for what in ("banner", "surge")},
    "undo.take": _STAFF,
    **{f"draft.{verb}": _STAFF for verb in ("list", "read", "write")},
    "banner.read": _STAFF,
    **dict.fromkeys(("segment.list", "wallboard.read", "report.read", "report.agents", "staffing.what_if"), _LEADS),
}  # fmt: skip

VERB_OF_EVENT: dict[EventKind, str] = {
    "contact.changed": "contact.list",
    "agent.changed": "agent.list",
    "outage.changed": "outage.list",
    "ticket.changed": "ticket.list",
    "presence.changed": "ticket.list",
    "banner.changed": "banner.read",
    "wallboard.changed": "wallboard.read",
}


def known(verb: str) -> bool:
    """Say whether a rule for the verb exists: a route without one stops the start."""
    return verb == PUBLIC or verb in RULES


def role_may(user: Principal, verb: str) -> bool:
    """Say whether the role does this at all, whatever the row."""
    return verb == PUBLIC or user.role in RULES.get(verb, {})


def can(user: Principal, verb: str, row: Row | None = None) -> bool:
    """Say whether the user may do the verb to the row; an unknown verb is a no."""
    if verb == PUBLIC:
        return True
    scope = RULES.get(verb, {}).get(user.role)
    if scope is None:
        return False
    if scope == "any" or row is None:
        return True
    if scope == "own":
        return row.channel_user == user.id
    return row.centre is None or row.centre == user.centre
