"""Start the desk: what it is started with, and the few things that must happen before Textual is imported."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent_tui.app import DeskApp


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything the desk is started with; `password` is for a login without asking, and never printed."""

    server: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    language: str | None = None
    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    density: str = "compact"
    state_dir: Path | None = None
    views: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    views_file: Path | None = None


def load() -> "type[DeskApp]":
    """Import the desk, with what Textual reads from the environment set before."""
    # Read once, when Textual is imported: at 60 frames a second a key waits up to two frames for its paint.
    os.environ.setdefault("TEXTUAL_FPS", "240")
    # A page that slides costs dozens of screens on a slow line; it jumps.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    for name in ("TEXTUAL", "TEXTUAL_LOG"):
        os.environ.pop(name, None)
    from agent_tui.app import DeskApp

    return DeskApp


def run_desk(launch: Launch) -> int:
    """Run the desk until it is left; the exit code is 0, 1 after a crash, 2 when the key settings cannot be used."""
    desk = load()
    from agent_tui import hangup
    from agent_tui.crash import keep_quiet
    from agent_tui.keys import terminal_input
    from agent_tui.keys.keymap import KeymapError
    from agent_tui.theme import fitting

    try:
        app = desk(replace(launch, theme=fitting(launch.theme or "dark", os.environ)))
    except KeymapError as faults:
        print(faults, file=sys.stderr)
        return 2
    keep_quiet(launch.state_dir)
    terminal_input.install()
    hangup.watch()
    app.run()
    if app.crash_line:
        print(app.crash_line, file=sys.stderr)
        return 1
    return app.return_code or 0
