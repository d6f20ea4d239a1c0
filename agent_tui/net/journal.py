"""The drafts and the outbox on disk: one private file per user, replaced whole and synced a moment after each change.

Both in one file: whatever moment a crash takes, a text is either still a draft or on its way, never both. The file
belongs to one user of one service and to one running desk; texts in it are as the agent typed them, so it is 0600 in a
folder 0700, goes when nothing is left in it, and is forgotten after a week.
"""

import asyncio
import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import msgspec

from agent_tui.desk.drafts import KEEP_S, Draft, DraftBook, DraftKind
from agent_tui.messages import Intent
from agent_tui.net.unsent import Unsent, intent_of, stored

if sys.platform != "win32":
    import fcntl

SAVE_AFTER_S: Final = 0.2
"""From the first unsaved key to the write; with a slow disk's sync it stays below the 300 ms a crash may cost."""
DESKS: Final = 4
"""Desks of one user on one machine that have a file of their own; a fifth keeps its drafts in memory."""
BIGGEST: Final = 64 * 1024 * 1024


class Waiting(Protocol):
    """The outbox as its journal sees it."""

    @property
    def unsent(self) -> tuple[Intent, ...]:
        """The intents not confirmed yet, oldest first."""
        ...

    def restore(self, intents: Iterable[Intent]) -> None:
        """Take in what earlier desks left unsent."""
        ...


class Kept(msgspec.Struct, frozen=True):
    """What one file holds; `gone` are drafts whose copy on the service is still to be deleted."""

    drafts: list[Draft] = []
    unsent: list[Unsent] = []
    gone: list[tuple[DraftKind, str]] = []


Held = tuple[tuple[Draft, ...], tuple[Intent, ...], tuple[tuple[DraftKind, str], ...]]
"""The same in memory: frozen, so that another thread may write it while typing goes on."""


class DraftJournal:
    """Keeps `book` and `outbox` in `folder` for `owner` (service and user id); `trouble` hears why a write failed."""

    def __init__(
        self, folder: Path, owner: str, book: DraftBook, trouble: Callable[[str], None], outbox: Waiting | None = None
    ) -> None:
        self._folder, self._book, self._trouble, self._outbox = folder, book, trouble, outbox
        self._name = f"drafts-{hashlib.sha256(owner.encode()).hexdigest()[:16]}"
        self._path: Path | None = None
        self._locks: list[int] = []
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="drafts")
        self._timer: asyncio.TimerHandle | None = None
        self._dirty = self._failed = False
        self._last: Future[None] | None = None

    def open(self) -> None:
        """Make the folder, take a file of one's own, and put what earlier desks left behind into the book."""
        try:
            for folder in (self._folder.parent, self._folder):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            _forget_old(self._folder)
            left = [number for number in range(DESKS) if self._take(number)]
            if not left:
                self._trouble("EBUSY")
                return
            self._path = self._file(left[0])
            self._restore([self._read(self._file(number)) for number in left])
            # First all of it stands in the own file, only then the others go.
            _write(self._path, self._held)
            for number in left[1:]:
                self._file(number).unlink(missing_ok=True)
        except OSError as error:
            self._fail(error)
        finally:
            for lock in self._locks[1:]:
                os.close(lock)
            del self._locks[1:]

    def soon(self) -> None:
        """The book changed: write it within SAVE_AFTER_S, however fast the typing goes on."""
        self._dirty = True
        if self._timer is None and self._path is not None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER_S, self._save)

    async def safe(self) -> None:
        """Return when everything as it is now stands on the disk, or cannot."""
        while self._path is not None and (self._dirty or not (self._last is None or self._last.done())):
            if self._last is None or self._last.done():
                self._save()
            if self._last is not None:
                written = asyncio.wrap_future(self._last)
                await asyncio.wait([written])
                if written.exception() is not None:
                    # `trouble` has told it; the service is now the safer place.
                    return

    def flush(self) -> None:
        """Write now, and wait until it stands on the disk."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._last is not None:
            with contextlib.suppress(OSError):
                self._last.result(5)
        if self._dirty and self._path is not None:
            self._dirty = False
            try:
                _write(self._path, self._held)
            except OSError as error:
                self._fail(error)

    def close(self) -> None:
        """Flush, and let go of the file."""
        self.flush()
        self._path = None
        self._writer.shutdown(wait=True)
        for lock in self._locks:
            os.close(lock)
        self._locks.clear()

    def _file(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number}.json"

    def _take(self, number: int) -> bool:
        """Lock one of the user's files; False while another living desk has it (a dead one's lock is free)."""
        lock = os.open(self._file(number).with_suffix(".lock"), os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o600)
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                return False
        self._locks.append(lock)
        return True

    @property
    def _held(self) -> Held:
        unsent = self._outbox.unsent if self._outbox is not None else ()
        return self._book.all, unsent, tuple(self._book.gone)

    def _restore(self, files: list[tuple[Kept, list[Intent]]]) -> None:
        self._book.restore([draft for kept, _intents in files for draft in kept.drafts])
        self._book.gone |= {place for kept, _intents in files for place in kept.gone}
        if self._outbox is not None:
            intents = [intent for _kept, intents in files for intent in intents]
            # Each file is in order; between two desks the older decision goes first.
            self._outbox.restore(sorted(intents, key=lambda intent: intent.at))

    def _read(self, path: Path) -> tuple[Kept, list[Intent]]:
        try:
            if path.stat().st_size > BIGGEST:
                raise msgspec.DecodeError("too big")
            kept = msgspec.json.decode(path.read_bytes(), type=Kept | list[Draft])
            # A list is what a desk before the outbox had its journal left.
            kept = kept if isinstance(kept, Kept) else Kept(kept)
            return kept, [intent_of(unsent) for unsent in kept.unsent]
        except FileNotFoundError:
            return Kept(), []
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Not ours, or of another time: put aside for a week, in case somebody wants to look.
            path.replace(path.with_suffix(".unreadable"))
            return Kept(), []

    def _save(self) -> None:
        self._timer = None
        if not self._dirty:
            return
        if self._last is not None and not self._last.done():
            # A slow disk: one write at a time, the next one takes everything typed meanwhile.
            self._timer = asyncio.get_running_loop().call_later(SAVE_AFTER_S / 4, self._save)
            return
        self._dirty = False
        path = self._path
        if path is not None:
            self._last = self._writer.submit(_write, path, self._held)
            loop = asyncio.get_running_loop()
            self._last.add_done_callback(lambda done: _tell(loop, self._written, done))

    def _written(self, done: Future[None]) -> None:
        error = done.exception()
        if isinstance(error, OSError):
            self._dirty = True
            self._fail(error)
        elif error is not None:
            raise error
        else:
            self._failed = False

    def _fail(self, error: OSError) -> None:
        if not self._failed:
            self._failed = True
            self._trouble(error.strerror or type(error).__name__)


_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)


def _tell(loop: asyncio.AbstractEventLoop, hear: Callable[[Future[None]], None], done: Future[None]) -> None:
    # The desk may have closed its loop while the last write was on its way.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(hear, done)


def _write(path: Path, held: Held) -> None:
    """Replace the file whole, so that no moment of a crash leaves half of it; with nothing to keep there is no file."""
    drafts, intents, gone = held
    if not any(held):
        path.unlink(missing_ok=True)
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600), "wb") as out:
        out.write(msgspec.json.encode(Kept(list(drafts), [stored(intent) for intent in intents], list(gone))))
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _forget_old(folder: Path) -> None:
    """Nobody's texts outlive KEEP_S, not even those of a user who never comes back."""
    before = time.time() - KEEP_S
    for path in folder.glob("drafts-*"):
        with contextlib.suppress(OSError):
            if path.suffix != ".lock" and path.stat().st_mtime < before:
                path.unlink()
