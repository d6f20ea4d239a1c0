"""A finish or save key pressed twice ends one contact, never two: the real desk, the real service, one burst."""

from pathlib import Path

import httpx
import pytest

from tests.full import count
from tests.terminal.harness import Terminal
from tests.terminal.site import Site, environment
from tests.terminal.typist import Keys, encode

PRESSES: list[Keys] = [
    ["F8", "F8", "F8"],
    ["F8", "ENTER", "ENTER"],
    ["F8", "ENTER", "ENTER", "F8", "ENTER", "F8", "ENTER"],
    ["F8", "1", "1"],
    ["F8", "TAB", *"xong", "ENTER", "ENTER"],
    ["F8", "F8"],
]


@pytest.fixture(autouse=True)
def empty_hands(site: Site) -> None:
    """Each test begins with nobody waiting and nothing in hand."""
    site.clear()


def states(lead: httpx.Client, contacts: list[str]) -> list[str]:
    return [lead.get(f"/v1/contacts/{id}").json()["state"] for id in contacts]


def test_a_double_press_cannot_finish_two_contacts(site: Site, tmp_path: Path) -> None:
    lead = site.client("minh")
    with Terminal(site.desk(), (120, 36), environment(tmp_path)) as desk:
        for number, keys in enumerate(PRESSES[: count(2, len(PRESSES))]):
            names = [f"Người {number}{letter}" for letter in "AB"]
            contacts = [site.report(name) for name in names]
            desk.wait_for(names[1], 20)
            desk.send(encode(["1", "F2", *keys]))
            desk.wait_gone(names[0], 20)
            # The row goes with the key, the service hears of it a moment later.
            desk.wait(lambda contacts=contacts: states(lead, contacts)[0] == "closed")
            assert states(lead, contacts)[1] in ("queued", "offered"), keys
            # The next one is taken and finished in the same breath: the end of the first is on its way before it.
            desk.send(encode(["BACK", "BACK", "F2", "F8", "ENTER"]))
            desk.wait_gone(names[1], 20)
            desk.wait(lambda contacts=contacts: states(lead, contacts) == ["closed", "closed"])


def test_take_finish_take_in_one_burst_serves_both(site: Site, tmp_path: Path) -> None:
    lead = site.client("minh")
    contacts = [site.report(name) for name in ("Một", "Hai", "Ba")]
    with Terminal(site.desk(), (120, 36), environment(tmp_path)) as desk:
        desk.wait_for("Ba", 20)
        desk.send(encode(["F2", "F8", "ENTER", "F2", "F8", "ENTER", "F2"]))
        desk.wait_gone("Một", 20)
        desk.wait_gone("Hai", 20)
        desk.wait_for("IN HAND", 20)
        desk.wait(lambda: states(lead, contacts) == ["closed", "closed", "connected"])
