"""The corpus of hostile texts in every view of a desk in a real terminal on a real service, clicked on."""

import base64
import os
import select
from collections.abc import Iterator
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
BACK, DOWN, PALETTE, COPY = b"\x07", b"\x1b[B", b"\x10", b"\x19"
SIZE = (160, 84)
PATIENCE = count(30.0, 900.0)
"""Seconds: a click costs a screen of 70 kB, and pyte reads slowly."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileSite]:
    built = HostileSite(tmp_path_factory.mktemp("site"))
    yield built
    built.close()


class Eyes(Terminal):
    """A terminal that reads all there is before it looks, and can close its eyes: pyte is slower than the desk."""

    shut = False

    def read(self, seconds: float) -> bool:
        data = b""
        while select.select([self._master], [], [], 0 if data else seconds)[0] and len(data) < 1 << 20:
            try:
                data += os.read(self._master, 65536)
            except OSError:
                return False
        self.raw += data
        if not self.shut:
            self.feed(data)
        return True

    def open(self, sign: str) -> None:
        """Look again: the desk draws everything, and in the end what it says now."""
        self._wait(lambda: not select.select([self._master], [], [], 0.3)[0], "it never stops drawing", PATIENCE)
        self.shut, self._carry = False, b""
        self.screen.reset()
        self.resize(self.width, self.height - 1)
        self.resize(self.width, self.height + 1)
        self.wait_for(sign, PATIENCE)


def click_over(desk: Eyes, left: int, right: int, rows: range, sign: str, step: int = 1) -> None:
    """Click every cell of these rows (in the sample a few of every ninth row); `sign` stands there after it."""
    desk.shut = True
    for y in rows[:: count(9 * step, 1)]:
        for x in range(left + y % 9, right, count(31, 1)):
            desk.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m".encode())
            desk.read(0)
    desk.open(sign)


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


def walk_queue(desk: Eyes, site: HostileSite, lead: httpx.Client) -> None:
    """Rows, card of the selected one, and clicks on all of it: no click is an action."""
    desk.wait_for(HONEST[0], PATIENCE)
    desk.wait_for("longest", PATIENCE)
    wait_all(desk, site.texts)
    assert all(text in desk.display for text in HONEST)
    before = states(lead)
    click_over(desk, 30, SIZE[0] - 1, range(3, 3 + len(site.texts)), "WAITING")
    desk.send(b"\x1b[H" + DOWN * count(10, len(site.texts)))
    desk.wait_for("SELECTED", PATIENCE)
    desk.wait_for("WAITING", PATIENCE)
    assert states(lead) == before
    assert "Log out and leave" not in desk.display


def walk_call(desk: Eyes) -> None:
    """Take the first, then every dialog about it."""
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


def walk_paste(desk: Eyes, site: HostileSite) -> None:
    """Every text pasted into a field and into the palette; what stands there is clean."""
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


def walk_customers(desk: Eyes) -> str:
    """A hostile record found by its code; the copy key copies that code and nothing else does."""
    desk.send(F6)
    desk.wait_for("name and place", PATIENCE)
    desk.send(b"PC08GG0012345")
    desk.wait_for("1 found", PATIENCE)
    assert HONEST[0] in desk.display
    desk.send(b"\r")
    desk.wait_for("Meter", PATIENCE)
    click_over(desk, 100, SIZE[0] - 1, range(1, 30), "Meter")
    assert vt.CLIPBOARD.search(bytes(desk.raw).decode("utf-8", "replace")) is None
    desk.send(COPY)
    desk.wait_for("Copied", PATIENCE)
    return "PC08GG0012345"


def walk_outages(desk: Eyes, site: HostileSite) -> None:
    """Rows, card with path, cause, priority loads and notes, the map's line."""
    desk.send(F6)
    desk.wait_for("CUSTOMERS OUT", PATIENCE)
    desk.wait_for("confirmed", PATIENCE)
    desk.send(DOWN * count(8, len(site.texts)))
    click_over(desk, 60, SIZE[0] - 1, range(2, 50), "CUSTOMERS OUT")


def walk_tickets(desk: Eyes, site: HostileSite) -> None:
    """Rows, editor, and every text as a note and as its author."""
    desk.send(F6)
    desk.wait_for("MINE", PATIENCE)
    desk.wait_for(HONEST[0], PATIENCE)
    wait_all(desk, site.texts)
    desk.send(b"\r")
    desk.wait_for("Add a note", PATIENCE)
    desk.wait_for(HONEST[3], PATIENCE)
    click_over(desk, 100, SIZE[0] - 1, range(16, 80), "MINE", step=2)


def test_every_view_shows_every_text_as_letters_and_no_click_runs_one(site: HostileSite, tmp_path: Path) -> None:
    lead = site.client("minh")
    with Eyes(site.desk(), SIZE, environment(tmp_path)) as desk:
        walk_queue(desk, site, lead)
        walk_call(desk)
        walk_paste(desk, site)
        code = walk_customers(desk)
        walk_outages(desk, site)
        walk_tickets(desk, site)
        assert desk.process.poll() is None
        raw = bytes(desk.raw).decode("utf-8", "replace")
    copied = [base64.b64decode(found).decode() for found in vt.CLIPBOARD.findall(raw)]
    assert copied == [code]
    assert vt.foreign(vt.CLIPBOARD.sub("", raw).encode()) == []
    assert list(tmp_path.rglob("crash-*.txt")) == []


@pytest.mark.parametrize(
    "bad",
    ["\x1b]0;x\x07", "\x9b31m", "\u202e", "\x1b[6n\x1b[21t", "\x1b]8;;http://x\x1b\\", "\x07", "\x1bc", "\x1b[?5h"],
)
def test_the_judge_sees_what_it_must(bad: str) -> None:
    assert vt.foreign(f"\x1b[1;2H\x1b[0mTy {bad} x".encode())
