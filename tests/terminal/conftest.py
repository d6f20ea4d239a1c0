"""A service for the tests of one module; a module that wants more in it has a fixture `site` of its own."""

from collections.abc import Iterator

import pytest

from tests.terminal.site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serves until the module's last test has ended."""
    built = Site(tmp_path_factory.mktemp("site"))
    built.start()
    yield built
    built.close()
