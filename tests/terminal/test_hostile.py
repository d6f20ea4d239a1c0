"""The corpus of hostile texts in every view of a desk in a real terminal on a real service, clicked on."""

import base64
import os
import re
import select
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from agent_tui.text.clean import clean
from tests.full import count
from tests.terminal import vt
from tests.terminal.harness import Terminal
from tests.terminal.hostile_site import HONEST, HostileSite, skeleton
from tests.terminal.site import environment

F2, F3, F4, F5, F6, F7, F8 = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[17~", b"\x1b[18~", b"\x1b[19~"
BACK, DOWN, RIGHT, PALETTE, COPY = b"\x07", b"\x1b[B", b"\x1b[C", b"\x10", b"\x19"
CODE = "PC08GG0012345"
SIZE = (160, 84)
PATIENCE = 60.0
"""Seconds: pyte reads a screen of 70 kB slowly, and other programs want the machine."""
RECORD_X = 63
"""Where the record of the customers view begins, beside the list."""
QUIET_S = 0.04
"""A desk that has drawn nothing for so long is idle: ten of its frames."""
CLICKS: Counter[str] = Counter()
"""Clicks by the sign of the view they fell on."""
Seen = set[str] | None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileSite]:
    built = HostileSite(tmp_path_factory.mktemp("site"))
    yield built
    built.close()


class Eyes(Terminal):
    """A terminal that reads all there is, and can tell when the desk has nothing more to draw."""

    def read(self, seconds: float) -> bool:
        data = b""
        while select.select([self._master], [], [], 0 if data else seconds)[0] and len(data) < 1 << 20:
            try:
                data += os.read(self._master, 65536)
            except OSError:
                return False
        self.raw += data
        return True

    def idle(self) -> None:
        """Until the desk has drawn what it was told, and then nothing for QUIET_S."""
        self._wait(lambda: not select.select([self._master], [], [], QUIET_S)[0], "it never stops drawing", PATIENCE)


Walk = Callable[[Eyes, HostileSite, httpx.Client], None]


def spans(desk: Eyes, left: int, right: int, rows: range) -> Iterator[tuple[str, int, int]]:
    """The words that stand in this part of the screen, each with the cell of its middle."""
    for y in rows:
        for found in re.finditer(r"\S+", "".join(desk.screen.buffer[y][x].data or "\0" for x in range(left, right))):
            yield found[0], left + (found.start() + found.end() - 1) // 2, y


def click_over(desk: Eyes, left: int, right: int, rows: range, sign: str, step: int = 1, seen: Seen = None) -> None:
    """Click every distinct word there once, the next one when the desk is idle again; `sign` stands there after it.

    A link would be a word or more: one click on each word finds it, a click on every cell of it finds the same link.
    `seen` are words that were clicked before; the sample clicks few of them.
    """
    clicked = set() if seen is None else seen
    words = list(spans(desk, left, right, rows))
    assert words, f"nothing stands where {sign!r} is to be clicked"
    for n, (word, x, y) in enumerate(words):
        if word in clicked or n % count(29 * step, 1):
            continue
        clicked.add(word)
        desk.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m".encode())
        desk.idle()
        CLICKS[sign] += 1
    desk.wait_for(sign, PATIENCE)


def click_cards(desk: Eyes, rows: int, left: int, lines: range, sign: str) -> None:
    """Down through a list: the card of each row has words of its own, each of them is clicked once."""
    seen: set[str] = set()
    for n in range(count(3, rows)):
        # The row itself, wherever the clicks on the card left the focus.
        desk.send(f"\x1b[<0;45;{n + 5}M\x1b[<0;45;{n + 5}m")
        desk.idle()
        click_over(desk, left, SIZE[0] - 1, lines, sign, step=4, seen=seen)


def missing(desk: Eyes, texts: list[str], letters: int) -> list[str]:
    """The texts whose plain beginning stands nowhere on the screen."""
    page = "\n".join(skeleton(line) for line in desk.screen.display)
    return [text for text in texts if skeleton(clean(text))[:letters] not in page]


def wait_all(desk: Eyes, texts: list[str]) -> None:
    """Until every text has its row."""
    try:
        desk._wait(lambda: not missing(desk, texts, 3), "rows are missing", 10)
    except AssertionError as error:
        raise AssertionError(f"{missing(desk, texts, 3)}\n{error}") from None


def states(lead: httpx.Client) -> dict[str, tuple[str, str | None, str | None]]:
    """What any action would change: state, holder and outage of every contact."""
    contacts = lead.get("/v1/snapshot").json()["contacts"]
    return {c["id"]: (c["state"], c["agent"], c["outage"]) for c in contacts}


def forget_drafts(lan: httpx.Client) -> None:
    """What a walk left unsaved would greet the next one."""
    for draft in lan.get("/v1/drafts").json()["items"]:
        assert lan.delete(f"/v1/drafts/{draft['key']}").status_code == 204


def walk_queue(desk: Eyes, site: HostileSite, lead: httpx.Client) -> None:
    """Rows, card of the selected one, and clicks on all of it: no click is an action."""
    desk.wait_for(HONEST[0], PATIENCE)
    desk.wait_for("longest", PATIENCE)
    wait_all(desk, site.texts)
    assert all(text in desk.display for text in HONEST)
    before = states(lead)
    click_over(desk, 30, 96, range(3, 3 + len(site.texts)), "WAITING")
    click_cards(desk, len(site.texts), 97, range(1, 12), "WAITING")
    desk.send(b"\x1b[H" + DOWN * count(10, len(site.texts)))
    desk.wait_for("SELECTED", PATIENCE)
    desk.wait_for("WAITING", PATIENCE)
    assert states(lead) == before
    assert "Log out and leave" not in desk.display


def walk_call(desk: Eyes, _site: HostileSite, _lead: httpx.Client) -> None:
    """Take the first, then every dialog about it."""
    desk.wait_for("WAITING", PATIENCE)
    desk.send(BACK + b"\x1b[H" + DOWN + b"\x1b[A" + F2)
    desk.wait_for("IN HAND", PATIENCE)
    desk.wait_for(HONEST[0], PATIENCE)
    desk.send(F2)
    desk.wait_for("is in hand", PATIENCE)
    click_over(desk, 100, SIZE[0] - 1, range(2, 20), "IN HAND")
    for key, sign in ((F7, "Enter sends"), (F4, "New ticket ·"), (F8, "Wrap up ·")):
        desk.send(key)
        desk.wait_for(sign, PATIENCE)
        # In the wrap-up a click on a line is the choice; everywhere else it is nothing.
        if key != F8:
            click_over(desk, 50, 110, range(25, 60), sign, step=4)
        desk.send(b"\x1b[5~" * 5)
        desk.send(BACK)
        desk.wait_gone(sign, PATIENCE)
    desk.send(F5)
    desk.wait_for("Attached to", PATIENCE)
    assert "IN HAND" in desk.display, "clicks inside the dialogs neither finished nor released it"


def walk_paste(desk: Eyes, site: HostileSite, _lead: httpx.Client) -> None:
    """Every text pasted into a field and into the palette; what stands there is clean."""
    desk.wait_for("WAITING", PATIENCE)
    desk.send(F4)
    desk.wait_for("New ticket ·", PATIENCE)
    desk.send(b"\t\t")
    for text in site.texts[:: count(5, 1)]:
        desk.send(b"\x1b[200~" + text.encode() + b"\x1b[201~\r")
    desk.send(b"\x1b[200~" + HONEST[0].encode() + b"\x1b[201~")
    desk.wait_for(HONEST[0], PATIENCE)
    desk.send(BACK + PALETTE)
    desk.wait_for("Command ...", PATIENCE)
    for text in HONEST + site.texts[:: count(9, 1)]:
        desk.send(b"\x1b[200~" + text.encode() + b"\x1b[201~")
    desk.send(BACK)
    desk.wait_gone("Enter runs the line", PATIENCE)


def walk_customers(desk: Eyes, _site: HostileSite, _lead: httpx.Client) -> None:
    """A hostile record found by its code, every tab of it; the copy key copies that code and nothing else does."""
    desk.wait_for("WAITING", PATIENCE)
    desk.send(F6)
    desk.wait_for("name and place", PATIENCE)
    desk.send(CODE.encode())
    desk.wait_for("1 found", PATIENCE)
    assert HONEST[0] in desk.display
    desk.send(b"\r")
    desk.wait_for("Meter", PATIENCE)
    seen: set[str] = set()
    for _tab in range(5):
        click_over(desk, RECORD_X, SIZE[0] - 1, range(3, 40), "· meter", seen=seen)
        desk.send(RIGHT)
        desk.idle()
    click_over(desk, RECORD_X, SIZE[0] - 1, range(1, 3), "· meter", seen=seen)
    assert vt.CLIPBOARD.search(bytes(desk.raw).decode("utf-8", "replace")) is None
    desk.send(COPY)
    desk.wait_for("Copied", PATIENCE)


def walk_outages(desk: Eyes, site: HostileSite, _lead: httpx.Client) -> None:
    """Rows, card with path, cause, priority loads and notes, the map's line."""
    desk.wait_for("WAITING", PATIENCE)
    desk.send(F6 * 2)
    desk.wait_for("CUSTOMERS OUT", PATIENCE)
    desk.wait_for("confirmed", PATIENCE)
    desk.send(DOWN * count(8, len(site.texts)))
    click_over(desk, 60, SIZE[0] - 1, range(2, 50), "CUSTOMERS OUT")


def walk_tickets(desk: Eyes, site: HostileSite, _lead: httpx.Client) -> None:
    """Rows, editor, and every text as a note and as its author."""
    desk.wait_for("WAITING", PATIENCE)
    desk.send(F6 * 3)
    desk.wait_for("MINE", PATIENCE)
    desk.wait_for(HONEST[0], PATIENCE)
    wait_all(desk, site.texts)
    desk.send(b"\r")
    desk.wait_for("Add a note", PATIENCE)
    desk.wait_for(HONEST[3], PATIENCE)
    click_over(desk, 100, SIZE[0] - 1, range(16, 80), "MINE", step=2)


# In this order where one worker walks several: behind the call a contact is in hand.
WALKS = [walk_queue, walk_call, walk_paste, walk_customers, walk_outages, walk_tickets]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__.removeprefix("walk_"))
def test_every_view_shows_every_text_as_letters_and_no_click_runs_one(
    walk: Walk, site: HostileSite, tmp_path: Path
) -> None:
    with Eyes(site.desk(), SIZE, environment(tmp_path)) as desk:
        walk(desk, site, site.client("minh"))
        assert desk.process.poll() is None
        raw = bytes(desk.raw).decode("utf-8", "replace")
    forget_drafts(site.client("lan"))
    print(f"{walk.__name__}: {sum(CLICKS.values())} clicks so far, {dict(CLICKS)}")
    copied = [base64.b64decode(found).decode() for found in vt.CLIPBOARD.findall(raw)]
    assert copied == ([CODE] if walk is walk_customers else [])
    assert vt.foreign(vt.CLIPBOARD.sub("", raw).encode()) == []
    assert list(tmp_path.rglob("crash-*.txt")) == []


@pytest.mark.parametrize(
    "bad",
    ["\x1b]0;x\x07", "\x9b31m", "\u202e", "\x1b[6n\x1b[21t", "\x1b]8;;http://x\x1b\\", "\x07", "\x1bc", "\x1b[?5h"],
)
def test_the_judge_sees_what_it_must(bad: str) -> None:
    assert vt.foreign(f"\x1b[1;2H\x1b[0mTy {bad} x".encode())
