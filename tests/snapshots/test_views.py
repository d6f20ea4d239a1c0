"""Every view in the states that matter, three sizes, both languages; look at a changed picture before taking it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from agent_tui import i18n
from tests.full import FULL
from tests.snapshots import calls, storm, together
from tests.snapshots.picture import HERE, UPDATE, compare
from tests.snapshots.scene import HAND, OFFER, WAITING, Scene, open_scene

SIZES = ((80, 24), (120, 36), (200, 60))
Steps = Callable[[Scene], Awaitable[None]]
IN_HAND: dict[str, Any] = {"contacts": [HAND, *WAITING]}


def keys(*pressed: str, typed: str = "") -> Steps:
    async def steps(scene: Scene) -> None:
        await scene.press(*pressed)
        if typed:
            await scene.type(typed)

    return steps


def then(*parts: Steps) -> Steps:
    async def steps(scene: Scene) -> None:
        for part in parts:
            await part(scene)

    return steps


async def record(scene: Scene) -> None:
    await scene.press("2")
    await scene.type("nguyen")
    await scene.shows("095****456")
    await scene.press("enter")
    await scene.shows("17/2452529")


async def bills(scene: Scene) -> None:
    await record(scene)
    await scene.press("right")
    await scene.until(lambda: "SAY  " in scene.text() or "NÓI  " in scene.text())


async def map_in_front(scene: Scene) -> None:
    await scene.press("3", "tab")
    await scene.until(lambda: "1k" in scene.text() or "1,9k" in scene.text() or "1.9k" in scene.text())


async def editor(scene: Scene) -> None:
    await scene.press("4")
    await scene.shows("T-2026-004512")
    await scene.press("down", "enter")
    await scene.until(lambda: scene.app.screen.query_one("#ticket-form").display)


async def history(scene: Scene) -> None:
    await scene.press("4")
    await scene.shows("T-2026-004512")
    await scene.press("end", "f7")
    await scene.until(lambda: scene.dialog and "12871" in scene.text())
    await scene.settle()


async def snippets(scene: Scene) -> None:
    await editor(scene)
    scene.app.screen.query_one("#ticket-note").focus()
    await scene.settle()
    await scene.type("??cat dien")
    await scene.until(lambda: scene.app.screen.query_one("#ticket-snippets").display)


async def bulk(scene: Scene) -> None:
    await scene.press("4")
    await scene.shows("T-2026-004512")
    await scene.press("asterisk", "f8")
    await after_dialog(scene)


async def new_ticket_fields(scene: Scene) -> None:
    await new_ticket(scene)
    await scene.type("re-" if i18n.language() == "en" else "ptc")
    await scene.press("enter")


async def found(scene: Scene) -> None:
    await scene.press("2")
    await scene.type("nguyen")
    await scene.shows("095****456")


async def lost(scene: Scene) -> None:
    scene.lose()
    await scene.settle()


async def wrong_password(scene: Scene) -> None:
    await scene.until(lambda: str(scene.app.screen.query_one("#said").render()) and not scene.app.live)
    await scene.settle()


async def unreadable(scene: Scene) -> None:
    await scene.shows("✕")
    scene.lose(unsent=0)
    await scene.settle()


async def new_ticket(scene: Scene) -> None:
    await scene.shows("474")
    await scene.press("f4")
    await scene.until(lambda: scene.dialog)
    await scene.settle()


async def choose_outage(scene: Scene) -> None:
    await scene.until(lambda: scene.dialog)
    await scene.settle()


async def attach(scene: Scene) -> None:
    await scene.press("f5")
    await scene.until(lambda: scene.dialog)
    await scene.settle()


async def transcript(scene: Scene) -> None:
    await scene.press("f7")
    await scene.until(lambda: scene.dialog)
    await scene.shows("Dạ em")


async def after_dialog(scene: Scene) -> None:
    await scene.until(lambda: scene.dialog)
    await scene.settle()


async def wrap_up(scene: Scene) -> None:
    await scene.press("f8")
    await after_dialog(scene)


async def state_menu(scene: Scene) -> None:
    await scene.press("f9")
    await after_dialog(scene)


async def help_screen(scene: Scene) -> None:
    await scene.press("f1")
    await after_dialog(scene)


async def palette(scene: Scene) -> None:
    await scene.press("ctrl+p")
    await scene.shows("Shift+F6")


UNKNOWN = {"contacts": [WAITING[0], *WAITING[2:], structs.replace(HAND, customer=None)]}
SCENES: dict[str, tuple[dict[str, Any], Steps]] = {
    "queue-empty": ({"contacts": [], "outages": []}, keys()),
    "queue-data": ({}, keys()),
    "queue-filter": ({}, keys("slash", typed="xuan")),
    "queue-hand": (IN_HAND, keys()),
    "queue-offer": ({"contacts": [OFFER, *WAITING]}, keys()),
    "queue-lost": (IN_HAND, lost),
    "queue-failed": ({"unreadable": True}, unreadable),
    "queue-comfortable": ({"density": "comfortable"}, keys()),
    "customers-empty": ({}, keys("2")),
    "customers-nobody": ({}, keys("2", typed="xyz")),
    "customers-found": ({}, found),
    "customers-bills": ({}, bills),
    "customers-record": ({}, record),
    "customers-lost": ({}, then(record, lost)),
    "outages-empty": ({"outages": []}, keys("3")),
    "outages-list": ({}, keys("3")),
    "outages-map": ({}, map_in_front),
    "outages-lost": ({}, then(keys("3"), lost)),
    "outages-failed": ({"unreadable": True}, then(unreadable, keys("3"))),
    "tickets-list": ({}, keys("4")),
    "tickets-editor": ({}, editor),
    "tickets-history": ({}, history),
    "tickets-snippets": ({}, snippets),
    "tickets-bulk": ({}, bulk),
    "new-ticket-fields": (IN_HAND, new_ticket_fields),
    "tickets-lost": ({}, then(editor, lost)),
    "help": ({}, help_screen),
    "palette": ({}, palette),
    "login": ({"password": None}, keys()),
    "login-wrong": ({"password": "wrong"}, wrong_password),
    "wrap-up": (IN_HAND, wrap_up),
    "state-menu": ({}, state_menu),
    "new-ticket": (IN_HAND, new_ticket),
    "choose-outage": (UNKNOWN, attach),
    "transcript": (IN_HAND, transcript),
    **calls.SCENES,
    **together.SCENES,
}


# Every picture under `make full`; else each view in one language, turn about, and not in the widest terminal.
EVERY = [(name, lang) for name in SCENES for lang in ("vi", "en")]
TURN_ABOUT = [(name, ("vi", "en")[n % 2]) for n, name in enumerate(SCENES)]
LOOKED_AT = EVERY if FULL or UPDATE else TURN_ABOUT


@pytest.mark.parametrize(("name", "lang"), LOOKED_AT)
async def test_picture(name: str, lang: str, tmp_path: Path) -> None:
    options, steps = SCENES[name]
    wrong = []
    async with open_scene(tmp_path, lang, **options) as scene:
        await steps(scene)
        for width, height in SIZES if LOOKED_AT is EVERY else SIZES[:2]:
            await scene.resize(width, height)
            wrong.append(compare(scene, f"{name}-{lang}-{width}x{height}"))
    assert "".join(wrong) == "", "\n".join(filter(None, wrong))


def test_no_picture_is_left_over() -> None:
    wanted = {f"{name}-{lang}-{w}x{h}.txt" for name in SCENES for lang in ("vi", "en") for w, h in SIZES}
    wanted |= storm.PICTURES
    there = {path.name for path in HERE.glob("*.txt")}
    if UPDATE:
        for name in there - wanted:
            (HERE / name).unlink()
    else:
        assert there == wanted
