"""The desk's looks: three themes with one accent, two for terminals with few colours or none, and the density.

Every colour of the desk is a token of one of these themes; no style sheet and no widget names a colour itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from textual.app import App
from textual.filter import NoColor
from textual.theme import Theme


def _theme(name: str, dark: bool, ground: tuple[str, str, str], ink: str, accent: str, signals: tuple[str, str, str],
           **tokens: str) -> Theme:  # fmt: skip
    background, surface, panel = ground
    success, warning, error = signals
    tokens = {"mine": accent, "bar-key": accent, "bar-word": ink, "field": panel} | tokens
    quiet = tokens["muted"]
    # Textual's own widgets (palette, buttons, inputs) take theirs from the same few.
    ours = {
        "text-muted": quiet, "text-disabled": quiet, "input-cursor-background": ink,
        "input-cursor-foreground": background, "block-cursor-background": tokens["cursor"],
        "block-cursor-foreground": ink, "block-cursor-blurred-background": tokens["cursor"],
        "block-cursor-blurred-foreground": ink,
    }  # fmt: skip
    return Theme(
        name=name, dark=dark, primary=accent, secondary=accent, accent=accent, foreground=ink, background=background,
        surface=surface, panel=panel, boost=panel, success=success, warning=warning, error=error,
        variables={key.replace("_", "-"): value for key, value in {**tokens, **ours}.items()},
    )  # fmt: skip


DARK: Final = _theme(
    "dark", True, ("#14171b", "#181c21", "#20252b"), "#d4d8dd", "#7fa9d1", ("#7fb685", "#d9b266", "#ec8781"),
    rule="#343b44", cursor="#30383f", cursor_dim="#25292e", muted="#98a2ad", bar_off="#838d98", field="#262c33",
    tab_on="bold #14171b on #7fa9d1", tab_off="#9aa4af",
    alarm_bg="#5a2320", alarm_fg="#ffffff", offer_bg="#27425c", offer_fg="#ffffff",
)  # fmt: skip
LIGHT: Final = _theme(
    "light", False, ("#fafaf8", "#f1f1ed", "#e9e9e5"), "#1c2126", "#1b5589", ("#25602c", "#6c4c00", "#9a201a"),
    rule="#c9cac5", cursor="#cfe0f0", cursor_dim="#e3e7e9", muted="#545b62", bar_off="#666d74", field="#e4e8ea",
    tab_on="bold #ffffff on #1b5589", tab_off="#555c63",
    alarm_bg="#9a201a", alarm_fg="#ffffff", offer_bg="#1b5589", offer_fg="#ffffff",
)  # fmt: skip
CONTRAST: Final = _theme(
    "contrast", True, ("#000000", "#000000", "#000000"), "#ffffff", "#ffff00", ("#00ff66", "#ffd700", "#ff9c9c"),
    rule="#ffffff", cursor="#00245e", cursor_dim="#1f1f1f", muted="#d8d8d8", bar_off="#a8a8a8", field="#1f1f1f",
    input_selection_background="#0050d0", input_selection_foreground="#ffffff",
    tab_on="bold #000000 on #ffff00", tab_off="#ffffff",
    alarm_bg="#ff9c9c", alarm_fg="#000000", offer_bg="#ffff00", offer_fg="#000000",
)  # fmt: skip
# The sixteen colours of a terminal, by the values every downgrade knows them under.
BASIC: Final = _theme(
    "basic", True, ("#000000", "#000000", "#000000"), "#ffffff", "#55ffff", ("#55ff55", "#ffff55", "#ff5555"),
    rule="#aaaaaa", cursor="#000000", cursor_dim="#000000", muted="#aaaaaa", bar_off="#aaaaaa", field="#0000aa",
    tab_on="bold #000000 on #55ffff", tab_off="#aaaaaa",
    alarm_bg="#aa0000", alarm_fg="#ffffff", offer_bg="#0000aa", offer_fg="#ffffff",
)  # fmt: skip
MONO: Final = _theme(
    "mono", True, ("#000000", "#000000", "#000000"), "#ffffff", "#ffffff", ("#ffffff", "#ffffff", "#ffffff"),
    rule="#ffffff", cursor="#000000", cursor_dim="#000000", muted="#ffffff", bar_off="#ffffff",
    tab_on="bold reverse", tab_off="#ffffff",
    alarm_bg="#000000", alarm_fg="#ffffff", offer_bg="#000000", offer_fg="#ffffff",
)  # fmt: skip
THEMES: Final = (DARK, LIGHT, CONTRAST, BASIC, MONO)
COLOURFUL: Final = (DARK.name, LIGHT.name, CONTRAST.name)
FEW: Final = (BASIC.name, MONO.name)
DENSITIES: Final = ("compact", "comfortable")
# Where a background colour cannot be relied on, the cursor and the alarms are drawn reversed.
REVERSED: Final = "-reversed"
COMFORTABLE: Final = "-comfortable"


def fitting(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme this terminal can show: `mono` where colour is unwanted or unknown, `basic` for sixteen colours.

    NO_COLOR as on no-color.org; the depth as TEXTUAL_COLOR_SYSTEM, COLORTERM and TERM tell it.
    """
    depth = colour_depth(environ)
    if depth == 0:
        return MONO.name
    return BASIC.name if depth == 16 and wanted in COLOURFUL else wanted


def colour_depth(environ: Mapping[str, str]) -> int:
    """How many colours the terminal claims: 0, 16, 256 or 16,777,216."""
    told = {"standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}.get(
        environ.get("TEXTUAL_COLOR_SYSTEM", "")
    )
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term in ("dumb", "unknown") or term.startswith(("vt1", "vt2")):
        return 0
    if told is not None:
        return told
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if term.endswith(("256color", "kitty", "direct")) else 16


def dress(app: App[Any], theme: str | None, density: str | None = None) -> None:
    """Put theme and, where given, density on; an unknown theme is the dark one."""
    for known in THEMES:
        if known.name not in app.available_themes:
            app.register_theme(known)
    name = theme if theme in {known.name for known in THEMES} else DARK.name
    app.set_class(name in FEW, REVERSED)
    app._filters[:] = [kept for kept in app._filters if not isinstance(kept, NoColor)]
    if name == MONO.name:
        app._filters.append(NoColor())
    app.theme = name
    if density is not None:
        app.set_class(density == DENSITIES[1], COMFORTABLE)


def next_theme(name: str) -> str:
    """The theme after this one, among those for the same kind of terminal."""
    names = FEW if name in FEW else COLOURFUL
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def next_density(app: App[Any]) -> str:
    """The other density."""
    return DENSITIES[not app.has_class(COMFORTABLE)]
