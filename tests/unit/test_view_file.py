"""The file of saved lists: what is saved is read again, whatever is in it; nothing half, nothing lost."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import config, view_file
from agent_tui.desk.ticket_lists import VIEWS, View, shown
from agent_tui.i18n import set_language
from agent_tui.text.clean import clean
from agent_tui.view_file import MOST, NAME_CAP, BadViews, ViewFile
from tests.hostile import TEXTS
from tests.unit.desk_samples import NOW, ticket


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


def kept(name: str, words: str = "công tơ", **more: object) -> View:
    return View(f"kept:{name}", name, ({"assignee": "me", "status": "live"},), words=words, **more)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "settings.views.toml"


def test_what_was_saved_is_there_at_the_next_start_and_gone_when_deleted(file: Path) -> None:
    due = View("kept:Gấp", "Gấp", VIEWS[2].asks, by_due=True, words="mất điện")
    ViewFile(file).add(kept("Công tơ"))
    assert ViewFile(file).add(due) == ViewFile(file).read() == (kept("Công tơ"), due)
    assert ViewFile(file).remove(kept("Công tơ")) == ViewFile(file).read() == (due,)


def test_nobody_else_reads_the_words_and_nothing_is_left_beside_the_file(file: Path) -> None:
    ViewFile(file).add(kept("Của ông A", "P'A"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_write_that_fails_leaves_the_lists_as_they_were(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    views = ViewFile(file)
    views.add(kept("một"))
    before = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadViews, match="No space left"):
        views.add(kept("hai"))
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    monkeypatch.undo()
    assert ViewFile(file).read() == (kept("một"),)


def test_the_file_is_replaced_only_when_its_bytes_are_on_the_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda path, to: (done.append("replace"), replace(path, to))[1])
    ViewFile(file).add(kept("một"))
    assert done[:2] == ["sync", "replace"]


@pytest.mark.parametrize(
    "text",
    [
        "view = ",
        "[[view]]\nname = 'x'\n",
        "[[view]]\nname = ''\nasks = [{}]\n",
        "[[view]]\nname = 'x'\nasks = [{ colour = 'red' }]\n",
        "[[view]]\nname = 'x'\nasks = [{}]\nquick = true\n",
        "[[view]]\nname = 'x'\nasks = [{}]\n[[view]]\nname = 'X'\nasks = [{}]\n",
        "server = 'http://localhost'\n",
        "x = " + "[" * 20_000,
        "#" * (view_file.BIGGEST + 1),
    ],
)
def test_a_file_that_cannot_be_used_is_said_and_stays_as_it_is(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    views = ViewFile(file)
    for change in (views.read, lambda: views.add(kept("y")), lambda: views.remove(kept("x"))):
        with pytest.raises(BadViews, match="stays as it is"):
            change()
    assert file.read_text("utf-8") == text


def test_bytes_that_are_no_text_are_said_too(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadViews, match="stays as it is"):
        ViewFile(file).read()


def test_a_name_another_desk_took_meanwhile_is_said_and_both_lists_stay(file: Path) -> None:
    mine, other = ViewFile(file), ViewFile(file)
    assert mine.read() == ()
    other.add(kept("Gấp"))
    with pytest.raises(BadViews, match="already"):
        mine.add(kept("GẤP", "khác"))
    assert mine.add(kept("khác")) == (kept("Gấp"), kept("khác"))


def test_there_is_an_end_to_lists(file: Path) -> None:
    views = ViewFile(file)
    for n in range(MOST):
        views.add(kept(f"{n}"))
    with pytest.raises(BadViews, match="At most"):
        views.add(kept("more"))
    assert len(ViewFile(file).read()) == MOST


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_names_and_words_come_back_clean_and_make_no_other_list(tmp_path: Path, text: str) -> None:
    file = tmp_path / "v.toml"
    name = clean(text, cap=NAME_CAP).strip() or "x"
    ViewFile(file).add(kept(name, clean(text, cap=400).strip()))
    (found,) = ViewFile(file).read()
    assert (found.title, found.words) == (name, clean(text, cap=400).strip())


@given(name=st.text(min_size=1, max_size=NAME_CAP), words=st.text(max_size=400), value=st.text(max_size=50))
def test_any_text_is_read_as_it_was_written(name: str, words: str, value: str) -> None:
    name, words = clean(name, cap=NAME_CAP).strip() or "x", clean(words, cap=400).strip()
    view = View(f"kept:{name}", name, ({"customer": clean(value)},), words=words)
    again = view_file._view(view_file._parsed(view_file._text([view])).view[0])
    assert again == view


def test_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "settings.views.toml"
    real.write_text("", "utf-8")
    link.symlink_to(real)
    ViewFile(link).add(kept("một"))
    assert link.is_symlink()
    assert ViewFile(real).read() == (kept("một"),)


def test_it_stands_beside_the_settings_whatever_they_are_called(tmp_path: Path) -> None:
    for name, beside in (("settings.toml", "settings.views.toml"), ("views.toml", "views.views.toml")):
        assert config.views_path({"AGENT_TUI_CONFIG": str(tmp_path / name)}) == tmp_path / beside


def test_the_words_of_a_list_are_looked_for_like_typed_ones() -> None:
    view = View("kept:x", "x", ({},), words="cong to")
    both = [ticket("1", title="Di dời công tơ"), ticket("2", title="Điện yếu")]
    assert [found.id for found in shown(both, view, "lan", NOW, view.words)] == ["1"]
