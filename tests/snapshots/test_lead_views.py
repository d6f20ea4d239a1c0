"""A team lead's screens in a storm: three sizes, both languages, monochrome; look at a picture before taking it."""

from pathlib import Path

import pytest

from agent_tui.screens.staffing import StaffingDialog
from tests.snapshots.lead_scene import open_lead, quiet
from tests.snapshots.picture import HERE, UPDATE, compare
from tests.snapshots.scene import Scene

SMALL, WIDE, LARGE = SIZES = ((80, 24), (140, 40), (200, 60))
MIDDLE = (120, 36)
STEPS = ("storm", "agents", "stays", "known", "surge", "what-if", "lost")
# The board itself in every size; what opens over it where it is tightest, in one language or the other.
TAKEN = {
    "storm-vi": SIZES, "storm-en": SIZES, "agents-en": SIZES, "stays-vi": (SMALL, WIDE), "surge-vi": (SMALL, WIDE),
    "surge-en": (SMALL,), "what-if-en": (SMALL, WIDE), "what-if-vi": (SMALL,), "lost-vi": (SMALL,),
    "mono-vi": SIZES, "mono-en": (SMALL, MIDDLE, LARGE), "mono-agents-en": (SMALL, MIDDLE), "known-en": (SMALL,),
    "known-vi": (WIDE,), "failed-vi": (SMALL,),
}  # fmt: skip
PLACE = "lead"


async def go_to(scene: Scene, step: str) -> None:
    """From one picture to the next, in the order of STEPS."""
    figures = scene.app.view_on_screen().query_one("#figures")  # type: ignore[union-attr]
    if step == "agents":
        await scene.press("enter", "space", "space")
    elif step == "stays":
        await scene.press("escape")
        figures.highlight("waiting")  # type: ignore[attr-defined]
        await scene.press("enter")
        await scene.shows("Phạm Thị Hoa")
    elif step == "known":
        await scene.press("escape")
        figures.highlight("known_outage")  # type: ignore[attr-defined]
        await scene.press("enter")
        await scene.until(lambda: "Hoa" in scene.text())
    elif step == "surge":
        await scene.press("escape", "f9")
        await scene.until(lambda: scene.dialog)
    elif step == "what-if":
        await scene.press("escape", "f7")
        await scene.until(lambda: isinstance(scene.app.screen, StaffingDialog) and "Erlang A" in scene.text())
    elif step == "lost":
        await scene.press("escape")
        scene.lose()
    await quiet(scene)


async def wrong(scene: Scene, name: str) -> list[str]:
    found = []
    for width, height in TAKEN.get(name, ()):
        await scene.resize(width, height)
        await quiet(scene)
        found.append(compare(scene, f"{PLACE}/{name}-{width}x{height}"))
    return [one for one in found if one]


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_pictures_of_a_storm(lang: str, tmp_path: Path) -> None:
    (HERE / PLACE).mkdir(exist_ok=True)
    found: list[str] = []
    async with open_lead(tmp_path, lang) as scene:
        for step in STEPS:
            await go_to(scene, step)
            found += await wrong(scene, f"{step}-{lang}")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("name", "options"),
    [("mono-vi", {"theme": "mono"}), ("mono-en", {"theme": "mono"}), ("failed-vi", {"known": False})],
)
async def test_pictures_without_colours_and_without_the_service(
    name: str, options: dict[str, object], tmp_path: Path
) -> None:
    async with open_lead(tmp_path, name[-2:], **options) as scene:  # type: ignore[arg-type]
        found = await wrong(scene, name)
        if name == "mono-en":
            await go_to(scene, "agents")
            found += await wrong(scene, "mono-agents-en")
    assert found == [], "\n".join(found)


def test_no_picture_is_left_over() -> None:
    wanted = {f"{name}-{w}x{h}.txt" for name, sizes in TAKEN.items() for w, h in sizes}
    there = {path.name for path in (HERE / PLACE).glob("*.txt")}
    if UPDATE:
        for name in there - wanted:
            (HERE / PLACE / name).unlink()
    else:
        assert there == wanted
