"""A finish or save key pressed twice ends one contact, never two: the real desk, the real service, one burst."""

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    built = Site(tmp_path_factory.mktemp("site"))
    built.start()
    yield built
    built.close()


@pytest.fixture(autouse=True)
def empty_hands(site: Site) -> None:
    """Each test begins with nobody waiting and nothing in hand."""
    site.clear()


def test_a_double_press_cannot_finish_two_contacts(site: Site, tmp_path: Path) -> None:
    door, lead = site.client("door"), site.client("minh")

    def new(name: str) -> str:
        body = {"external_id": name, "channel": "hotline", "queue": "outage", "address": site.phone(), "name": name}
        answer = door.post("/v1/contacts", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def states(contacts: list[str]) -> list[str]:
        return [lead.get(f"/v1/contacts/{id}").json()["state"] for id in contacts]

    with Terminal(site.desk(), (120, 36), environment(tmp_path)) as desk:
        for number, keys in enumerate(PRESSES[: count(2, len(PRESSES))]):
            names = [f"Người {number}{letter}" for letter in "AB"]
            contacts = [new(name) for name in names]
            desk.wait_for(names[1], 20)
            desk.send(encode(["1", "F2", *keys]))
            desk.wait_gone(names[0], 20)
            assert states(contacts)[0] == "closed", keys
            assert states(contacts)[1] in ("queued", "offered"), keys
            # The next one is taken and finished in the same breath: the end of the first is on its way before it.
            desk.send(encode(["BACK", "BACK", "F2", "F8", "ENTER"]))
            desk.wait_gone(names[1], 20)
            assert states(contacts) == ["closed", "closed"]


def test_take_finish_take_in_one_burst_serves_both(site: Site, tmp_path: Path) -> None:
    door, lead = site.client("door"), site.client("minh")
    contacts = []
    for name in ("Một", "Hai", "Ba"):
        body = {"external_id": name, "channel": "hotline", "queue": "outage", "address": site.phone(), "name": name}
        contacts.append(str(door.post("/v1/contacts", json=body).json()["id"]))
    with Terminal(site.desk(), (120, 36), environment(tmp_path)) as desk:
        desk.wait_for("Ba", 20)
        desk.send(encode(["F2", "F8", "ENTER", "F2", "F8", "ENTER", "F2"]))
        desk.wait_gone("Một", 20)
        desk.wait_gone("Hai", 20)
        desk.wait_for("IN HAND", 20)
    states = [lead.get(f"/v1/contacts/{id}").json()["state"] for id in contacts]
    assert states == ["closed", "closed", "connected"]
