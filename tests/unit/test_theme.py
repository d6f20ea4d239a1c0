"""Looks: every pair of colours can be read in every theme, and nothing is told by colour alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import Theme

from agent_tui import config, i18n
from agent_tui.screens.chrome import LINK, status_of, top_of
from agent_tui.theme import BASIC, CONTRAST, DARK, DENSITIES, LIGHT, MONO, THEMES, colour_depth, fitting, next_theme
from agent_tui.widgets import outage_rows, power_verdict, queue_rows, ticket_rows
from agent_tui.widgets.action_bar import ActionBar, BarItem

ROOT = Path(__file__).parents[2]
INKS = ("foreground", "muted", "accent", "mine", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel", "cursor", "cursor-dim")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    *(("foreground", "field"), ("muted", "field"), ("alarm-fg", "alarm-bg"), ("offer-fg", "offer-bg")),
    *((name, "surface") for name in ("bar-key", "bar-word", "bar-off", "tab-off")),
    *((f"{name}-foreground", f"{name}-background") for name in ("input-cursor", "block-cursor")),
]
NEED = {CONTRAST.name: 7.0}


def token(theme: Theme, name: str) -> str:
    return theme.variables.get(name) or str(getattr(theme, name))


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Contrast ratio, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rgb(text: str) -> tuple[int, int, int]:
    return Color.parse(text).rgb


def test_the_formula_is_wcags() -> None:
    assert ratio((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert ratio(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_pair_can_be_read(theme: Theme) -> None:
    weak = {
        (ink, ground): round(found, 2)
        for ink, ground in PAIRS
        if (found := ratio(rgb(token(theme, ink)), rgb(token(theme, ground)))) < NEED.get(theme.name, 4.5)
        # These two draw the cursor and their alarms reversed: ground and ink change places, the ratio stays.
        and not (theme in (BASIC, MONO) and ground in ("cursor", "cursor-dim") and token(theme, ground) == "#000000")
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST, BASIC], ids=lambda theme: theme.name)
def test_the_tab_on_top_can_be_read(theme: Theme) -> None:
    found = re.fullmatch(r"bold (#\w+) on (#\w+)", theme.variables["tab-on"])
    assert found is not None
    assert ratio(rgb(found[1]), rgb(found[2])) >= NEED.get(theme.name, 4.5)


def downgraded(colour: str, depth: ColorSystem) -> tuple[int, int, int]:
    return tuple(RichColor.parse(colour).downgrade(depth).get_truecolor())  # type: ignore[return-value]


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_every_pair_can_be_read_in_256_colours(theme: Theme) -> None:
    """As most tmux show it; rounding to the palette may cost a little, never the word."""
    weak = {}
    for ink, ground in PAIRS:
        pair = [downgraded(token(theme, name), ColorSystem.EIGHT_BIT) for name in (ink, ground)]
        if (found := ratio(*pair)) < NEED.get(theme.name, 4.5) - 0.9:
            weak[ink, ground] = round(found, 2)
    assert weak == {}


def test_the_basic_theme_is_made_of_the_sixteen_colours() -> None:
    from rich._palettes import STANDARD_PALETTE
    from rich.palette import Palette

    assert isinstance(STANDARD_PALETTE, Palette)
    sixteen = {STANDARD_PALETTE[i] for i in range(16)}
    used = {token(BASIC, name) for pair in PAIRS for name in pair} | {token(BASIC, "rule")}
    assert {colour for colour in used if rgb(colour) not in sixteen} == set()


def test_the_focus_differs_from_the_ground_in_every_theme() -> None:
    for theme in (DARK, LIGHT, CONTRAST):
        assert token(theme, "cursor") not in (
            token(theme, "background"),
            token(theme, "cursor-dim"),
            token(theme, "field"),
        )
        assert ratio(rgb(token(theme, "accent")), rgb(token(theme, "background"))) >= 3


def test_no_style_sheet_and_no_widget_names_a_colour() -> None:
    sheets = [*(ROOT / "agent_tui").rglob("*.tcss"), *(ROOT / "agent_tui" / "widgets").rglob("*.py"),
              *(ROOT / "agent_tui" / "screens").rglob("*.py")]  # fmt: skip
    assert len(sheets) > 30
    named = re.compile(
        r"(?<![&\w])#[0-9a-fA-F]{6}\b|\brgba?\(|\b(?:color|background): *(?:red|green|blue|yellow|white|black)"
    )
    assert [path.name for path in sheets if named.search(path.read_text("utf-8"))] == []


# Which theme a terminal gets


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "tmux-256color"}, 256),
        ({"TERM": "xterm"}, 16),
        ({"TERM": "linux"}, 16),
        ({"TERM": "screen"}, 16),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, 16),
        ({"TERM": "linux", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, 256),
        ({"TERM": "vt220"}, 0),
        ({"TERM": "dumb"}, 0),
        ({}, 16),
    ],
)
def test_colour_depth(environ: dict[str, str], depth: int) -> None:
    assert colour_depth(environ) == depth


def test_the_theme_fits_the_terminal() -> None:
    rich, poor, none = {"TERM": "xterm-256color"}, {"TERM": "linux"}, {"TERM": "xterm-256color", "NO_COLOR": "1"}
    assert [fitting("light", environ) for environ in (rich, poor, none)] == ["light", "basic", "mono"]
    assert fitting("mono", rich) == "mono"
    assert fitting("mono", poor) == "mono"


def test_the_next_theme_suits_the_same_terminal() -> None:
    assert [next_theme(name) for name in ("dark", "light", "contrast")] == ["light", "contrast", "dark"]
    assert [next_theme(name) for name in ("basic", "mono")] == ["mono", "basic"]
    assert next_theme("?") == "dark"


def test_settings_know_every_look() -> None:
    assert tuple(theme.name for theme in THEMES) == config.THEMES
    assert config.DENSITIES == DENSITIES


# Without colours


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("en")


def distinct(words: list[str]) -> bool:
    return len(set(words)) == len(words) and all(word.strip() for word in words)


def test_classes_states_and_verdicts_differ_in_words(language: str) -> None:
    kinds = [text for text, _style in (_class(key) for key in queue_rows.CLASSES) if text]
    assert distinct(kinds)
    assert all(re.match(r"\W \w", kind) for kind in kinds), "glyph and word"
    assert distinct([i18n._(word) for word in queue_rows.STATES.values()])
    assert distinct([ticket_rows.status_words(status) for status in ticket_rows.STATUS])
    assert distinct([ticket_rows.priority_words(priority)[0] for priority in ticket_rows.PRIORITY])
    assert distinct([f"{face.glyph} {i18n._(face.word)}" for face in power_verdict.FACES.values()])
    assert distinct([i18n._(word) for word in power_verdict.STATUS.values()])
    assert distinct([i18n._(word) for word, _style in LINK.values()])
    assert distinct([i18n._(word) for word in power_verdict.CREW.values()])
    assert distinct([i18n._(word) for word in outage_rows.CREW_AT.values()])


def _class(key: str) -> tuple[str, str]:
    text, style = queue_rows.CLASSES[key]
    glyph, _sep, word = text.partition(" ")
    return (f"{glyph} {i18n._(word)}" if word else ""), style


def test_a_late_one_and_an_expired_target_say_so(language: str) -> None:
    assert queue_rows.bar(10, 5).endswith(i18n._("late"))
    assert queue_rows.bar(4, 5) != queue_rows.bar(1, 5)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    from tests.snapshots.scene import outage

    fresh, expired = (outage("o", etr=now + timedelta(hours=h), etr_state=s) for h, s in ((1, "ok"), (-1, "expired")))
    assert i18n._("EXPIRED") in str(outage_rows.row(expired, now).cells[7].text)
    assert i18n._("EXPIRED") not in str(outage_rows.row(fresh, now).cells[7].text)


async def test_a_key_that_cannot_act_is_dotted(language: str) -> None:
    class Bar(App[None]):
        def compose(self) -> ComposeResult:
            yield ActionBar()

        def get_css_variables(self) -> dict[str, str]:
            return super().get_css_variables() | DARK.variables

    async with Bar().run_test(size=(80, 3)) as pilot:
        bar = pilot.app.query_one(ActionBar)
        bar.show([BarItem("a", "F5", "Gắn", True), BarItem("b", "F8", "Lưu", False)])
        assert bar.render().plain == " F5 Gắn  F8·Lưu"


def test_the_link_and_what_is_unsent_are_words(language: str) -> None:
    from agent_tui.desk.store import DeskState
    from agent_tui.messages import Link
    from tests.snapshots.scene import ME

    state, lost = DeskState(ME), Link("lost", 1.0, 1.0, 2, 3.0)
    top = top_of(state, lost, 3, 0.0, 10.0, "queue")
    assert "✕" in top.link
    assert "3" in top.unsent
    line, alarm = status_of(state, lost, 3, 0.0, 10.0, 3.0, "")
    assert alarm
    assert "✕" in line.plain
