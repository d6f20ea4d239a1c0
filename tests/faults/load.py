"""Agents and a channel at work: every answer they got is written down, and so is every request they got none to."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.process import AGENTS
from tests.faults.talk import Cut, Link, Said, request

_NUMBERS = itertools.count(1)
EVENT = re.compile(rb"id: (\d+)\nevent: (contact|agent|ticket)\.changed\n")


@dataclass
class Asked:
    """One change that was asked for."""

    user: str
    path: str
    body: object
    key: str


@dataclass
class Ledger:
    """What the service said: acknowledged by key, the requests left without an answer, refusals, and events seen."""

    acknowledged: dict[str, tuple[Asked, Said]] = field(default_factory=dict)
    open: dict[str, Asked] = field(default_factory=dict)
    refused: list[Said] = field(default_factory=list)
    seen: dict[int, str] = field(default_factory=dict)

    async def change(self, link: Link, asked: Asked) -> Said:
        """Ask for a change and note what comes of it; raises Cut."""
        self.open[asked.key] = asked
        said = await link.send(request(asked.user, "POST", asked.path, asked.body, asked.key))
        if said.status < 500:
            # A 5xx leaves open whether it was done: only the same key, asked again, tells.
            del self.open[asked.key]
        if said.status < 300:
            self.acknowledged[asked.key] = (asked, said)
        else:
            self.refused.append(said)
        return said


class Load:
    """Everybody's work on one running service; `watch` is told of every acknowledgement's count."""

    def __init__(self, port: int, ledger: Ledger, watch: Callable[[int], None] = lambda count: None) -> None:
        self.port = port
        self.ledger = ledger
        self.watch = watch
        self.count = 0
        self.over = False

    async def run(self) -> None:
        """Work until the service is gone, refuses with 5xx, or `over` is set."""
        watching = asyncio.create_task(self._watch_events())
        try:
            await asyncio.gather(*(self._agent(f"agent{n}") for n in range(AGENTS)))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _agent(self, user: str) -> None:
        door, desk = Link(self.port, "door"), Link(self.port, user)
        with contextlib.suppress(Cut):
            await desk.ask("PUT", "/v1/me/state", {"state": "available"})
            await self._tidy(desk)
            while not self.over:
                await self._case(door, desk)
        door.close()
        desk.close()

    async def _tidy(self, desk: Link) -> None:
        """Finish what a crash left in the agent's hands: an agent has one voice contact at a time."""
        for state in ("connected", "held", "wrap_up"):
            held = await desk.ask("GET", f"/v1/contacts?mine=1&state={state}")
            for contact in held.json()["items"] if held.status == 200 else ():
                await self._do(desk, f"/v1/contacts/{contact['id']}/finish", {"disposition": "information"})

    async def _case(self, door: Link, desk: Link) -> None:
        number = next(_NUMBERS)
        new = {"external_id": f"x-{number}", "channel": "hotline", "address": "0999000123", "queue": "outage"}
        contact = await self._do(door, "/v1/contacts", new)
        if contact.status >= 300:
            return
        path = f"/v1/contacts/{contact.json()['id']}"
        await self._do(desk, f"{path}/take")
        ticket = {"type": "OTHER", "title": f"ticket {number}", "contact": contact.json()["id"]}
        await self._do(desk, "/v1/tickets", ticket)
        await self._do(desk, f"{path}/finish", {"disposition": "information", "note": "n" * 400})

    async def _do(self, link: Link, path: str, body: object = None) -> Said:
        asked = Asked(link.user, path, body, f"key-{next(_NUMBERS):08}")
        said = await self.ledger.change(link, asked)
        if said.status < 300:
            self.count += 1
            self.watch(self.count)
        elif said.status >= 500:
            self.over = True
        return said

    async def _watch_events(self) -> None:
        """Note every event's seq: none may be seen that a crash takes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        writer.write(request("head", "GET", "/v1/events"))
        rest = b""
        try:
            while part := await reader.read(1 << 16):
                *whole, rest = (rest + part).split(b"\n\n")
                for match in map(EVENT.search, whole):
                    if match is not None:
                        self.ledger.seen[int(match[1])] = match[2].decode()
        except ConnectionError:
            return
        finally:
            writer.close()


async def settle(port: int, ledger: Ledger) -> None:
    """Ask again, with its key, for everything that was left without an answer, as a desk does after a crash."""
    for asked in list(ledger.open.values()):
        link = Link(port, asked.user)
        await ledger.change(link, asked)
        link.close()
