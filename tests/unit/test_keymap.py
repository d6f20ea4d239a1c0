"""Keys from the settings: what is taken, and how each fault is named."""

import ast
from pathlib import Path

import pytest

from agent_tui import config, i18n
from agent_tui.keys.actions import ACTIONS, BY_NAME, VIM
from agent_tui.keys.keymap import (
    Keymap,
    KeymapError,
    current_keymap,
    hint,
    is_key,
    key_name,
    normal_key,
    use_keymap,
    view_of,
    why_unsafe,
)
from agent_tui.screens.base import DeskScreen
from scripts.keyboard_card import cards


def fault(**keys: str) -> str:
    with pytest.raises(KeymapError) as found:
        Keymap.from_settings(keys)
    return str(found.value)


def test_the_registry_has_one_action_a_key() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert len(BY_NAME) == len(ACTIONS)
    assert [a.name for a in sorted(ACTIONS, key=lambda a: a.bar or 0) if a.bar is not None][1] == "take"


def test_leaving_has_no_key() -> None:
    keymap = Keymap.default()
    assert keymap.of("leave") == ()
    bound = {key for binding in keymap.bindings() for key in binding.key.split(",")}
    assert not bound & {"ctrl+q", "ctrl+c"}
    assert not any(binding.priority for binding in keymap.bindings())


def test_a_key_is_moved() -> None:
    keymap = Keymap.from_settings({"take": "Ctrl + L", "filter": "F13, /"})
    assert keymap.of("take") == ("ctrl+l",)
    assert keymap.of("filter") == ("f13", "slash")
    assert keymap.of("find") == ("f3",)
    assert keymap.shown("take") == "^L"


def test_two_actions_swap_keys() -> None:
    keymap = Keymap.from_settings({"take": "f3", "find": "f2"})
    assert (keymap.of("take"), keymap.of("find")) == (("f3",), ("f2",))


def test_every_action_can_be_run_and_every_default_key_can_be_sent() -> None:
    for action in ACTIONS:
        assert callable(getattr(DeskScreen, f"act_{action.name}")), action
        assert all(is_key(key) for key in action.keys), action


def test_an_unknown_action_names_the_nearest() -> None:
    assert 'keys.atach: no such action; the nearest is "attach"' in fault(atach="f4")


def test_a_clash_names_both() -> None:
    assert fault(take="f3") == 'keys.take: F3 already runs "find"; give "find" another key too'


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("ctrl+i", "same byte"),
        ("ctrl+m", "same byte"),
        ("ctrl+b", "tmux"),
        ("ctrl+q", "freeze"),
        ("ctrl+c", "copy"),
        ("ctrl+w", "browser"),
        ("ctrl+space", "input methods"),
        ("shift+enter", "tmux"),
        ("alt+x", "another character"),
        ("alt+1", "another character"),
        ("ctrl+shift+t", "window"),
        ("f11", "window"),
        ("g", "input methods eat"),
        ("7", "input methods eat"),
        ("tab", "every form"),
        ("ctrl+u", "editing"),
    ],
)
def test_unsafe_keys_are_refused_with_the_reason(key: str, reason: str) -> None:
    assert reason in fault(hold=key)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("f99", "keys.hold: there is no key f99; the nearest is F9"),
        ("ctl+o", "keys.hold: there is no key ctl+o; the nearest is ^O"),
        ("pageupp", "keys.hold: there is no key pageupp; the nearest is PgUp"),
        ("ctrl+1", "keys.hold: ^1 cannot be used: most terminals cannot send it"),
        ("super+x", "keys.hold: Super+X cannot be used: most terminals cannot send it"),
    ],
)
def test_a_key_that_does_not_exist_names_the_nearest(key: str, said: str) -> None:
    assert fault(hold=key) == said


def test_the_vim_layer_is_off_unless_asked_for() -> None:
    assert Keymap.default().letters == Keymap.from_settings({"take": "f13"}).letters == {}
    keymap = Keymap.from_settings({"layer": "vim", "take": "f13"})
    assert keymap.letters == VIM
    assert keymap.of("take") == ("f13",)
    assert fault(layer="emacs") == 'keys.layer: there is no layer "emacs"; the nearest is "vim"'
    assert 'the nearest is "layer"' in fault(layr="vim")
    assert not set(VIM) & {key for action in ACTIONS for key in action.keys}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('keys = "vim"', {"layer": "vim"}),
        ('[keys]\nlayer = "vim"\ntake = "f13"', {"layer": "vim", "take": "f13"}),
        ("", {}),
    ],
)
def test_the_settings_file_asks_for_it(tmp_path: Path, text: str, keys: dict[str, str]) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    assert config.load({"AGENT_TUI_CONFIG": str(file)}, {}).keys == keys


def test_a_sentence_names_the_key_of_this_desk() -> None:
    before = current_keymap()
    try:
        assert hint("{take} takes, {refresh} reads, {who} waits", who="{x}") == "F2 takes, Ctrl+R reads, {x} waits"
        use_keymap(Keymap.from_settings({"take": "ctrl+l", "hold": ""}))
        assert hint("{take} or {hold}") == "Ctrl+L or Ctrl+P “Hold”"
    finally:
        use_keymap(before)


def test_every_sentence_with_a_key_can_be_filled_in_both_languages() -> None:
    try:
        for language in i18n.LANGUAGES:
            i18n.set_language(language)
            for path in Path(config.__file__).parent.rglob("*.py"):
                for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "hint":
                        first = call.args[0]
                        if not isinstance(first, ast.Call):
                            continue
                        text = ast.literal_eval(first.args[0])
                        given = {str(word.arg): "x" for word in call.keywords}
                        assert "{" in text
                        assert "{" not in hint(i18n._(text), **given), (path, text)
    finally:
        i18n.set_language("en")


def test_the_keyboard_cards_are_current() -> None:
    for path, text in cards().items():
        assert path.read_text("utf-8") == text, f"run scripts/keyboard_card.py: {path.name} is old"


def test_the_registrys_own_keys_are_safe() -> None:
    unsafe = {key for action in ACTIONS for key in action.keys if why_unsafe(key)}
    # Digits jump between views outside fields, next to F6, which is never eaten.
    assert unsafe == {"1", "2", "3", "4", "5"}


def test_every_fault_is_reported_at_once() -> None:
    assert len(fault(nothing="f4", take="ctrl+q", find="f9").split("\n")) == 3


@pytest.mark.parametrize(
    ("key", "shown"),
    [("f2", "F2"), ("shift+f6", "Shift+F6"), ("ctrl+o", "^O"), ("question_mark", "?"), ("escape", "Esc")],
)
def test_key_names(key: str, shown: str) -> None:
    assert key_name(key) == shown


@pytest.mark.parametrize(
    ("written", "key"),
    [("F2", "f2"), ("Ctrl+O", "ctrl+o"), ("?", "question_mark"), ("Esc", "escape"), (" / ", "slash")],
)
def test_keys_as_people_write_them(written: str, key: str) -> None:
    assert normal_key(written) == key


def test_view_actions() -> None:
    assert view_of("view_outages") == "outages"
    assert view_of("view_nothing") is None
    assert view_of("take") is None
