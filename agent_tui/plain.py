"""The live queue as plain text lines, for pipes, logs and screen readers: no escape codes, every line complete."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

from agent_tui import wire
from agent_tui.desk.queue_order import WAITING, order, totals, wait_s
from agent_tui.desk.store import DeskState, Gap
from agent_tui.errors import DeskError, NotLoggedIn, use_translator
from agent_tui.i18n import N_, _, fmt_clock, fmt_duration, fmt_number
from agent_tui.messages import Arrived, Link, LinkChanged, Message, SessionEnded
from agent_tui.net.client import DeskClient
from agent_tui.net.sync import ServiceSource, Sync
from agent_tui.widgets.queue_rows import CHANNELS, CLASSES, STATES, WHY

EVERY_S: Final = 3.0
FIRST_S: Final = 1.5
MOST_ROWS: Final = 40
_LOST: Final[dict[str, str]] = {
    "connecting": N_("connecting"),
    "live": N_("live"),
    "stale": N_("not current"),
    "lost": N_("connection lost"),
}


def run(server: str, username: str, password: str, seconds: float | None = None) -> int:
    """Print the queue until interrupted or for `seconds`; the exit status is 0, 2 when the login fails."""
    use_translator(_)
    try:
        return asyncio.run(_until_told(Printer(server, sys.stdout), username, password, seconds))
    except BrokenPipeError:
        # Whoever read us has enough; the interpreter's last flush must not complain about it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


async def _until_told(printer: "Printer", username: str, password: str, seconds: float | None) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(printer.follow(username, password))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        async with asyncio.timeout(seconds):
            return await task
    except TimeoutError:
        return 0
    except asyncio.CancelledError:
        return 0


class Printer:
    """Follows the live state of one service and prints it."""

    def __init__(self, server: str, out: TextIO) -> None:
        self._client = DeskClient(server)
        self._out = out
        self._state: DeskState | None = None
        self._link = Link()
        self._news = asyncio.Event()
        self._lively = asyncio.Event()
        self._ended: NotLoggedIn | None = None

    async def follow(self, username: str, password: str) -> int:
        """Print every few seconds until cancelled; 2 when the service does not let us in (any more)."""
        try:
            session = await self._client.login(username, password)
        except DeskError as refused:
            print(f"agent-tui: {refused.say()}", file=sys.stderr)
            return 2
        self._state = state = DeskState(session.user)
        sync = Sync(ServiceSource(self._client), self._take)
        self._sync = sync
        task = asyncio.ensure_future(sync.run())
        try:
            await self._first_news()
            while self._ended is None:
                self._write(lines(state, self._link, datetime.now(UTC)))
                await asyncio.sleep(EVERY_S)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._client.aclose()
        print(f"agent-tui: {self._ended.say()}", file=sys.stderr)
        return 2

    async def _first_news(self) -> None:
        """Wait until there is something to say: a current state, and for a moment somebody in it."""
        await self._news.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._lively.wait(), FIRST_S)

    def _take(self, message: Message) -> None:
        if isinstance(message, LinkChanged):
            self._link = message.link
        elif isinstance(message, SessionEnded):
            self._ended = message.reason
            self._news.set()
        elif isinstance(message, Arrived) and self._state is not None:
            try:
                if message.snapshot is not None:
                    self._state.take_snapshot(message.snapshot, datetime.now(UTC))
                    self._news.set()
                self._state.apply_all(message.events)
            except Gap:
                self._sync.resync()
        if self._ended or (self._state and self._state.contacts and self._link.is_live):
            self._lively.set()

    def _write(self, text: Iterable[str]) -> None:
        # A terminal of another encoding gets question marks, never a crash.
        encoding = self._out.encoding or "utf-8"
        block = "\n".join(text) + "\n"
        self._out.write(block.encode(encoding, "replace").decode(encoding))
        self._out.flush()


def lines(state: DeskState, link: Link, local: datetime) -> Iterator[str]:
    """The queue at the desk's time `local` as lines: a head with the totals, then one line a contact."""
    now = state.service_time(local)
    figures = totals(state.contacts.values(), now)
    said = _("waiting {waiting}, longest {longest}, in hands {hands}, call backs {callbacks}, outages {outages}")
    yield " | ".join(
        (
            fmt_clock(now, seconds=True),
            f"{state.user.centre} {state.user.name}",
            _(_LOST[link.phase]),
            said.format(
                waiting=fmt_number(figures.waiting),
                longest=fmt_duration(figures.longest_s),
                hands=fmt_number(figures.in_hands),
                callbacks=fmt_number(figures.callbacks),
                outages=fmt_number(len(state.outages)),
            ),
        )
    )
    ordered = order(state.contacts.values(), state.user.id, now)
    for contact_id in ordered[:MOST_ROWS]:
        yield row(state.contacts[contact_id], now)
    if len(ordered) > MOST_ROWS:
        yield "  " + _("and {n} more").format(n=fmt_number(len(ordered) - MOST_ROWS))
    yield ""


def row(contact: wire.Contact, now: datetime) -> str:
    """One contact as one line: age, class, channel, name, place, reason, state."""
    age = fmt_duration(wait_s(contact, now)) if contact.state in WAITING else ""
    marked, _style = CLASSES.get(contact.priority_class, ("", ""))
    channel = _(CHANNELS[contact.channel][1]) if contact.channel in CHANNELS else contact.channel
    cells = (
        (age, 7),
        (_word(marked), 13),
        (channel, 9),
        (contact.name or contact.address, 26),
        (contact.place or "", 18),
        (_(WHY.get(contact.queue, contact.queue)), 12),
    )
    padded = "  ".join(text.ljust(width) for text, width in cells)
    return f"  {padded}  {_(STATES.get(contact.state, contact.state))}".rstrip()


def _word(marked: str) -> str:
    """The word of a class without its glyph."""
    glyph, _space, word = marked.partition(" ")
    return _(word) if word else glyph
