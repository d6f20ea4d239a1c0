"""What stands beside the figures of the wallboard: the day in bars, what comes, hot feeders, storm; and its head."""

from textual.content import Content

from agent_tui import wire
from agent_tui.desk.wallboard import ON_DUTY
from agent_tui.i18n import _, fmt_clock, fmt_date, fmt_number, language
from agent_tui.text.clean import clean
from agent_tui.widgets import bars
from agent_tui.widgets.alerts import hot_words
from agent_tui.widgets.centre_rows import centre_name
from agent_tui.widgets.safe import plain
from agent_tui.widgets.storm_board import headline

MOST_HOT = 6


def head(wallboard: wire.Wallboard, board: wire.Board, stale: str) -> Content:
    """`WALLBOARD · CPC · act 2 · look 3 · surge mode since 14:05`, and how old it is where it is."""
    parts = [Content.styled(_("WALLBOARD"), "bold"), plain(centre_name(board.centre), "bold $accent")]
    act = sum(alert.level == "act" for alert in board.alerts)
    look = len(board.alerts) - act
    if act:
        parts.append(Content.styled("▲ " + _("to act on {n}").format(n=act), "bold $error"))
    if look:
        parts.append(Content.styled("△ " + _("to look at {n}").format(n=look), "$warning"))
    if not board.alerts:
        parts.append(Content.styled("✓ " + _("nothing out of the ordinary"), "$success"))
    if wallboard.surge.on:
        since = fmt_clock(wallboard.surge.since) if wallboard.surge.since else "–"
        parts.append(Content.styled("◆ " + _("surge mode since {time}").format(time=since), "bold $warning"))
    if stale:
        parts.append(Content.styled(f"▲ {stale}", "$warning"))
    return Content(" · ").join(parts)


def side(wallboard: wire.Wallboard, board: wire.Board, storm: wire.OutageStats | None, now: float) -> Content:
    """The day of the board, one part under another, empty parts left out; `now` is epoch seconds UTC."""
    duty = sum(board.agents.get(state, 0) for state in ON_DUTY)
    title = _("LAST {n} HALF-HOURS · {centre}").format(n=len(board.bars.offered), centre=centre_name(board.centre))
    parts = [Content.styled(title, "bold"), bars.day(board.bars), Content("")]
    if board.forecast:
        parts += [Content.styled(_("WHAT COMES"), "bold"), bars.coming(board, duty), Content("")]
    parts += _hot(wallboard)
    if storm is not None and storm.total.affected:
        parts += [headline(storm.total), Content("")]
    parts += _surge(wallboard.surge)
    parts.append(plain(_("as of {time}").format(time=fmt_date(wallboard.at)), "$muted"))
    return Content("\n").join(parts)


def _hot(wallboard: wire.Wallboard) -> list[Content]:
    if not wallboard.hot_feeders:
        return [plain(_("no feeder above its usual"), "$muted"), Content("")]
    alarms = _("at most {n} false alarms a day").format(n=fmt_number(wallboard.false_alarms_a_day, 1))
    lines = [Content.styled(_("HOT FEEDERS"), "bold") + plain(f" · {alarms}", "$muted")]
    for hot in wallboard.hot_feeders[:MOST_HOT]:
        name = clean(hot.name or hot.feeder)
        lines.append(Content.styled("▲ ", "$warning") + plain(name, "bold") + plain(f"  {hot_words(hot)}"))
    if (more := len(wallboard.hot_feeders) - MOST_HOT) > 0:
        lines.append(plain(_("and {n} others").format(n=fmt_number(more)), "$muted"))
    return [*lines, Content("")]


def _surge(surge: wire.Surge) -> list[Content]:
    if not surge.on:
        return []
    lines = [Content.styled("◆ " + _("SURGE MODE"), "bold $warning")]
    if surge.announcement is not None:
        said = surge.announcement.vi if language() == "vi" else surge.announcement.en
        lines.append(plain(f"“{clean(said)}”"))
    if surge.callback_offer:
        lines.append(plain(_("a call back is offered to those who wait"), "$muted"))
    return [*lines, Content("")]
