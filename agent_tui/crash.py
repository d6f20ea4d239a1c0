"""What is left of a crash: one clean sentence for the agent, a trace without values in a private file."""

import contextlib
import logging
import os
import platform
import secrets
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path, PurePath
from types import TracebackType

import platformdirs

from agent_tui import __version__
from agent_tui.i18n import _

KEPT = 20


def state_path(chosen: Path | None) -> Path:
    """The folder for what the desk writes about itself."""
    return chosen or Path(platformdirs.user_state_dir("agent-tui"))


def state_dir(chosen: Path | None) -> Path:
    """That folder, made 0700 where it is missing; raises OSError."""
    folder = state_path(chosen)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def report(error: BaseException, folder: Path | None) -> tuple[str, Path | None]:
    """Write the trace (file names, lines, error types: no values, no texts) 0600; answer its id and the file.

    The file is None where it could not be written; the id is shown all the same. The newest KEPT reports stay.
    """
    crash_id = secrets.token_hex(4)
    try:
        path = state_dir(folder) / f"crash-{crash_id}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write("\n".join([_surroundings(), *trace(error)]) + "\n")
        _forget_oldest(path.parent)
    except OSError:
        return crash_id, None
    return crash_id, path


def trace(error: BaseException) -> list[str]:
    """The chain of errors as type names and the lines they passed; messages are left out, they quote people."""
    lines: list[str] = []
    for current in _chain(error, set()):
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        for frame, line in traceback.walk_tb(current.__traceback__):
            name = "/".join(PurePath(frame.f_code.co_filename).parts[-3:])
            lines.append(f"  {name}:{line} {frame.f_code.co_name}")
    return lines


def sentence(crash_id: str, path: Path | None, drafts: int = 0) -> str:
    """What the agent reads on the terminal after a crash; `drafts` texts will be offered at the next start."""
    if path is None:
        text = _("The desk stopped: a fault in it (crash {id}). Start it again; tell the operator the id.")
        text = text.format(id=crash_id)
    else:
        text = _("The desk stopped: a fault in it (crash {id}). Start it again; the operator finds details in {file}.")
        text = text.format(id=crash_id, file=path)
    return f"{text} {_('What you typed is kept and offered at the next start.')}" if drafts else text


def keep_quiet(folder: Path | None) -> None:
    """From now on no error of this process reaches the terminal with its text: each becomes a report.

    Python's own hooks, the thread's and the logger of last resort would print messages, and messages quote people.
    """

    def told(error: BaseException | None) -> None:
        if error is not None:
            report(error, folder)

    def at_top(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        print(sentence(*report(error, folder)), file=sys.stderr)

    sys.excepthook = at_top
    sys.unraisablehook = lambda unraisable: told(unraisable.exc_value)
    threading.excepthook = lambda failed: told(failed.exc_value)
    logging.getLogger().addHandler(logging.NullHandler())


def _chain(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for part in error.exceptions:
                yield from _chain(part, seen)
        error = error.__cause__ or error.__context__


def _surroundings() -> str:
    return f"agent-tui {__version__}, Python {platform.python_version()}, {platform.system()}, {os.environ.get('TERM')}"


def _forget_oldest(folder: Path) -> None:
    reports = sorted(folder.glob("crash-*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in reports[KEPT:]:
        with contextlib.suppress(OSError):
            path.unlink()
