"""The outages' view in a storm, in both languages and without colours; look at a changed picture before taking it."""

from pathlib import Path

import pytest

from agent_tui.theme import dress
from tests.snapshots import storm
from tests.snapshots.picture import compare
from tests.snapshots.scene import Scene, open_scene


async def take(scene: Scene, name: str, lang: str, sizes: tuple[tuple[int, int], ...]) -> str:
    """What differs, at every size the picture is kept in."""
    wrong = []
    for width, height in sizes:
        await scene.resize(width, height)
        wrong.append(compare(scene, f"{name}-{lang}-{width}x{height}"))
    return "\n".join(filter(None, wrong))


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_storm(lang: str, tmp_path: Path) -> None:
    wrong = []
    async with open_scene(tmp_path, lang, outages=storm.OUTAGES, role="lead", areas=storm.AREAS) as scene:
        for name, keys in storm.STEPS.items():
            await scene.press(*keys)
            await scene.until(lambda name=name: scene.dialog == (name in storm.DIALOGS))
            await scene.settle()
            wrong.append(await take(scene, name, lang, storm.sizes(name)))
            if name in storm.DIALOGS:
                await scene.press("escape")
                await scene.until(lambda: not scene.dialog)
        dress(scene.app, "mono")
        await scene.press("left", "left", "left")
        wrong.append(await take(scene, "storm-mono", lang, storm.sizes("storm-mono")))
    assert "".join(wrong) == "", "\n".join(filter(None, wrong))
