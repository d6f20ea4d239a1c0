"""What nearly every contract test starts from: a service on the small grid, its people, and a clock that stands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from backend_stub.clock import ManualClock
from backend_stub.settings import Settings
from tests.contract import grid
from tests.service import Running, running_service


@pytest.fixture
def clock() -> ManualClock:
    """Stands at a Sunday afternoon until a test moves it."""
    return ManualClock(grid.NOW.timestamp())


@pytest.fixture
def settings() -> Settings:
    """Nobody's login ends, however far the clock is moved."""
    return grid.PATIENT


@pytest_asyncio.fixture
async def svc(tmp_path: Path, clock: ManualClock, settings: Settings) -> AsyncIterator[Running]:
    """A module that wants more in it has a fixture `svc` on top of this one."""
    async with running_service(tmp_path, clock, settings) as running:
        await grid.set_up(running)
        yield running
