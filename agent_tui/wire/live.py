"""Live state: the snapshot, the events that follow it, and the service's own health."""

from msgspec import Raw, Struct

from agent_tui.wire.agents import Agent, AgentState
from agent_tui.wire.base import EventKind, Request, Say, Time
from agent_tui.wire.contacts import Contact
from agent_tui.wire.outages import Outage


class Surge(Struct, frozen=True):
    """Surge mode as a lead switched it: what callers hear before they queue, and whether they are offered a call."""

    on: bool
    announcement: Say | None = None
    callback_offer: bool = False
    since: Time | None = None
    by: str | None = None


class SurgeRequest(Request, frozen=True):
    """Switch surge mode."""

    on: bool
    announcement: Say | None = None
    callback_offer: bool = False


class Banner(Struct, frozen=True):
    """A lead's announcement to every desk, until a time, with the surge mode; empty texts: nothing is announced."""

    text: Say
    until: Time | None = None
    surge: Surge | None = None


class BannerRequest(Request, frozen=True):
    """An announcement; without a text the one that stands is taken away."""

    text: Say | None = None
    until: Time | None = None


class Snapshot(Struct, frozen=True):
    """The live state at `seq`: what a desk shows before the first event after `seq` arrives."""

    seq: int
    generation: str
    now: Time
    me: AgentState
    contacts: list[Contact]
    agents: list[Agent]
    outages: list[Outage]
    banner: Banner | None = None
    data_gap: bool = False
    surge: Surge | None = None


class Gone(Struct, frozen=True):
    """A resource that left the reader's view."""

    id: str
    gone: bool = True


class Hello(Struct, frozen=True):
    """The first event of every stream."""

    seq: int
    generation: str


class Reset(Struct, frozen=True):
    """The reader is too far behind: read a snapshot."""

    seq: int


class Event(Struct, frozen=True):
    """One event of the stream as framed: `data` is the JSON of the resource named by `kind`.

    Between `after` (None: seq - 1) and `seq` lies nothing this reader may see.
    """

    seq: int | None
    kind: EventKind
    data: Raw
    after: int | None = None


class Health(Struct, frozen=True):
    """The process answers."""

    status: str
    version: str


class Ready(Struct, frozen=True):
    """The service can work; `checks` names each condition and whether it holds."""

    ready: bool
    checks: dict[str, bool]
