"""A desk under Textual's Pilot, as a test sees it: what stands on the screen, and waiting until something holds."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual.app import App
from textual.pilot import Pilot

from agent_tui.app import DeskApp

PATIENCE_S = 40.0
"""Long, for a busy machine is no failure."""


def screen_text(app: App[None]) -> str:
    """The screen as plain lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[None], true: Callable[[], object], within: float = PATIENCE_S) -> None:
    """Until the condition holds, the desk working meanwhile."""
    try:
        async with asyncio.timeout(within):
            while not true():
                await pilot.pause()
    except TimeoutError:
        raise AssertionError(f"never became true; the screen:\n{screen_text(pilot.app)}") from None


@dataclass
class Watched:
    """One running desk."""

    app: DeskApp
    pilot: Pilot[None]

    async def until(self, true: Callable[[], object], within: float = PATIENCE_S) -> None:
        """Until the condition holds, the desk working meanwhile."""
        await until(self.pilot, true, within)

    async def press(self, *keys: str) -> None:
        """Press keys, each as typed by a person."""
        await self.pilot.press(*keys)

    def text(self) -> str:
        """The screen as plain lines."""
        return screen_text(self.app)
