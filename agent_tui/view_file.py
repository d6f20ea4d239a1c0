"""The lists of tickets an agent saved in the desk: a small file beside the settings, replaced whole at each change.

The settings file is the user's own and is never written here. A file that cannot be used is said and left as it is.
The words of a list may name a customer, so the file is 0600.
"""

import contextlib
import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from agent_tui.config import FILTERS
from agent_tui.desk.ticket_lists import KEPT, View
from agent_tui.i18n import _
from agent_tui.text.clean import LINE_CAP, clean

NAME_CAP: Final = 40
MOST: Final = 20
"""Lists in the file: the arrows walk through all of them."""
BIGGEST: Final = 64 * 1024
_HEAD: Final = "# Lists of tickets saved in the desk, which writes this file whole: comments do not stay.\n"


class BadViews(Exception):
    """The lists cannot be read or saved; the text is one translated sentence for the user."""


class _Kept(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME_CAP)]
    asks: Annotated[list[dict[str, Annotated[str, Meta(max_length=LINE_CAP)]]], Meta(min_length=1, max_length=4)]
    words: Annotated[str, Meta(max_length=LINE_CAP)] = ""
    by_due: bool = False


class _File(Struct, forbid_unknown_fields=True):
    view: Annotated[list[_Kept], Meta(max_length=MOST)] = []


class ViewFile:
    """The saved lists; without a path they last as long as the desk. Every call touches the disk."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._held: tuple[View, ...] = ()

    @property
    def lasts(self) -> bool:
        """Whether the lists outlive the desk."""
        return self._path is not None

    def read(self) -> tuple[View, ...]:
        """The lists on file, the oldest first; raises BadViews."""
        if self._path is not None:
            self._held = _read(self._path)
        return self._held

    def add(self, view: View) -> tuple[View, ...]:
        """Save one more and answer all; raises BadViews, also where another desk took the name meanwhile."""
        if any(same(kept.title, view.title) for kept in self.read()):
            raise BadViews(taken(view.title))
        if len(self._held) >= MOST:
            raise BadViews(_("At most {n} lists are saved; delete one first.").format(n=MOST))
        return self._replace((*self._held, view))

    def remove(self, view: View) -> tuple[View, ...]:
        """Delete this one and answer those that are left; raises BadViews."""
        return self._replace(tuple(kept for kept in self.read() if kept.name != view.name))

    def _replace(self, views: tuple[View, ...]) -> tuple[View, ...]:
        if self._path is not None:
            try:
                # A link stays one: who keeps the settings elsewhere has the lists there too.
                _write(self._path.resolve(), _text(views))
            except OSError as error:
                text = _("The lists cannot be saved in {file}: {why}.")
                raise BadViews(text.format(file=self._path, why=error.strerror or error)) from None
        self._held = views
        return views


def same(one: str, other: str) -> bool:
    """Whether two names are one to a reader."""
    return one.casefold() == other.casefold()


def taken(name: str) -> str:
    """The sentence for a name that is used already."""
    return _("There is a list “{name}” already; give another name.").format(name=name)


def _read(path: Path) -> tuple[View, ...]:
    try:
        if not path.exists():
            return ()
        if not path.is_file() or path.stat().st_size > BIGGEST:
            raise ValueError(_("it is not a file of saved lists"))
        views = tuple(map(_view, _parsed(path.read_text("utf-8")).view))
        if len({view.title.casefold() for view in views}) < len(views):
            raise ValueError(_("two lists in it have one name"))
    # Text that is no UTF-8, no TOML or of another shape: each of these is a ValueError.
    except (OSError, ValueError, RecursionError) as error:
        text = _("The saved lists in {file} cannot be read: {why}. The file stays as it is.")
        raise BadViews(text.format(file=path, why=error)) from None
    return views


def _parsed(text: str) -> _File:
    return msgspec.convert(tomllib.loads(text), _File)


def _view(kept: _Kept) -> View:
    for ask in kept.asks:
        for name in ask:
            if name not in FILTERS:
                raise ValueError(_("it has an unknown filter {name}").format(name=clean(name, cap=NAME_CAP)))
    name = clean(kept.name, cap=NAME_CAP).strip()
    if not name:
        raise ValueError(_("a list in it has no name"))
    asks = tuple({part: clean(value) for part, value in ask.items()} for ask in kept.asks)
    return View(f"{KEPT}{name}", name, asks, kept.by_due, clean(kept.words).strip())


def _text(views: Iterable[View]) -> str:
    # A JSON string is a TOML string too, where nothing in it steers a terminal; `clean` saw to that.
    quoted: Callable[[str], str] = lambda text: json.dumps(clean(text), ensure_ascii=False)  # noqa: E731
    parts = [_HEAD]
    for view in views:
        asks = ", ".join(
            "{ " + ", ".join(f"{name} = {quoted(value)}" for name, value in ask.items()) + " }" for ask in view.asks
        )
        parts.append(
            f"\n[[view]]\nname = {quoted(view.title)}\nasks = [{asks}]\nwords = {quoted(view.words)}\n"
            f"by_due = {str(view.by_due).lower()}\n"
        )
    return "".join(parts)


def _write(path: Path, text: str) -> None:
    """Replace the file whole, so that no moment of a crash leaves half of it; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made 0600 by the library, under a name that no other desk takes at the same moment.
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        Path(new).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(new).unlink()
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
