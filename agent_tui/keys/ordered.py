"""Keys act in the order they were typed: a burst (type-ahead, ssh, input methods) means what it means typed slowly.

Textual inserts printable keys where they arrive but resolves bindings several queues later, so `a` Backspace `â` in one
burst becomes `aâ` minus the wrong letter, and text typed after a key that opens a dialog goes to the screen below.
A key that may do more than edit the focused field is therefore followed by a fence: a message that travels the key's
own path behind it. Input typed meanwhile waits until the fence is back, what the key set off has settled, and a screen
that was opened has its focus. The fence is sent when more input comes: a key that comes alone costs nothing more. Runs
of letters in a text field need no fence and pass straight; the first other key behind them waits until what they set
off (a filter, a look-up) is done.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from textual import events
from textual._time import get_time
from textual.app import App
from textual.errors import NoWidget
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from agent_tui.keys.strays import STRAY, Strays
from agent_tui.keys.turns import SLICE, later

FENCE_CAP: Final = 0.5
"""Seconds after which input goes on although a fence did not come back (its widget died, its handler hangs)."""
GIVE_UP: Final = 2.5
"""Seconds after which input goes on whatever happens: a keyboard is never dead."""
PAINTS: Final = 3
LONE: Final = 0.5
"""A key so many seconds after the one before it needs no fence in between."""
HOLD_CAP: Final = 1.0
"""Seconds input waits for an action that asks the service; then the desk is the agent's again."""
# Behind the key itself; then behind the message its binding sent (Submitted, Pressed, Chosen) and that one's answer.
ROUNDS: Final = 3
# So many pieces of input go through before everything else has a turn: a flood never freezes the desk.
TURN: Final = 32


@dataclass
class Fence(Message, bubble=True):
    """Travels behind a key up to the app."""

    number: int


@runtime_checkable
class EditsInOrder(Protocol):
    """A field that acts on some keys itself, in the order they reach it."""

    def takes_at_once(self, event: events.Key) -> bool:
        """Tell whether this key is done when the field has handled it."""


class OrderedKeys(App[None]):
    """Mixin for App: `class DeskApp(OrderedKeys, App)`."""

    _input: deque[events.InputEvent | events.Paste]
    _fence = 0
    _waiting = False
    _rounds = 0
    _waits = 0
    _paints = 0
    _held: set[int]
    _holds = 0
    _expiry: asyncio.TimerHandle | None = None
    _fenced_screen: Screen[object] | None = None
    _owed: Widget | None = None
    """Who got the last key that may have done more; no fence was sent behind it yet."""
    _loose = False
    """Letters went straight to a field, and what they set off may still be under way."""
    _let_through_at = 0.0
    _acted = False
    _in_a_row = 0
    _seen_strays: Strays
    letters: Mapping[str, str] = {}
    """Letters that stand for another key where nothing is typed (the vim layer)."""

    async def on_event(self, event: events.Event) -> None:
        """Let input through one piece at a time; everything else as always."""
        if not isinstance(event, (events.InputEvent, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.MouseMove) and not self._waiting:
            await super().on_event(event)
            return
        queue = self._pending_input()
        queue.append(event)
        if not self._waiting:
            await self._pump_input()
        self._in_a_row += 1
        if self._in_a_row % TURN == 0:
            await asyncio.sleep(0)

    def on_mount(self) -> None:
        """Hear of every screen that comes or goes while a fence is out."""
        self.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)

    @property
    def keys_waiting(self) -> bool:
        """Some input has not been let through, or has not done all it does."""
        return self._waiting or bool(self._pending_input())

    def hold_keys(self) -> Callable[[], None]:
        """Keep later keys back until the returned function is called, a screen opens, or HOLD_CAP is over."""
        self._acted = True
        self._holds += 1
        number, held = self._holds, self._held_back()
        held.add(number)

        def release() -> None:
            if number in held:
                held.discard(number)
                if self._waiting and not held:
                    self.call_later(self._settle, self._fence)

        return release

    def _held_back(self) -> set[int]:
        if "_held" not in self.__dict__:
            self._held = set()
        return self._held

    def _pending_input(self) -> deque[events.InputEvent | events.Paste]:
        if "_input" not in self.__dict__:
            self._input = deque()
        return self._input

    async def _pump_input(self) -> None:
        queue = self._pending_input()
        while queue and not self._waiting:
            event = self._meant(queue[0])
            target = self._fence_target(event)
            if self._must_wait(queue[0].time, alone=target is None):
                self._send_first_fence()
                return
            # A list takes the space for itself, but no letter: there it is no text.
            typed = (self.screen.focused or self.screen).check_consume_key("a", "a")
            if not typed and self._strays.is_one(event):
                queue.popleft()
                continue
            if target is not None and len(queue) > STRAY and isinstance(event, events.Key) and event.is_printable:
                if self._strays.drop(queue):
                    self.letters_dropped()
                continue
            queue.popleft()
            self._let_through_at = get_time()
            if target is not None:
                self._owed, self._fenced_screen = target, self.screen
            elif isinstance(event, events.Key):
                self._loose = True
            await super().on_event(event)

    def _must_wait(self, typed_at: float, alone: bool) -> bool:
        """Whether what was typed before may still be doing something that this piece of input depends on.

        `typed_at` is when it came; `alone` is a letter for the focused field: it waits for other keys, not for what
        letters set off.
        """
        held = bool(self._held_back())
        if typed_at - self._let_through_at > LONE and not held:
            self._owed, self._loose = None, False
        return self._owed is not None or (not alone and (self._loose or held))

    def settle_keys(self) -> None:
        """Find out now whether the last key has done all it does, as if another one had been typed."""
        if not self._waiting and (self._owed is not None or self._loose or self._held_back()):
            self._send_first_fence()

    def _send_first_fence(self) -> None:
        if self._owed is None:
            self._fenced_screen = self.screen
        self._waiting = True
        self._waits += 1
        self._rounds, self._paints = ROUNDS, PAINTS
        self._watch(0.0, self._waits)
        if any(self._fenced_screen in stack for stack in self._screen_stacks.values()):
            self._send_fence(self._owed or self.screen.focused or self.screen)
        else:  # The key closed a dialog: nothing comes back through that any more.
            self._await_focus()

    @property
    def _strays(self) -> Strays:
        if "_seen_strays" not in self.__dict__:
            self._seen_strays = Strays()
        return self._seen_strays

    def letters_dropped(self) -> None:
        """Say that a paste went nowhere; overridden."""

    def _meant(self, event: events.InputEvent | events.Paste) -> events.InputEvent | events.Paste:
        """What the key stands for: a letter of the optional layer is a movement wherever it would not be typed."""
        if not isinstance(event, events.Key) or event.key not in self.letters:
            return event
        target: Widget = self.screen.focused or self.screen
        if target.check_consume_key(event.key, event.character):
            return event
        return events.Key(self.letters[event.key], None)

    def _fence_target(self, event: events.InputEvent | events.Paste) -> Widget | None:
        """The widget the event goes to, or None where no fence is needed behind it."""
        target: Widget = self.screen.focused or self.screen
        if isinstance(event, events.Key):
            straight = (
                target.check_consume_key(event.key, event.character)
                if event.is_printable
                else isinstance(target, EditsInOrder) and target.takes_at_once(event)
            )
            return None if straight else target
        if isinstance(event, events.MouseUp):
            try:
                return self.screen.get_widget_at(event.x, event.y)[0]
            except NoWidget:
                return None
        return None

    def _send_fence(self, target: Widget) -> None:
        self._fence += 1
        number = self._fence
        self._wait_at_most(HOLD_CAP if self._held_back() else FENCE_CAP)
        if not target.post_message(Fence(number)):
            self.call_later(self._settle, number)

    async def on_fence(self, event: Fence) -> None:
        """The fence is back: everything in front of it on that path is done."""
        event.stop()
        if event.number != self._fence or not self._waiting:
            return
        self._rounds -= 1
        if self._rounds > 0:
            self._send_fence(self.screen.focused or self.screen)
        else:
            await self._settle(event.number)

    async def _settle(self, number: int) -> None:
        if number != self._fence or not self._waiting:
            return
        if self.screen is not self._fenced_screen:
            self._await_focus()
        elif not self._held_back():
            if (self._acted or self.screen._callbacks) and self._paints:
                # What a key does to the focus, it may do with the next paint.
                self._acted = False
                self._paints -= 1
                self._await_focus()
            else:
                await self._let_go(number)
        else:
            self._wait_at_most(HOLD_CAP)

    def _screen_changed(self, _screen: Screen[object]) -> None:
        # An action that opened a screen now waits for the agent: input is what it waits for.
        self._held_back().clear()
        if self._waiting:
            self._await_focus()

    def _await_focus(self) -> None:
        """A screen came or went: input goes on when it is laid out and has given its focus."""
        self._fenced_screen = self.screen
        self._fence += 1
        number = self._fence
        self._wait_at_most(FENCE_CAP)
        self.screen.call_after_refresh(self.call_later, self._settle, number)

    def _wait_at_most(self, cap: float) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = later(SLICE, self._expire, self._fence, cap)

    def _expire(self, waited: float, number: int, cap: float) -> None:
        if self._held_back():
            cap = HOLD_CAP
        if waited < cap:
            self._expiry = later(SLICE, self._expire, number, cap, waited=waited)
        elif self._waiting and number == self._fence:
            self._held_back().clear()
            self.call_later(self._let_go, number)

    def _watch(self, waited: float, wait: int) -> None:
        if not self._waiting or wait != self._waits:
            return
        if waited < GIVE_UP:
            later(5 * SLICE, self._watch, wait, waited=waited)
            return
        self._held_back().clear()
        self._fence += 1
        self.call_later(self._let_go, self._fence)

    async def _let_go(self, number: int) -> None:
        if number != self._fence or not self._waiting:
            return
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        self._waiting, self._owed, self._loose = False, None, False
        await self._pump_input()
