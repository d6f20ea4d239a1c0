"""The desk's settings: a TOML file, then `AGENT_TUI_*` variables, then the command line; later ones win.

An unknown name is an error that says the nearest known one; nothing is silently ignored.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from agent_tui.i18n import LANGUAGES, _

DEFAULT_SERVER: Final = "http://127.0.0.1:8400"
# The names in agent_tui.theme, which cannot be imported here: it brings Textual along.
THEMES: Final = ("dark", "light", "contrast", "basic", "mono")
DENSITIES: Final = ("compact", "comfortable")
# What a list of tickets may ask the service for.
FILTERS: Final = ("status", "assignee", "due", "type", "outage", "customer")
ENVIRONMENT: Final = "AGENT_TUI_"
_FILE_VARIABLE: Final = "AGENT_TUI_CONFIG"


class BadSettings(Exception):
    """A setting, option or file cannot be used; the text is one translated sentence for the user."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a user may set; `keys` maps an action to its keys, as checked by the keymap, or names a layer.

    `views` are an agent's own lists of tickets: filters by name.
    """

    server: str = DEFAULT_SERVER
    user: str | None = None
    password_file: str | None = None
    lang: str | None = None
    theme: str = "dark"
    density: str = "compact"
    keys: dict[str, str] = {}
    views: dict[str, dict[str, str]] = {}


def default_path() -> Path:
    """Where the settings file lives unless AGENT_TUI_CONFIG names another."""
    import platformdirs

    return platformdirs.user_config_path("agent-tui") / "settings.toml"


def settings_path(environ: Mapping[str, str]) -> Path:
    """The settings file of this environment."""
    named = environ.get(_FILE_VARIABLE)
    return Path(named).expanduser() if named else default_path()


def views_path(environ: Mapping[str, str]) -> Path:
    """The file of the lists saved in the desk, beside the settings: settings.views.toml."""
    path = settings_path(environ)
    return path.with_name(f"{path.stem}.views.toml")


def load(environ: Mapping[str, str], options: Mapping[str, str]) -> Settings:
    """Read file and environment and lay the command line's options over them; raises BadSettings."""
    named, path = environ.get(_FILE_VARIABLE), settings_path(environ)
    merged: dict[str, object] = {**_from_file(path, must_exist=bool(named)), **_from_environment(environ), **options}
    try:
        settings = msgspec.convert(merged, Settings)
    except msgspec.ValidationError as error:
        raise BadSettings(_("The settings cannot be used: {what} ({file}).").format(what=error, file=path)) from None
    _check(settings)
    return settings


def password(settings: Settings) -> str | None:
    """The password of the file the settings name, None without one; raises BadSettings when it cannot be read."""
    if settings.password_file is None:
        return None
    path = Path(settings.password_file).expanduser()
    try:
        text = path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise BadSettings(_("The password file {file} cannot be read: {why}.").format(file=path, why=why)) from None
    if not text:
        raise BadSettings(_("The password file {file} is empty.").format(file=path))
    return text


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like this one, as the end of a sentence; empty when none is like it."""
    near = difflib.get_close_matches(name, list(known), 1, cutoff=0.5)
    return " " + _("Did you mean {name}?").format(name=near[0]) if near else ""


def _from_file(path: Path, *, must_exist: bool) -> dict[str, object]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise BadSettings(_("There is no settings file {file}.").format(file=path)) from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(_("The settings file {file} cannot be read: {why}.").format(file=path, why=error)) from None
    _refuse_unknown(found, str(path))
    # `keys = "vim"` is short for a [keys] table with nothing but `layer = "vim"`.
    if isinstance(layer := found.get("keys"), str):
        found["keys"] = {"layer": layer}
    # A relative path in the file means "beside the file".
    secret = found.get("password_file")
    if isinstance(secret, str):
        found["password_file"] = str(path.parent / Path(secret).expanduser())
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    given = {name: value for name, value in environ.items() if name.startswith(ENVIRONMENT) and name != _FILE_VARIABLE}
    names = {
        f"{ENVIRONMENT}{field.upper()}": field for field in Settings.__struct_fields__ if field not in ("keys", "views")
    }
    for name in given:
        if name not in names:
            text = _("The variable {name} is unknown.").format(name=name)
            raise BadSettings(text + nearest(name, [*names, _FILE_VARIABLE]))
    return {names[name]: value for name, value in given.items() if value}


def _refuse_unknown(found: Mapping[str, object], where: str) -> None:
    for name in found:
        if name not in Settings.__struct_fields__:
            text = _("The setting {name} in {file} is unknown.").format(name=name, file=where)
            raise BadSettings(text + nearest(name, Settings.__struct_fields__))


def _check_views(settings: Settings) -> None:
    for view, filters in settings.views.items():
        for name in filters:
            if name not in FILTERS:
                text = _("The list {view} has an unknown filter {name}; there are {known}.")
                raise BadSettings(text.format(view=view, name=name, known=", ".join(FILTERS)) + nearest(name, FILTERS))


def _check(settings: Settings) -> None:
    _check_views(settings)
    url = urlsplit(settings.server)
    if url.scheme not in ("http", "https") or not url.hostname:
        text = _("The server must look like {example}, not {given}.")
        raise BadSettings(text.format(example=DEFAULT_SERVER, given=settings.server))
    if settings.lang is not None and settings.lang not in LANGUAGES:
        raise BadSettings(_("The language must be vi or en, not {given}.").format(given=settings.lang))
    if settings.theme not in THEMES:
        text = _("There is no theme {given}; there are {known}.")
        text = text.format(given=settings.theme, known=", ".join(THEMES))
        raise BadSettings(text + nearest(settings.theme, THEMES))
    if settings.density not in DENSITIES:
        text = _("There is no density {given}; there are {known}.")
        text = text.format(given=settings.density, known=", ".join(DENSITIES))
        raise BadSettings(text + nearest(settings.density, DENSITIES))
