"""Both languages: no text outside the catalogues, none untranslated, placeholders kept, and every word in its place."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from rich.cells import cell_len

import agent_tui.screens
import agent_tui.widgets
from agent_tui import i18n, wire
from agent_tui.i18n import _
from agent_tui.keys.actions import ACTIONS, VIEWS
from agent_tui.keys.keymap import Keymap
from agent_tui.messages import Link
from agent_tui.screens import chrome, commands, help, state_menu
from agent_tui.screens.base import BAR
from agent_tui.screens.chrome import LINK, WORDS, status_of
from agent_tui.screens.state_menu import REASONS
from agent_tui.widgets import contact_card, customer_rows, outage_rows, power_verdict, queue_rows, ticket_rows
from agent_tui.widgets.action_bar import BarItem, fit_labels
from agent_tui.widgets.line_model import Column, lay_out
from agent_tui.widgets.top_bar import TopLine
from agent_tui.widgets.top_bar import lay_out as top_line
from scripts import messages

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "agent_tui").rglob("*.py"))
LANGUAGES = ("vi", "en")
WORDY = re.compile(r"[^\W\d_]{2,}")
PLACEHOLDER = re.compile(r"\{(\w*)")
NARROW = 80 - 3
"""Cells that a list has for its columns where it takes all of a terminal of 80."""


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    i18n.set_language("en")


# No literal reaches a widget

# Whatever is handed to these is read by a person; the number is how many leading arguments carry text.
SHOWS = {"say": 2, "plain": 1, "SafeStatic": 1, "Content": 1, "styled": 1, "toast": 2, "Cell": 1, "placeholder": 2,
         "Confirm": 3, "notify": 1, "print": 9, "StyledLine": 1}  # fmt: skip
SHOWN_KEYWORDS = {"placeholder", "title", "help", "description", "metavar", "label", "question"}
# Proper names, units, technical words, style tokens and what argparse shows of the machine's own.
ALLOWED = {"Tiếng Việt", "English", "URL", "demo", "demo | doctor", "agent-tui: ",
           "error", "warning", "loading", "failed", "empty", "data", "stale", "sending"}  # fmt: skip
STYLE = re.compile(r"^(bold|italic|reverse|dim|underline|not|on|none|auto|[$#][\w-]+|\s)+$")


def texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Constant words in an expression that did not pass through a translation."""
    match node:
        case ast.Constant(value=str(value)):
            if WORDY.search(value) and value not in ALLOWED and not STYLE.match(value):
                yield node.lineno, value
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from texts(part)
        case ast.BinOp(left=left, right=right):
            yield from texts(left)
            yield from texts(right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Every constant text that is shown without a translation."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        target = node.func
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        wanted = node.args[: SHOWS.get(name, 0)]
        if name == "Column":
            wanted = node.args[1:2]
        if name == "assemble":
            wanted = [arg.elts[0] if isinstance(arg, ast.Tuple) and arg.elts else arg for arg in node.args]
        for argument in wanted:
            yield from texts(argument)
        for keyword in node.keywords:
            if keyword.arg in SHOWN_KEYWORDS:
                yield from texts(keyword.value)


def test_no_literal_reaches_a_widget() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {text!r}"
        for path in SOURCES
        for line, text in literals(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["say('Hello you')", "SafeStatic(f'{n} rows')", "x.toast('a' + ' word', 'error')", "Cell('late')",
     "Column('a', 'who', 3)", "Content.assemble(('some words', 'bold'))", "TextField(placeholder='type here')",
     "plain('yes' if a else b)"],
)  # fmt: skip
def test_the_scan_sees_it(source: str) -> None:
    assert list(literals(source))


@pytest.mark.parametrize(
    "source", ["say(_('Hello'))", "Content.styled(text, 'bold $accent')", "Cell('●')", "Column('a', N_('who'), 3)"]
)
def test_the_scan_lets_translations_pass(source: str) -> None:
    assert not list(literals(source))


# The catalogues

ABBREVIATED = {"life supp."}


def entries(language: str) -> Iterator[tuple[list[str], list[str]]]:
    with messages.paths(language)[0].open("rb") as file:
        for message in read_po(file, charset="utf-8"):
            if message.id:
                ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
                strings = list(message.string) if isinstance(message.string, tuple | list) else [message.string]
                yield ids, strings


def test_vietnamese_is_complete() -> None:
    assert messages.missing("vi") == []


def test_placeholders_are_the_same() -> None:
    wrong = [
        (ids[-1], string)
        for ids, strings in entries("vi")
        for string in strings
        if string and sorted(PLACEHOLDER.findall(ids[-1])) != sorted(PLACEHOLDER.findall(string))
    ]
    assert wrong == []


def test_edges_and_ends_are_kept() -> None:
    """Blank edges join sentences; a full stop, a colon or dots at the end mean the same in both languages."""
    wrong = [
        (ids[0], string)
        for ids, strings in entries("vi")
        for string in strings
        if string and ids[0] not in ABBREVIATED and _ends(ids[0]) != _ends(string)
    ]
    assert wrong == []


def _ends(text: str) -> tuple[bool, bool, bool]:
    return text[:1].isspace(), text[-1:].isspace(), text.rstrip()[-1:] in tuple(".?:…")


def test_a_place_name_keeps_its_accents_composed() -> None:
    import unicodedata

    assert [s for _ids, strings in entries("vi") for s in strings if s != unicodedata.normalize("NFC", s)] == []


# Every word in its place at 80 columns


def columns() -> Iterator[tuple[str, tuple[Column, ...]]]:
    for package in (agent_tui.screens, agent_tui.widgets):
        for module in pkgutil.iter_modules(package.__path__):
            for name, found in vars(importlib.import_module(f"{package.__name__}.{module.name}")).items():
                if isinstance(found, tuple) and found and isinstance(found[0], Column):
                    yield f"{module.name}.{name}", found


@pytest.mark.parametrize("language", LANGUAGES)
def test_column_headers_fit(language: str) -> None:
    i18n.set_language(language)
    cut = [(where, _(c.title)) for where, found in columns() for c in found if cell_len(_(c.title)) > c.width]
    assert cut == []


@pytest.mark.parametrize("width", [NARROW, 60, 96, 117, 197])
@pytest.mark.parametrize("gap", [1, 2])
def test_no_column_is_squeezed(width: int, gap: int) -> None:
    for where, found in columns():
        for index, _x, size in lay_out(found, width, gap):
            need = found[index].width
            assert size >= need or found[index].flex, (where, found[index].name, size)


def fixed_words() -> dict[str, tuple[Column, list[str]]]:
    """Every column whose words come from a closed list, with those words."""
    at = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)

    def column(found: tuple[Column, ...], name: str) -> Column:
        return next(c for c in found if c.name == name)

    queue, outage, tickets, customers = (m.COLUMNS for m in (queue_rows, outage_rows, ticket_rows, customer_rows))
    time = i18n.fmt_time(at, at - timedelta(days=2))
    kinds = [f"{text.partition(' ')[0]} {_(text.partition(' ')[2])}" for text, _style in queue_rows.CLASSES.values()]
    states = [_(word) for word in queue_rows.STATES.values()]
    customer = [customer_rows.state_words(s, "")[0] for s in customer_rows.STATUSES]
    customer += [customer_rows.state_words("active", load)[0] for load in customer_rows.LOADS]
    return {
        "queue channel": (column(queue, "channel_word"), [_(word) for _g, word in queue_rows.CHANNELS.values()]),
        "queue target": (column(queue, "target"), [queue_rows.bar(9, 1), *states]),
        "queue class": (column(queue, "class"), [*kinds, "● " + _("mine")]),
        "queue why": (column(queue, "why"), [_(word) for word in queue_rows.WHY.values()]),
        "queue state": (column(queue, "state"), states),
        "outage status": (column(outage, "status"), ["▲ " + _(word) for word in power_verdict.STATUS.values()]),
        "outage crew": (column(outage, "crew"), [_(word) for word in outage_rows.CREW_AT.values()]),
        "outage cause": (column(outage, "cause"), [_(word) for word in outage_rows.CAUSES.values()]),
        "outage target": (column(outage, "etr"), ["▲ " + _("EXPIRED"), time]),
        "outage since": (column(outage, "since"), [time]),
        "ticket status": (column(tickets, "status"), [ticket_rows.status_words(s) for s in ticket_rows.STATUS]),
        "ticket priority": (
            column(tickets, "priority"), [ticket_rows.priority_words(p)[0] for p in ticket_rows.PRIORITY],
        ),
        "ticket due": (column(tickets, "due"), ["▲ " + _("late"), "◷ " + time]),
        "customer state": (column(customers, "state"), customer),
        "help action": (column(help.COLUMNS, "name"), [_(action.label) for action in ACTIONS]),
        "palette action": (column(commands.COLUMNS, "name"), [commands.label_of(action) for action in ACTIONS]),
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_closed_lists_fit_their_columns(language: str) -> None:
    i18n.set_language(language)
    cut = [
        (where, word, cell_len(word), column.width)
        for where, (column, words) in fixed_words().items()
        for word in words
        if cell_len(word) > column.width
    ]
    assert cut == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("commit", ["Wrap up", "Save"])
def test_the_action_bar_cuts_no_word(language: str, width: int, commit: str) -> None:
    i18n.set_language(language)
    keymap, items = Keymap.default(), []
    for action in BAR:
        label, short = _(action.label), _(action.short or action.label)
        if action.name == "take":
            label = max((_("Take offer"), _("Take this"), _("Take next")), key=cell_len)
        if action.name == "commit":
            label, short = _(commit), _("Wrap") if commit == "Wrap up" else short
        items.append(BarItem(action.name, keymap.shown(action.name), label, True, short))
    labels, gap = fit_labels(items, width)
    whole = {item.label for item in items} | {item.short for item in items}
    assert set(labels) <= whole, "a word that nobody wrote"
    assert "" not in labels, "a key without its word"
    assert 1 + sum(cell_len(i.key) + 1 + cell_len(w) for i, w in zip(items, labels, strict=True)) + 9 * gap <= width
    if width >= 120:
        assert labels == [item.label for item in items]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unsent", [0, 12])
@pytest.mark.parametrize("phase", LINK)
def test_the_top_line_cuts_no_word(language: str, unsent: int, phase: str) -> None:
    i18n.set_language(language)
    link = _(LINK[phase][0]) + (" 125 s" if phase in ("stale", "lost") else "")
    line = TopLine(
        ("EVNHANOI · Nguyễn Thị Thanh Huyền", "Nguyễn Thị Thanh Huyền", "EVNHANOI"),
        tuple((name, _(title)) for name, title in VIEWS), "customers", link, "",
        _("↑ {n} unsent").format(n=unsent), unsent > 0, i18n.fmt_day(0), "14:05:32",
    )  # fmt: skip
    for width in (80, 100, 120, 200):
        who, tabs, right = top_line(line, width)
        shown = "".join(text for text, _style in right)
        assert 3 + cell_len(who) + sum(cell_len(t) for _v, t in tabs) + 1 + cell_len(shown) <= width
        assert who in ("", *line.who)
        assert link in shown
        assert (line.unsent in shown) or not unsent
        if phase == "live" and not unsent:
            assert all(title in text for (_n, title), (_v, text) in zip(line.tabs, tabs, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lost_link_says_since_when_what_works_and_what_is_unsent_in_80_columns(language: str) -> None:
    i18n.set_language(language)
    link = Link("lost", 100.0, 100.0, 4, 30.0)
    line, alarm = status_of(wire_state(), link, 1_234, 1_000_000.0, 195.0, 30.0, "")
    assert alarm
    assert cell_len(line.plain) <= 80
    assert i18n.fmt_clock(1_000_000.0 - 95) in line.plain
    assert _("read and type on") in line.plain
    assert _("{n} unsent").format(n=i18n.fmt_number(1_234)) in line.plain


def wire_state() -> chrome.DeskState:
    return chrome.DeskState(wire.User("u1", "lan", "Lan", "agent", "EVNCPC", {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_reasons_and_offers_have_words(language: str) -> None:
    i18n.set_language(language)
    words = [
        *chrome.STATE.values(),
        *chrome.ACTIVITY.values(),
        *chrome.PENDING.values(),
        *REASONS.values(),
        *WORDS.values(),
    ]
    words += contact_card.DISPOSITIONS.values()
    assert all(_(word).strip() for word in words)
    # The state menu's panel is 52 wide, borders, padding and mark taken off.
    assert state_menu.COLUMNS
    assert max(cell_len(_("pause: {why}").format(why=_(word))) for word in REASONS.values()) <= 40
    assert max(cell_len(_(word)) for word in contact_card.DISPOSITIONS.values()) <= 44


# Numbers, money, dates, plurals


def test_plurals() -> None:
    i18n.set_language("en")
    assert i18n.ngettext("{n} call", "{n} calls", 1) == "{n} call"
    assert i18n.ngettext("{n} call", "{n} calls", 0) == "{n} calls"
    i18n.set_language("vi")
    assert i18n.ngettext("{n} call", "{n} calls", 1) == i18n.ngettext("{n} call", "{n} calls", 5) == "{n} cuộc gọi"


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [(0, 0, "0", "0"), (-1234.5, 1, "-1.234,5", "-1,234.5"), (999, 0, "999", "999"), (1e6, 0, "1.000.000", "1,000,000"),
     (0.05, 2, "0,05", "0.05")],
)  # fmt: skip
def test_numbers(value: float, digits: int, vi: str, en: str) -> None:
    for language, expected in (("vi", vi), ("en", en)):
        i18n.set_language(language)
        assert i18n.fmt_number(value, digits) == expected


def test_money_is_integer_dong() -> None:
    for language, expected in (("vi", "-1.234.567 đ"), ("en", "-1,234,567 đ")):
        i18n.set_language(language)
        assert i18n.fmt_money(-1_234_567) == expected


def test_a_day_begins_at_midnight_in_vietnam() -> None:
    i18n.set_language("vi")
    before, after = (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    assert i18n.fmt_date(before) == "31/12/2026 23:59"
    assert i18n.fmt_date(after) == "01/01/2027 00:00"
    assert i18n.fmt_time(before, after) == "31/12 23:59"
