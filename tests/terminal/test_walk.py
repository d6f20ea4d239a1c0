"""The walking product in a real terminal, against a real service: what Pilot cannot see."""

import re
from pathlib import Path

import httpx
import pytest

from tests.terminal.harness import Terminal
from tests.terminal.site import Site, customers_without_power, environment

F2, F3, F4, F5, F7, F8 = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~", b"\x1b[18~", b"\x1b[19~"
HOSTILE = "[/b] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07"
SHOWN = "[/b] [@click=app.quit]x[/]"
# What our own program says to a terminal: a title is none of it, the clipboard neither.
FOREIGN = re.compile(rb"\x1b\]52|\x1b\]0;|\x1b\]8|aGk=\x07|\x1bP|\x1b_|\x1b\^")

# One agent and one service behind all of them: beside other terminals the wait for a taken row is not told from a hang.
pytestmark = pytest.mark.serial


def post_contact(door: httpx.Client, external: str, **changes: object) -> str:
    body = {"external_id": external, "channel": "hotline", "queue": "outage", "address": "0900000001"} | changes
    answer = door.post("/v1/contacts", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def phone_of_one(rows: list[dict[str, str]], skip: int = 0) -> dict[str, str]:
    """A customer whose number nobody shares."""
    phones = [row["phone"] for row in rows]
    return [row for row in rows if phones.count(row["phone"]) == 1][skip]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_four_keys_in_one_burst_close_a_known_outage_call(site: Site, size: tuple[int, int], tmp_path: Path) -> None:
    door, lead = site.client("door"), site.client("minh")
    caller = phone_of_one(customers_without_power(), skip=size[0] % 80)
    contact = post_contact(door, f"four-{size[0]}", address=caller["phone"], name=caller["name"])
    with Terminal(site.desk(), size, environment(tmp_path)) as desk:
        desk.wait_for(caller["name"], 20)
        desk.send(F2 + F5 + F8 + b"\r")
        desk.wait_gone(caller["name"], 20)
        # The row goes with the key, the service hears of it a moment later: a desk killed in between has not lost it,
        # it sends it when it starts again on this machine (tests/faults), which the next desk of this file would not.
        desk.wait(lambda: lead.get(f"/v1/contacts/{contact}").json()["state"] == "closed")
    kept = lead.get(f"/v1/contacts/{contact}").json()
    assert (kept["state"], kept["disposition"]) == ("closed", "outage_attached")
    assert kept["customer"] == caller["code"]
    assert kept["outage"] is not None
    assert kept["callback"] is True
    segments = lead.get("/v1/segments", params={"from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}).json()
    mine = [segment for segment in segments["items"] if segment["contact"] == contact]
    assert [segment["outcome"] for segment in mine] == ["answered"]


def test_a_killed_service_is_named_typed_text_stays_and_the_desk_is_live_again_by_itself(
    site: Site, tmp_path: Path
) -> None:
    door = site.client("door")
    post_contact(door, "before", name="Trước Khi Mất")
    with Terminal(site.desk(), (120, 30), environment(tmp_path)) as desk:
        desk.wait_for("Trước Khi Mất", 20)
        desk.send(b"2")
        desk.wait_for("accents and case", 10)
        desk.send("nguyễn văn")
        desk.wait_for("found", 10)
        site.kill()
        desk.wait_for("Connection lost since", 15)
        assert "nguyễn văn" in desk.display
        desk.send(" tý")
        desk.wait_for("nguyễn văn tý", 5)
        site.start()
        desk.wait_for("● live", 30)
        desk.wait_gone("Connection lost", 5)
        assert "nguyễn văn tý" in desk.display
        post_contact(site.client("door"), "after", name="Sau Khi Có Lại")
        desk.send(b"\x1b[17~" * 3)
        desk.wait_for("Sau Khi Có Lại", 20)
        desk.wait(lambda: sum("Trước Khi Mất" in row.partition("│")[0] for row in desk.display.splitlines()) == 1)
        waiting = site.client("minh").get("/v1/snapshot").json()["contacts"]
        desk.wait_for(f"WAITING {len(waiting)}")


def test_a_hostile_name_is_letters_in_queue_record_ticket_and_toast(site: Site, tmp_path: Path) -> None:
    door = site.client("door")
    post_contact(door, "hostile", channel="zalo", name=HOSTILE, address="zalo-1", text=HOSTILE, priority_class="danger")
    with Terminal(site.desk(), (140, 40), environment(tmp_path)) as desk:
        desk.wait_for(SHOWN, 20)
        desk.send(F2)
        desk.wait_for("IN HAND", 10)
        desk.send(F2)
        desk.wait_for("is in hand", 10)
        desk.send(F7)
        desk.wait_for("Enter", 10)
        desk.send(b"\x1b")
        desk.wait_gone("Enter sends", 10)
        desk.send(F4)
        desk.wait_for("New ticket", 10)
        desk.send("khac\r" + SHOWN)
        desk.wait_for(SHOWN, 10)
        desk.send(F8)
        desk.wait_for("saved", 10)
        desk.send(F8)
        desk.wait_for("Wrap up", 10)
        desk.send(b"\r")
        desk.send(b"4")
        desk.wait_for("UNASSIGNED", 10)
        desk.send(b"\x1b[C")
        desk.wait_for("T-20", 10)
        desk.wait(lambda: SHOWN in desk.display)
        raw = bytes(desk.raw)
        assert desk.process.poll() is None
    assert FOREIGN.search(raw) is None


@pytest.mark.parametrize(("typed", "name"), [("nguyen van ty", "Nguyễn Văn Ty"), ("dien", "Điện")])
def test_names_are_found_without_accents_in_the_desk(site: Site, tmp_path: Path, typed: str, name: str) -> None:
    with Terminal(site.desk("vi"), (140, 40), environment(tmp_path)) as desk:
        desk.wait_for("trực tuyến", 20)
        desk.send(F3)
        desk.wait_for("Gõ vài chữ", 10)
        desk.send(typed)
        desk.wait_for(name, 10)
