"""Settings: file, environment, command line; every unknown name is an error with the nearest one."""

from pathlib import Path

import pytest

from agent_tui import config, i18n
from agent_tui.config import BadSettings
from agent_tui.theme import THEMES


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_language("en")


def settings_file(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return {"AGENT_TUI_CONFIG": str(path)}


def test_defaults_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config.load({}, {}) == config.Settings()


def test_later_sources_win(tmp_path: Path) -> None:
    environ = settings_file(tmp_path, 'server = "http://a:1"\nuser = "file"\ntheme = "light"\n')
    environ |= {"AGENT_TUI_USER": "env", "AGENT_TUI_SERVER": "http://b:2"}
    settings = config.load(environ, {"server": "http://c:3"})
    assert (settings.server, settings.user, settings.theme) == ("http://c:3", "env", "light")


def test_keys_come_from_the_file(tmp_path: Path) -> None:
    assert config.load(settings_file(tmp_path, '[keys]\ntake = "f9"\n'), {}).keys == {"take": "f9"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('servr = "x"', "servr .* Did you mean server"),
        ("server = ", "cannot be read"),
        ("server = 7", "Expected `str`"),
        ('server = "ftp://x"', "must look like"),
        ('lang = "fr"', "vi or en"),
        ('theme = "lihgt"', "Did you mean light"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadSettings, match=says) as refused:
        config.load(settings_file(tmp_path, text), {})
    assert "\n" not in str(refused.value)


def test_unknown_variable_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"AGENT_TUI_SERVR.*AGENT_TUI_SERVER"):
        config.load(settings_file(tmp_path, "") | {"AGENT_TUI_SERVR": "x"}, {})


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no settings file"):
        config.load({"AGENT_TUI_CONFIG": str(tmp_path / "none.toml")}, {})


def test_password_file_is_beside_the_settings_and_loses_its_newline(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("đúng rồi \n", encoding="utf-8")
    settings = config.load(settings_file(tmp_path, 'password_file = "secret"'), {})
    assert config.password(settings) == "đúng rồi "
    assert config.password(config.Settings()) is None


def test_missing_and_empty_password_files(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="No such file"):
        config.password(config.Settings(password_file=str(tmp_path / "none")))
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(BadSettings, match="is empty"):
        config.password(config.Settings(password_file=str(tmp_path / "empty")))


def test_the_themes_are_the_desks() -> None:
    assert {theme.name for theme in THEMES} == set(config.THEMES)


def test_lists_of_ones_own_are_filters_by_name_and_an_unknown_filter_says_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[views."Công tơ"]\nassignee = "me"\ntype = "METER.RECHECK"\n', "utf-8")
    settings = config.load({"AGENT_TUI_CONFIG": str(file)}, {})
    assert settings.views == {"Công tơ": {"assignee": "me", "type": "METER.RECHECK"}}
    file.write_text('[views."Công tơ"]\nasignee = "me"\n', "utf-8")
    with pytest.raises(config.BadSettings, match="assignee"):
        config.load({"AGENT_TUI_CONFIG": str(file)}, {})
