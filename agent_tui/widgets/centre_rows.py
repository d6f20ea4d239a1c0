"""The centres of the wallboard, one line each: who waits, how well it goes, who is there, what to look at."""

from typing import Final

from agent_tui import wire
from agent_tui.desk.wallboard import ALL, ON_DUTY
from agent_tui.i18n import N_, _, fmt_duration, fmt_number
from agent_tui.widgets.line_model import Cell, Column, Row

SQUARES: Final = 7
COLUMNS: Final[tuple[Column, ...]] = (
    Column("centre", N_("site"), 8),
    Column("waiting", N_("waiting"), 8, align="right"),
    Column("squares", "", SQUARES, hide_below=88),
    Column("longest", N_("longest"), 8, align="right"),
    Column("level", N_("in time"), 7, align="right"),
    Column("answered", N_("answered"), 11, align="right"),
    Column("lost", N_("gave up"), 7, align="right"),
    Column("callbacks", N_("call backs"), 10, align="right", hide_below=98),
    Column("duty", N_("ready/on"), 9, align="right", hide_below=70),
    Column("ewt", N_("new caller waits"), 16, align="right", hide_below=116),
    Column("alerts", "", 3, flex=1),
)


def share(value: float | None) -> str:
    """A share in whole percent, a dash without calls; never rounded up to all or down to none."""
    if value is None:
        return "–"
    percent = round(value * 100)
    if value and not percent:
        return "<1 %"
    return f"{99 if percent == 100 and value < 1 else percent} %"


def span(ewt: wire.Ewt | None) -> str:
    """How long a new caller waits, as a range in its honest width: half and four of five at most."""
    if ewt is None:
        return "–"
    return f"{fmt_duration(ewt.p50)}–{fmt_duration(ewt.p80)}"


def level_style(level: wire.ServiceLevel) -> str:
    """Calm while the target is met."""
    if level.value is None:
        return "$muted"
    return "" if level.value >= level.target else "bold $error" if level.value < level.target / 2 else "$warning"


def level_word(level: wire.ServiceLevel) -> str:
    """The share with a sign where it is below the target."""
    below = level.value is not None and level.value < level.target
    return ("▼ " if below else "") + share(level.value)


def centre_name(centre: str) -> str:
    """How a centre is called: HANOI for EVNHANOI, and the word for all of them."""
    return _("ALL") if centre == ALL else centre.removeprefix("EVN")


def _squares(waiting: int, most: int) -> str:
    full = 0 if not most else max(1 if waiting else 0, round(SQUARES * waiting / most))
    return "■" * full


def _alerts(board: wire.Board) -> Cell:
    act = sum(alert.level == "act" for alert in board.alerts)
    look = len(board.alerts) - act
    if board.data_gap:
        return Cell("▲ " + _("gap in the data"), "bold $error")
    if act:
        return Cell(f"▲ {act}" + (f" △ {look}" if look else ""), "bold $error")
    return Cell(f"△ {look}" if look else "", "$warning")


def rows(wallboard: wire.Wallboard) -> list[Row]:
    """All of them first, then each centre."""
    most = max((board.waiting for board in wallboard.centres.values()), default=0)
    boards = [wallboard.all, *wallboard.centres.values()]
    return [_row(board, most) for board in boards]


def _row(board: wire.Board, most: int) -> Row:
    everywhere = board.centre == ALL
    since = board.longest_since.timestamp() if board.longest_since is not None else None
    duty = sum(board.agents.get(state, 0) for state in ON_DUTY)
    return Row(
        board.centre,
        (
            Cell(centre_name(board.centre), "bold" if everywhere else ""),
            Cell(fmt_number(board.waiting), "bold" if board.waiting else "$muted"),
            Cell("" if everywhere else _squares(board.waiting, most), "$accent"),
            Cell("–", "$muted") if since is None else Cell(lambda now: fmt_duration(now - since)),
            Cell(level_word(board.service_level_30m), level_style(board.service_level_30m)),
            Cell(f"{fmt_number(board.answered)}/{fmt_number(board.offered)}"),
            Cell(share(board.abandon_rate)),
            Cell(fmt_number(board.callbacks_waiting)),
            Cell(f"{board.agents.get('available', 0)}/{duty}", "" if duty or not board.waiting else "bold $error"),
            Cell(span(board.ewt)),
            _alerts(board),
        ),
    )
