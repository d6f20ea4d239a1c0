"""The book of unsent texts, and its journal on the disk: nothing typed is lost, nothing sent stays."""

import asyncio
import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui import wire
from agent_tui.desk import settling
from agent_tui.desk.drafts import FIELD_CAP, KEEP_S, MOST, Draft, DraftBook
from agent_tui.net import journal as module
from agent_tui.net.journal import DraftJournal
from tests.yardstick import limit


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        self.now += 1
        return self.now


def book() -> DraftBook:
    return DraftBook(Clock())


def opened(folder: Path, owner: str = "lan", said: list[str] | None = None) -> tuple[DraftBook, DraftJournal]:
    heard = [] if said is None else said
    made = book()
    journal = DraftJournal(folder, owner, made, heard.append)
    made._changed = lambda: setattr(journal, "_dirty", True)
    journal.open()
    return made, journal


def json_files(folder: Path) -> list[Path]:
    return list(folder.glob("drafts-*.json"))


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - a file on the disk sets no event
            await asyncio.sleep(0)


def test_fields_without_text_are_no_draft() -> None:
    drafts = book()
    drafts.keep("new_ticket", "c1", "Ty", {"type": "OUT.X", "customer": "PE01", "auto_title": "Mất điện", "note": " "})
    assert len(drafts) == 0
    drafts.keep("new_ticket", "c1", "Ty", {"type": "OUT.X", "note": "cành cây đè dây"})
    assert drafts.text("new_ticket", "c1", "note") == "cành cây đè dây"
    drafts.keep("new_ticket", "c1", "Ty", {"type": "OUT.X", "note": ""})
    assert len(drafts) == 0


def test_a_text_on_its_way_leaves_its_place_free_and_comes_back_when_refused() -> None:
    drafts = book()
    drafts.keep("new_ticket", "c1", "Ty", {"note": "một"})
    drafts.send_off("new_ticket", "c1", "key1")
    assert drafts.get("new_ticket", "c1") is None
    assert drafts.all[0].on_its_way
    drafts.come_back("new_ticket", "key1", "c1")
    assert drafts.text("new_ticket", "c1", "note") == "một"
    assert not drafts.all[0].on_its_way
    drafts.send_off("new_ticket", "c1", "key2")
    drafts.keep("new_ticket", "c1", "Ty", {"note": "hai"})
    drafts.come_back("new_ticket", "key2", "c1")
    assert {draft.text for draft in drafts.all} == {"một", "hai"}, "a newer text of the same place is not overwritten"
    drafts.send_off("new_ticket", "c1", "key3")
    drafts.drop("new_ticket", "key3")
    assert [draft.text for draft in drafts.all] == ["một"], "what arrived is gone"


def test_the_book_is_bounded_in_number_length_and_age() -> None:
    drafts = book()
    for n in range(3 * MOST):
        drafts.keep("ticket", f"t{n}", "T", {"note": f"{n} " + "x" * (2 * FIELD_CAP)})
    assert len(drafts) == MOST
    assert drafts.all[0].place == f"t{3 * MOST - 1}", "the newest stay"
    assert max(len(draft.text) for draft in drafts.all) == FIELD_CAP
    fresh = book()
    old = Draft("ticket", "t", "T", {"note": "cũ"}, time.time() - KEEP_S - 60)
    fresh.restore([old, Draft("ticket", "u", "U", {"note": "mới"}, time.time())])
    assert [draft.text for draft in fresh.all] == ["mới"]


def test_a_restored_text_never_replaces_a_newer_one_and_is_clean() -> None:
    drafts = book()
    drafts.keep("wrap_up", "c1", "Ty", {"text": "mới hơn"})
    drafts.restore([Draft("wrap_up", "c1", "Ty", {"text": "cũ"}, 5.0)])
    assert drafts.text("wrap_up", "c1", "text") == "mới hơn"
    hostile = Draft(
        "ticket", "t\x1b", "x\x1b]52;c;aGk=\x07", {"note": "a\nb\x1b[2J\u202e", "title": "a\nb"}, time.time()
    )
    drafts.restore([hostile])
    kept = next(draft for draft in drafts.all if draft.kind == "ticket")
    assert "\x1b" not in kept.label + kept.place + kept.text
    assert kept.fields["note"].startswith("a\nb"), "a note keeps its lines"
    assert "\n" not in kept.fields["title"]


async def test_what_is_typed_stands_on_the_disk_privately_and_goes_when_sent(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "drafts"
    drafts, journal = opened(folder)
    drafts._changed = journal.soon
    began = time.monotonic()
    drafts.keep("wrap_up", "c1", "Nguyễn Văn Ty", {"text": "mất pha"})
    files = lambda: list(folder.glob("drafts-*.json"))  # noqa: E731
    await until(files)
    assert time.monotonic() - began < limit(1.0), "300 ms, and what a busy machine adds"
    (path,) = files()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "lan" not in path.name
    assert "mất pha" in path.read_text("utf-8")
    drafts.drop("wrap_up", "c1")
    await until(lambda: not files())
    journal.close()
    assert [p for p in folder.iterdir() if p.suffix != ".lock"] == []


async def test_steady_typing_is_written_all_the_time_not_at_its_end(tmp_path: Path, monkeypatch) -> None:
    writes: list[int] = []
    real = module._write
    drafts, journal = opened(tmp_path)
    monkeypatch.setattr(module, "_write", lambda path, held: (writes.append(len(held[0][0].text)), real(path, held)))
    drafts._changed = journal.soon
    loop, text = asyncio.get_running_loop(), ""
    end = loop.time() + 1.0
    while loop.time() < end:
        text += "a"
        drafts.keep("message", "c1", "Ty", {"text": text})
        await asyncio.sleep(0)
    assert 3 <= len(writes) <= 6, "one write per fifth of a second, however many keys"
    journal.close()
    assert writes[-1] == len(drafts.all[0].text)


async def test_after_a_crash_the_next_desk_has_it(tmp_path: Path) -> None:
    drafts, journal = opened(tmp_path)
    drafts.keep("new_ticket", "c1", "Ty", {"title": "Cột điện nghiêng", "note": "gần cầu"})
    journal.flush()
    for lock in journal._locks:
        os.close(lock)  # what the kernel does with a dead desk
    again, second = opened(tmp_path)
    assert again.text("new_ticket", "c1", "note") == "gần cầu"
    second.close()


async def test_two_desks_of_one_user_do_not_write_over_each_other_and_users_never_meet(tmp_path: Path) -> None:
    first, one = opened(tmp_path)
    second, two = opened(tmp_path)
    first.keep("ticket", "t1", "T1", {"note": "bàn một"})
    second.keep("ticket", "t2", "T2", {"note": "bàn hai"})
    one.flush()
    two.flush()
    other, three = opened(tmp_path, "minh")
    assert len(other) == 0
    three.close()
    one.close()
    two.close()
    last, four = opened(tmp_path)
    assert {draft.text for draft in last.all} == {"bàn một", "bàn hai"}, "left by both, found by the next"
    assert len(json_files(tmp_path)) == 1
    four.close()


async def test_an_unreadable_file_is_put_aside_and_an_old_one_forgotten(tmp_path: Path) -> None:
    drafts, journal = opened(tmp_path)
    drafts.keep("ticket", "t1", "T1", {"note": "x"})
    journal.close()
    (path,) = json_files(tmp_path)
    path.write_text('[{"kind": "poem"}]')
    stranger = tmp_path / "drafts-0123456789abcdef-0.json"
    stranger.write_text(json.dumps([]))
    os.utime(stranger, (1, 1))
    again, second = opened(tmp_path)
    assert len(again) == 0
    assert path.with_suffix(".unreadable").exists()
    assert not stranger.exists()
    second.close()


async def test_a_disk_that_refuses_is_said_once_and_costs_nothing_else(tmp_path: Path, monkeypatch) -> None:
    said: list[str] = []
    drafts, journal = opened(tmp_path, said=said)
    drafts._changed = journal.soon

    def full(_path: Path, _drafts: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write", full)
    drafts.keep("message", "c1", "Ty", {"text": "một"})
    await until(lambda: said)
    drafts.keep("message", "c1", "Ty", {"text": "một hai"})
    last = journal._last
    await until(lambda: journal._last is not last and journal._last is not None and journal._last.done())
    await asyncio.sleep(0)
    assert said == ["No space left on device"]
    monkeypatch.undo()
    journal.close()
    again, second = opened(tmp_path)
    assert again.text("message", "c1", "text") == "một hai", "when there is room again it is saved"
    second.close()


async def test_a_symlink_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "secret"
    target.write_text("mine")
    folder = tmp_path / "drafts"
    drafts, journal = opened(folder)
    assert journal._path is not None
    journal._path.with_suffix(".new").symlink_to(target)
    drafts.keep("ticket", "t1", "T1", {"note": "x"})
    journal.flush()
    assert target.read_text() == "mine"
    journal.close()


@pytest.mark.parametrize("typed", ["Số 5 [ngõ 12/3]", "[/b] [@click=app.quit]", "Trần Thị Bích\nNgõ 7"])
async def test_a_text_comes_back_letter_by_letter(tmp_path: Path, typed: str) -> None:
    drafts, journal = opened(tmp_path)
    drafts.keep("ticket", "t1", "T1", {"note": typed})
    journal.close()
    again, second = opened(tmp_path)
    assert again.text("ticket", "t1", "note") == typed
    second.close()


def test_a_refused_note_stands_beside_the_one_begun_meanwhile() -> None:
    drafts = book()
    drafts.keep("ticket", "t1", "T1", {"note": "hai"})
    settling.refused(drafts, "note", "k1", "t1", wire.NewNote("một"), "vì sao")
    assert {(draft.text, draft.home) for draft in drafts.all} == {("một", "t1"), ("hai", "t1")}
    settling.refused(drafts, "patch_ticket", "k2", "t1", wire.PatchTicket(title="mới"), "vì sao")
    assert drafts.text("ticket", "t1", "title") == "mới"
    assert drafts.text("ticket", "t1", "note") == "hai"
    (beside,) = (draft for draft in drafts.all if draft.place == "k1")
    assert drafts.all[0].refused == beside.refused == "vì sao"


def test_what_the_service_took_leaves_the_draft_and_what_was_typed_since_stays() -> None:
    drafts = book()
    typed = {"title": "mới", "base.title": "cũ", "note": "một\nhai"}
    drafts.keep("ticket", "t1", "T1", typed)
    drafts.mark("ticket", "t1", on_its_way="t1")
    settling.sent(drafts, "attach", "k0", "t1", wire.AttachRequest("o1"), more=False)
    settling.sent(drafts, "note", "k1", "t1", wire.NewNote("một"), more=True)
    held = drafts.get("ticket", "t1")
    assert held is not None
    assert held.fields == {**typed, "note": "hai", "on_its_way": "t1"}
    settling.sent(drafts, "patch_ticket", "k2", "t1", wire.PatchTicket(title="mới"), more=False)
    held = drafts.get("ticket", "t1")
    assert held is not None
    assert held.fields == {"note": "hai"}
    settling.sent(drafts, "note", "k3", "t1", wire.NewNote("hai"), more=False)
    assert len(drafts) == 0


@pytest.mark.parametrize(
    ("verb", "target", "body", "kind", "place"),
    [
        ("finish", "c1", wire.FinishRequest("other", note="hẹn lại"), "wrap_up", "c1"),
        ("message", "c1", wire.MessageRequest("hẹn lại"), "message", "c1"),
        ("create_ticket", "", wire.NewTicket("OUT.X", "hẹn lại", contact="c1", customer="PE01"), "new_ticket", "c1"),
        ("create_ticket", "", wire.NewTicket("OUT.X", "hẹn lại", customer="PE01", outage="o1"), "new_ticket", "PE01"),
    ],
)
def test_a_refused_text_whose_draft_is_lost_comes_back_from_the_intent(verb, target, body, kind, place) -> None:
    drafts = book()
    settling.refused(drafts, verb, "k1", target, body, "vì sao")
    (back,) = drafts.all
    assert (back.kind, back.place, back.text, back.refused) == (kind, place, "hẹn lại", "vì sao")
    assert back.fields.get("outage") == getattr(body, "outage", None)
    drafts.send_off(kind, place, "k2")
    settling.sent(drafts, verb, "k2", target, body, more=False)
    assert len(drafts) == 0


def test_a_text_that_stood_aside_changes_places_with_the_one_in_its_home() -> None:
    drafts = book()
    drafts.take(Draft("ticket", "t1", "T1", {"note": "hai"}, 2.0, version=3, copied=2.0))
    drafts.take(Draft("ticket", "aside", "T1", {"note": "một", "home": "t1"}, 1.0, version=4, copied=1.0))
    aside = drafts.get("ticket", "aside")
    assert aside is not None
    home = drafts.swap(aside)
    assert home == drafts.get("ticket", "t1") == Draft("ticket", "t1", "T1", {"note": "một"}, 1.0)
    assert drafts.get("ticket", "aside") == Draft("ticket", "aside", "T1", {"note": "hai", "home": "t1"}, 2.0)
    assert drafts.swap(home) is home, "where it belongs nothing moves"


def test_a_field_that_was_emptied_waits_for_its_own_change_and_a_refused_one_joins_the_others() -> None:
    drafts = book()
    emptied = {"title": "", "base.title": "cũ"}
    drafts.keep("ticket", "t1", "T1", {**emptied, "priority": "high", "base.priority": "low"})
    settling.sent(drafts, "patch_ticket", "k1", "t1", wire.PatchTicket(priority="high"), more=False)
    held = drafts.get("ticket", "t1")
    assert held is not None
    assert held.fields == emptied
    settling.refused(drafts, "patch_ticket", "k2", "t1", wire.PatchTicket(title="x", priority="low"), "vì sao")
    assert [drafts.text("ticket", "t1", name) for name in ("title", "priority")] == ["", "low"]


def test_a_text_that_moves_has_no_copy_under_its_new_name_yet() -> None:
    drafts = book()
    drafts.take(Draft("message", "c1", "Ty", {"text": "một"}, 2.0, version=3, copied=2.0))
    drafts.send_off("message", "c1", "k1")
    drafts.put_aside(Draft("message", "c1", "Ty", {"text": "hai"}, 1.0, version=3, copied=1.0), "aside")
    assert {(draft.place, draft.version, draft.copied) for draft in drafts.all} == {("k1", 0, 0.0), ("aside", 0, 0.0)}
