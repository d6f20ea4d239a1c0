"""House text fields: every key acts in the order it came, letters are whole (NFC), pastes and floods are capped.

Textual runs a field's own bindings (Backspace, arrows) several queues after the letters that follow them; these fields
run them where the letters are inserted. That is what Vietnamese input methods need: they send Backspace and the
corrected letters in one burst. Letters that wait in the field's own queue are taken as one edit: a paste without
brackets costs a few edits, not one for each letter.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from agent_tui.i18n import _, fmt_number
from agent_tui.text.clean import LINE_CAP, clean
from agent_tui.widgets.safe import toast

PASTE_CAP: Final = 65_536
"""Characters a TextBox holds, and a paste may bring."""
LINE_MOST: Final = 1_000
"""Characters of a pasted line: each key in a longer one would cost a wrap of all of it."""
LINES_CAP: Final = 2_000
"""Lines of a TextBox: every line costs a little with each key, and no note is a list of thousands."""
RUN_CAP: Final = 4_096
"""Keys taken as one edit: the next run has its turn after everything else had one."""
FLOOD: Final = 64
"""More keys than this at once are not typed but pasted without brackets."""
# Not editing: these leave the field, or belong to the desk's own keys.
_NOT_EDITS: Final = frozenset({"submit", "copy", "select_line", "select_all"})
_SCROLLS: Final = frozenset({"scroll_up", "scroll_down", "page_up", "page_down"})
_FUNCTION_KEYS: Final = frozenset({"f6", "f7"})
_BREAKS: Final = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_JOINER: Final = "\u200d"
_PARTS: Final = frozenset({_JOINER, "\ufe0e", "\ufe0f"})


def _edit_of(field: Input | TextArea, key: str) -> str | None:
    for binding in field._bindings.key_to_bindings.get(key, ()):
        action = binding.action.partition("(")[0]
        # A line has nothing to scroll: there the arrows up and down are the screen's.
        if action not in _NOT_EDITS and not (isinstance(field, Input) and action in _SCROLLS):
            return binding.action
    return None


def _last_letter(text: str) -> int:
    """How many code points the last letter of a text has, with its marks and joined signs."""
    n = 1
    while n < len(text) and (unicodedata.combining(text[-n]) or text[-n] in _PARTS or text[-n - 1] == _JOINER):
        n += 1
    return n


def _composed(before: str, typed: str) -> tuple[int, str]:
    """What `typed` becomes behind `before`: how many code points it replaces there, and the text in NFC."""
    back = _last_letter(before) if before and unicodedata.combining(typed[0]) else 0
    return back, unicodedata.normalize("NFC", before[len(before) - back :] + typed)


async def _run_from(field: "TextField | TextBox", first: str, returns: str) -> str:
    """Take the typed keys that already wait behind this one out of the field's queue and return them all as text."""
    parts = [first]
    while len(parts) < RUN_CAP and isinstance(waiting := field._peek_message(), events.Key):
        if waiting.is_printable and waiting.character and waiting.character not in field.alone:
            parts.append(waiting.character)
        elif returns and waiting.key in ("enter", "ctrl+j"):
            parts.append(returns)
        else:
            break
        await field._get_message()
    return "".join(parts)


def _cut(field: Input | TextArea, text: str) -> str:
    if len(text) > PASTE_CAP:
        toast(
            field.app,
            _("The paste was cut: {kept} of {all} characters were taken.").format(
                kept=fmt_number(PASTE_CAP), all=fmt_number(len(text))
            ),
            "warning",
        )
    return text[:PASTE_CAP]


def _broken(line: str) -> Iterator[str]:
    """The line in parts of at most LINE_MOST characters, broken at spaces where there are any."""
    while len(line) > LINE_MOST:
        at = line.rfind(" ", LINE_MOST // 2, LINE_MOST)
        yield line[: at if at > 0 else LINE_MOST]
        line = line[at + 1 if at > 0 else LINE_MOST :]
    yield line


def _fitting(field: "TextField | TextBox", text: str, held: int, cap: int) -> str:
    """The part of `text` there is room for beside `held` characters; that the field is full is said once."""
    kept = text[: max(0, cap - held)]
    full = _("This field is full: it takes {n} characters, the rest was not taken.")
    if isinstance(field, TextBox) and kept.count("\n") > (room := field.lines_left):
        kept = "\n".join(kept.split("\n", room + 1)[: room + 1])
        full, cap = _("This field is full: it takes {n} lines, the rest was not taken."), LINES_CAP
    cut = len(kept) < len(text)
    if cut and (not field.said_full or not held):
        toast(field.app, full.format(n=fmt_number(cap)), "warning")
    field.said_full = cut
    return kept


class TextField(Input):
    """One line of text; same arguments and messages as Input."""

    said_full = False
    alone = ""
    """Letters that are not taken together with others: something happens when they are typed."""

    def takes_at_once(self, event: events.Key) -> bool:
        """Editing keys are done when the field has handled them."""
        return event.key == "ctrl+j" or _edit_of(self, event.key) is not None

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character:
            # A rule about the text judges every letter by itself.
            alone = self.restrict or self.type != "text"
            typed = event.character if alone else await _run_from(self, event.character, "")
        elif event.key == "ctrl+j":
            typed = " "
        elif (edit := _edit_of(self, event.key)) is not None:
            event.stop()
            event.prevent_default()
            if event.key == "backspace" and self._erase_letter():
                return
            await self.run_action(edit)
            return
        else:
            return
        event.stop()
        event.prevent_default()
        self._restart_blink()
        self._insert_typed(typed)

    def _insert_typed(self, typed: str) -> None:
        start, end = sorted(self.selection)
        back, text = _composed(self.value[:start], typed) if start == end else _composed("", typed)
        kept = _fitting(self, text, len(self.value) - (end - start) - back, self.max_length or LINE_CAP)
        if kept:
            self.replace(kept, start - back, end)

    def _erase_letter(self) -> bool:
        at = self.cursor_position
        size = _last_letter(self.value[:at]) if at and self.selection.is_empty else 1
        if size > 1:
            self.delete(at - size, at)
        return size > 1

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        line = clean(_BREAKS.sub(" ", _cut(self, event.text).strip("\r\n")), cap=PASTE_CAP)
        start, end = sorted(self.selection)
        self.said_full = False
        if kept := _fitting(self, line, len(self.value) - (end - start), self.max_length or LINE_CAP):
            self.replace(kept, start, end)


class TextBox(TextArea, inherit_bindings=False):
    """Many lines of text; same arguments and messages as TextArea, without its own F6 and F7."""

    said_full = False
    alone = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in TextArea.BINDINGS if not (isinstance(binding, Binding) and binding.key in _FUNCTION_KEYS)
    ]

    @property
    def lines_left(self) -> int:
        """How many line breaks there is room for, the selected text gone."""
        return max(0, LINES_CAP - self.document.line_count + self.selected_text.count("\n"))

    def on_unmount(self) -> None:
        """Textual 8.2.8 lets go of a text area that is gone only when the theme changes: the app's watchers hold it."""
        watching = getattr(self.app, "__watchers", {}).get("theme", [])
        watching[:] = [entry for entry in watching if entry[0] is not self]

    def takes_at_once(self, event: events.Key) -> bool:
        """Editing keys and Enter are done when the field has handled them."""
        return event.key in ("enter", "ctrl+j") or _edit_of(self, event.key) is not None

    async def _on_key(self, event: events.Key) -> None:
        typed = "\n" if event.key in ("enter", "ctrl+j") else event.character if event.is_printable else None
        edit = None if typed else _edit_of(self, event.key)
        if typed is None and edit is None:
            return
        event.stop()
        event.prevent_default()
        if typed is not None:
            self._restart_blink()
            if not self.read_only:
                run = await _run_from(self, typed, "\n")
                # What a person can have typed is undone as if it had been typed slowly: letter by letter.
                for part in [run] if len(run) > FLOOD else run:
                    self._insert_typed(part)
        elif edit is not None and not (event.key == "backspace" and self._erase_letter()):
            await self.run_action(edit)

    def _insert_typed(self, typed: str) -> None:
        start, end = sorted(self.selection)
        row, column = start
        before = self.document[row][:column] if start == end else ""
        back, text = _composed(before, typed)
        kept = _fitting(self, text, len(self.text) - len(self.selected_text) - back, PASTE_CAP)
        if kept:
            self._replace_via_keyboard(kept, (row, column - back), end)

    def _erase_letter(self) -> bool:
        row, column = self.cursor_location
        empty = self.selection.is_empty and not self.read_only
        size = _last_letter(self.document[row][:column]) if column and empty else 1
        if size > 1:
            self._delete_via_keyboard((row, column - size), (row, column))
        return size > 1

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.read_only:
            return
        text = clean(_cut(self, event.text.replace("\r\n", "\n").replace("\r", "\n")), multiline=True, cap=PASTE_CAP)
        if any(len(line) > LINE_MOST for line in text.split("\n")):
            text = "\n".join(part for line in text.split("\n") for part in _broken(line))
            toast(self.app, _("Lines over {n} characters were broken.").format(n=fmt_number(LINE_MOST)))
        self.said_full = False
        kept = _fitting(self, text, len(self.text) - len(self.selected_text), PASTE_CAP)
        if kept and (result := self._replace_via_keyboard(kept, *self.selection)):
            self.move_cursor(result.end_location)
