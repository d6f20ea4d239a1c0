"""Which key runs which action: the registry's keys, changed by the user's settings, checked before the desk starts."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from textual.binding import Binding
from textual.keys import Keys, _character_to_key

from agent_tui.i18n import N_, _
from agent_tui.keys.actions import ACTIONS, BY_NAME, VIEWS, VIM, Action


class KeymapError(ValueError):
    """The `[keys]` settings cannot be used; the message says which line and what to write instead."""


_ENTER = N_("a terminal sends the same byte for it as for Tab, Enter, Esc or Backspace")
_TMUX = N_("tmux or screen keeps it for itself")
_WINDOW = N_("the terminal window or the browser keeps it for itself")
_FLOW = N_("a serial line or PuTTY may freeze the terminal")
_HABIT = N_("it means copy or kill everywhere")
_IME = N_("it switches Vietnamese input methods")
_ALT = N_("many terminals send another character for it")
_LETTER = N_("input methods eat letters and digits; use a function key or Ctrl with a letter")
_EDITING = N_("text fields use it for editing")
_FIXED = N_("every form and list needs it")
_UNSENT = N_("most terminals cannot send it")

UNSAFE: Final[dict[str, str]] = {
    **dict.fromkeys(("ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j", "ctrl+left_square_bracket"), _ENTER),
    **dict.fromkeys(("ctrl+d", "ctrl+e", "ctrl+f", "ctrl+k", "ctrl+u", "ctrl+x"), _EDITING),
    **dict.fromkeys(("ctrl+a", "ctrl+b"), _TMUX),
    **dict.fromkeys(("ctrl+v", "ctrl+w", "ctrl+t", "ctrl+n", "f10", "f11", "f12", "alt+f4"), _WINDOW),
    **dict.fromkeys(("ctrl+s", "ctrl+q"), _FLOW),
    "ctrl+c": _HABIT,
    **dict.fromkeys(("ctrl+space", "ctrl+at", "super+space"), _IME),
    **dict.fromkeys(("shift+enter", "ctrl+enter", "alt+enter"), _TMUX),
    **dict.fromkeys(("enter", "tab", "shift+tab", "backspace", "delete", "up", "down", "left", "right", "home", "end",
                     "pageup", "pagedown"), _FIXED),
}  # fmt: skip
NAMES: Final[dict[str, str]] = {
    "question_mark": "?", "slash": "/", "asterisk": "*", "escape": "Esc", "space": "Space", "enter": "Enter",
    "tab": "Tab", "pageup": "PgUp", "pagedown": "PgDn", "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip
LAYER: Final = "layer"
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "super"})
_SIGNS: Final = frozenset(_character_to_key(sign) for sign in string.punctuation)
_KNOWN: Final = frozenset(
    [key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<")] + [*_SIGNS, "space"]
)


def key_name(key: str) -> str:
    """A key as people read it: F2, Shift+F6, ^O, ?, Esc."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+") and len(key) == 6:
        return f"^{key[-1].upper()}"
    if len(key) == 1:
        return key
    return "+".join(NAMES.get(part, part.capitalize()) for part in key.split("+"))


def normal_key(text: str) -> str:
    """What Textual calls the key a person wrote: `Ctrl + O` is ctrl+o, `/` is slash."""
    *modifiers, last = "".join(text.split()).lower().split("+")
    named = next((name for name, shown in NAMES.items() if shown.lower() == last), last)
    return "+".join([*modifiers, _character_to_key(named) if len(named) == 1 else named])


def is_key(key: str) -> bool:
    """Tell whether a terminal can send such a key at all."""
    *modifiers, last = key.split("+")
    return _MODIFIERS.issuperset(modifiers) and (len(last) == 1 or last in _KNOWN or last in NAMES)


def why_unsafe(key: str, default: tuple[str, ...] = ()) -> str | None:
    """Why a key cannot be used for an action, or None; the registry's own keys are always allowed."""
    if key in default:
        return None
    if key in UNSAFE:
        return _(UNSAFE[key])
    if key.startswith("alt+"):
        return _(_ALT)
    if key.startswith("ctrl+shift+"):
        return _(_WINDOW)
    *modifiers, last = key.split("+")
    if len(last) == 1 and last.isalnum() and modifiers in ([], ["shift"]):
        return _(_LETTER)
    if "super" in modifiers or ("ctrl" in modifiers and (last.isdigit() or last in _SIGNS)):
        return _(_UNSENT)
    return None


@dataclass(frozen=True, slots=True)
class Keymap:
    """Action name to keys, first key the one that is shown; `letters` is the optional layer."""

    keys: Mapping[str, tuple[str, ...]]
    letters: Mapping[str, str] = field(default_factory=dict)

    def of(self, action: str) -> tuple[str, ...]:
        """The keys of an action; empty when only the palette runs it."""
        return self.keys.get(action, ())

    def shown(self, action: str) -> str:
        """The first key as people read it, or an empty string."""
        keys = self.of(action)
        return key_name(keys[0]) if keys else ""

    def told(self, action: str) -> str:
        """The key as a sentence names it; an action without one is found in the palette by its name."""
        word = "" if action == "palette" else f"{self.told('palette')} “{_(BY_NAME[action].label)}”"
        return self.shown(action).replace("^", "Ctrl+") or word

    def bindings(self) -> list[Binding]:
        """The app's bindings: every action of scope `app` through `action_act`."""
        return [
            Binding(",".join(self.of(a.name)), f"act('{a.name}')", a.label, show=False, id=f"act.{a.name}")
            for a in ACTIONS
            if a.scope == "app" and self.of(a.name)
        ]

    @classmethod
    def default(cls) -> "Keymap":
        """The registry's own keys."""
        return cls({action.name: action.keys for action in ACTIONS})

    @classmethod
    def from_settings(cls, wanted: Mapping[str, str]) -> "Keymap":
        """The registry's keys with the user's `{action: "key, key"}` laid over them, and `layer = "vim"` beside them.

        Raises KeymapError with every unknown name, unsafe key and clash at once.
        """
        keys = {action.name: action.keys for action in ACTIONS}
        layer = wanted.get(LAYER, "")
        faults: list[str] = [] if layer in ("", "vim") else [_no_layer(layer)]
        for name, text in wanted.items():
            if name == LAYER:
                continue
            if name not in BY_NAME:
                faults.append(_unknown(name))
                continue
            keys[name] = tuple(normal_key(part) for part in text.split(",") if part.strip())
            faults.extend(_unsafe(BY_NAME[name], keys[name]))
        faults.extend(_clashes(keys, wanted))
        if faults:
            raise KeymapError("\n".join(faults))
        return cls(keys, VIM if layer else {})


class _Current:
    """The one keymap of this process, for the sentences that name a key."""

    keymap = Keymap.default()


def use_keymap(keymap: Keymap) -> None:
    """Name these keys in sentences from now on."""
    _Current.keymap = keymap


class _Names(dict[str, object]):
    def __missing__(self, action: str) -> str:
        return _Current.keymap.told(action)


def current_keymap() -> Keymap:
    """The keys of this desk, for a dialog that knows no desk."""
    return _Current.keymap


def hint(text: str, **values: object) -> str:
    """A translated sentence filled in: `{take}` and every other action's name is the key it has on this desk."""
    return text.format_map(_Names(values))


def _no_layer(layer: str) -> str:
    return _('keys.layer: there is no layer "{layer}"; the nearest is "vim"').format(layer=layer)


def _nearest(word: str, known: Iterable[str]) -> str:
    return get_close_matches(word, sorted(known), n=1, cutoff=0.0)[0]


def _unknown(name: str) -> str:
    near = _nearest(name, [*BY_NAME, LAYER])
    return _('keys.{name}: no such action; the nearest is "{near}"').format(name=name, near=near)


def _unsafe(action: Action, keys: tuple[str, ...]) -> list[str]:
    faults = []
    for key in keys:
        if not is_key(key):
            *modifiers, last = key.split("+")
            near = "+".join([*(_nearest(part, _MODIFIERS) for part in modifiers), _nearest(last, _KNOWN)])
            text = _("keys.{name}: there is no key {key}; the nearest is {near}")
            faults.append(text.format(name=action.name, key=key, near=key_name(near)))
    return faults + [
        _("keys.{name}: {key} cannot be used: {why}").format(name=action.name, key=key_name(key), why=why)
        for key in keys
        if (why := why_unsafe(key, action.keys))
    ]


def _clashes(keys: Mapping[str, tuple[str, ...]], wanted: Mapping[str, str]) -> list[str]:
    owner: dict[str, str] = {}
    faults = []
    for name in sorted(keys, key=lambda n: n in wanted):
        for key in keys[name]:
            if key in owner and owner[key] != name:
                text = _('keys.{name}: {key} already runs "{other}"; give "{other}" another key too')
                faults.append(text.format(name=name, key=key_name(key), other=owner[key]))
            owner.setdefault(key, name)
    return faults


def view_of(action: str) -> str | None:
    """The view an action jumps to: view_queue is queue."""
    name = action.removeprefix("view_")
    return name if name != action and any(name == view for view, _title in VIEWS) else None
